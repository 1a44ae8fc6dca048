//! Everything that a call leaves in writing, and every value in it that belongs to a person: one must not hold the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;
use zeroize::Zeroize as _;

use crate::call::{CallRecord, Class, mask_value};

/// Shorter values are not looked for: they stand in too many places by chance.
pub const LEAST_TELLING: usize = 4;

/// The keys of a record whose values are made by us and hold no word of a caller.
const OUR_OWN: [&str; 9] = [
    "call",
    "flow_hash",
    "started",
    "answered",
    "ended",
    "at_ms",
    "wait_ms",
    "talk_ms",
    "prompt_ms",
];

/// What one call left in writing.
#[derive(Clone, Default)]
pub struct Ledger {
    /// The values of people, with their class.
    values: BTreeMap<Arc<str>, Class>,
    /// Lines as they are logged or kept, with where they stand.
    lines: Vec<(&'static str, String)>,
    /// The texts of a record that a caller can have brought in.
    brought: BTreeSet<String>,
}

impl Ledger {
    /// A value of the call is known, as text.
    pub fn knows(&mut self, value: &str, class: Class) {
        if class != Class::Public && value.chars().count() >= LEAST_TELLING {
            let known = self.values.entry(value.into()).or_insert(class);
            *known = class.max(*known);
        }
    }

    /// A line is logged or kept; `place` names where, such as `the log`.
    pub fn writes(&mut self, place: &'static str, line: String) {
        self.lines.push((place, line));
    }

    /// The call record is written.
    pub fn writes_record(&mut self, record: &CallRecord) {
        let Ok(json) = serde_json::to_value(record) else { return };
        self.bring(&json);
        self.writes("the call record", json.to_string());
    }

    /// Where a text stands as it is, if it stands anywhere.
    #[must_use]
    pub fn place_of(&self, text: &str) -> Option<&'static str> {
        self.lines.iter().find(|(_, line)| line.contains(text)).map(|(place, _)| *place)
    }

    /// Where a whole value of these classes stands in clear: its class, the value as it may be shown, and the place.
    #[must_use]
    pub fn leak(&self, classes: &BTreeSet<Class>) -> Option<(Class, String, &'static str)> {
        let mut values = self.values.iter().filter(|(_, class)| classes.contains(class));
        values.find_map(|(value, class)| {
            let shown = mask_value(value, *class).unwrap_or_else(|| "(secret)".to_owned());
            Some((*class, shown, self.whole(value)?))
        })
    }

    fn whole(&self, value: &str) -> Option<&'static str> {
        if self.brought.iter().any(|text| stands_in(value, text)) {
            return Some("the call record");
        }
        let lines = self.lines.iter().filter(|(place, _)| *place != "the call record");
        lines.clone().find(|(_, line)| stands_in(value, line)).map(|(place, _)| *place)
    }

    fn bring(&mut self, json: &Json) {
        match json {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => {
                self.brought.insert(number.to_string());
            }
            Json::String(text) => {
                self.brought.insert(text.clone());
            }
            Json::Array(items) => items.iter().for_each(|item| self.bring(item)),
            Json::Object(fields) => {
                let theirs = fields.iter().filter(|(key, _)| !OUR_OWN.contains(&key.as_str()));
                theirs.for_each(|(_, value)| self.bring(value));
            }
        }
    }
}

/// Whether a value stands in a text as a whole: digits not within other digits or letters, and a word like `shipped`
/// not within a name like `order_shipped`.
fn stands_in(value: &str, text: &str) -> bool {
    let is_word = value.chars().any(char::is_alphabetic);
    let goes_on = |c: char| c.is_alphanumeric() || (is_word && c == '_');
    text.match_indices(value).any(|(start, _)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(start + value.len()..).and_then(|text| text.chars().next());
        [before, after].into_iter().flatten().all(|c| !goes_on(c))
    })
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.lines.iter_mut().for_each(|(_, line)| line.zeroize());
    }
}

impl fmt::Debug for Ledger {
    /// Leaves the values out: they belong to people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_clear_is_found_by_its_class_and_as_a_whole() {
        let both: BTreeSet<Class> = [Class::Personal, Class::Secret].into();
        for (value, class, line, leak) in [
            ("123456", Class::Personal, "order 123456 was found", Some("***456")),
            ("123456", Class::Personal, "order ***456 was found", None),
            ("123456", Class::Personal, "request 91234567", None),
            ("482916", Class::Secret, "pin=482916", Some("(secret)")),
            ("482916", Class::Secret, "pin_482916", Some("(secret)")),
            ("shipped", Class::Personal, "at node order_shipped", None),
            ("shipped", Class::Personal, "status: shipped", Some("***ped")),
            ("shop", Class::Public, "shop", None),
            ("123", Class::Personal, "123", None),
        ] {
            let mut ledger = Ledger::default();
            ledger.knows(value, class);
            ledger.writes("the log", line.to_owned());
            let found = ledger.leak(&both);
            assert_eq!(found.map(|(_, shown, _)| shown).as_deref(), leak, "{value} in {line}");
        }
        let mut ledger = Ledger::default();
        ledger.knows("123456", Class::Personal);
        ledger.writes("the log", "123456".to_owned());
        assert_eq!(ledger.leak(&[Class::Secret].into()), None, "nobody asked for that class");
        assert_eq!(ledger.place_of("2345"), Some("the log"));
        assert_eq!(ledger.place_of("2354"), None);
    }
}
