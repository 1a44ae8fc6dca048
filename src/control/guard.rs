//! Who asks, and whether those who guess are heard any further.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::settings::{Role, Token};
use super::table::Needs;
use crate::call::AgentId;
use crate::time::{Duration, Instant};

/// Wrong tokens of one source, within [`WINDOW`], that are answered as such.
const TRIES: u32 = 10;
/// How long wrong tokens are counted, and how long a source is not heard that showed too many.
const WINDOW: Duration = Duration::from_secs(60);
/// How long a source that showed a token is taken for one that has it, however many wrong ones come from there.
const TRUSTED: Duration = Duration::from_mins(60);
/// Sources that are remembered; the oldest is forgotten first.
const SOURCES: usize = 1_024;
/// The most bytes of a token that is looked at.
const MAX_TOKEN: usize = 4_096;
/// The part of an IPv6 address that one subscriber has, in bits.
const SUBSCRIBER_BITS: u32 = 64;

/// Somebody who showed a token, or nobody in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// The token's name.
    pub(super) name: Arc<str>,
    /// What it opens.
    pub(super) role: Role,
}

impl Who {
    /// Whether this is somebody who may do what needs so much, about that agent if it is about one.
    pub(super) fn may(&self, needs: Needs, about: Option<&AgentId>) -> bool {
        match (&self.role, needs) {
            (_, Needs::Nothing) | (Role::Admin, _) => true,
            (Role::Supervisor, needs) => needs != Needs::Administer,
            (Role::Read, Needs::Read | Needs::Figures | Needs::See | Needs::SeeTickets)
            | (Role::Agent(_), Needs::SeeTickets | Needs::WorkTickets) => true,
            (Role::Agent(own), Needs::See | Needs::Change) => about == Some(own),
            (
                Role::Read,
                Needs::Change | Needs::Supervise | Needs::WorkTickets | Needs::Administer,
            )
            | (
                Role::Agent(_),
                Needs::Read | Needs::Figures | Needs::Supervise | Needs::Administer,
            ) => false,
        }
    }
}

/// The tokens, and what came of those that were shown.
#[derive(Debug)]
pub(super) struct Guard {
    tokens: Vec<Token>,
    sources: BTreeMap<IpAddr, Source>,
}

#[derive(Debug, Default)]
struct Source {
    /// Wrong tokens since `since`.
    wrong: u32,
    since: Instant,
    /// When it last showed a right one, and which.
    right: Option<(Instant, Arc<str>)>,
}

/// The way to other tokens while the interface answers.
#[derive(Debug, Clone)]
pub struct Tokens(pub(super) Arc<Mutex<Guard>>);

impl Tokens {
    /// From here on these open, and no others. Streams that are open go on; who guessed is still remembered.
    pub fn renew(&self, tokens: Vec<Token>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tokens = tokens;
    }
}

impl Guard {
    pub(super) const fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, sources: BTreeMap::new() }
    }

    /// Who asks by these headers from that address.
    pub(super) fn who(
        &mut self,
        now: Instant,
        from: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Who, Refusal> {
        let from = subscriber(from);
        let Some(shown) = bearer(headers) else {
            return Err(self.unshown());
        };
        let digest: [u8; 32] = Sha256::digest(shown).into();
        // Every token is compared, so that the time tells nothing.
        let mut found = None;
        for token in &self.tokens {
            if token.is(&digest) {
                found = Some(token);
            }
        }
        let found = found.map(|token| Who { name: token.name.clone(), role: token.role.clone() });
        let source = self.sources.entry(from).or_default();
        if now.since(source.since) >= WINDOW {
            (source.wrong, source.since) = (0, now);
        }
        let barred = source.wrong >= TRIES;
        let outcome = match found {
            Some(who) if !barred || source.knows(&who.name, now) => {
                source.right = Some((now, who.name.clone()));
                Ok(who)
            }
            Some(_) => Err(too_many()),
            None => {
                source.wrong = source.wrong.saturating_add(1);
                Err(if barred { too_many() } else { wrong() })
            }
        };
        self.forget_the_oldest(now);
        outcome
    }

    /// What is answered where no token is shown.
    fn unshown(&self) -> Refusal {
        let refusal = Refusal::new(
            StatusCode::UNAUTHORIZED,
            "no_token",
            "This needs a token, and none is shown.",
        );
        refusal.hint(if self.tokens.is_empty() {
            "Add one under `control.tokens` in sambung.yaml, and have the node read it: `kill -HUP`."
        } else {
            "Send the header `Authorization: Bearer TOKEN`, with a token of `control.tokens` in sambung.yaml."
        })
    }

    fn forget_the_oldest(&mut self, now: Instant) {
        if self.sources.len() <= SOURCES {
            return;
        }
        let age = |source: &Source| {
            let right = source.right.as_ref().map_or(Instant::ZERO, |(at, _)| *at);
            now.since(source.since.max(right))
        };
        let oldest = self.sources.iter().max_by_key(|(_, source)| age(source)).map(|(at, _)| *at);
        if let Some(oldest) = oldest {
            self.sources.remove(&oldest);
        }
    }
}

impl Source {
    fn knows(&self, token: &str, now: Instant) -> bool {
        self.right.as_ref().is_some_and(|(at, name)| &**name == token && now.since(*at) < TRUSTED)
    }
}

fn wrong() -> Refusal {
    let hint = "Look into `control.tokens` in sambung.yaml for where the tokens are kept.";
    Refusal::new(StatusCode::UNAUTHORIZED, "wrong_token", "The token is not known here.").hint(hint)
}

fn too_many() -> Refusal {
    let message = "Too many wrong tokens came from this address.";
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", message).again(WINDOW.as_secs())
}

/// The token in `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN;
    fits.then(|| token.trim())
}

/// The address by which a source is known: an IPv6 address stands for all that one subscriber has.
fn subscriber(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let own = u128::MAX << (u128::BITS - SUBSCRIBER_BITS);
            IpAddr::V6((address.to_bits() & own).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "8f1d8f0c7a7a4d0d9e4b";

    fn guard() -> Guard {
        Guard::new(vec![Token::new("desk".into(), Role::Supervisor, RIGHT)])
    }

    fn shown(token: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().expect("text"));
        headers
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn only_a_known_token_opens() {
        let (mut guard, here) = (guard(), IpAddr::from([192, 0, 2, 1]));
        assert_eq!(&*guard.who(at(0), here, &shown(RIGHT)).expect("known").name, "desk");
        for token in ["", "8f1d8f0c7a7a4d0d9e4", "8f1d8f0c7a7a4d0d9e4b0", "desk"] {
            assert_eq!(guard.who(at(0), here, &shown(token)), Err(wrong()), "{token}");
        }
        assert_eq!(guard.who(at(0), here, &HeaderMap::new()), Err(guard.unshown()));
    }

    #[test]
    fn other_tokens_take_the_place_of_those_of_before() {
        let guard = Arc::new(Mutex::new(guard()));
        let tokens = Tokens(Arc::clone(&guard));
        let role = |token: &str| {
            let mut guard = guard.lock().expect("a lock");
            guard.who(at(0), IpAddr::from([192, 0, 2, 1]), &shown(token)).map(|who| who.role)
        };
        tokens.renew(vec![Token::new("desk".into(), Role::Read, RIGHT)]);
        assert_eq!(role(RIGHT), Ok(Role::Read), "another role");
        tokens.renew(vec![Token::new("desk".into(), Role::Admin, "0f6f1a4b1c5d8e7f9a3b")]);
        assert_eq!(role(RIGHT), Err(wrong()), "it opens no more");
        assert_eq!(role("0f6f1a4b1c5d8e7f9a3b"), Ok(Role::Admin));
    }

    #[test]
    fn who_guesses_is_not_heard_for_a_while_and_who_has_it_is() {
        let mut guard = guard();
        let (guesser, desk) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..TRIES {
            assert_eq!(guard.who(at(1), guesser, &shown("guess")), Err(wrong()));
        }
        assert_eq!(guard.who(at(2), guesser, &shown("guess")), Err(too_many()));
        assert_eq!(guard.who(at(2), guesser, &shown(RIGHT)), Err(too_many()), "not even that");
        guard.who(at(2), desk, &shown(RIGHT)).expect("another source");
        for _ in 0..=TRIES {
            guard.who(at(3), desk, &shown("guess")).expect_err("wrong");
        }
        guard.who(at(4), desk, &shown(RIGHT)).expect("it had it before");
        guard.who(at(90), guesser, &shown(RIGHT)).expect("the while is over");
    }

    #[test]
    fn sources_are_forgotten_and_networks_are_one_source() {
        let mut guard = guard();
        for number in 0..2_000_u32 {
            let from = IpAddr::V4(number.into());
            guard.who(at(u64::from(number)), from, &shown("guess")).expect_err("wrong");
        }
        assert_eq!(guard.sources.len(), SOURCES);
        let of = |text: &str| subscriber(text.parse().expect("an address"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
