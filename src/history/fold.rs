//! How each fact changes what stands, and which may not be.

use super::fact::Fact;
use super::parts::{AgentStatus, CallerKey, Exit, Medium, OfferId, OfferResult, TicketStatus};
use super::row::{Entry, Row};
use super::standing::{
    AgentStanding, LiveCall, LiveOffer, OpenCallback, OpenTicket, PLACES_KEPT, Place, Standing,
    Waiting,
};
use super::store::Verdict;
use crate::call::CallId;
use crate::time::Wall;

impl Standing {
    /// Whether a fact may be written: an offer only of a contact that waits to an agent whom no other offer binds, and
    /// beside another offer of the same contact only where both are for ring all; an answer only to a live offer of a
    /// contact that still waits; a change only of a ticket that is open. Everything else may.
    #[must_use]
    pub fn verdict(&self, fact: &Fact) -> Verdict {
        let allowed = match fact {
            Fact::Offered { offer, contact, agent, together, .. } => {
                let beside = |(id, live): (&OfferId, &LiveOffer)| {
                    id != offer
                        && live.agent != *agent
                        && (live.contact != *contact || (live.together && *together))
                };
                self.waiting.contains_key(contact) && self.offers.iter().all(beside)
            }
            Fact::Answered { offer, contact, .. } => {
                let live = self.offers.get(offer);
                self.waiting.contains_key(contact)
                    && live.is_some_and(|live| live.contact == *contact)
            }
            Fact::TicketChanged { ticket, .. } => self.tickets.contains_key(ticket),
            _ => true,
        };
        if allowed { Verdict::Applied } else { Verdict::Stale }
    }

    /// Gives a ticket or callback of number 0 the next one. The number, if it is one.
    pub fn number(&self, fact: &mut Fact) -> Option<u64> {
        match fact {
            Fact::TicketOpened { ticket: number, .. } => {
                *number = if *number == 0 { self.last_ticket + 1 } else { *number };
                Some(*number)
            }
            Fact::CallbackAsked { callback: number, .. } => {
                *number = if *number == 0 { self.last_callback + 1 } else { *number };
                Some(*number)
            }
            _ => None,
        }
    }

    /// Takes the next entry in.
    pub fn apply(&mut self, entry: &Entry) {
        let row = &entry.row;
        self.newest = entry.position();
        self.at = row.at;
        self.stopped = matches!(row.fact, Fact::NodeStopped {});
        match &row.fact {
            Fact::CallBegan { contact, .. } => {
                let call = LiveCall { began: row.clone(), queued: false };
                self.calls.insert(*contact, call);
            }
            Fact::CallEnded { contact, .. } => drop(self.calls.remove(contact)),
            Fact::Enqueued { .. } => self.enqueued(row),
            Fact::Reprioritised { contact, priority, .. } => {
                if let Some(waiting) = self.waiting.get_mut(contact) {
                    waiting.priority = *priority;
                }
            }
            Fact::Left { contact, how, .. } => self.left(*contact, *how, row.at),
            Fact::Offered { .. }
            | Fact::OfferClosed { .. }
            | Fact::Answered { .. }
            | Fact::AgentChanged { .. } => self.staff(row),
            Fact::CallbackAsked { .. }
            | Fact::CallbackTried { .. }
            | Fact::CallbackEnded { .. }
            | Fact::TicketOpened { .. }
            | Fact::TicketChanged { .. } => self.errand(row),
            Fact::NodeStarted { .. }
            | Fact::NodeStopped {}
            | Fact::ConfigChanged { .. }
            | Fact::Refused { .. }
            | Fact::Announced { .. }
            | Fact::Rang { .. }
            | Fact::HandedOver { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::TalkEnded { .. }
            | Fact::Supervised { .. }
            | Fact::RecordingBegan { .. }
            | Fact::RecordingLost { .. }
            | Fact::RecordingKept { .. }
            | Fact::RecordingRefused { .. }
            | Fact::SurveyAsked { .. }
            | Fact::Surveyed { .. }
            | Fact::Expired { .. }
            | Fact::Exported { .. } => {}
            Fact::Erased { caller, .. } => drop(self.places.remove(caller)),
        }
    }

    fn enqueued(&mut self, row: &Row) {
        let Fact::Enqueued { contact, queue, medium, priority, order, skills, .. } = &row.fact
        else {
            return;
        };
        if let Some(caller) = self.caller(*contact) {
            self.places.remove(&caller);
        }
        if let Some(call) = self.calls.get_mut(contact) {
            call.queued = true;
        }
        let waiting = Waiting {
            queue: queue.clone(),
            medium: *medium,
            priority: *priority,
            order: *order,
            skills: skills.clone(),
            entered: row.at,
        };
        self.waiting.insert(*contact, waiting);
    }

    /// A contact leaves a line; one that was cut off keeps its place for a while.
    fn left(&mut self, contact: CallId, how: Exit, at: Wall) {
        let Some(waiting) = self.waiting.remove(&contact) else { return };
        let Some(caller) = self.caller(contact) else { return };
        if waiting.medium == Medium::Voice && how.keeps_place() {
            self.places.retain(|_, place| place.left.after(PLACES_KEPT) >= at);
            let Waiting { queue, priority, order, skills, .. } = waiting;
            let place = Place { contact, queue, priority, order, skills, left: at, how };
            self.places.insert(caller, place);
        }
    }

    /// Who calls, for a call under way.
    fn caller(&self, contact: CallId) -> Option<CallerKey> {
        match &self.calls.get(&contact)?.began.fact {
            Fact::CallBegan { caller, .. } => caller.clone(),
            _ => None,
        }
    }

    fn staff(&mut self, row: &Row) {
        match &row.fact {
            Fact::Offered { offer, contact, queue, agent, until, together } => {
                let live = LiveOffer {
                    contact: *contact,
                    queue: queue.clone(),
                    agent: agent.clone(),
                    until: *until,
                    together: *together,
                };
                self.offers.insert(*offer, live);
            }
            Fact::OfferClosed { offer, agent, result, .. } => {
                let live = self.offers.remove(offer).is_some();
                if let (true, OfferResult::NoAnswer, Some(agent)) =
                    (live, result, self.agents.get_mut(agent))
                {
                    agent.missed = agent.missed.saturating_add(1);
                }
            }
            Fact::Answered { offer, contact, agent, .. } => {
                self.offers.remove(offer);
                self.waiting.remove(contact);
                if let Some(agent) = self.agents.get_mut(agent) {
                    agent.missed = 0;
                }
            }
            Fact::AgentChanged { agent, .. } => {
                let before = self.agents.get(agent);
                if let Some(after) = AgentStanding::after(before, row) {
                    self.agents.insert(agent.clone(), after);
                }
            }
            _ => {}
        }
    }

    fn errand(&mut self, row: &Row) {
        match &row.fact {
            Fact::CallbackAsked { callback, .. } => {
                self.last_callback = self.last_callback.max(*callback);
                let open = OpenCallback { asked: row.clone(), tries: 0, again: None };
                self.callbacks.insert(*callback, open);
            }
            Fact::CallbackTried { callback, attempt, again, .. } => {
                if let Some(open) = self.callbacks.get_mut(callback) {
                    open.tries = *attempt;
                    open.again = *again;
                }
            }
            Fact::CallbackEnded { callback, .. } => drop(self.callbacks.remove(callback)),
            Fact::TicketOpened { ticket, owner, due, .. } => {
                self.last_ticket = self.last_ticket.max(*ticket);
                let open = OpenTicket { opened: row.clone(), owner: owner.clone(), due: *due };
                self.tickets.insert(*ticket, open);
            }
            Fact::TicketChanged { ticket, status, owner, due, .. } => match status {
                TicketStatus::Closed => drop(self.tickets.remove(ticket)),
                TicketStatus::Open => {
                    if let Some(open) = self.tickets.get_mut(ticket) {
                        open.owner.clone_from(owner);
                        open.due = *due;
                    }
                }
            },
            _ => {}
        }
    }
}

impl AgentStanding {
    /// How an agent stands after a row of [`Fact::AgentChanged`]; `None` if it is another one.
    #[must_use]
    pub fn after(before: Option<&Self>, row: &Row) -> Option<Self> {
        let Fact::AgentChanged {
            status, reason, contact, queue, until, idle_since, pending, ..
        } = &row.fact
        else {
            return None;
        };
        let same = before.filter(|before| before.status == *status && before.contact == *contact);
        let begins_anew =
            |before: &&Self| begins_missing_anew(before.status) && before.status != *status;
        Some(Self {
            status: *status,
            reason: reason.clone(),
            contact: *contact,
            queue: queue.clone(),
            since: same.map_or(row.at, |before| before.since),
            until: *until,
            idle_since: idle_since.or_else(|| before.and_then(|before| before.idle_since)),
            pending: pending.clone(),
            missed: before.filter(|before| !begins_anew(before)).map_or(0, |before| before.missed),
        })
    }

    /// Whether a contact, a leg or another call binds the agent.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        matches!(
            self.status,
            AgentStatus::Reserved
                | AgentStatus::Ringing
                | AgentStatus::Releasing
                | AgentStatus::Talking
                | AgentStatus::Engaged
        )
    }
}

/// After which states the misses of an agent no longer count.
const fn begins_missing_anew(status: AgentStatus) -> bool {
    matches!(status, AgentStatus::Rona | AgentStatus::Break | AgentStatus::Offline)
}
