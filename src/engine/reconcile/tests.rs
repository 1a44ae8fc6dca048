//! Mismatches that the steps never make, planted by hand.

use super::*;
use crate::assemble;
use crate::call::{AdapterId, Event, EventKind, Offer, Origin, Report, Target};
use crate::engine::{Agent, Input, Output, Pattern, Route, Routes};
use crate::flow::{Facts, Sources, compile};
use crate::history::{AgentStatus, Fact, Verdict};
use crate::queue::AgentSettings;
use crate::time::{Duration, Instant};

const FLOW: &str = "
sambung: 1
flow: line
language: en
start: agent
nodes:
  agent: { queue: service, max_wait: 20m, full: bye, closed: bye, unstaffed: bye, too_long: bye, done: bye }
  bye: { hangup: Good bye. }
queues: { service: { ring: { timeout: 20s } } }
";

const CALLER: LegId = LegId { adapter: AdapterId(0), number: 1 };

/// A node in which one agent talks with one caller, and what it has told.
struct Node {
    engine: Engine,
    now: Instant,
    agent: Option<LegId>,
    hung_up: Vec<LegId>,
    facts: Vec<Fact>,
}

impl Node {
    fn talking() -> Self {
        let compiled = compile(&Sources::one("line.yaml", FLOW.as_bytes()), &Facts::default());
        let project = (&compiled.flows, &compiled.queues, &compiled.calendars);
        let mut settings = assemble::project(project.0, project.1, project.2).expect("all is well");
        settings.adapters = vec!["sip".into()];
        settings.routes = Routes::new(vec![Route::new(Pattern::Default, "line".into())]);
        settings.history = true;
        let queues = vec!["service".into()];
        let sari = AgentSettings { queues, always_there: true, ..AgentSettings::default() };
        settings.queues.agents.insert("sari".into(), sari);
        let phone = Agent { target: Target::User("201".into()), accept: None, adapter: None };
        settings.agents.insert("sari".into(), phone);
        let (engine, now) = (Engine::new(settings, 7), Instant::ZERO);
        let mut node = Self { engine, now, agent: None, hung_up: Vec::new(), facts: Vec::new() };
        let origin = Origin::new("100", Some("+62811"));
        let offer = Offer { origin, dtmf: true, ..Offer::default() };
        node.happens(CALLER, EventKind::Offered(offer));
        node.seconds(2);
        node.happens(CALLER, EventKind::Answered);
        node.seconds(1);
        let agent = node.agent.expect("the agent is rung");
        node.happens(agent, EventKind::Answered);
        node.happens(CALLER, EventKind::Bridged);
        node.seconds(30);
        assert_eq!(node.status(), AgentStatus::Talking);
        node
    }

    fn tell(&mut self, input: Input) {
        self.engine.handle(self.now, input);
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Command(command) => match command.kind {
                    CommandKind::Dial(_) => self.agent = Some(command.leg),
                    CommandKind::Hangup(_) => self.hung_up.push(command.leg),
                    _ => {}
                },
                Output::Claim(row) => {
                    let Fact::Offered { offer, .. } = row.fact else { panic!("an offer") };
                    let verdict = Verdict::Applied;
                    self.engine.handle(self.now, Input::Claimed { offer, verdict });
                }
                Output::Happened(row) => self.facts.push(row.fact),
                _ => {}
            }
        }
    }

    fn happens(&mut self, leg: LegId, kind: EventKind) {
        let report = Report::Leg(Event { at: self.now, leg, kind });
        self.tell(Input::Report { adapter: AdapterId(0), report });
    }

    fn seconds(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.tell(Input::Tick);
        }
        self.now = end;
    }

    fn status(&self) -> AgentStatus {
        self.engine.queues.agent_state(&"sari".into()).expect("an agent").status()
    }

    /// Ends what is adrift; what that was.
    fn mends(&mut self) -> Vec<Adrift> {
        let adrift: Vec<Adrift> = self.engine.adrift().into_iter().collect();
        adrift.iter().for_each(|adrift| self.tell(Input::Mend(adrift.clone())));
        adrift
    }
}

#[test]
fn nothing_is_adrift_in_a_talk_or_after_it() {
    let mut node = Node::talking();
    assert_eq!(node.mends(), []);
    let (by, cause) = (EndedBy::Caller, HangupCause::Normal);
    node.happens(CALLER, EventKind::Ended { by, cause, quality: None });
    node.seconds(60);
    assert_eq!(node.mends(), []);
}

#[test]
fn an_agent_who_talks_without_a_phone_is_free_again() {
    let mut node = Node::talking();
    let agent = node.agent.expect("the agent talks");
    node.engine.legs.remove(agent);
    node.seconds(60);
    assert_eq!(node.status(), AgentStatus::Talking, "nobody has noticed");
    assert_eq!(node.mends(), [Adrift::Agent("sari".into())]);
    assert_ne!(node.status(), AgentStatus::Talking);
    let parted = |fact: &&Fact| matches!(fact, Fact::TalkEnded { .. });
    assert_eq!(node.facts.iter().filter(parted).count(), 1, "the history knows");
    node.seconds(120);
    assert_eq!(node.mends(), []);
    node.engine.check_invariants();
}

#[test]
fn a_phone_without_a_call_is_hung_up() {
    let mut node = Node::talking();
    let stray = LegId { adapter: AdapterId(0), number: 91 };
    node.engine.legs.insert(stray, Role::Caller(CallId::new(9, 9)));
    assert_eq!(node.mends(), [Adrift::Leg(stray)]);
    assert_eq!(node.hung_up, [stray]);
    assert_eq!(node.mends(), []);
}

#[test]
fn a_call_without_a_phone_is_over() {
    let mut node = Node::talking();
    node.engine.legs.remove(CALLER);
    let call = *node.engine.calls.keys().next().expect("a call");
    assert_eq!(node.mends(), [Adrift::Call(call)]);
    node.seconds(60);
    assert_eq!(node.engine.live_calls(), 0);
    assert_ne!(node.status(), AgentStatus::Talking, "the agent as well");
    assert_eq!(node.mends(), []);
    node.engine.check_invariants();
}
