//! The world that calls ask: services that answer in their declared shape, a store that keeps tickets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::chance::Chance;
use crate::call::{Errand, Failure, Reply};
use crate::engine::Programs;
use crate::flow::{FieldType, Flow, Formula, RecordIndex, RecordType, Value, VariableKind, Verb};
use crate::time::Duration;

/// How deep records may stand in records of an answer.
const MAX_DEPTH: u32 = 8;

/// What services may answer.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The record that each operation returns, by service and operation.
    returns: BTreeMap<(Arc<str>, Arc<str>), Option<RecordIndex>>,
    records: Vec<RecordType>,
    /// Texts that the flows compare with: what services may say.
    texts: Vec<Arc<str>>,
}

/// An answer on its way.
#[derive(Debug)]
pub(super) struct Answer {
    /// How long it takes; `None` = for ever.
    pub(super) after: Option<Duration>,
    /// What it is.
    pub(super) reply: Reply,
}

impl Answer {
    /// What becomes of a request when the outside does not work as it should.
    pub(super) fn amiss(chance: &mut Chance) -> Self {
        let after = Some(Duration::from_millis(20) + chance.about(Duration::from_secs(2)));
        match chance.between(0, 9) {
            0..=1 => Self { after: None, reply: Reply::NotFound },
            2..=3 => {
                let reply = Reply::Answered(serde_json::json!({ "status": 1 }));
                Self { after: Some(chance.seconds(8, 40)), reply }
            }
            4 => Self { after, reply: Reply::Answered(serde_json::json!({ "nothing": 1 })) },
            _ => {
                let failure = chance.pick(&FAILURES).copied().unwrap_or(Failure::Error);
                Self { after, reply: Reply::Failed(failure) }
            }
        }
    }
}

/// How services fail.
const FAILURES: [Failure; 7] = [
    Failure::Timeout,
    Failure::Refused,
    Failure::Error,
    Failure::BadShape,
    Failure::CircuitOpen,
    Failure::Busy,
    Failure::Unavailable,
];

impl Outside {
    /// Reads what the flows ask for.
    pub(super) fn new(programs: &Programs) -> Self {
        let mut outside = Self::default();
        let mut texts = BTreeSet::new();
        for program in programs.values() {
            outside.add(&program.flow, &mut texts);
        }
        outside.texts = texts.into_iter().collect();
        outside
    }

    fn add(&mut self, flow: &Flow, texts: &mut BTreeSet<Arc<str>>) {
        self.records = flow.records.to_vec();
        for node in &flow.nodes {
            if let Verb::Http(http) = &node.verb {
                let operation = &http.operation;
                let key = (operation.service.clone(), operation.name.clone());
                self.returns.insert(key, operation.returns);
            }
            if let Verb::Branch(branch) = &node.verb {
                branch.arms.iter().for_each(|(when, _)| constants(when, texts));
            }
        }
    }

    /// What becomes of a request when all is well.
    pub(super) fn answer(&self, what: &Errand, chance: &mut Chance) -> Answer {
        let after = Some(Duration::from_millis(20) + chance.about(Duration::from_millis(400)));
        let reply = match what {
            Errand::Ticket(_) | Errand::Callback(_) => {
                Reply::Kept(chance.between(1_000, 9_999).to_string().into())
            }
            Errand::Operation(_) if chance.percent(12) => Reply::NotFound,
            Errand::Operation(operation) => {
                let key = (operation.service.clone(), operation.operation.clone());
                let record = self.returns.get(&key).copied().flatten();
                Reply::Answered(record.map_or(Json::Null, |index| self.record(index, chance, 0)))
            }
        };
        Answer { after, reply }
    }

    fn record(&self, index: RecordIndex, chance: &mut Chance, depth: u32) -> Json {
        let record = usize::try_from(index.0).ok().and_then(|at| self.records.get(at));
        let Some(record) = record.filter(|_| depth < MAX_DEPTH) else { return Json::Null };
        let mut fields = Map::new();
        for (name, kind) in &record.fields {
            let value = match kind {
                FieldType::Plain(kind) => self.value(*kind, chance, depth),
                FieldType::MoneyIn(_) => amount(chance),
            };
            fields.insert(name.to_string(), value);
        }
        for kind in record.fields.values() {
            if let FieldType::MoneyIn(place) = kind
                && let Some((name, _)) = record.fields.get_index(*place)
            {
                fields.insert(name.to_string(), "IDR".into());
            }
        }
        Json::Object(fields)
    }

    fn value(&self, kind: VariableKind, chance: &mut Chance, depth: u32) -> Json {
        match kind {
            VariableKind::Text => {
                let known = chance.pick(&self.texts).filter(|_| chance.percent(90));
                known.map_or("other", |text| text).into()
            }
            VariableKind::Digits | VariableKind::Pin => {
                chance.between(1_000, 99_999).to_string().into()
            }
            VariableKind::Phone => "+62215550100".into(),
            VariableKind::Int => chance.between(0, 9).into(),
            VariableKind::Bool => chance.percent(50).into(),
            VariableKind::Money(_) => amount(chance),
            VariableKind::Date => format!("2026-03-{:02}", chance.between(1, 28)).into(),
            VariableKind::Time => {
                format!("{:02}:{:02}", chance.between(0, 23), chance.between(0, 59)).into()
            }
            VariableKind::List => Json::Array(vec!["other".into()]),
            VariableKind::Recording => Json::Null,
            VariableKind::Record(index) => self.record(index, chance, depth + 1),
        }
    }
}

fn amount(chance: &mut Chance) -> Json {
    chance.between(1, 9_999_999).into()
}

/// The texts of a formula.
fn constants(formula: &Formula, texts: &mut BTreeSet<Arc<str>>) {
    match formula {
        Formula::Constant(Value::Text(text)) => {
            texts.insert(text.clone());
        }
        Formula::Not(inner) => constants(inner, texts),
        Formula::Binary(_, a, b) | Formula::In(a, b) => {
            constants(a, texts);
            constants(b, texts);
        }
        Formula::List(items) => items.iter().for_each(|item| constants(item, texts)),
        Formula::Constant(_)
        | Formula::Variable(_)
        | Formula::BuiltIn(_)
        | Formula::Negate(_)
        | Formula::Field(..)
        | Formula::If(..)
        | Formula::Length(_)
        | Formula::StartsWith(..)
        | Formula::Matches(..)
        | Formula::Upper(_)
        | Formula::IsOpen(..)
        | Formula::NextOpen(_)
        | Formula::DaysBetween(..)
        | Formula::IsSet(_)
        | Formula::Default(..) => {}
    }
}
