//! The rules: one file per rule or small family, each with what it finds, why that matters, and an example.
//!
//! A rule's functions make findings from plain values; when they are asked is `compile`'s business.

mod adversary;
mod announced;
mod assigned;
mod calendar;
mod choices;
mod clear_text;
mod constant;
mod depth;
mod effort;
mod endless;
mod entry;
mod formula;
mod graph;
mod language;
mod length;
mod mention;
mod name;
mod outcome;
mod outside;
mod patience;
mod personal;
mod pin;
mod prompt;
mod queue_key;
mod reading;
mod ring;
mod rule;
mod script;
mod secret;
mod service;
mod sound;
mod subflow;
mod subject;
mod unclassed;
mod unread;
mod value;
mod waiting;
mod way_out;
mod words;
mod zero;

pub(super) use adversary::*;
pub(super) use announced::*;
pub(super) use assigned::*;
pub(super) use calendar::*;
pub(super) use choices::*;
pub(super) use clear_text::*;
pub(super) use constant::*;
pub(super) use depth::*;
pub(super) use effort::*;
pub(super) use endless::*;
pub(super) use entry::*;
pub(super) use formula::*;
pub(super) use graph::*;
pub(super) use language::*;
pub(super) use length::*;
pub(super) use mention::*;
pub(super) use name::*;
pub(super) use outcome::*;
pub(super) use outside::*;
pub(super) use patience::*;
pub(super) use personal::*;
pub(super) use pin::*;
pub(super) use prompt::*;
pub(super) use queue_key::*;
pub(super) use reading::*;
pub use reading::{EDITION, GIVEN_TWICE, MISSING_KEY, UNKNOWN_KEY, WRONG_FORM};
pub(super) use ring::*;
pub use rule::Rule;
pub(super) use script::*;
pub use script::{mock_never_used, never_visited};
pub(super) use secret::*;
pub(super) use service::*;
pub(super) use sound::*;
pub(super) use subflow::*;
pub(super) use subject::*;
pub(super) use unclassed::*;
pub(super) use unread::*;
pub(super) use value::*;
pub(super) use waiting::*;
pub(super) use way_out::*;
pub(super) use words::*;
pub(super) use zero::*;

use super::diagnostic::Diagnostic;

/// The rules that look at a whole flow.
pub(super) const WHOLE: &[fn(&Subject<'_>, &mut Vec<Diagnostic>)] = &[
    ways_out,
    endless,
    people,
    silence,
    always_wrong,
    services_down,
    depths,
    efforts,
    languages,
    choices,
    mentions,
    zeros,
    patience,
    waits,
    silences,
    lengths,
    overflows,
    repeats,
];

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
    &ONLY_BY_FAILING,
    &ENDLESS,
    &NO_PERSON,
    &SILENCE_NEVER_ENDS,
    &NEVER_OFFERED,
    &DEAD_END,
    &DEEP_MENU,
    &FAR_PERSON,
    &OVER_BUDGET,
    &UNKNOWN_PROMPT,
    &NO_TEXT,
    &NEVER_PLAYED,
    &NO_FAILED,
    &BAD_SLOT,
    &BROKEN_SOUND,
    &OTHER_WORDS,
    &NO_PROMPT,
    &LITERAL_TEXT,
    &UNCHOSEN_LANGUAGE,
    &WORD_IS_SAID,
    &UNSPOKEN,
    &MANY_CHOICES,
    &SLOW_CHOICE,
    &WORDS_CLASH,
    &ANNOUNCED_KEY,
    &UNMENTIONED,
    &DISORDER,
    &KEY_FIRST,
    &AMBIGUOUS_END,
    &IMPOSSIBLE_ENTRY,
    &WITHOUT_WORDS,
    &OTHER_ZERO,
    &ZERO_IS_DATA,
    &QUEUE_KEY_CLASH,
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
    &SHORT_TIMEOUT,
    &LONG_MENU,
    &SHORT_WAIT,
    &SILENCE,
    &TOO_LONG,
    &LONG_MUST,
    &OVERFLOW_CIRCLE,
    &BAD_CALENDAR,
    &HOLIDAYS_END,
    &UNSAFE_REPEAT,
    &RESTRICTED_NUMBER,
    &RINGS,
    &UNKNOWN_IN_TEST,
    &NEVER_VISITED,
    &MOCK_NEVER_USED,
    &NOT_ALLOWABLE,
    &BAD_STEP,
    &WRONG_TEST_VALUE,
    &CONTRADICTION,
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
