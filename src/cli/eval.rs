//! `sambung eval`: works a formula out at the console.

use std::process::ExitCode;

use clap::Args;
use indexmap::IndexMap;

use super::{exit, print};
use crate::flow::{EvaluateError, Value, evaluate};
use crate::runtime::Clock;
use crate::time::{ClockTime, Date, Moment};

/// Work a formula out, with values for its variables.
///
/// A value is a whole number, true or false, a date (2026-12-25), else text. `now` is the time in UTC.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: sambung eval 'order.total > 5 and vip' --var order.total=7 --var vip=true

Exit codes: 0 it has a value, 1 it has none or a fault.")]
pub(crate) struct EvalArgs {
    /// The formula, without the `=` that marks one in a flow
    formula: String,
    /// A variable and its value; may be given again
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, Value)>,
}

/// Prints the value of a formula, or what is wrong with it.
pub(crate) fn run(args: &EvalArgs) -> ExitCode {
    let variables: IndexMap<String, Value> = args.variables.iter().cloned().collect();
    match evaluate(&args.formula, &variables, now()) {
        Ok(value) => {
            use std::io::Write as _;
            match writeln!(std::io::stdout(), "{value}") {
                Ok(()) => exit::CLEAN.into(),
                Err(_) => exit::FINDINGS.into(),
            }
        }
        Err(EvaluateError::Faults(faults)) => {
            print::faults(&faults);
            exit::FINDINGS.into()
        }
        Err(EvaluateError::Eval(error)) => {
            eprintln!("error: the formula has no value: {error}");
            exit::FINDINGS.into()
        }
    }
}

/// Reads `NAME=VALUE`.
fn variable(written: &str) -> Result<(String, Value), &'static str> {
    match written.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value_of(value))),
        _ => Err("write a name and its value: order.total=7"),
    }
}

/// The value that a text most likely means. Digits that begin with 0 are text, as in a flow.
fn value_of(text: &str) -> Value {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits == "0" || !digits.starts_with(['0', '+']);
    match (text, text.parse::<i64>(), Date::parse(text)) {
        ("true", ..) => Value::Bool(true),
        ("false", ..) => Value::Bool(false),
        (_, Ok(number), _) if is_number => Value::Int(number),
        (_, _, Some(date)) => Value::Date(date),
        _ => Value::Text(text.into()),
    }
}

/// The time in UTC.
fn now() -> Moment {
    const MINUTE_MICROS: i64 = 60_000_000;
    const DAY_MINUTES: i64 = 24 * 60;
    let minutes = Clock::new().wall().as_unix_micros().div_euclid(MINUTE_MICROS);
    let (day, minute) = (minutes.div_euclid(DAY_MINUTES), minutes.rem_euclid(DAY_MINUTES));
    let part = |number: i64| u8::try_from(number).unwrap_or(0);
    Moment {
        date: Date::from_days(day).unwrap_or(Date { year: 1970, month: 1, day: 1 }),
        time: ClockTime { hour: part(minute / 60), minute: part(minute % 60) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_by_their_form() {
        for (text, expected) in [
            ("7", Value::Int(7)),
            ("-7", Value::Int(-7)),
            ("0", Value::Int(0)),
            ("0812", Value::from("0812")),
            ("+62", Value::from("+62")),
            ("true", Value::Bool(true)),
            ("2026-12-25", Date::parse("2026-12-25").map_or(Value::Unset, Value::Date)),
            ("order=1", Value::from("order=1")),
            ("", Value::from("")),
        ] {
            assert_eq!(variable(&format!("a={text}")), Ok(("a".to_owned(), expected)), "{text}");
        }
        assert!(variable("a").is_err() && variable("=7").is_err());
    }
}
