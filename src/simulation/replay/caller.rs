//! What the caller did, tied to what they did it to.

use std::collections::{BTreeMap, VecDeque};

use crate::call::{
    CallJournal, EndedBy, HangupCause, JournalEntry, JournalEvent, JournalOther, JournalQueue,
    RecordingEnd, Symbol,
};
use crate::session::STOP_GRACE;
use crate::time::{Duration, Instant};

/// What a caller can react to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cue {
    /// The offer of the call.
    Offered,
    Answered,
    Asked,
    Heard,
    Silent,
    Taped,
    Asks,
    Talks,
    TalkEnded,
}

/// A cue by its place: after so many questions, the n-th of its kind.
type Place = (usize, Cue, usize);

/// What a caller does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    Press(Symbol),
    Say(String),
    HangUp(HangupCause),
    /// Not the caller's own: the line breaks.
    Lose(EndedBy, HangupCause),
    /// Not the caller's own: nothing of what is played can be heard.
    Unheard,
    /// Not the caller's own: the node ends the call, politely (`true`) or at once.
    Close(bool, HangupCause),
}

/// A deed and what it answers.
#[derive(Debug, Clone)]
struct Tied {
    deed: Deed,
    cue: Place,
    /// How long after the cue.
    after: Duration,
    /// How long after the question was put.
    after_question: Duration,
    /// How long after the deed before.
    gap: Duration,
}

/// The cues of a call in time, as they come.
#[derive(Debug, Clone)]
pub(super) struct Cues {
    questions: usize,
    times: BTreeMap<Place, Instant>,
    /// How many of each kind there were since the last question.
    counts: BTreeMap<Cue, usize>,
    last: Place,
    question_at: Instant,
}

impl Cues {
    pub(super) fn new() -> Self {
        let offered = (0, Cue::Offered, 0);
        Self {
            questions: 0,
            times: [(offered, Instant::ZERO)].into(),
            counts: BTreeMap::new(),
            last: offered,
            question_at: Instant::ZERO,
        }
    }

    pub(super) fn take(&mut self, entry: &JournalEntry) {
        let Some(cue) = cue(&entry.event) else { return };
        let at = Instant::ZERO + entry.at;
        if cue == Cue::Asked {
            self.questions += 1;
            self.counts.clear();
            self.question_at = at;
        }
        let count = self.counts.entry(cue).or_default();
        self.last = (self.questions, cue, *count);
        *count += 1;
        self.times.insert(self.last, at);
    }
}

fn cue(event: &JournalEvent) -> Option<Cue> {
    Some(match event {
        JournalEvent::Answered => Cue::Answered,
        JournalEvent::Asked { .. } => Cue::Asked,
        JournalEvent::Heard { .. } => Cue::Heard,
        JournalEvent::Silent => Cue::Silent,
        JournalEvent::Taped => Cue::Taped,
        JournalEvent::Enqueued { .. }
        | JournalEvent::Rang { .. }
        | JournalEvent::Requested { .. } => Cue::Asks,
        JournalEvent::Queue(JournalQueue::Connected { .. })
        | JournalEvent::Other(
            JournalOther::Answered | JournalOther::Transferred | JournalOther::Returned(_),
        ) => Cue::Talks,
        JournalEvent::Other(
            JournalOther::Ended | JournalOther::Lost | JournalOther::Transferring,
        ) => Cue::TalkEnded,
        JournalEvent::Entered { .. }
        | JournalEvent::Left { .. }
        | JournalEvent::Key { .. }
        | JournalEvent::Said { .. }
        | JournalEvent::Recorded { .. }
        | JournalEvent::PlayFailed
        | JournalEvent::Replied(_)
        | JournalEvent::Queue(_)
        | JournalEvent::Other(_)
        | JournalEvent::Closed { .. }
        | JournalEvent::Aborted { .. }
        | JournalEvent::Ended { .. } => return None,
    })
}

/// What stands for words that the flow understood nothing of.
const NOTHING: &str = "zzq";

fn deed(event: &JournalEvent, hung_up: bool) -> Option<Deed> {
    Some(match event {
        JournalEvent::Key { key } => Deed::Press(*key),
        JournalEvent::Said { words, phrase } => Deed::Say(match phrase {
            Some(phrase) => phrase.to_string(),
            None => vec![NOTHING; usize::try_from(*words).unwrap_or(1).clamp(1, 60)].join(" "),
        }),
        JournalEvent::PlayFailed => Deed::Unheard,
        JournalEvent::Closed { cause } => Deed::Close(true, *cause),
        JournalEvent::Aborted { cause } => Deed::Close(false, *cause),
        JournalEvent::Ended { by: EndedBy::Caller, cause } => Deed::HangUp(*cause),
        // Where we hung up, the end of the leg is only its echo.
        JournalEvent::Ended { by, cause } if !hung_up => Deed::Lose(*by, *cause),
        JournalEvent::Ended { .. }
        | JournalEvent::Entered { .. }
        | JournalEvent::Left { .. }
        | JournalEvent::Asked { .. }
        | JournalEvent::Heard { .. }
        | JournalEvent::Silent
        | JournalEvent::Enqueued { .. }
        | JournalEvent::Rang { .. }
        | JournalEvent::Requested { .. }
        | JournalEvent::Taped
        | JournalEvent::Answered
        | JournalEvent::Recorded { .. }
        | JournalEvent::Replied(_)
        | JournalEvent::Queue(_)
        | JournalEvent::Other(_) => return None,
    })
}

/// The caller of a journal, at work on another call.
#[derive(Debug)]
pub(super) struct Caller {
    deeds: VecDeque<Tied>,
    done_at: Instant,
}

impl Caller {
    pub(super) fn of(journal: &CallJournal) -> Self {
        let mut cues = Cues::new();
        let mut deeds = VecDeque::new();
        let mut before = Instant::ZERO;
        let hung_up = |cause: HangupCause| {
            !matches!(
                cause,
                HangupCause::AdapterLost | HangupCause::MediaLost | HangupCause::Unreachable
            )
        };
        // The key that ended a recording may be told after the recording's own end, when all has gone on already.
        let mut ended: Option<(Place, Instant)> = None;
        for entry in &journal.events {
            if let JournalEvent::Recorded { end: RecordingEnd::Key, .. } = &entry.event {
                ended = Some((cues.last, Instant::ZERO + entry.at));
            }
            cues.take(entry);
            let ours = match &entry.event {
                JournalEvent::Ended { cause, .. } => hung_up(*cause),
                _ => false,
            };
            let Some(deed) = deed(&entry.event, ours) else { continue };
            let at = Instant::ZERO + entry.at;
            let is_key = matches!(deed, Deed::Press(_));
            let ended = ended.take().filter(|(_, end)| is_key && at.since(*end) <= STOP_GRACE);
            let cue = ended.map_or(cues.last, |(cue, _)| cue);
            let cue_at = cues.times.get(&cue).copied().unwrap_or_default();
            deeds.push_back(Tied {
                deed,
                cue,
                after: at.since(cue_at),
                after_question: at.since(cues.question_at),
                gap: at.since(before),
            });
            before = at;
        }
        Self { deeds, done_at: Instant::ZERO }
    }

    /// When the next deed is due, if it can be known by now. `silent` = the caller is asked, and nothing plays.
    pub(super) fn due(&self, cues: &Cues, silent: bool, now: Instant) -> Option<Instant> {
        let next = self.deeds.front()?;
        let question = next.cue.0;
        let due = match cues.times.get(&next.cue) {
            Some(cue_at) => *cue_at + next.after,
            // What it was tied to does not come any more: as fast as it was done after the deed before.
            None if cues.questions > question => self.done_at + next.gap.min(next.after),
            None if cues.questions == question && silent => cues.question_at + next.after_question,
            None => return None,
        };
        Some(due.max(now))
    }

    /// Whether the next deed was done into something that played.
    pub(super) fn interrupts(&self) -> bool {
        self.deeds.front().is_some_and(|next| next.cue.1 == Cue::Heard)
    }

    /// Takes the next deed, which is done now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Deed> {
        self.done_at = now;
        self.deeds.pop_front().map(|tied| tied.deed)
    }
}
