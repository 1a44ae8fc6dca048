//! The forms of services: addresses, proofs of who we are, record types and operations.

use schemars::JsonSchema;
use serde::Deserialize;

use super::value::{Entries, ForPeople, Time};
use crate::flow::source::Spanned;

/// A service that flows may ask.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a service")]
#[schemars(rename = "service", deny_unknown_fields)]
pub(crate) struct ServiceRaw {
    pub(crate) base: Option<Spanned<SettingRaw>>,
    pub(crate) auth: Option<AuthRaw>,
    pub(crate) accepts: Option<Spanned<String>>,
    pub(crate) addresses: Option<Vec<Spanned<String>>>,
    pub(crate) connect: Option<Spanned<Time>>,
    pub(crate) timeout: Option<Spanned<Time>>,
    pub(crate) tries: Option<Spanned<u32>>,
    pub(crate) concurrency: Option<Spanned<u32>>,
    pub(crate) unit: Option<Spanned<String>>,
    pub(crate) types: Option<Entries<Entries<Spanned<String>>>>,
    pub(crate) operations: Option<Entries<OperationRaw>>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// A value that may come from where the program runs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "setting", untagged)]
pub(crate) enum SettingRaw {
    /// As it stands.
    Text(Spanned<String>),
    /// From the environment, a file or the project's secrets.
    Map(SettingFrom),
}

/// Where a value comes from: exactly one of these.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "a value from outside")]
#[schemars(rename = "setting_from", deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct SettingFrom {
    pub(crate) env: Option<Spanned<String>>,
    pub(crate) file: Option<Spanned<String>>,
    pub(crate) secret: Option<Spanned<String>>,
}

/// How a service knows us: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`auth`")]
#[schemars(rename = "auth", deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct AuthRaw {
    pub(crate) bearer: Option<Spanned<SettingRaw>>,
    pub(crate) basic: Option<BasicRaw>,
    pub(crate) header: Option<HeaderRaw>,
    pub(crate) mtls: Option<MtlsRaw>,
}

/// A user and a password.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`basic`")]
#[schemars(rename = "basic", deny_unknown_fields)]
pub(crate) struct BasicRaw {
    pub(crate) user: Spanned<SettingRaw>,
    pub(crate) password: Spanned<SettingRaw>,
}

/// A header of the service's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`header`")]
#[schemars(rename = "header", deny_unknown_fields)]
pub(crate) struct HeaderRaw {
    pub(crate) name: Spanned<String>,
    pub(crate) value: Spanned<SettingRaw>,
}

/// A client certificate and its key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`mtls`")]
#[schemars(rename = "mtls", deny_unknown_fields)]
pub(crate) struct MtlsRaw {
    pub(crate) cert: Spanned<SettingRaw>,
    pub(crate) key: Spanned<SettingRaw>,
}

/// One operation: a method with its path, what it is given and what it answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "an operation")]
#[schemars(rename = "operation", deny_unknown_fields)]
pub(crate) struct OperationRaw {
    pub(crate) get: Option<Spanned<String>>,
    pub(crate) post: Option<Spanned<String>>,
    pub(crate) put: Option<Spanned<String>>,
    pub(crate) patch: Option<Spanned<String>>,
    pub(crate) delete: Option<Spanned<String>>,
    pub(crate) body: Option<Entries<Spanned<String>>>,
    pub(crate) query: Option<Entries<Spanned<String>>>,
    pub(crate) path: Option<Entries<Spanned<String>>>,
    pub(crate) returns: Option<Spanned<String>>,
    pub(crate) unit: Option<Spanned<String>>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) tries: Option<Spanned<u32>>,
    pub(crate) timeout: Option<Spanned<Time>>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}
