//! From the text of a formula to its words, each with its place.

use std::ops::Range;

use super::fault::Fault;
use super::kind::Kind;
use super::value::Value;
use crate::flow::schema::Time;
use crate::time::{ClockTime, Date};

/// A word of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `topic`, `call.language`, `and`
    Name(String),
    /// `12`
    Int(i64),
    /// `12.50`: only an amount of money may have decimals.
    Decimal(String),
    /// `90s`, `2026-08-17`, `08:05`
    Constant(Value, Kind),
    /// `"shipped"` or `'shipped'`
    Text(String),
    /// `==`, `(`, `+` …; `&&`, `||` and `!` come as `and`, `or` and `not`.
    Symbol(&'static str),
}

/// Operators and brackets, longer ones first, with what they stand for.
const SYMBOLS: [(&str, &str); 22] = [
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("<", "<"),
    (">", ">"),
    ("!", "not"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
];

/// Splits a formula into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(rest, first, at)?;
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

fn token(rest: &str, first: char, at: usize) -> Result<(Token, usize), Fault> {
    if first == '"' || first == '\'' {
        return quoted(rest, first, at);
    }
    if first.is_ascii_digit() {
        return number(rest, at);
    }
    if first.is_alphabetic() || first == '_' {
        let name = run(rest, |c| c.is_alphanumeric() || c == '_' || c == '.');
        return Ok((Token::Name(name.to_owned()), name.len()));
    }
    if let Some((symbol, meaning)) = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
        return Ok((Token::Symbol(meaning), symbol.len()));
    }
    let range = at..at + first.len_utf8();
    if first == '=' {
        let fault = Fault::syntax(range, "`=` does not compare");
        return Err(fault.help("write `==`").instead("=="));
    }
    Err(Fault::syntax(range, format!("`{first}` means nothing in a formula")))
}

fn quoted(rest: &str, quote: char, at: usize) -> Result<(Token, usize), Fault> {
    let body = rest.get(1..).unwrap_or("");
    match body.split_once(quote) {
        Some((text, _)) => Ok((Token::Text(text.to_owned()), text.len() + 2)),
        None => Err(Fault::syntax(at..at + rest.len(), "these quotes are never closed")),
    }
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    if let Some(found) = day_or_time(rest, at) {
        return found;
    }
    let digits = run(rest, |c| c.is_alphanumeric() || c == '.' || c == '_');
    let range = at..at + digits.len();
    let only_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits.len() > 1 && digits.starts_with('0') && only_digits(digits) {
        let fault = Fault::syntax(range, format!("`{digits}` is no number"));
        return Err(fault
            .help("digits that keep their zero are text; write them in quotes")
            .instead(format!("\"{digits}\"")));
    }
    if let Some(Time(span)) = Time::parse(digits) {
        return Ok((Token::Constant(Value::Duration(span), Kind::Duration), digits.len()));
    }
    if let Some((whole, fraction)) = digits.split_once('.')
        && only_digits(whole)
        && only_digits(fraction)
    {
        return Ok((Token::Decimal(digits.to_owned()), digits.len()));
    }
    match digits.parse() {
        Ok(number) => Ok((Token::Int(number), digits.len())),
        Err(_) => Err(Fault::syntax(range, format!("`{digits}` is no whole number of 64 bits"))),
    }
}

/// `2026-08-17` or `08:05`: digits with the marks in just these places.
fn day_or_time(rest: &str, at: usize) -> Option<Result<(Token, usize), Fault>> {
    let word = run(rest, |c| c.is_alphanumeric() || c == '-' || c == ':');
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (constant, what) = match shape.as_str() {
        "0000-00-00" => {
            let date = Date::parse(word).map(|date| (Value::Date(date), Kind::Date));
            (date, "there is no such day: `")
        }
        "00:00" | "00:00:00" | "0:00" => {
            let time = ClockTime::parse(word).map(|time| (Value::Time(time), Kind::Time));
            (time, "this is no time of day from `00:00` to `23:59`: `")
        }
        _ => return None,
    };
    Some(match constant {
        Some((value, kind)) => Ok((Token::Constant(value, kind), word.len())),
        None => Err(Fault::syntax(at..at + word.len(), format!("{what}{word}`"))),
    })
}

/// The longest beginning of `text` whose characters all fit.
fn run(text: &str, fits: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// Where a formula writes an operator in a way that is understood but is not ours, and how we write it: `&&` is `and`.
#[must_use]
pub fn spelling(text: &str) -> Vec<(Range<usize>, String)> {
    let mut repairs = Vec::new();
    for (token, range) in tokens(text).unwrap_or_default() {
        let Token::Symbol(meaning) = token else { continue };
        if text.get(range.clone()) == Some(meaning) {
            continue;
        }
        let is_word = meaning.chars().all(char::is_alphabetic);
        let before = text.get(..range.start).and_then(|text| text.chars().next_back());
        let after = text.get(range.end..).and_then(|text| text.chars().next());
        let space = |needed: bool| if is_word && needed { " " } else { "" };
        // `!` behind `&&` finds the space that `and` brings along.
        let before = space(before.is_some_and(|c| !c.is_whitespace() && !"([&|!".contains(c)));
        let after = space(after.is_some_and(|c| !c.is_whitespace()));
        repairs.push((range, format!("{before}{meaning}{after}")));
    }
    repairs
}
