//! Identifiers, each a type of its own so that none can stand in for another.

use std::fmt;

use serde::{Deserialize, Serialize};

// Names are copied into every row of the history and read from it by the million: short ones stand in place, without an
// allocation or a counter that threads share.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(smol_str::SmolStr);

        impl $name {
            /// Wraps the name as it stands.
            #[must_use]
            pub fn new(name: impl Into<std::sync::Arc<str>>) -> Self {
                Self(name.into().into())
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use name_type;

name_type! {
    /// What a caller was recorded saying: the call's id and a number, `0192…-1`.
    RecordingId
}
name_type! {
    /// A human agent, by the name that `sambung.yaml` gives.
    AgentId
}
name_type! {
    /// A human queue, by name. Queue names are global to a project.
    QueueId
}
name_type! {
    /// A call flow, by the `flow:` name in its file.
    FlowId
}
name_type! {
    /// A node of a flow, by name; nodes of a subflow read `subflow.node`.
    NodeId
}
name_type! {
    /// A language of a flow: the tag in the flow file, such as `id`, `en` or `en-GB`.
    Language
}
name_type! {
    /// The content hash of a compiled flow and everything it uses: 16 lower-case hexadecimal digits.
    FlowHash
}

/// One call from offer to record: a UUID version 7 (RFC 9562), unique across restarts and ordered by start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u128);

/// The mark of a byte that is no lower-case hexadecimal digit.
const NO_DIGIT: u8 = 0x80;

/// The value of each byte as a digit.
const DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        values[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

impl CallId {
    /// Builds the id from milliseconds since the Unix epoch and 74 bits of chance (the rest of `chance` is dropped).
    #[must_use]
    pub const fn new(unix_ms: u64, chance: u128) -> Self {
        let time = ((unix_ms as u128) & 0xffff_ffff_ffff) << 80;
        let high = (chance >> 62) & 0xfff;
        let low = chance & 0x3fff_ffff_ffff_ffff;
        Self(time | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
    }

    /// Reads an id as it is written; `None` if the text is not one of a UUID version 7.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        /// Where the dashes stand.
        const DASHES: [usize; 4] = [8, 13, 18, 23];
        let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
        if DASHES.iter().any(|at| text[*at] != b'-') {
            return None;
        }
        // What is no digit leaves its mark, which is looked for once.
        let mut mark = 0;
        let mut part = |from: usize, to: usize| {
            text[from..to].iter().fold(0_u64, |value, byte| {
                let digit = DIGITS[usize::from(*byte)];
                mark |= digit;
                value << 4 | u64::from(digit & 0xf)
            })
        };
        let high = part(0, 8) << 32 | part(9, 13) << 16 | part(14, 18);
        let low = part(19, 23) << 48 | part(24, 36);
        let whole = mark & NO_DIGIT == 0 && high >> 12 & 0xf == 0x7;
        whole.then_some(Self(u128::from(high) << 64 | u128::from(low)))
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        let (a, b, c) = (v >> 96, v >> 80 & 0xffff, v >> 64 & 0xffff);
        let (d, e) = (v >> 48 & 0xffff, v & 0xffff_ffff_ffff);
        write!(f, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CallId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CallId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ids;

        impl serde::de::Visitor<'_> for Ids {
            type Value = CallId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a call")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<CallId, E> {
                let fault = || E::custom(format!("`{text}` is no id of a call"));
                CallId::parse(text).ok_or_else(fault)
            }
        }

        deserializer.deserialize_str(Ids)
    }
}

/// An adapter of this node: its place in the configuration, counted from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdapterId(pub u16);

/// One leg of a call: one party on one adapter, never used again.
///
/// An adapter numbers the legs it offers with odd numbers; the engine numbers those it dials with even ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId {
    /// The adapter that carries the leg.
    pub adapter: AdapterId,
    /// The leg's number on that adapter.
    pub number: u64,
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.adapter.0, self.number)
    }
}

impl fmt::Debug for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One `Play` command; the engine never uses a number twice, so a late `PlayEnded` can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_id_is_a_version_7_uuid() {
        let id = CallId::new(0x0123_4567_89ab, u128::MAX).to_string();
        assert_eq!(id, "01234567-89ab-7fff-bfff-ffffffffffff");
        assert!(CallId::new(1, u128::MAX) < CallId::new(2, 0), "later calls sort later");
        assert_eq!(CallId::parse(&id).map(|id| id.to_string()), Some(id.clone()));
        for text in ["", "01234567", &id.to_uppercase(), &id.replacen('7', "6", 2)] {
            assert_eq!(CallId::parse(text), None, "{text}");
        }
    }
}
