//! One try: agent and customer on the phone.

use std::sync::Arc;

use super::{CONFIRM_LIMIT, CUSTOMER_RING, LAST_WORDS, Pair, Stage};
use crate::call::{
    AdapterId, AgentId, CallId, CommandKind, Dial, EndedBy, EventKind, HangupCause, LegId, Play,
    PlayEnd, PlayId, SymbolSet, Target,
};
use crate::engine::legs::Role;
use crate::engine::machine::Engine;
use crate::flow::yes_or_no_key;
use crate::history::{CallbackEnd, Exit, TryResult};
use crate::queue;
use crate::time::Instant;

impl Engine {
    /// The agent is there: they hear what it is about, and the customer is rung.
    pub(in crate::engine) fn callback_connected(
        &mut self,
        contact: CallId,
        agent: AgentId,
        agent_leg: LegId,
    ) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        if let Stage::Holding { held, .. } = wish.stage.clone() {
            return self.customer_connected(contact, &held, (agent, agent_leg));
        }
        let (to, adapter) = (wish.to.clone(), wish.adapter);
        self.say(agent_leg, &["callback_for", "callback_dialling"], None);
        let customer = self.customer_dialled(contact, to, adapter, Some(agent_leg));
        let with = Pair { agent, agent_leg, customer };
        self.callbacks.set(contact, Stage::Rung { with, since: self.now });
    }

    /// Rings the customer of a wish, on behalf of the agent `beside` whom they are to talk with, if one is there.
    pub(super) fn customer_dialled(
        &mut self,
        contact: CallId,
        to: Arc<str>,
        adapter: AdapterId,
        beside: Option<LegId>,
    ) -> LegId {
        let customer = self.legs.next(adapter);
        let dial = Dial {
            to: Target::Number(to),
            trunk: self.callbacks.wishes.get(&contact).and_then(|wish| wish.trunk.clone()),
            caller_id: None,
            display: None,
            tell: Vec::new(),
            pop_url: None,
            beside,
            ring: CUSTOMER_RING,
        };
        self.legs.insert_aside(customer, Role::Customer { wish: contact });
        self.command(customer, CommandKind::Dial(Box::new(dial)));
        customer
    }

    /// Something happened on the leg of a customer who is called back.
    pub(in crate::engine) fn customer_event(
        &mut self,
        contact: CallId,
        leg: LegId,
        kind: &EventKind,
    ) {
        match kind {
            EventKind::Answered => self.customer_answered(contact),
            EventKind::Digit { symbol, .. } => self.customer_key(contact, symbol.as_char()),
            EventKind::Said { text, .. } => {
                let wish = self.callbacks.wishes.get(&contact);
                let key = wish.and_then(|wish| yes_or_no_key(&wish.language, text));
                key.into_iter().for_each(|key| self.customer_key(contact, key));
            }
            EventKind::PlayEnded { end: PlayEnd::Finished | PlayEnd::Failed, .. } => {
                self.last_words_said(leg);
            }
            EventKind::MediaLost => self.command(leg, CommandKind::Hangup(HangupCause::MediaLost)),
            EventKind::Ended { cause, .. } => self.customer_gone(contact, leg, *cause),
            EventKind::Rejected { command: CommandKind::Dial(_), .. } => {
                self.customer_gone(contact, leg, HangupCause::Unreachable);
            }
            _ => {}
        }
    }

    /// A key of a customer, pressed or said aloud.
    fn customer_key(&mut self, contact: CallId, key: char) {
        match key {
            '1' => self.customer_confirms(contact),
            '2' => self.customer_declines(contact),
            _ => {}
        }
    }

    fn customer_answered(&mut self, contact: CallId) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let (with, since) = match wish.stage.clone() {
            Stage::Rung { with, since } => (with, since),
            Stage::Called { customer, since } => {
                return self.customer_is_there(contact, customer, since);
            }
            _ => return,
        };
        let customer = with.customer;
        let until = self.now + CONFIRM_LIMIT;
        self.callbacks.set(contact, Stage::Asked { with, since, until });
        self.say(customer, &["callback_hello"], Some(contact));
    }

    fn customer_confirms(&mut self, contact: CallId) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        match wish.stage.clone() {
            Stage::Asked { with, since, .. } => self.they_talk(contact, &with, since),
            Stage::Confirming { customer, since, .. } => {
                self.customer_holds(contact, customer, since);
            }
            _ => {}
        }
    }

    /// Agent and customer are connected.
    pub(super) fn they_talk(&mut self, contact: CallId, with: &Pair, since: Instant) {
        self.command(with.customer, CommandKind::Bridge(with.agent_leg));
        let talking = Stage::Talking { with: with.clone(), since, talk: self.now };
        self.callbacks.set(contact, talking);
        if let Some(wish) = self.callbacks.wishes.get_mut(&contact) {
            wish.tries += 1;
        }
        self.tell_tried(contact, Some(&with.agent), TryResult::Connected, None);
    }

    fn customer_declines(&mut self, contact: CallId) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let (customer, since, agent) = match wish.stage.clone() {
            Stage::Asked { with, since, .. } => (with.customer, since, Some(with.agent_leg)),
            Stage::Confirming { customer, since, .. } => (customer, since, None),
            _ => return,
        };
        self.last_words_to(contact, customer, "callback_declined");
        self.record_try(contact, None, (since, None), (EndedBy::System, HangupCause::Normal));
        match agent {
            Some(agent) => self.command(agent, CommandKind::Hangup(HangupCause::Normal)),
            None => self.callback_leaves(contact, Exit::Withdrawn),
        }
        // Nobody is rung for it any more: the customer hears the last words.
        self.callbacks.set(contact, Stage::Resting { until: self.now });
        self.callback_over(contact, CallbackEnd::Declined);
    }

    /// Nobody pressed a key: a machine answered, and is told once that we called.
    pub(super) fn machine_answered(
        &mut self,
        contact: CallId,
        customer: LegId,
        since: Instant,
        with: Option<&Pair>,
    ) {
        let Some(wish) = self.callbacks.wishes.get_mut(&contact) else { return };
        if std::mem::replace(&mut wish.message_left, true) {
            self.command(customer, CommandKind::Hangup(HangupCause::Normal));
            self.legs.remove(customer);
        } else {
            self.last_words_to(contact, customer, "callback_machine");
        }
        self.record_try(contact, None, (since, None), (EndedBy::System, HangupCause::Normal));
        match with {
            Some(with) => self.agent_hears_of_failure(with),
            None => self.callback_leaves(contact, Exit::Withdrawn),
        }
        self.callback_failed(contact, with.map(|with| &with.agent), TryResult::Machine);
    }

    pub(super) fn last_words_to(&mut self, contact: CallId, leg: LegId, words: &str) {
        self.say(leg, &[words], Some(contact));
        self.callbacks.leaving.insert(leg, self.now + LAST_WORDS);
    }

    fn customer_gone(&mut self, contact: CallId, leg: LegId, cause: HangupCause) {
        self.legs.remove(leg);
        if self.callbacks.leaving.remove(&leg).is_some() {
            return;
        }
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        match wish.stage.clone() {
            Stage::Rung { with, since } if with.customer == leg => {
                self.record_try(contact, None, (since, None), (EndedBy::System, cause));
                self.agent_hears_of_failure(&with);
                self.callback_failed(contact, Some(&with.agent), result_of(cause));
            }
            Stage::Asked { with, since, .. } if with.customer == leg => {
                self.record_try(contact, None, (since, None), (EndedBy::Caller, cause));
                self.agent_hears_of_failure(&with);
                self.callback_failed(contact, Some(&with.agent), TryResult::NotConfirmed);
            }
            Stage::Talking { with, since, talk } if with.customer == leg => {
                self.record_try(
                    contact,
                    Some(&with.agent),
                    (since, Some(talk)),
                    (EndedBy::Caller, cause),
                );
                self.parts(contact, EndedBy::Caller);
                self.command(with.agent_leg, CommandKind::Hangup(HangupCause::Normal));
                self.legs.remove(with.agent_leg);
                self.callback_over(contact, CallbackEnd::Done);
                self.tell_queues(queue::Input::TalkEnded { call: contact });
            }
            stage @ (Stage::Called { customer, .. } | Stage::Confirming { customer, .. })
                if customer == leg =>
            {
                self.called_customer_gone(contact, &stage, cause);
            }
            Stage::Holding { held, until } if held.customer == leg => {
                self.called_customer_gone(contact, &Stage::Holding { held, until }, cause);
            }
            Stage::Resting { .. }
            | Stage::InLine { .. }
            | Stage::Watched { .. }
            | Stage::Called { .. }
            | Stage::Confirming { .. }
            | Stage::Holding { .. }
            | Stage::Rung { .. }
            | Stage::Asked { .. }
            | Stage::Talking { .. } => {}
        }
    }

    /// The agent of a try hung up, or is gone.
    pub(in crate::engine) fn callback_agent_gone(
        &mut self,
        contact: CallId,
        (leg, agent): (LegId, AgentId),
        cause: HangupCause,
    ) {
        self.callbacks.leaving.remove(&leg);
        self.parts(contact, EndedBy::Agent);
        let stage = self.callbacks.wishes.get(&contact).map(|wish| wish.stage.clone());
        match stage {
            Some(Stage::Rung { with, since } | Stage::Asked { with, since, .. }) => {
                self.command(with.customer, CommandKind::Hangup(HangupCause::Cancelled));
                self.legs.remove(with.customer);
                self.record_try(contact, None, (since, None), (EndedBy::Agent, cause));
                self.callback_agent_parts(contact, cause);
                self.callback_failed(contact, Some(&with.agent), TryResult::NoAgent);
            }
            Some(Stage::Talking { with, since, talk }) => {
                self.command(with.customer, CommandKind::Hangup(HangupCause::Normal));
                self.legs.remove(with.customer);
                self.record_try(
                    contact,
                    Some(&with.agent),
                    (since, Some(talk)),
                    (EndedBy::Agent, cause),
                );
                self.callback_over(contact, CallbackEnd::Done);
                self.callback_agent_parts(contact, cause);
            }
            // There was no talk, so that nothing is to be wrapped up.
            Some(
                Stage::Resting { .. }
                | Stage::InLine { .. }
                | Stage::Watched { .. }
                | Stage::Called { .. }
                | Stage::Confirming { .. }
                | Stage::Holding { .. },
            )
            | None => {
                self.tell_queues(queue::Input::TalkEnded { call: contact });
                self.tell_queues(queue::Input::WrapUpDone { agent });
            }
        }
    }

    /// The agent has work to do after it, unless the phone is gone without a word: then nobody is offered to it for a while.
    fn callback_agent_parts(&mut self, contact: CallId, cause: HangupCause) {
        let vanished = cause == HangupCause::MediaLost;
        let call = contact;
        self.tell_queues(match vanished {
            true => queue::Input::Vanished { call },
            false => queue::Input::TalkEnded { call },
        });
    }

    /// The agent hears that the customer could not be had; then their leg ends, and they are free.
    fn agent_hears_of_failure(&mut self, with: &Pair) {
        self.say(with.agent_leg, &["callback_unreached"], None);
        self.callbacks.leaving.insert(with.agent_leg, self.now + LAST_WORDS);
    }

    /// The words that end a leg have been said; `false` if none are said on it.
    pub(in crate::engine) fn last_words_said(&mut self, leg: LegId) -> bool {
        let last = self.callbacks.leaving.remove(&leg).is_some();
        if last {
            self.command(leg, CommandKind::Hangup(HangupCause::Normal));
        }
        last
    }

    /// Built-in words on a leg: in the customer's language where they are for a customer.
    pub(in crate::engine) fn say(
        &mut self,
        leg: LegId,
        names: &[&str],
        customer: Option<CallId>,
    ) -> PlayId {
        let language = customer
            .and_then(|contact| self.callbacks.wishes.get(&contact))
            .map_or_else(|| self.settings.language.clone(), |wish| wish.language.clone());
        let items = names.iter().filter_map(|name| self.words_in(name, &language)).collect();
        let id = self.callbacks.next_play();
        self.command(leg, CommandKind::Play(Play { id, items, stop_on: SymbolSet::NONE }));
        id
    }
}

pub(super) const fn result_of(cause: HangupCause) -> TryResult {
    match cause {
        HangupCause::Busy => TryResult::Busy,
        HangupCause::NoAnswer => TryResult::NoAnswer,
        HangupCause::Rejected => TryResult::Rejected,
        HangupCause::Unreachable | HangupCause::NotFound => TryResult::Unreachable,
        _ => TryResult::Failed,
    }
}
