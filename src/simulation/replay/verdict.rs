//! What is to be said of a call that was held once more.
//!
//! Compared is what the caller would notice: the nodes, the questions, what was asked of others, the end, and the
//! prompts. Not compared are the names of outcomes that lead the same way, times, and words that only fill a wait: how often they are said depends on
//! how long it lasts.

use std::fmt;

use crate::call::{EndedBy, HangupCause, JournalEntry, JournalEvent, JournalOther, NodeId};
use crate::time::Duration;

/// The kinds of verdict, from nothing to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing is different.
    Same,
    /// The same way, but somewhere the caller hears something else.
    OtherPrompt,
    /// Another way to the same end.
    Diverged,
    /// Another way to another end.
    OtherEnd,
    /// What the caller pressed or said is no answer any more.
    NotUnderstood,
}

/// All kinds, in the order in which they are told.
pub const KINDS: [Kind; 5] =
    [Kind::Same, Kind::OtherPrompt, Kind::OtherEnd, Kind::NotUnderstood, Kind::Diverged];

impl Kind {
    /// Its name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::OtherPrompt => "other prompt",
            Self::Diverged => "diverged",
            Self::OtherEnd => "other end",
            Self::NotUnderstood => "input no longer understood",
        }
    }
}

/// Two calls side by side: what is the same in both in one row, what only one of them has in rows of their own.
#[must_use]
pub fn pairs<'a>(
    was: &'a [JournalEntry],
    is: &'a [JournalEntry],
) -> Vec<(Option<&'a JournalEntry>, Option<&'a JournalEntry>)> {
    let same = |(a, b): &(&JournalEntry, &JournalEntry)| match (&a.event, &b.event) {
        // The same person at work: what is shown of a key is a stand-in on the right.
        (JournalEvent::Key { .. }, JournalEvent::Key { .. })
        | (JournalEvent::Said { .. }, JournalEvent::Said { .. })
        | (JournalEvent::Replied(_), JournalEvent::Replied(_))
        | (JournalEvent::Recorded { .. }, JournalEvent::Recorded { .. }) => true,
        (a, b) => alike(a, b),
    };
    let front = was.iter().zip(is).take_while(same).count();
    let (old, new) = (was.get(front..).unwrap_or_default(), is.get(front..).unwrap_or_default());
    let back = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let split = |list: &'a [JournalEntry]| list.split_at(list.len() - back);
    let ((old, old_end), (new, new_end)) = (split(old), split(new));
    let both = |(a, b): (&'a JournalEntry, &'a JournalEntry)| (Some(a), Some(b));
    let mut rows: Vec<_> = was.iter().zip(is).take(front).map(both).collect();
    rows.extend(old.iter().map(|entry| (Some(entry), None)));
    rows.extend(new.iter().map(|entry| (None, Some(entry))));
    rows.extend(old_end.iter().zip(new_end).map(both));
    rows
}

/// Where two calls part.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The node; `None` before the first.
    pub node: Option<NodeId>,
    /// When, in the call as it was, since its offer.
    pub at: Duration,
    /// What happened in the call as it was; `None` = it was over.
    pub was: Option<JournalEvent>,
    /// What happens with the candidate; `None` = it is over.
    pub is: Option<JournalEvent>,
}

/// What is to be said of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Its kind.
    pub kind: Kind,
    /// Where it parts from the call as it was; `None` = nowhere.
    pub at: Option<Moment>,
}

/// How many calls there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    counts: [usize; KINDS.len()],
}

impl Totals {
    /// Counts one call.
    pub fn add(&mut self, kind: Kind) {
        for (count, of) in self.counts.iter_mut().zip(KINDS) {
            *count += usize::from(of == kind);
        }
    }

    /// The kinds with their counts.
    pub fn counts(&self) -> impl Iterator<Item = (Kind, usize)> {
        KINDS.into_iter().zip(self.counts)
    }

    /// How many calls there are.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Whether every call is the same.
    #[must_use]
    pub fn are_same(&self) -> bool {
        self.counts().all(|(kind, count)| kind == Kind::Same || count == 0)
    }
}

impl Verdict {
    /// Compares a call as it was with what it would be.
    #[must_use]
    pub fn of(was: &[JournalEntry], is: &[JournalEntry]) -> Self {
        let (old, new) = (Course::of(was), Course::of(is));
        if let Some(at) = parting(&old.way, &new.way) {
            let kind = if was_answered(was, &old.way, &at) && is_missed(&at) {
                Kind::NotUnderstood
            } else if old.end == new.end {
                Kind::Diverged
            } else {
                Kind::OtherEnd
            };
            return Self { kind, at: Some(at) };
        }
        match parting(&old.heard, &new.heard) {
            Some(at) => Self { kind: Kind::OtherPrompt, at: Some(at) },
            None => Self { kind: Kind::Same, at: None },
        }
    }
}

/// One thing on the way of a call, with its node and its place in the journal.
#[derive(Debug, Clone)]
struct Point<'a> {
    node: Option<&'a NodeId>,
    place: usize,
    entry: &'a JournalEntry,
}

/// A call, as it is compared.
#[derive(Debug)]
struct Course<'a> {
    way: Vec<Point<'a>>,
    heard: Vec<Point<'a>>,
    end: Option<(Option<&'a NodeId>, bool, EndedBy, HangupCause)>,
}

impl<'a> Course<'a> {
    fn of(events: &'a [JournalEntry]) -> Self {
        let (mut way, mut heard) = (Vec::new(), Vec::new());
        let (mut node, mut end, mut talks) = (None, None, false);
        // How many more prompts count while something is waited for.
        let mut wait: Option<u32> = None;
        for (place, entry) in events.iter().enumerate() {
            let point = |node| Point { node, place, entry };
            match &entry.event {
                JournalEvent::Entered { node: entered } => {
                    (node, wait) = (Some(entered), None);
                    way.push(point(node));
                }
                JournalEvent::Left { .. } => {
                    wait = None;
                    way.push(point(node));
                }
                JournalEvent::Requested { .. } => {
                    wait = Some(0);
                    way.push(point(node));
                }
                JournalEvent::Enqueued { .. } | JournalEvent::Rang { .. } => {
                    wait = Some(1);
                    way.push(point(node));
                }
                JournalEvent::Asked { .. } | JournalEvent::Taped => way.push(point(node)),
                JournalEvent::Ended { by, cause } => {
                    end = Some((node, talks, *by, *cause));
                    way.push(point(node));
                }
                JournalEvent::Heard { .. } => {
                    if wait != Some(0) {
                        heard.push(point(node));
                    }
                    wait = wait.map(|left| left.saturating_sub(1));
                }
                JournalEvent::Queue(crate::call::JournalQueue::Connected { .. })
                | JournalEvent::Other(
                    JournalOther::Answered | JournalOther::Transferred | JournalOther::Returned(_),
                ) => talks = true,
                JournalEvent::Other(JournalOther::Held | JournalOther::Resumed) => {}
                JournalEvent::Other(
                    JournalOther::Failed(_)
                    | JournalOther::Ended
                    | JournalOther::Lost
                    | JournalOther::Transferring,
                ) => talks = false,
                JournalEvent::Silent
                | JournalEvent::Answered
                | JournalEvent::Key { .. }
                | JournalEvent::Said { .. }
                | JournalEvent::Recorded { .. }
                | JournalEvent::PlayFailed
                | JournalEvent::Replied(_)
                | JournalEvent::Queue(_)
                | JournalEvent::Closed { .. }
                | JournalEvent::Aborted { .. } => {}
            }
        }
        Self { way, heard, end }
    }
}

/// The first place where two lists differ.
fn parting(was: &[Point<'_>], is: &[Point<'_>]) -> Option<Moment> {
    let alike = |(a, b): &(&Point<'_>, &Point<'_>)| alike(&a.entry.event, &b.entry.event);
    let same = was.iter().zip(is).take_while(alike).count();
    let (old, new) = (was.get(same), is.get(same));
    if old.is_none() && new.is_none() {
        return None;
    }
    let node = old.or(was.last()).and_then(|point| point.node).cloned();
    let at = old.or(was.last()).map(|point| point.entry.at).unwrap_or_default();
    let event = |point: Option<&Point<'_>>| point.map(|point| point.entry.event.clone());
    Some(Moment { node, at, was: event(old), is: event(new) })
}

/// Whether two things are the same for the caller: what an outcome is called is not told to anybody.
fn alike(a: &JournalEvent, b: &JournalEvent) -> bool {
    match (a, b) {
        (
            JournalEvent::Left { node: a, outcome: by },
            JournalEvent::Left { node: b, outcome: other },
        ) => a == b && MISSED.contains(&&**by) == MISSED.contains(&&**other),
        _ => a == b,
    }
}

/// The outcomes of a question that was not answered.
const MISSED: [&str; 3] = ["failed", "unknown", "escape"];

/// Whether the call as it was went on from there because of a key or a word.
fn was_answered(events: &[JournalEntry], way: &[Point<'_>], at: &Moment) -> bool {
    let here = way
        .iter()
        .position(|point| point.entry.at == at.at && Some(&point.entry.event) == at.was.as_ref());
    let Some(here) = here else { return false };
    let before = here.checked_sub(1).and_then(|before| way.get(before));
    let asked = |point: &&Point<'_>| matches!(point.entry.event, JournalEvent::Asked { .. });
    if before.filter(asked).is_some_and(|before| before.entry.at == at.at) {
        // Left at the very moment at which it was put: answered by keys typed ahead.
        return true;
    }
    let from = before.map_or(0, |point| point.place);
    let to = way.get(here).map_or(events.len(), |point| point.place);
    let input = |entry: &JournalEntry| {
        matches!(entry.event, JournalEvent::Key { .. } | JournalEvent::Said { .. })
    };
    events.get(from..to).is_some_and(|between| between.iter().any(input))
}

/// Whether the question was answered in the call as it was, and is missed with the candidate.
fn is_missed(at: &Moment) -> bool {
    let Some(JournalEvent::Left { node, outcome }) = &at.was else { return false };
    let missed = |outcome: &str| MISSED.contains(&outcome);
    match &at.is {
        Some(JournalEvent::Asked { node: again }) => node == again && !missed(outcome),
        Some(JournalEvent::Left { node: left, outcome: by }) => {
            node == left && missed(by) && !missed(outcome)
        }
        _ => false,
    }
}

impl fmt::Display for Moment {
    /// `at main at 12.4 s: 3, now asked again`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some(node) => write!(f, "at `{node}` at {}", seconds(self.at))?,
            None => write!(f, "at {}", seconds(self.at))?,
        }
        write!(f, ": it {}", told(self.was.as_ref()))?;
        write!(f, ", now it {}", told(self.is.as_ref()))
    }
}

/// A time in a call, to the tenth of a second: `12.4 s`.
#[must_use]
pub fn seconds(at: Duration) -> String {
    let tenths = at.as_millis() / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// What happened, in words that follow "it".
#[must_use]
pub fn told(event: Option<&JournalEvent>) -> String {
    let Some(event) = event else { return "was over".to_owned() };
    match event {
        JournalEvent::Entered { node } => format!("went to `{node}`"),
        JournalEvent::Left { node, outcome } => format!("left `{node}` by `{outcome}`"),
        JournalEvent::Asked { node } => format!("asked `{node}`"),
        JournalEvent::Heard { prompts } => {
            let names: Vec<String> = prompts.iter().map(|prompt| format!("`{prompt}`")).collect();
            format!("said {}", names.join(" "))
        }
        JournalEvent::Enqueued { queue } => format!("waited in queue `{queue}`"),
        JournalEvent::Rang { to } => format!("rang `{to}`"),
        JournalEvent::Requested { what } => format!("asked `{what}`"),
        JournalEvent::Taped => "recorded the caller".to_owned(),
        JournalEvent::Ended { by: EndedBy::Caller, .. } => "was ended by the caller".to_owned(),
        JournalEvent::Ended { by: EndedBy::Agent, .. } => "was ended by the agent".to_owned(),
        JournalEvent::Ended { by: EndedBy::System, .. } => "was ended by us".to_owned(),
        JournalEvent::Silent => "had said all".to_owned(),
        JournalEvent::Answered => "was answered".to_owned(),
        JournalEvent::Key { key } => format!("took key `{key}`"),
        JournalEvent::Said { phrase: Some(phrase), .. } => format!("took the words `{phrase}`"),
        JournalEvent::Said { words, phrase: None } => format!("took {words} words for nothing"),
        JournalEvent::Recorded { lasted, .. } => format!("had recorded {}", seconds(*lasted)),
        JournalEvent::PlayFailed => "could not be heard".to_owned(),
        JournalEvent::Replied(_) => "was answered by the service or store".to_owned(),
        JournalEvent::Queue(_) => "had news from the queue".to_owned(),
        JournalEvent::Other(_) => "had news from the other party".to_owned(),
        JournalEvent::Closed { .. } | JournalEvent::Aborted { .. } => "was shut down".to_owned(),
    }
}
