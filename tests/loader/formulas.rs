//! Formulas, damaged, many in one flow: reading the flow around them costs more than they do.

use std::fmt::Write as _;

use super::chance::Chance;

/// Formulas in one flow.
pub(crate) const TOGETHER: usize = 100;

/// Formulas that are right, and some that are wrong in an ordinary way.
const SEEDS: [&str; 18] = [
    "score > 3 and not is_set(topic)",
    "topic == \"order\" or topic in [\"a\", \"b\"]",
    "if(score >= 5, 2, 1) * (score - 1) / 7 % 2 == 0",
    "length(order) == 8 and starts_with(order, \"08\")",
    "upper(topic) != \"X\"",
    "default(topic, \"none\") == 'none'",
    "is_open(\"shop\")",
    "-score < 5 - -3",
    "call.language == \"id\" and call.from != \"\"",
    "now > 5m",
    "((((score))))",
    "1 + 2 * 3 - 4 / 5",
    "not not done == true",
    "score && done || !done",
    "matches(order, \"^[0-9]+$\")",
    "order.total > 99999999999999999999",
    "topic",
    "\"un\\\"quoted\\u00e9\" == topic",
];

/// What is put into a formula.
const PIECES: [&str; 36] = [
    "(",
    ")",
    "((((((((((((((((",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "\\",
    ".",
    "..",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "=",
    "!",
    "!=",
    "<=",
    ">",
    " and ",
    " or ",
    " not ",
    " in ",
    "if(",
    "9223372036854775807",
    "0",
    "5m",
    "1.5",
    "é",
    "🙂",
    "\t",
    "\u{0}",
    "x",
];

/// A flow whose branch asks [`TOGETHER`] formulas.
pub(crate) fn flow(chance: &mut Chance) -> Vec<u8> {
    let mut text = String::from(
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nvars: { score: { type: int }, topic: { type: text }, \
         order: { type: digits }, done: { type: bool } }\ncalendars: { shop: { zone: Asia/Jakarta, open: {} } }\n\
         nodes:\n  b: { hangup: Sampai jumpa. }\n  a:\n    else: b\n    branch:\n",
    );
    for _ in 0..TOGETHER {
        let formula = serde_json::to_string(&damaged(chance)).expect("text is JSON");
        writeln!(text, "      - {{ when: {formula}, goto: b }}").expect("text takes text");
    }
    text.into_bytes()
}

fn damaged(chance: &mut Chance) -> String {
    let mut formula: Vec<char> = chance.pick(&SEEDS).chars().collect();
    for _ in 0..=chance.below(4) {
        let at = chance.below(formula.len() + 1);
        let end = (at + chance.below(6)).min(formula.len());
        match chance.below(4) {
            0 => drop(formula.drain(at..end)),
            1 => {
                let copy = formula[at..end].to_vec();
                formula.splice(at..at, copy);
            }
            2 => drop(formula.splice(at..at, chance.pick(&SEEDS).chars())),
            _ => drop(formula.splice(at..end, chance.pick(&PIECES).chars())),
        }
    }
    formula.into_iter().collect()
}
