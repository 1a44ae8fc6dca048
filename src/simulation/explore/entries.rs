//! One entry of each kind that a question and the flow behind it can tell apart.

use super::canary::{PERSONAL_KEYS, SECRET_KEYS};
use crate::call::{Class, Digits};
use crate::flow::{Collect, Entry, EntryKind, Subject, Test, Value};
use crate::session::accepts;
use crate::time::Date;

/// The most kinds of one question.
const MOST: usize = 32;

/// The digits that usual entries are made of.
const USUAL: &str = "1234567812345678123456781234567812345678123456781234567812345678";

/// Right entries and wrong ones, each with the key that ends it where one is needed.
pub(super) fn classes(
    collect: &Collect,
    entry: &Entry,
    tests: &[Test],
) -> (Vec<Digits>, Vec<Digits>) {
    let mut right: Vec<String> = Vec::new();
    let mut wrong: Vec<String> = Vec::new();
    for text in candidates(collect.class, entry, tests) {
        let Some(keys) = Digits::parse(&text) else { continue };
        let fits = accepts(entry, &keys);
        let list = if fits { &mut right } else { &mut wrong };
        if !text.is_empty() && text.len() <= entry.max_length && !list.contains(&text) {
            list.push(text);
        }
    }
    // One wrong entry too short, one wrong for another reason.
    let short = wrong.iter().find(|text| text.len() < entry.min_length).cloned();
    let other = wrong.iter().find(|text| text.len() >= entry.min_length).cloned();
    let ended = |text: &String| {
        let mut keys = Digits::parse(text)?;
        if text.len() < entry.max_length {
            keys.push(entry.end?);
        }
        Some(keys)
    };
    right.truncate(MOST);
    let right = right.iter().filter_map(ended).collect();
    (right, short.iter().chain(&other).filter_map(ended).collect())
}

fn candidates(class: Class, entry: &Entry, tests: &[Test]) -> Vec<String> {
    let usual = match class {
        Class::Public => USUAL,
        Class::Personal => PERSONAL_KEYS,
        Class::Secret => SECRET_KEYS,
    };
    let of_length = |length: usize| usual.get(..length).unwrap_or(usual).to_owned();
    let mut texts = match entry.kind {
        EntryKind::Date => ["15012030", "31121999", "31022030"].map(str::to_owned).to_vec(),
        EntryKind::Time => ["0930", "2359", "2460"].map(str::to_owned).to_vec(),
        EntryKind::Int | EntryKind::Money(_) => numbers(entry),
        EntryKind::Digits
        | EntryKind::Phone
        | EntryKind::Account
        | EntryKind::Pin
        | EntryKind::YesNo
        | EntryKind::Words => {
            let lengths = [entry.min_length.max(1), entry.max_length];
            lengths.iter().flat_map(|length| checked(entry, &of_length(*length))).collect()
        }
    };
    for test in tests {
        texts.extend(tested(entry, &test.against, &of_length));
    }
    if entry.min_length >= 2 {
        texts.push(of_length(1));
    }
    texts
}

/// The least and the greatest number, and those beside them.
fn numbers(entry: &Entry) -> Vec<String> {
    let least = entry.min_value.unwrap_or(1);
    let most =
        entry.max_value.unwrap_or_else(|| 10_i64.saturating_pow(length(entry.max_length)) - 1);
    let all = [least, most, most.saturating_add(1), least.saturating_sub(1)];
    all.iter().filter_map(|number| padded(entry, *number)).collect()
}

fn length(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(18).min(18)
}

/// A number with as many zeros in front as the entry needs.
fn padded(entry: &Entry, number: i64) -> Option<String> {
    (number >= 0).then(|| format!("{number:0>width$}", width = entry.min_length))
}

/// An entry whose last digit agrees with its check, and one whose last digit does not.
fn checked(entry: &Entry, text: &str) -> Vec<String> {
    let Some(start) = text.len().checked_sub(1).and_then(|end| text.get(..end)) else {
        return vec![text.to_owned()];
    };
    if entry.check.is_none() {
        return vec![text.to_owned()];
    }
    let all: Vec<String> = (0..10).map(|digit| format!("{start}{digit}")).collect();
    let fits = |text: &&String| Digits::parse(text).is_some_and(|keys| accepts(entry, &keys));
    let right = all.iter().find(fits).cloned();
    let wrong = all.iter().find(|text| !fits(text)).cloned();
    right.into_iter().chain(wrong).collect()
}

/// Entries on both sides of a test.
fn tested(entry: &Entry, against: &Subject, of_length: &dyn Fn(usize) -> String) -> Vec<String> {
    match against {
        Subject::Anything => Vec::new(),
        Subject::Value(Value::Text(text)) => vec![text.to_string()],
        Subject::Value(Value::Int(number)) => {
            let around = [*number, number.saturating_sub(1), number.saturating_add(1)];
            around.iter().filter_map(|number| padded(entry, *number)).collect()
        }
        Subject::Value(Value::Money(money)) => {
            let units = money.minor / 10_i64.saturating_pow(money.currency.decimals());
            let around = [units, units.saturating_sub(1), units.saturating_add(1)];
            around.iter().filter_map(|number| padded(entry, *number)).collect()
        }
        Subject::Value(Value::Date(date)) => {
            let day = date.days_since_epoch();
            let around = [day, day - 1, day + 1].map(Date::from_days);
            let keys = |date: Date| format!("{:02}{:02}{:04}", date.day, date.month, date.year);
            around.into_iter().flatten().map(keys).collect()
        }
        Subject::Value(Value::Time(time)) => vec![format!("{:02}{:02}", time.hour, time.minute)],
        Subject::Value(_) => Vec::new(),
        Subject::Length(length) => {
            let around = [*length, length - 1, length + 1];
            let lengths = around.into_iter().filter_map(|length| usize::try_from(length).ok());
            lengths.flat_map(|length| checked(entry, &of_length(length))).collect()
        }
        Subject::Start(Value::Text(start)) => {
            let filled = |length: usize| {
                let rest = of_length(length.saturating_sub(start.len()));
                format!("{start}{rest}")
            };
            [entry.min_length, entry.max_length].map(filled).to_vec()
        }
        Subject::Pattern(Value::Text(pattern)) => {
            let fill = |c: char| match c {
                '?' | '#' => '5',
                other => other,
            };
            let fitting: String = pattern.chars().filter(|c| *c != '*').map(fill).collect();
            let longer = format!("{fitting}{}", of_length(entry.max_length));
            vec![fitting, longer.chars().take(entry.max_length).collect()]
        }
        Subject::Start(_) | Subject::Pattern(_) => Vec::new(),
    }
}
