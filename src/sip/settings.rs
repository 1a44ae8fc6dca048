//! What a user agent is told once: its addresses, its limits and the timer constants.

use std::net::SocketAddr;
use std::sync::Arc;

use super::session;
use super::transport::Transport;
use super::write;
use crate::time::Duration;

/// One socket that the user agent is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// What is spoken there. Two sockets of different transports may share an address.
    pub transport: Transport,
    /// The socket's own address, as the adapter names it in [`Input::Message`](super::Input::Message).
    pub local: SocketAddr,
    /// The address that others must use: it goes into Via and Contact.
    pub advertised: SocketAddr,
}

/// Whether provisional answers are acknowledged (RFC 3262).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reliability {
    /// Never; those who require it are refused with 420.
    Off,
    /// Where both sides can: early media always, ringing only for those who require it.
    #[default]
    Supported,
    /// Always; those who cannot are refused with 421.
    Required,
}

/// The settings of a [`UserAgent`](super::UserAgent). Every bound on its memory is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The sockets. The first one is used where nothing else decides.
    pub listen: Vec<Listen>,
    /// The product name in `Server` and `User-Agent`; `None` sends neither.
    pub server_name: Option<Arc<str>>,
    /// How many calls may exist at once, set-up and closing included. One more is turned away with 503.
    pub max_dialogs: usize,
    /// How many transactions may exist at once. Finished ones that only absorb repetitions give way first.
    pub max_transactions: usize,
    /// The longest message that is read, in bytes. Longer ones are dropped.
    pub max_message_bytes: usize,
    /// The longest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// The most header fields that a message may have.
    pub max_headers: usize,
    /// How long an incoming call may wait for the answer from above before it is refused with 480.
    pub setup_limit: Duration,
    /// The longest time a call may last after it was answered.
    pub call_limit: Duration,
    /// RFC 4028: the interval within which a call is to be refreshed, where we may say; `None` = we ask for none.
    /// What the far side asks for is done all the same.
    pub session_expires: Option<Duration>,
    /// RFC 4028: the shortest interval that we bear; less is refused with 422. Never less than 90 s.
    pub session_min: Duration,
    /// Whether provisional answers are acknowledged.
    pub reliable: Reliability,
    /// RFC 3261 §17.1.1.1 T1: the round-trip estimate and first repetition interval.
    pub t1: Duration,
    /// RFC 3261 T2: the longest repetition interval.
    pub t2: Duration,
    /// RFC 3261 T4: how long a message stays in the network.
    pub t4: Duration,
}

impl Settings {
    /// The usual settings on the given sockets: RFC 3261's timers, 4,000 calls, 4 h per call.
    #[must_use]
    pub fn new(listen: Vec<Listen>) -> Self {
        Self {
            listen,
            server_name: None,
            max_dialogs: 4_000,
            max_transactions: 40_000,
            max_message_bytes: 32 * 1024,
            max_body_bytes: 16 * 1024,
            max_headers: 128,
            setup_limit: Duration::from_mins(3),
            call_limit: Duration::from_mins(240),
            session_expires: Some(Duration::from_mins(30)),
            session_min: Duration::from_secs(90),
            reliable: Reliability::default(),
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }

    /// The extensions that others may require of us (RFC 3261 §19.2).
    pub(super) fn extensions(&self) -> Vec<&'static str> {
        let mut known = vec![session::OPTION];
        known.extend(write::SUPPORTED.split(", "));
        match self.reliable {
            Reliability::Off => {}
            Reliability::Supported | Reliability::Required => known.push(write::RELIABLE),
        }
        known
    }

    /// The value of `Supported`.
    pub(super) fn supported(&self) -> String {
        self.extensions().join(", ")
    }

    /// 64·T1: when a transaction without any reply is given up (RFC 3261 §17).
    #[must_use]
    pub fn give_up(&self) -> Duration {
        self.t1.times(64)
    }

    /// The address that others must use to reach the socket `local` of a transport.
    pub(super) fn advertised(&self, transport: Transport, local: SocketAddr) -> SocketAddr {
        self.spoken(transport).find(|listen| listen.local == local).map_or(local, |l| l.advertised)
    }

    /// The socket to send from where no message has decided it yet: the first of the same address family.
    pub(super) fn source_for(&self, transport: Transport, to: SocketAddr) -> Option<SocketAddr> {
        let same = |listen: &&Listen| listen.local.is_ipv4() == to.is_ipv4();
        let mut spoken = self.spoken(transport);
        spoken.find(same).or_else(|| self.spoken(transport).next()).map(|listen| listen.local)
    }

    /// The socket of another transport on the host's address `local`, or on all of them.
    pub(super) fn beside(&self, transport: Transport, local: SocketAddr) -> Option<SocketAddr> {
        let here = |listen: &Listen| {
            let ip = listen.local.ip();
            ip == local.ip() || (ip.is_unspecified() && ip.is_ipv4() == local.is_ipv4())
        };
        let port = self.spoken(transport).find(|listen| here(listen))?.local.port();
        Some(SocketAddr::new(local.ip(), port))
    }

    fn spoken(&self, transport: Transport) -> impl Iterator<Item = &Listen> {
        self.listen.iter().filter(move |listen| listen.transport == transport)
    }
}
