//! From the text of a formula to its words, each with its place.

use std::ops::Range;

use super::fault::Fault;

/// A word of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `topic`, `call.language`, `and`
    Name(String),
    /// `12`
    Int(i64),
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
    let digits = run(rest, |c| c.is_alphanumeric() || c == '.' || c == '_');
    let range = at..at + digits.len();
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
        let fault = Fault::syntax(range, format!("`{digits}` is no number"));
        return Err(fault
            .help("digits that keep their zero are text; write them in quotes")
            .instead(format!("\"{digits}\"")));
    }
    match digits.parse() {
        Ok(number) => Ok((Token::Int(number), digits.len())),
        Err(_) => Err(Fault::syntax(range, format!("`{digits}` is no whole number of 64 bits"))),
    }
}

/// The longest beginning of `text` whose characters all fit.
fn run(text: &str, fits: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}
