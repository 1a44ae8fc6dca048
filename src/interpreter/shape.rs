//! Whether an answer of a service is of the declared shape: JSON and a record type in, a value out, all or nothing.
//!
//! Fields that the type does not know are ignored; a field that is missing, `null` or of another type refuses the
//! whole answer. Numbers are read from their own digits, never through a float.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::call::{Currency, Money};
use crate::flow::{FieldType, MAX_TEXT, RecordIndex, RecordType, Value, VariableKind};
use crate::time::{ClockTime, Date, Moment};

/// The most items of a list in an answer.
pub const MAX_ITEMS: usize = 100;

/// How deep records may stand in records.
const MAX_DEPTH: u32 = 8;

/// The most digits that a number is spelled out to.
const MAX_NUMBER: usize = 64;

/// The most characters of a telephone number.
const MAX_PHONE: usize = 32;

/// An answer that is not of the declared shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is not of its declared type")]
pub(super) struct BadShape {
    /// The first field that does not fit; the type's own name for the answer itself.
    pub(super) field: Arc<str>,
}

/// How the record types and the money of a service are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    /// The record types of the project.
    pub(super) records: &'a [RecordType],
    /// Whether money comes in minor units.
    pub(super) minor_units: bool,
}

impl Shape<'_> {
    /// Holds an answer against a record type.
    pub(super) fn record(self, json: &Json, index: RecordIndex) -> Result<Value, BadShape> {
        self.record_at(json, index, 0)
    }

    fn record_at(self, json: &Json, index: RecordIndex, depth: u32) -> Result<Value, BadShape> {
        let whole = |name: &str| BadShape { field: name.into() };
        let record = usize::try_from(index.0).ok().and_then(|i| self.records.get(i));
        let record = record.ok_or_else(|| whole("the answer"))?;
        let fields = match json {
            Json::Object(fields) if depth < MAX_DEPTH => fields,
            _ => return Err(whole(&record.name)),
        };
        let field = |(name, kind): (&Arc<str>, &FieldType)| {
            let value = fields.get(&**name).and_then(|json| match kind {
                FieldType::Plain(kind) => self.value(json, *kind, depth),
                FieldType::MoneyIn(place) => {
                    self.money(json, currency_of(fields, record, *place)?).map(Value::Money)
                }
            });
            value.ok_or_else(|| whole(name))
        };
        Ok(Value::Record(record.fields.iter().map(field).collect::<Result<_, _>>()?))
    }

    fn value(self, json: &Json, kind: VariableKind, depth: u32) -> Option<Value> {
        Some(match (kind, json) {
            (VariableKind::Text, Json::String(text)) => Value::Text(bounded(text)?.into()),
            (VariableKind::Digits | VariableKind::Pin, json) => Value::Text(digits(json)?.into()),
            (VariableKind::Phone, Json::String(text)) => Value::Text(phone(text)?.into()),
            (VariableKind::Int, Json::Number(number)) => Value::Int(whole(&number.to_string())?),
            (VariableKind::Bool, Json::Bool(yes)) => Value::Bool(*yes),
            (VariableKind::Money(currency), json) => Value::Money(self.money(json, currency?)?),
            (VariableKind::Date, Json::String(text)) => Value::Date(date(text)?),
            (VariableKind::Time, Json::String(text)) => Value::Time(time(text)?),
            (VariableKind::List, Json::Array(items)) if items.len() <= MAX_ITEMS => {
                let item = |json: &Json| Some(Value::Text(bounded(json.as_str()?)?.into()));
                Value::List(items.iter().map(item).collect::<Option<_>>()?)
            }
            (VariableKind::Record(index), json) => self.record_at(json, index, depth + 1).ok()?,
            (
                VariableKind::Text
                | VariableKind::Phone
                | VariableKind::Int
                | VariableKind::Bool
                | VariableKind::Date
                | VariableKind::Time
                | VariableKind::List
                | VariableKind::Recording,
                _,
            ) => return None,
        })
    }

    fn money(self, json: &Json, currency: Currency) -> Option<Money> {
        let amount = match json {
            Json::Number(number) => plain(&number.to_string())?,
            Json::String(text) => bounded(text)?.to_owned(),
            _ => return None,
        };
        if self.minor_units {
            return Some(Money { minor: whole(&amount)?, currency });
        }
        Money::parse(&amount, currency)
    }
}

fn currency_of(fields: &Map<String, Json>, record: &RecordType, place: usize) -> Option<Currency> {
    let (name, _) = record.fields.get_index(place)?;
    Currency::parse(fields.get(&**name)?.as_str()?)
}

fn bounded(text: &str) -> Option<&str> {
    (text.len() <= MAX_TEXT).then_some(text)
}

/// Text of digits; a whole number counts by the digits that it is written with.
fn digits(json: &Json) -> Option<String> {
    let text = match json {
        Json::String(text) => bounded(text)?.to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// A telephone number: digits, perhaps after a `+`; what people put between the digits is left out.
pub(super) fn phone(text: &str) -> Option<String> {
    if text.len() > MAX_PHONE {
        return None;
    }
    let number: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
    let only = number.strip_prefix('+').unwrap_or(&number);
    (!only.is_empty() && only.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text).or_else(|| Some(Moment::parse(text)?.date))
}

fn time(text: &str) -> Option<ClockTime> {
    ClockTime::parse(text).or_else(|| Some(Moment::parse(text)?.time))
}

fn whole(number: &str) -> Option<i64> {
    let number = plain(number)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, "0"));
    fraction.bytes().all(|b| b == b'0').then(|| whole.parse().ok()).flatten()
}

/// A number of JSON without its exponent: `1.5e3` is `1500`.
fn plain(number: &str) -> Option<String> {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return (number.len() <= MAX_NUMBER).then(|| number.to_owned());
    };
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i32 = exponent.parse().ok()?;
    let point = i32::try_from(before.len()).ok()?.checked_add(exponent)?;
    let all: String = [before, after].concat();
    let most = i32::try_from(MAX_NUMBER).ok()?;
    if point.abs() > most || all.len() > MAX_NUMBER {
        return None;
    }
    let lead = usize::try_from((-point).max(0)).ok()?;
    let place = usize::try_from(point.max(0)).ok()?;
    let all = format!("{}{all}{}", "0".repeat(lead), "0".repeat(place.saturating_sub(all.len())));
    let (whole, fraction) = all.split_at_checked(place)?;
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests;
