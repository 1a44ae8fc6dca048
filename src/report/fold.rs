//! The fold: entries in, pieces out.
//!
//! ```text
//!  enqueued ──▶ waiting ──answered──▶ talking ──talk_ended──▶ over ──call_ended──▶ gone
//!                 │  └──left──▶ gone
//!                 └── the node dies: broken ──▶ lost, unless it comes back to its place (`again`)
//! ```

use std::collections::BTreeMap;

use super::contact::Contact;
use super::piece::{Callback, Piece, Span, Stay, Ticket, between};
use super::shelf::Shelf;
use crate::call::{AgentId, CallId};
use crate::history::{AgentStatus, Entry, Exit, Fact};
use crate::time::{Duration, Wall};

/// The most faults that are kept; further ones are counted.
const MAX_FAULTS: usize = 20;

/// For how long a contact that the node died with may come back to its place.
const RETURNS_WITHIN: Duration = Duration::from_mins(24 * 60);

/// A row that cannot follow those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The epoch of the row.
    pub epoch: u64,
    /// Its number.
    pub seq: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Rows are missing before it.
    Gap,
    /// It comes after a row that is later.
    Order,
    /// It takes in a contact that already waits.
    TwiceInLine,
    /// It tells of a contact that does not wait.
    NotInLine,
    /// It tells of an offer that does not stand.
    NoOffer,
    /// It ends a talk that nobody began.
    NoTalk,
    /// It begins a talk that goes on.
    TwiceTalking,
}

/// What is open at one moment of a history.
#[derive(Debug, Default)]
pub struct Fold {
    /// The first row: contacts that are older are not known.
    first: Option<Wall>,
    /// Epoch, number and time of the last row.
    last: Option<(u64, u64, Wall)>,
    /// Each in a place of its own: many come and go between others.
    pub(super) contacts: BTreeMap<CallId, Box<Contact>>,
    /// Stays that ended because a node died, oldest first.
    pub(super) lost: Vec<Stay>,
    /// The state that each agent is in, if it is known.
    agents: Shelf<AgentId, Option<Span>>,
    pub(super) callbacks: BTreeMap<u64, Callback>,
    pub(super) tickets: BTreeMap<u64, Ticket>,
    faults: Vec<Fault>,
    fault_count: u64,
}

/// Where pieces go.
pub(super) type Out<'o> = &'o mut dyn FnMut(Piece);

impl Fold {
    /// Takes the next entry. Entries come in the order of epoch and number.
    pub fn take(&mut self, entry: &Entry, out: &mut dyn FnMut(Piece)) {
        let at = entry.row.at;
        self.follow(entry);
        if let Some(wrong) = self.fact(&entry.row.fact, at, out)
            && !self.is_excused(entry)
        {
            self.fault(entry, wrong);
        }
        let last = self.last.map_or(at, |(_, _, last)| last.max(at));
        self.last = Some((entry.epoch, entry.seq, last));
    }

    /// Hands on what is open, as it stands at a moment, and forgets it.
    pub fn finish(&mut self, now: Wall, out: &mut dyn FnMut(Piece)) {
        for stay in std::mem::take(&mut self.lost) {
            out(Piece::Stay(stay));
        }
        for (id, contact) in std::mem::take(&mut self.contacts) {
            contact.close(id, now, out);
        }
        self.agents.each(|_, open| {
            if let Some(mut span) = open.take() {
                (span.to, span.open) = (now, true);
                out(Piece::Span(span));
            }
        });
        for (_, callback) in std::mem::take(&mut self.callbacks) {
            out(Piece::Callback(callback));
        }
        for (_, ticket) in std::mem::take(&mut self.tickets) {
            out(Piece::Ticket(ticket));
        }
    }

    /// The time of the last row.
    #[must_use]
    pub fn now(&self) -> Option<Wall> {
        self.last.map(|(_, _, at)| at)
    }

    /// How many contacts are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.contacts.len()
    }

    /// The first rows that cannot be, and how many there are in all.
    #[must_use]
    pub fn faults(&self) -> (&[Fault], u64) {
        (&self.faults, self.fault_count)
    }

    /// Looks whether rows are missing or out of order.
    fn follow(&mut self, entry: &Entry) {
        let at = entry.row.at;
        let Some((epoch, seq, last)) = self.last else {
            self.first = Some(at);
            return;
        };
        let same = entry.epoch == epoch;
        if (same && entry.seq <= seq) || entry.epoch < epoch || (same && at < last) {
            self.fault(entry, Wrong::Order);
        } else if (same && entry.seq != seq + 1) || (!same && entry.seq != 1) {
            self.fault(entry, Wrong::Gap);
        }
    }

    fn fault(&mut self, entry: &Entry, wrong: Wrong) {
        self.fault_count += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { epoch: entry.epoch, seq: entry.seq, wrong });
        }
    }

    /// Whether the row may tell of something unknown: its contact is older than the first row, or the node died with it.
    fn is_excused(&self, entry: &Entry) -> bool {
        let Some(id) = entry.row.fact.contact() else { return false };
        if self.contacts.get(&id).is_some_and(|contact| contact.broken.is_some()) {
            return true;
        }
        let first = self.first.map_or(0, Wall::as_unix_millis);
        let known = CallId::new(u64::try_from(first).unwrap_or(0), 0);
        id < known
    }

    /// Does what a row says; tells what is wrong with it.
    fn fact(&mut self, fact: &Fact, at: Wall, out: Out<'_>) -> Option<Wrong> {
        match fact {
            Fact::NodeStarted { .. } => {
                if let Some((_, _, died)) = self.last {
                    self.died(died, out);
                }
                None
            }
            Fact::CallBegan { .. }
            | Fact::CallEnded { .. }
            | Fact::Enqueued { .. }
            | Fact::Refused { .. }
            | Fact::Reprioritised { .. }
            | Fact::Announced { .. }
            | Fact::Left { .. } => self.line(fact, at, out),
            Fact::Offered { .. }
            | Fact::Rang { .. }
            | Fact::OfferClosed { .. }
            | Fact::Answered { .. } => self.offer(fact, at, out),
            Fact::HandedOver { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::TalkEnded { .. } => self.talk(fact, at, out),
            Fact::AgentChanged { .. } => {
                self.agent(fact, at, out);
                None
            }
            Fact::CallbackAsked { .. }
            | Fact::CallbackTried { .. }
            | Fact::CallbackEnded { .. }
            | Fact::TicketOpened { .. }
            | Fact::TicketChanged { .. }
            | Fact::SurveyAsked { .. }
            | Fact::Surveyed { .. } => {
                self.after(fact, at, out);
                None
            }
            Fact::NodeStopped {}
            | Fact::ConfigChanged { .. }
            | Fact::Supervised { .. }
            | Fact::RecordingBegan { .. }
            | Fact::RecordingLost { .. }
            | Fact::RecordingKept { .. }
            | Fact::RecordingRefused { .. }
            | Fact::Expired { .. }
            | Fact::Exported { .. }
            | Fact::Erased { .. } => None,
        }
    }

    /// An agent is in another state. A row that changes something else of the agent goes on with the same one.
    fn agent(&mut self, fact: &Fact, at: Wall, out: Out<'_>) {
        let Fact::AgentChanged { agent, status, reason, contact, queue, .. } = fact else { return };
        let open = self.agents.of(agent);
        let same = open.as_ref().is_some_and(|span| {
            let about = span.status == *status && span.contact == *contact;
            about && (*status != AgentStatus::Break || span.reason == *reason)
        });
        if same {
            return;
        }
        let next = Span {
            agent: agent.clone(),
            status: *status,
            reason: reason.clone(),
            contact: *contact,
            queue: queue.clone(),
            from: at,
            to: at,
            open: false,
        };
        if let Some(mut over) = open.replace(next) {
            over.to = at;
            out(Piece::Span(over));
        }
    }

    /// Another epoch began: what the last one carried was lost with it at `died`, unless the rows that follow say more.
    fn died(&mut self, died: Wall, out: Out<'_>) {
        let mut gone = Vec::new();
        for (id, contact) in &mut self.contacts {
            if contact.broken.is_some() {
                gone.push(*id);
            } else if !contact.callback {
                contact.broken = Some(died);
            }
            contact.cut(died, out);
        }
        for id in gone {
            if let Some(contact) = self.contacts.remove(&id) {
                self.gone(id, contact, died, out);
            }
        }
        self.agents.each(|_, open| {
            if let Some(mut span) = open.take_if(|span| span.status.is_bound()) {
                span.to = died;
                out(Piece::Span(span));
            }
        });
    }

    /// Forgets a contact that the node died with; its stay may still be taken up.
    fn gone(&mut self, id: CallId, mut contact: Box<Contact>, now: Wall, out: Out<'_>) {
        let at = contact.broken.unwrap_or(now);
        if let Some(stay) = contact.stay.take() {
            self.lose(stay, at, out);
        }
        contact.close(id, at, out);
    }

    /// Keeps a stay that broke off for as long as its contact may come back.
    pub(super) fn lose(&mut self, mut stay: Stay, at: Wall, out: Out<'_>) {
        (stay.ended, stay.end) = (at, super::piece::Ended::Left(Exit::Lost));
        let kept = self.lost.partition_point(|s| between(s.ended, at) > RETURNS_WITHIN);
        for old in self.lost.drain(..kept) {
            out(Piece::Stay(old));
        }
        self.lost.push(stay);
    }
}
