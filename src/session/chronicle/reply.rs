//! What services and stores answer, as a journal may keep it: by the class of the variable that it goes to.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::stand_in::Chance;
use crate::call::{Class, Failure, Reply};
use crate::flow::{
    FieldType, Flow, HttpNode, RecordIndex, Value, VariableIndex, VariableKind, Verb,
};
use crate::interpreter::{Likeness, View, read_answer};
use crate::session::{Moment, Session};

/// How many stand-ins of an answer are tried before a good one counts as not to be had.
const MAX_TRIES: usize = 100;

/// How deep records may stand in records.
const MAX_DEPTH: u32 = 8;

impl Session {
    /// An answer as the journal keeps it. Whatever it says about people is a stand-in that leads the same way.
    pub(super) fn reply_shown(&mut self, reply: &Reply, at: Moment<'_>) -> Reply {
        let flow = self.program.flow.clone();
        let verb = self.state.node().map(|node| &flow.node(node).verb);
        match (reply, verb) {
            (Reply::Answered(json), Some(Verb::Http(http))) => self.answer_shown(http, json, at),
            // Of no use where it came.
            (Reply::Answered(_), _) => Reply::Failed(Failure::Error),
            (Reply::NotFound, _) => Reply::NotFound,
            (Reply::Failed(failure), _) => Reply::Failed(*failure),
            (Reply::Kept(number), Some(Verb::Ticket(ticket))) => {
                Reply::Kept(self.number_shown(ticket.into, number))
            }
            // A number that no variable takes.
            (Reply::Kept(_), _) => Reply::Kept("".into()),
        }
    }

    fn number_shown(&mut self, into: Option<VariableIndex>, number: &Arc<str>) -> Arc<str> {
        match into.map(|into| (into, class_of(&self.program.flow, into))) {
            None => "".into(),
            Some((_, Class::Public)) => number.clone(),
            Some((into, Class::Personal | Class::Secret)) => {
                let Some(chronicle) = &mut self.journal.chronicle else { return "".into() };
                let other: Arc<str> = chronicle.chance.text(number).into();
                chronicle.stand_ins.insert(into, Value::Text(other.clone()));
                other
            }
        }
    }

    fn answer_shown(&mut self, http: &HttpNode, json: &Json, at: Moment<'_>) -> Reply {
        let flow = self.program.flow.clone();
        let Some(value) = read_answer(&flow, http, json) else {
            return Reply::Failed(Failure::BadShape);
        };
        let Some(returns) = http.operation.returns else { return Reply::Answered(Json::Null) };
        // Where no variable takes it, nobody has said that it may be seen.
        let class = http.into.map_or(Class::Personal, |into| class_of(&flow, into));
        if class == Class::Public {
            return Reply::Answered(record(&flow, json, returns, 0, &mut None));
        }
        let Some(chronicle) = &mut self.journal.chronicle else { return Reply::NotFound };
        let (mut chance, stand_ins) = (chronicle.chance, std::mem::take(&mut chronicle.stand_ins));
        let view = View { flow: &flow, memory: &self.memory, world: at.world };
        let likeness = http.into.map(|into| Likeness::of(into, view, &stand_ins));
        let constants = likeness.as_ref().map(Likeness::constants).unwrap_or_default();
        let mut shown = None;
        for _ in 0..MAX_TRIES {
            let mask = Mask { chance: &mut chance, keep: &constants };
            let candidate = record(&flow, json, returns, 0, &mut Some(mask));
            let Some(meaning) = read_answer(&flow, http, &candidate) else { continue };
            let alike = likeness.as_ref().is_none_or(|likeness| likeness.holds(&value, &meaning));
            if alike || shown.is_none() {
                shown = Some((candidate, meaning));
            }
            if alike {
                break;
            }
        }
        if let Some(chronicle) = &mut self.journal.chronicle {
            chronicle.chance = chance;
            chronicle.stand_ins = stand_ins;
            let meaning = shown.as_ref().map(|(_, meaning)| meaning.clone());
            chronicle.stand_ins.extend(http.into.zip(meaning));
        }
        shown.map_or(Reply::Failed(Failure::Error), |(candidate, _)| Reply::Answered(candidate))
    }
}

fn class_of(flow: &Flow, variable: VariableIndex) -> Class {
    let place = flow.variables.get_index(variable.0 as usize);
    place.map_or(Class::Secret, |(_, variable)| variable.class)
}

/// How what belongs to people is replaced.
struct Mask<'a> {
    chance: &'a mut Chance,
    /// Values that the flow itself compares with, which may stay.
    keep: &'a [Value],
}

/// An answer cut down to what is declared; with a mask, everything in it that can tell of people is replaced.
fn record(
    flow: &Flow,
    json: &Json,
    index: RecordIndex,
    depth: u32,
    mask: &mut Option<Mask<'_>>,
) -> Json {
    let kind = usize::try_from(index.0).ok().and_then(|index| flow.records.get(index));
    let (Json::Object(fields), Some(kind), true) = (json, kind, depth < MAX_DEPTH) else {
        return Json::Null;
    };
    let is_currency =
        |place: usize| kind.fields.values().any(|kind| *kind == FieldType::MoneyIn(place));
    let mut shown = Map::new();
    for (place, (name, kind)) in kind.fields.iter().enumerate() {
        let Some(json) = fields.get(&**name) else { continue };
        let json = match kind {
            FieldType::Plain(VariableKind::Record(index)) => {
                record(flow, json, *index, depth + 1, mask)
            }
            FieldType::Plain(_) if is_currency(place) => json.clone(),
            FieldType::Plain(kind) => leaf(json, *kind, mask),
            FieldType::MoneyIn(_) => leaf(json, VariableKind::Money(None), mask),
        };
        shown.insert(name.to_string(), json);
    }
    Json::Object(shown)
}

fn leaf(json: &Json, kind: VariableKind, mask: &mut Option<Mask<'_>>) -> Json {
    let Some(Mask { chance, keep }) = mask else { return json.clone() };
    match (json, kind) {
        (Json::Null | Json::Bool(_), _) => json.clone(),
        (Json::Number(number), _) => {
            let whole = number.as_i64().map(Value::Int);
            if whole.is_some_and(|whole| keep.contains(&whole)) {
                json.clone()
            } else {
                chance.number(number)
            }
        }
        (Json::String(_), VariableKind::Date) => {
            Json::String(chance.date().map(|date| date.to_string()).unwrap_or_default())
        }
        (Json::String(_), VariableKind::Time) => {
            Json::String(format!("{:02}:{:02}", chance.below(24), chance.below(60)))
        }
        (Json::String(text), _) if keep.contains(&Value::Text(text.as_str().into())) => {
            json.clone()
        }
        (Json::String(text), _) => Json::String(chance.text(text)),
        (Json::Array(items), _) => items.iter().map(|item| leaf(item, kind, mask)).collect(),
        // Nothing that is declared is one.
        (Json::Object(_), _) => Json::Null,
    }
}
