//! The agents: how each is reached, and which of them cannot be for want of a password.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Found, secrets};
use crate::call::{AgentId, QueueId, Symbol};
use crate::config::file::AgentEntry;
use crate::config::rule::CONTRADICTION;
use crate::config::secret::SecretPlace;
use crate::config::settings::{Agent, Disabled, Phone};
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
    for (id, entry) in entries {
        let span = entry.span;
        let AgentEntry { user, password, address, accept_key, queues, skills } = entry.value;
        let accept_key = accept_key.and_then(|key| one_key(found, &key));
        let queues = serves(found, queues.unwrap_or_default());
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

fn serves(found: &mut Found, written: Vec<Spanned<QueueId>>) -> Vec<QueueId> {
    let mut queues: Vec<QueueId> = Vec::new();
    for queue in written {
        if queues.contains(&queue.value) {
            found.contradiction(queue.span, format!("queue `{}` is named twice", queue.value));
        } else {
            queues.push(found.names.queue(queue));
        }
    }
    queues
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
