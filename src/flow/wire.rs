//! How values of a call go over the wire: as JSON, by the type that a parameter declares.

use serde_json::{Map, Number, Value as Json};

use super::definition::{FieldType, RecordType, VariableKind};
use super::expression::Value;

/// How the record types and the money of a service are written.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a> {
    /// The record types of the project.
    pub records: &'a [RecordType],
    /// Whether money goes in minor units.
    pub minor_units: bool,
}

impl Wire<'_> {
    /// A value as JSON where nobody declares a type: money as text with its currency.
    #[must_use]
    pub fn undeclared(value: &Value) -> Json {
        match value {
            Value::Money(money) => Json::String(money.to_string()),
            value => Wire { records: &[], minor_units: false }.plain(value),
        }
    }

    /// A value as JSON: digits as text, money as an exact decimal number, dates and times as ISO 8601 writes them,
    /// spans in whole seconds. `null` for no value.
    #[must_use]
    pub fn json(self, value: &Value, kind: VariableKind) -> Json {
        match (value, kind) {
            (Value::Record(fields), VariableKind::Record(index)) => {
                let record = usize::try_from(index.0).ok().and_then(|i| self.records.get(i));
                record.map_or(Json::Null, |record| self.record(fields, record))
            }
            (Value::Int(number), VariableKind::Text | VariableKind::Digits) => {
                Json::String(number.to_string())
            }
            (value, _) => self.plain(value),
        }
    }

    fn plain(self, value: &Value) -> Json {
        match value {
            Value::Unset => Json::Null,
            Value::Text(text) => Json::String((**text).to_owned()),
            Value::Int(number) => Json::from(*number),
            Value::Bool(yes) => Json::Bool(*yes),
            Value::Money(money) if self.minor_units => Json::from(money.minor),
            Value::Money(money) => {
                let decimal = money.decimal();
                decimal.parse::<Number>().map_or(Json::String(decimal), Json::Number)
            }
            Value::Duration(span) => Json::from(span.as_secs()),
            Value::List(items) => Json::Array(items.iter().map(|item| self.plain(item)).collect()),
            Value::Date(_)
            | Value::Time(_)
            | Value::Moment(_)
            | Value::Record(_)
            | Value::Recording(_) => Json::String(value.to_string()),
        }
    }

    fn record(self, fields: &[Value], record: &RecordType) -> Json {
        let field = |((name, kind), value): ((&std::sync::Arc<str>, &FieldType), &Value)| {
            let json = match kind {
                FieldType::Plain(kind) => self.json(value, *kind),
                FieldType::MoneyIn(_) => self.plain(value),
            };
            (name.to_string(), json)
        };
        Json::Object(record.fields.iter().zip(fields).map(field).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Currency, Money};
    use crate::time::{ClockTime, Date, Duration};

    #[test]
    fn values_go_over_the_wire_by_their_type() {
        let idr = Currency::parse("IDR").expect("a currency");
        let money = |minor| Value::Money(Money { minor, currency: idr });
        let date = Date::new(2026, 8, 17).expect("a date");
        let list = Value::List([Value::from("a"), Value::Int(2)].into());
        for (value, kind, minor_units, json) in [
            (Value::from("0812"), VariableKind::Digits, false, r#""0812""#),
            (Value::Int(812), VariableKind::Digits, false, r#""812""#),
            (Value::Int(812), VariableKind::Int, false, "812"),
            (Value::Bool(true), VariableKind::Bool, false, "true"),
            (
                money(900_719_925_474_099_301),
                VariableKind::Money(None),
                false,
                "9007199254740993.01",
            ),
            (money(15_000_000), VariableKind::Money(None), false, "150000"),
            (money(15_000_000), VariableKind::Money(None), true, "15000000"),
            (Value::Date(date), VariableKind::Date, false, r#""2026-08-17""#),
            (
                Value::Time(ClockTime::new(8, 5).expect("a time")),
                VariableKind::Time,
                false,
                r#""08:05""#,
            ),
            (Value::Duration(Duration::from_secs(90)), VariableKind::Int, false, "90"),
            (list, VariableKind::List, false, r#"["a",2]"#),
            (Value::Unset, VariableKind::Text, false, "null"),
        ] {
            let wire = Wire { records: &[], minor_units };
            assert_eq!(wire.json(&value, kind).to_string(), json, "{value:?}");
        }
        assert_eq!(Wire::undeclared(&money(15_000_000)).to_string(), r#""IDR 150000""#);
    }
}
