//! One observer of one call: sees what the caller's leg is commanded and reports, and finds where a rule is broken.
//!
//! Whoever plays the call tells it, in the order of time: [`commanded`](Observer::commanded) and
//! [`reported`](Observer::reported) for the caller's leg, [`stands`](Observer::stands) whenever the call has settled,
//! [`ended`](Observer::ended) once. A copy goes its own way from where it was made, so that a call can be explored from
//! any of its states. `log never has` is not judged here: see [`Ledger`](super::Ledger).

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::ending::{endings, name};
use crate::call::{CallRecord, CommandKind, EndedBy, EventKind, PlayId, RecordStep};
use crate::flow::{CallRule, Spanned};
use crate::session::Attention;
use crate::time::{Duration, Instant};

/// What one call has done so far, in the light of the rules.
#[derive(Debug, Clone)]
pub struct Observer {
    rules: Arc<[Spanned<CallRule>]>,
    /// When each rule was first broken, and how.
    breaches: Vec<Option<Breach>>,
    /// Until when everything is known.
    now: Instant,
    attention: Attention,
    answered: bool,
    plays: VecDeque<PlayId>,
    music: bool,
    bridged: bool,
    silent_since: Option<Instant>,
    in_flow: Duration,
    /// How many node visits were looked at.
    looked: usize,
    /// For each rule about an order of nodes: whether the first one was visited.
    visited: BTreeSet<usize>,
}

/// How a call broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// When.
    pub at: Instant,
    /// The rule was to hold; this was found.
    pub found: String,
}

impl Observer {
    /// Begins to observe a call that has just been offered.
    #[must_use]
    pub fn new(rules: Arc<[Spanned<CallRule>]>) -> Self {
        Self {
            breaches: vec![None; rules.len()],
            rules,
            now: Instant::ZERO,
            attention: Attention::Ringing,
            answered: false,
            plays: VecDeque::new(),
            music: false,
            bridged: false,
            silent_since: None,
            in_flow: Duration::ZERO,
            looked: 0,
            visited: BTreeSet::new(),
        }
    }

    /// Begins to observe another call, offered at a moment, in the light of the same rules.
    #[must_use]
    pub fn anew(&self, at: Instant) -> Self {
        Self { now: at, ..Self::new(Arc::clone(&self.rules)) }
    }

    /// The caller's leg is commanded something.
    pub fn commanded(&mut self, at: Instant, command: &CommandKind) {
        self.pass(at);
        match command {
            CommandKind::Play(play) => self.plays.push_back(play.id),
            CommandKind::Music(sound) => self.music = sound.is_some(),
            CommandKind::Accept(_)
            | CommandKind::Refuse(_)
            | CommandKind::Stop(_)
            | CommandKind::Dial(_)
            | CommandKind::Record(_)
            | CommandKind::StopRecording(_)
            | CommandKind::Bridge(_)
            | CommandKind::Unbridge
            | CommandKind::Listen(_)
            | CommandKind::Unlisten
            | CommandKind::SendDigits(_)
            | CommandKind::Transfer(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Mask(_)
            | CommandKind::Hangup(_) => {}
        }
        self.listen();
    }

    /// The caller's leg reports something.
    pub fn reported(&mut self, at: Instant, event: &EventKind) {
        self.pass(at);
        match event {
            EventKind::Answered => self.answered = true,
            EventKind::PlayEnded { play, .. } => self.plays.retain(|one| one != play),
            EventKind::Bridged => {
                self.bridged = true;
                self.plays.clear();
                self.music = false;
            }
            EventKind::Unbridged { .. } => self.bridged = false,
            EventKind::Ended { .. } => self.answered = false,
            EventKind::Offered(_)
            | EventKind::Ringing
            | EventKind::Digit { .. }
            | EventKind::Said { .. }
            | EventKind::SpeechStarted
            | EventKind::SpeechEnded
            | EventKind::Recorded { .. }
            | EventKind::Held
            | EventKind::Resumed
            | EventKind::TransferRequested(_)
            | EventKind::TransferProgress(_)
            | EventKind::MediaLost
            | EventKind::MediaRestored
            | EventKind::Rejected { .. } => {}
        }
        self.listen();
    }

    /// The call has settled: this is what the caller attends to, and these are all node visits so far.
    pub fn stands(&mut self, at: Instant, attention: Attention, steps: &[RecordStep]) {
        self.pass(at);
        self.attention = attention;
        self.walk(at, steps);
        self.listen();
    }

    /// The call is over.
    pub fn ended(&mut self, at: Instant, record: &CallRecord) {
        self.pass(at);
        self.attention = Attention::Gone;
        self.answered = false;
        self.walk(at, &record.steps);
        self.listen();
        for place in 0..self.rules.len() {
            if let CallRule::EndsIn(allowed) = &self.rules[place].value
                && record.ended_by != EndedBy::Caller
                && endings(record).is_disjoint(allowed)
            {
                let found = match endings(record).first() {
                    Some(ending) => format!("the call ended in `{}`", name(*ending)),
                    None => format!("the call just ended, {}", last_place(record)),
                };
                self.breach(place, at, found);
            }
        }
    }

    /// What was broken so far: each rule at most once, in the order of the rules.
    pub fn breaches(&self) -> impl Iterator<Item = (&Spanned<CallRule>, &Breach)> {
        let both = self.rules.iter().zip(&self.breaches);
        both.filter_map(|(rule, breach)| Some((rule, breach.as_ref()?)))
    }

    /// The rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &Spanned<CallRule>> {
        self.rules.iter()
    }

    /// Time the call has spent in the flow: not in line, not talking.
    #[must_use]
    pub const fn in_flow(&self) -> Duration {
        self.in_flow
    }

    /// Lets time pass up to `at`, in the state so far.
    fn pass(&mut self, at: Instant) {
        let span = at.since(self.now);
        if matches!(self.attention, Attention::Hearing | Attention::Asked | Attention::Recorded) {
            self.in_flow += span;
        }
        self.now = self.now.max(at);
        for place in 0..self.rules.len() {
            let (limit, so_far, what) = match &self.rules[place].value {
                CallRule::NoSilenceLonger(limit) => {
                    let silent = self.silent_since.map_or(Duration::ZERO, |since| at.since(since));
                    (*limit, silent, "silence")
                }
                CallRule::NeverLongerInFlow(limit) => (*limit, self.in_flow, "in the flow"),
                CallRule::EndsIn(_) | CallRule::NeverLogged(_) | CallRule::NeverBefore { .. } => {
                    continue;
                }
            };
            if so_far > limit {
                self.breach(place, at, format!("{} s {what}", tenths(so_far)));
            }
        }
    }

    /// Silence begins or ends here.
    fn listen(&mut self) {
        let ours = match self.attention {
            Attention::Hearing | Attention::Waiting | Attention::Talking => true,
            Attention::Ringing | Attention::Asked | Attention::Recorded | Attention::Gone => false,
        };
        let sounds = !self.plays.is_empty() || self.music || self.bridged;
        if ours && self.answered && !sounds {
            self.silent_since.get_or_insert(self.now);
        } else {
            self.silent_since = None;
        }
    }

    /// Looks at the node visits that are new.
    fn walk(&mut self, at: Instant, steps: &[RecordStep]) {
        let rules = Arc::clone(&self.rules);
        for step in steps.iter().skip(self.looked) {
            for (place, rule) in rules.iter().enumerate() {
                let CallRule::NeverBefore { visit, before } = &rule.value else { continue };
                if step.node == *before {
                    self.visited.insert(place);
                } else if step.node == *visit && !self.visited.contains(&place) {
                    self.breach(place, at, format!("`{visit}` came before `{before}`"));
                }
            }
        }
        self.looked = self.looked.max(steps.len());
    }

    fn breach(&mut self, place: usize, at: Instant, found: String) {
        if let Some(slot) = self.breaches.get_mut(place) {
            slot.get_or_insert(Breach { at, found });
        }
    }
}

/// Seconds with one decimal, rounded up so that what is over a limit never reads like the limit.
fn tenths(span: Duration) -> String {
    let tenths = span.as_millis().div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn last_place(record: &CallRecord) -> String {
    match &record.ended_at {
        Some(place) => format!("at `{}`", place.node),
        None => "before it was answered".to_owned(),
    }
}

#[cfg(test)]
mod tests;
