//! Callbacks that happen: a wish stands in its queue's line at the place of the call it was asked in, and whichever agent
//! it is offered to is rung first.
//!
//! ```text
//!             kept                calling hours           offered, agent picks up
//!  the store ──────▶ resting ◀─────────────────▶ in line ─────────────────────▶ with agent: customer is rung
//!                      ▲                                                           │ answered
//!                      │ gap, as long as tries are left                            ▼
//!                      ├──────────────── no answer, busy, no agent … ◀────────── asked: "press 1"
//!                      └─ machine: a message is left once ◀── no key ──────────────┤ 1        │ 2
//!                                                                                  ▼          ▼
//!  ended: done, declined, expired, exhausted, merged, called again, not allowed  talking     declined
//! ```
//!
//! That is `first: agent`. With `first: customer` the customer is called before an agent: see [`customer`].
//!
//! Nothing of a person is said before the customer has pressed 1. Numbers are called only where `allow` of the queue
//! says so. Every change is told to the history. It works only where [`Settings::callbacks`](super::Settings) names the
//! queue; elsewhere a wish is only kept.

mod course;
mod customer;
mod rules;
mod stage;
mod tell;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::legs::Role;
use super::machine::Engine;
use crate::bug::{self, Bug};
use crate::call::{
    AdapterId, AgentId, CallId, Callback, CommandKind, HangupCause, Language, LegId, PlayId,
    QueueId, WishPlace, mask_number,
};
use crate::history::{CallbackEnd, CallerKey, Exit, Fact, Medium, OpenCallback, TryResult};
use crate::queue::{self, Contact};
use crate::time::{Duration, Instant};

pub use rules::{CallbackRules, First};

use rules::stands_until;
use stage::{Pair, Stage};

/// How long the customer has to press a key, from their answer; then whoever answered is taken for a machine.
pub(super) const CONFIRM_LIMIT: Duration = Duration::from_secs(25);
/// How long the customer is rung.
pub(super) const CUSTOMER_RING: Duration = Duration::from_secs(30);
/// How long the words to a machine, or the last ones to a customer, may take.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(20);
/// How long after a wish its customer is called at the earliest: they have to put the phone down first.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// When a queue is asked again that did not take a wish in.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// The priority of wishes: the middle class.
const PRIORITY: u8 = 5;
/// How long a wish is open where no agents call by themselves. It is closed with the first start after that.
const KEPT_UNCALLED: Duration = Duration::from_mins(24 * 60);
/// The most wishes that are kept open; further ones are only written down.
const MOST_WISHES: usize = 10_000;

/// All open wishes.
#[derive(Debug, Default)]
pub(super) struct Callbacks {
    wishes: BTreeMap<CallId, Wish>,
    dues: BTreeSet<(Instant, CallId)>,
    /// Those whose customers are on the phone, or called, before an agent.
    called: BTreeSet<CallId>,
    /// Legs of customers who hear their last words, and until when.
    leaving: BTreeMap<LegId, Instant>,
    plays: u64,
}

/// One wish.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Its number, as the store gave it.
    number: u64,
    queue: QueueId,
    to: Arc<str>,
    language: Language,
    /// Since when it has its place in line.
    order: Instant,
    /// 1 (first) to 9.
    priority: u8,
    expires: Instant,
    adapter: AdapterId,
    /// The trunk that their own call came by, and the customer is called by.
    trunk: Option<Arc<str>>,
    tries: u32,
    /// Whether a machine was told already.
    message_left: bool,
    /// Whether it stood in line before.
    again: bool,
    stage: Stage,
}

impl Callbacks {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let wish = self.dues.first().map(|(at, _)| *at);
        [wish, self.leaving.values().min().copied()].into_iter().flatten().min()
    }

    pub(super) fn holds(&self, contact: CallId) -> bool {
        self.wishes.contains_key(&contact)
    }

    fn set(&mut self, contact: CallId, stage: Stage) {
        let Some(wish) = self.wishes.get_mut(&contact) else { return };
        if let Some(old) = wish.stage.due() {
            self.dues.remove(&(old, contact));
        }
        self.dues.extend(stage.due().map(|at| (at, contact)));
        match stage {
            Stage::Called { .. } | Stage::Confirming { .. } | Stage::Holding { .. } => {
                self.called.insert(contact);
            }
            Stage::Resting { .. }
            | Stage::InLine { .. }
            | Stage::Watched { .. }
            | Stage::Rung { .. }
            | Stage::Asked { .. }
            | Stage::Talking { .. } => {
                self.called.remove(&contact);
            }
        }
        wish.stage = stage;
    }

    fn remove(&mut self, contact: CallId) -> Option<Wish> {
        let wish = self.wishes.remove(&contact)?;
        self.called.remove(&contact);
        if let Some(at) = wish.stage.due() {
            self.dues.remove(&(at, contact));
        }
        Some(wish)
    }

    const fn next_play(&mut self) -> PlayId {
        self.plays += 1;
        // Beyond those of whispers, which may still sound on the same leg.
        PlayId(1_000_000 + self.plays)
    }
}

impl Engine {
    /// How many wishes to be called back are open.
    #[must_use]
    pub fn open_callbacks(&self) -> usize {
        self.callbacks.wishes.len()
    }

    /// Where a wish of a call will stand: at the call's own place in that line, or at the end of it. Nowhere if no history
    /// is kept and nobody will call.
    pub(super) fn wish_place(&mut self, call: CallId, wish: &Callback) -> Option<WishPlace> {
        let rules = self.settings.callbacks.get(&wish.queue);
        if rules.is_none() && self.teller.is_none() {
            return None;
        }
        let longest = rules.map_or(KEPT_UNCALLED, |rules| rules.expires);
        let within = wish.within.unwrap_or(longest).min(longest);
        let place = self.wanted(call).filter(|wanted| wanted.request.queue == wish.queue);
        let order = place.map_or(self.now, |wanted| wanted.since);
        let hours = self.settings.hours_of(&wish.queue);
        let expires = stands_until(hours, self.clock.at(self.now), within);
        let order = self.clock.at(order);
        let contact = self.new_call_id();
        let asking = self.calls.get(&call);
        let trunk = asking.and_then(|asking| asking.session.trunk().cloned());
        let adapter = asking.map(|asking| usize::from(asking.leg.adapter.0));
        let adapter = adapter.and_then(|place| self.settings.adapters.get(place)).cloned();
        Some(WishPlace { contact, order, priority: PRIORITY, expires, adapter, trunk })
    }

    /// The store has kept a wish that was asked for in a call.
    pub(super) fn callback_kept(&mut self, wish: &Callback, adapter: AdapterId, number: u64) {
        let Some(WishPlace { contact, order, priority, expires, trunk, .. }) = wish.place.clone()
        else {
            return;
        };
        let Some(rules) = self.settings.callbacks.get(&wish.queue).cloned() else { return };
        let new = Wish {
            number,
            queue: wish.queue.clone(),
            to: wish.to.clone(),
            language: wish.language.clone(),
            order: self.clock.instant(order),
            priority,
            expires: self.clock.instant(expires),
            adapter,
            trunk,
            tries: 0,
            message_left: false,
            again: false,
            stage: Stage::Resting { until: self.now },
        };
        if !rules.allow.contains(&new.to) {
            return self.tell_ended(contact, number, CallbackEnd::NotAllowed);
        }
        let same = |(_, old): (&CallId, &Wish)| old.to == new.to && old.queue == new.queue;
        let open = self.callbacks.wishes.iter().find(|one| same(*one)).map(|(contact, _)| *contact);
        if let Some(open) = open.filter(|_| !bug::is(Bug::WishesNotMerged)) {
            // The second updates the first, which keeps its place.
            if let Some(old) = self.callbacks.wishes.get_mut(&open) {
                old.language = new.language;
                old.expires = old.expires.max(new.expires);
            }
            return self.tell_ended(contact, number, CallbackEnd::Merged);
        }
        if self.callbacks.wishes.len() >= MOST_WISHES {
            return;
        }
        self.callbacks.wishes.insert(contact, new);
        // The caller is still on the line: their own call ends first.
        self.callback_rests(contact, self.now + FIRST_PAUSE);
    }

    /// Wishes of the process before this one stand where they stood. A try that was under way counts as none.
    pub(super) fn recover_callbacks(&mut self, open: &BTreeMap<u64, OpenCallback>) {
        for (number, was) in open {
            let Fact::CallbackAsked {
                contact,
                queue,
                language,
                order,
                priority,
                expires,
                adapter,
                trunk,
                ..
            } = &was.asked.fact
            else {
                continue;
            };
            let to = was.asked.private.as_ref().and_then(|private| private.0.get("to")).cloned();
            let expires = self.clock.instant(*expires);
            if !self.settings.callbacks.contains_key(queue) {
                if expires <= self.now {
                    self.tell_ended(*contact, *number, CallbackEnd::Expired);
                }
                continue;
            }
            let Some(to) = to else { continue };
            let again = was.again.map_or(self.now, |again| self.clock.instant(again));
            let wish = Wish {
                number: *number,
                queue: queue.clone(),
                to,
                language: language.clone(),
                order: self.clock.instant(*order),
                priority: *priority,
                expires,
                adapter: self.adapter_named(adapter.as_deref()),
                trunk: trunk.clone(),
                tries: was.tries,
                message_left: was.tries > 0,
                again: true,
                stage: Stage::Resting { until: self.now },
            };
            self.callbacks.wishes.insert(*contact, wish);
            self.callback_rests(*contact, again.max(self.now));
        }
    }

    /// The adapter of that name; the first one where there is none any more, or none was noted.
    fn adapter_named(&self, name: Option<&str>) -> AdapterId {
        let mut names = self.settings.adapters.iter();
        let place = name.and_then(|name| names.position(|known| **known == *name));
        AdapterId(place.and_then(|place| place.try_into().ok()).unwrap_or(0))
    }

    /// A customer talks with an agent of that queue by their own call: nobody has to call them any more. Whom we have
    /// called already, and who talks, is not hung up on.
    pub(super) fn callback_served(&mut self, queue: &QueueId, number: Option<&Arc<str>>) {
        let Some(number) = number else { return };
        let same = |(_, wish): (&CallId, &Wish)| {
            let talks = matches!(wish.stage, Stage::Talking { .. });
            wish.to == *number && wish.queue == *queue && !talks
        };
        let open = self.callbacks.wishes.iter().find(|one| same(*one)).map(|(contact, _)| *contact);
        if let Some(contact) = open {
            self.callback_over(contact, CallbackEnd::CalledAgain);
        }
    }

    /// Not before `until`, nor outside of the calling hours of where the number is, nor while its queue is closed.
    fn callback_rests(&mut self, contact: CallId, until: Instant) {
        let Some(wish) = self.callbacks.wishes.get(&contact) else { return };
        let Some(rules) = self.settings.callbacks.get(&wish.queue) else {
            return self.callback_over(contact, CallbackEnd::Cancelled);
        };
        let wall = self.clock.at(until);
        let hours = self.settings.hours_of(&wish.queue);
        let opens = rules.opens_with(&wish.to, hours, wall);
        let opens = if bug::is(Bug::CalledAtNight) { Some(Duration::ZERO) } else { opens };
        let until = opens.map_or(wish.expires, |span| until + span);
        let until = until.min(wish.expires).max(self.now);
        self.callbacks.set(contact, Stage::Resting { until });
    }

    /// Gaps, calling hours and times to answer that are over.
    pub(super) fn callbacks_due(&mut self) {
        while let Some(&(at, contact)) = self.callbacks.dues.first()
            && at <= self.now
        {
            self.callbacks.dues.remove(&(at, contact));
            let Some(wish) = self.callbacks.wishes.get(&contact).cloned() else { continue };
            match wish.stage {
                _ if wish.expires <= self.now && wish.stage.is_idle() => {
                    self.callback_over(contact, CallbackEnd::Expired);
                }
                Stage::Resting { .. } => self.callback_enters(contact, wish),
                Stage::InLine { .. } => {
                    self.callback_leaves(contact, Exit::Withdrawn);
                    self.callback_rests(contact, self.now);
                }
                Stage::Watched { closes, .. } => self.callback_watched(contact, closes),
                Stage::Asked { with, since, .. } => {
                    self.machine_answered(contact, with.customer, since, Some(&with));
                }
                Stage::Confirming { customer, since, .. } => {
                    self.machine_answered(contact, customer, since, None);
                }
                Stage::Holding { held, .. } => self.customer_waits(contact, held),
                Stage::Called { .. } | Stage::Rung { .. } | Stage::Talking { .. } => {}
            }
        }
        let over = |(leg, until): (&LegId, &Instant)| (*until <= self.now).then_some(*leg);
        let over: Vec<LegId> = self.callbacks.leaving.iter().filter_map(over).collect();
        for leg in over {
            self.callbacks.leaving.remove(&leg);
            self.command(leg, CommandKind::Hangup(HangupCause::Normal));
        }
    }

    /// A wish stands in line, at its old place.
    fn callback_enters(&mut self, contact: CallId, wish: Wish) {
        let Some(rules) = self.settings.callbacks.get(&wish.queue) else {
            return self.callback_over(contact, CallbackEnd::Cancelled);
        };
        let wall = self.clock.at(self.now);
        let closes = rules.closes(&wish.to, wall).filter(|_| !bug::is(Bug::CalledAtNight));
        let until = closes.map_or(wish.expires, |span| self.now + span).min(wish.expires);
        // Agents are not rung either when their hours are over.
        let hours = self.settings.hours_of(&wish.queue);
        let ends = hours.and_then(|hours| hours.next_closed(wall)).filter(|ends| wall < *ends);
        let until = ends.map_or(until, |ends| until.min(self.clock.instant(ends)));
        let (again, first) = (wish.again, rules.first);
        self.callbacks.set(
            contact,
            match first {
                First::Agent => Stage::InLine { until },
                First::Customer => Stage::Watched { until: self.now, closes: until },
            },
        );
        if first == First::Customer {
            self.tell_queues(queue::Input::Hold { call: contact });
        }
        if let Some(wish) = self.callbacks.wishes.get_mut(&contact) {
            wish.again = true;
        }
        self.tell_queues(queue::Input::Enqueue(Contact {
            call: contact,
            queue: wish.queue,
            skills: Vec::new(),
            priority: wish.priority,
            enqueued_at: wish.order,
            max_wait: wish.expires.since(self.now),
            closes_at: None,
            longest_expected: None,
            medium: Medium::Callback,
            again,
        }));
    }

    /// The queue did not take a wish in: it is looked at again later.
    pub(super) fn callback_refused(&mut self, contact: CallId) {
        self.tell_queues(queue::Input::Unhold { call: contact });
        self.callback_rests(contact, self.now + LOOK_AGAIN);
    }

    /// A try came to nothing: the next one follows after a gap, as long as tries are left.
    fn callback_failed(&mut self, contact: CallId, agent: Option<&AgentId>, result: TryResult) {
        let Some(wish) = self.callbacks.wishes.get_mut(&contact) else { return };
        wish.tries += 1;
        let (tries, queue) = (wish.tries, wish.queue.clone());
        let rules = self.settings.callbacks.get(&queue);
        let over = rules.map_or(CallbackEnd::Cancelled, |_| CallbackEnd::Exhausted);
        let gap = rules.filter(|rules| tries < rules.attempts).map(|rules| rules.gap(tries));
        let gap = if bug::is(Bug::GapSkipped) { gap.map(|_| Duration::ZERO) } else { gap };
        let again = gap.map(|gap| self.now + gap);
        self.tell_tried(contact, agent, result, again);
        match again {
            Some(until) => self.callback_rests(contact, until),
            None => {
                // Whoever is still on the phone hears their last words.
                self.callbacks.set(contact, Stage::Resting { until: self.now });
                self.callback_over(contact, over);
            }
        }
    }

    /// A wish is over.
    fn callback_over(&mut self, contact: CallId, how: CallbackEnd) {
        let Some(wish) = self.callbacks.remove(contact) else { return };
        for leg in wish.stage.rung() {
            self.command(leg, CommandKind::Hangup(HangupCause::Cancelled));
            if matches!(self.legs.get(leg), Some(Role::Customer { .. })) {
                self.legs.remove(leg);
            }
        }
        if wish.stage.is_in_line() {
            self.callback_leaves(contact, Exit::Withdrawn);
        }
        self.tell_ended(contact, wish.number, how);
    }

    /// A wish in line is led to another queue, by whose rules it is called from here on. `false` if that one calls nobody
    /// back, or there is no such wish in line.
    pub(super) fn callback_led(&mut self, contact: CallId, queue: &QueueId) -> bool {
        let calls_back = self.settings.callbacks.contains_key(queue);
        let wish = self.callbacks.wishes.get_mut(&contact).filter(|_| calls_back);
        let wish =
            wish.filter(|wish| matches!(wish.stage, Stage::InLine { .. } | Stage::Watched { .. }));
        let found = wish.is_some();
        if let Some(wish) = wish {
            wish.queue = queue.clone();
        }
        found
    }

    /// Nobody calls a caller back any more. What is on the phone now goes on, and is the last of it.
    pub(super) fn forget_callbacks(&mut self, caller: &CallerKey) {
        let Some(secret) = self.settings.caller_secret.clone() else { return };
        let theirs = |wish: &Wish| secret.key(&wish.to).as_ref() == Some(caller);
        let wishes = self.callbacks.wishes.iter_mut().filter(|(_, wish)| theirs(wish));
        let mut idle = Vec::new();
        for (contact, wish) in wishes {
            wish.expires = wish.expires.min(self.now);
            if wish.stage.is_idle() {
                idle.push(*contact);
            }
        }
        for contact in idle {
            self.callback_over(contact, CallbackEnd::Cancelled);
        }
    }

    /// A wish in line has another priority.
    pub(super) fn callback_reprioritised(&mut self, contact: CallId, priority: u8) {
        if let Some(wish) = self.callbacks.wishes.get_mut(&contact) {
            wish.priority = priority;
        }
    }

    /// What the agent's phone shows: the number in part, so that nobody reads it from afar.
    pub(super) fn callback_display(&self, contact: CallId) -> Option<(AdapterId, Arc<str>)> {
        let wish = self.callbacks.wishes.get(&contact)?;
        let text = format!("{} · callback · {}", wish.queue, mask_number(&wish.to));
        Some((wish.adapter, text.into()))
    }
}
