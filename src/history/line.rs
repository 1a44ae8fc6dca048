//! Entries as lines of JSON, as they are exported and read again:
//! `{"epoch":1,"seq":7,"at":1772593200000000,"fact":{"kind":"left",…}}`, with `"private":{…}` last where it is asked for.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::row::{Entry, Private, Row};
use crate::time::Wall;

/// An entry as it is written.
#[derive(Serialize)]
struct Written<'e> {
    epoch: u64,
    seq: u64,
    at: Wall,
    fact: &'e Fact,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<&'e Private>,
}

/// An entry as it is read.
#[derive(Deserialize)]
struct Read {
    epoch: u64,
    seq: u64,
    at: Wall,
    fact: Fact,
    #[serde(default)]
    private: Option<Private>,
}

impl Entry {
    /// The entry as one line of JSON, without an end of line; what belongs to a person only where `private` says so.
    ///
    /// # Errors
    ///
    /// None of our own: a fact can always be written.
    pub fn to_line(&self, private: bool) -> serde_json::Result<String> {
        let Self { epoch, seq, row } = self;
        let private = row.private.as_ref().filter(|_| private);
        let (epoch, seq) = (*epoch, *seq);
        serde_json::to_string(&Written { epoch, seq, at: row.at, fact: &row.fact, private })
    }

    /// Reads what [`to_line`](Self::to_line) writes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with its column.
    pub fn from_line(line: &[u8]) -> serde_json::Result<Self> {
        // Whether it is text is looked at once, not for each word of it.
        let Read { epoch, seq, at, fact, private } = match std::str::from_utf8(line) {
            Ok(text) => serde_json::from_str(text)?,
            Err(_) => serde_json::from_slice(line)?,
        };
        Ok(Self { epoch, seq, row: Row { at, fact, private } })
    }
}
