//! What is playing: parts of one node's prompts, each with its own barge-in rule.
//!
//! Every part is one `Play` command, sent at once so that the adapter leaves no gap. A part leaves the list when
//! its end is reported or when it is stopped here; reports of parts that are no longer listed are stale.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bug::{self, Bug};
use crate::call::{CommandKind, Item, Language, Play, PlayId, PromptId, SymbolSet};
use crate::flow::{Bargein, Piece, Prompt, Slot};
use crate::time::{Duration, Instant};

/// The longest that a part may go unreported before it counts as ended: an adapter's fault must not stall a call.
pub const PLAY_LIMIT: Duration = Duration::from_mins(15);

/// How long a play that its adapter stopped waits for the reason: the key that stopped it, or the end of the leg.
pub const STOP_GRACE: Duration = Duration::from_millis(100);

/// Parts still to be heard, the playing one in front.
#[derive(Debug, Clone, Default)]
pub(super) struct Playback {
    parts: VecDeque<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    id: PlayId,
    bargein: Bargein,
    prompts: Vec<PromptId>,
    since: Instant,
    /// When it counts as ended although nobody said so.
    limit: Instant,
    /// Whether nothing of it could be heard.
    failed: bool,
}

/// What a key does to the playing prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interruption {
    /// Nothing plays: the key is an answer.
    Silent,
    /// The prompts were stopped: the key is an answer.
    Stopped,
    /// What plays must be heard, or what follows must: the key is dropped.
    Dropped,
    /// What plays goes on and the key is not for it (barge-in `words`).
    Ignored,
}

/// Prompts grouped into parts of one barge-in rule each; `slot` reads a value aloud.
pub(super) fn group<'p>(
    prompts: impl IntoIterator<Item = &'p Arc<Prompt>>,
    default: Bargein,
    language: &Language,
    mut slot: impl FnMut(&Slot, &PromptId, &Language) -> Vec<Item>,
) -> Vec<(Bargein, Vec<Item>)> {
    let mut parts: Vec<(Bargein, Vec<Item>)> = Vec::new();
    for prompt in prompts {
        let bargein = prompt.bargein.unwrap_or(default);
        let items = prompt.pieces(language).flat_map(|(language, piece)| match piece {
            Piece::Words(item) => vec![item.clone()],
            Piece::Slot(value) => slot(value, &prompt.id, language),
        });
        match parts.last_mut() {
            Some((last, list)) if *last == bargein => list.extend(items),
            _ => parts.push((bargein, items.collect())),
        }
    }
    parts.retain(|(_, items)| !items.is_empty());
    parts
}

impl Playback {
    /// Plays parts; `match_keys` are the keys that begin a valid answer.
    pub(super) fn start(
        parts: Vec<(Bargein, Vec<Item>)>,
        match_keys: SymbolSet,
        now: Instant,
        numbers: &mut PlayNumbers,
    ) -> (Self, Vec<CommandKind>) {
        let mut playback = Self::default();
        let mut commands = Vec::with_capacity(parts.len());
        for (bargein, items) in parts {
            let id = numbers.next();
            let stop_on = match bargein {
                Bargein::Any => SymbolSet::ALL,
                Bargein::Match => match_keys,
                Bargein::None => SymbolSet::NONE,
            };
            let prompts = items.iter().map(|item| item.prompt.clone()).collect();
            playback.parts.push_back(Part {
                id,
                bargein,
                prompts,
                since: now,
                limit: now + PLAY_LIMIT,
                failed: false,
            });
            commands.push(CommandKind::Play(Play { id, items, stop_on }));
        }
        (playback, commands)
    }

    pub(super) fn is_playing(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The prompt that plays and for how long its part has.
    pub(super) fn playing(&self, now: Instant) -> Option<(&PromptId, Duration)> {
        let part = self.parts.front()?;
        Some((part.prompts.first()?, now.since(part.since)))
    }

    /// The part that plays, and since when.
    pub(super) fn front(&self) -> Option<(PlayId, Instant)> {
        self.parts.front().map(|part| (part.id, part.since))
    }

    /// When the playing part counts as ended although nobody said so.
    pub(super) fn limit(&self) -> Option<Instant> {
        self.parts.front().map(|part| part.limit)
    }

    /// Takes note that a play ended, and with it those before it. Returns whether that was the last part.
    pub(super) fn ended(&mut self, id: PlayId, now: Instant) -> bool {
        let Some(place) = self.parts.iter().position(|part| part.id == id) else { return false };
        self.parts.drain(..=place);
        if let Some(next) = self.parts.front_mut() {
            let cut = next.failed || next.limit < next.since + PLAY_LIMIT;
            next.since = now;
            next.limit = now + if cut { STOP_GRACE } else { PLAY_LIMIT };
        }
        self.parts.is_empty()
    }

    /// The adapter stopped a part by itself: a key did, or the leg is ending. Either is about to be told.
    pub(super) fn stopped(&mut self, id: PlayId, now: Instant) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.id == id) {
            part.limit = now + STOP_GRACE;
        }
    }

    /// The adapter could not play a part. Perhaps the leg is ending; else that is looked into after a short while.
    pub(super) fn failed(&mut self, id: PlayId, now: Instant) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.id == id) {
            part.failed = true;
            part.limit = now + STOP_GRACE;
        }
    }

    /// Whether the part in front could not be played, and that has been waited for.
    pub(super) fn has_failed(&self) -> bool {
        self.parts.front().is_some_and(|part| part.failed)
    }

    /// A key arrives. `valid` says whether it begins a valid answer.
    pub(super) fn interrupt(&mut self, valid: bool, stops: &mut Vec<CommandKind>) -> Interruption {
        match self.parts.front().map(|part| part.bargein) {
            None => Interruption::Silent,
            Some(Bargein::None) if !bug::is(Bug::NoticeCutShort) => Interruption::Dropped,
            Some(Bargein::Match) if !valid => Interruption::Ignored,
            Some(Bargein::Any | Bargein::Match | Bargein::None) => {
                let cut =
                    |part: &Part| part.bargein != Bargein::None || bug::is(Bug::NoticeCutShort);
                while self.parts.front().is_some_and(cut) {
                    let Some(part) = self.parts.pop_front() else { break };
                    stops.push(CommandKind::Stop(part.id));
                }
                if self.parts.is_empty() { Interruption::Stopped } else { Interruption::Dropped }
            }
        }
    }

    /// Stops everything.
    pub(super) fn stop(&mut self) -> impl Iterator<Item = CommandKind> {
        std::mem::take(&mut self.parts).into_iter().map(|part| CommandKind::Stop(part.id))
    }

    /// Gives up on the part in front: its end was never reported.
    pub(super) fn give_up(&mut self, now: Instant) -> Option<CommandKind> {
        let id = self.parts.front()?.id;
        self.ended(id, now);
        Some(CommandKind::Stop(id))
    }
}

/// Numbers plays of one call, never twice the same.
#[derive(Debug, Clone, Default)]
pub(super) struct PlayNumbers(u64);

impl PlayNumbers {
    fn next(&mut self) -> PlayId {
        self.0 += 1;
        PlayId(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A question whose first part any key stops, then a tone that must be heard.
    fn question() -> Playback {
        let item = |name: &str| Item {
            prompt: PromptId::from(name),
            language: Language::from("en"),
            sound: None,
            text: name.into(),
        };
        let parts = vec![(Bargein::Any, vec![item("words")]), (Bargein::None, vec![item("beep")])];
        Playback::start(parts, SymbolSet::NONE, Instant::ZERO, &mut PlayNumbers::default()).0
    }

    #[test]
    fn the_end_of_a_part_ends_those_before_it() {
        let mut playback = question();
        // Nobody says why the first part was stopped, and the second is short.
        playback.stopped(PlayId(1), Instant::ZERO);
        assert!(playback.ended(PlayId(2), Instant::ZERO), "nothing is left to be heard");
        assert!(!playback.ended(PlayId(1), Instant::ZERO), "a word that comes late is stale");
    }

    #[test]
    fn parts_that_their_adapter_stopped_are_not_waited_for() {
        let mut playback = question();
        playback.stopped(PlayId(1), Instant::ZERO);
        playback.stopped(PlayId(2), Instant::ZERO);
        let soon = Instant::ZERO + STOP_GRACE;
        assert_eq!(playback.limit(), Some(soon));
        playback.give_up(soon);
        assert_eq!(playback.limit(), Some(soon + STOP_GRACE));
    }

    #[test]
    fn a_part_that_failed_is_not_waited_for_once_the_one_before_it_is_stopped() {
        let mut playback = question();
        playback.failed(PlayId(2), Instant::ZERO);
        assert_eq!(playback.limit(), Some(Instant::ZERO + PLAY_LIMIT), "the first part plays on");
        playback.interrupt(false, &mut Vec::new());
        assert!(playback.has_failed());
        assert_eq!(playback.limit(), Some(Instant::ZERO + STOP_GRACE));
    }
}
