//! What a plain scalar is.

use saphyr_parser::ScalarStyle;
use serde_yaml::Value;

/// The value of a scalar: only plain ones can be more than text.
pub(super) fn value(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

/// Reads `0`, `-12`, `0.25`; not `012`, `+1`, `1e3`, `0x1f`, `1_000`, `.5` or a number beyond 64 bits.
fn number(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    match fraction {
        None => text.parse::<i64>().ok().map(Value::from),
        Some(fraction) if digits(fraction) => text.parse::<f64>().ok().map(Value::from),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_reads_otherwise_is_a_number() {
        for text in [
            "no",
            "on",
            "null",
            "~",
            "0812",
            "+62215550100",
            "1e3",
            "0x1f",
            "1_000",
            ".5",
            "1.",
            "-",
            "TRUE",
            "99999999999999999999",
            "12:30",
            "1.2.3",
        ] {
            assert_eq!(value(text, ScalarStyle::Plain), Value::from(text), "{text}");
        }
        assert_eq!(value("0", ScalarStyle::Plain), Value::from(0));
        assert_eq!(value("-12", ScalarStyle::Plain), Value::from(-12));
        assert_eq!(value("0.55", ScalarStyle::Plain), Value::from(0.55));
        assert_eq!(value("true", ScalarStyle::Plain), Value::from(true));
        assert_eq!(value("true", ScalarStyle::DoubleQuoted), Value::from("true"));
        assert_eq!(value("", ScalarStyle::Plain), Value::Null);
    }
}
