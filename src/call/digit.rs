//! Telephone keys (DTMF symbols, ITU-T Q.23) and short strings of them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize as _;

/// One telephone key: `0`–`9`, `*`, `#` or `A`–`D`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u8);

/// The sixteen symbols in the order of their RFC 4733 event codes 0–15.
const SYMBOLS: [u8; 16] = *b"0123456789*#ABCD";

impl Symbol {
    /// The star key.
    pub const STAR: Self = Self(10);
    /// The pound (hash) key.
    pub const POUND: Self = Self(11);

    /// The last of the four keys that ordinary telephones do not have.
    pub const D: Self = Self(15);

    /// The symbol of an RFC 4733 §3.2 event code, if the code names a DTMF key.
    #[must_use]
    pub const fn from_event_code(code: u8) -> Option<Self> {
        if code < 16 { Some(Self(code)) } else { None }
    }

    /// The RFC 4733 §3.2 event code, 0–15.
    #[must_use]
    pub const fn event_code(self) -> u8 {
        self.0
    }

    /// The symbol of a character; `a`–`d` count as `A`–`D`.
    #[must_use]
    pub fn from_char(c: char) -> Option<Self> {
        let byte = u8::try_from(c).ok()?.to_ascii_uppercase();
        let code = SYMBOLS.iter().position(|&s| s == byte)?;
        Some(Self(u8::try_from(code).ok()?))
    }

    /// The character of the key.
    #[must_use]
    pub fn as_char(self) -> char {
        char::from(SYMBOLS[usize::from(self.0)])
    }

    /// Whether the key is `0`–`9`.
    #[must_use]
    pub const fn is_digit(self) -> bool {
        self.0 < 10
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.as_char())
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_char(self.as_char())
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let c = char::deserialize(deserializer)?;
        let fault = || serde::de::Error::custom(format!("`{c}` is no telephone key"));
        Self::from_char(c).ok_or_else(fault)
    }
}

/// A set of keys.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct SymbolSet(u16);

impl SymbolSet {
    /// No key.
    pub const NONE: Self = Self(0);
    /// Every key.
    pub const ALL: Self = Self(u16::MAX);

    /// This set with `symbol` in it.
    #[must_use]
    pub const fn with(self, symbol: Symbol) -> Self {
        Self(self.0 | 1 << symbol.0)
    }

    /// Whether `symbol` is in the set.
    #[must_use]
    pub const fn contains(self, symbol: Symbol) -> bool {
        self.0 & (1 << symbol.0) != 0
    }

    /// The first key of the set.
    #[must_use]
    pub fn first(self) -> Option<Symbol> {
        (0..16).map(Symbol).find(|symbol| self.contains(*symbol))
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Symbol> for SymbolSet {
    fn from_iter<I: IntoIterator<Item = Symbol>>(symbols: I) -> Self {
        symbols.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for SymbolSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: String =
            (0..16).map(Symbol).filter(|s| self.contains(*s)).map(Symbol::as_char).collect();
        write!(f, "[{keys}]")
    }
}

/// A string of keys, such as a menu choice `12` or an entry `0812`.
///
/// The keys are overwritten when they are dropped or outgrow their place: they may be a secret.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(Vec<Symbol>);

impl Digits {
    /// No keys.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads a text of keys; `None` if any character is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.chars().map(Symbol::from_char).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Appends one key.
    pub fn push(&mut self, symbol: Symbol) {
        if self.0.len() == self.0.capacity() {
            let mut grown = Vec::with_capacity((self.0.len() * 2).max(8));
            grown.extend_from_slice(&self.0);
            self.wipe();
            self.0 = grown;
        }
        self.0.push(symbol);
    }

    /// Forgets all keys, overwriting them first.
    pub fn wipe(&mut self) {
        self.0.iter_mut().for_each(|symbol| symbol.0.zeroize());
        self.0.clear();
    }

    /// The keys as text that nobody else holds.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        let mut text = String::with_capacity(self.0.len());
        text.extend(self.0.iter().map(|symbol| symbol.as_char()));
        let own = Arc::from(&*text);
        text.zeroize();
        own
    }

    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Symbol] {
        &self.0
    }

    /// Whether these keys begin with `prefix` (or equal it).
    #[must_use]
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl FromIterator<Symbol> for Digits {
    fn from_iter<I: IntoIterator<Item = Symbol>>(symbols: I) -> Self {
        Self(symbols.into_iter().collect())
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|symbol| write!(f, "{symbol}"))
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// How a key reached the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySource {
    /// A telephone-event in RTP (RFC 4733).
    RtpEvent,
    /// A SIP INFO request (RFC 6086).
    Info,
    /// Tones in the audio.
    InBand,
    /// Typed or scripted: console, test, simulation.
    Simulated,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_code_has_one_character_and_back() {
        for code in 0..16 {
            let symbol = Symbol::from_event_code(code).expect("0..16 are keys");
            assert_eq!(Symbol::from_char(symbol.as_char()), Some(symbol));
            assert_eq!(symbol.event_code(), code);
        }
        assert_eq!(Symbol::from_event_code(16), None, "16 is hook flash, not a key");
        assert_eq!(Symbol::from_char('x'), None);
    }

    #[test]
    fn digits_keep_leading_zeros() {
        let digits = Digits::parse("0812#").expect("all keys");
        assert_eq!(digits.to_string(), "0812#");
        assert!(digits.starts_with(&Digits::parse("08").expect("keys")));
        assert_eq!(Digits::parse("08 12"), None);
    }
}
