//! What a complete entry of keys means, by its type; the errors are the reasons in the record.

use crate::call::{Digits, Money};
use crate::flow::{CheckDigit, Entry, EntryKind, Value};
use crate::time::{ClockTime, Date};

/// The value of an entry.
///
/// # Errors
/// The reason, in the words of the record, why it is none.
pub(super) fn value(entry: &Entry, keys: &Digits) -> Result<Value, &'static str> {
    if entry.check.is_some_and(|rule| !check_digit(rule, keys)) {
        return Err("check_digit");
    }
    match entry.kind {
        EntryKind::Int => whole(entry, keys).map(Value::Int),
        EntryKind::Money(currency) => {
            let units = 10_i64.pow(currency.decimals());
            let minor = whole(entry, keys)?.checked_mul(units).ok_or("too_large")?;
            Ok(Value::Money(Money { minor, currency }))
        }
        EntryKind::Date => date(keys).map(Value::Date).ok_or("no_date"),
        EntryKind::Time => time(keys).map(Value::Time).ok_or("no_time"),
        EntryKind::Phone => Ok(phone(keys)),
        EntryKind::Digits
        | EntryKind::Account
        | EntryKind::Pin
        | EntryKind::YesNo
        | EntryKind::Words => Ok(Value::Text(keys.text())),
    }
}

fn whole(entry: &Entry, keys: &Digits) -> Result<i64, &'static str> {
    let number: i64 = keys.text().parse().map_err(|_| "no_number")?;
    if entry.min_value.is_some_and(|min| number < min) {
        return Err("too_small");
    }
    if entry.max_value.is_some_and(|max| number > max) {
        return Err("too_large");
    }
    Ok(number)
}

/// Eight keys: day, month, year.
fn date(keys: &Digits) -> Option<Date> {
    let text = keys.text();
    let (day, rest) = text.split_at_checked(2)?;
    let (month, year) = rest.split_at_checked(2)?;
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Four keys: hour, minute.
fn time(keys: &Digits) -> Option<ClockTime> {
    let text = keys.text();
    let (hour, minute) = text.split_at_checked(2)?;
    if minute.len() != 2 {
        return None;
    }
    ClockTime::new(hour.parse().ok()?, minute.parse().ok()?)
}

/// A telephone number; the `00` that leads abroad becomes the `+` that it stands for.
fn phone(keys: &Digits) -> Value {
    let text = keys.text();
    match text.strip_prefix("00").filter(|rest| rest.len() > 4 && !rest.starts_with('0')) {
        Some(abroad) => Value::Text(format!("+{abroad}").into()),
        None => Value::Text(text),
    }
}

/// Whether the last digit agrees with the others: Luhn (ISO/IEC 7812-1 annex B), or modulo 11 with weights 2–7 from the
/// right.
fn check_digit(rule: CheckDigit, keys: &Digits) -> bool {
    let digits = keys.as_slice().iter().rev().map(|s| u32::from(s.event_code()));
    match rule {
        CheckDigit::Mod10 => {
            let sum: u32 = digits
                .enumerate()
                .map(|(i, d)| if i % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d })
                .sum();
            sum.is_multiple_of(10)
        }
        CheckDigit::Mod11 => {
            let weights = std::iter::once(1).chain((2..=7).cycle());
            let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
            sum.is_multiple_of(11)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Currency;

    #[test]
    fn keys_mean_what_their_type_says() {
        let idr = Currency::parse("IDR").expect("a currency");
        let of = |kind, check| Entry {
            kind,
            min_length: 1,
            max_length: 20,
            min_value: Some(10),
            max_value: Some(1_000_000),
            end: None,
            check,
        };
        for (kind, check, keys, meaning) in [
            (EntryKind::Int, None, "0012", Ok("12")),
            (EntryKind::Int, None, "9", Err("too_small")),
            (EntryKind::Int, None, "1000001", Err("too_large")),
            (EntryKind::Int, None, "99999999999999999999", Err("no_number")),
            (EntryKind::Money(idr), None, "150000", Ok("IDR 150000")),
            (EntryKind::Money(idr), None, "1000001", Err("too_large")),
            (EntryKind::Date, None, "17082026", Ok("2026-08-17")),
            (EntryKind::Date, None, "31022026", Err("no_date")),
            (EntryKind::Date, None, "1708202", Err("no_date")),
            (EntryKind::Time, None, "0805", Ok("08:05")),
            (EntryKind::Time, None, "2460", Err("no_time")),
            (EntryKind::Time, None, "805", Err("no_time")),
            (EntryKind::Phone, None, "081234567890", Ok("081234567890")),
            (EntryKind::Phone, None, "006281234567890", Ok("+6281234567890")),
            (EntryKind::Digits, None, "0812", Ok("0812")),
            (EntryKind::Account, Some(CheckDigit::Mod10), "79927398713", Ok("79927398713")),
            (EntryKind::Account, Some(CheckDigit::Mod10), "79927398710", Err("check_digit")),
            (EntryKind::Account, Some(CheckDigit::Mod11), "0306406159", Ok("0306406159")),
            (EntryKind::Account, Some(CheckDigit::Mod11), "0306406153", Err("check_digit")),
        ] {
            let value = value(&of(kind, check), &Digits::parse(keys).expect("keys"));
            assert_eq!(value.map(|v| v.to_string()), meaning.map(str::to_owned), "{kind:?} {keys}");
        }
    }
}
