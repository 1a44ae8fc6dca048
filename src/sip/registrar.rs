//! The registrar (RFC 3261 §10.3): where users can be reached, until when.
//!
//! Requests come in already authenticated; answers go out as values, changes of reachability as [`Change`]s. It knows
//! no messages, no digests and no sockets beyond the address a binding came from, which is the way back through NAT.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use super::event::{Contact, Contacts, RegisterRequest};
use super::read;
use super::transport::Transport;
use super::write;
use crate::time::{Duration, Instant};

/// Longest contact address kept, in bytes.
const MAX_CONTACT_BYTES: usize = 512;
/// Longest Call-ID kept, in bytes.
const MAX_CALL_ID_BYTES: usize = 256;

/// The limits of a registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrarSettings {
    /// Shortest registration granted; shorter ones are answered 423.
    pub min_expires: Duration,
    /// Longest registration granted; longer ones are cut.
    pub max_expires: Duration,
    /// What a request that names no time gets.
    pub default_expires: Duration,
    /// Most contacts of one user; a further one takes the place of the oldest, so that a phone which restarts on
    /// new ports stays reachable.
    pub contacts: usize,
}

impl Default for RegistrarSettings {
    fn default() -> Self {
        Self {
            min_expires: Duration::from_secs(30),
            max_expires: Duration::from_mins(60),
            default_expires: Duration::from_mins(5),
            contacts: 5,
        }
    }
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationAnswer {
    /// 200 with the bindings that now stand: contact address and seconds left, newest first.
    Bound(Vec<(Arc<str>, u64)>),
    /// 400: the request contradicts itself or is too long.
    BadRequest,
    /// 403: somebody else's address.
    Forbidden,
    /// 423 with `Min-Expires` in seconds.
    TooBrief {
        /// The shortest time granted, in seconds.
        min_expires: u64,
    },
    /// 500: older than what is already bound; nothing was changed.
    OutOfOrder,
}

impl RegistrationAnswer {
    /// The SIP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Bound(_) => 200,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::TooBrief { .. } => 423,
            Self::OutOfOrder => 500,
        }
    }

    /// How long the longest binding lasts that now stands; zero for a refusal.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        match self {
            Self::Bound(bindings) => {
                Duration::from_secs(bindings.iter().map(|(_, left)| *left).max().unwrap_or(0))
            }
            Self::BadRequest | Self::Forbidden | Self::TooBrief { .. } | Self::OutOfOrder => {
                Duration::ZERO
            }
        }
    }

    /// The header fields of the answer: `Contact` for each binding, or `Min-Expires`.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        match self {
            Self::Bound(bindings) => bindings
                .iter()
                .map(|(contact, left)| {
                    ("Contact".to_owned(), format!("<{contact}>;expires={left}"))
                })
                .collect(),
            Self::TooBrief { min_expires } => {
                vec![("Min-Expires".to_owned(), min_expires.to_string())]
            }
            Self::BadRequest | Self::Forbidden | Self::OutOfOrder => Vec::new(),
        }
    }
}

/// One way to reach a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The contact address: a URI without angle brackets.
    pub contact: Arc<str>,
    /// Where the registration came from; requests to the user go there.
    pub source: SocketAddr,
    /// Our socket that it reached.
    pub local: SocketAddr,
    /// How it travelled; requests to the user travel so too.
    pub transport: Transport,
    /// The hops that requests to the user take (RFC 3327): `Route` values, nearest first. They are sent to `source`
    /// whatever stands here.
    pub path: Arc<[String]>,
    /// Its `q` in per mille: those alike are rung together, the highest first.
    pub preference: u16,
    call_id: Arc<str>,
    sequence: u32,
    expires: Instant,
}

/// A change in who can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The user's first binding was made.
    Reachable(Arc<str>),
    /// The user's last binding went.
    Unreachable(Arc<str>),
}

/// All bindings.
#[derive(Debug)]
pub struct Registrar {
    settings: RegistrarSettings,
    /// Only users with bindings are here, so its size is bounded by the number of configured users.
    /// Bindings are kept by preference, of those alike the newest first.
    users: BTreeMap<Arc<str>, Vec<Binding>>,
    changes: VecDeque<Change>,
    /// When the first binding expires.
    next: Option<Instant>,
}

impl Registrar {
    /// Starts with nobody registered.
    #[must_use]
    pub const fn new(settings: RegistrarSettings) -> Self {
        Self { settings, users: BTreeMap::new(), changes: VecDeque::new(), next: None }
    }

    /// Works on one request of the user that its credentials belong to. Everything it asks is done, or nothing.
    pub fn register(
        &mut self,
        now: Instant,
        user: &str,
        request: &RegisterRequest,
    ) -> RegistrationAnswer {
        self.handle_timeout(now);
        if request.to_user != user || request.from_user != user {
            return RegistrationAnswer::Forbidden;
        }
        let mut bindings = self.users.get(user).cloned().unwrap_or_default();
        let result = match &request.contacts {
            Contacts::Contradictory => Err(RegistrationAnswer::BadRequest),
            Contacts::All if request.expires != Some(0) => Err(RegistrationAnswer::BadRequest),
            Contacts::All => remove_all(&mut bindings, request),
            Contacts::Some(contacts) => contacts
                .iter()
                .try_for_each(|contact| self.bind(&mut bindings, now, request, contact)),
        };
        if let Err(refused) = result {
            return refused;
        }
        let answer = bindings
            .iter()
            .map(|binding| (binding.contact.clone(), binding.expires.since(now).as_secs()))
            .collect();
        self.store(user.into(), bindings);
        RegistrationAnswer::Bound(answer)
    }

    /// Where a user can be rung: the highest `q` first, of those alike the one renewed last.
    #[must_use]
    pub fn bindings(&self, user: &str) -> &[Binding] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }

    /// Whether a binding was made over the connection to `source`.
    #[must_use]
    pub fn uses(&self, transport: Transport, source: SocketAddr) -> bool {
        let over = |binding: &Binding| binding.transport == transport && binding.source == source;
        self.users.values().flatten().any(over)
    }

    /// The connection to `source` is over (RFC 5626 §5.3). What was bound over it is dropped, unless its contact
    /// names by number where that host can be connected to.
    pub fn disconnected(&mut self, transport: Transport, source: SocketAddr) {
        if !self.uses(transport, source) {
            return;
        }
        let changes = &mut self.changes;
        self.users.retain(|user, bindings| {
            bindings.retain_mut(|binding| {
                if binding.transport != transport || binding.source != source {
                    return true;
                }
                let other = transport.opens().then(|| listening(&binding.contact)).flatten();
                let other = other.filter(|at| at.ip() == source.ip() && *at != source);
                binding.source = other.unwrap_or(source);
                other.is_some()
            });
            if bindings.is_empty() {
                changes.push_back(Change::Unreachable(user.clone()));
            }
            !bindings.is_empty()
        });
        self.plan();
    }

    /// Drops what has expired by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.next.is_none_or(|next| next > now) {
            return;
        }
        let changes = &mut self.changes;
        self.users.retain(|user, bindings| {
            bindings.retain(|binding| binding.expires > now);
            if bindings.is_empty() {
                changes.push_back(Change::Unreachable(user.clone()));
            }
            !bindings.is_empty()
        });
        self.plan();
    }

    /// When the next binding expires.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// The next change, oldest first.
    pub fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// Adds, renews or removes one contact.
    fn bind(
        &self,
        bindings: &mut Vec<Binding>,
        now: Instant,
        request: &RegisterRequest,
        contact: &Contact,
    ) -> Result<(), RegistrationAnswer> {
        if contact.uri.len() > MAX_CONTACT_BYTES || request.call_id.len() > MAX_CALL_ID_BYTES {
            return Err(RegistrationAnswer::BadRequest);
        }
        let known = bindings.iter().position(|binding| *binding.contact == *contact.uri);
        if let Some(binding) = known.and_then(|place| bindings.get(place)) {
            in_order(binding, request)?;
        }
        let asked =
            contact.expires.or(request.expires).map(|seconds| Duration::from_secs(seconds.into()));
        let life = asked.unwrap_or(self.settings.default_expires).min(self.settings.max_expires);
        if let Some(place) = known {
            bindings.remove(place);
        }
        if life.is_zero() {
            return Ok(());
        }
        if life < self.settings.min_expires {
            return Err(RegistrationAnswer::TooBrief {
                min_expires: self.settings.min_expires.as_secs(),
            });
        }
        // The list is kept by preference and newest first: what falls off the end is the oldest of the least.
        bindings.truncate(self.settings.contacts.saturating_sub(1));
        let binding = Binding {
            contact: contact.uri.as_str().into(),
            source: request.from,
            local: request.local,
            transport: request.transport,
            path: request.path.as_slice().into(),
            preference: contact.preference,
            call_id: request.call_id.as_str().into(),
            sequence: request.cseq,
            expires: now + life,
        };
        bindings.insert(0, binding);
        bindings.sort_by_key(|binding| std::cmp::Reverse(binding.preference));
        Ok(())
    }

    fn store(&mut self, user: Arc<str>, bindings: Vec<Binding>) {
        if bindings.is_empty() {
            if self.users.remove(&user).is_some() {
                self.changes.push_back(Change::Unreachable(user));
            }
        } else if self.users.insert(user.clone(), bindings).is_none() {
            self.changes.push_back(Change::Reachable(user));
        }
        self.plan();
    }

    fn plan(&mut self) {
        self.next = self.users.values().flatten().map(|binding| binding.expires).min();
    }
}

/// The address that a contact names by number.
fn listening(contact: &str) -> Option<SocketAddr> {
    let uri = write::request_uri(contact.as_bytes())?;
    read::place(&uri).map(|place| place.address).filter(|at| read::is_reachable(*at))
}

/// RFC 3261 §10.3 step 6: `*` removes all, unless one of them is newer than the request.
fn remove_all(
    bindings: &mut Vec<Binding>,
    request: &RegisterRequest,
) -> Result<(), RegistrationAnswer> {
    bindings.iter().try_for_each(|binding| in_order(binding, request))?;
    bindings.clear();
    Ok(())
}

/// RFC 3261 §10.3 step 7: within one Call-ID the `CSeq` must rise.
fn in_order(binding: &Binding, request: &RegisterRequest) -> Result<(), RegistrationAnswer> {
    if *binding.call_id == *request.call_id && request.cseq <= binding.sequence {
        return Err(RegistrationAnswer::OutOfOrder);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
