//! Words of caller and author, made comparable: folded case and accents, split at what is no letter or digit.

/// Splits a text into folded words.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}
