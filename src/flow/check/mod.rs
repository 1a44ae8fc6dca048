//! The rules: one file per rule or small family, each with what it finds, why that matters, and an example.
//!
//! A rule's functions make findings from plain values; when they are asked is `compile`'s business.

mod announced;
mod assigned;
mod calendar;
mod clear_text;
mod constant;
mod entry;
mod formula;
mod graph;
mod name;
mod outcome;
mod personal;
mod pin;
mod prompt;
mod reading;
mod rule;
mod secret;
mod service;
mod sound;
mod subflow;
mod unclassed;
mod unread;
mod value;
mod words;

pub(super) use announced::*;
pub(super) use assigned::*;
pub(super) use calendar::*;
pub(super) use clear_text::*;
pub(super) use constant::*;
pub(super) use entry::*;
pub(super) use formula::*;
pub(super) use graph::*;
pub(super) use name::*;
pub(super) use outcome::*;
pub(super) use personal::*;
pub(super) use pin::*;
pub(super) use prompt::*;
pub(super) use reading::*;
pub use reading::{EDITION, GIVEN_TWICE, MISSING_KEY, UNKNOWN_KEY, WRONG_FORM};
pub use rule::Rule;
pub(super) use secret::*;
pub(super) use service::*;
pub(super) use sound::*;
pub(super) use subflow::*;
pub(super) use unclassed::*;
pub(super) use unread::*;
pub(super) use value::*;
pub(super) use words::*;

/// Every rule, in the order of the codes.
pub static RULES: &[&Rule] = &[
    &NOT_YAML,
    &GIVEN_TWICE,
    &EDITION,
    &REUSE,
    &TEXT_ENDS_AT_HASH,
    &COMMENT_LOOKS_LIKE_KEY,
    &KEY_IS_NO_TEXT,
    &LOOKS_LIKE_BOOL,
    &TOO_LARGE,
    &UNKNOWN_KEY,
    &WRONG_FORM,
    &MISSING_KEY,
    &BAD_NAME,
    &UNKNOWN_NODE,
    &NOT_ONE_VERB,
    &MISSING_OUTCOME,
    &UNKNOWN_NAME,
    &UNHANDLED_OUTCOME,
    &WRONG_PARAMETER,
    &RECURSION,
    &RETURN_OUTSIDE,
    &UNDECLARED_OUTCOME,
    &NO_ELSE,
    &UNUSED,
    &NOT_SILENT,
    &UNREACHABLE,
    &TRAP,
    &UNKNOWN_PROMPT,
    &NO_TEXT,
    &NO_FAILED,
    &BAD_SLOT,
    &BROKEN_SOUND,
    &NO_PROMPT,
    &LITERAL_TEXT,
    &UNSPOKEN,
    &WORDS_CLASH,
    &ANNOUNCED_KEY,
    &AMBIGUOUS_END,
    &IMPOSSIBLE_ENTRY,
    &FORMULA_NAME,
    &MAY_BE_EMPTY,
    &FORMULA_TYPES,
    &WRONG_VARIABLE,
    &FORMULA_SYNTAX,
    &NEVER_READ,
    &CONSTANT,
    &FORMULA_WANTED,
    &CLEAR_TEXT,
    &SPOKEN_SECRET,
    &UNACCEPTED_SECRET,
    &SECRET_IN_ADDRESS,
    &PERSONAL_IN_QUERY,
    &SECRET_SHOWN,
    &RECORDED_PIN,
    &NO_CLASS,
    &KEPT_FOR_EVER,
    &PLAIN_HTTP,
    &BAD_CALENDAR,
    &HOLIDAYS_END,
    &NOT_ALLOWABLE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::diagnostic::Level;

    #[test]
    fn every_rule_explains_itself_and_its_code_says_its_level() {
        for pair in RULES.windows(2) {
            let number = |rule: &Rule| rule.code.trim_start_matches(['E', 'W', 'N']).to_owned();
            assert!(number(pair[0]) < number(pair[1]), "{} {}", pair[0].code, pair[1].code);
        }
        for rule in RULES {
            let letter = match rule.level {
                Level::Error => 'E',
                Level::Warning => 'W',
                Level::Note => 'N',
            };
            assert!(rule.code.starts_with(letter), "{}", rule.code);
            for text in [rule.what, rule.why, rule.cure, rule.example] {
                assert!(!text.is_empty(), "{}", rule.code);
            }
        }
    }
}
