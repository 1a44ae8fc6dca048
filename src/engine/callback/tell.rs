//! What becomes of wishes to be called back, told: to the history, and as a record of each try.

use std::collections::BTreeMap;

use crate::call::{
    AgentId, CallId, CallRecord, Direction, EndedBy, HangupCause, QueueStay, mask_number,
};
use crate::engine::machine::Engine;
use crate::engine::output::Output;
use crate::history::{CallbackEnd, Fact, Medium, TryResult};
use crate::time::{Duration, Instant};

impl Engine {
    pub(super) fn tell_tried(
        &mut self,
        contact: CallId,
        agent: Option<&AgentId>,
        result: TryResult,
        again: Option<Instant>,
    ) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let fact = Fact::CallbackTried {
            callback: wish.number,
            contact,
            attempt: wish.tries,
            agent: agent.cloned(),
            result,
            again: again.map(|at| self.clock.at(at)),
        };
        self.happened(fact);
    }

    pub(super) fn tell_ended(&mut self, contact: CallId, callback: u64, how: CallbackEnd) {
        self.happened(Fact::CallbackEnded { callback, contact, how });
    }

    /// A wish has come into line.
    pub(in crate::engine) fn callback_entered(
        &mut self,
        contact: CallId,
        again: bool,
    ) -> Option<Fact> {
        let wish = self.callbacks.wishes.get(&contact)?;
        Some(Fact::Enqueued {
            contact,
            queue: wish.queue.clone(),
            medium: Medium::Callback,
            priority: wish.priority,
            order: self.clock.at(wish.order),
            skills: Vec::new(),
            again,
        })
    }

    /// The record of one try.
    pub(super) fn record_try(
        &mut self,
        contact: CallId,
        agent: Option<&AgentId>,
        (since, talk): (Instant, Option<Instant>),
        (by, cause): (EndedBy, HangupCause),
    ) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let at = |instant: Instant| self.clock.at(instant).to_rfc3339();
        let adapter = self.settings.adapters.get(usize::from(wish.adapter.0)).cloned();
        let talked = talk.map_or(Duration::ZERO, |talk| self.now.since(talk));
        // One that led to a talk was counted when that began, any other is about to be.
        let attempt = wish.tries + u32::from(talk.is_none());
        let record = CallRecord {
            v: 1,
            call: contact,
            attempt: Some(attempt),
            caller: None,
            asserted: false,
            called: mask_number(&wish.to).into(),
            diverted_from: None,
            trunk: None,
            direction: Direction::Out,
            adapter: adapter.unwrap_or_default(),
            flow: None,
            flow_hash: None,
            language: Some(wish.language.clone()),
            started: at(since),
            answered: talk.map(at),
            ended: at(self.now),
            steps: Vec::new(),
            notes: BTreeMap::new(),
            queue: Some(QueueStay {
                name: wish.queue.clone(),
                wait_ms: since.since(wish.order).as_millis(),
                offers: Vec::new(),
            }),
            transfer: None,
            agent: agent.cloned(),
            talks: Vec::new(),
            talk_ms: talked.as_millis(),
            cause,
            ended_by: by,
            ended_at: None,
            ignored_keys: 0,
            quality: None,
        };
        self.outputs.push_back(Output::Record(Box::new(record)));
    }
}
