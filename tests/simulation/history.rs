//! What happened, kept from outside the queue and checked against what must never happen.

use std::collections::{BTreeMap, BTreeSet};

use sambung::call::{AgentId, CallId};
use sambung::history::Exit;
use sambung::queue::{AgentChange, AgentState, Contact, OfferId, Output};
use sambung::time::{Duration, Instant};

/// Ring time, lease and a late driver: how much longer than its maximum wait a caller may stand in line.
const GRACE: Duration = Duration::from_secs(20 + 2 + 1);

/// A caller in line.
#[derive(Debug)]
struct Standing {
    contact: Contact,
    since: Instant,
    /// The agents who were rung for this caller.
    asked: BTreeSet<AgentId>,
    /// The step since which the caller waits; `None` while being offered.
    waits_since_step: Option<u64>,
}

/// Everything seen so far.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) entered: u64,
    pub(crate) connected: u64,
    pub(crate) left: u64,
    pub(crate) expired: u64,
    pub(crate) unstaffed: u64,
    step: u64,
    asking: Option<Contact>,
    line: BTreeMap<CallId, Standing>,
    live: BTreeMap<OfferId, (CallId, AgentId)>,
    talking: BTreeMap<AgentId, CallId>,
    states: BTreeMap<AgentId, AgentState>,
}

impl History {
    /// The same history with an agent who begins in this state.
    pub(crate) fn with(mut self, agent: &AgentId, state: AgentState) -> Self {
        self.states.insert(agent.clone(), state);
        self
    }

    /// The next input begins.
    pub(crate) fn next_step(&mut self) {
        self.step += 1;
    }

    /// A caller asks to enter.
    pub(crate) fn asks(&mut self, contact: Contact) {
        self.asking = Some(contact);
    }

    /// A caller leaves a line, if they stand in one: the live offer that must be taken back in the same step.
    pub(crate) fn leaves(&self, call: CallId) -> Option<OfferId> {
        self.live.iter().find(|(_, (caller, _))| *caller == call).map(|(offer, _)| *offer)
    }

    fn waits_again(&mut self, call: CallId) {
        if let Some(standing) = self.line.get_mut(&call) {
            standing.waits_since_step = Some(self.step);
        }
    }

    /// Caller and agent parted.
    pub(crate) fn parted(&mut self, call: CallId) {
        self.talking.retain(|_, caller| *caller != call);
    }

    pub(crate) fn stands_in_line(&self, call: CallId) -> bool {
        self.line.contains_key(&call)
    }

    pub(crate) fn is_live(&self, offer: OfferId) -> bool {
        self.live.contains_key(&offer)
    }

    /// Takes in one decision; `Err` is the fault in it.
    pub(crate) fn see(&mut self, now: Instant, output: &Output) -> Result<(), &'static str> {
        match output {
            Output::Entered { contact, .. } => self.enters(now, contact.call),
            Output::Refused { .. } => self.asking.take().map(drop).ok_or("refused without asking"),
            Output::Offer { offer, call, agent, .. } => self.offered(*offer, *call, agent),
            Output::OfferEnded { offer, call, agent, .. } => {
                let live = self.live.remove(offer).ok_or("no such live offer")?;
                require(live == (*call, agent.clone()), "somebody else's offer ended")?;
                self.waits_again(*call);
                Ok(())
            }
            Output::Join { offer, .. } => require(self.is_live(*offer), "joined without an offer"),
            Output::Cancel { offer, .. } => require(!self.is_live(*offer), "still live"),
            Output::Connected { offer, call, agent, .. } => {
                let live = self.live.remove(offer).ok_or("no such live offer")?;
                require(live == (*call, agent.clone()), "connected with somebody else")?;
                let known = self.talking.insert(agent.clone(), *call);
                require(known.is_none(), "an agent talks with two callers")?;
                self.connected += 1;
                self.gone(now, *call)
            }
            Output::TooLate { offer, .. } => {
                require(!self.is_live(*offer), "too late for a live offer")
            }
            Output::Left { call, how, .. } => {
                match how {
                    Exit::Timeout => self.expired += 1,
                    Exit::Unstaffed => self.unstaffed += 1,
                    _ => self.left += 1,
                }
                let rung = self.live.values().any(|(caller, _)| caller == call);
                require(!rung, "leaves while being offered")?;
                self.gone(now, *call)
            }
            Output::Reprioritised { call, .. } | Output::Moved { call, .. } => {
                require(self.line.contains_key(call), "not in line")
            }
            Output::AgentState { agent, from, to, reason, .. } => {
                if *reason == AgentChange::TalkLimit {
                    self.talking.remove(agent);
                }
                let known = self.states.insert(agent.clone(), to.clone());
                require(known.as_ref() == Some(from), "a state that was not the agent's")
            }
        }
    }

    fn enters(&mut self, now: Instant, call: CallId) -> Result<(), &'static str> {
        let contact = self.asking.take().ok_or("entered without asking")?;
        require(contact.call == call, "somebody else entered")?;
        self.entered += 1;
        let waits_since_step = Some(self.step);
        let standing = Standing { contact, since: now, asked: BTreeSet::new(), waits_since_step };
        require(self.line.insert(call, standing).is_none(), "entered twice")
    }

    fn gone(&mut self, now: Instant, call: CallId) -> Result<(), &'static str> {
        let standing = self.line.remove(&call).ok_or("not in line")?;
        let longest = standing.contact.max_wait + GRACE;
        require(now.since(standing.since) <= longest, "waited beyond the maximum wait")
    }

    fn offered(
        &mut self,
        offer: OfferId,
        call: CallId,
        agent: &AgentId,
    ) -> Result<(), &'static str> {
        let doubled = self.live.values().any(|(caller, rung)| *caller == call || rung == agent);
        require(!doubled, "two live offers")?;
        let reserved = matches!(self.states.get(agent), Some(AgentState::Reserved(live)) if live.offer == offer);
        require(reserved, "rung while not ready")?;
        require(!self.talking.contains_key(agent), "rung while talking")?;
        let mine = self.line.get_mut(&call).ok_or("not in line")?;
        mine.asked.insert(agent.clone());
        mine.waits_since_step = None;
        let mine = &self.line[&call].contact;
        // Whoever came before, wants the same, and was waiting for this very agent when the step began.
        let overtaken =
            self.line.values().any(|Standing { contact, asked, waits_since_step, .. }| {
                let wants = |c: &Contact| (c.queue.clone(), c.skills.clone(), c.priority);
                contact.enqueued_at < mine.enqueued_at
                    && waits_since_step.is_some_and(|step| step < self.step)
                    && !asked.contains(agent)
                    && wants(contact) == wants(mine)
            });
        require(!overtaken, "overtaken")?;
        self.live.insert(offer, (call, agent.clone()));
        Ok(())
    }

    /// Checks the sums, with the number of callers that the queue says are waiting.
    pub(crate) fn check(&self, waiting: usize) -> Result<(), &'static str> {
        let talking: BTreeSet<_> = self.talking.values().collect();
        require(talking.len() == self.talking.len(), "a caller talks with two agents")?;
        require(!talking.iter().any(|call| self.line.contains_key(call)), "talks and waits")?;
        require(waiting == self.line.len(), "callers are lost")?;
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        let gone = self.connected + self.left + self.expired + self.unstaffed;
        require(self.entered == gone + waiting, "the sum is wrong")
    }
}

/// `Err` with the fault unless `held`.
pub(crate) fn require(held: bool, fault: &'static str) -> Result<(), &'static str> {
    if held { Ok(()) } else { Err(fault) }
}
