//! A scripted queue: short verbs over virtual time, everything said written down.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::call::{AgentId, CallId};
use crate::history::{Exit, Medium};
use crate::queue::{
    AgentSettings, Contact, Input, OfferFailure, OfferId, Output, QueueSettings, Queues, Settings,
    Standing,
};
use crate::time::{Duration, Instant};

/// The call number `n` of a test.
pub(super) fn call(n: u64) -> CallId {
    CallId::new(n, 0)
}

/// An agent of a test: name, queues, and the values held per declared skill.
pub(super) type Staff<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a [&'a str])]);

/// Settings with these agents and the queues they serve.
pub(super) fn settings(agents: &[Staff<'_>]) -> Settings {
    let mut settings = Settings::default();
    for (name, queues, skills) in agents {
        let skills = skills.iter().map(|(skill, values)| {
            (Arc::from(*skill), values.iter().map(|&value| Arc::from(value)).collect())
        });
        let agent = AgentSettings {
            queues: queues.iter().map(|&queue| queue.into()).collect(),
            skills: skills.collect(),
            ..AgentSettings::default()
        };
        for &queue in *queues {
            settings.queues.entry(queue.into()).or_insert_with(QueueSettings::default);
        }
        settings.agents.insert(AgentId::from(*name), agent);
    }
    settings
}

/// A queue, its clock and what was said.
pub(super) struct Script {
    pub(super) queues: Queues,
    pub(super) now: Instant,
    pub(super) said: String,
}

impl Script {
    pub(super) fn new(settings: Settings) -> Self {
        let queues = Queues::new(settings);
        Self { queues, now: Instant::ZERO, said: String::new() }
    }

    /// One that has `agents` serve `service`, registered 10 ms apart in that order.
    pub(super) fn staffed(agents: &[&str]) -> Self {
        let list: Vec<_> = agents.iter().map(|&a| (a, &["service"][..], &[][..])).collect();
        let mut script = Self::new(settings(&list));
        for agent in agents {
            script.wait_ms(10).reachable(agent, true);
        }
        script
    }

    /// Lets time pass, ticking whenever the queue asks for it.
    pub(super) fn wait_ms(&mut self, ms: u64) -> &mut Self {
        let until = self.now + Duration::from_millis(ms);
        while let Some(at) = self.queues.poll_timeout().filter(|&at| at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Tick, "");
        }
        self.now = until;
        self
    }

    pub(super) fn wait(&mut self, seconds: u64) -> &mut Self {
        self.wait_ms(seconds * 1_000)
    }

    pub(super) fn restore(&mut self, standing: Standing) -> &mut Self {
        self.input(Input::Restore(Box::new(standing)), "the node begins anew")
    }

    fn input(&mut self, input: Input, words: &str) -> &mut Self {
        if !words.is_empty() {
            writeln!(self.said, "{:>8} > {words}", self.now.to_string()).expect("a string grows");
        }
        self.queues.handle(self.now, input);
        while let Some(output) = self.queues.poll_output() {
            let words = Self::words(&output);
            writeln!(self.said, "{:>8}   {words}", self.now.to_string()).expect("a string grows");
        }
        self.queues.check_invariants();
        self
    }

    pub(super) fn contact(&self, n: u64) -> Contact {
        Contact {
            call: call(n),
            queue: "service".into(),
            skills: Vec::new(),
            priority: 5,
            enqueued_at: self.now,
            max_wait: Duration::from_mins(10),
            longest_expected: None,
            closes_at: None,
            medium: Medium::Voice,
            again: false,
        }
    }

    pub(super) fn enter(&mut self, n: u64) -> &mut Self {
        let contact = self.contact(n);
        self.enter_as(contact)
    }

    pub(super) fn enter_as(&mut self, contact: Contact) -> &mut Self {
        let words = format!("{} enters", Self::caller(contact.call));
        self.input(Input::Enqueue(contact), &words)
    }

    pub(super) fn leave(&mut self, n: u64) -> &mut Self {
        let words = format!("{} leaves", Self::caller(call(n)));
        self.input(Input::Leave { call: call(n), how: Exit::Abandoned }, &words)
    }

    pub(super) fn reachable(&mut self, agent: &str, reachable: bool) -> &mut Self {
        let word = if reachable { "registers" } else { "is gone" };
        self.input(Input::Reachable { agent: agent.into(), reachable }, &format!("{agent} {word}"))
    }

    pub(super) fn on_break(&mut self, agent: &str, reason: &str) -> &mut Self {
        let input = Input::Break { agent: agent.into(), reason: reason.into() };
        self.input(input, &format!("{agent} asks for a break"))
    }

    pub(super) fn resume(&mut self, agent: &str) -> &mut Self {
        self.input(Input::Resume { agent: agent.into() }, &format!("{agent} is back"))
    }

    pub(super) fn rings(&mut self, offer: u64) -> &mut Self {
        self.input(Input::Ringing { offer: OfferId(offer) }, &format!("offer {offer} rings"))
    }

    pub(super) fn answer(&mut self, offer: u64) -> &mut Self {
        self.input(Input::Answered { offer: OfferId(offer) }, &format!("offer {offer} is answered"))
    }

    pub(super) fn joined(&mut self, offer: u64) -> &mut Self {
        self.input(Input::Joined { offer: OfferId(offer) }, &format!("offer {offer} is bridged"))
    }

    pub(super) fn hold(&mut self, n: u64, held: bool) -> &mut Self {
        let call = call(n);
        let input = if held { Input::Hold { call } } else { Input::Unhold { call } };
        let word = if held { "out of touch" } else { "back in touch" };
        self.input(input, &format!("{} is {word}", Self::caller(call)))
    }

    /// The agents who are rung for a caller, in the order in which they were asked.
    pub(super) fn rung(&self, n: u64) -> Vec<String> {
        let contact = self.queues.contact(call(n));
        contact.iter().flat_map(|contact| contact.rung()).map(ToString::to_string).collect()
    }

    pub(super) fn fail(&mut self, offer: u64, cause: OfferFailure) -> &mut Self {
        let input = Input::Failed { offer: OfferId(offer), cause };
        self.input(input, &format!("offer {offer} fails: {cause:?}"))
    }

    pub(super) fn release(&mut self, offer: u64) -> &mut Self {
        self.input(Input::Released { offer: OfferId(offer) }, &format!("offer {offer}'s leg ends"))
    }

    pub(super) fn part(&mut self, n: u64) -> &mut Self {
        let words = format!("{} and agent part", Self::caller(call(n)));
        self.input(Input::TalkEnded { call: call(n) }, &words)
    }

    pub(super) fn vanish(&mut self, n: u64) -> &mut Self {
        let words = format!("{}'s agent is gone without a word", Self::caller(call(n)));
        self.input(Input::Vanished { call: call(n) }, &words)
    }

    pub(super) fn wrapped_up(&mut self, agent: &str) -> &mut Self {
        let input = Input::WrapUpDone { agent: agent.into() };
        self.input(input, &format!("{agent} has wrapped up"))
    }

    pub(super) fn log_out(&mut self, agent: &str) -> &mut Self {
        self.input(Input::LogOut { agent: agent.into() }, &format!("{agent} logs out"))
    }

    pub(super) fn log_in(&mut self, agent: &str) -> &mut Self {
        self.input(Input::LogIn { agent: agent.into() }, &format!("{agent} logs in"))
    }

    pub(super) fn longer_wrap_up(&mut self, agent: &str, seconds: u64) -> &mut Self {
        let by = Duration::from_secs(seconds);
        let input = Input::ExtendWrapUp { agent: agent.into(), by };
        self.input(input, &format!("{agent} needs {by} more"))
    }

    pub(super) fn prioritise(&mut self, n: u64, priority: u8) -> &mut Self {
        let words = format!("{} gets priority {priority}", Self::caller(call(n)));
        self.input(Input::Reprioritise { call: call(n), priority }, &words)
    }

    pub(super) fn move_to(&mut self, n: u64, queue: &str) -> &mut Self {
        let words = format!("{} is moved to {queue}", Self::caller(call(n)));
        self.input(Input::Move { call: call(n), queue: queue.into(), closes_at: None }, &words)
    }

    pub(super) fn change(&mut self, settings: Settings) -> &mut Self {
        self.input(Input::Change(Box::new(settings)), "the queues change")
    }

    /// The state of an agent, as explanations name it.
    pub(super) fn state(&self, agent: &str) -> String {
        self.queues.agent_state(&agent.into()).map(ToString::to_string).unwrap_or_default()
    }

    fn caller(call: CallId) -> String {
        let n = (0..1_000).find(|&n| CallId::new(n, 0) == call).expect("tests number their calls");
        format!("caller {n}")
    }

    fn words(output: &Output) -> String {
        let caller = |call: &CallId| Self::caller(*call);
        match output {
            Output::Entered { contact, position } => {
                format!("{} entered at {position}", caller(&contact.call))
            }
            Output::Refused { call, why, .. } => format!("{} refused: {why:?}", caller(call)),
            Output::Left { call, how, .. } => format!("{} left: {how:?}", caller(call)),
            Output::OfferEnded { offer, call, agent, result, .. } => {
                format!("offer {offer} of {} to {agent} ended: {result:?}", caller(call))
            }
            Output::Reprioritised { call, priority, .. } => {
                format!("{} has priority {priority}", caller(call))
            }
            Output::Offer { offer, call, agent, ring, .. } => {
                format!("offer {offer}: {} to {agent}, ring {ring}", caller(call))
            }
            Output::Cancel { offer, agent, why } => {
                format!("cancel offer {offer} to {agent}: {why:?}")
            }
            Output::Join { offer, call, agent } => {
                format!("offer {offer} joins: {} with {agent}", caller(call))
            }
            Output::Connected { offer, call, agent, .. } => {
                format!("offer {offer} connected: {} with {agent}", caller(call))
            }
            Output::TooLate { offer, agent } => format!("offer {offer}: too late for {agent}"),
            Output::Moved { call, position } => format!("{} moved to {position}", caller(call)),
            Output::AgentState { agent, from, to, reason, pending, .. } => {
                let pending = pending.as_ref().map(|why| format!(", then break({why})"));
                format!("{agent}: {from} -> {to} ({reason:?}){}", pending.unwrap_or_default())
            }
        }
    }
}
