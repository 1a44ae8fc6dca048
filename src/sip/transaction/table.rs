//! All transactions, by id and by key, with their timers.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use sipx_sip::transaction::{Output as Step, Timers, TuEvent};

use super::entry::{Entry, Phase, take_due};
use super::key::Key;
use super::{Hop, News, TransactionId, User, send};
use crate::sip::event::Output;
use crate::sip::settings::Settings;
use crate::sip::timetable::Timetable;
use crate::sip::write;
use crate::time::{Duration, Instant};

/// Settled transactions are forgotten together, at most so much later than they might be.
const GRAIN: Duration = Duration::from_millis(500);

/// All transactions of a user agent.
#[derive(Debug)]
pub(in crate::sip) struct Transactions {
    pub(super) timers: Timers,
    pub(super) give_up: Duration,
    limit: usize,
    next: u64,
    by_key: BTreeMap<Key, TransactionId>,
    pub(super) entries: BTreeMap<TransactionId, Entry>,
    /// Deadlines of open transactions.
    open: Timetable<TransactionId>,
    /// Deadlines of settled ones: the first to go when room is needed.
    settled: Timetable<TransactionId>,
}

impl Transactions {
    /// No transactions yet.
    pub(in crate::sip) fn new(settings: &Settings) -> Self {
        Self {
            timers: Timers {
                t1: settings.t1.to_std(),
                t2: settings.t2.to_std(),
                t4: settings.t4.to_std(),
            },
            give_up: settings.give_up(),
            limit: settings.max_transactions,
            next: 0,
            by_key: BTreeMap::new(),
            entries: BTreeMap::new(),
            open: Timetable::new(),
            settled: Timetable::new(),
        }
    }

    /// How many transactions are open, and how many only absorb repetitions.
    pub(in crate::sip) fn len(&self) -> (usize, usize) {
        let settled = self.settled.len();
        (self.entries.len() - settled, settled)
    }

    /// Whether one more may be opened; settled ones give way.
    pub(in crate::sip) fn has_room(&self) -> bool {
        self.len().0 < self.limit
    }

    /// The transaction with this key.
    pub(in crate::sip) fn find(&self, key: &Key) -> Option<TransactionId> {
        self.by_key.get(key).copied()
    }

    /// Whom a transaction concerns.
    pub(in crate::sip) fn user(&self, id: TransactionId) -> Option<User> {
        self.entries.get(&id).map(|entry| entry.user)
    }

    /// Where a transaction's messages go.
    pub(in crate::sip) fn hop(&self, id: TransactionId) -> Option<Hop> {
        self.entries.get(&id).map(|entry| entry.hop)
    }

    /// Changes whom a transaction concerns, once that is known.
    pub(in crate::sip) fn assign(&mut self, id: TransactionId, user: User) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.user = user;
        }
    }

    /// How much memory the transactions hold, without what the maps need beside their entries.
    #[cfg(test)]
    pub(in crate::sip) fn bytes_held(&self) -> usize {
        let each = size_of::<(TransactionId, Entry)>()
            + size_of::<(Key, TransactionId)>()
            + size_of::<(Instant, TransactionId)>();
        self.entries.values().map(|entry| each + entry.phase.bytes_held()).sum()
    }

    /// How many timers run.
    pub(in crate::sip) fn timers(&self) -> usize {
        self.open.len() + self.settled.len()
    }

    /// The next deadline.
    pub(in crate::sip) fn next_deadline(&self) -> Option<Instant> {
        [self.open.next(), self.settled.next()].into_iter().flatten().min()
    }

    /// Fires one timer that is due. `None` when none is left; `Some(None)` when one fired and nobody need know.
    pub(in crate::sip) fn fire(
        &mut self,
        now: Instant,
        outbox: &mut VecDeque<Output>,
    ) -> Option<Option<News>> {
        if self.settled.next().is_some_and(|at| at <= now) {
            self.drop_entry(self.settled.first()?);
            return Some(None);
        }
        if self.open.next().is_none_or(|at| at > now) {
            return None;
        }
        let id = self.open.first()?;
        Some(self.fire_open(now, id, outbox))
    }

    fn fire_open(
        &mut self,
        now: Instant,
        id: TransactionId,
        outbox: &mut VecDeque<Output>,
    ) -> Option<News> {
        let entry = self.entries.get_mut(&id)?;
        let user = entry.user;
        let steps = match &mut entry.phase {
            Phase::Serving { machine, clocks, answer_by } => match take_due(clocks, now) {
                Some(timer) => machine.on_timer(timer),
                None => {
                    *answer_by = None;
                    self.arm(id);
                    return Some(News::Unanswered { id });
                }
            },
            Phase::Asking { machine, clocks, .. } => match take_due(clocks, now) {
                Some(timer) => machine.on_timer(timer),
                None => {
                    self.drop_entry(id);
                    return Some(News::Timeout { user });
                }
            },
            Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Refused { .. }
            | Phase::Acknowledged { .. } => Vec::new(),
        };
        let asking = matches!(entry.phase, Phase::Asking { .. });
        let timeout = steps
            .iter()
            .any(|step| matches!(step, Step::ToTu(event) if matches!(**event, TuEvent::Timeout)));
        self.perform(now, id, &steps, outbox);
        (timeout && asking).then_some(News::Timeout { user })
    }

    /// Does what a machine asks for: sends, sets and clears clocks, ends the entry.
    pub(super) fn perform(
        &mut self,
        now: Instant,
        id: TransactionId,
        steps: &[Step],
        outbox: &mut VecDeque<Output>,
    ) {
        let Some(entry) = self.entries.get(&id) else { return };
        send_all(entry.hop, steps, outbox);
        self.clocks_only(now, id, steps);
        if steps.iter().any(|step| matches!(step, Step::Terminated(_))) {
            self.drop_entry(id);
        }
    }

    pub(super) fn clocks_only(&mut self, now: Instant, id: TransactionId, steps: &[Step]) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Phase::Serving { clocks, .. } | Phase::Asking { clocks, .. } = &mut entry.phase {
            for step in steps {
                match step {
                    Step::SetTimer { timer, after } => {
                        clocks.retain(|(other, _)| other != timer);
                        clocks.push((*timer, now + Duration::from_std(*after)));
                    }
                    Step::ClearTimer(timer) => clocks.retain(|(other, _)| other != timer),
                    _ => {}
                }
            }
        }
        self.arm(id);
    }

    pub(super) fn insert(&mut self, key: Key, hop: Hop, user: User, phase: Phase) -> TransactionId {
        while self.entries.len() >= self.limit {
            let Some(oldest) = self.settled.first() else { break };
            self.drop_entry(oldest);
        }
        self.next += 1;
        let id = TransactionId(self.next);
        self.by_key.insert(key, id);
        self.entries.insert(id, Entry { key, hop, user, phase, armed: None });
        self.arm(id);
        id
    }

    /// Until when what is settled now is kept.
    pub(super) fn kept(now: Instant, span: Duration) -> Instant {
        if span.is_zero() { now } else { (now + span).rounded_up(GRAIN) }
    }

    pub(super) fn settle(&mut self, id: TransactionId, phase: Phase) {
        if let Some(entry) = self.entries.get_mut(&id) {
            self.open.arm(id, &mut entry.armed, None);
            entry.phase = phase;
        }
        self.arm(id);
    }

    pub(super) fn arm(&mut self, id: TransactionId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let at = entry.phase.deadline();
        let table = if entry.phase.is_settled() { &mut self.settled } else { &mut self.open };
        table.arm(id, &mut entry.armed, at);
    }

    /// Forgets a transaction; a repetition of its request is a new one.
    pub(in crate::sip) fn forget(&mut self, id: TransactionId) {
        self.drop_entry(id);
    }

    pub(super) fn drop_entry(&mut self, id: TransactionId) {
        let Some(mut entry) = self.entries.remove(&id) else { return };
        let table = if entry.phase.is_settled() { &mut self.settled } else { &mut self.open };
        table.arm(id, &mut entry.armed, None);
        if self.by_key.get(&entry.key) == Some(&id) {
            self.by_key.remove(&entry.key);
        }
    }
}

/// Queues every message among the steps; the bytes of the last one.
pub(super) fn send_all(hop: Hop, steps: &[Step], outbox: &mut VecDeque<Output>) -> Option<Bytes> {
    let mut last = None;
    for step in steps {
        if let Step::Send(message) = step {
            let bytes = write::message_bytes(message);
            outbox.push_back(send(hop, bytes.clone()));
            last = Some(bytes);
        }
    }
    last
}
