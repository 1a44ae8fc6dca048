//! `control`: where agents and supervisors reach the node, and what each must show.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use super::Found;
use crate::call::AgentId;
use crate::config::control::{
    Control, ControlRole, ControlSection, ControlToken, TokenEntry, TokenMap,
};
use crate::config::rule::{CLEAR_SECRET, TOKENS_IN_CLEAR};
use crate::config::secret::SecretPlace;
use crate::config::settings::Disabled;
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};

/// Where it is reached where nothing is said.
const LISTEN: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 8_022);

/// The section, and the tokens that cannot be used. `agents` are those that the configuration has.
pub(super) fn settle(
    found: &mut Found,
    section: Option<Spanned<ControlSection>>,
    agents: &BTreeSet<AgentId>,
    folder: &Path,
) -> (Option<Control>, Vec<Disabled>) {
    let Some(Spanned { value: section, span }) = section else { return (None, Vec::new()) };
    let entries = section.tokens.unwrap_or_default();
    let sockets = [section.listen.as_ref(), section.metrics.as_ref()];
    for socket in sockets.into_iter().flatten().filter(|s| !s.value.0.ip().is_loopback()) {
        if entries.is_empty() {
            let message = "others than this machine can reach it, and no token is asked for";
            let finding = Diagnostic::new(&super::CONTRADICTION, socket.span, message);
            found.add(finding.help("add `tokens:`, or listen on 127.0.0.1"));
        } else {
            let message = "others than this machine can reach it, and tokens travel in clear";
            let finding = Diagnostic::new(&TOKENS_IN_CLEAR, socket.span, message);
            found.add(finding.help("listen on 127.0.0.1, behind a proxy that speaks TLS"));
        }
    }
    let listen = section.listen.map_or_else(|| SocketAddr::from(LISTEN), |socket| socket.value.0);
    let metrics = section.metrics.map(|socket| socket.value.0);
    if metrics == Some(listen) && listen.port() != 0 {
        let message = "`metrics` says the same as `listen`; it can be left out".to_owned();
        found.contradiction(span, message);
    }
    let (tokens, disabled) = tokens(found, entries, agents, folder);
    (Some(Control { listen, tokens, metrics }), disabled)
}

fn tokens(
    found: &mut Found,
    entries: BTreeMap<Arc<str>, Spanned<TokenEntry>>,
    agents: &BTreeSet<AgentId>,
    folder: &Path,
) -> (Vec<ControlToken>, Vec<Disabled>) {
    let (mut tokens, mut disabled) = (Vec::<ControlToken>::new(), Vec::new());
    for (name, entry) in entries {
        let Some((role, agent, place)) = settle_one(found, &name, entry, agents) else { continue };
        let secret = match place.fetch_token(folder) {
            Ok(secret) => secret,
            Err(error) => {
                let item = format!("token `{name}`");
                disabled.push(Disabled { item, why: error.to_string() });
                continue;
            }
        };
        match tokens.iter().find(|other| other.secret == secret) {
            Some(other) => {
                let why = format!("it is the same as `{}`: each must be its own", other.name);
                disabled.push(Disabled { item: format!("token `{name}`"), why });
            }
            None => tokens.push(ControlToken { name, role, agent, secret }),
        }
    }
    (tokens, disabled)
}

fn settle_one(
    found: &mut Found,
    name: &str,
    entry: Spanned<TokenEntry>,
    agents: &BTreeSet<AgentId>,
) -> Option<(ControlRole, Option<AgentId>, SecretPlace)> {
    let span = entry.span;
    let TokenEntry::Map(TokenMap { env, file, role, agent }) = entry.value else {
        let message = "a token does not stand in the configuration itself";
        let finding = Diagnostic::new(&CLEAR_SECRET, span, message);
        found
            .add(finding.help("write `{ env: NAME, role: read }` or `{ file: PATH, role: read }`"));
        return None;
    };
    let place = match (env, file) {
        (Some(name), None) => SecretPlace::Env(name.0),
        (None, Some(file)) => SecretPlace::File(file.into()),
        _ => {
            let message = "a token has exactly one of `env` and `file`";
            found.add(Diagnostic::new(&WRONG_FORM, span, message));
            return None;
        }
    };
    let Some(role) = role else {
        let finding = Diagnostic::new(&MISSING_KEY, span, "a token needs `role:`");
        found.add(finding.help("write `role: read`, `agent`, `supervisor` or `admin`"));
        return None;
    };
    let agent = own(found, name, role.value, agent, span, agents)?;
    Some((role.value, agent, place))
}

/// The agent whom a token is for; `None` where that is not told as it must be.
fn own(
    found: &mut Found,
    name: &str,
    role: ControlRole,
    agent: Option<Spanned<AgentId>>,
    span: Span,
    agents: &BTreeSet<AgentId>,
) -> Option<Option<AgentId>> {
    match (role, agent) {
        (ControlRole::Agent, agent) => {
            let place = agent.as_ref().map_or(span, |agent| agent.span);
            let agent = agent.map_or_else(|| AgentId::from(name), |agent| agent.value);
            if !agents.contains(&agent) {
                let message = format!("there is no agent `{agent}` whom this token could be for");
                let finding = Diagnostic::new(&super::CONTRADICTION, place, message);
                found.add(finding.help("name one of `agents:` by `agent:`"));
                return None;
            }
            Some(Some(agent))
        }
        (ControlRole::Read | ControlRole::Supervisor | ControlRole::Admin, None) => Some(None),
        (ControlRole::Read | ControlRole::Supervisor | ControlRole::Admin, Some(agent)) => {
            let message = "`agent` belongs to `role: agent`".to_owned();
            found.contradiction(agent.span, message);
            None
        }
    }
}
