//! What names in a formula stand for: variables, fields of records, built-in values, calendars.

use std::ops::Range;

use super::built_in::BuiltIn;
use super::fault::Fault;
use super::formula::Formula;
use super::kind::Kind;
use super::parser::{Parser, Term};
use super::value::Value;
use crate::flow::definition::{FieldType, RecordIndex, RecordType};
use crate::flow::node::VariableIndex;
use crate::flow::suggest::nearest;

/// The names that a formula may use beside the built-in ones.
pub(crate) trait Names {
    /// The variable of this name, with its type.
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)>;
    /// All names of variables that can be used here, for suggestions.
    fn variables(&self) -> Vec<&str>;
    /// The record type at a place.
    fn record(&self, index: RecordIndex) -> Option<&RecordType>;
    /// All names of calendars.
    fn calendars(&self) -> Vec<&str>;
}

/// What `CALENDAR.next_open` ends in.
const NEXT_OPEN: &str = "next_open";

impl Parser<'_> {
    /// A variable, a field, a built-in name or the next opening of a calendar.
    pub(super) fn name(&mut self, name: &str, range: Range<usize>) -> Term {
        if let Some((index, kind)) = self.names.variable(name) {
            return Term { formula: Formula::Variable(index), kind, range, depth: 1 };
        }
        if let Some(found) = BuiltIn::ALL.into_iter().find(|b| b.name() == name) {
            let kind = found.kind();
            return Term { formula: Formula::BuiltIn(found), kind, range, depth: 1 };
        }
        if let Some((base, rest)) = name.split_once('.') {
            let place = range.start..range.start + base.len();
            if let Some((index, kind)) = self.names.variable(base) {
                let formula = Formula::Variable(index);
                return self.field(Term { formula, kind, range: place, depth: 1 }, base, rest);
            }
            if self.names.calendars().contains(&base) {
                return self.next_open(base, rest, range);
            }
        }
        self.faults.push(self.unknown(name, range.clone()));
        nothing(range)
    }

    /// `.status.text` of a record.
    fn field(&mut self, record: Term, owner: &str, path: &str) -> Term {
        let (name, rest) =
            path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let start = record.range.end + 1;
        let range = record.range.start..start + name.len();
        let known = match record.kind {
            Kind::Record(index) => self.names.record(index),
            Kind::Any => return nothing(range),
            _ => {
                let message = format!("`{owner}` is {} and has no fields", record.kind.words());
                self.faults.push(Fault::name(start..range.end, message));
                return nothing(range);
            }
        };
        let Some(known) = known else { return nothing(range) };
        let Some((place, _, field)) = known.fields.get_full(name) else {
            let near = nearest(name, known.fields.keys().map(AsRef::as_ref)).map(str::to_owned);
            let question = near.as_ref().map(|n| format!("; did you mean `{n}`?"));
            let message =
                format!("`{}` has no field `{name}`{}", known.name, question.unwrap_or_default());
            let mut fault = Fault::name(start..start + name.len(), message);
            if near.is_none() {
                let names: Vec<String> = known.fields.keys().map(|n| format!("`{n}`")).collect();
                fault = fault.help(format!("it has {}", names.join(", ")));
            }
            fault.instead = near;
            self.faults.push(fault);
            return nothing(range);
        };
        let kind = match field {
            FieldType::Plain(kind) => Kind::from(*kind),
            FieldType::MoneyIn(_) => Kind::Money(None),
        };
        let formula = Formula::Field(Box::new(record.formula), place);
        let term = Term { formula, kind, range, depth: record.depth + 1 };
        match rest {
            Some(rest) if term.depth < MAX_FIELDS => self.field(term, name, rest),
            Some(_) | None => term,
        }
    }

    fn next_open(&mut self, calendar: &str, rest: &str, range: Range<usize>) -> Term {
        if rest == NEXT_OPEN {
            let formula = Formula::NextOpen(calendar.into());
            return Term { formula, kind: Kind::Moment, range, depth: 1 };
        }
        let message = format!("a calendar has only `{calendar}.{NEXT_OPEN}`, not `{rest}`");
        let place = range.start + calendar.len() + 1..range.end;
        self.faults.push(Fault::name(place, message).instead(NEXT_OPEN));
        nothing(range)
    }

    fn unknown(&self, name: &str, range: Range<usize>) -> Fault {
        let built_in = BuiltIn::ALL.iter().map(|b| b.name());
        let near = nearest(name, self.names.variables().into_iter().chain(built_in));
        let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let fault = Fault::name(range, format!("no variable named `{name}`{question}"));
        match near {
            Some(near) => fault.instead(near),
            None if self.names.calendars().contains(&name) => fault.help(format!(
                "`{name}` is a calendar; ask `is_open({name})`, or read `{name}.{NEXT_OPEN}`"
            )),
            None => fault.help(format!(
                "text needs quotes: `\"{name}\"`; variables are declared under `vars:`"
            )),
        }
    }
}

/// The most records inside each other that a name may walk through.
const MAX_FIELDS: usize = 16;

/// What stands for a name that nothing has.
pub(super) const fn nothing(range: Range<usize>) -> Term {
    Term { formula: Formula::Constant(Value::Unset), kind: Kind::Any, range, depth: 1 }
}
