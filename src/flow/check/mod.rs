//! The rules: one file per rule or small family, each with what it finds, why that matters, and an example.

mod formula;
mod reading;
mod rule;

pub use formula::{FORMULA_NAME, FORMULA_SYNTAX, FORMULA_TYPES, FORMULA_WANTED};
pub use reading::{
    COMMENT_LOOKS_LIKE_KEY, EDITION, GIVEN_TWICE, KEY_IS_NO_TEXT, LOOKS_LIKE_BOOL, MISSING_KEY,
    NOT_YAML, REUSE, TEXT_ENDS_AT_HASH, TOO_LARGE, UNKNOWN_KEY, WRONG_FORM,
};
pub use rule::Rule;
