//! Canaries: values that stand for secrets, known by sight, and the places where they must never be seen.

use std::sync::Arc;

use super::call::Seen;
use crate::call::{CallRecord, Class, Errand, Language, PromptId, SayAs};
use crate::flow::Value;
use crate::interpreter::read_value;

/// The keys of every secret entry, as many of them as it takes.
pub(super) const SECRET_KEYS: &str = "739184620573918462057391846205739184620573918462057391846205";

/// The keys of every personal entry, as many of them as it takes.
pub(super) const PERSONAL_KEYS: &str =
    "246802468024680246802468024680246802468024680246802468024680";

/// The fewest keys by which a personal entry is known.
const FEWEST_PERSONAL: usize = 6;

/// The beginning of every secret text that a service answers with.
pub(super) const SECRET_TEXT: &str = "canary-secret";

/// The fewest keys by which a secret entry is known: fewer stand in too many places by chance.
const FEWEST: usize = 4;

/// Looks for a canary in a text.
pub(super) fn find(seen: &mut Seen, place: &'static str, text: &str) {
    let keys = SECRET_KEYS.get(..FEWEST).unwrap_or(SECRET_KEYS);
    if seen.leak.is_none() && (text.contains(SECRET_TEXT) || text.contains(keys)) {
        seen.leak =
            Some((place, if text.contains(SECRET_TEXT) { SECRET_TEXT } else { keys }.into()));
    }
}

/// Looks for a canary among words read aloud.
pub(super) fn spoken(seen: &mut Seen, words: &str, language: &Language) {
    let keys = SECRET_KEYS.get(..FEWEST).unwrap_or(SECRET_KEYS);
    let prompt = PromptId::from("canary");
    let value = Value::from(keys);
    let Some(items) = read_value(&value, SayAs::Digits, &prompt, language, None) else { return };
    let read: Vec<&str> =
        items.iter().map(|item| &*item.text).filter(|text| !text.is_empty()).collect();
    if seen.leak.is_none() && words.contains(&read.join(" ")) {
        seen.leak = Some(("a prompt", keys.into()));
    }
}

/// Looks for a canary in what is asked of the outside: a value may go where its class may.
pub(super) fn request(seen: &mut Seen, errand: &Errand) {
    let with = match errand {
        Errand::Operation(operation) => &operation.with,
        Errand::Ticket(ticket) => &ticket.with,
        Errand::Callback(callback) => return find(seen, "a callback", &callback.to),
    };
    for argument in with {
        // What is known to be secret goes only where the checker lets it; a canary elsewhere has lost its class.
        if argument.class != Class::Secret {
            find(seen, "what a service is asked", &argument.value.to_string());
        }
    }
    // What would be logged of it.
    let logged = format!("{errand:?}");
    find(seen, "the log", &logged);
    find_personal(seen, "the log", &logged);
}

/// Looks for a canary in a call record.
pub(super) fn record(seen: &mut Seen, record: &CallRecord) {
    for step in &record.steps {
        let keys = step.keys.as_deref().unwrap_or_default();
        find(seen, "the call record", keys);
        find_personal(seen, "the call record", keys);
    }
    for value in record.notes.values() {
        let value = value.to_string();
        find(seen, "the call record", &value);
        find_personal(seen, "the call record", &value);
    }
}

/// Looks for a personal entry in clear.
fn find_personal(seen: &mut Seen, place: &'static str, text: &str) {
    let keys = PERSONAL_KEYS.get(..FEWEST_PERSONAL).unwrap_or(PERSONAL_KEYS);
    if seen.personal.is_none() && text.contains(keys) {
        seen.personal = Some((place, keys.into()));
    }
}

/// The canary that stands for a secret text.
pub(super) fn text(number: usize) -> Arc<str> {
    format!("{SECRET_TEXT}-{number}").into()
}
