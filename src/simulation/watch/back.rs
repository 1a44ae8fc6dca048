//! Wishes to be called back, kept from outside: who may be rung when and how often, and that each ends once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Watch;
use super::breach::{Fault, require};
use crate::calendar::Opening;
use crate::call::{CallId, CallRecord, Callback, Dial, LegId, QueueId, Target};
use crate::engine::CallbackRules;
use crate::history::{Exit, Fact, TryResult};
use crate::time::{Duration, Instant, Wall};

/// One wish.
#[derive(Debug)]
struct Wish {
    queue: QueueId,
    to: Arc<str>,
    tries: u32,
    /// Until when nobody is rung, since a try has failed.
    rests_until: Instant,
    ended: bool,
    /// Whether it has come into line: from then on it is open, whatever was kept before.
    stood: bool,
}

/// All wishes of a day.
#[derive(Debug, Default)]
pub(super) struct Backs {
    rules: BTreeMap<QueueId, CallbackRules>,
    wishes: BTreeMap<CallId, Wish>,
    /// The legs of customers, and their numbers.
    customers: BTreeMap<LegId, Arc<str>>,
    /// Those who have left their lines in this step.
    pub(super) left: BTreeSet<CallId>,
}

impl Backs {
    pub(super) fn new(rules: &BTreeMap<QueueId, CallbackRules>) -> Self {
        Self { rules: rules.clone(), ..Self::default() }
    }

    /// A call wishes that somebody is called back.
    pub(super) fn wished(&mut self, wish: &Callback) {
        let Some(place) = &wish.place else { return };
        let new = Wish {
            queue: wish.queue.clone(),
            to: wish.to.clone(),
            tries: 0,
            rests_until: Instant::ZERO,
            ended: false,
            stood: false,
        };
        self.wishes.insert(place.contact, new);
    }

    /// Whether a contact is a wish.
    pub(super) fn holds(&self, contact: CallId) -> bool {
        self.wishes.contains_key(&contact)
    }

    /// Whether a leg is a customer's.
    pub(super) fn has_leg(&self, leg: LegId) -> bool {
        self.customers.contains_key(&leg)
    }

    /// A leg is gone.
    pub(super) fn ended(&mut self, leg: LegId) {
        self.customers.remove(&leg);
    }

    /// What the history is told.
    pub(super) fn happened(&mut self, now: Instant, fact: &Fact) -> Result<(), Fault> {
        let Some(contact) = fact.contact() else { return Ok(()) };
        let Some(wish) = self.wishes.get_mut(&contact) else { return Ok(()) };
        let goes_on = matches!(
            fact,
            Fact::Enqueued { .. } | Fact::CallbackTried { .. } | Fact::CallbackEnded { .. }
        );
        require(!(goes_on && wish.ended), || {
            format!("`{}` comes after the end of the wish", fact.kind())
        })?;
        match fact {
            Fact::Enqueued { queue, .. } => {
                wish.queue = queue.clone();
                wish.stood = true;
                let (queue, to) = (wish.queue.clone(), wish.to.clone());
                let same =
                    |one: &&Wish| one.stood && !one.ended && one.queue == queue && one.to == to;
                let open = self.wishes.values().filter(same).count();
                require(open == 1, || "two wishes of one customer stand at once".to_owned())
            }
            // It goes on in another queue.
            Fact::Left { how: Exit::Moved, .. } => Ok(()),
            Fact::Left { .. } => {
                self.left.insert(contact);
                Ok(())
            }
            Fact::CallbackTried { attempt, result, again, .. } => {
                wish.tries += 1;
                require(wish.tries == *attempt, || {
                    format!("try {attempt} is told as the {}th", wish.tries)
                })?;
                let Some(rules) = self.rules.get(&wish.queue) else { return Ok(()) };
                require(wish.tries <= rules.attempts, || {
                    format!("it is tried {} times, {} are allowed", wish.tries, rules.attempts)
                })?;
                if *result != TryResult::Connected {
                    require(again.is_some() == (wish.tries < rules.attempts), || {
                        "a failed try is followed by another as long as tries are left".to_owned()
                    })?;
                    wish.rests_until = now + gap(rules, wish.tries);
                }
                Ok(())
            }
            Fact::CallbackEnded { .. } => {
                wish.ended = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether a number is rung for a wish: beside nobody, or beside an agent who was rung for it.
    fn is_for(&self, dial: &Dial, of_agent: Option<CallId>) -> Option<CallId> {
        let Target::Number(to) = &dial.to else { return None };
        let mine = |wish: &Wish| wish.to == *to && !wish.ended;
        match (dial.beside, of_agent) {
            (Some(_), contact) => contact.filter(|contact| self.holds(*contact)),
            (None, _) => {
                let found = self.wishes.iter().find(|(_, wish)| wish.stood && mine(wish));
                found.map(|(contact, _)| *contact)
            }
        }
    }

    /// A customer is rung: may they be, now?
    fn rung(
        &mut self,
        (now, wall): (Instant, Option<Wall>),
        leg: LegId,
        contact: CallId,
        to: &Target,
    ) -> Result<(), Fault> {
        let Some(wish) = self.wishes.get(&contact) else { return Ok(()) };
        require(*to == Target::Number(wish.to.clone()), || "somebody else is rung".to_owned())?;
        require(!wish.ended, || "the customer is rung after the end of the wish".to_owned())?;
        let twice = self.customers.values().any(|number| *number == wish.to);
        require(!twice, || "a customer is rung twice at a time".to_owned())?;
        require(wish.rests_until <= now, || {
            "the customer is rung before the gap is over".to_owned()
        })?;
        if let Some(rules) = self.rules.get(&wish.queue) {
            require(rules.allow.contains(&wish.to), || {
                "a number is rung that may not be".to_owned()
            })?;
            let lawful = wall.is_none_or(|wall| may_be_called(rules, &wish.to, wall));
            require(lawful, || "the customer is rung outside of the calling hours".to_owned())?;
        }
        self.customers.insert(leg, wish.to.clone());
        Ok(())
    }

    /// A try has its record.
    fn recorded(&self, record: &CallRecord) -> Result<(), Fault> {
        require(self.holds(record.call), || "a try of no wish has a record".to_owned())
    }

    /// The day is over: each wish that stood has ended.
    pub(super) fn close(&self) -> Option<CallId> {
        let open = self.wishes.iter().find(|(_, wish)| wish.stood && !wish.ended);
        open.map(|(contact, _)| *contact)
    }
}

/// The pause after so many tries.
fn gap(rules: &CallbackRules, tries: u32) -> Duration {
    let nth = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    rules.gaps.get(nth).or(rules.gaps.last()).copied().unwrap_or(Duration::ZERO)
}

/// Whether the hours of where a number is, by its longest beginning, are open.
fn may_be_called(rules: &CallbackRules, to: &str, wall: Wall) -> bool {
    let fits = rules.hours.iter().filter(|(start, _)| to.starts_with(start.as_ref()));
    let hours = fits.max_by_key(|(start, _)| start.len());
    hours.is_none_or(|(_, hours)| hours.at(wall) == Opening::Open)
}

impl Watch {
    /// Whether a leg that is dialled is a customer's, who is called back; then it is in the books.
    pub(super) fn dialled_back(&mut self, leg: LegId, dial: &Dial) -> Result<bool, Fault> {
        if dial.beside.is_some_and(|beside| self.callers.contains_key(&beside)) {
            return Ok(false);
        }
        let of_agent = dial.beside.and_then(|beside| self.desk.staff.talk_on(beside));
        let Some(contact) = self.backs.is_for(dial, of_agent) else { return Ok(false) };
        let wall = self.wall.map(|(read_at, wall)| wall.after(self.now.since(read_at)));
        self.backs.rung((self.now, wall), leg, contact, &dial.to)?;
        Ok(true)
    }

    /// Agent and customer talk: now there will be something to be wrapped up.
    pub(super) fn bridged_back(&mut self, customer: LegId, agent: LegId) {
        if self.backs.has_leg(customer)
            && let Some(contact) = self.desk.staff.talk_on(agent)
        {
            self.desk.talks_back(contact);
        }
    }

    /// Wishes that have left their lines in this step: nobody may be rung for them any more.
    pub(super) fn leave_back(&mut self) -> Result<(), Fault> {
        for contact in std::mem::take(&mut self.backs.left) {
            if let Some(agent) = self.desk.leave(self.now, contact, false)? {
                return Err(format!("it left the line and agent {agent} is still rung for it"));
            }
        }
        Ok(())
    }

    /// The record of a try.
    pub(super) fn recorded_back(&self, record: &CallRecord) -> Result<(), Fault> {
        self.backs.recorded(record)
    }
}
