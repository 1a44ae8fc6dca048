//! One answer of a service of each kind that the flow can tell apart.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::canary;
use crate::call::{Class, Currency};
use crate::flow::{
    Ahead, FieldType, Flow, HttpNode, NodeIndex, RecordIndex, Subject, Test, Value, VariableKind,
    Verb,
};
use crate::time::Date;

/// The most answers of one request.
const MOST: usize = 48;

/// The currency of amounts whose service says it in the answer.
const CURRENCY: &str = "IDR";

/// A text that no flow expects.
const SOMETHING_ELSE: &str = "something else";

/// What a field can hold.
struct Field {
    name: Arc<str>,
    values: Vec<Json>,
}

/// The answers of the request that a node makes.
pub(super) fn replies(flow: &Flow, node: NodeIndex, ahead: &Ahead<'_>) -> Vec<Json> {
    let Verb::Http(http) = &flow.node(node).verb else { return Vec::new() };
    let Some(index) = http.operation.returns else { return vec![Json::Object(Map::new())] };
    let tests = http.into.map(|into| ahead.tests(node, into)).unwrap_or_default();
    let class = http
        .into
        .and_then(|into| flow.variables.get_index(into.0 as usize))
        .map_or(Class::Public, |(_, variable)| variable.class);
    let shape = Shape { flow, http, class };
    let fields = shape.fields(index, &tests, 0);
    combine(&fields)
}

struct Shape<'a> {
    flow: &'a Flow,
    http: &'a HttpNode,
    class: Class,
}

impl Shape<'_> {
    fn fields(&self, index: RecordIndex, tests: &[Test], depth: usize) -> Vec<Field> {
        let Some(record) = self.flow.records.get(index.0 as usize) else { return Vec::new() };
        let currencies: Vec<usize> = record
            .fields
            .values()
            .filter_map(|kind| match kind {
                FieldType::MoneyIn(place) => Some(*place),
                FieldType::Plain(_) => None,
            })
            .collect();
        let field = |(place, (name, kind)): (usize, (&Arc<str>, &FieldType))| {
            let mine: Vec<Test> = tests
                .iter()
                .filter(|test| test.field.first() == Some(&place))
                .map(|test| Test { field: test.field[1..].to_vec(), against: test.against.clone() })
                .collect();
            let values = match kind {
                FieldType::Plain(VariableKind::Record(inner)) if depth < 4 => {
                    combine(&self.fields(*inner, &mine, depth + 1))
                }
                FieldType::Plain(_) if currencies.contains(&place) => vec![CURRENCY.into()],
                FieldType::Plain(kind) => self.values(*kind, &mine, place),
                FieldType::MoneyIn(_) => {
                    self.values(VariableKind::Money(Currency::parse(CURRENCY)), &mine, place)
                }
            };
            Field { name: Arc::clone(name), values }
        };
        record.fields.iter().enumerate().map(field).collect()
    }

    /// The values of a field that the flow can tell apart.
    fn values(&self, kind: VariableKind, tests: &[Test], place: usize) -> Vec<Json> {
        let read = !tests.is_empty();
        let mut values: Vec<Json> = Vec::new();
        for test in tests {
            if let Subject::Value(value) = &test.against {
                values.extend(self.around(value));
            } else if let Subject::Start(Value::Text(text)) = &test.against {
                values.push(format!("{text}1").into());
            } else if let Subject::Length(length) = &test.against {
                let lengths = [*length, length - 1, length + 1];
                let lengths = lengths.into_iter().filter_map(|length| usize::try_from(length).ok());
                values.extend(lengths.map(|length| Json::from("1".repeat(length.min(64)))));
            }
        }
        match kind {
            VariableKind::Text if self.class == Class::Secret && !read => {
                values.push(canary::text(place).as_ref().into());
            }
            VariableKind::Text => values.push(SOMETHING_ELSE.into()),
            VariableKind::Digits | VariableKind::Pin => values.push("12345678".into()),
            VariableKind::Int => {
                values.push(1.into());
                if read {
                    values.push(0.into());
                }
            }
            VariableKind::Bool => {
                values.push(true.into());
                if read {
                    values.push(false.into());
                }
            }
            VariableKind::Money(_) => values.push(150_000.into()),
            VariableKind::Date => values.push("2030-01-15".into()),
            VariableKind::Time => values.push("09:30".into()),
            VariableKind::Phone => values.push("+6281100002222".into()),
            VariableKind::List => {
                values.push(Json::from(vec!["one"]));
                if read {
                    values.push(Json::Array(Vec::new()));
                }
            }
            VariableKind::Recording | VariableKind::Record(_) => {}
        }
        let mut told_apart: Vec<Json> = Vec::new();
        for value in values {
            if !told_apart.contains(&value) {
                told_apart.push(value);
            }
        }
        told_apart
    }

    /// A value that is compared with, and those beside it.
    fn around(&self, value: &Value) -> Vec<Json> {
        match value {
            Value::Text(text) => vec![text.as_ref().into()],
            Value::Int(number) => {
                let all = [*number, number.saturating_sub(1), number.saturating_add(1)];
                all.map(Json::from).to_vec()
            }
            Value::Bool(_) => vec![true.into(), false.into()],
            Value::Money(money) => {
                let units = 10_i64.saturating_pow(money.currency.decimals());
                let scale = if self.http.operation.minor_units { 1 } else { units };
                let all = [money.minor, money.minor - units, money.minor + units];
                all.map(|minor| Json::from(minor / scale)).to_vec()
            }
            Value::Date(date) => {
                let day = date.days_since_epoch();
                let all = [day, day - 1, day + 1].map(Date::from_days);
                all.into_iter().flatten().map(|date| date.to_string().into()).collect()
            }
            Value::Time(time) => vec![time.to_string().into()],
            Value::Unset
            | Value::Moment(_)
            | Value::Duration(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Recording(_) => Vec::new(),
        }
    }
}

/// Every combination of the fields' values where those are few; else one field after the other changes.
fn combine(fields: &[Field]) -> Vec<Json> {
    let all = fields
        .iter()
        .map(|field| field.values.len().max(1))
        .try_fold(1_usize, |product, n| product.checked_mul(n).filter(|product| *product <= MOST));
    let first = |field: &Field| field.values.last().cloned().unwrap_or(Json::Null);
    let base: Map<String, Json> =
        fields.iter().map(|field| (field.name.to_string(), first(field))).collect();
    let mut answers = vec![base.clone()];
    for field in fields {
        let from = if all.is_some() { answers.clone() } else { vec![base.clone()] };
        for value in field.values.iter().rev().skip(1) {
            for known in &from {
                let mut answer = known.clone();
                answer.insert(field.name.to_string(), value.clone());
                answers.push(answer);
            }
        }
    }
    answers.truncate(MOST);
    answers.into_iter().map(Json::Object).collect()
}
