//! What a configuration says of the control interface: how it is written, and what it means.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::secret::Secret;
use super::written::{ControlSocket, Variable};
use crate::call::AgentId;
use crate::flow::Spanned;

/// The section as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "`control`")]
#[schemars(rename = "control", deny_unknown_fields)]
pub(super) struct ControlSection {
    /// Where it is reached. Default `127.0.0.1:8022`.
    pub(super) listen: Option<Spanned<ControlSocket>>,
    /// Who may do what, by name. Without any, only what holds no secret is answered.
    #[schemars(with = "Option<BTreeMap<String, TokenMap>>")]
    pub(super) tokens: Option<BTreeMap<Arc<str>, Spanned<TokenEntry>>>,
    /// Where the figures for Prometheus are, if not at `listen`.
    pub(super) metrics: Option<Spanned<ControlSocket>>,
}

/// A token is a map that says where it is kept; text would be the token itself.
#[derive(Debug, Deserialize)]
#[serde(rename = "$shape", rename_all = "lowercase")]
pub(super) enum TokenEntry {
    Text(IgnoredAny),
    Map(TokenMap),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename = "a token")]
#[schemars(rename = "token", deny_unknown_fields)]
pub(super) struct TokenMap {
    pub(super) env: Option<Variable>,
    pub(super) file: Option<String>,
    /// What it opens.
    pub(super) role: Option<Spanned<ControlRole>>,
    /// The agent that it is for, with `role: agent`. Default: the agent of the token's name.
    #[schemars(with = "Option<String>")]
    pub(super) agent: Option<Spanned<AgentId>>,
}

/// The control interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// `listen`: where it is reached. Default `127.0.0.1:8022`.
    pub listen: SocketAddr,
    /// `tokens`: who may do what. Those that are missing or weak are left out.
    pub tokens: Vec<ControlToken>,
    /// `metrics`: where the figures for Prometheus are; `None` = at `listen`.
    pub metrics: Option<SocketAddr>,
}

/// What somebody must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlToken {
    /// Its name: it stands in the history beside what was done by it.
    pub name: Arc<str>,
    /// `role`: what it opens.
    pub role: ControlRole,
    /// `agent`: the agent that it is for, with the role `agent`.
    pub agent: Option<AgentId>,
    /// The token itself.
    pub secret: Secret,
}

/// What a token opens (`role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "control_role")]
pub enum ControlRole {
    /// Everything can be seen, nothing changed.
    Read,
    /// One agent's own state, to be seen and changed.
    Agent,
    /// Everything can be seen; agents, queues and waiting contacts can be changed.
    Supervisor,
    /// The same, and whatever else there is.
    Admin,
}
