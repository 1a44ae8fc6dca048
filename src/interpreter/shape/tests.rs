//! Answers of services, good and bad.

use super::*;
use crate::flow::FieldType::{MoneyIn, Plain};

fn records() -> Vec<RecordType> {
    let idr = Currency::parse("IDR").expect("a currency");
    let field = |name: &str, kind| (Arc::<str>::from(name), kind);
    let order = [
        field("status", Plain(VariableKind::Text)),
        field("total", Plain(VariableKind::Money(Some(idr)))),
        field("eta", Plain(VariableKind::Date)),
        field("count", Plain(VariableKind::Int)),
        field("parts", Plain(VariableKind::List)),
        field("number", Plain(VariableKind::Digits)),
    ];
    let balance = [
        field("amount", MoneyIn(1)),
        field("currency", Plain(VariableKind::Text)),
        field("at", Plain(VariableKind::Time)),
        field("open", Plain(VariableKind::Bool)),
        field("phone", Plain(VariableKind::Phone)),
        field("order", Plain(VariableKind::Record(RecordIndex(0)))),
    ];
    vec![
        RecordType { name: "orders.Order".into(), fields: order.into_iter().collect() },
        RecordType { name: "core.Balance".into(), fields: balance.into_iter().collect() },
    ]
}

const ORDER: &str = r#"{"status": "paid", "total": 1250500.00, "eta": "2026-08-17T10:00:00+07:00",
    "count": 3, "parts": ["a", "b"], "number": "0812", "later": {"anything": 1}}"#;

fn order(change: &str, to: &str) -> Result<Value, BadShape> {
    let json = ORDER.replace(change, to);
    let json = serde_json::from_str(&json).expect("JSON");
    let records = records();
    Shape { records: &records, minor_units: false }.record(&json, RecordIndex(0))
}

#[test]
fn an_answer_becomes_a_record_in_the_order_of_its_type() {
    let Ok(Value::Record(fields)) = order("", "") else { panic!("a record") };
    let shown: Vec<String> = fields.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["paid", "IDR 1250500", "2026-08-17", "3", "a, b", "0812"]);
}

#[test]
fn one_field_that_does_not_fit_refuses_the_whole_answer() {
    for (change, to, field) in [
        ("\"paid\"", "7", "status"),
        ("\"status\"", "\"state\"", "status"),
        ("1250500.00", "12.505", "total"),
        ("1250500.00", "null", "total"),
        ("1250500.00", "\"a lot\"", "total"),
        ("1250500.00", "1e99", "total"),
        ("2026-08-17T10:00:00+07:00", "17-08-2026", "eta"),
        ("\"count\": 3", "\"count\": 3.5", "count"),
        ("\"count\": 3", "\"count\": 9223372036854775808", "count"),
        ("\"count\": 3", "\"count\": \"3\"", "count"),
        ("[\"a\", \"b\"]", "[\"a\", 2]", "parts"),
        ("\"0812\"", "\"08-12\"", "number"),
        ("\"0812\"", "\"\"", "number"),
        ("\"0812\"", "-5", "number"),
    ] {
        let error = order(change, to).expect_err(to);
        assert_eq!(&*error.field, field, "{to}");
    }
    let long = format!("\"{}\"", "x".repeat(MAX_TEXT + 1));
    assert!(order("\"paid\"", &long).is_err(), "a text beyond all bounds");
    let many = format!("[{}]", vec!["\"x\""; MAX_ITEMS + 1].join(","));
    assert!(order("[\"a\", \"b\"]", &many).is_err(), "a list beyond all bounds");
    let records = records();
    let shape = Shape { records: &records, minor_units: false };
    for json in ["[]", "null", "\"ok\"", "7"] {
        let json = serde_json::from_str(json).expect("JSON");
        let error = shape.record(&json, RecordIndex(0)).expect_err("no record");
        assert_eq!(&*error.field, "orders.Order");
    }
}

#[test]
fn amounts_keep_every_digit() {
    for (written, minor) in [
        ("9007199254740993.01", Some(900_719_925_474_099_301)),
        ("\"1250500.5\"", Some(125_050_050)),
        ("-0.01", Some(-1)),
        ("1.2505E6", Some(125_050_000)),
        ("5e-1", Some(50)),
        ("-2.5e0", Some(-250)),
        ("1e-3", None),
        ("92233720368547758.08", None),
    ] {
        let value = order("1250500.00", written).ok();
        let total = value.and_then(|value| match value {
            Value::Record(fields) => match fields[1] {
                Value::Money(money) => Some(money.minor),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(total, minor, "{written}");
    }
}

#[test]
fn money_takes_its_currency_from_beside_it_and_may_come_in_minor_units() {
    let json = |amount: &str, currency: &str| {
        let text = format!(
            r#"{{"amount": {amount}, "currency": "{currency}", "at": "08:05:59", "open": true,
                "phone": "+62 812-3456", "order": {ORDER}}}"#
        );
        serde_json::from_str::<Json>(&text).expect("JSON")
    };
    let records = records();
    for (minor_units, amount, currency, shown) in [
        (false, "12.5", "USD", Some("USD 12.50")),
        (true, "1250", "USD", Some("USD 12.50")),
        (true, "1250.0", "USD", Some("USD 12.50")),
        (true, "12.5", "USD", None),
        (false, "12.5", "dollars", None),
        (false, "700", "JPY", Some("JPY 700")),
    ] {
        let shape = Shape { records: &records, minor_units };
        let value = shape.record(&json(amount, currency), RecordIndex(1)).ok();
        let first = value.and_then(|value| match value {
            Value::Record(fields) => {
                assert_eq!(fields[2].to_string(), "08:05");
                assert_eq!(fields[4].to_string(), "+628123456");
                Some(fields[0].to_string())
            }
            _ => None,
        });
        assert_eq!(first.as_deref(), shown, "{amount} {currency}");
    }
}
