//! What a configuration says, once read: plain values with their defaults. `server` turns them into each part's
//! own settings.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::codes::AgentCodes;
use super::control::Control;
use super::keyring::Keyring;
use super::retention::Retention;
use super::secret::{Secret, SecretPlace};
use super::trunk::Trunk;
use crate::call::{AgentId, Channels, FlowId, Language, QueueId, Symbol};
use crate::time::Duration;

/// The whole of `sambung.yaml`, checked. Relative paths are already joined to its folder.
///
/// `queues`, `calendars` and `answer` are not here: they belong to the project and are read with its flows.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's folder: where `sambung.yaml` lies.
    pub folder: PathBuf,
    /// `languages`: those of the project, the fallback first. Default `[id, en]`.
    pub languages: Vec<Language>,
    /// `flows`: the folder of the call flows. Default `flows`.
    pub flows: PathBuf,
    /// `audio`: the folder of the recordings. Default `audio`.
    pub audio: PathBuf,
    /// `safe.flow`: the flow that takes over where another cannot be carried out. Default: none.
    pub safe_flow: Option<FlowId>,
    /// `safe.number`: the number that is rung where no safe flow is given or it fails as well. Default: none.
    pub safe_number: Option<Arc<str>>,
    /// `sip`: the SIP side.
    pub sip: Sip,
    /// `rtp`: the media side.
    pub rtp: Rtp,
    /// `adapters`: telephony worlds outside of this process, in their order. Default: none.
    pub adapters: Vec<Adapter>,
    /// `routes`: which called number leads to which flow. Default: none, so that every call is refused.
    pub routes: Vec<Route>,
    /// `agents`: the humans, by name. Those whose password is missing are left out.
    pub agents: BTreeMap<AgentId, Agent>,
    /// `trunks`: whom calls of the public network come from and go to, by name. Those whose password is missing are left
    /// out.
    pub trunks: BTreeMap<Arc<str>, Trunk>,
    /// `control`: the interface for agents and supervisors. Default: none.
    pub control: Option<Control>,
    /// `agent_codes`: what agents dial on their phones to say what they do. Default: none.
    pub agent_codes: Option<AgentCodes>,
    /// `transfers`: which numbers may be called.
    pub transfers: Transfers,
    /// `pop_url`: the page to open at the agent's desk; `{call}` stands for the call's id. Default: none.
    pub pop_url: Option<Arc<str>>,
    /// `records`: the file of call records. Default `records.jsonl`.
    pub records: PathBuf,
    /// `journals`: the file of call journals. Default: none, so that none are kept.
    pub journals: Option<PathBuf>,
    /// `store`: the file of the history: of calls, agents and offers. Default `sambung.db`.
    pub store: PathBuf,
    /// `recordings`: the folder of what callers were recorded saying. Default `recordings`.
    pub recordings: PathBuf,
    /// `record_talks`: in which channels talks with agents and transfer targets are recorded. Default: they are not.
    pub record_talks: Option<Channels>,
    /// `tickets`: a file of tickets from before, to be taken into the store. Default `tickets.jsonl`.
    pub tickets: PathBuf,
    /// `callbacks`: a file of wishes to be called back from before, likewise. Default `callbacks.jsonl`.
    pub callbacks: PathBuf,
    /// `resume`: for how long who was cut off from a line, or hung up in it, may come back to their place; zero = never.
    /// Default 10 min, at most 60 min.
    pub resume: Duration,
    /// `retention`: for how long what is kept stays.
    pub retention: Retention,
    /// `limits`: what the node takes on.
    pub limits: Limits,
    /// `secrets`: where the secrets are that services name. One that is not here is sought in the environment
    /// variable of its name.
    pub secrets: BTreeMap<Arc<str>, SecretPlace>,
    /// What was left out and why; to be told loudly at start.
    pub disabled: Vec<Disabled>,
}

impl Config {
    /// Where the values are that flows take from this node.
    #[must_use]
    pub fn keyring(&self) -> Keyring {
        Keyring::new(self.folder.clone(), self.secrets.clone())
    }
}

/// The SIP side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sip {
    /// `listen`: the sockets, as `TRANSPORT:ADDRESS:PORT`. Default `udp:0.0.0.0:5060`.
    pub listen: Vec<Listen>,
    /// `tls`: the certificate of `tls:` and `wss:` sockets, and who is believed.
    pub tls: Option<TlsFiles>,
    /// `advertise`: the address that others must use; `None` = `auto`, the one that leads to them.
    pub advertise: Option<IpAddr>,
    /// `realm`: the name that phones are asked a password for. Default `sambung`.
    pub realm: Arc<str>,
    /// `allow`: who may call without registering. Default `127.0.0.0/8`.
    pub allow: Vec<Network>,
    /// `agents_from`: from where phones may register. Default: everywhere.
    pub agents_from: Vec<Network>,
    /// `digest`: the hashes that passwords may be proven by, the preferred one first. Default `[sha-256]`.
    pub digest: Vec<DigestHash>,
    /// `guard`: what strangers may do.
    pub guard: Guard,
    /// `media_source`: whose audio is taken. Default `auto`.
    pub media_source: MediaSource,
    /// `dtmf`: how keys may come. Default `auto`.
    pub dtmf: Dtmf,
    /// `session`: within which time calls are to be refreshed.
    pub session: Session,
    /// `reliable`: whether provisional answers are acknowledged. Default `supported`.
    pub reliable: Reliable,
    /// `outbound`: the proxy that calls to SIP addresses go through. Default: none, straight to them.
    pub outbound: Option<Arc<str>>,
}

/// Within which time calls are to be refreshed, so that one whose far side is gone ends (RFC 4028).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// `expires`: the interval asked for; `None` = `off`: none is asked for. Default 30 min.
    pub expires: Option<Duration>,
    /// `min`: the shortest interval that others may ask for. Default 90 s, and no less.
    pub min: Duration,
}

impl Default for Session {
    fn default() -> Self {
        Self { expires: Some(Duration::from_mins(30)), min: Duration::from_secs(90) }
    }
}

/// Whether provisional answers are acknowledged, so that they arrive for certain (RFC 3262, `reliable`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "reliable")]
pub enum Reliable {
    /// Never.
    Off,
    /// Where both sides can.
    #[default]
    Supported,
    /// Always; who cannot is refused.
    Required,
}

/// What strangers may do (`sip.guard`): sources that are not in `allow`, hold no registration and have no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// `answer_strangers`: whether their requests are answered at all. Default: no, but for the registration of phones
    /// from `agents_from`.
    pub answer_strangers: bool,
    /// `messages`: how many a second one of them may send over time. Default 50.
    pub messages: u32,
    /// `ban`: how long the first ban lasts; each further one lasts twice as long, up to a day. Default 10 min.
    pub ban: Duration,
}

/// A hash that passwords are proven by (`digest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "digest")]
pub enum DigestHash {
    /// SHA-256 (RFC 8760).
    #[serde(rename = "sha-256")]
    Sha256,
    /// MD5, for phones that know no other.
    #[serde(rename = "md5")]
    Md5,
}

/// A socket to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// What is spoken there.
    pub transport: Transport,
    /// Its address.
    pub address: SocketAddr,
}

/// What is spoken on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// SIP in datagrams.
    Udp,
    /// SIP over connections.
    Tcp,
    /// SIP over TLS.
    Tls,
    /// SIP over WebSockets.
    Ws,
    /// SIP over WebSockets inside TLS.
    Wss,
}

impl Transport {
    /// Whether it needs a certificate.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        match self {
            Self::Tls | Self::Wss => true,
            Self::Udp | Self::Tcp | Self::Ws => false,
        }
    }
}

/// Where TLS finds its certificate, and whom it believes (`tls`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// `certificate`: ours and those that vouch for it, as PEM.
    pub certificate: PathBuf,
    /// `key`: its private key, as PEM.
    pub key: PathBuf,
    /// `client_ca`: who vouches for phones and trunks that connect; `None` = they need no certificate.
    pub client_ca: Option<PathBuf>,
    /// `server_ca`: who vouches for those that we connect to, beside the public authorities.
    pub server_ca: Option<PathBuf>,
}

/// A range of addresses, such as `192.168.0.0/16`; a bare address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// Its first address.
    pub address: IpAddr,
    /// How many leading bits count: 0–32, or 0–128 for IPv6.
    pub prefix: u8,
}

/// Whose audio is taken (`media_source`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "media_source")]
pub enum MediaSource {
    /// The signalled address; one behind NAT is learnt once, from the address that signals.
    #[default]
    Auto,
    /// Only the signalled address.
    Strict,
    /// Always learnt.
    Learn,
}

/// How keys may come (`dtmf`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "dtmf")]
pub enum Dtmf {
    /// As telephone-events where a phone can send them; else as INFO or as tones in the audio.
    #[default]
    Auto,
    /// As tones in the audio too where telephone-events were agreed on: whichever brings the first key of a call.
    Inband,
}

/// A telephony world outside of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// `name`: what it is called in logs and records.
    pub name: Arc<str>,
    /// `kind`, with what belongs to it: how it is reached.
    pub reach: Reach,
    /// `max_calls`: the most calls at a time. Default: `limits.calls`.
    pub max_calls: Option<usize>,
    /// `capabilities`: what it is said to be able to do, for checks without it.
    pub capabilities: Option<Capabilities>,
}

/// How an adapter is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// `process`: this program is run, in the project's folder.
    Process(Vec<String>),
    /// `socket`: it connects to a Unix socket here.
    Socket(PathBuf),
    /// `websocket`: it connects by WebSocket.
    WebSocket(WebSocketDoor),
}

/// A door for an adapter that connects by WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketDoor {
    /// `listen`: where. Without `tls` an address of this machine alone.
    pub listen: SocketAddr,
    /// `token`: what the adapter must show.
    pub token: Secret,
    /// `origins`: the pages that may connect. Default: none; programs have no origin.
    pub origins: Vec<Arc<str>>,
    /// `tls`: the certificate and its key, as PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// The `kind` of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "adapter_kind")]
pub enum AdapterWay {
    /// A program that the node runs, over its standard input and output.
    Process,
    /// One that connects to a Unix socket.
    Socket,
    /// One that connects by WebSocket.
    WebSocket,
}

/// What an adapter is said to be able to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It reports what callers say.
    pub speech: bool,
    /// It records callers.
    pub record: bool,
    /// It can call somebody.
    pub dial: bool,
    /// It can connect two of its legs.
    pub bridge: bool,
    /// The sound of its legs passes through this node, so that they can be connected with those of other adapters.
    pub samples: bool,
    /// It can hand a leg over.
    pub transfer: bool,
    /// It keeps secret keys secret.
    pub mask: bool,
}

/// The media side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rtp {
    /// `ports`: the UDP ports for audio, two per leg: a bridged call has two legs. Default `20000-29999`.
    pub ports: RangeInclusive<u16>,
    /// `threads`: the media threads; `None` = `auto`, one per core.
    pub threads: Option<NonZeroUsize>,
    /// `codecs`: those that are taken, the preferred one first; `None` = all, and the caller's order decides.
    pub codecs: Option<Vec<Codec>>,
    /// `ptime`: the time of audio in a packet where the far side asks for none: 10–60 ms. Default 20 ms.
    pub packet_time: Duration,
    /// `srtp`: whether media is encrypted. Default `optional`.
    pub srtp: Srtp,
}

/// A speech codec (`codecs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "codec")]
pub enum Codec {
    /// G.711 µ-law, the telephone codec of America and Japan.
    Pcmu,
    /// G.711 A-law, the telephone codec of the rest of the world.
    Pcma,
    /// G.722: wide band between phones that have it.
    G722,
    /// Opus: wide band and robust; costs many times the processor time of the others where it is not only passed on.
    Opus,
}

/// Whether media is encrypted, by keys in the session description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "srtp")]
pub enum Srtp {
    /// Never.
    Off,
    /// Wherever the far side can.
    #[default]
    Optional,
    /// Always: a call without it is refused (488).
    Required,
}

/// One route: which calls, and the flow that they lead to. The most specific wins: by number, then by trunk, then by
/// hours, then the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which numbers.
    pub called: Called,
    /// `trunk`: the trunk that the call comes by. Default: any, or none.
    pub trunk: Option<Arc<str>>,
    /// `hours` or `closed`: when it holds. Default: always.
    pub hours: Option<RouteHours>,
    /// Which flow.
    pub flow: FlowId,
}

/// When a route holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteHours {
    /// The calendar.
    pub calendar: Arc<str>,
    /// While it is open (`hours`), or while it is not (`closed`).
    pub open: bool,
}

/// Which called numbers a route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// `to`: exactly this one.
    Exactly(Arc<str>),
    /// `prefix`: those that begin like this; the longest prefix wins.
    Prefix(Arc<str>),
    /// `pattern`: those of this shape, in which `*` stands for any digits and `?` for one. Of a prefix and a pattern
    /// the one that names more digits wins.
    Pattern(Arc<str>),
    /// `default`: all others.
    Any,
}

/// One human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// `adapter`: the one that their phone is on, `sip` for the built-in one; `None` = that of whoever calls.
    pub adapter: Option<Arc<str>>,
    /// How their phone is reached.
    pub phone: Phone,
    /// `accept_key`: the key by which they take a call, where picking up is not enough.
    pub accept_key: Option<Symbol>,
    /// `queues`: those they answer for, and how.
    pub queues: Vec<(QueueId, Member)>,
    /// `skills`: name → values. A skill that is not named here matches anything.
    pub skills: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// How an agent serves a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Member {
    /// `level`: which ring of the queue reaches them, 1 to 99. Default 1.
    pub level: u8,
    /// `weight`: how likely they are asked where the strategy is `weighted`, 1 to 1,000. Default 1.
    pub weight: u32,
    /// `position`: where they stand in the list where the strategy is `linear`. Default: the order of the file.
    pub position: u32,
}

/// How an agent's phone is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phone {
    /// It registers with this node.
    Registered {
        /// `user`: the name it registers by.
        user: Arc<str>,
        /// `password`: its password.
        password: Secret,
    },
    /// `address`: a fixed SIP address.
    Address(Arc<str>),
    /// It belongs to an adapter outside, which tells whether it is there.
    Afar {
        /// `user`: the name that the adapter knows it by.
        user: Arc<str>,
    },
}

/// Which numbers may be called, and through whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transfers {
    /// `allow`: the numbers and SIP addresses that flows may transfer to. Default: none.
    pub allow: Vec<Arc<str>>,
    /// `via`: the SIP address of the proxy or gateway that numbers are called through for which there is no trunk, such
    /// as `sip:192.0.2.10:5060`: a trunk for outgoing calls alone, with the usual limits.
    pub via: Option<Arc<str>>,
}

/// What the node takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `calls`: the most calls at a time; one more hears busy (SIP 503). Default 1,000.
    pub calls: usize,
    /// `drain`: how long calls in progress may take to end by themselves at shutdown. Default 300 s.
    pub drain: Duration,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disabled {
    /// What, such as ``agent `sari` ``.
    pub item: String,
    /// Why.
    pub why: String,
}
