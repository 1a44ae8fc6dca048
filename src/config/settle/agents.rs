//! The agents: how each is reached, and which of them cannot be for want of a password.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Found, secrets};
use crate::call::{AgentId, QueueId, Symbol};
use crate::config::file::{AgentEntry, MemberEntry, MemberMap, ServedEntry};
use crate::config::rule::CONTRADICTION;
use crate::config::secret::SecretPlace;
use crate::config::settings::{Agent, Disabled, Member, Phone};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};

/// A phone as written: its password is not fetched yet.
enum Wanted {
    Registered { user: Arc<str>, password: SecretPlace },
    Address(Arc<str>),
}

pub(super) fn settle(
    found: &mut Found,
    entries: BTreeMap<AgentId, Spanned<AgentEntry>>,
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
        let AgentEntry { user, password, address, accept_key, queues, skills } = entry.value;
        let accept_key = accept_key.and_then(|key| one_key(found, &key));
        let queues = serves(found, queues.unwrap_or_default(), place);
        let skills = skills.unwrap_or_default();
        let named = user.as_ref().map(|user| (Arc::clone(&user.value.0), user.span));
        let named = named.or_else(|| address.as_ref().map(|a| (Arc::clone(&a.value.0), a.span)));
        if let Some((phone, place)) = named {
            once(found, &mut phones, phone, place);
        }
        let wanted = match (user, password, address) {
            (Some(user), Some(password), None) => secrets::place(found, password, "a password")
                .map(|password| Wanted::Registered { user: user.value.0, password }),
            (Some(user), None, None) => {
                found.add(Diagnostic::new(
                    &MISSING_KEY,
                    user.span,
                    "an agent with a `user:` needs `password:`",
                ));
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
        };
        let phone = match wanted {
            None => continue,
            Some(Wanted::Address(address)) => Phone::Address(address),
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
        agents.insert(id, Agent { phone, accept_key, queues, skills });
    }
    (agents, disabled)
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
