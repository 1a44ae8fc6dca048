//! Several phones that ring for one caller, each of which has the caller only after a key.

use super::*;
use crate::assemble;
use crate::call::{
    AdapterId, EndedBy, Event, EventKind, KeySource, Offer, Origin, Report, Symbol, Target,
};
use crate::engine::{self, Agent, AgentOrder, Order, Pattern, Route, Routes};
use crate::flow::{Facts, Sources, compile};
use crate::history::{Fact, OfferResult, Verdict};
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
queues: { service: { ring: { strategy: ring_all, timeout: 20s } } }
";

const CALLER: LegId = LegId { adapter: AdapterId(0), number: 1 };

/// Three agents whose phones ring for one caller, and whatever was commanded since then.
struct Node {
    engine: Engine,
    now: Instant,
    /// The legs that were dialled, in the order of the agents' names.
    rung: Vec<LegId>,
    commands: Vec<(LegId, CommandKind)>,
    closed: Vec<(AgentId, OfferResult)>,
    answered: Vec<AgentId>,
}

fn settings() -> engine::Settings {
    let compiled = compile(&Sources::one("line.yaml", FLOW.as_bytes()), &Facts::default());
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("all is well");
    settings.adapters = vec!["sip".into()];
    settings.routes = Routes::new(vec![Route::new(Pattern::Default, "line".into())]);
    settings.history = true;
    for name in ["ani", "budi", "cici"] {
        let queues = vec!["service".into()];
        let agent = AgentSettings { queues, always_there: true, ..AgentSettings::default() };
        settings.queues.agents.insert(name.into(), agent);
        let accept = Symbol::from_char('1');
        let phone = Agent { target: Target::User(name.into()), accept, adapter: None };
        settings.agents.insert(name.into(), phone);
    }
    settings
}

impl Node {
    fn ringing() -> Self {
        let mut node = Self {
            engine: Engine::new(settings(), 7),
            now: Instant::ZERO,
            rung: Vec::new(),
            commands: Vec::new(),
            closed: Vec::new(),
            answered: Vec::new(),
        };
        let origin = Origin::new("100", Some("+62811"));
        let offer = Offer { origin, dtmf: true, ..Offer::default() };
        node.happens(CALLER, EventKind::Offered(offer));
        node.seconds(2);
        node.happens(CALLER, EventKind::Answered);
        node.seconds(1);
        let mut dialled: Vec<_> = node.commands.drain(..).filter_map(dialled).collect();
        dialled.sort();
        node.rung = dialled.into_iter().map(|(_, leg)| leg).collect();
        assert_eq!(node.rung.len(), 3, "all three are rung");
        node
    }

    fn tell(&mut self, input: engine::Input) {
        self.engine.handle(self.now, input);
        while let Some(output) = self.engine.poll_output() {
            match output {
                engine::Output::Command(command) => self.commands.push((command.leg, command.kind)),
                engine::Output::Claim(row) => {
                    let Fact::Offered { offer, .. } = row.fact else { panic!("an offer") };
                    let verdict = Verdict::Applied;
                    self.engine.handle(self.now, engine::Input::Claimed { offer, verdict });
                }
                engine::Output::Happened(row) => match row.fact {
                    Fact::OfferClosed { agent, result, .. } => self.closed.push((agent, result)),
                    Fact::Answered { agent, .. } => self.answered.push(agent),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn happens(&mut self, leg: LegId, kind: EventKind) {
        let report = Report::Leg(Event { at: self.now, leg, kind });
        self.tell(engine::Input::Report { adapter: AdapterId(0), report });
    }

    fn presses(&mut self, leg: LegId, key: char) {
        let symbol = Symbol::from_char(key).expect("a key");
        let kind = EventKind::Digit { symbol, source: KeySource::RtpEvent, pressed_at: self.now };
        self.happens(leg, kind);
    }

    fn ends(&mut self, leg: LegId, cause: HangupCause) {
        self.happens(leg, EventKind::Ended { by: EndedBy::System, cause, quality: None });
    }

    fn seconds(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.tell(engine::Input::Tick);
        }
        self.now = end;
    }

    /// What was commanded on a leg since the last look.
    fn commanded(&self, on: LegId) -> Vec<&CommandKind> {
        self.commands.iter().filter(|(leg, _)| *leg == on).map(|(_, kind)| kind).collect()
    }

    fn was_hung_up(&self, leg: LegId) -> bool {
        self.commanded(leg).iter().any(|kind| matches!(kind, CommandKind::Hangup(_)))
    }
}

fn dialled((leg, kind): (LegId, CommandKind)) -> Option<(Target, LegId)> {
    match kind {
        CommandKind::Dial(dial) => Some((dial.to, leg)),
        _ => None,
    }
}

#[test]
fn who_presses_has_the_caller_and_the_others_stop_ringing() {
    let mut node = Node::ringing();
    let [ani, budi, cici] = node.rung[..] else { panic!("three") };
    // Ani and Budi both pick up and are asked; Cici's phone rings on.
    for leg in [ani, budi] {
        node.happens(leg, EventKind::Answered);
        assert!(matches!(node.commanded(leg)[..], [CommandKind::Play(_)]), "is asked");
    }
    node.seconds(1);
    node.presses(budi, '5');
    assert!(node.commanded(CALLER).is_empty(), "no other key takes the call");
    node.presses(budi, '1');
    let bridged = node.commanded(CALLER).iter().any(|kind| **kind == CommandKind::Bridge(budi));
    assert!(bridged, "{:?}", node.commanded(CALLER));
    assert!(!node.was_hung_up(ani) && !node.was_hung_up(cici), "they are let go when it stands");
    node.happens(CALLER, EventKind::Bridged);
    assert!(node.was_hung_up(ani) && node.was_hung_up(cici) && !node.was_hung_up(budi));
    assert_eq!(node.answered, ["budi".into()]);
    let elsewhere = OfferResult::AnsweredElsewhere;
    node.closed.sort();
    assert_eq!(node.closed, [("ani".into(), elsewhere), ("cici".into(), elsewhere)]);
    // A key that comes too late takes nobody away.
    node.commands.clear();
    node.presses(ani, '1');
    assert!(node.commanded(CALLER).is_empty() && node.answered.len() == 1);
    node.engine.check_invariants();
}

#[test]
fn who_answers_and_presses_nothing_loses_the_call_and_the_caller_hears_nothing_of_it() {
    let mut node = Node::ringing();
    let [ani, budi, cici] = node.rung[..] else { panic!("three") };
    node.happens(ani, EventKind::Answered);
    node.seconds(12);
    node.ends(budi, HangupCause::NoAnswer);
    node.ends(cici, HangupCause::NoAnswer);
    assert!(!node.was_hung_up(ani), "the key may still come");
    node.seconds(12);
    assert!(node.was_hung_up(ani), "{:?}", node.commanded(ani));
    assert!(node.closed.contains(&("ani".into(), OfferResult::NotAccepted)), "{:?}", node.closed);
    assert_eq!(node.commanded(CALLER), Vec::<&CommandKind>::new(), "the caller waits as before");
    assert!(node.answered.is_empty());
    node.ends(ani, HangupCause::NoAnswer);
    // Whoever is rung next and presses has the caller.
    let again = (0..90).find_map(|_| {
        node.seconds(1);
        node.commands.iter().rev().cloned().find_map(dialled)
    });
    let (_, leg) = again.expect("somebody is rung again");
    node.happens(leg, EventKind::Answered);
    node.presses(leg, '1');
    node.happens(CALLER, EventKind::Bridged);
    assert_eq!(node.answered.len(), 1, "{:?}", node.closed);
    node.engine.check_invariants();
}

#[test]
fn an_agent_who_is_freed_while_the_phone_rings_has_the_break_that_was_asked_for() {
    let mut node = Node::ringing();
    for order in [AgentOrder::Break("lunch".into()), AgentOrder::Free] {
        let order = Order::Agent { agent: "ani".into(), order };
        node.tell(engine::Input::Ordered { by: Some("boss".into()), order });
    }
    let state =
        |agent: &str| node.engine.queues.agent_state(&agent.into()).map(ToString::to_string);
    assert_eq!(state("ani").as_deref(), Some("break(lunch)"));
    assert_eq!(state("budi").as_deref(), Some("reserved"), "the others are rung on");
    assert!(node.was_hung_up(node.rung[0]) && !node.was_hung_up(node.rung[1]));
    node.engine.check_invariants();
}
