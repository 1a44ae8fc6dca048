//! What a configuration says of trunks: how it is written, and what it means.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::file::SecretEntry;
use super::secret::Secret;
use super::settings::Network;
use super::written::{Gateway, Keepalive, Range, Realm, Shape, Time, User};
use crate::flow::Spanned;
use crate::time::Duration;

/// A trunk as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a trunk")]
#[schemars(rename = "trunk", deny_unknown_fields)]
pub(super) struct TrunkEntry {
    pub(super) address: Option<Addresses>,
    pub(super) proxy: Option<Gateway>,
    pub(super) register: Option<LoginEntry>,
    pub(super) login: Option<Spanned<LoginEntry>>,
    pub(super) from: Option<Vec<Spanned<Range>>>,
    pub(super) numbers: Option<Vec<Shape>>,
    pub(super) caller_id: Option<Vec<Shape>>,
    pub(super) identity: Option<TrunkIdentity>,
    pub(super) keepalive: Option<Keepalive>,
    pub(super) limits: Option<TrunkLimitEntry>,
}

/// One address, or several in the order in which they are tried.
#[derive(Debug, Deserialize)]
#[serde(rename = "$shape", rename_all = "lowercase")]
pub(super) enum Addresses {
    Text(Gateway),
    List(Vec<Gateway>),
}

impl JsonSchema for Addresses {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "addresses".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<Gateway>();
        schemars::json_schema!({
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }]
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a login")]
#[schemars(rename = "login", deny_unknown_fields)]
pub(super) struct LoginEntry {
    pub(super) user: User,
    pub(super) password: Spanned<SecretEntry>,
    pub(super) realm: Option<Realm>,
    pub(super) expires: Option<Spanned<Time>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`limits` of a trunk")]
#[schemars(rename = "trunk_limits", deny_unknown_fields)]
pub(super) struct TrunkLimitEntry {
    pub(super) incoming: Option<Spanned<u64>>,
    pub(super) outgoing: Option<Spanned<u64>>,
    pub(super) per_day: Option<Spanned<u64>>,
    pub(super) length: Option<Spanned<Time>>,
}

/// The trunks by name, as written.
pub(super) type TrunkEntries = BTreeMap<Arc<str>, Spanned<TrunkEntry>>;

/// How a trunk vouches for callers' numbers (`identity`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "identity")]
pub enum TrunkIdentity {
    /// By `P-Asserted-Identity`.
    #[default]
    Asserted,
    /// By `Remote-Party-ID`, as older exchanges do.
    RemoteParty,
    /// Not at all.
    None,
}

/// One trunk: whom calls of the public network come from and go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trunk {
    /// `address`: where it is, the preferred one first; the next is for when it fails. Calls from there are its calls
    /// and need no password.
    pub addresses: Vec<Arc<str>>,
    /// `proxy`: the outbound proxy that everything goes through. Default: none.
    pub proxy: Option<Arc<str>>,
    /// `register` or `login`: how we are known there. Default: it asks for nothing.
    pub login: Option<TrunkLogin>,
    /// `register`: how long a registration is asked for; `None` = we do not register there.
    pub register: Option<Duration>,
    /// `from`: further addresses that its calls come from. Default: none.
    pub from: Vec<Network>,
    /// `numbers`: the numbers that are called by it, of those that `transfers.allow` allows. Default: none.
    pub numbers: Vec<Arc<str>>,
    /// `caller_id`: the callers' numbers that may be shown there; another call shows the first of them that is a whole
    /// number, else the user of `register`. Default: none.
    pub caller_ids: Vec<Arc<str>>,
    /// `identity`: how callers' numbers are vouched for, both ways. Default `asserted`.
    pub identity: TrunkIdentity,
    /// `keepalive`: how often each address is asked by OPTIONS whether it is there; `None` = `never`. Default 30 s.
    pub keepalive: Option<Duration>,
    /// `limits.incoming`: incoming calls at a time; `None` = as many as the node takes.
    pub incoming: Option<usize>,
    /// `limits.outgoing`: outgoing calls at a time. Default 10.
    pub outgoing: usize,
    /// `limits.per_day`: outgoing calls in 24 h. Default 100.
    pub per_day: usize,
    /// `limits.length`: the longest a call may last. Default 4 h.
    pub length: Duration,
}

/// How we are known at a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkLogin {
    /// `user`: the user name.
    pub user: Arc<str>,
    /// `password`: the password.
    pub password: Secret,
    /// `realm`: the only realm that is answered. Default: the first that it names.
    pub realm: Option<Arc<str>>,
}
