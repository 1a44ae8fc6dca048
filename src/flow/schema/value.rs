//! The small forms that stand in many places: times, scalars, maps with places, prompts, words.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, de};

use crate::flow::source::Spanned;
use crate::time::Duration;

/// A time with its unit: `250ms`, `5s`, `8m`, `1h`, `30d`, decimals allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Duration);

/// The units of a time in microseconds, longer names first.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

/// The longest time that can be written: a year.
const MAX_TIME: Duration = Duration::from_secs(366 * 86_400);

impl Time {
    /// Reads a time; `None` if it has no unit, no number, or is beyond a year.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, unit) =
            UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
        let (whole, fraction) =
            number.trim_end().split_once('.').unwrap_or((number.trim_end(), ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 3 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
        let fraction: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let micros = whole.checked_mul(unit)?.checked_add(fraction * unit / scale)?;
        let time = Duration::from_micros(micros);
        (time <= MAX_TIME).then_some(Self(time))
    }
}

/// Reads a time as flow files write it, such as `90s` or `2m`; `None` if it is none, or beyond a year.
#[must_use]
pub fn read_time(text: &str) -> Option<Duration> {
    Time::parse(text).map(|time| time.0)
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl Visitor<'_> for TimeVisitor {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time with its unit, such as `5s`, `250ms` or `2m`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                Time::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(TimeVisitor)
    }
}

/// Text, a whole number, or `true` or `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Text; a formula if it begins with `=`.
    Text(String),
    /// A whole number.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "text, a whole number, `true`, `false` or a formula that begins with `=`",
                )
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Int(number))
            }

            fn visit_bool<E: Error>(self, yes: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(yes))
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// A map that keeps its order and the places of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entries<T>(pub(crate) Vec<(Spanned<String>, T)>);

impl<T> Entries<T> {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (Spanned<String>, T)> {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a Entries<T> {
    type Item = &'a (Spanned<String>, T);
    type IntoIter = std::slice::Iter<'a, (Spanned<String>, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map: keys with their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

/// What is played: one prompt or several, by name or as text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "prompts", untagged)]
pub(crate) enum Prompts {
    /// A name, or text with spaces.
    Text(Spanned<String>),
    /// `{ text: Halo }`
    Map(PromptText),
    /// Several.
    List(Vec<PromptsItem>),
}

/// One prompt of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "prompts_item", untagged)]
pub(crate) enum PromptsItem {
    /// A name, or text with spaces.
    Text(Spanned<String>),
    /// `{ text: Halo }`
    Map(PromptText),
}

/// A text that is no name even without spaces.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a prompt here")]
#[schemars(rename = "prompt_text", deny_unknown_fields)]
pub(crate) struct PromptText {
    /// The text.
    pub(crate) text: Spanned<String>,
}

impl Prompts {
    /// The prompts in order.
    pub(crate) fn items(&self) -> Vec<PromptsItem> {
        match self {
            Self::Text(text) => vec![PromptsItem::Text(text.clone())],
            Self::Map(text) => vec![PromptsItem::Map(text.clone())],
            Self::List(items) => items.clone(),
        }
    }
}

/// One text or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "texts", untagged)]
pub(crate) enum Texts {
    /// One.
    Text(Spanned<String>),
    /// Several.
    List(Vec<Spanned<String>>),
}

impl Texts {
    /// The texts in order.
    pub(crate) fn items(&self) -> &[Spanned<String>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(texts) => texts,
        }
    }
}

/// Words of the caller: a list for every language, or lists per language.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "words", untagged)]
pub(crate) enum WordsRaw {
    /// One phrase, in every language.
    Text(Spanned<String>),
    /// Phrases in every language.
    List(Vec<Spanned<String>>),
    /// Phrases per language.
    Map(Entries<Texts>),
}

/// Warnings that are allowed here: a list of codes, or codes with their reasons.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "allow", untagged)]
pub(crate) enum Allow {
    /// Codes.
    List(Vec<Spanned<String>>),
    /// Codes with reasons.
    Map(Entries<Spanned<String>>),
}

impl Allow {
    /// The codes.
    pub(crate) fn codes(&self) -> Vec<&Spanned<String>> {
        match self {
            Self::List(codes) => codes.iter().collect(),
            Self::Map(reasons) => reasons.iter().map(|(code, _)| code).collect(),
        }
    }
}

/// Lets serde's derive accept any value for keys that are only for people (`about`, `tags`).
#[derive(Debug, Clone, Default)]
pub(crate) struct ForPeople;

impl<'de> Deserialize<'de> for ForPeople {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit_and_stay_within_a_year() {
        for (text, millis) in [
            ("250ms", Some(250)),
            ("5s", Some(5_000)),
            ("1.5s", Some(1_500)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("366d", Some(31_622_400_000)),
            ("367d", None),
            ("5", None),
            ("s", None),
            ("-1s", None),
            ("1.2.3s", None),
            ("99999999999999999999s", None),
            ("fast", None),
        ] {
            let time = Time::parse(text).map(|t| t.0.as_millis());
            assert_eq!(time, millis, "{text}");
        }
    }
}
