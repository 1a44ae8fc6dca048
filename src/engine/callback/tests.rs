//! Callbacks and what agents hear alone, event by event in virtual time.

mod customer;
mod ends;

use crate::assemble;
use crate::call::{
    AdapterId, CallRecord, Command, CommandKind, Direction, EndedBy, Event, EventKind, HangupCause,
    KeySource, LegId, Offer, Origin, PlayEnd, PlayId, Reply, Report, Symbol, Target,
};
use crate::engine::{Agent, AgentOrder, Engine, Input, Order, Output, Settings};
use crate::flow::{Facts, Sources, compile};
use crate::history::{CallbackEnd, Fact, OfferResult, TryResult, Verdict};
use crate::queue::AgentSettings;
use crate::time::{Duration, Instant, Wall};

const LINE: &str = r#"
sambung: 1
flow: line
language: en
start: agent
nodes:
  agent:
    queue: service
    keys: { 1: callback }
    whisper: [about]
    max_wait: 20m
    full: bye
    closed: bye
    unstaffed: bye
    too_long: bye
    called_back: bye
    done: rate
  rate: { call: std/csat, done: once_more, failed: bye }
  once_more: { call: std/csat, done: bye, failed: bye }
  bye: { hangup: bye }
queues:
  service:
    ring: { timeout: 20s }
    callbacks: { allow: ["+62*"], gaps: [10m, 30m], hours: "08:00-20:00", zone: Asia/Jakarta }
prompts:
  about: { en: "A caller of the shop." }
  bye: { en: "Good bye." }
"#;

/// A Wednesday, 10 h in Jakarta.
const MORNING: &str = "2026-03-04T03:00:00Z";

/// One node, one agent with two phones of which one is used, and everything that the engine asked for.
struct Node {
    engine: Engine,
    now: Instant,
    commands: Vec<Command>,
    facts: Vec<Fact>,
    records: Vec<CallRecord>,
    callers: u64,
}

impl Node {
    fn new(at: &str, agent: Agent) -> Self {
        Self::of(LINE, at, agent)
    }

    fn of(line: &str, at: &str, agent: Agent) -> Self {
        let mut node = Self {
            engine: Engine::new(settings(line, agent), 7),
            now: Instant::ZERO,
            commands: Vec::new(),
            facts: Vec::new(),
            records: Vec::new(),
            callers: 0,
        };
        node.tell(Input::Clock(Wall::parse_rfc3339(at).expect("a time")));
        node
    }

    fn tell(&mut self, input: Input) {
        self.engine.handle(self.now, input);
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Command(command) => self.commands.push(command),
                Output::Claim(row) => {
                    let Fact::Offered { offer, .. } = row.fact else { panic!("an offer") };
                    self.engine
                        .handle(self.now, Input::Claimed { offer, verdict: Verdict::Applied });
                }
                Output::Request(request) => {
                    let reply = Reply::Kept("1001".into());
                    self.engine.handle(self.now, Input::Reply { request: request.id, reply });
                }
                Output::Happened(row) => self.facts.push(row.fact),
                Output::Record(record) => self.records.push(*record),
                Output::Journal(_) | Output::Abandon(_) | Output::Notice(_) => {}
            }
        }
    }

    fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.tell(Input::Tick);
        }
        self.now = end;
    }

    fn seconds(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    fn happens(&mut self, leg: LegId, kind: EventKind) {
        let event = Event { at: self.now, leg, kind };
        self.tell(Input::Report { adapter: AdapterId(0), report: Report::Leg(event) });
    }

    fn orders(&mut self, order: AgentOrder) {
        let order = Order::Agent { agent: "sari".into(), order };
        self.tell(Input::Ordered { by: None, order });
    }

    fn key(&mut self, leg: LegId, key: char) {
        let symbol = Symbol::from_char(key).expect("a key");
        let kind = EventKind::Digit { symbol, source: KeySource::RtpEvent, pressed_at: self.now };
        self.happens(leg, kind);
    }

    fn ends(&mut self, leg: LegId, cause: HangupCause) {
        self.happens(leg, EventKind::Ended { by: EndedBy::Caller, cause, quality: None });
    }

    /// Somebody calls and is in line.
    fn caller(&mut self, number: &str) -> LegId {
        self.callers += 1;
        let leg = LegId { adapter: AdapterId(0), number: self.callers * 2 + 1 };
        let origin = Origin::new("100", Some(number));
        let offer = Offer { origin, dtmf: true, ..Offer::default() };
        self.happens(leg, EventKind::Offered(offer));
        self.seconds(1);
        self.happens(leg, EventKind::Answered);
        leg
    }

    /// Somebody asks to be called back and hangs up; the agent, who was on a break, is back.
    fn wish(&mut self, number: &str) {
        self.orders(AgentOrder::Break("lunch".into()));
        let caller = self.caller(number);
        self.key(caller, '1');
        self.ends(caller, HangupCause::Normal);
        self.orders(AgentOrder::Ready);
    }

    /// The leg that was dialled last, and whom.
    fn dialled(&self) -> (LegId, Target) {
        let dial = |command: &Command| match &command.kind {
            CommandKind::Dial(dial) => Some((command.leg, dial.to.clone())),
            _ => None,
        };
        self.commands.iter().rev().find_map(dial).expect("somebody was dialled")
    }

    /// The last words on a leg.
    fn said(&self, leg: LegId) -> (PlayId, String) {
        let play = |command: &Command| match &command.kind {
            CommandKind::Play(play) if command.leg == leg => {
                let names: Vec<&str> = play.items.iter().map(|item| item.prompt.as_str()).collect();
                Some((play.id, names.join(" ")))
            }
            _ => None,
        };
        self.commands.iter().rev().find_map(play).expect("something was said")
    }

    fn heard_out(&mut self, leg: LegId) {
        let (play, _) = self.said(leg);
        let (end, heard, audible_end) = (PlayEnd::Finished, Duration::ZERO, self.now);
        self.happens(leg, EventKind::PlayEnded { play, end, heard, audible_end });
    }

    fn was_told(&self, leg: LegId, what: &CommandKind) -> bool {
        self.commands.iter().any(|command| command.leg == leg && command.kind == *what)
    }

    fn tries(&self) -> Vec<TryResult> {
        let result = |fact: &Fact| match fact {
            Fact::CallbackTried { result, .. } => Some(*result),
            _ => None,
        };
        self.facts.iter().filter_map(result).collect()
    }

    fn ended(&self) -> Vec<CallbackEnd> {
        let how = |fact: &Fact| match fact {
            Fact::CallbackEnded { how, .. } => Some(*how),
            _ => None,
        };
        self.facts.iter().filter_map(how).collect()
    }

    /// The agent answers the callback that they are rung for, and the customer is rung.
    fn agent_answers(&mut self) -> (LegId, LegId) {
        let (agent, to) = self.dialled();
        assert_eq!(to, Target::User("201".into()), "the agent comes first");
        self.happens(agent, EventKind::Ringing);
        self.happens(agent, EventKind::Answered);
        assert_eq!(self.said(agent).1, "std/callback_for std/callback_dialling");
        let (customer, to) = self.dialled();
        assert_eq!(to, Target::Number("+6281100001111".into()));
        (agent, customer)
    }
}

/// What a project of that line publishes.
fn settings(line: &str, agent: Agent) -> Settings {
    let compiled = compile(&Sources::one("line.yaml", line.as_bytes()), &Facts::default());
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("all is well");
    settings.callbacks =
        assemble::callbacks(&compiled.queues, &compiled.calendars).expect("a zone");
    settings.adapters = vec!["sip".into(), "lines".into()];
    settings.routes = crate::engine::Routes::new(vec![crate::engine::Route::new(
        crate::engine::Pattern::Default,
        "line".into(),
    )]);
    settings.history = true;
    let served = AgentSettings {
        queues: vec!["service".into()],
        always_there: true,
        ..AgentSettings::default()
    };
    settings.queues.agents.insert("sari".into(), served);
    settings.agents.insert("sari".into(), agent);
    settings
}

fn phone() -> Agent {
    Agent { target: Target::User("201".into()), accept: None, adapter: None }
}

#[test]
fn the_agent_is_rung_first_and_the_customer_confirms_before_they_talk() {
    let mut node = Node::new(MORNING, phone());
    node.wish("+6281100001111");
    assert_eq!(node.engine.open_callbacks(), 1);
    node.seconds(40);
    let (agent, customer) = node.agent_answers();
    node.seconds(5);
    node.happens(customer, EventKind::Answered);
    assert_eq!(node.said(customer).1, "std/callback_hello");
    assert!(!node.was_told(customer, &CommandKind::Bridge(agent)), "not before the key");
    node.key(customer, '1');
    assert!(node.was_told(customer, &CommandKind::Bridge(agent)));
    node.seconds(60);
    node.ends(customer, HangupCause::Normal);
    assert_eq!((node.tries(), node.ended()), (vec![TryResult::Connected], vec![CallbackEnd::Done]));
    let out: Vec<_> = node.records.iter().filter(|r| r.direction == Direction::Out).collect();
    assert_eq!(out[0].attempt, Some(1));
    assert_eq!(out.len(), 1);
    assert_eq!((out[0].talk_ms, out[0].called.as_ref()), (60_000, "***111"));
    assert_eq!(node.engine.open_callbacks(), 0);
    node.ends(agent, HangupCause::Normal);
    node.engine.check_invariants();
}

#[test]
fn a_customer_who_cannot_be_had_is_tried_three_times_and_a_machine_hears_one_message() {
    let mut node = Node::new(MORNING, phone());
    node.wish("+6281100001111");
    node.seconds(40);
    let (agent, customer) = node.agent_answers();
    node.happens(customer, EventKind::Answered);
    node.seconds(26);
    assert_eq!(node.said(customer).1, "std/callback_machine");
    node.heard_out(customer);
    assert!(node.was_told(customer, &CommandKind::Hangup(HangupCause::Normal)));
    node.ends(customer, HangupCause::Normal);
    assert_eq!(node.said(agent).1, "std/callback_unreached");
    node.heard_out(agent);
    node.ends(agent, HangupCause::Normal);
    for (gap, cause) in [(10, HangupCause::NoAnswer), (30, HangupCause::Busy)] {
        let before = node.commands.len();
        node.wait(Duration::from_mins(gap - 1));
        assert_eq!(node.commands.len(), before, "nobody is rung within the gap");
        node.seconds(61);
        let (agent, customer) = node.agent_answers();
        node.ends(customer, cause);
        node.heard_out(agent);
        node.ends(agent, HangupCause::Normal);
    }
    assert_eq!(node.tries(), [TryResult::Machine, TryResult::NoAnswer, TryResult::Busy]);
    assert_eq!(node.ended(), [CallbackEnd::Exhausted]);
    let out = node.records.iter().filter(|record| record.direction == Direction::Out);
    let out: Vec<_> = out.map(|record| (record.call, record.attempt)).collect();
    let wish = out[0].0;
    assert_eq!(out, [(wish, Some(1)), (wish, Some(2)), (wish, Some(3))], "a record of each try");
    node.engine.check_invariants();
}

#[test]
fn nobody_is_called_outside_of_the_hours_nor_where_it_is_not_allowed() {
    // 19:59 in Jakarta: the phone has to be put down first, and then it is too late.
    let mut node = Node::new("2026-03-04T12:59:45Z", phone());
    node.wish("+6281100001111");
    let before = node.commands.len();
    node.wait(Duration::from_mins(11 * 60 + 59));
    assert_eq!(node.commands.len(), before, "not at night");
    node.seconds(80);
    node.agent_answers();
    let mut node = Node::new(MORNING, phone());
    node.wish("+15550100");
    assert_eq!(node.ended(), [CallbackEnd::NotAllowed]);
}

#[test]
fn a_second_wish_updates_the_first_and_who_calls_again_and_is_served_is_not_called() {
    let mut node = Node::new(MORNING, phone());
    node.wish("+6281100001111");
    node.wish("+6281100001111");
    assert_eq!((node.engine.open_callbacks(), node.ended()), (1, vec![CallbackEnd::Merged]));
    let caller = node.caller("+6281100001111");
    let (agent, _) = node.dialled();
    node.happens(agent, EventKind::Answered);
    assert_eq!(node.said(agent).1, "about", "the whisper");
    assert!(!node.was_told(caller, &CommandKind::Bridge(agent)), "not before it was heard");
    node.heard_out(agent);
    assert!(node.was_told(caller, &CommandKind::Bridge(agent)));
    assert_eq!(node.ended(), [CallbackEnd::Merged, CallbackEnd::CalledAgain]);
}

#[test]
fn a_customer_may_decline_and_an_agent_who_leaves_costs_a_try() {
    let mut node = Node::new(MORNING, phone());
    node.wish("+6281100001111");
    node.seconds(40);
    let (agent, customer) = node.agent_answers();
    node.ends(agent, HangupCause::Normal);
    assert!(node.was_told(customer, &CommandKind::Hangup(HangupCause::Cancelled)));
    node.wait(Duration::from_mins(11));
    let (_, customer) = node.agent_answers();
    node.happens(customer, EventKind::Answered);
    node.key(customer, '2');
    assert_eq!(node.said(customer).1, "std/callback_declined");
    assert_eq!(
        (node.tries(), node.ended()),
        (vec![TryResult::NoAgent], vec![CallbackEnd::Declined])
    );
}

#[test]
fn an_agent_who_holds_a_caller_for_two_minutes_is_reminded() {
    let mut node = Node::new(MORNING, phone());
    let caller = node.caller("+6281100001111");
    let (agent, _) = node.dialled();
    node.happens(agent, EventKind::Answered);
    node.heard_out(agent);
    node.happens(agent, EventKind::Held);
    let words = node.said(caller).1;
    node.seconds(119);
    assert_eq!(node.said(agent).1, "about");
    node.seconds(2);
    assert_eq!(node.said(agent).1, "std/hold_reminder");
    assert_eq!(node.said(caller).1, words, "the caller hears nothing of it");
    let (first, _) = node.said(agent);
    node.seconds(120);
    assert_ne!(node.said(agent).0, first, "and again");
    node.happens(agent, EventKind::Resumed);
    let (last, _) = node.said(agent);
    node.seconds(300);
    assert_eq!(node.said(agent).0, last);
    node.engine.check_invariants();
}

#[test]
fn an_outside_number_has_a_caller_only_after_the_key() {
    let outside =
        Agent { target: Target::Number("+6281122223333".into()), accept: None, adapter: None };
    let mut node = Node::new(MORNING, outside);
    let caller = node.caller("+6281100001111");
    let (agent, _) = node.dialled();
    node.happens(agent, EventKind::Ringing);
    node.seconds(4);
    // A mailbox answers: it presses nothing, and the caller stays in line.
    node.happens(agent, EventKind::Answered);
    assert_eq!(node.said(agent).1, "std/accept_call std/digit_1");
    node.heard_out(agent);
    node.seconds(18);
    assert!(node.was_told(agent, &CommandKind::Hangup(HangupCause::NoAnswer)));
    let closed = |fact: &Fact| match fact {
        Fact::OfferClosed { result, .. } => Some(*result),
        _ => None,
    };
    let results: Vec<_> = node.facts.iter().filter_map(closed).collect();
    assert_eq!(results, [OfferResult::NotAccepted]);
    assert!(!node.facts.iter().any(|fact| matches!(fact, Fact::Answered { .. })));
    node.ends(agent, HangupCause::Normal);
    node.seconds(30);
    let (again, _) = node.dialled();
    assert_ne!(again, agent);
    node.happens(again, EventKind::Answered);
    node.key(again, '7');
    node.key(again, '1');
    assert_eq!(node.said(again).1, "about");
    node.ends(caller, HangupCause::Normal);
    assert_eq!(node.said(again).1, "std/caller_left", "the caller left meanwhile");
    node.heard_out(again);
    assert!(node.was_told(again, &CommandKind::Hangup(HangupCause::Cancelled)));
    node.ends(again, HangupCause::Cancelled);
    node.engine.check_invariants();
}

#[test]
fn whoever_comes_to_the_question_was_asked_and_an_answer_knows_its_agent() {
    let mut node = Node::new(MORNING, phone());
    for answers in [true, false] {
        let caller = node.caller("+6281100001111");
        let (agent, _) = node.dialled();
        node.happens(agent, EventKind::Answered);
        node.heard_out(agent);
        node.seconds(30);
        node.ends(agent, HangupCause::Normal);
        assert_eq!(node.said(caller).1, "std/csat_ask", "the agent hung up first");
        if answers {
            node.key(caller, '5');
            assert_eq!(node.said(caller).1, "std/csat_thanks");
            node.heard_out(caller);
            assert_eq!(node.said(caller).1, "bye", "nobody is asked twice");
        }
        node.ends(caller, HangupCause::Normal);
        node.orders(AgentOrder::WrapUpDone);
        node.seconds(5);
    }
    let asked = node.facts.iter().filter(|fact| matches!(fact, Fact::SurveyAsked { .. })).count();
    let scores = node.facts.iter().filter_map(|fact| match fact {
        Fact::Surveyed { question, score, agent, .. } => {
            Some((question.to_string(), *score, agent.as_ref().map(ToString::to_string)))
        }
        _ => None,
    });
    let scores: Vec<_> = scores.collect();
    assert_eq!((asked, scores), (2, vec![("csat".to_owned(), 5, Some("sari".to_owned()))]));
}

/// The line with opening hours: Monday to Friday, 8 to 17 h in Jakarta.
fn with_hours() -> String {
    let hours = LINE.replace("    ring: { timeout", "    hours: shop\n    ring: { timeout");
    let open = r#"{ zone: Asia/Jakarta, open: { mon-fri: ["08:00-17:00"] } }"#;
    format!("{hours}calendars:\n  shop: {open}\n")
}

#[test]
fn no_agent_is_rung_while_the_queue_is_closed_and_the_wish_stands_until_it_has_been_open() {
    // Friday, 16:50 in Jakarta.
    let mut node = Node::of(&with_hours(), "2026-03-06T09:50:00Z", phone());
    node.orders(AgentOrder::Break("lunch".into()));
    let caller = node.caller("+6281100001111");
    node.key(caller, '1');
    node.ends(caller, HangupCause::Normal);
    node.wait(Duration::from_mins(15));
    node.orders(AgentOrder::Ready);
    let before = node.commands.len();
    // Saturday's calling hours pass, and the 24 hours of the wish with them, all but ten minutes of which it was closed.
    node.wait(Duration::from_mins(62 * 60 + 53));
    assert_eq!((node.commands.len(), node.engine.open_callbacks()), (before, 1), "not at 7:58");
    node.seconds(125);
    node.agent_answers();
}

#[test]
fn an_agent_whose_phone_vanishes_from_a_callback_rests() {
    let mut node = Node::new(MORNING, phone());
    node.wish("+6281100001111");
    node.seconds(40);
    let (agent, customer) = node.agent_answers();
    node.happens(customer, EventKind::Answered);
    node.key(customer, '1');
    node.seconds(60);
    node.ends(agent, HangupCause::MediaLost);
    let state = node.engine.queues.agent_state(&"sari".into()).map(ToString::to_string);
    assert_eq!(state.as_deref(), Some("backoff(unreachable)"));
    assert!(node.was_told(customer, &CommandKind::Hangup(HangupCause::Normal)));
    assert_eq!(node.ended(), [CallbackEnd::Done]);
    node.engine.check_invariants();
}
