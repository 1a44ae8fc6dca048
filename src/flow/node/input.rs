//! The verbs that ask the caller something: `menu`, `confirm`, `collect`, `answer`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::prompt::{Bargein, Prompt};
use super::silent::Assignment;
use super::{FaqIndex, Goto, VariableIndex};
use crate::call::{Class, Currency, Digits, Language, Symbol};
use crate::time::Duration;

/// What all input verbs share.
#[derive(Debug, Clone)]
pub struct Input {
    /// The question.
    pub prompts: Vec<Arc<Prompt>>,
    /// Whether it may be interrupted.
    pub bargein: Bargein,
    /// Silence after the prompt before `no_input`.
    pub timeout: Duration,
    /// Silence between two keys.
    pub between_digits: Duration,
    /// A cap on one entry, from its first key.
    pub max_time: Option<Duration>,
    /// How often and with which words the question is asked again.
    pub retry: Retry,
    /// Commands that work here.
    pub commands: Vec<CommandBinding>,
    /// Where to go when the retries run out; `None` = the built-in apology and hang-up.
    pub failed: Option<Goto>,
    /// Whether keys typed ahead are thrown away at entry.
    pub flush: bool,
}

/// How a question is asked again.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Words after the n-th silence; past the end the last repeats. Never empty (built-in words stand in).
    pub no_input: Vec<Arc<Prompt>>,
    /// Words after the n-th wrong answer; past the end the last repeats. Never empty.
    pub no_match: Vec<Arc<Prompt>>,
    /// No-inputs and no-matches of one visit together that end it.
    pub max: u32,
    /// Whether the question follows the retry's words.
    pub reprompt: bool,
}

/// A command: a key or words that work at every question.
#[derive(Debug, Clone)]
pub struct CommandBinding {
    /// Its keys.
    pub keys: Digits,
    /// Its words.
    pub words: Words,
    /// What it does; never [`Goto::None`] (switched-off commands are left out).
    pub goto: Goto,
}

/// Phrases per language, each as folded words (see [`crate::text::words`]).
pub type Words = BTreeMap<Language, Vec<Vec<String>>>;

/// Asks for one of several choices.
#[derive(Debug, Clone)]
pub struct Menu {
    /// The question.
    pub input: Input,
    /// The choices, in the author's order.
    pub choices: Vec<Choice>,
}

/// One choice of a menu.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its name in records: the keys as written, or its own name for a speech-only choice.
    pub name: Arc<str>,
    /// Its keys; `None` for a speech-only choice.
    pub keys: Option<Digits>,
    /// Its words.
    pub words: Words,
    /// What it sets.
    pub set: Vec<Assignment>,
    /// Where it leads.
    pub goto: Goto,
}

/// Asks for a string of keys.
#[derive(Debug, Clone)]
pub struct Collect {
    /// The question.
    pub input: Input,
    /// Where the value goes.
    pub into: VariableIndex,
    /// How private the value is.
    pub class: Class,
    /// What counts as an answer.
    pub entry: Entry,
    /// The key that clears the entry (`erase: "*"`).
    pub erase: Option<Symbol>,
    /// How long a key that ends a full entry is still waited for.
    pub end_wait: Duration,
    /// Whether the entry is read back and confirmed.
    pub read_back: bool,
    /// Where to go with a value.
    pub ok: Goto,
}

/// What a collected value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its type.
    pub kind: EntryKind,
    /// The fewest keys.
    pub min_length: usize,
    /// The most keys, at most [`MAX_ENTRY`].
    pub max_length: usize,
    /// The smallest value, for `int` and `money` (whole major units).
    pub min_value: Option<i64>,
    /// The largest value, for `int` and `money` (whole major units).
    pub max_value: Option<i64>,
    /// The key that ends the entry.
    pub end: Option<Symbol>,
    /// The check digit rule.
    pub check: Option<CheckDigit>,
}

/// The most keys that one entry may hold.
pub const MAX_ENTRY: usize = 64;

/// The type of a collected value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Text of digits; keeps leading zeros.
    Digits,
    /// A whole number.
    Int,
    /// An amount in whole major units of a currency.
    Money(Currency),
    /// A date as eight keys: day, month, year.
    Date,
    /// A time of day as four keys: hour, minute.
    Time,
    /// A telephone number.
    Phone,
    /// An account number, with its check digit.
    Account,
    /// A personal identification number: secret.
    Pin,
    /// Yes (1) or no (2).
    YesNo,
    /// Words as they were said; no keys.
    Words,
}

/// A check digit rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// Luhn (ISO/IEC 7812-1 annex B).
    Mod10,
    /// Weighted modulo 11, weights 2–7 from the right.
    Mod11,
}

/// Answers questions from a FAQ.
#[derive(Debug, Clone)]
pub struct AnswerNode {
    /// The first question (`ask:`).
    pub input: Input,
    /// The FAQ.
    pub faq: FaqIndex,
    /// The question after an answer (`again:`).
    pub again: Vec<Arc<Prompt>>,
    /// What is said before an answer (`say_back:`).
    pub say_back: Vec<Arc<Prompt>>,
    /// The answer threshold in per mille.
    pub confidence: u16,
    /// The most answers in one visit.
    pub max: u32,
    /// Where to go when the caller has no further question.
    pub done: Goto,
    /// Where to go when no answer was good enough, twice.
    pub unknown: Goto,
}
