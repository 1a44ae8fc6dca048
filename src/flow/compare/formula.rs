//! Formulas as authors write them, with the names of the new version.

use super::pair::Names;
use crate::flow::definition::{Setting, VariableKind};
use crate::flow::expression::{BinaryOperator, Formula, Value};
use crate::flow::node::{Assignment, Place};

/// How tightly what stands inside binds; higher binds tighter.
mod binding {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const COMPARE: u8 = 4;
    pub(super) const ADD: u8 = 5;
    pub(super) const MULTIPLY: u8 = 6;
    pub(super) const NEGATE: u8 = 7;
}

impl Names<'_> {
    /// The formula as an author writes it.
    pub(super) fn formula(&self, formula: &Formula) -> String {
        self.within(formula, 0)
    }

    /// The formula where what stands around binds as tightly as `outer`.
    fn within(&self, formula: &Formula, outer: u8) -> String {
        let all = |parts: &[&Formula]| {
            parts.iter().map(|part| self.formula(part)).collect::<Vec<_>>().join(", ")
        };
        let (binds, text) = match formula {
            Formula::Constant(value) => (u8::MAX, literal(value)),
            Formula::Variable(index) => (u8::MAX, self.variable(*index).to_owned()),
            Formula::BuiltIn(name) => (u8::MAX, name.name().to_owned()),
            Formula::Not(a) => (binding::NOT, format!("not {}", self.within(a, binding::NOT))),
            Formula::Negate(a) => {
                (binding::NEGATE, format!("-{}", self.within(a, binding::NEGATE)))
            }
            Formula::Binary(operator, a, b) => {
                let binds = binds(*operator);
                let (a, b) = (self.within(a, binds), self.within(b, binds + 1));
                (binds, format!("{a} {} {b}", operator.symbol()))
            }
            Formula::Field(record, place) => {
                (u8::MAX, format!("{}.{}", self.formula(record), self.field(record, *place)))
            }
            Formula::List(items) => {
                (u8::MAX, format!("[{}]", all(&items.iter().collect::<Vec<_>>())))
            }
            Formula::In(a, list) => {
                let (a, list) = (self.within(a, binding::ADD), self.within(list, binding::ADD));
                (binding::COMPARE, format!("{a} in {list}"))
            }
            Formula::If(condition, a, b) => (u8::MAX, format!("if({})", all(&[condition, a, b]))),
            Formula::Length(a) => (u8::MAX, format!("length({})", all(&[a]))),
            Formula::StartsWith(a, b) => (u8::MAX, format!("starts_with({})", all(&[a, b]))),
            Formula::Matches(a, b) => (u8::MAX, format!("matches({})", all(&[a, b]))),
            Formula::Upper(a) => (u8::MAX, format!("upper({})", all(&[a]))),
            Formula::IsOpen(calendar, None) => (u8::MAX, format!("is_open({calendar})")),
            Formula::IsOpen(calendar, Some(at)) => {
                (u8::MAX, format!("is_open({calendar}, {})", self.formula(at)))
            }
            Formula::NextOpen(calendar) => (u8::MAX, format!("{calendar}.next_open")),
            Formula::DaysBetween(a, b) => (u8::MAX, format!("days_between({})", all(&[a, b]))),
            Formula::IsSet(a) => (u8::MAX, format!("is_set({})", all(&[a]))),
            Formula::Default(a, b) => (u8::MAX, format!("default({})", all(&[a, b]))),
        };
        if binds < outer { format!("({text})") } else { text }
    }

    /// The name of a field, where the record is a variable; else its place.
    fn field(&self, record: &Formula, place: usize) -> String {
        let kind = match record {
            Formula::Variable(index) => {
                self.flow.variables.get_index(index.0 as usize).map(|(_, variable)| variable.kind)
            }
            _ => None,
        };
        let Some(VariableKind::Record(index)) = kind else { return place.to_string() };
        let record = self.flow.records.get(index.0 as usize);
        let name = record.and_then(|record| record.fields.get_index(place));
        name.map_or_else(|| place.to_string(), |(name, _)| name.to_string())
    }

    /// What is set, in order: "`topic` to `"order"`, `call.language` to `"en"`".
    pub(super) fn assignments(&self, set: &[Assignment]) -> String {
        let one = |assignment: &Assignment| {
            let place = match assignment.place {
                Place::Variable(index) => self.variable(index),
                Place::CallLanguage => "call.language",
            };
            format!("`{place}` to `{}`", self.formula(&assignment.value))
        };
        set.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// A constant as formulas write it.
fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::Unset => "nothing".to_owned(),
        Value::Int(_)
        | Value::Bool(_)
        | Value::Money(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Moment(_)
        | Value::Duration(_)
        | Value::Record(_)
        | Value::Recording(_) => value.to_string(),
        Value::List(values) => {
            format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
    }
}

const fn binds(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Or => binding::OR,
        BinaryOperator::And => binding::AND,
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => binding::COMPARE,
        BinaryOperator::Add | BinaryOperator::Subtract => binding::ADD,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => {
            binding::MULTIPLY
        }
    }
}

/// Where a setting comes from, never what it holds.
pub(super) fn setting(setting: &Setting) -> String {
    match setting {
        Setting::Text(text) => format!("`{text}`"),
        Setting::Env(name) => format!("`{{ env: {name} }}`"),
        Setting::File(path) => format!("`{{ file: {path} }}`"),
        Setting::Secret(name) => format!("`{{ secret: {name} }}`"),
    }
}
