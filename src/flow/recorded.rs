//! The words that a sound file is known to hold, as a short hash.

use sha2::{Digest as _, Sha256};

use crate::call::Language;

/// The hash of words in a language: the first 16 hexadecimal digits of a SHA-256 sum. The manifest beside the sounds
/// keeps it for each file.
#[must_use]
pub fn words_hash(language: &Language, text: &str) -> String {
    let sum = Sha256::digest(format!("{language}\n{text}").as_bytes());
    sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
