//! The server side of digest authentication (RFC 7616, RFC 8760): challenges out, credentials judged.
//!
//! Nonces carry their own proof (time, source, HMAC), so a challenge costs no memory; only a nonce that has once let
//! somebody in is remembered, with the highest count seen on it. It knows no SIP messages, only header values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::time::{Duration, Instant};

/// How long a nonce may be used.
const NONCE_LIFE: Duration = Duration::from_secs(60);
/// How many nonces in use are remembered; beyond it the oldest turns stale.
const MAX_NONCES: usize = 8_192;
/// How far the nonce count may jump ahead of the last one seen.
const COUNT_WINDOW: u32 = 256;
/// Most parameters read from one header value.
const MAX_PARAMETERS: usize = 24;
/// Bytes of the HMAC that a nonce carries.
const PROOF_BYTES: usize = 16;
/// What an unknown user's password counts as, so that the work is the same as for a known one.
const NO_PASSWORD: &str = "no such user";

/// A hash for digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256, the one to prefer.
    Sha256,
    /// MD5, for phones that know no other.
    Md5,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    fn hash(self, input: &str) -> String {
        match self {
            Self::Sha256 => hexadecimal(&Sha256::digest(input)),
            Self::Md5 => hexadecimal(&Md5::digest(input)),
        }
    }
}

/// A request that asks to be let in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Where it came from.
    pub source: IpAddr,
    /// Its method.
    pub method: &'a str,
    /// Its Request-URI, as written.
    pub uri: &'a str,
    /// The values of its `Authorization` headers.
    pub authorization: &'a [&'a str],
}

/// What came of an attempt. All but `Granted` are answered by one and the same 401 with a new challenge, so that a
/// stranger learns nothing; only `Stale` says so in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request comes from this user.
    Granted {
        /// The user name.
        user: Arc<str>,
    },
    /// It carries no credentials for our realm.
    Missing,
    /// The password is right, but the nonce is too old or was used before.
    Stale,
    /// Unknown user, wrong password, or credentials that do not belong to this request.
    Wrong {
        /// The user that was tried; empty where the credentials name none.
        user: Arc<str>,
        /// Whether there is such a user. Nobody outside may learn it.
        exists: bool,
    },
}

/// Judges credentials for one realm.
pub struct Authenticator {
    realm: Arc<str>,
    secret: [u8; 32],
    algorithms: Vec<Algorithm>,
    /// The number of the next nonce.
    next: u64,
    /// The highest count seen, by nonce number.
    counts: BTreeMap<u64, Seen>,
    /// Nonces up to this number are used no more: their counts were forgotten to bound memory.
    forgotten: u64,
}

/// A nonce that has let somebody in.
#[derive(Debug, Clone, Copy)]
struct Seen {
    issued: Instant,
    count: u32,
}

/// A nonce taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Nonce {
    number: u64,
    issued: Instant,
}

/// The parts of an `Authorization` value that count.
struct Credentials {
    username: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Algorithm,
    cnonce: String,
    count: u32,
}

impl std::fmt::Debug for Authenticator {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("realm", &self.realm)
            .field("algorithms", &self.algorithms)
            .field("nonces", &self.counts.len())
            .finish_non_exhaustive()
    }
}

impl Authenticator {
    /// Starts for a realm. `secret` must be unpredictable; `algorithms` are offered in this order.
    #[must_use]
    pub fn new(realm: impl Into<Arc<str>>, secret: [u8; 32], algorithms: &[Algorithm]) -> Self {
        Self {
            realm: realm.into(),
            secret,
            algorithms: algorithms.to_vec(),
            next: 1,
            counts: BTreeMap::new(),
            forgotten: 0,
        }
    }

    /// Makes the `WWW-Authenticate` values of a 401, one per algorithm, all with one new nonce.
    #[must_use]
    pub fn challenge(&mut self, now: Instant, source: IpAddr, stale: bool) -> Vec<String> {
        let nonce = self.write_nonce(Nonce { number: self.next, issued: now }, source);
        self.next += 1;
        let stale = if stale { ", stale=true" } else { "" };
        self.algorithms
            .iter()
            .map(|algorithm| {
                let (realm, algorithm) = (quoted(&self.realm), algorithm.name());
                format!(
                    "Digest realm={realm}, nonce=\"{nonce}\", algorithm={algorithm}, qop=\"auth\"{stale}"
                )
            })
            .collect()
    }

    /// Judges an attempt; `password` knows the users.
    pub fn judge<'p>(
        &mut self,
        now: Instant,
        attempt: Attempt<'_>,
        password: impl FnOnce(&str) -> Option<&'p str>,
    ) -> Verdict {
        let ours = attempt.authorization.iter().find_map(|value| self.read(value));
        let Some(given) = ours else { return Verdict::Missing };
        let Some(given) = given else { return Verdict::Wrong { user: "".into(), exists: false } };
        let known = password(&given.username);
        let expected = self.response(&given, attempt.method, known.unwrap_or(NO_PASSWORD));
        let matches = same(expected.as_bytes(), given.response.as_bytes());
        if !matches || known.is_none() || !names_same_resource(&given.uri, attempt.uri) {
            return Verdict::Wrong { user: given.username.into(), exists: known.is_some() };
        }
        let nonce = self.read_nonce(&given.nonce, attempt.source);
        if nonce.is_some_and(|nonce| self.use_up(now, nonce, given.count)) {
            Verdict::Granted { user: given.username.into() }
        } else {
            Verdict::Stale
        }
    }

    /// Takes one count of a nonce; `false` if the nonce is too old or the count not new.
    fn use_up(&mut self, now: Instant, nonce: Nonce, count: u32) -> bool {
        let too_old = |issued: Instant| now.since(issued) > NONCE_LIFE;
        while let Some(first) = self.counts.first_entry().filter(|seen| too_old(seen.get().issued))
        {
            first.remove();
        }
        if too_old(nonce.issued) || nonce.number <= self.forgotten {
            return false;
        }
        let last = self.counts.get(&nonce.number).map_or(0, |seen| seen.count);
        if count <= last || count - last > COUNT_WINDOW {
            return false;
        }
        self.counts.insert(nonce.number, Seen { issued: nonce.issued, count });
        if self.counts.len() > MAX_NONCES
            && let Some((number, _)) = self.counts.pop_first()
        {
            self.forgotten = number;
        }
        true
    }

    /// RFC 7616 §3.4.1 with `qop=auth`.
    fn response(&self, given: &Credentials, method: &str, password: &str) -> String {
        let hash = |input: &str| given.algorithm.hash(input);
        let ha1 = hash(&format!("{}:{}:{password}", given.username, self.realm));
        let ha2 = hash(&format!("{method}:{}", given.uri));
        hash(&format!("{ha1}:{}:{:08x}:{}:auth:{ha2}", given.nonce, given.count, given.cnonce))
    }

    /// Reads credentials: `None` if the value is not for us, `Some(None)` if it is but lacks something.
    fn read(&self, value: &str) -> Option<Option<Credentials>> {
        let (scheme, rest) = value.trim_start().split_once([' ', '\t'])?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let parameters = parameters(rest);
        let find = |name: &str| {
            parameters
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        if find("realm").as_deref() != Some(&*self.realm) {
            return None;
        }
        let read = || {
            let named = find("algorithm").unwrap_or_else(|| Algorithm::Md5.name().to_owned());
            let offered =
                self.algorithms.iter().find(|known| known.name().eq_ignore_ascii_case(&named));
            find("qop").filter(|qop| qop.eq_ignore_ascii_case("auth"))?;
            let count = find("nc").filter(|digits| digits.len() == 8)?;
            Some(Credentials {
                username: find("username")?,
                nonce: find("nonce")?,
                uri: find("uri")?,
                response: find("response")?.to_ascii_lowercase(),
                algorithm: *offered?,
                cnonce: find("cnonce")?,
                count: u32::from_str_radix(&count, 16).ok()?,
            })
        };
        Some(read())
    }

    fn write_nonce(&self, nonce: Nonce, source: IpAddr) -> String {
        let mut bytes = Vec::with_capacity(16 + PROOF_BYTES);
        bytes.extend_from_slice(&nonce.number.to_be_bytes());
        bytes.extend_from_slice(&nonce.issued.as_micros().to_be_bytes());
        let proof = self.prove(&bytes, source);
        bytes.extend_from_slice(&proof);
        hexadecimal(&bytes)
    }

    /// Takes a nonce apart if we made it for this source.
    fn read_nonce(&self, text: &str, source: IpAddr) -> Option<Nonce> {
        let number = u64::from_str_radix(text.get(..16)?, 16).ok()?;
        let issued = Instant::from_micros(u64::from_str_radix(text.get(16..32)?, 16).ok()?);
        let nonce = Nonce { number, issued };
        same(self.write_nonce(nonce, source).as_bytes(), text.as_bytes()).then_some(nonce)
    }

    /// HMAC-SHA-256 (RFC 2104) over the head of a nonce and the source's address, cut to size.
    fn prove(&self, head: &[u8], source: IpAddr) -> [u8; PROOF_BYTES] {
        const BLOCK: usize = 64;
        let pad = |byte: u8| {
            let mut block = [byte; BLOCK];
            block.iter_mut().zip(self.secret).for_each(|(padded, secret)| *padded ^= secret);
            block
        };
        let source = source.to_canonical().to_string();
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(head)
            .chain_update(source)
            .finalize();
        let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        let mut proof = [0; PROOF_BYTES];
        proof.iter_mut().zip(outer).for_each(|(kept, byte)| *kept = byte);
        proof
    }
}

/// Compares without telling by its time where the difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    let different = left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && std::hint::black_box(different) == 0
}

/// Whether the `uri` of the credentials means the Request-URI. Parameters do not count, and some clients leave the
/// user out; what protects against replay is the nonce.
fn names_same_resource(given: &str, requested: &str) -> bool {
    let bare = |uri: &str| {
        let uri = uri.split([';', '?']).next().unwrap_or_default();
        uri.split_once(':').map_or(uri, |(_, rest)| rest).to_ascii_lowercase()
    };
    let (given, requested) = (bare(given), bare(requested));
    given == requested || requested.rsplit_once('@').is_some_and(|(_, host)| host == given)
}

/// Splits `name=value, name="quoted value"`; what does not fit is passed over.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut rest = text;
    let mut found = Vec::new();
    while found.len() < MAX_PARAMETERS {
        rest = rest.trim_start_matches([' ', '\t', ',', '\r', '\n']);
        let Some((name, after)) = rest.split_once('=') else { break };
        let (value, after) = value(after.trim_start());
        found.push((name.trim_end().to_owned(), value));
        rest = after;
    }
    found
}

/// Reads one parameter value and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(mut chars) = text.strip_prefix('"').map(str::chars) else {
        let (value, rest) = text.split_once(',').unwrap_or((text, ""));
        return (value.trim_end().to_owned(), rest);
    };
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    (value, chars.as_str())
}

/// Writes a quoted-string (RFC 3261 §25.1).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}

#[cfg(test)]
mod tests;
