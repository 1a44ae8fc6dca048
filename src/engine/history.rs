//! What the engine and its queues decide about calls and contacts, told as rows of the history: one place, so that each
//! thing is told once. Agents and offers are told in `roster`.
//!
//! Nothing is told where no history is kept. Numbers travel beside the facts, as private values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::machine::{Engine, Wanted};
use super::outcome::outcome;
use super::output::Output;
use crate::call::{AgentId, CallId, CallRecord, Class, EndedBy, Expected, Origin, QueueId};
use crate::flow::Flow;
use crate::history::{Exit, Fact, Medium, Private, Refusal, Row};
use crate::queue::{self, OfferId};
use crate::time::Wall;

/// What has to be remembered to tell the history.
#[derive(Debug, Default)]
pub(super) struct Teller {
    /// The time of the last row: rows never run back.
    last: Wall,
    /// Whether the agents who are there from the start were told of.
    pub(super) staff_told: bool,
    /// The contacts in line, each with its queue.
    lines: BTreeMap<CallId, QueueId>,
    /// The offers that are open, each with its contact, queue and agent.
    pub(super) offers: BTreeMap<OfferId, (CallId, QueueId, AgentId)>,
    /// The contacts for whom a phone rings.
    pub(super) ringing: BTreeSet<(CallId, OfferId)>,
    /// Who talked with each caller last.
    pub(super) agents: BTreeMap<CallId, AgentId>,
    /// Who ends a talk that is about to be over.
    pub(super) parting: BTreeMap<CallId, EndedBy>,
}

impl Teller {
    fn row(&mut self, at: Wall, fact: Fact) -> Row {
        self.last = self.last.max(at);
        Row::new(self.last, fact)
    }

    /// Forgets a contact that is over.
    fn forget(&mut self, contact: CallId) {
        self.agents.remove(&contact);
        self.parting.remove(&contact);
    }
}

impl Engine {
    /// Tells one fact, where a history is kept.
    pub(super) fn happened(&mut self, fact: Fact) {
        self.happened_with(fact, Private::default());
    }

    pub(super) fn happened_with(&mut self, fact: Fact, private: Private) {
        let at = self.clock.at(self.now);
        let Some(teller) = &mut self.teller else { return };
        let row = teller.row(at, fact).with(private);
        self.outputs.push_back(Output::Happened(Box::new(row)));
    }

    /// An offer to be kept before a phone rings; `None` where no history is kept.
    pub(super) fn offered_row(
        &mut self,
        offer: OfferId,
        contact: CallId,
        agent: &AgentId,
        until: crate::time::Instant,
        together: bool,
    ) -> Option<Box<Row>> {
        let (at, until) = (self.clock.at(self.now), self.clock.at(until));
        let teller = self.teller.as_mut()?;
        let queue = teller.lines.get(&contact)?.clone();
        teller.offers.insert(offer, (contact, queue.clone(), agent.clone()));
        let offer = crate::history::OfferId(offer.0);
        let agent = agent.clone();
        let fact = Fact::Offered { offer, contact, queue, agent, until, together };
        Some(Box::new(teller.row(at, fact)))
    }

    /// A call was taken by a flow.
    pub(super) fn call_began(&mut self, contact: CallId, origin: &Origin, flow: &Flow) {
        if self.teller.is_none() {
            return;
        }
        let number = origin.caller.number.as_ref();
        let secret = self.settings.caller_secret.as_ref();
        let caller = secret.zip(number).and_then(|(secret, number)| secret.key(number));
        let number = number.cloned().map(|number| ("number".into(), number));
        let fact = Fact::CallBegan {
            contact,
            caller,
            called: origin.called.clone(),
            trunk: origin.trunk.clone(),
            flow: Some(flow.id.clone()),
            flow_hash: Some(flow.hash.clone()),
        };
        self.happened_with(fact, Private(number.into_iter().collect()));
    }

    /// A call is over.
    pub(super) fn call_ended(&mut self, contact: CallId, record: &CallRecord) {
        self.surveyed(contact, record);
        let Some(teller) = &mut self.teller else { return };
        teller.forget(contact);
        let Some(call) = self.calls.get(&contact) else { return };
        let told = call.wanted.as_ref().and_then(public_topic);
        let fact = Fact::CallEnded {
            contact,
            outcome: outcome(record, call.to_human),
            cause: record.cause,
            by: record.ended_by,
            language: record.language.clone(),
            topic: told.or_else(|| call.session.topic()),
        };
        self.happened(fact);
    }

    /// A queue has taken a contact in.
    pub(super) fn entered(&mut self, contact: CallId) {
        if self.teller.is_none() {
            return;
        }
        // It stands in one line at a time.
        self.left(contact, Exit::Moved, None);
        let Some(Wanted { request, since, again, .. }) = self.wanted(contact) else { return };
        let fact = Fact::Enqueued {
            contact,
            queue: request.queue.clone(),
            medium: Medium::Voice,
            priority: request.priority.clamp(1, 9),
            order: self.clock.at(*since),
            skills: request.skills.clone(),
            again: *again,
        };
        let queue = request.queue.clone();
        if let Some(teller) = &mut self.teller {
            teller.lines.insert(contact, queue);
        }
        self.happened(fact);
    }

    /// A caller in line was told where they stand.
    pub(super) fn announced(
        &mut self,
        contact: CallId,
        position: Option<u32>,
        expected: Option<Expected>,
    ) {
        let Some(queue) = self.wanted(contact).map(|wanted| wanted.request.queue.clone()) else {
            return;
        };
        let expected_us = expected.map(|expected| expected.wait.as_micros());
        self.happened(Fact::Announced { contact, queue, position, expected_us });
    }

    /// A wish to be called back has come into line.
    pub(super) fn callback_in_line(&mut self, contact: CallId, queue: &QueueId, fact: Fact) {
        if let Some(teller) = &mut self.teller {
            teller.lines.insert(contact, queue.clone());
        }
        self.happened(fact);
    }

    /// A queue has not taken a contact in.
    pub(super) fn refused(&mut self, contact: CallId, queue: &QueueId, why: Refusal) {
        self.happened(Fact::Refused { contact, queue: queue.clone(), why });
    }

    /// A contact has left its line without an answer; nothing if it stands in none.
    pub(super) fn left(&mut self, contact: CallId, how: Exit, key: Option<Arc<str>>) {
        let Some(teller) = &mut self.teller else { return };
        let Some(queue) = teller.lines.remove(&contact) else { return };
        let (first, last) = ((contact, OfferId(0)), (contact, OfferId(u64::MAX)));
        let rings = teller.ringing.range(first..=last).next().is_some();
        let how = match how {
            Exit::Abandoned if rings => Exit::AbandonedRinging,
            how => how,
        };
        self.keep_place(contact, &queue, how);
        self.happened(Fact::Left { contact, queue, how, key });
    }

    /// A contact leaves its line: told, and carried out.
    pub(super) fn leave_line(&mut self, contact: CallId, how: Exit, key: Option<Arc<str>>) {
        let by_themselves = matches!(how, Exit::Key | Exit::Callback | Exit::Voicemail);
        if let Some(wanted) = self.calls.get_mut(&contact).and_then(|call| call.wanted.as_mut()) {
            wanted.left = by_themselves;
        }
        self.left(contact, how, key);
        self.tell_queues(queue::Input::Leave { call: contact, how });
    }

    /// A contact is out of its line because it was answered.
    pub(super) fn is_answered(&mut self, contact: CallId) {
        if let Some(teller) = &mut self.teller {
            teller.lines.remove(&contact);
        }
    }

    /// A talk is about to be over: by whom.
    pub(super) fn parts(&mut self, contact: CallId, by: EndedBy) {
        if let Some(teller) = &mut self.teller {
            teller.parting.insert(contact, by);
        }
    }

    /// Somebody else has the caller from now on, who got them from a colleague.
    pub(super) fn handed_over(
        &mut self,
        contact: CallId,
        queue: Option<QueueId>,
        to: Option<AgentId>,
        attended: bool,
    ) {
        let Some(teller) = &mut self.teller else { return };
        let from = teller.agents.get(&contact).cloned();
        self.happened(Fact::HandedOver { contact, queue, from, to, attended });
    }

    /// A side of a talk holds, or none does any more.
    pub(super) fn hold_told(&mut self, contact: CallId, held: bool) {
        let Some(teller) = &mut self.teller else { return };
        let agent = teller.agents.get(&contact).cloned();
        self.happened(match held {
            true => Fact::Held { contact, agent },
            false => Fact::Resumed { contact, agent },
        });
    }
}

/// What a contact is about, where the flow tells the agent so openly.
fn public_topic(wanted: &Wanted) -> Option<Arc<str>> {
    let mut told = wanted.request.tell.iter();
    let topic = told.find(|told| told.name.as_ref() == "topic" && told.class == Class::Public)?;
    Some(topic.value.clone())
}
