//! What a call knows: its variables, its language and the facts of its arrival.
//!
//! What the variables of a call hold is overwritten when it is forgotten, when a value takes its place, at the end of
//! the visit of a subflow and at the end of the call, as far as no formula's result still shares it. A secret text
//! gets a buffer of its own when it is set, so that it is shared only while a step runs.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value as Json;
use zeroize::Zeroize as _;

use crate::call::{CallId, Class, Failure, Language, NodeId, Origin, mask_value};
use crate::flow::{BuiltIn, Flow, Place, Subflow, Value, VariableIndex};
use crate::time::Duration;

/// The facts of a call's arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
    /// The call.
    pub id: CallId,
    /// Who calls whom.
    pub origin: Origin,
}

/// The variables of one call. A copy shares its texts with the original: whoever copies a call to see what would
/// become of it forgets both.
#[derive(Clone)]
pub struct Memory {
    values: Vec<Value>,
    facts: CallFacts,
    language: Language,
    language_chosen: bool,
    queue_position: Option<u32>,
    queue_wait: Option<Duration>,
    fault: Option<Failure>,
    /// Whether the caller came to a question about the service.
    surveyed: bool,
    notes: BTreeMap<String, Json>,
    errands: u32,
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
            surveyed: false,
            notes: BTreeMap::new(),
            errands: 0,
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
                let place = index.0 as usize;
                let Some(slot) = self.values.get_mut(place) else { return false };
                let changed = *slot != value;
                let secret = flow.variables.get_index(place).map(|(_, variable)| variable.class)
                    == Some(Class::Secret);
                scrub(slot);
                *slot = if secret { taken_over(value) } else { value };
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

    /// Forgets a variable: its value is overwritten.
    pub fn forget(&mut self, index: VariableIndex) {
        if let Some(slot) = self.values.get_mut(index.0 as usize) {
            scrub(slot);
        }
    }

    /// A subflow is entered: its variables begin anew, its parameters have these values.
    pub fn begin_visit(
        &mut self,
        flow: &Flow,
        subflow: &Subflow,
        parameters: Vec<(VariableIndex, Value)>,
    ) {
        for index in subflow.variables.clone() {
            let start = flow.variables.get_index(index as usize).map(|(_, v)| v.start.clone());
            let place = Place::Variable(VariableIndex(index));
            self.set(flow, place, start.unwrap_or(Value::Unset));
        }
        for (index, value) in parameters {
            self.set(flow, Place::Variable(index), value);
        }
    }

    /// A subflow is left: its variables are forgotten.
    pub fn end_visit(&mut self, subflow: &Subflow) {
        for index in subflow.variables.clone() {
            self.forget(VariableIndex(index));
        }
    }

    /// What a write of this visit of a node is known by, never twice the same: the call, the node and a number.
    pub(super) fn errand_key(&mut self, node: &NodeId) -> String {
        self.errands = self.errands.saturating_add(1);
        format!("{}-{}-{node}", self.facts.id, self.errands)
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

    /// Tells that the caller is asked about the service, for `call.surveyed`.
    pub(super) const fn set_surveyed(&mut self) {
        self.surveyed = true;
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

/// What of the variables of a call makes a difference to what can still happen.
#[derive(Debug, Clone)]
pub struct Heeded {
    /// The variables.
    pub variables: Vec<VariableIndex>,
    /// The whole numbers that are told apart; all below count alike, and all above.
    pub numbers: RangeInclusive<i64>,
    /// Whether it matters why the last request came to nothing.
    pub fault: bool,
    /// Whether it matters that the caller was asked about the service.
    pub surveyed: bool,
}

impl Memory {
    /// What tells these variables apart from others of the same flow, as far as they are heeded. In clear: for calls on
    /// paper alone.
    #[must_use]
    pub fn outline(&self, heeded: &Heeded, fallback: &Language) -> String {
        let chosen = if self.language_chosen { "=" } else { "" };
        let mut text = match (&self.language, self.language_chosen) {
            (language, false) if language == fallback => String::new(),
            (language, _) => format!("{chosen}{language}"),
        };
        for index in &heeded.variables {
            match self.values.get(index.0 as usize) {
                None | Some(Value::Unset) => {}
                Some(Value::Int(number)) => {
                    let number = number.clamp(heeded.numbers.start(), heeded.numbers.end());
                    text.push_str(&format!(" {}={number}", index.0));
                }
                Some(Value::Recording(_)) => text.push_str(&format!(" {}=recording", index.0)),
                Some(value) => text.push_str(&format!(" {}={value:?}", index.0)),
            }
        }
        if let Some(fault) = self.fault.filter(|_| heeded.fault) {
            text.push_str(&format!(" {}", fault.name()));
        }
        if self.surveyed && heeded.surveyed {
            text.push_str(" surveyed");
        }
        text
    }
}

fn text(fact: &Option<Arc<str>>) -> Value {
    fact.clone().map_or(Value::Unset, Value::Text)
}

/// The most notes of one call; further names are left out.
pub const MAX_NOTES: usize = 64;

impl Memory {
    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, index: VariableIndex) -> Value {
        self.values.get(index.0 as usize).cloned().unwrap_or(Value::Unset)
    }

    /// The value of a built-in name that the call itself knows.
    pub(super) fn built_in(&self, name: BuiltIn) -> Value {
        match name {
            BuiltIn::CallFrom => text(&self.facts.origin.caller.number),
            BuiltIn::CallName => text(&self.facts.origin.caller.name),
            BuiltIn::CallAsserted => Value::Bool(self.facts.origin.asserted),
            BuiltIn::CallTo => Value::Text(self.facts.origin.called.clone()),
            BuiltIn::CallTrunk => text(&self.facts.origin.trunk),
            BuiltIn::CallDivertedFrom => text(&self.facts.origin.diverted_from),
            BuiltIn::CallLanguage => Value::Text(self.language.as_str().into()),
            BuiltIn::CallId => Value::Text(self.facts.id.to_string().into()),
            BuiltIn::CallSurveyed => Value::Bool(self.surveyed),
            BuiltIn::QueuePosition => {
                self.queue_position.map_or(Value::Unset, |p| Value::Int(i64::from(p)))
            }
            BuiltIn::QueueWait => self.queue_wait.map_or(Value::Unset, Value::Duration),
            BuiltIn::Fault => self.fault.map_or(Value::Unset, |fault| fault.name().into()),
            BuiltIn::Now => Value::Unset,
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(scrub);
    }
}

impl fmt::Debug for Memory {
    /// Leaves the values out: they belong to people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("language", &self.language).finish_non_exhaustive()
    }
}

/// A value whose texts nobody else holds; the texts that it is copied from are overwritten where nobody holds them.
fn taken_over(mut value: Value) -> Value {
    let own = copy(&value);
    scrub(&mut value);
    own
}

fn copy(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(Arc::from(&**text)),
        Value::List(items) => Value::List(items.iter().map(copy).collect()),
        Value::Record(fields) => Value::Record(fields.iter().map(copy).collect()),
        value => value.clone(),
    }
}

/// Takes a value away; the texts in it that nobody else holds are overwritten.
fn scrub(value: &mut Value) {
    match value {
        Value::Text(text) => {
            if let Some(text) = Arc::get_mut(text) {
                text.zeroize();
            }
        }
        Value::List(values) | Value::Record(values) => {
            if let Some(values) = Arc::get_mut(values) {
                values.iter_mut().for_each(scrub);
            }
        }
        Value::Unset
        | Value::Int(_)
        | Value::Bool(_)
        | Value::Money(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Moment(_)
        | Value::Duration(_)
        | Value::Recording(_) => {}
    }
    *value = Value::Unset;
}

/// Overwrites the texts of an answer.
pub(super) fn scrub_json(json: &mut Json) {
    match json {
        Json::String(text) => text.zeroize(),
        Json::Array(items) => items.iter_mut().for_each(scrub_json),
        Json::Object(fields) => fields.values_mut().for_each(scrub_json),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Facts, Sources, compile};

    /// What the shipped bank's PIN check knows is gone with it.
    #[test]
    fn what_is_forgotten_and_what_a_subflow_knew_is_gone() {
        let yaml = include_bytes!("../../flows/bank.yaml");
        let compiled = compile(&Sources::one("bank.yaml", yaml), &Facts::default());
        let flow = compiled.flow().expect("a flow without errors");
        let facts = CallFacts { id: CallId::new(1, 1), origin: Origin::new("300", None) };
        let mut memory = Memory::new(flow, facts);
        let verify = &flow.subflows[0];
        let names = flow.variables.keys().zip(0_u32..);
        let places: BTreeMap<&str, VariableIndex> =
            names.map(|(name, place)| (&**name, VariableIndex(place))).collect();
        let (pin, session) = (places["verify.pin"], places["verify.session"]);
        let remembered = |memory: &mut Memory| {
            memory.set(flow, Place::Variable(pin), "482916".into());
            let fields = [Value::from("ok"), Value::from("token")].into();
            memory.set(flow, Place::Variable(session), Value::Record(fields));
        };
        memory.begin_visit(flow, verify, Vec::new());
        remembered(&mut memory);
        memory.forget(pin);
        assert_eq!(memory.variable(pin), Value::Unset);
        remembered(&mut memory);
        memory.end_visit(verify);
        let left = verify.variables.clone().map(|place| memory.variable(VariableIndex(place)));
        assert!(left.into_iter().all(|value| value == Value::Unset));
        assert!(!format!("{memory:?}").contains("482916"));
    }

    #[test]
    fn a_text_that_nobody_else_holds_is_overwritten() {
        let mut text: Arc<str> = "123456".into();
        Arc::get_mut(&mut text).expect("alone").zeroize();
        assert_eq!(&*text, "\0\0\0\0\0\0");
        let shared: Arc<str> = "123456".into();
        let mut value = taken_over(Value::Text(shared.clone()));
        assert_eq!(Arc::strong_count(&shared), 1, "a secret has a buffer of its own");
        scrub(&mut value);
        assert_eq!(value, Value::Unset);
        let inner = taken_over(Value::Record([Value::Text(shared.clone())].into()));
        let Value::Record(fields) = &inner else { panic!("a record") };
        assert_eq!((fields[0].clone(), Arc::strong_count(&shared)), (Value::from("123456"), 1));
        let mut json = serde_json::json!({ "token": "abc", "list": ["x"] });
        scrub_json(&mut json);
        assert_eq!(json, serde_json::json!({ "token": "", "list": [""] }));
    }

    const VISIT: &str = "
sambung: 1
flow: visit
language: en
start: check
nodes:
  check: { call: verify, with: { pin: '4711' }, ok: bye, failed: bye }
  bye: { hangup: Goodbye then. }
subflows:
  verify:
    params: { pin: { type: pin } }
    outcomes: [ok]
    vars: { tries: { type: int, start: 1 } }
    start: good
    nodes: { good: { return: ok } }
";

    #[test]
    fn a_visit_begins_anew_and_leaves_nothing_behind() {
        let sources = Sources::one("visit.yaml", VISIT.as_bytes());
        let compiled = compile(&sources, &Facts::default());
        let findings = compiled.diagnostics.render_all(crate::flow::Format::Human { color: false });
        let flow = compiled.flow().expect(&findings);
        let id = CallId::new(1, 2);
        let mut memory = Memory::new(flow, CallFacts { id, origin: Origin::new("100", None) });
        let subflow = flow.subflow(crate::flow::SubflowIndex(0));
        let pin = subflow.params[0];
        let tries = subflow.variables.clone().map(VariableIndex).find(|v| *v != pin);
        let tries = tries.expect("two variables");
        for _ in 0..2 {
            memory.begin_visit(flow, subflow, vec![(pin, Value::from("4711"))]);
            assert_eq!(memory.variable(pin), Value::from("4711"));
            assert_eq!(memory.variable(tries), Value::Int(1), "as it begins");
            memory.set(flow, Place::Variable(tries), Value::Int(3));
            memory.end_visit(subflow);
            assert_eq!(memory.variable(pin), Value::Unset);
            assert_eq!(memory.variable(tries), Value::Unset);
        }
        memory.set(flow, Place::Variable(pin), Value::from("4711"));
        memory.forget(pin);
        assert_eq!(memory.variable(pin), Value::Unset);
    }
}
