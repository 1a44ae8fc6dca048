//! What the adapter is told once.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::network::Network;
use super::transport::{ConnectionLimits, Socket, TlsFiles};
use crate::sip::{
    Algorithm, GuardSettings, Preferences, RegistrarSettings, Reliability, Security, TrunkSettings,
};
use crate::telephony::rtp;
use crate::time::Duration;

/// The settings of the SIP adapter.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The sockets. Port 0 takes any free one; see [`SipAdapter::sockets`](super::SipAdapter::sockets).
    pub listen: Vec<Socket>,
    /// Where TLS finds its certificate; without it there can be no secure socket.
    pub tls: Option<TlsFiles>,
    /// How often the files of TLS are looked at. What they hold is used once they have changed and are at rest.
    pub look_every: Duration,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// How long a connection may be without a whole message before it is closed, unless a call or a registration
    /// needs it. Half a message is not waited for longer in any case.
    pub quiet_limit: Duration,
    /// The address that others must use; `None` = for each peer the one that leads to it.
    pub advertise: Option<IpAddr>,
    /// The name that phones are asked a password for.
    pub realm: Arc<str>,
    /// Who may call without a password. Registering always needs one.
    pub allow: Vec<Network>,
    /// From where phones may register. Everything by default: a password is wanted in any case.
    pub agents_from: Vec<Network>,
    /// What strangers may do.
    pub guard: GuardSettings,
    /// The users that may register and call, with their passwords.
    pub users: BTreeMap<Arc<str>, Password>,
    /// The hashes offered for passwords, the preferred one first. SHA-256 alone by default. Many phones know MD5 alone;
    /// those with libre 1, such as baresip 1.0, even give up at the sight of a challenge that names another beside it.
    pub digests: Vec<Algorithm>,
    /// The limits of registrations.
    pub registrar: RegistrarSettings,
    /// Codecs and packet time.
    pub audio: Preferences,
    /// Whether media is encrypted.
    pub srtp: Security,
    /// The media threads.
    pub rtp: rtp::Settings,
    /// Whose audio is taken.
    pub media_source: MediaSource,
    /// Whether keys are listened for in the audio where telephone-events were agreed on too; else only where they were not.
    pub keys_in_audio: bool,
    /// The `sip:` address of the proxy that calls to addresses go through; `None` = straight to them. Phones that
    /// registered are reached the way they came, trunks the way they say.
    pub outbound: Option<Arc<str>>,
    /// The `sip:` addresses that a redirected call may go on to; every other redirection ends the call.
    pub redirects: Vec<Arc<str>>,
    /// RFC 4028: the interval within which calls are to be refreshed; `None` = none is asked for.
    pub session_expires: Option<Duration>,
    /// RFC 4028: the shortest interval that others may ask for.
    pub session_min: Duration,
    /// Whether provisional answers are acknowledged.
    pub reliable: Reliability,
    /// Whom calls of the public network come from and go to; without one no number can be called.
    pub trunks: Vec<TrunkLine>,
    /// How long a phone that sends no media may take to answer whether it is there; then the engine is told that it
    /// is lost.
    pub answer_limit: Duration,
    /// The most incoming calls at a time; one more is turned away with 503.
    pub max_calls: usize,
}

impl Settings {
    /// The usual settings on these sockets: nobody may do anything yet.
    #[must_use]
    pub fn new(listen: Vec<Socket>, rtp: rtp::Settings) -> Self {
        Self {
            listen,
            tls: None,
            look_every: Duration::from_secs(5),
            connections: ConnectionLimits::default(),
            quiet_limit: Duration::from_secs(30),
            advertise: None,
            realm: "sambung".into(),
            allow: Vec::new(),
            agents_from: Network::everywhere().to_vec(),
            guard: GuardSettings::default(),
            users: BTreeMap::new(),
            digests: vec![Algorithm::Sha256],
            registrar: RegistrarSettings::default(),
            audio: Preferences::default(),
            srtp: Security::Optional,
            rtp,
            media_source: MediaSource::Auto,
            keys_in_audio: false,
            outbound: None,
            redirects: Vec::new(),
            session_expires: Some(Duration::from_mins(30)),
            session_min: Duration::from_secs(90),
            reliable: Reliability::default(),
            trunks: Vec::new(),
            answer_limit: Duration::from_secs(4),
            max_calls: 1_000,
        }
    }
}

/// A trunk, and where it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkLine {
    /// What it may and how it is spoken to; its `ways` are filled in from `addresses`.
    pub settings: TrunkSettings,
    /// The `sip:` addresses of its ways, the preferred one first: of its proxy, if it has one.
    pub addresses: Vec<Arc<str>>,
    /// Further addresses that its calls come from.
    pub from: Vec<Network>,
}

/// A user's password. It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Arc<str>);

impl Password {
    /// Wraps a password.
    #[must_use]
    pub fn new(password: impl Into<Arc<str>>) -> Self {
        Self(password.into())
    }

    /// The password, for the one place that must have it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Whose audio is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MediaSource {
    /// The signalled address; where it is not the one that signals, as behind NAT, that one is learnt once.
    #[default]
    Auto,
    /// Only the signalled address.
    Strict,
    /// Always learnt once from the address that signals.
    Learn,
}
