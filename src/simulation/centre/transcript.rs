//! What was heard in a day: hashed as it comes, its last lines kept.

use std::collections::VecDeque;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::simulation::Heard;

/// How many of the last lines are kept for a failure.
pub const TAIL_LINES: usize = 60;

/// A transcript of which only the hash and the end are kept.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    hash: Sha256,
    tail: VecDeque<String>,
    lines: u64,
}

impl Transcript {
    /// Takes in one thing: every word of it counts for the hash, a record as it would be written.
    pub(super) fn add(&mut self, heard: &Heard) {
        let line = match heard {
            Heard::Notice(at, notice) => Some(format!("{at:>9}  -- {notice}")),
            Heard::Record(record) => {
                // A record can always be written; what cannot would be missing in every run alike.
                let written = serde_json::to_string(record).unwrap_or_default();
                self.hash.update(written.as_bytes());
                heard.line()
            }
            Heard::Command(..)
            | Heard::Report(..)
            | Heard::Request(..)
            | Heard::Journal(_)
            | Heard::Fact(..) => heard.line(),
        };
        if let Some(line) = line {
            self.line(line);
        }
    }

    /// Takes in one line.
    pub(super) fn line(&mut self, line: String) {
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.lines += 1;
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    /// How many lines there were.
    pub(super) const fn lines(&self) -> u64 {
        self.lines
    }

    /// The SHA-256 of everything so far, as 64 hexadecimal digits.
    pub(super) fn fingerprint(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.hash.clone().finalize() {
            // Writing to a string cannot fail.
            if write!(text, "{byte:02x}").is_err() {
                break;
            }
        }
        text
    }

    /// The last lines.
    pub(super) fn tail(&self) -> Vec<String> {
        self.tail.iter().cloned().collect()
    }
}
