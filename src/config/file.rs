//! The shape of `sambung.yaml`: which keys there are and what stands behind them. What they mean together is
//! `settle`'s business.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::settings::MediaSource;
use super::written::{
    Advertise, Called, Gateway, Page, Ports, Range, Realm, SipAddress, Socket, Tag, Threads, Time,
    Transferable, User, Variable,
};
use crate::call::{AgentId, FlowId, QueueId};
use crate::flow::Spanned;

/// The file. Every key may be missing but the edition.
#[derive(Debug, Deserialize)]
#[serde(rename = "the configuration")]
pub(super) struct File {
    pub(super) sambung: Spanned<u64>,
    pub(super) languages: Option<Spanned<Vec<Spanned<Tag>>>>,
    pub(super) flows: Option<String>,
    pub(super) audio: Option<String>,
    pub(super) records: Option<String>,
    pub(super) recordings: Option<String>,
    pub(super) tickets: Option<String>,
    pub(super) callbacks: Option<String>,
    pub(super) safe: Option<SafeSection>,
    pub(super) sip: Option<SipSection>,
    pub(super) rtp: Option<RtpSection>,
    pub(super) adapters: Option<Vec<Spanned<IgnoredAny>>>,
    pub(super) routes: Option<Vec<Spanned<RouteEntry>>>,
    pub(super) agents: Option<BTreeMap<AgentId, Spanned<AgentEntry>>>,
    pub(super) transfers: Option<TransferSection>,
    pub(super) pop_url: Option<Page>,
    pub(super) limits: Option<LimitSection>,
    pub(super) secrets: Option<BTreeMap<Arc<str>, Spanned<SecretEntry>>>,
    /// Read with the flows.
    #[serde(rename = "answer")]
    pub(super) _answer: Option<IgnoredAny>,
    /// Read with the flows.
    #[serde(rename = "queues")]
    pub(super) _queues: Option<IgnoredAny>,
    #[serde(rename = "services")]
    pub(super) _services: Option<IgnoredAny>,
    /// Read with the flows.
    #[serde(rename = "calendars")]
    pub(super) _calendars: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "`safe`")]
pub(super) struct SafeSection {
    pub(super) flow: Option<Spanned<FlowId>>,
    pub(super) number: Option<Spanned<Transferable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "`sip`")]
pub(super) struct SipSection {
    pub(super) listen: Option<Spanned<Vec<Spanned<Socket>>>>,
    pub(super) advertise: Option<Advertise>,
    pub(super) realm: Option<Realm>,
    pub(super) allow: Option<Vec<Spanned<Range>>>,
    pub(super) media_source: Option<MediaSource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "`rtp`")]
pub(super) struct RtpSection {
    pub(super) ports: Option<Ports>,
    pub(super) threads: Option<Threads>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "a route")]
pub(super) struct RouteEntry {
    pub(super) to: Option<Called>,
    pub(super) prefix: Option<Called>,
    pub(super) default: Option<Spanned<FlowId>>,
    pub(super) flow: Option<Spanned<FlowId>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "an agent")]
pub(super) struct AgentEntry {
    pub(super) user: Option<Spanned<User>>,
    pub(super) password: Option<Spanned<SecretEntry>>,
    pub(super) address: Option<Spanned<SipAddress>>,
    pub(super) queues: Option<Vec<Spanned<QueueId>>>,
    pub(super) skills: Option<BTreeMap<Arc<str>, Vec<Arc<str>>>>,
}

/// A secret is a map that says where it is kept; text would be the secret itself.
#[derive(Debug, Deserialize)]
#[serde(rename = "$shape", rename_all = "lowercase")]
pub(super) enum SecretEntry {
    Text(IgnoredAny),
    Map(SecretMap),
}

#[derive(Debug, Deserialize)]
#[serde(rename = "a secret")]
pub(super) struct SecretMap {
    pub(super) env: Option<Variable>,
    pub(super) file: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "`transfers`")]
pub(super) struct TransferSection {
    pub(super) allow: Option<Spanned<Vec<Transferable>>>,
    pub(super) via: Option<Gateway>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "`limits`")]
pub(super) struct LimitSection {
    pub(super) calls: Option<Spanned<u64>>,
    pub(super) drain: Option<Spanned<Time>>,
}
