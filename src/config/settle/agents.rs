//! The agents: how each is reached, and which of them cannot be for want of a password.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Found, secrets};
use crate::call::{AgentId, QueueId, Symbol};
use crate::config::file::{AgentEntry, MemberEntry, MemberMap, ServedEntry};
use crate::config::rule::{CONTRADICTION, NO_SUCH_NAME};
use crate::config::secret::SecretPlace;
use crate::config::settings::{Adapter, Agent, Disabled, Member, Phone};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM, nearest};

/// The name of the adapter that is part of this program.
const BUILT_IN: &str = "sip";

/// A phone as written: its password is not fetched yet.
enum Wanted {
    Registered { user: Arc<str>, password: SecretPlace },
    Address(Arc<str>),
    Afar { user: Arc<str> },
}

pub(super) fn settle(
    found: &mut Found,
    entries: BTreeMap<AgentId, Spanned<AgentEntry>>,
    adapters: &[Arc<str>],
    folder: &Path,
) -> (BTreeMap<AgentId, Agent>, Vec<Disabled>) {
    let mut agents = BTreeMap::new();
    let mut disabled = Vec::new();
    let mut phones = BTreeMap::new();
    let mut order: Vec<u32> = entries.values().map(|entry| entry.span.start).collect();
    order.sort_unstable();
    for (id, entry) in entries {
        let span = entry.span;
        let place = order.partition_point(|start| *start <= span.start);
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let mut entry = entry.value;
        let accept_key = entry.accept_key.take().and_then(|key| one_key(found, &key));
        let queues = serves(found, entry.queues.take().unwrap_or_default(), place);
        let skills = entry.skills.take().unwrap_or_default();
        let adapter = entry.adapter.as_ref().map(|adapter| Arc::clone(&adapter.value));
        let (user, address) = (&entry.user, &entry.address);
        let named = user.as_ref().map(|user| (Arc::clone(&user.value.0), user.span));
        let named = named.or_else(|| address.as_ref().map(|a| (Arc::clone(&a.value.0), a.span)));
        if let Some((phone, place)) = named {
            once(found, &mut phones, phone, place);
        }
        let wanted = wanted(found, &id, entry, span, adapters);
        let phone = match wanted {
            None => continue,
            Some(Wanted::Address(address)) => Phone::Address(address),
            Some(Wanted::Afar { user }) => Phone::Afar { user },
            Some(Wanted::Registered { user, password }) => {
                match password.fetch_password(folder, &user) {
                    Ok(password) => Phone::Registered { user, password },
                    Err(error) => {
                        let item = format!("agent `{id}`");
                        disabled.push(Disabled { item, why: error.to_string() });
                        continue;
                    }
                }
            }
        };
        agents.insert(id, Agent { adapter, phone, accept_key, queues, skills });
    }
    (agents, disabled)
}

/// The agents but for those whose adapter is left out.
pub(super) fn with_adapter(
    agents: BTreeMap<AgentId, Agent>,
    adapters: &[Adapter],
    disabled: &mut Vec<Disabled>,
) -> BTreeMap<AgentId, Agent> {
    let mut there = |(id, agent): &(AgentId, Agent)| {
        let Some(adapter) = agent.adapter.as_deref().filter(|name| *name != BUILT_IN) else {
            return true;
        };
        let known = adapters.iter().any(|known| &*known.name == adapter);
        if !known {
            let why = format!("the adapter `{adapter}` is left out");
            disabled.push(Disabled { item: format!("agent `{id}`"), why });
        }
        known
    };
    agents.into_iter().filter(|agent| there(agent)).collect()
}

/// How an agent's phone is reached, as written; `None` if that is not said, or not in one way.
fn wanted(
    found: &mut Found,
    id: &AgentId,
    entry: AgentEntry,
    span: Span,
    adapters: &[Arc<str>],
) -> Option<Wanted> {
    let AgentEntry { adapter, user, password, address, .. } = entry;
    if let Some(adapter) = adapter.filter(|adapter| &*adapter.value != BUILT_IN) {
        let known = is_adapter(found, &adapter, adapters);
        return match (user, password, address) {
            (Some(user), None, None) => known.then_some(Wanted::Afar { user: user.value.0 }),
            _ => {
                let message = format!(
                    "agent `{id}` is on an adapter, and needs `user:` as the adapter knows it, and nothing else"
                );
                found.add(Diagnostic::new(&WRONG_FORM, span, message));
                None
            }
        };
    }
    match (user, password, address) {
        (Some(user), Some(password), None) => secrets::place(found, password, "a password")
            .map(|password| Wanted::Registered { user: user.value.0, password }),
        (Some(user), None, None) => {
            let message = "an agent with a `user:` needs `password:`";
            found.add(Diagnostic::new(&MISSING_KEY, user.span, message));
            None
        }
        (None, None, Some(address)) => Some(Wanted::Address(address.value.0)),
        (None, Some(password), Some(_)) => {
            let message = "a phone at a fixed address does not register and needs no password";
            found.contradiction(password.span, message.to_owned());
            None
        }
        _ => {
            let message =
                format!("agent `{id}` needs either `user:` and `password:`, or `address:`");
            found.add(Diagnostic::new(&WRONG_FORM, span, message));
            None
        }
    }
}

/// Whether there is the adapter that an agent is on.
fn is_adapter(found: &mut Found, adapter: &Spanned<Arc<str>>, adapters: &[Arc<str>]) -> bool {
    let known = adapters.contains(&adapter.value);
    if !known {
        let message = format!("there is no adapter named `{}`", adapter.value);
        let names = adapters.iter().map(|known| &**known).chain([BUILT_IN]);
        let near = nearest(&adapter.value, names);
        found.add(Diagnostic::new(&NO_SUCH_NAME, adapter.span, message).did_you_mean(near));
    }
    known
}

/// Two agents on one phone could not be told apart.
fn once(found: &mut Found, phones: &mut BTreeMap<Arc<str>, Span>, phone: Arc<str>, place: Span) {
    match phones.get(&phone) {
        Some(first) => {
            let message = format!("the phone `{phone}` belongs to two agents");
            found
                .add(Diagnostic::new(&CONTRADICTION, place, message).also(*first, "the other one"));
        }
        None => {
            phones.insert(phone, place);
        }
    }
}

/// The queues that an agent serves, and how; `place` is where the agent stands among those of the file, from 1.
fn serves(
    found: &mut Found,
    written: Vec<Spanned<ServedEntry>>,
    place: u32,
) -> Vec<(QueueId, Member)> {
    let mut queues: Vec<(QueueId, Member)> = Vec::new();
    for Spanned { value, span } in written {
        let entries = match value {
            ServedEntry::Text(queue) => vec![(queue, span, None)],
            ServedEntry::Map(map) => {
                map.into_iter().map(|(queue, entry)| (queue, entry.span, Some(entry))).collect()
            }
        };
        for (queue, span, entry) in entries {
            let plain = Member { level: 1, weight: 1, position: place };
            let member = entry.map_or(plain, |entry| member(found, entry, plain));
            if queues.iter().any(|(known, _)| *known == queue) {
                found.contradiction(span, format!("queue `{queue}` is named twice"));
                continue;
            }
            found.names.level(queue.clone(), member.level, span);
            queues.push((found.names.queue(Spanned { value: queue, span }), member));
        }
    }
    queues
}

/// The level alone, or a map of it.
fn member(found: &mut Found, entry: Spanned<MemberEntry>, plain: Member) -> Member {
    let mut within = |value: Option<Spanned<u32>>, most: u32, default: u32, what: &str| {
        let Some(value) = value else { return default };
        if (1..=most).contains(&value.value) {
            return value.value;
        }
        let message = format!("a {what} is a number from 1 to {most}");
        found.add(Diagnostic::new(&WRONG_FORM, value.span, message));
        default
    };
    let (level, weight, position) = match entry.value {
        MemberEntry::Text(text) => {
            // What is no number is none that a level can be.
            let value = text.trim().parse().unwrap_or(0);
            (Some(Spanned { value, span: entry.span }), None, None)
        }
        MemberEntry::Map(MemberMap { level, weight, position }) => (level, weight, position),
    };
    let level = within(level, 99, u32::from(plain.level), "level");
    Member {
        level: u8::try_from(level).unwrap_or(plain.level),
        weight: within(weight, 1_000, plain.weight, "weight"),
        position: position.map_or(plain.position, |position| position.value),
    }
}

/// The key by which an agent takes calls: one digit.
fn one_key(found: &mut Found, written: &Spanned<String>) -> Option<Symbol> {
    let mut digits = written.value.chars();
    let key = digits.next().filter(char::is_ascii_digit).and_then(Symbol::from_char);
    let key = key.filter(|_| digits.next().is_none());
    if key.is_none() {
        let message = format!("`{}` is no digit; `accept_key` is one of `0` to `9`", written.value);
        found.add(Diagnostic::new(&WRONG_FORM, written.span, message));
    }
    key
}
