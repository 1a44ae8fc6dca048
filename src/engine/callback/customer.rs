//! The customer first: called when an agent is expected to be free, they confirm, and wait in front of the line.
//!
//! ```text
//!  in line, offered to nobody: an agent is free, or expected to be within AHEAD
//!        │
//!        ▼
//!  called ── answered ──▶ confirming ── 1 ──▶ holding: music, the first of the line ── an agent picks up ──▶ talking
//!                                                │ BRIDGE_LIMIT, and nobody is rung: an apology, once
//!                                                └ HOLD_LIMIT: "we will call you again"; the next try is served first
//! ```
//!
//! While customers are called, one more of them than there are free agents may be: so few find nobody.

use super::{CONFIRM_LIMIT, Stage};
use crate::call::{
    AgentId, CallId, CommandKind, EndedBy, HOLD_MUSIC, HangupCause, LegId, PlayId, SoundId,
};
use crate::engine::callback::Pair;
use crate::engine::machine::Engine;
use crate::history::{Exit, TryResult};
use crate::queue;
use crate::time::{Duration, Instant};

/// How soon an agent must be expected for a customer to be called: about what picking up and confirming take.
const AHEAD: Duration = Duration::from_secs(25);
/// How often the first of a line is looked at; those behind it so much less often, …
const LOOK: Duration = Duration::from_secs(2);
/// … but at least so often.
const MOST_LOOK: Duration = Duration::from_secs(60);
/// How long after the key an agent is to be rung at the latest; whoever waits longer hears an apology.
const BRIDGE_LIMIT: Duration = Duration::from_secs(2);
/// How long a customer who was called waits for an agent at most.
const HOLD_LIMIT: Duration = Duration::from_secs(60);
/// The priority of a customer who is on the phone: nobody is served before them.
const FRONT: u8 = 1;

/// A customer who waits on the phone.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) customer: LegId,
    /// When they were called.
    pub(super) since: Instant,
    /// When they confirmed.
    confirmed: Instant,
    /// What was said to them last.
    words: PlayId,
    /// Whether they have heard an apology.
    sorry: bool,
}

impl Engine {
    /// A wish stands in line for nobody yet: whether its customer is to be called now, or when to look again.
    pub(super) fn callback_watched(&mut self, contact: CallId, closes: Instant) {
        if closes <= self.now {
            self.callback_leaves(contact, Exit::Withdrawn);
            return self.callback_rests(contact, self.now);
        }
        if self.agent_is_near(contact) {
            return self.customer_called(contact);
        }
        let place = self.queues.position(contact).unwrap_or(1);
        let pause = LOOK.times(u64::from(place)).min(MOST_LOOK);
        let until = (self.now + pause).min(closes);
        self.callbacks.set(contact, Stage::Watched { until, closes });
    }

    /// Whether an agent is free for a wish, or will be once its customer has picked up and confirmed.
    fn agent_is_near(&self, contact: CallId) -> bool {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return false };
        let Some(queue) = self.queues.queue(&wish.queue) else { return false };
        let Some(place) = self.queues.position(contact) else { return false };
        let same = |called: &&CallId| {
            self.callbacks.wishes.get(called).is_some_and(|other| other.queue == wish.queue)
        };
        let under_way = self.callbacks.called.iter().filter(same).count();
        let ready = queue.ready();
        let first = usize::try_from(place).is_ok_and(|place| place <= ready);
        let soon = || self.queues.expected_wait(contact).is_some_and(|wait| wait.wait <= AHEAD);
        (under_way < ready && first) || (under_way <= ready && soon())
    }

    fn customer_called(&mut self, contact: CallId) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let (to, adapter) = (wish.to.clone(), wish.adapter);
        let customer = self.customer_dialled(contact, to, adapter, None);
        self.callbacks.set(contact, Stage::Called { customer, since: self.now });
    }

    /// A customer who was called before an agent has answered.
    pub(super) fn customer_is_there(&mut self, contact: CallId, customer: LegId, since: Instant) {
        let until = self.now + CONFIRM_LIMIT;
        self.callbacks.set(contact, Stage::Confirming { customer, since, until });
        self.say(customer, &["callback_hello"], Some(contact));
    }

    /// They have confirmed: nobody is served before them.
    pub(super) fn customer_holds(&mut self, contact: CallId, customer: LegId, since: Instant) {
        let music = CommandKind::Music(Some(SoundId::from(HOLD_MUSIC)));
        self.command(customer, music);
        let words = self.say(customer, &["connecting"], Some(contact));
        let held = Held { customer, since, confirmed: self.now, words, sorry: false };
        self.callbacks.set(contact, Stage::Holding { held, until: self.now + BRIDGE_LIMIT });
        self.tell_queues(queue::Input::Reprioritise { call: contact, priority: FRONT });
        self.tell_queues(queue::Input::Unhold { call: contact });
    }

    /// A customer waits on the phone: an apology where nobody is rung for them, and an end.
    pub(super) fn customer_waits(&mut self, contact: CallId, mut held: Held) {
        let limit = held.confirmed + HOLD_LIMIT;
        if limit <= self.now {
            self.command(held.customer, CommandKind::Music(None));
            self.command(held.customer, CommandKind::Stop(held.words));
            self.last_words_to(contact, held.customer, "callback_later");
            let ended = (EndedBy::System, HangupCause::Normal);
            self.record_try(contact, None, (held.since, None), ended);
            self.callback_leaves(contact, Exit::Timeout);
            return self.callback_failed(contact, None, TryResult::NoAgent);
        }
        let standing = self.queues.contact(contact);
        let rings = standing.is_some_and(|standing| standing.rung().next().is_some());
        if !held.sorry && !rings {
            self.command(held.customer, CommandKind::Stop(held.words));
            held.words = self.say(held.customer, &["callback_wait"], Some(contact));
            held.sorry = true;
        }
        let next = if held.sorry { limit } else { (self.now + BRIDGE_LIMIT).min(limit) };
        self.callbacks.set(contact, Stage::Holding { held, until: next });
    }

    /// An agent has picked up for a customer who waits on the phone.
    pub(super) fn customer_connected(
        &mut self,
        contact: CallId,
        held: &Held,
        (agent, agent_leg): (AgentId, LegId),
    ) {
        let customer = held.customer;
        self.command(customer, CommandKind::Music(None));
        self.command(customer, CommandKind::Stop(held.words));
        let with = Pair { agent, agent_leg, customer };
        self.they_talk(contact, &with, held.since);
    }

    /// A customer who was called before an agent is gone.
    pub(super) fn called_customer_gone(
        &mut self,
        contact: CallId,
        stage: &Stage,
        why: HangupCause,
    ) {
        let (since, by, result, how) = match stage {
            Stage::Called { since, .. } => {
                (*since, EndedBy::System, super::course::result_of(why), Exit::Withdrawn)
            }
            Stage::Confirming { since, .. } => {
                (*since, EndedBy::Caller, TryResult::NotConfirmed, Exit::Withdrawn)
            }
            Stage::Holding { held, .. } => {
                (held.since, EndedBy::Caller, TryResult::NoAgent, Exit::Abandoned)
            }
            Stage::Resting { .. }
            | Stage::InLine { .. }
            | Stage::Watched { .. }
            | Stage::Rung { .. }
            | Stage::Asked { .. }
            | Stage::Talking { .. } => return,
        };
        self.record_try(contact, None, (since, None), (by, why));
        self.callback_leaves(contact, how);
        self.callback_failed(contact, None, result);
    }

    /// A wish leaves the line in which it stands, if it does.
    pub(super) fn callback_leaves(&mut self, contact: CallId, how: Exit) {
        self.leave_line(contact, how, None);
        self.tell_queues(queue::Input::Unhold { call: contact });
    }
}
