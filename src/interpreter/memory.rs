//! What a call knows: its variables, its language and the facts of its arrival.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::call::{CallId, Class, Failure, Language, mask_value};
use crate::flow::{BuiltIn, Flow, Place, Value, VariableIndex};
use crate::time::Duration;

/// The facts of a call's arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
    /// The call.
    pub id: CallId,
    /// The caller's number; `None` when withheld.
    pub from: Option<Arc<str>>,
    /// The called number.
    pub to: Arc<str>,
}

/// The variables of one call.
#[derive(Debug, Clone)]
pub struct Memory {
    values: Vec<Value>,
    facts: CallFacts,
    language: Language,
    language_chosen: bool,
    queue_position: Option<u32>,
    queue_wait: Option<Duration>,
    fault: Option<Failure>,
    notes: BTreeMap<String, Json>,
}

impl Memory {
    /// Sets up the variables of a call that begins `flow`.
    #[must_use]
    pub fn new(flow: &Flow, facts: CallFacts) -> Self {
        Self {
            values: flow.variables.values().map(|v| v.start.clone()).collect(),
            facts,
            language: flow.fallback().clone(),
            language_chosen: false,
            queue_position: None,
            queue_wait: None,
            fault: None,
            notes: BTreeMap::new(),
        }
    }

    /// The facts of the call's arrival.
    #[must_use]
    pub const fn facts(&self) -> &CallFacts {
        &self.facts
    }

    /// The language that the caller hears.
    #[must_use]
    pub const fn language(&self) -> &Language {
        &self.language
    }

    /// The language whose words are listened for; `None` (all) until the caller has chosen one.
    #[must_use]
    pub fn listening_language(&self) -> Option<&Language> {
        self.language_chosen.then_some(&self.language)
    }

    /// Sets a place; returns whether that is new information (the value differs).
    ///
    /// A language that the flow does not have leaves the present one.
    pub fn set(&mut self, flow: &Flow, place: Place, value: Value) -> bool {
        match place {
            Place::Variable(index) => {
                let Some(slot) = self.values.get_mut(index.0 as usize) else { return false };
                let changed = *slot != value;
                *slot = value;
                changed
            }
            Place::CallLanguage => {
                let Value::Text(name) = value else { return false };
                let Some(language) = flow.languages.iter().find(|l| l.as_str() == &*name) else {
                    return false;
                };
                let changed = !self.language_chosen || self.language != *language;
                self.language = language.clone();
                self.language_chosen = true;
                changed
            }
        }
    }

    /// Tells the caller's place in line, for `queue.position`.
    pub const fn set_queue_position(&mut self, position: Option<u32>) {
        self.queue_position = position;
    }

    /// Tells how long the caller has waited, for `queue.wait`.
    pub const fn set_queue_wait(&mut self, wait: Duration) {
        self.queue_wait = Some(wait);
    }

    /// Tells why the last request came to nothing, for `fault`; `None` when it did not.
    pub const fn set_fault(&mut self, fault: Option<Failure>) {
        self.fault = fault;
    }

    /// Writes a note; a secret value is left out, a personal one masked. The last value of a name wins.
    pub fn note(&mut self, name: &str, value: &Value, class: Class) {
        let json = match (value, class) {
            (_, Class::Secret) | (Value::Unset, _) => return,
            (Value::Int(i), Class::Public) => Json::from(*i),
            (Value::Bool(b), Class::Public) => Json::from(*b),
            (other, _) => match mask_value(&other.to_string(), class) {
                Some(text) => Json::from(text),
                None => return,
            },
        };
        if self.notes.len() < MAX_NOTES || self.notes.contains_key(name) {
            self.notes.insert(name.to_owned(), json);
        }
    }

    /// These variables with notes that were written before.
    #[must_use]
    pub fn with_notes(mut self, notes: BTreeMap<String, Json>) -> Self {
        self.notes = notes;
        self
    }

    /// Takes the notes out, for the record.
    pub fn take_notes(&mut self) -> BTreeMap<String, Json> {
        std::mem::take(&mut self.notes)
    }
}

/// The most notes of one call; further names are left out.
pub const MAX_NOTES: usize = 64;

impl Memory {
    /// The value of a variable.
    pub(super) fn variable(&self, index: VariableIndex) -> Value {
        self.values.get(index.0 as usize).cloned().unwrap_or(Value::Unset)
    }

    /// The value of a built-in name that the call itself knows.
    pub(super) fn built_in(&self, name: BuiltIn) -> Value {
        match name {
            BuiltIn::CallFrom => self.facts.from.clone().map_or(Value::Unset, Value::Text),
            BuiltIn::CallTo => Value::Text(self.facts.to.clone()),
            BuiltIn::CallLanguage => Value::Text(self.language.as_str().into()),
            BuiltIn::CallId => Value::Text(self.facts.id.to_string().into()),
            BuiltIn::QueuePosition => {
                self.queue_position.map_or(Value::Unset, |p| Value::Int(i64::from(p)))
            }
            BuiltIn::QueueWait => self.queue_wait.map_or(Value::Unset, Value::Duration),
            BuiltIn::Fault => self.fault.map_or(Value::Unset, |fault| fault.name().into()),
            BuiltIn::Now => Value::Unset,
        }
    }
}
