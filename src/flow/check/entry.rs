//! E0409, E0410 and E0504: what a `collect` takes.

use std::ops::RangeInclusive;

use super::Rule;
use crate::call::{Digits, Symbol};
use crate::flow::definition::VariableKind;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Entry, EntryKind, MAX_ENTRY};
use crate::flow::schema::AsRaw;
use crate::flow::source::{Span, Spanned};

/// E0409: the terminator is a command and may come first.
pub(crate) static AMBIGUOUS_END: Rule = Rule::error(
    "E0409",
    "the first key is both the end of the entry and a command",
)
.why("With `min: 0` an empty entry is allowed, so that the very first `#` could mean either.")
.cure("Ask for at least one key, choose another `end`, or switch the command off at this node with `none`.")
.example("as: { type: digits, min: 0, end: \"#\" }");

/// E0410: limits that no entry can meet.
pub(crate) static IMPOSSIBLE_ENTRY: Rule = Rule::error("E0410", "no entry can meet these limits")
    .why("Every caller would fail here, whatever they press.")
    .cure("Put `min` below `max`, keep both within what the type can hold, and give a `length` where `end` is `none`.")
    .example("as: { type: int, min: 9, max: 5 }");

/// E0504: a variable of another type than what is put into it.
pub(crate) static WRONG_VARIABLE: Rule = Rule::error(
    "E0504",
    "the variable has another type than what is put into it",
)
.why("Digits are text and keep their zeros, a whole number does not; a record has just the fields that its service declares.")
.cure("Declare the variable with the type of what is collected, recorded or answered.")
.example("vars: { score: { type: digits } }\nask: { collect: q, as: { type: int }, into: score }");

/// The most keys of a whole number: every such number fits 64 bits.
const MAX_INT_KEYS: usize = 18;

/// The keys of a telephone number, its country code with it (ITU-T E.164 §6.2.1), where the file does not say.
const PHONE_KEYS: RangeInclusive<usize> = 7..=15;
/// The keys of a PIN, where the file does not say.
const PIN_KEYS: RangeInclusive<usize> = 4..=12;
/// The keys of a date: two for the day, two for the month, four for the year.
const DATE_KEYS: usize = 8;
/// The keys of a time of day: two for the hour, two for the minute.
const TIME_KEYS: usize = 4;

/// Works the rules of an entry out; `None` if they contradict each other.
pub(crate) fn entry(raw: &Spanned<AsRaw>, findings: &mut Vec<Diagnostic>) -> Option<Entry> {
    let before = findings.len();
    let rules = &raw.value;
    let end = end_key(rules, findings);
    let mut entry = match rules.kind.0 {
        kind @ (EntryKind::Int | EntryKind::Money(_)) => Entry { kind, ..int(raw, findings) },
        kind @ (EntryKind::Digits | EntryKind::Account) => {
            digits(raw, kind, 1..=MAX_ENTRY, findings)
        }
        EntryKind::Phone => digits(raw, EntryKind::Phone, PHONE_KEYS, findings),
        EntryKind::Pin => digits(raw, EntryKind::Pin, PIN_KEYS, findings),
        EntryKind::Date => fixed(raw, EntryKind::Date, DATE_KEYS, findings),
        EntryKind::Time => fixed(raw, EntryKind::Time, TIME_KEYS, findings),
        EntryKind::YesNo => fixed(raw, EntryKind::YesNo, 1, findings),
        EntryKind::Words => blank(EntryKind::Words, 1, MAX_ENTRY),
    };
    entry.end = end;
    if end.is_none() && entry.min_length != entry.max_length {
        let span = rules.end.as_ref().map_or(raw.span, |end| end.span);
        let finding = Diagnostic::new(&IMPOSSIBLE_ENTRY, span, "`end: none` needs a fixed length");
        findings.push(finding.help("give `length:`, or let a key end the entry"));
    }
    (findings.len() == before).then_some(entry)
}

fn end_key(rules: &AsRaw, findings: &mut Vec<Diagnostic>) -> Option<Symbol> {
    let Some(end) = &rules.end else { return Some(Symbol::POUND) };
    match end.as_str() {
        "none" => None,
        "#" => Some(Symbol::POUND),
        "*" => Some(Symbol::STAR),
        _ => {
            findings.push(super::wrong_value("end", end.span, "`\"#\"`, `\"*\"` or `none`"));
            Some(Symbol::POUND)
        }
    }
}

fn blank(kind: EntryKind, min_length: usize, max_length: usize) -> Entry {
    Entry { kind, min_length, max_length, min_value: None, max_value: None, end: None, check: None }
}

/// An entry whose type says how many keys it has.
fn fixed(
    raw: &Spanned<AsRaw>,
    kind: EntryKind,
    count: usize,
    findings: &mut Vec<Diagnostic>,
) -> Entry {
    let rules = &raw.value;
    let limits = [("min", &rules.min), ("max", &rules.max)];
    let given = limits.into_iter().find_map(|(key, limit)| Some((key, limit.as_ref()?.span)));
    let lengths = [("length", &rules.length), ("digits", &rules.digits)];
    let length = lengths.into_iter().find_map(|(key, limit)| Some((key, limit.as_ref()?.span)));
    if let Some((key, span)) = given.or(length) {
        let message = format!("`{key}` does not go with this type, which always has {count} keys");
        findings.push(Diagnostic::new(&IMPOSSIBLE_ENTRY, span, message).help("leave it out"));
    }
    blank(kind, count, count)
}

/// An entry of keys; `usual` are its limits where the file does not say.
fn digits(
    raw: &Spanned<AsRaw>,
    kind: EntryKind,
    usual: RangeInclusive<usize>,
    findings: &mut Vec<Diagnostic>,
) -> Entry {
    let rules = &raw.value;
    let fixed = rules.length.as_ref().or(rules.digits.as_ref());
    if let Some(length) = fixed {
        for (key, other) in [("min", &rules.min), ("max", &rules.max)] {
            if let Some(other) = other {
                let message = format!("`{key}` and a fixed length exclude each other");
                findings.push(Diagnostic::new(&IMPOSSIBLE_ENTRY, other.span, message));
            }
        }
        let length = Spanned::new(i64::from(length.value), length.span);
        let count = key_count(&length, 1, "length", findings);
        return blank(kind, count, count);
    }
    let least = rules.min.as_ref().map(|min| key_count(min, 0, "min", findings));
    let most = rules.max.as_ref().map(|max| key_count(max, 1, "max", findings));
    let min = least.unwrap_or_else(|| *usual.start().min(&most.unwrap_or(MAX_ENTRY)));
    let max = most.unwrap_or_else(|| *usual.end().max(&min));
    if min > max {
        let span = rules.min.as_ref().map_or(raw.span, |min| min.span);
        findings.push(above(span, rules.max.as_ref()));
    }
    blank(kind, min, max)
}

fn int(raw: &Spanned<AsRaw>, findings: &mut Vec<Diagnostic>) -> Entry {
    let rules = &raw.value;
    let (min, max) = (rules.min.as_ref(), rules.max.as_ref());
    if let (Some(low), Some(high)) = (min, max)
        && low.value > high.value
    {
        findings.push(above(low.span, Some(high)));
    }
    if let Some(low) = min.filter(|low| low.value < 0) {
        let message = "a caller cannot enter a number below 0";
        findings.push(Diagnostic::new(&IMPOSSIBLE_ENTRY, low.span, message));
    }
    let keys = |number: i64| number.max(0).checked_ilog10().map_or(1, |log| log as usize + 1);
    let fixed = rules.digits.as_ref().or(rules.length.as_ref());
    let mut entry = match fixed {
        Some(length) => {
            let wanted = Spanned::new(i64::from(length.value), length.span);
            let count = key_count(&wanted, 1, "digits", findings).min(MAX_INT_KEYS);
            if min.is_some_and(|low| keys(low.value) > count) {
                let message = format!("no number of {count} digits reaches `min`");
                findings.push(Diagnostic::new(&IMPOSSIBLE_ENTRY, length.span, message));
            }
            blank(EntryKind::Int, count, count)
        }
        None => blank(EntryKind::Int, 1, max.map_or(MAX_INT_KEYS, |high| keys(high.value))),
    };
    entry.min_value = min.map(|low| low.value);
    entry.max_value = max.map(|high| high.value);
    entry
}

/// A number of keys within what one entry may hold.
fn key_count(raw: &Spanned<i64>, low: i64, key: &str, findings: &mut Vec<Diagnostic>) -> usize {
    match usize::try_from(raw.value) {
        Ok(count) if raw.value >= low && count <= MAX_ENTRY => count,
        _ => {
            let range = format!("a number of keys from {low} to {MAX_ENTRY}");
            findings.push(super::wrong_value(key, raw.span, &range));
            MAX_ENTRY
        }
    }
}

fn above(min: Span, max: Option<&Spanned<i64>>) -> Diagnostic {
    let finding = Diagnostic::new(&IMPOSSIBLE_ENTRY, min, "`min` is above `max`");
    match max {
        Some(max) => finding.also(max.span, "`max` is here"),
        None => finding.help(format!("an entry has at most {MAX_ENTRY} keys")),
    }
}

/// The terminator is also a command, and an empty entry is allowed.
pub(crate) fn ambiguous_end(
    entry: &Entry,
    raw: &Spanned<AsRaw>,
    commands: &[&Digits],
) -> Option<Diagnostic> {
    let end = entry.end?;
    let bound = commands.iter().any(|keys| keys.as_slice() == [end]);
    if !bound || entry.min_length > 0 {
        return None;
    }
    let span = raw.value.min.as_ref().map_or(raw.span, |min| min.span);
    let message = format!(
        "`{end}` ends the entry and is also the command `{end}`; with `min: 0` the first `{end}` is ambiguous"
    );
    Some(Diagnostic::new(&AMBIGUOUS_END, span, message).help(format!(
        "ask for at least one key, choose another `end`, or switch the command off here: `commands: {{ \"{end}\": none }}`"
    )))
}

/// What is collected does not fit the variable.
pub(crate) fn entry_fits(
    entry: EntryKind,
    name: &str,
    variable: VariableKind,
    span: Span,
) -> Option<Diagnostic> {
    let holds = variable.words();
    let digits = matches!(variable, VariableKind::Text | VariableKind::Digits);
    let (fitting, collects, fits) = match entry {
        EntryKind::Int => (variable == VariableKind::Int, "a whole number", "int"),
        EntryKind::Digits => (digits || variable == VariableKind::Phone, "digits", "digits"),
        EntryKind::Account => (digits, "an account number", "digits"),
        EntryKind::Phone => {
            (digits || variable == VariableKind::Phone, "a telephone number", "phone")
        }
        EntryKind::Money(_) => (matches!(variable, VariableKind::Money(_)), "money", "money"),
        EntryKind::Date => (variable == VariableKind::Date, "a date", "date"),
        EntryKind::Time => (variable == VariableKind::Time, "a time of day", "time"),
        EntryKind::Pin => (variable == VariableKind::Pin, "a PIN", "pin"),
        EntryKind::YesNo => (variable == VariableKind::Bool, "yes or no", "bool"),
        EntryKind::Words => (variable == VariableKind::Text, "words", "text"),
    };
    if fitting {
        return None;
    }
    let message = format!("this node collects {collects}, but `{name}` holds {holds}");
    Some(
        Diagnostic::new(&WRONG_VARIABLE, span, message)
            .help(format!("declare the variable with `type: {fits}`, or collect another type")),
    )
}

/// The answer of an operation, a record of type `given` if it answers at all, does not fit the variable.
pub(crate) fn wrong_answer(
    operation: &str,
    given: Option<&str>,
    variable: &Spanned<String>,
    holds: &str,
) -> Diagnostic {
    let name = &variable.value;
    match given {
        Some(given) => {
            let message =
                format!("`{operation}` answers with `{given}`, but `{name}` holds {holds}");
            Diagnostic::new(&WRONG_VARIABLE, variable.span, message)
                .help(format!("declare it: `{name}: {{ type: {given} }}`"))
        }
        None => {
            let message = format!("`{operation}` answers with nothing that `{name}` could hold");
            Diagnostic::new(&WRONG_VARIABLE, variable.span, message)
                .help("leave `into` out, or declare what the operation answers with: `returns:`")
        }
    }
}
