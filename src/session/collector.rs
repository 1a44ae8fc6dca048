//! One entry of keys, from prompt to result (behaviours: collect state machine).
//!
//! ```text
//!              first key                 first key
//! Prompting ───────────────┐     ┌──────────────────── WaitingFirst
//!     │ prompt ended       ▼     ▼                          ▲  │ timeout
//!     └──────────────────▶ Collecting ── erase ─────────────┘  ▼
//!                            │ complete, wrong key,         no_input
//!                            ▼ between_digits or max_time
//!                          result
//! ```
//!
//! The collector knows keys and times, not prompts, retries or nodes.

use std::fmt;

use crate::call::{Digits, Symbol, SymbolSet};
use crate::flow::Entry;
use crate::time::{Duration, Instant};

/// What an answer may look like and how long it may take.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// Answers that are named by keys: choices first, commands after, so that a choice wins.
    pub(super) keyed: Vec<(Digits, Pick)>,
    /// Whether free digits are the answer.
    pub(super) entry: Option<Entry>,
    /// The key that clears a free entry.
    pub(super) erase: Option<Symbol>,
    /// The key that ends an entry early.
    pub(super) end: Option<Symbol>,
    /// Silence before the first key.
    pub(super) timeout: Duration,
    /// Silence between keys.
    pub(super) between_digits: Duration,
    /// A cap on the entry from its first key.
    pub(super) max_time: Option<Duration>,
}

/// What was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pick {
    /// The n-th choice of a menu.
    Choice(usize),
    /// The n-th entry of a FAQ.
    FaqEntry(usize),
    /// "Yes", where the question is built in.
    Yes,
    /// "No", where the question is built in.
    No,
    /// The n-th command of the node.
    Command(usize),
}

impl Pick {
    const fn is_command(self) -> bool {
        matches!(self, Self::Command(_))
    }
}

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The entry goes on.
    Pending,
    /// A choice or command was picked.
    Picked(Pick),
    /// A free entry is complete. `full` = the most keys were given, so a trailing terminator is swallowed.
    Entered {
        /// The value, without its terminator.
        value: Digits,
        /// Whether it ended by length.
        full: bool,
    },
    /// The entry was cleared by the erase key.
    Erased,
    /// The keys are no answer.
    NoMatch(&'static str),
    /// Nothing came in time.
    NoInput,
}

/// One entry in time.
#[derive(Debug, Clone)]
pub(super) struct Collector {
    rules: Rules,
    phase: Phase,
}

#[derive(Clone)]
enum Phase {
    Prompting,
    WaitingFirst { until: Instant },
    Collecting { keys: Digits, last: Instant, cap: Option<Instant> },
}

impl fmt::Debug for Phase {
    /// Leaves the keys out, even how many there are: they may be a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompting => f.write_str("Prompting"),
            Self::WaitingFirst { until } => write!(f, "WaitingFirst until {until}"),
            Self::Collecting { last, .. } => write!(f, "Collecting, last key at {last}"),
        }
    }
}

impl Collector {
    pub(super) const fn new(rules: Rules) -> Self {
        Self { rules, phase: Phase::Prompting }
    }

    /// The prompt fell silent at `audible_end`: the first-key timer runs from there.
    pub(super) fn prompt_ended(&mut self, audible_end: Instant) {
        if matches!(self.phase, Phase::Prompting) {
            self.phase = Phase::WaitingFirst { until: audible_end + self.rules.timeout };
        }
    }

    /// When the entry must be looked at again.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Prompting => None,
            Phase::WaitingFirst { until } => Some(*until),
            Phase::Collecting { last, cap, .. } => {
                let between = *last + self.rules.between_digits;
                Some(cap.map_or(between, |cap| cap.min(between)))
            }
        }
    }

    /// Whether keys have been taken: speech is no longer listened for.
    pub(super) const fn has_keys(&self) -> bool {
        matches!(self.phase, Phase::Collecting { .. })
    }

    /// The answers that are named by keys, and the form of a free one.
    pub(super) fn answers(&self) -> (&[(Digits, Pick)], Option<Entry>) {
        (&self.rules.keyed, self.rules.entry)
    }

    /// The keys that may begin an answer, for prompts that only a match stops.
    pub(super) fn first_keys(&self) -> SymbolSet {
        let free = self.rules.entry.is_some();
        (0..10)
            .filter_map(|code| Symbol::from_event_code(code).filter(|_| free))
            .chain(self.rules.keyed.iter().filter_map(|(keys, _)| keys.as_slice().first().copied()))
            .collect()
    }

    /// Takes one key, pressed at `at`.
    pub(super) fn key(&mut self, symbol: Symbol, at: Instant) -> Outcome {
        let (mut keys, cap) = match std::mem::replace(&mut self.phase, Phase::Prompting) {
            Phase::Prompting | Phase::WaitingFirst { .. } => {
                (Digits::new(), self.rules.max_time.map(|max| at + max))
            }
            Phase::Collecting { keys, cap, .. } => (keys, cap),
        };
        let outcome = match self.rules.entry {
            Some(entry) => self.entry_key(&entry, &mut keys, symbol),
            None => self.keyed_key(&mut keys, symbol),
        };
        match &outcome {
            Outcome::Erased => self.phase = Phase::Prompting,
            _ => self.phase = Phase::Collecting { keys, last: at, cap },
        }
        outcome
    }

    /// Time has passed; says what came of it at `now`.
    pub(super) fn tick(&mut self, now: Instant) -> Outcome {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Outcome::Pending;
        }
        match &self.phase {
            Phase::Prompting => Outcome::Pending,
            Phase::WaitingFirst { .. } => Outcome::NoInput,
            Phase::Collecting { keys, .. } => match self.rules.entry {
                Some(entry) => self.entry_complete(&entry, keys, "incomplete"),
                None => self.exact(keys).map_or(Outcome::NoMatch("incomplete"), Outcome::Picked),
            },
        }
    }

    fn keyed_key(&self, keys: &mut Digits, symbol: Symbol) -> Outcome {
        let mut next = keys.clone();
        next.push(symbol);
        let longer =
            |(option, _): &&(Digits, Pick)| option.starts_with(&next) && option.len() > next.len();
        let continues = self.rules.keyed.iter().any(|(option, _)| option.starts_with(&next));
        if continues {
            let waits = self.rules.keyed.iter().any(|option| longer(&option));
            *keys = next;
            return match self.exact(keys) {
                Some(pick) if !waits => Outcome::Picked(pick),
                _ => Outcome::Pending,
            };
        }
        if Some(symbol) == self.rules.end && !keys.is_empty() {
            return self.exact(keys).map_or(Outcome::NoMatch("incomplete"), Outcome::Picked);
        }
        if let Some(command) = self.command(symbol) {
            return Outcome::Picked(command);
        }
        *keys = next;
        Outcome::NoMatch("wrong_key")
    }

    fn entry_key(&self, entry: &Entry, keys: &mut Digits, symbol: Symbol) -> Outcome {
        if Some(symbol) == self.rules.erase && !keys.is_empty() {
            keys.wipe();
            return Outcome::Erased;
        }
        if Some(symbol) == self.rules.end {
            return match self.command(symbol) {
                Some(command) if keys.is_empty() => Outcome::Picked(command),
                _ if keys.is_empty() && entry.min_length > 0 => Outcome::NoMatch("empty"),
                _ => self.entry_complete(entry, keys, "too_short"),
            };
        }
        if symbol.is_digit() && keys.len() < entry.max_length {
            keys.push(symbol);
            return if keys.len() == entry.max_length {
                Outcome::Entered { value: keys.clone(), full: true }
            } else {
                Outcome::Pending
            };
        }
        if let Some(command) = self.command(symbol) {
            return Outcome::Picked(command);
        }
        if Some(symbol) == self.rules.erase {
            return Outcome::Erased;
        }
        Outcome::NoMatch("wrong_key")
    }

    /// The entry ends before its greatest length. `0` alone, where two keys are asked for, is the command `0`.
    fn entry_complete(&self, entry: &Entry, keys: &Digits, short: &'static str) -> Outcome {
        if let ([only], true) = (keys.as_slice(), entry.min_length >= 2)
            && only.as_char() == '0'
            && let Some(command) = self.command(*only)
        {
            return Outcome::Picked(command);
        }
        if keys.len() < entry.min_length {
            return Outcome::NoMatch(short);
        }
        Outcome::Entered { value: keys.clone(), full: false }
    }

    fn exact(&self, keys: &Digits) -> Option<Pick> {
        self.rules.keyed.iter().find(|(option, _)| option == keys).map(|(_, pick)| *pick)
    }

    fn command(&self, symbol: Symbol) -> Option<Pick> {
        let is_it = |keys: &Digits| keys.as_slice() == [symbol];
        self.rules
            .keyed
            .iter()
            .find(|(keys, pick)| pick.is_command() && is_it(keys))
            .map(|(_, pick)| *pick)
    }
}

#[cfg(test)]
mod tests;
