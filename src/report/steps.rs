//! What each row does to what is open: calls and lines, offers, talks, and what follows a call.

use super::contact::{CallEnd, Contact, MAX_TOLD};
use super::fold::{Fold, Out, Wrong};
use super::piece::{
    Callback, Ended, Hold, Met, Offer, OfferEnd, Piece, Refused, Stay, Survey, Taken, Ticket,
    Transfer,
};
use crate::call::{AgentId, CallId, QueueId};
use crate::history::{
    AgentStatus, Exit, Fact, Medium, OfferResult, TicketDeed, TicketOutcome, TicketStatus,
    TryResult,
};
use crate::time::{Duration, Wall};

impl Fold {
    /// Calls, and the line.
    pub(super) fn line(&mut self, fact: &Fact, at: Wall, out: Out<'_>) -> Option<Wrong> {
        match fact {
            Fact::CallBegan { contact, caller, called, .. } => {
                let contact = self.contacts.entry(*contact).or_default();
                contact.caller.clone_from(caller);
                contact.called = called.clone();
                contact.began = Some(at);
                None
            }
            Fact::CallEnded { contact, outcome, cause, by, language, topic } => {
                let (outcome, cause, by) = (*outcome, *cause, *by);
                let (language, topic) = (language.as_ref(), topic.as_ref());
                self.ended(*contact, &CallEnd { outcome, cause, by, language, topic }, at, out);
                None
            }
            Fact::Enqueued { .. } => self.enqueued(fact, at, out),
            Fact::Refused { contact, queue, why } => {
                let (contact, queue, why) = (*contact, queue.clone(), *why);
                out(Piece::Refused(Refused { contact, queue, at, why }));
                None
            }
            Fact::Reprioritised { contact, priority, .. } => {
                let stay = self.contacts.get_mut(contact).and_then(|c| c.stay.as_mut());
                stay.map_or(Some(Wrong::NotInLine), |stay| {
                    stay.priority = *priority;
                    None
                })
            }
            Fact::Announced { contact, expected_us, .. } => {
                let stay = self.contacts.get_mut(contact).and_then(|c| c.stay.as_mut());
                let Some(stay) = stay else { return Some(Wrong::NotInLine) };
                if let Some(us) = expected_us
                    && stay.told.len() < MAX_TOLD
                {
                    stay.told.push((at, Duration::from_micros(*us)));
                }
                None
            }
            Fact::Left { contact, how, key, .. } => {
                let open = self.contacts.get_mut(contact);
                let Some((mut stay, broken)) = open.and_then(|c| Some((c.stay.take()?, c.broken)))
                else {
                    return Some(Wrong::NotInLine);
                };
                stay.key.clone_from(key);
                let when = broken.unwrap_or(at);
                if *how == Exit::Lost && !stay.back {
                    self.lose(stay, when, out);
                } else {
                    (stay.ended, stay.end) = (when, Ended::Left(*how));
                    out(Piece::Stay(stay));
                }
                self.settle(*contact, out);
                None
            }
            _ => None,
        }
    }

    fn enqueued(&mut self, fact: &Fact, at: Wall, out: Out<'_>) -> Option<Wrong> {
        let Fact::Enqueued { contact: id, queue, medium, priority, again, .. } = fact else {
            return None;
        };
        let old = if *again { self.old_place(*id, queue) } else { None };
        let contact = self.contacts.entry(*id).or_default();
        contact.broken = None;
        let mut wrong = None;
        if let Some(mut stay) = contact.stay.take() {
            if *again && stay.queue == *queue {
                contact.stay = Some(stay);
                return None;
            }
            wrong = Some(Wrong::TwiceInLine);
            (stay.ended, stay.end) = (at, Ended::Left(Exit::System));
            out(Piece::Stay(stay));
        }
        contact.queue = Some(queue.clone());
        if let Some(stay) = old {
            contact.stay = Some(Stay { end: Ended::Waiting, ..stay });
            return wrong;
        }
        if !again && let Some(talk) = contact.over.last_mut() {
            talk.transfer.get_or_insert(Transfer::Queue);
        }
        if !again {
            out(Piece::Taken(Taken { queue: queue.clone(), medium: *medium, at }));
        }
        contact.stay = Some(Stay {
            contact: *id,
            queue: queue.clone(),
            medium: *medium,
            caller: contact.caller.clone(),
            priority: *priority,
            entered: at,
            ended: at,
            end: Ended::Waiting,
            offers: 0,
            told: Vec::new(),
            key: None,
            back: *again,
        });
        wrong
    }

    /// The stay of a contact, or of the same caller, that broke off in that queue.
    fn old_place(&mut self, id: CallId, queue: &QueueId) -> Option<Stay> {
        let caller = self.contacts.get(&id).and_then(|contact| contact.caller.clone());
        let same = |stay: &Stay| {
            let caller = caller.is_some() && stay.caller == caller;
            stay.queue == *queue && (stay.contact == id || caller)
        };
        if let Some(place) = self.lost.iter().position(same) {
            return Some(self.lost.remove(place));
        }
        let mut broken = self.contacts.iter_mut().filter(|(other, contact)| {
            let theirs = contact.stay.as_ref().is_some_and(same);
            **other != id && contact.broken.is_some() && theirs
        });
        broken.next().and_then(|(_, contact)| contact.stay.take())
    }

    /// A call is over, and what of it is open.
    fn ended(&mut self, id: CallId, end: &CallEnd<'_>, at: Wall, out: Out<'_>) {
        let Some(mut contact) = self.contacts.remove(&id) else { return };
        let at = contact.broken.unwrap_or(at);
        if let Some(mut met) = contact.met(id, at) {
            end.mark(&mut met);
            out(Piece::Met(met));
        }
        contact.began = None;
        if contact.is_idle() || contact.broken.is_some() {
            if let Some(stay) = contact.stay.take() {
                self.lose(stay, at, out);
            }
            contact.close(id, at, out);
        } else {
            // Rows of a line, an offer or a talk may come a moment after that of the call.
            self.contacts.insert(id, contact);
        }
    }

    /// Forgets a contact of which nothing is open.
    fn settle(&mut self, id: CallId, out: Out<'_>) {
        if self.contacts.get(&id).is_some_and(|contact| contact.is_idle())
            && let Some(contact) = self.contacts.remove(&id)
        {
            contact.close(id, Wall::default(), out);
        }
    }

    /// Offers, up to the answer.
    pub(super) fn offer(&mut self, fact: &Fact, at: Wall, out: Out<'_>) -> Option<Wrong> {
        match fact {
            Fact::Offered { offer, contact: id, queue, agent, .. } => {
                let contact = self.contacts.entry(*id).or_default();
                contact.broken = None;
                let stay = contact.stay.as_mut().map(|stay| stay.offers += 1);
                contact.offers.push(Offer {
                    offer: *offer,
                    contact: *id,
                    queue: queue.clone(),
                    agent: agent.clone(),
                    at,
                    rang: None,
                    ended: at,
                    end: OfferEnd::Open,
                });
                stay.is_none().then_some(Wrong::NotInLine)
            }
            Fact::Rang { contact, agent, .. } => {
                let open = self.contacts.get_mut(contact);
                let offer = open.and_then(|c| c.offers.iter_mut().find(|o| o.agent == *agent));
                offer.map_or(Some(Wrong::NoOffer), |offer| {
                    offer.rang.get_or_insert(at);
                    None
                })
            }
            Fact::OfferClosed { contact, agent, result, .. } => {
                let open = self.contacts.get_mut(contact);
                let Some(offer) = open.and_then(|c| c.take_offer(agent)) else {
                    return Some(Wrong::NoOffer);
                };
                out(Piece::Offer(Offer { ended: at, end: OfferEnd::Closed(*result), ..offer }));
                self.settle(*contact, out);
                None
            }
            Fact::Answered { contact: id, queue, agent, .. } => {
                let contact = self.contacts.entry(*id).or_default();
                contact.broken = None;
                let offer = contact.take_offer(agent);
                let stay = contact.stay.take();
                let wrong = match (&offer, &stay) {
                    (_, None) => Some(Wrong::NotInLine),
                    (None, Some(_)) => Some(Wrong::NoOffer),
                    (Some(_), Some(_)) => None,
                };
                if let Some(offer) = offer {
                    out(Piece::Offer(Offer { ended: at, end: OfferEnd::Answered, ..offer }));
                }
                if let Some(stay) = stay {
                    let end = Ended::Answered(agent.clone());
                    out(Piece::Stay(Stay { ended: at, end, ..stay }));
                }
                let begun = contact.talk(*id, agent, Some(queue), None, at);
                wrong.or((!begun).then_some(Wrong::TwiceTalking))
            }
            _ => None,
        }
    }

    /// Talks.
    pub(super) fn talk(&mut self, fact: &Fact, at: Wall, out: Out<'_>) -> Option<Wrong> {
        let Some(contact) = fact.contact().and_then(|id| self.contacts.get_mut(&id)) else {
            return Some(Wrong::NoTalk);
        };
        match fact {
            Fact::HandedOver { contact: id, queue, from, to, attended } => {
                let kind = if *attended { Transfer::Attended } else { Transfer::Blind };
                if let Some(talk) = from.as_ref().and_then(|from| contact.talk_of(from)) {
                    talk.transfer = Some(kind);
                }
                let to = to.as_ref()?;
                let begun = contact.talk(*id, to, queue.as_ref(), from.as_ref(), at);
                (!begun).then_some(Wrong::TwiceTalking)
            }
            Fact::Held { agent, .. } => {
                for talking in contact.talking(agent.as_ref()) {
                    talking.held_since.get_or_insert(at);
                }
                None
            }
            Fact::Resumed { agent, .. } => {
                for talking in contact.talking(agent.as_ref()) {
                    talking.let_go(at, out);
                }
                None
            }
            Fact::TalkEnded { contact: id, agent, by, .. } => {
                let place = contact.talks.iter().position(|t| t.talk.agent == *agent);
                let Some(place) = place else { return Some(Wrong::NoTalk) };
                let mut talking = contact.talks.remove(place);
                talking.let_go(at, out);
                let mut talk = talking.talk;
                (talk.ended, talk.by, talk.open) = (at, Some(*by), false);
                contact.over.push(talk);
                self.settle(*id, out);
                None
            }
            _ => None,
        }
    }

    /// Callbacks, tickets and questions.
    pub(super) fn after(&mut self, fact: &Fact, at: Wall, out: Out<'_>) {
        match fact {
            Fact::CallbackAsked { callback, contact, call, queue, expires, caller, .. } => {
                let open = self.contacts.entry(*contact).or_default();
                open.callback = true;
                open.caller = open.caller.take().or_else(|| caller.clone());
                let asked = Callback {
                    callback: *callback,
                    contact: *contact,
                    call: *call,
                    queue: queue.clone(),
                    asked: at,
                    expires: *expires,
                    tries: 0,
                    last: None,
                    connected: None,
                    end: None,
                };
                self.callbacks.insert(*callback, asked);
            }
            Fact::CallbackTried { callback, attempt, result, .. } => {
                if let Some(callback) = self.callbacks.get_mut(callback) {
                    callback.tries = callback.tries.max(*attempt);
                    callback.last = Some(*result);
                    if *result == TryResult::Connected {
                        callback.connected.get_or_insert(at);
                    }
                }
            }
            Fact::CallbackEnded { callback, contact, how } => {
                if let Some(mut callback) = self.callbacks.remove(callback) {
                    callback.end = Some((*how, at));
                    out(Piece::Callback(callback));
                }
                if let Some(contact) = self.contacts.get_mut(contact) {
                    contact.callback = false;
                }
                self.settle(*contact, out);
            }
            Fact::SurveyAsked { contact, queue, agent, .. } => {
                let (queue, agent) = (queue.clone(), agent.clone());
                out(Piece::Survey(Survey { contact: *contact, at, queue, agent, score: None }));
            }
            Fact::Surveyed { contact, question, score, queue, agent, .. } => {
                let (queue, agent) = (queue.clone(), agent.clone());
                let score = Some((question.clone(), *score));
                out(Piece::Survey(Survey { contact: *contact, at, queue, agent, score }));
            }
            _ => self.ticket(fact, at, out),
        }
    }

    fn ticket(&mut self, fact: &Fact, at: Wall, out: Out<'_>) {
        match fact {
            Fact::TicketOpened { ticket, contact, sort, due, .. } => {
                if let Some(contact) = self.contacts.get_mut(contact) {
                    contact.ticket = true;
                }
                let opened = Ticket {
                    ticket: *ticket,
                    sort: sort.clone(),
                    opened: at,
                    first: None,
                    closed: None,
                    due: *due,
                };
                self.tickets.insert(*ticket, opened);
            }
            Fact::TicketChanged { ticket: id, did, outcome, status, due, .. } => {
                let Some(ticket) = self.tickets.get_mut(id) else { return };
                let forgotten = *outcome == Some(TicketOutcome::Forgotten);
                if matches!(did, TicketDeed::Noted | TicketDeed::Closed) && !forgotten {
                    ticket.first.get_or_insert(at);
                }
                ticket.due = due.or(ticket.due);
                if *status == TicketStatus::Closed
                    && let Some(mut ticket) = self.tickets.remove(id)
                {
                    ticket.closed = Some(at);
                    out(Piece::Ticket(ticket));
                }
            }
            _ => {}
        }
    }
}

impl super::contact::Talking {
    /// Ends holding, if anybody holds.
    fn let_go(&mut self, at: Wall, out: Out<'_>) {
        if let Some(from) = self.resume(at) {
            let (queue, agent) = (self.talk.queue.clone(), self.talk.agent.clone());
            out(Piece::Hold(Hold { queue, agent, from, to: at }));
        }
    }
}

impl Contact {
    /// The talk with an agent, or all of them.
    fn talking<'c>(
        &'c mut self,
        agent: Option<&'c AgentId>,
    ) -> impl Iterator<Item = &'c mut super::contact::Talking> {
        self.talks.iter_mut().filter(move |t| agent.is_none_or(|agent| t.talk.agent == *agent))
    }

    /// The node died: what it carried is over. The stay is left for the rows that follow.
    pub(super) fn cut(&mut self, died: Wall, out: Out<'_>) {
        for offer in self.offers.drain(..) {
            let end = OfferEnd::Closed(OfferResult::Lost);
            out(Piece::Offer(Offer { ended: died, end, ..offer }));
        }
        for mut talking in self.talks.drain(..) {
            talking.let_go(died, out);
            let mut talk = talking.talk;
            (talk.ended, talk.open) = (died, false);
            self.over.push(talk);
        }
    }

    /// Hands on everything of it, as it stands at a moment.
    pub(super) fn close(mut self, id: CallId, now: Wall, out: Out<'_>) {
        let lost = self.broken;
        let now = lost.unwrap_or(now);
        for offer in self.offers.drain(..) {
            out(Piece::Offer(Offer { ended: now, ..offer }));
        }
        for mut talking in std::mem::take(&mut self.talks) {
            talking.let_go(now, out);
            talking.talk.ended = now;
            out(Piece::Talk(talking.talk));
        }
        let mut passed = Vec::new();
        for mut talk in self.over.drain(..) {
            if talk.transfer.is_some() && !passed.contains(&talk.queue) {
                passed.push(talk.queue.clone());
                talk.passed = true;
            }
            out(Piece::Talk(talk));
        }
        if let Some(met) = self.met(id, now) {
            out(Piece::Met(Met { open: lost.is_none(), ..met }));
        }
        if let Some(stay) = self.stay.take() {
            let voice = stay.medium == Medium::Voice;
            let end =
                if lost.is_some() && voice { Ended::Left(Exit::Lost) } else { Ended::Waiting };
            out(Piece::Stay(Stay { ended: now, end, ..stay }));
        }
    }
}

impl AgentStatus {
    /// Whether the state is that of a contact or an offer, and cannot outlive it.
    pub(super) const fn is_bound(self) -> bool {
        match self {
            Self::Reserved | Self::Ringing | Self::Releasing | Self::Talking | Self::Engaged => {
                true
            }
            Self::Offline
            | Self::Ready
            | Self::Wrapup
            | Self::Backoff
            | Self::Rona
            | Self::Break
            | Self::Unreachable => false,
        }
    }
}
