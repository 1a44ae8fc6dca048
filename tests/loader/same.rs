//! The loader and `serde_norway` read the same values out of what both understand alike: maps with text as keys, lists,
//! text in any style, `true`, `false`, whole numbers and decimals, in block and flow style.

use std::fmt::Write as _;

use proptest::prelude::*;
use sambung::flow::read_yaml;
use serde_yaml::{Mapping, Value};

/// Text that both take for text where it stands without quotes.
fn plain() -> impl Strategy<Value = String> {
    "[a-zA-Z_][a-zA-Z0-9_]{0,8}( [a-z0-9.]{1,6}){0,2}".prop_filter(
        "a word of another kind",
        |text| {
            !["true", "false", "null", "y", "n", "yes", "no", "on", "off"]
                .contains(&text.to_ascii_lowercase().as_str())
        },
    )
}

/// Text of any kind; it needs quotes.
fn quoted() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a-z:#,\\[\\]{}\"'\\\\|>%@`&*!?\\-\n\té🙂]{0,12}",
        Just("0812".to_owned()),
        Just("no".to_owned()),
        Just("~".to_owned()),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        plain().prop_map(Value::from),
        quoted().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (1_i32..9_999, 1_u32..4).prop_map(|(n, places)| {
            Value::from(f64::from(n) / 10_f64.powi(i32::try_from(places).expect("small")))
        }),
    ]
}

/// A map of values. Nothing is never among them: here it is a fault that is told.
fn value() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(5, 60, 6, |inner| {
        let entry = (plain().prop_map(Value::from), inner.clone());
        let map = prop::collection::vec(entry, 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::Sequence),
            map.prop_map(|entries| Value::Mapping(entries.into_iter().collect::<Mapping>())),
        ]
    });
    value.prop_map(|value| Value::Mapping(Mapping::from_iter([(Value::from("top"), value)])))
}

/// Writes a value by hand: block style as long as `blocks` says so, then flow style.
fn write(value: &Value, blocks: usize, indent: usize, out: &mut String) {
    match value {
        Value::Sequence(items) if blocks > 0 && !items.is_empty() => {
            for item in items {
                write!(out, "\n{:indent$}- ", "").expect("text");
                write(item, blocks - 1, indent + 2, out);
            }
        }
        Value::Mapping(map) if blocks > 0 && !map.is_empty() => {
            for (key, value) in map {
                write!(out, "\n{:indent$}{}: ", "", key.as_str().expect("text")).expect("text");
                write(value, blocks - 1, indent + 2, out);
            }
        }
        Value::Sequence(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write(item, 0, indent, out);
            }
            out.push(']');
        }
        Value::Mapping(map) => {
            out.push('{');
            for (n, (key, value)) in map.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write!(out, "{}: ", key.as_str().expect("text")).expect("text");
                write(value, 0, indent, out);
            }
            out.push('}');
        }
        // JSON's quotes are YAML's; a plain word stays as it is.
        Value::String(text)
            if text.starts_with(|c: char| c.is_ascii_alphabetic()) && is_plain(text) =>
        {
            out.push_str(text);
        }
        Value::String(text) => out.push_str(&serde_json::to_string(text).expect("text is JSON")),
        Value::Number(number) if number.is_f64() => {
            write!(out, "{:?}", number.as_f64().expect("a decimal")).expect("text");
        }
        Value::Number(number) => write!(out, "{number}").expect("text"),
        Value::Bool(yes) => write!(out, "{yes}").expect("text"),
        Value::Null | Value::Tagged(_) => {}
    }
}

fn is_plain(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || " _.".contains(c);
    let reserved = ["true", "false", "null", "y", "n", "yes", "no", "on", "off"];
    text.chars().all(word)
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

#[expect(clippy::disallowed_methods, reason = "the other library is what we are held against")]
fn other(text: &str) -> Result<Value, serde_yaml::Error> {
    serde_yaml::from_str(text)
}

fn ours(text: &str) -> Result<Value, String> {
    let (value, findings) = read_yaml::<Value>("a.yaml", text.as_bytes());
    value.ok_or_else(|| findings.render_all(sambung::flow::Format::Short))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_by_hand_is_the_same_to_both(value in value(), blocks in 0_usize..6) {
        let mut text = String::new();
        write(&value, blocks, 0, &mut text);
        text.push('\n');
        prop_assert_eq!(ours(&text), Ok(value.clone()), "{}", text);
        prop_assert_eq!(other(&text).ok(), Some(value), "{}", text);
    }

    #[test]
    fn what_the_other_library_writes_is_read_as_it_was(value in value()) {
        let text = serde_yaml::to_string(&value).expect("plain values are written");
        prop_assert_eq!(ours(&text), Ok(other(&text).expect("its own words")), "{}", text);
    }
}
