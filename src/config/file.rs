//! The shape of `sambung.yaml`: which keys there are and what stands behind them. What they mean together is
//! `settle`'s business.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::codes::CodesSection;
use super::control::ControlSection;
use super::retention::RetentionSection;
use super::settings::{AdapterWay, Codec, DigestHash, Dtmf, MediaSource, Reliable, Srtp};
use super::trunk::TrunkEntries;
use super::written::{
    AdapterName, AdapterSocket, Advertise, Called, Gateway, Interval, PacketTime, Page, Ports,
    Range, Realm, Shape, SipAddress, Socket, Tag, Threads, Time, Transferable, User, Variable,
};
use crate::call::{AgentId, Channels, FlowId, QueueId};
use crate::flow::Spanned;

/// The file. Every key may be missing but the edition.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "the configuration")]
#[schemars(rename = "settings", deny_unknown_fields)]
pub(super) struct File {
    pub(super) sambung: Spanned<u64>,
    pub(super) languages: Option<Spanned<Vec<Spanned<Tag>>>>,
    pub(super) flows: Option<String>,
    pub(super) audio: Option<String>,
    pub(super) records: Option<String>,
    pub(super) journals: Option<String>,
    pub(super) store: Option<String>,
    pub(super) recordings: Option<String>,
    /// Whether talks with agents and transfer targets are recorded, and in which channels: `mono` = both parties in one,
    /// `stereo` = the caller left, the other party right. Default: they are not recorded.
    pub(super) record_talks: Option<Channels>,
    pub(super) tickets: Option<String>,
    pub(super) callbacks: Option<String>,
    pub(super) retention: Option<RetentionSection>,
    /// For how long who was cut off from a line, or hung up in it, may come back to their place; 0s = never. Default 10m,
    /// at most 60m.
    #[schemars(with = "Option<Time>")]
    pub(super) resume: Option<Spanned<Time>>,
    pub(super) safe: Option<SafeSection>,
    pub(super) sip: Option<SipSection>,
    pub(super) rtp: Option<RtpSection>,
    pub(super) adapters: Option<Vec<Spanned<AdapterEntry>>>,
    pub(super) routes: Option<Vec<Spanned<RouteEntry>>>,
    #[schemars(with = "Option<BTreeMap<String, AgentEntry>>")]
    pub(super) agents: Option<BTreeMap<AgentId, Spanned<AgentEntry>>>,
    pub(super) trunks: Option<TrunkEntries>,
    pub(super) control: Option<Spanned<ControlSection>>,
    pub(super) agent_codes: Option<Spanned<CodesSection>>,
    pub(super) transfers: Option<TransferSection>,
    pub(super) pop_url: Option<Page>,
    pub(super) limits: Option<LimitSection>,
    pub(super) secrets: Option<BTreeMap<Arc<str>, Spanned<SecretEntry>>>,
    /// Read with the flows.
    #[serde(rename = "answer")]
    #[schemars(skip)]
    pub(super) _answer: Option<IgnoredAny>,
    /// Read with the flows.
    #[serde(rename = "queues")]
    #[schemars(skip)]
    pub(super) _queues: Option<IgnoredAny>,
    #[serde(rename = "services")]
    #[schemars(skip)]
    pub(super) _services: Option<IgnoredAny>,
    /// Read with the flows.
    #[serde(rename = "calendars")]
    #[schemars(skip)]
    pub(super) _calendars: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`safe`")]
#[schemars(rename = "safe", deny_unknown_fields)]
pub(super) struct SafeSection {
    #[schemars(with = "Option<String>")]
    pub(super) flow: Option<Spanned<FlowId>>,
    pub(super) number: Option<Spanned<Transferable>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`sip`")]
#[schemars(rename = "sip", deny_unknown_fields)]
pub(super) struct SipSection {
    pub(super) listen: Option<Spanned<Vec<Spanned<Socket>>>>,
    pub(super) advertise: Option<Advertise>,
    pub(super) realm: Option<Realm>,
    pub(super) allow: Option<Vec<Spanned<Range>>>,
    pub(super) agents_from: Option<Spanned<Vec<Spanned<Range>>>>,
    pub(super) digest: Option<Spanned<Vec<Spanned<DigestHash>>>>,
    pub(super) guard: Option<GuardSection>,
    pub(super) media_source: Option<MediaSource>,
    pub(super) dtmf: Option<Dtmf>,
    pub(super) session: Option<SessionSection>,
    pub(super) reliable: Option<Reliable>,
    /// The proxy that calls to SIP addresses go through. Default: none, straight to them.
    pub(super) outbound: Option<Gateway>,
    pub(super) tls: Option<TlsSection>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "`tls`")]
#[schemars(rename = "tls", deny_unknown_fields)]
pub(super) struct TlsSection {
    /// The certificate and those that vouch for it, as a PEM file.
    pub(super) certificate: String,
    /// Its private key, as a PEM file.
    pub(super) key: String,
    /// Who vouches for phones and trunks that connect, as a PEM file. Default: they need no certificate.
    pub(super) client_ca: Option<String>,
    /// Who vouches for those that we connect to, as a PEM file, beside the public authorities.
    pub(super) server_ca: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`session`")]
#[schemars(rename = "session", deny_unknown_fields)]
pub(super) struct SessionSection {
    pub(super) expires: Option<Spanned<Interval>>,
    pub(super) min: Option<Spanned<Interval>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`guard`")]
#[schemars(rename = "guard", deny_unknown_fields)]
pub(super) struct GuardSection {
    pub(super) answer_strangers: Option<bool>,
    pub(super) messages: Option<Spanned<u64>>,
    pub(super) ban: Option<Spanned<Time>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`rtp`")]
#[schemars(rename = "rtp", deny_unknown_fields)]
pub(super) struct RtpSection {
    pub(super) ports: Option<Ports>,
    pub(super) threads: Option<Threads>,
    pub(super) codecs: Option<Spanned<Vec<Spanned<Codec>>>>,
    pub(super) ptime: Option<PacketTime>,
    pub(super) srtp: Option<Srtp>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a route")]
#[schemars(rename = "route", deny_unknown_fields)]
pub(super) struct RouteEntry {
    pub(super) to: Option<Called>,
    pub(super) prefix: Option<Called>,
    pub(super) pattern: Option<Shape>,
    #[schemars(with = "Option<String>")]
    pub(super) default: Option<Spanned<FlowId>>,
    #[schemars(with = "Option<String>")]
    pub(super) trunk: Option<Spanned<Arc<str>>>,
    #[schemars(with = "Option<String>")]
    pub(super) hours: Option<Spanned<Arc<str>>>,
    #[schemars(with = "Option<String>")]
    pub(super) closed: Option<Spanned<Arc<str>>>,
    #[schemars(with = "Option<String>")]
    pub(super) flow: Option<Spanned<FlowId>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "an adapter")]
#[schemars(rename = "adapter", deny_unknown_fields)]
pub(super) struct AdapterEntry {
    pub(super) name: Option<Spanned<AdapterName>>,
    pub(super) kind: Option<Spanned<AdapterWay>>,
    pub(super) command: Option<Spanned<Vec<String>>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) listen: Option<Spanned<AdapterSocket>>,
    pub(super) token: Option<Spanned<SecretEntry>>,
    pub(super) origins: Option<Spanned<Vec<Arc<str>>>>,
    pub(super) tls: Option<Spanned<CertificateSection>>,
    pub(super) max_calls: Option<Spanned<u64>>,
    pub(super) capabilities: Option<AbilityEntry>,
}

/// The certificate of an adapter's door.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "`tls`")]
#[schemars(rename = "certificate", deny_unknown_fields)]
pub(super) struct CertificateSection {
    /// The certificate and those that vouch for it, as a PEM file.
    pub(super) certificate: String,
    /// Its private key, as a PEM file.
    pub(super) key: String,
}

/// How the sound of an adapter's legs is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename = "`media`", rename_all = "lowercase")]
#[schemars(rename = "media")]
pub(super) enum MediaEntry {
    None,
    Reference,
    Pcm,
}

/// What an adapter is said to be able to do, for checks without it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`capabilities`")]
#[schemars(rename = "capabilities", deny_unknown_fields)]
pub(super) struct AbilityEntry {
    pub(super) media: Option<MediaEntry>,
    pub(super) speech: Option<bool>,
    pub(super) record: Option<bool>,
    pub(super) dial: Option<bool>,
    pub(super) bridge: Option<bool>,
    pub(super) transfer: Option<bool>,
    pub(super) mask: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "an agent")]
#[schemars(rename = "agent", deny_unknown_fields)]
pub(super) struct AgentEntry {
    #[schemars(with = "Option<String>")]
    pub(super) adapter: Option<Spanned<Arc<str>>>,
    pub(super) user: Option<Spanned<User>>,
    pub(super) password: Option<Spanned<SecretEntry>>,
    pub(super) address: Option<Spanned<SipAddress>>,
    pub(super) accept_key: Option<Spanned<String>>,
    pub(super) queues: Option<Vec<Spanned<ServedEntry>>>,
    pub(super) skills: Option<BTreeMap<Arc<str>, Vec<Arc<str>>>>,
}

/// A queue that an agent serves: its name, or `{ NAME: LEVEL }`, or `{ NAME: { level, weight, position } }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "served_queue", untagged)]
pub(super) enum ServedEntry {
    Text(#[schemars(with = "String")] QueueId),
    Map(
        #[schemars(with = "BTreeMap<String, MemberEntry>")] BTreeMap<QueueId, Spanned<MemberEntry>>,
    ),
}

/// How an agent serves a queue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "member", untagged)]
pub(super) enum MemberEntry {
    Text(#[schemars(with = "u8")] String),
    Map(MemberMap),
}

/// How an agent serves a queue, in full.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a queue of an agent")]
#[schemars(rename = "membership", deny_unknown_fields)]
pub(super) struct MemberMap {
    pub(super) level: Option<Spanned<u32>>,
    pub(super) weight: Option<Spanned<u32>>,
    pub(super) position: Option<Spanned<u32>>,
}

/// A secret is a map that says where it is kept; text would be the secret itself.
#[derive(Debug, Deserialize)]
#[serde(rename = "$shape", rename_all = "lowercase")]
pub(super) enum SecretEntry {
    Text(IgnoredAny),
    Map(SecretMap),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a secret")]
#[schemars(rename = "secret", deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct SecretMap {
    pub(super) env: Option<Variable>,
    pub(super) file: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`transfers`")]
#[schemars(rename = "transfers", deny_unknown_fields)]
pub(super) struct TransferSection {
    pub(super) allow: Option<Spanned<Vec<Transferable>>>,
    pub(super) via: Option<Gateway>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`limits`")]
#[schemars(rename = "limits", deny_unknown_fields)]
pub(super) struct LimitSection {
    pub(super) calls: Option<Spanned<u64>>,
    pub(super) drain: Option<Spanned<Time>>,
}
