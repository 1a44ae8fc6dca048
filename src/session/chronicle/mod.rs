//! The call journal as it grows: what the call is told and where that leads, without anything that belongs to people.
//!
//! A key is noted as a stand-in that no question takes. Only once a node has taken it is it written down, and then as
//! the node's class allows: keys of public questions as they were pressed, entries of personal and secret ones as other
//! digits of the same length with the same verdict. What a caller says is written in the flow's own words or only
//! counted, what services answer by the class of the variable that it goes to. Nothing of an original is kept here.

mod keys;
mod note;
mod reply;
mod stand_in;
mod words;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{
    CallJournal, Digits, Item, JOURNAL_VERSION, JournalEntry, JournalEvent, JournalPrompt, Origin,
    Symbol, SymbolSet, mask_number,
};
use crate::flow::{Bargein, Flow, MAX_ENTRY};
use crate::interpreter::StandIns;
use crate::session::Session;
use crate::session::journal::Journal;
use crate::time::{Instant, Wall};

use keys::Open;
use stand_in::Chance;

/// The most events that a journal lists; later ones are left out and counted, except the end of the call.
pub const MAX_EVENTS: usize = 4_000;

/// The journal of one call in time.
#[derive(Debug, Clone)]
pub(super) struct Chronicle {
    /// The flow that took the call.
    flow: Arc<Flow>,
    /// The wall-clock time of the offer.
    wall: Wall,
    offered_at: Instant,
    /// The time of the present step.
    pub(super) now: Instant,
    events: Vec<JournalEntry>,
    left_out: u32,
    /// The question that takes keys now.
    open: Option<Open>,
    /// The last keys pressed in a queue, which may have taken its offer.
    in_line: VecDeque<Mark>,
    /// What stands for values that belong to people, by the variables that they came into.
    stand_ins: StandIns,
    chance: Chance,
}

/// Where a key is noted, so that it can be written down once a node has taken it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    place: Option<usize>,
    /// Keys that would have done something where it was pressed, which it did not.
    not: SymbolSet,
}

impl Mark {
    /// The mark of a key that was none of these.
    pub(super) const fn none_of(self, not: SymbolSet) -> Self {
        Self { not, ..self }
    }
}

impl Chronicle {
    /// Notes that something happened now.
    pub(super) fn note(&mut self, event: JournalEvent) {
        self.note_marked(event);
    }

    fn note_marked(&mut self, event: JournalEvent) -> Mark {
        let last = matches!(event, JournalEvent::Ended { .. });
        if self.events.len() >= MAX_EVENTS && !last {
            self.left_out = self.left_out.saturating_add(1);
            return Mark::default();
        }
        let at = self.now.since(self.offered_at);
        self.events.push(JournalEntry { at, event });
        Mark { place: Some(self.events.len() - 1), not: SymbolSet::NONE }
    }

    /// Notes a key that no node has taken yet.
    fn key(&mut self) -> Mark {
        self.note_marked(JournalEvent::Key { key: stand_in::UNKNOWN })
    }

    /// A key was taken, and this may be written of it.
    pub(super) fn took(&mut self, mark: Mark, shown: Symbol) {
        if let Some(entry) = mark.place.and_then(|place| self.events.get_mut(place))
            && let JournalEvent::Key { key } = &mut entry.event
        {
            *key = shown;
        }
    }

    /// Prompts begin to sound.
    fn heard<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        let mut prompts: Vec<JournalPrompt> = Vec::new();
        for item in items {
            let same =
                |last: &JournalPrompt| last.prompt == item.prompt && last.language == item.language;
            if !prompts.last().is_some_and(same) {
                prompts.push(JournalPrompt {
                    language: item.language.clone(),
                    prompt: item.prompt.clone(),
                });
            }
        }
        if !prompts.is_empty() {
            self.note(JournalEvent::Heard { prompts });
        }
    }
}

impl Journal {
    /// Notes a key that no node has taken yet.
    pub(super) fn key(&mut self) -> Mark {
        self.chronicle.as_mut().map(|chronicle| chronicle.key()).unwrap_or_default()
    }

    /// A key was taken, and this may be written of it.
    pub(super) fn took(&mut self, mark: Mark, shown: Symbol) {
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.took(mark, shown);
        }
    }

    /// The open question takes a key.
    pub(super) fn holds(&mut self, mark: Mark, symbol: Symbol) {
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.holds(mark, symbol);
        }
    }

    /// A key was pressed in a queue.
    pub(super) fn pressed_in_line(&mut self, mark: Mark) {
        if let Some(chronicle) = &mut self.chronicle {
            if chronicle.in_line.len() == MAX_ENTRY {
                chronicle.in_line.pop_front();
            }
            chronicle.in_line.push_back(mark);
        }
    }

    /// The keys that took the offer of a queue are those pressed last.
    pub(super) fn took_last(&mut self, keys: &Digits) {
        if let Some(chronicle) = &mut self.chronicle {
            let marks = std::mem::take(&mut chronicle.in_line);
            for (mark, symbol) in marks.iter().rev().zip(keys.as_slice().iter().rev()) {
                chronicle.took(*mark, *symbol);
            }
        }
    }

    /// Parts of prompts begin to sound.
    pub(super) fn heard(&mut self, parts: &[(Bargein, Vec<Item>)]) {
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.heard(parts.iter().flat_map(|(_, items)| items));
        }
    }
}

impl Session {
    /// From here on a journal is kept; `wall` is the wall-clock time now. For a session that has only just begun.
    pub fn keep_journal(&mut self, wall: Wall) {
        let offered_at = self.journal.offered_at;
        self.journal.chronicle = Some(Box::new(Chronicle {
            flow: self.program.flow.clone(),
            wall,
            offered_at,
            now: offered_at,
            events: Vec::new(),
            left_out: 0,
            open: None,
            in_line: VecDeque::new(),
            stand_ins: StandIns::new(),
            chance: Chance::of(self.arrival.id),
        }));
    }

    /// The journal as far as the call has come; empty where none is kept.
    #[must_use]
    pub fn journal_events(&self) -> &[JournalEntry] {
        self.journal.chronicle.as_ref().map_or(&[], |chronicle| &chronicle.events)
    }

    /// Takes the journal out, when the call is over; `None` where none is kept, and the second time.
    pub fn take_journal(&mut self) -> Option<CallJournal> {
        let chronicle = self.journal.chronicle.take()?;
        let Origin { called, caller, asserted, trunk, diverted_from } = &self.arrival.origin;
        let masked = |number: &Option<Arc<str>>| number.as_deref().map(|n| mask_number(n).into());
        Some(CallJournal {
            v: JOURNAL_VERSION,
            call: self.arrival.id,
            flow: chronicle.flow.id.clone(),
            flow_hash: chronicle.flow.hash.clone(),
            called: called.clone(),
            caller: masked(&caller.number),
            named: caller.name.is_some(),
            asserted: *asserted,
            trunk: trunk.clone(),
            diverted_from: masked(diverted_from),
            dtmf: self.arrival.dtmf,
            adapter: self.arrival.adapter.clone(),
            started: chronicle.wall,
            events: chronicle.events,
            left_out: chronicle.left_out,
        })
    }
}
