//! How values that belong to people are shown in logs and records.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How private a value is; it decides what logs, records and screens may show.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "class")]
pub enum Class {
    /// Anyone may see it.
    #[default]
    Public,
    /// Belongs to a person: shown masked.
    Personal,
    /// Never shown, not even its length.
    Secret,
}

/// How many trailing characters of a personal value stay readable.
const SHOWN: usize = 3;

/// Masks a personal value: `***678`. Values of up to three characters show nothing: `***`.
#[must_use]
pub fn mask_number(value: &str) -> String {
    let count = value.chars().count();
    let skip = if count > SHOWN { count - SHOWN } else { count };
    std::iter::repeat_n('*', 3).chain(value.chars().skip(skip)).collect()
}

/// Shows a value as its class allows: clear, masked, or `None` for a secret.
#[must_use]
pub fn mask_value(value: &str, class: Class) -> Option<String> {
    match class {
        Class::Public => Some(value.to_owned()),
        Class::Personal => Some(mask_number(value)),
        Class::Secret => None,
    }
}

/// Wraps a personal value so that a log shows only its last three characters.
#[derive(Clone, Copy)]
pub struct Redacted<'a>(pub &'a str);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_number(self.0))
    }
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_number(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_three_characters_of_longer_values_show() {
        for (value, masked) in
            [("", "***"), ("12", "***"), ("123", "***"), ("1234", "***234"), ("+62811", "***811")]
        {
            assert_eq!(mask_number(value), masked);
        }
        assert_eq!(mask_value("1234", Class::Secret), None);
    }
}
