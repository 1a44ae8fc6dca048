//! What comes after the call: a wish to be called back stands in line, agents and the customer are rung, and it ends.

use std::sync::Arc;

use super::call::{Look, Played};
use super::script::{Done, Miss};
use crate::call::{Dial, HangupCause, LegId, Symbol, Target};
use crate::flow::{AgentAct, CustomerAct, Rung, WishEnd};
use crate::history::{CallbackEnd, Fact};
use crate::simulation::LegState;
use crate::time::Duration;

/// The longest that a step about a callback lets pass: wishes that stand longer are not followed to their end.
const WISH_LIMIT: Duration = Duration::from_mins(7 * 24 * 60);

/// What has become of the wishes of a case.
#[derive(Debug, Default)]
pub(super) struct CalledBack {
    /// The numbers that are to be called.
    pub(super) wishes: Vec<Arc<str>>,
    /// The phones of agents that were rung for them.
    agents: Vec<LegId>,
    /// The phones of customers that were rung for them.
    pub(super) customers: Vec<LegId>,
    /// How wishes ended, in the order of time.
    ended: Vec<CallbackEnd>,
    /// How many of these ends the script has looked at.
    looked: usize,
}

impl Played<'_> {
    /// A phone is rung, not for the caller on the line.
    pub(super) fn dialled_back(&mut self, leg: LegId, dial: &Dial) {
        match &dial.to {
            Target::Number(number) if self.back.wishes.contains(number) => {
                self.back.customers.push(leg);
                self.story.happens("the customer is rung");
            }
            // For another caller in line an agent is rung beside that caller.
            Target::User(_) if dial.beside.is_none() => {
                self.back.agents.push(leg);
                self.story.happens("an agent is rung to call back");
            }
            Target::User(_) | Target::Number(_) | Target::Address(_) => {}
        }
    }

    /// Something happened that is kept.
    pub(super) fn happened(&mut self, fact: &Fact) {
        match fact {
            Fact::CallbackTried { attempt, result, .. } => {
                let result = word(result);
                self.story.happens(&format!("try {attempt}: {result}"));
            }
            Fact::CallbackEnded { how, .. } => {
                self.story.happens(&format!("the wish ends: {}", word(how)));
                self.back.ended.push(*how);
            }
            _ => {}
        }
    }

    /// Waits for something to come of a wish, as long as one stands.
    fn comes(&mut self, there: impl Fn(&Self) -> bool, what: &str) -> Done {
        if self.record.is_none() {
            return Err(self.miss(format!("{what}, after the call")));
        }
        let met = self.until_within(WISH_LIMIT, |call| match () {
            () if there(call) => Look::Done,
            () if call.stands() || call.customer_leg().is_some() => Look::Wait,
            () => Look::Never,
        });
        if met { Ok(()) } else { Err(self.missed_back(what)) }
    }

    /// Whether a wish stands that has not ended.
    fn stands(&self) -> bool {
        self.outside.wishes_kept() > self.back.ended.len()
    }

    fn missed_back(&self, what: &str) -> Miss {
        let found = match self.back.ended.last() {
            _ if self.outside.wishes_kept() == 0 => "nobody is to be called back".to_owned(),
            Some(end) if !self.stands() => format!("the wish ended: `{}`", word(end)),
            _ if self.ringing(&self.back.customers).is_some() => "the customer is rung".to_owned(),
            _ if self.customer_leg().is_some() => "the customer is on the phone".to_owned(),
            _ if self.ringing(&self.back.agents).is_some() => "an agent is rung".to_owned(),
            _ => "the wish stands, and nobody is rung".to_owned(),
        };
        Miss { expected: what.to_owned(), found }
    }

    fn ringing(&self, legs: &[LegId]) -> Option<LegId> {
        let rings = |leg: &LegId| {
            let phone = self.rehearsal.phones.leg(*leg);
            phone.is_some_and(|phone| matches!(phone.state, LegState::Ringing(_)))
        };
        legs.iter().rev().copied().find(rings)
    }

    fn answered(&self, legs: &[LegId]) -> Option<LegId> {
        let there = |leg: &LegId| {
            let phone = self.rehearsal.phones.leg(*leg);
            phone.is_some_and(|phone| phone.state == LegState::Answered)
        };
        legs.iter().rev().copied().find(there)
    }

    /// The phone of the customer, picked up.
    fn customer_leg(&self) -> Option<LegId> {
        self.answered(&self.back.customers)
    }

    pub(super) fn rings(&mut self, who: Rung) -> Done {
        match who {
            Rung::Agent => {
                self.comes(|call| call.ringing(&call.back.agents).is_some(), "an agent to be rung")
            }
            Rung::Customer => self.comes(
                |call| call.ringing(&call.back.customers).is_some(),
                "the customer to be rung",
            ),
            Rung::Nobody(span) => {
                let count = |call: &Self| (call.back.agents.len(), call.back.customers.len());
                let what = format!("nobody to be rung for {span}");
                let rung = |call: &Self| {
                    call.ringing(&call.back.agents).is_some()
                        || call.ringing(&call.back.customers).is_some()
                };
                if self.record.is_none() || rung(self) {
                    return Err(self.missed_back(&what));
                }
                let before = count(self);
                self.story.waits(span);
                self.pass(span);
                let after = count(self);
                let found = match (after.0 > before.0, after.1 > before.1) {
                    (false, false) => return Ok(()),
                    (true, false) => "an agent was rung",
                    (false, true) => "the customer was rung",
                    (true, true) => "agent and customer were rung",
                };
                Err(Miss { expected: what, found: found.to_owned() })
            }
        }
    }

    /// What an agent does who is rung to call back.
    pub(super) fn agent_back(&mut self, act: AgentAct) -> Done {
        if act == AgentAct::HangsUp
            && let Some(leg) = self.answered(&self.back.agents)
        {
            self.story.happens("the agent hangs up");
            return self.ends_leg(leg, HangupCause::Normal);
        }
        let rings = |call: &Self| call.ringing(&call.back.agents);
        self.comes(|call| rings(call).is_some(), "an agent's phone that rings")?;
        let Some(leg) = rings(self) else { return Ok(()) };
        let (done, cause) = match act {
            AgentAct::Answers | AgentAct::ComesFree => ("answers", None),
            AgentAct::Rejects => ("rejects", Some(HangupCause::Rejected)),
            AgentAct::IsBusy => ("is busy", Some(HangupCause::Busy)),
            AgentAct::HangsUp => ("does not answer", Some(HangupCause::NoAnswer)),
        };
        self.story.happens(&format!("the agent {done}"));
        if let Some(cause) = cause {
            return self.ends_leg(leg, cause);
        }
        self.rehearsal.pick_up(leg);
        self.drain();
        Ok(())
    }

    /// One of the agents who are busy ends the talk with another caller.
    pub(super) fn comes_free(&mut self) -> Done {
        let own = [Some(self.leg), self.customer_leg()];
        let talks = self.rehearsal.phones.legs().find_map(|(leg, phone)| {
            let with = phone.bridged.filter(|with| !own.contains(&Some(*with)))?;
            (phone.side.is_caller() && !own.contains(&Some(leg))).then_some((leg, with))
        });
        let Some((other, _)) = talks else {
            return Err(self.miss("an agent who is busy with another caller".to_owned()));
        };
        self.story.happens("an agent comes free");
        self.ends_leg(other, HangupCause::Normal)
    }

    pub(super) fn customer(&mut self, act: CustomerAct) -> Done {
        let (done, cause) = match act {
            CustomerAct::CallsAgain if self.record.is_some() => {
                self.calls_again();
                return Ok(());
            }
            CustomerAct::CallsAgain => {
                return Err(self.miss("a customer who can call again".to_owned()));
            }
            CustomerAct::Confirms => return self.customer_presses('1'),
            CustomerAct::Declines => return self.customer_presses('2'),
            CustomerAct::HangsUp => {
                let there = |call: &Self| call.customer_leg().is_some();
                self.comes(there, "a customer who can hang up")?;
                self.story.happens("the customer hangs up");
                let leg = self.customer_leg();
                return leg.map_or(Ok(()), |leg| self.ends_leg(leg, HangupCause::Normal));
            }
            CustomerAct::Answers => ("answers", None),
            CustomerAct::IsBusy => ("is busy", Some(HangupCause::Busy)),
            CustomerAct::Rejects => ("rejects", Some(HangupCause::Rejected)),
            CustomerAct::DoesNotAnswer => ("does not answer", None),
            CustomerAct::MachineAnswers => ("does not answer, a machine does", None),
        };
        let rings = |call: &Self| call.ringing(&call.back.customers);
        self.comes(|call| rings(call).is_some(), "the customer's phone that rings")?;
        let Some(leg) = rings(self) else { return Ok(()) };
        self.story.happens(&format!("the customer {done}"));
        if let Some(cause) = cause {
            return self.ends_leg(leg, cause);
        }
        if act != CustomerAct::DoesNotAnswer {
            self.rehearsal.pick_up(leg);
            self.drain();
        }
        if act != CustomerAct::Answers {
            let gone = |call: &Self| call.rehearsal.phones.leg(leg).is_none();
            self.until(|call| if gone(call) { Look::Done } else { Look::Wait });
        }
        Ok(())
    }

    /// The customer presses a key at the question whether it is them.
    fn customer_presses(&mut self, key: char) -> Done {
        let asked = |call: &Self| {
            call.customer_leg().filter(|leg| {
                call.rehearsal.phones.leg(*leg).is_some_and(|phone| phone.bridged.is_none())
            })
        };
        if asked(self).is_none() {
            return Err(self.missed_back("a customer who has picked up and is asked"));
        }
        if let (Some(leg), Some(symbol)) = (asked(self), Symbol::from_char(key)) {
            self.story.happens(&format!("the customer presses {key}"));
            self.rehearsal.press(leg, &[symbol].into_iter().collect());
            self.drain();
        }
        Ok(())
    }

    fn ends_leg(&mut self, leg: LegId, cause: HangupCause) -> Done {
        self.rehearsal.hang_up(leg, cause);
        self.drain();
        Ok(())
    }

    pub(super) fn wish_ends(&mut self, wanted: WishEnd) -> Done {
        let what = format!("the wish to end: `{}`", wanted.name());
        self.comes(|call| call.back.ended.len() > call.back.looked, &what)?;
        let Some(found) = self.back.ended.get(self.back.looked).copied() else { return Ok(()) };
        self.back.looked += 1;
        let found = word(&found);
        if found == wanted.name() {
            return Ok(());
        }
        Err(Miss { expected: what, found: format!("it ended: `{found}`") })
    }
}

/// The word of the history for something.
fn word(of: &impl serde::Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}
