//! What a configuration says of the codes that agents dial on their phones: how they are written, and what they mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::written::Code;
use crate::flow::Spanned;

/// The section as written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`agent_codes`")]
#[schemars(rename = "agent_codes", deny_unknown_fields)]
pub(super) struct CodesSection {
    /// Logged in: calls are taken. Default `*11`.
    pub(super) login: Option<Spanned<Code>>,
    /// Logged out. Default `*12`.
    pub(super) logout: Option<Spanned<Code>>,
    /// A break; the digits of `reasons` follow. Default `*13`.
    #[serde(rename = "break")]
    pub(super) pause: Option<Spanned<Code>>,
    /// Calls are taken. Default `*14`.
    pub(super) ready: Option<Spanned<Code>>,
    /// The wrap-up is done. Default `*15`.
    pub(super) done: Option<Spanned<Code>>,
    /// The reasons of breaks by the digit that is dialled behind the code.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(super) reasons: Option<Spanned<BTreeMap<Arc<str>, Arc<str>>>>,
}

/// The codes, each as it is dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCodes {
    /// `break` and each of `reasons`: the code with its digit, and why.
    pub breaks: BTreeMap<Arc<str>, Arc<str>>,
    /// `login`: logged in, calls are taken.
    pub login: Arc<str>,
    /// `logout`: logged out.
    pub logout: Arc<str>,
    /// `ready`: calls are taken.
    pub ready: Arc<str>,
    /// `done`: the wrap-up is done.
    pub done: Arc<str>,
}
