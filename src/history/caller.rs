//! How a caller's number becomes a key that does not tell it.

use std::fmt;
use std::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::parts::CallerKey;

/// How many bytes of the proof make the key.
const KEY_BYTES: usize = 16;

/// What callers' keys are made with: 32 random bytes that a store makes once and keeps. Whoever has it can tell whether a
/// number they know has called, so it never leaves the store's files.
#[derive(Clone)]
pub struct CallerSecret(Zeroizing<[u8; 32]>);

impl fmt::Debug for CallerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerSecret")
    }
}

impl CallerSecret {
    /// Wraps the bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key of a caller's number: the same for `+62 811-1` and `0062811 1`. `None` = it holds no digit.
    #[must_use]
    pub fn key(&self, number: &str) -> Option<CallerKey> {
        let number = normal(number);
        if number.is_empty() {
            return None;
        }
        let mut proof =
            Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        proof.update(number.as_bytes());
        let mut text = String::with_capacity(KEY_BYTES * 2);
        for byte in proof.finalize().into_bytes().iter().take(KEY_BYTES) {
            write!(text, "{byte:02x}").expect("text takes everything");
        }
        Some(CallerKey(text.into()))
    }
}

/// The digits of a number without what stands before the country's code. A national number stays as it is: which country
/// it belongs to is not known here.
fn normal(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.strip_prefix("00").map_or_else(|| digits.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_key_however_it_is_written() {
        let secret = CallerSecret::new([7; 32]);
        let key = secret.key("+62 811-1234").expect("a key");
        assert_eq!(key.0.len(), 32);
        for same in ["+628111234", "00628111234", "62 811 1234"] {
            assert_eq!(secret.key(same).as_ref(), Some(&key), "{same}");
        }
        for other in ["+628111235", "08111234", "8111234"] {
            assert_ne!(secret.key(other).as_ref(), Some(&key), "{other}");
        }
        for withheld in ["", "anonymous", "+"] {
            assert_eq!(secret.key(withheld), None, "{withheld}");
        }
        let other = CallerSecret::new([8; 32]);
        assert_ne!(other.key("+628111234"), Some(key), "another store has other keys");
        assert_eq!(format!("{secret:?}"), "CallerSecret");
    }
}
