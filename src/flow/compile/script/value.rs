//! Values in tests, each held against the type that the flow or a service declares.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::TestCompiler;
use crate::call::{Currency, Money};
use crate::flow::check;
use crate::flow::definition::{FieldType, RecordIndex, VariableKind};
use crate::flow::expression::{self, Value};
use crate::flow::schema::{Entries, Tree};
use crate::flow::source::Spanned;
use crate::flow::wire::Wire;
use crate::time::{ClockTime, Date};

impl TestCompiler<'_> {
    /// A value of a type as a service writes it; what does not fit is reported.
    pub(super) fn json(
        &mut self,
        raw: &Spanned<Tree>,
        kind: VariableKind,
        minor_units: bool,
        place: &str,
    ) -> Option<Json> {
        let value = self.value(raw, kind, place)?;
        let flow = self.flow;
        Some(Wire { records: &flow.records, minor_units }.json(&value, kind))
    }

    /// A value of a type; what does not fit is reported.
    pub(super) fn value(
        &mut self,
        raw: &Spanned<Tree>,
        kind: VariableKind,
        place: &str,
    ) -> Option<Value> {
        let value = match (kind, &raw.value) {
            (VariableKind::Record(index), Tree::Map(entries)) => {
                return self.record(raw, entries, index);
            }
            (VariableKind::Text | VariableKind::Phone, Tree::Text(text)) => {
                Some(Value::from(text.as_str()))
            }
            (VariableKind::Digits | VariableKind::Pin, Tree::Text(_) | Tree::Int(_)) => {
                let text = self.plain(raw);
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| Value::from(text.as_str()))
            }
            (VariableKind::Int, Tree::Int(number)) => Some(Value::Int(*number)),
            (VariableKind::Bool, Tree::Bool(yes)) => Some(Value::Bool(*yes)),
            (VariableKind::Money(currency), _) => self.money(raw, currency).map(Value::Money),
            (VariableKind::Date, Tree::Text(text)) => Date::parse(text).map(Value::Date),
            (VariableKind::Time, Tree::Text(text)) => ClockTime::parse(text).map(Value::Time),
            (VariableKind::List, Tree::List(items)) => {
                let text = |item: &Spanned<Tree>| match &item.value {
                    Tree::Text(text) => Some(Value::from(text.as_str())),
                    _ => None,
                };
                let items: Option<Arc<[Value]>> = items.iter().map(text).collect();
                items.map(Value::List)
            }
            _ => None,
        };
        if value.is_none() {
            self.findings.push(check::wrong_test_value(place, &wanted(kind), raw.span));
        }
        value
    }

    /// A record: every field of its type and no other.
    fn record(
        &mut self,
        raw: &Spanned<Tree>,
        entries: &Entries<Spanned<Tree>>,
        index: RecordIndex,
    ) -> Option<Value> {
        let flow = self.flow;
        let record = flow.records.get(index.0 as usize)?;
        for (name, _) in entries {
            if !record.fields.contains_key(name.as_str()) {
                let known: Vec<&str> = record.fields.keys().map(AsRef::as_ref).collect();
                let what = format!("field of `{}`", record.name);
                self.findings.push(check::unknown_in_test(&what, name, &known));
            }
        }
        let written = |name: &str| entries.iter().find(|(key, _)| key.value == name);
        let mut fields = Vec::with_capacity(record.fields.len());
        for (name, kind) in &record.fields {
            let Some((_, value)) = written(name) else {
                self.findings.push(check::missing_field(name, &record.name, raw.span));
                continue;
            };
            let place = format!("`{name}`");
            let kind = match kind {
                FieldType::Plain(kind) => *kind,
                FieldType::MoneyIn(sibling) => {
                    let currency = record.fields.get_index(*sibling);
                    let currency = currency.and_then(|(name, _)| written(name));
                    let currency =
                        currency.and_then(|(_, text)| Currency::parse(&self.plain(text)));
                    VariableKind::Money(currency)
                }
            };
            fields.extend(self.value(value, kind, &place));
        }
        (fields.len() == record.fields.len()).then(|| Value::Record(fields.into()))
    }

    /// `150000`, `12.50`, or with its currency `IDR 150000`.
    fn money(&self, raw: &Spanned<Tree>, currency: Option<Currency>) -> Option<Money> {
        let text = self.plain(raw);
        match expression::amount(&text) {
            Some(money) if currency.is_none_or(|wanted| wanted == money.currency) => Some(money),
            Some(_) => None,
            None => Money::parse(&text, currency?),
        }
    }

    /// The text of a scalar, numbers as they are written; empty for everything else.
    fn plain(&self, raw: &Spanned<Tree>) -> String {
        match &raw.value {
            Tree::Text(text) => text.clone(),
            Tree::Int(_) | Tree::Decimal => self.written(raw.span).to_owned(),
            Tree::Bool(_) | Tree::List(_) | Tree::Map(_) => String::new(),
        }
    }

    /// A value of any type as JSON.
    pub(super) fn any_json(&self, raw: &Spanned<Tree>) -> Json {
        match &raw.value {
            Tree::Text(text) => Json::String(text.clone()),
            Tree::Int(number) => Json::from(*number),
            Tree::Decimal => self.written(raw.span).parse().map_or(Json::Null, Json::Number),
            Tree::Bool(yes) => Json::Bool(*yes),
            Tree::List(items) => items.iter().map(|item| self.any_json(item)).collect(),
            Tree::Map(entries) => {
                let fields = entries.iter();
                let fields = fields.map(|(name, value)| (name.value.clone(), self.any_json(value)));
                Json::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

/// What is wanted at a place of a type.
fn wanted(kind: VariableKind) -> String {
    match kind {
        VariableKind::Money(Some(currency)) => format!("an amount in {currency}, such as `150000`"),
        VariableKind::Money(None) => "an amount with its currency, such as `IDR 150000`".to_owned(),
        VariableKind::Date => "a date, such as `2026-08-17`".to_owned(),
        VariableKind::Time => "a time of day, such as `\"08:05\"`".to_owned(),
        VariableKind::Digits | VariableKind::Pin => {
            "digits in quotes, such as `\"0812\"`".to_owned()
        }
        VariableKind::Text | VariableKind::Phone => format!("{} in quotes", kind.words()),
        VariableKind::Bool => "`true` or `false`".to_owned(),
        VariableKind::List => "a list of texts".to_owned(),
        VariableKind::Record(_) => "a map: its fields with their values".to_owned(),
        VariableKind::Recording => {
            "left out: a recording has no value that could be written".to_owned()
        }
        VariableKind::Int => kind.words().to_owned(),
    }
}
