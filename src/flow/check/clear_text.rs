//! E0601: passwords and keys in clear text.

use std::collections::BTreeMap;

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// E0601: a password or key in the file.
pub(crate) static CLEAR_TEXT: Rule = Rule::error(
    "E0601",
    "a password or key stands in the file in clear text",
)
.why(
    "Files are copied, mailed and kept in version control; a secret that stood there once is none.",
)
.cure("Write where it comes from: `{ secret: NAME }`, `{ env: NAME }` or `{ file: PATH }`.")
.example("auth: { bearer: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' }");

/// Names of keys whose values are secret.
const SECRET_NAMES: [&str; 12] = [
    "apikey",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "kunci",
    "passphrase",
    "passwd",
    "password",
    "sandi",
    "secret",
    "token",
];
/// How well-known keys begin.
const KEY_BEGINNINGS: [&str; 9] =
    ["sk_", "pk_live_", "ghp_", "gho_", "github_pat_", "xoxb-", "AKIA", "eyJ", "-----BEGIN"];
/// The fewest characters of a text that can be a random key.
const MIN_RANDOM: usize = 20;
/// The fewest bits per character of a random key; words of a language have fewer.
const MIN_BITS: f64 = 3.6;

/// A secret that stands in the file.
pub(crate) fn clear_text(span: Span) -> Diagnostic {
    Diagnostic::new(&CLEAR_TEXT, span, "this looks like a password or key in clear text")
        .help("write where it comes from: `{ secret: NAME }`, `{ env: NAME }` or `{ file: PATH }`")
}

/// Whether a key of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    joined.ends_with("apikey")
        || lower.split(['_', '-', ' ']).any(|word| SECRET_NAMES.contains(&word))
}

/// Whether a text looks like a key: by its beginning, or because it is long and random.
pub(crate) fn looks_like_key(text: &str) -> bool {
    if KEY_BEGINNINGS.iter().any(|start| text.starts_with(start)) && text.len() >= MIN_RANDOM {
        return true;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    // A path, a file name or a list of words has separators; a key has few.
    let breaks = text.chars().filter(|c| "/_-.".contains(*c)).count();
    text.chars().count() >= MIN_RANDOM
        && text.chars().all(allowed)
        && digits >= 3
        && letters >= 3
        && breaks <= 2
        && bits(text) >= MIN_BITS
}

/// Whether an address holds a password: `https://user:password@host`.
pub(crate) fn has_password(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// The entropy of a text in bits per character (Shannon).
fn bits(text: &str) -> f64 {
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1;
    }
    let total: f64 = counts.values().map(|count| f64::from(*count)).sum();
    counts.values().map(|count| f64::from(*count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_words() {
        for (text, key) in [
            ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", true),
            ("9f86d081884c7d659a2feaa0c55ad015", true),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", true),
            ("xK9mQ2vR7tY4wL8pN3bZ", true),
            ("selamat_datang_di_toko_maju_2026", false),
            ("/v1/phone/balance/2026/08", false),
            ("11111111111111111111", false),
            ("pelanggan@example.com", false),
            ("short1", false),
            ("Terima kasih telah menghubungi 2026", false),
        ] {
            assert_eq!(looks_like_key(text), key, "{text}");
        }
    }

    #[test]
    fn names_tell_secrets() {
        for (name, secret) in [
            ("token", true),
            ("api_key", true),
            ("X-Api-Key", true),
            ("user_password", true),
            ("key", false),
            ("tokens_left", false),
            ("account", false),
        ] {
            assert_eq!(is_secret_name(name), secret, "{name}");
        }
        assert!(has_password("https://shop:geheim@orders.example/v1"));
        assert!(!has_password("https://orders.example/users/a@b:c"));
    }
}
