//! Each kind of step, claim and rule, holding and failing.

mod back;

use std::collections::BTreeMap;

use super::*;
use crate::assemble;
use crate::call::{Class, Digits, Failure, FlowId, NodeId, Origin, PromptId, QueueId};
use crate::flow::{
    AgentAct, CallRule, Case, Claim, Compiled, Ending, Facts, Format, Hear, Mock, MockAnswer,
    MockOf, MockReply, Queued, Sources, Span, Spanned, Staff, Step, Value, VariableIndex, compile,
};
use crate::simulation::{Ground, Rehearsal};
use crate::time::{Duration, Moment};

const LINE: &str = "
sambung: 1
flow: line
language: en
start: welcome
vars:
  order_no: { type: digits, class: personal }
  pin: { type: pin }
  order: { type: shop.Order }
  message: { type: recording }
  topic: { type: text, start: general }
  score: { type: int }
commands: { '0': agent, '#': repeat }
nodes:
  welcome: { say: welcome, bargein: false, next: opening }
  opening: { hours: desk, open: main, closed: shut }
  shut: { hangup: shut }
  main:
    menu: main
    retry: { noinput: [silent], nomatch: [wrong], max: 2 }
    choices:
      1: { goto: order_ask, words: { en: [order] } }
      2: leave
      3: { goto: agent, set: { topic: card } }
      4: night
      5: pin_ask
      6: score
      7: call_me
    failed: shut
  order_ask: { collect: order_ask, into: order_no, as: { type: digits, min: 6, max: 8 }, ok: find, failed: shut }
  find: { http: shop.find, with: { id: =order_no }, into: order, wait: one_moment, ok: told, not_found: shut, failed: down }
  told: { say: told, next: bye }
  down: { say: down, next: agent }
  leave: { record: leave, into: message, max: 60s, silence: 3s, end: '#', keep: 30d, ok: keep, empty: shut, hung_up: keep }
  keep: { ticket: complaint, with: { topic: =topic }, recording: =message, ok: bye, failed: shut }
  agent:
    queue: service
    greet: connecting
    skills: { topic: =topic }
    priority: 3
    every: { 60s: busy }
    max_wait: 3m
    done: score
    too_long: sorry
    full: sorry
    closed: sorry
    unstaffed: sorry
  sorry: { say: sorry, next: leave }
  score: { collect: score, into: score, as: { type: int, min: 1, max: 5, length: 1 }, ok: scored, failed: shut }
  scored: { note: { csat: =score }, next: bye }
  night: { transfer: '+62215550100', ring: 20s, done: bye, failed: sorry }
  pin_ask: { collect: pin_ask, into: pin, as: { type: pin, length: 4 }, ok: pin_ok, failed: shut, record_call: pause }
  pin_ok: { http: bank.check, with: { pin: =pin }, forget: [pin], ok: bye, not_found: shut, failed: shut }
  call_me: { callback: service, to: =call.from, ok: bye, failed: shut }
  bye: { hangup: bye }
prompts:
  welcome: { en: Welcome to the desk. }
  main: { en: 'For orders press one, to leave a message two, for a person zero.' }
  silent: { en: I heard nothing. }
  wrong: { en: That is no choice. }
  order_ask: { en: Please enter the number of your order. }
  one_moment: { en: One moment please. }
  told: { en: 'Order {order_no:digits} is {order.status:text}.' }
  down: { en: The shop cannot be reached. }
  leave: { en: Please speak after the tone. }
  connecting: { en: You are connected. }
  busy: { en: All are still busy. }
  sorry: { en: Nobody is free. }
  score: { en: 'How was it, one to five?' }
  pin_ask: { en: Enter your four digits. }
  shut: { en: We are closed now. }
  bye: { en: Goodbye then. }
queues:
  service:
    ring: { timeout: 20s }
    callbacks: { allow: ['+62*'], hours: '08:00-20:00', zone: Asia/Jakarta }
calendars: { desk: { zone: Asia/Jakarta, open: { mon-fri: ['08:00-17:00'] } } }
services:
  shop:
    base: 'https://shop.example'
    types: { Order: { status: text } }
    operations: { find: { get: '/orders/{id}', path: { id: digits }, returns: Order, timeout: 3s, tries: 2 } }
  bank:
    base: 'https://bank.example'
    accepts: secret
    operations: { check: { post: '/check', body: { pin: pin } } }
";

/// The line above, a stage for it and a case to be filled in.
struct Bench {
    stage: Stage,
    ground: Ground,
    flow: FlowId,
    case: Case,
    rules: Vec<Spanned<CallRule>>,
    compiled: Compiled,
}

fn bench() -> Bench {
    bench_of(LINE)
}

fn bench_of(line: &str) -> Bench {
    let compiled = compile(&Sources::one("line.yaml", line.as_bytes()), &Facts::default());
    let report = compiled.diagnostics.render_all(Format::Human { color: false });
    assert!(!compiled.diagnostics.has_errors(), "{report}");
    let mut settings =
        assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars).expect("hours");
    settings.transfers = ["+62215550100".into()].into();
    settings.callbacks =
        assemble::callbacks(&compiled.queues, &compiled.calendars).expect("a zone");
    let flow = compiled.flow().expect("a flow");
    let ground = Ground::of(flow, []);
    let status = BTreeMap::from([("status", "shipped")]);
    let find = mock("shop", "find", &[(400, MockReply::Body(serde_json::json!(status)))]);
    let case = Case {
        name: "a case".into(),
        span: Span::default(),
        at: None,
        origin: Origin::new("100", Some("+6281100001111")),
        env: BTreeMap::new(),
        agents: BTreeMap::from([(
            QueueId::from("service"),
            Staff { count: 1, ..Staff::default() },
        )]),
        mocks: vec![find],
        steps: Vec::new(),
        then: Vec::new(),
    };
    let stage = Stage::new(settings, Rehearsal::by_text());
    Bench { stage, ground, flow: flow.id.clone(), case, rules: Vec::new(), compiled }
}

fn mock(service: &str, operation: &str, answers: &[(u64, MockReply)]) -> Mock {
    let of = MockOf::Operation { service: service.into(), operation: operation.into() };
    let answer = |(ms, what): &(u64, MockReply)| MockAnswer {
        after: Duration::from_millis(*ms),
        what: what.clone(),
    };
    Mock { span: Span::default(), of, answers: answers.iter().map(answer).collect() }
}

impl Bench {
    fn play(&self, steps: &[Step]) -> Verdict {
        self.play_in(steps, Manner::Test)
    }

    fn play_in(&self, steps: &[Step], manner: Manner) -> Verdict {
        let mut case = self.case.clone();
        let step = |(start, step): (u32, &Step)| {
            Spanned::new(step.clone(), Span { start, ..Span::default() })
        };
        case.steps = (0..).zip(steps).map(step).collect();
        let rules = self.rules.clone().into();
        self.stage.play(&self.ground, &self.flow, &case, &rules, manner).expect("the flow")
    }

    fn claims(mut self, claims: &[Claim]) -> Self {
        let claim = |claim: &Claim| Spanned::new(claim.clone(), Span::default());
        self.case.then = claims.iter().map(claim).collect();
        self
    }

    fn variable(&self, name: &str) -> VariableIndex {
        let flow = self.compiled.flow().expect("a flow");
        let place = flow.variables.get_index_of(name).expect("a variable");
        VariableIndex(u32::try_from(place).expect("few variables"))
    }
}

fn press(keys: &[&str]) -> Step {
    let keys = keys.iter().map(|keys| Digits::parse(keys).expect("keys")).collect();
    Step::Press { keys, early: false }
}

fn early(keys: &str) -> Step {
    Step::Press { keys: vec![Digits::parse(keys).expect("keys")], early: true }
}

fn say(words: &str) -> Step {
    Step::Say { words: vec![words.into()], early: false }
}

fn hear(prompts: &[&str]) -> Step {
    let prompts = prompts.iter().map(|name| PromptId::from(*name)).collect();
    Step::Hear(Hear { prompts, text: None, not: false })
}

fn hear_words(prompt: &str, text: &str) -> Step {
    Step::Hear(Hear { prompts: vec![prompt.into()], text: Some(text.into()), not: false })
}

fn hear_not(prompt: &str) -> Step {
    Step::Hear(Hear { prompts: vec![prompt.into()], text: None, not: true })
}

fn queued(skills: &[(&str, &str)], priority: Option<u8>) -> Step {
    let skills = skills.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Step::Queued(Queued { queue: "service".into(), skills, priority })
}

fn wait(seconds: u64) -> Step {
    Step::Wait(Duration::from_secs(seconds))
}

fn speak(seconds: u64) -> Step {
    Step::Speak(Duration::from_secs(seconds))
}

fn end(ending: Ending) -> Step {
    Step::End(Some(ending))
}

fn at_node(node: &str) -> Step {
    Step::AtNode(NodeId::from(node))
}

/// What differs, in one line each: the step, what was expected and what was found.
fn told(verdict: &Verdict) -> Vec<String> {
    let line = |one: &Difference| format!("{}: {} | {}", one.span.start, one.expected, one.found);
    verdict.differences.iter().map(line).collect()
}

#[test]
fn steps_that_can_be_done_pass() {
    use AgentAct::{Answers, HangsUp, Rejects};
    let scripts: &[&[Step]] = &[
        &[],
        &[hear(&["welcome", "main"]), press(&["1"]), hear(&["order_ask"]), press(&["123456#"])],
        &[press(&["1", "123456#"]), hear_not("one_moment"), hear(&["told", "bye"])],
        &[
            say("order"),
            press(&["123456"]),
            hear_words("told", "Order one two three four five six is shipped."),
        ],
        &[
            Step::Silence,
            hear(&["silent", "main"]),
            Step::Silence,
            hear(&["shut"]),
            end(Ending::Hangup),
        ],
        &[press(&["9"]), hear(&["wrong"]), hear(&["main"]), Step::Hangup],
        &[early("3"), hear(&["main"]), wait(12), hear(&["silent"])],
        &[
            press(&["3"]),
            queued(&[("topic", "card")], Some(3)),
            Step::Agent(Answers),
            Step::Agent(HangsUp),
            hear(&["score"]),
        ],
        &[press(&["3"]), Step::Agent(Rejects), wait(1), queued(&[], None), Step::End(None)],
        &[press(&["0"]), Step::Agent(HangsUp), hear(&["busy"]), end(Ending::Queue)],
        &[
            press(&["0"]),
            wait(170),
            hear(&["sorry", "leave"]),
            speak(5),
            hear(&["bye"]),
            end(Ending::Hangup),
        ],
        &[press(&["2"]), speak(5), press(&["#"]), hear(&["bye"])],
        &[press(&["2"]), speak(5), Step::Silence, hear(&["bye"])],
        &[
            press(&["4"]),
            Step::Transferred(None),
            Step::Agent(Answers),
            Step::Agent(HangsUp),
            hear(&["bye"]),
        ],
        &[press(&["4"]), Step::Transferred(Some("+62215550100".into())), end(Ending::Transfer)],
        &[press(&["1", "123456#"]), at_node("find"), at_node("told")],
        &[press(&["7"]), end(Ending::Callback)],
        &[press(&["7"]), end(Ending::Hangup)],
    ];
    let bench = bench();
    for script in scripts {
        let verdict = bench.play(script);
        assert_eq!(told(&verdict), [""; 0], "{script:?}\n{}", verdict.story.join("  "));
    }
}

#[test]
fn each_step_can_fail() {
    use AgentAct::{Answers, HangsUp};
    let scripts: &[&[Step]] = &[
        &[hear(&["main", "welcome"])],
        &[hear(&["order_ask"])],
        &[press(&["1"]), hear(&["main"])],
        &[press(&["1", "123456#"]), hear_words("told", "Order one two three is shipped.")],
        &[press(&["9"]), hear_not("wrong")],
        &[press(&["1", "123456#", "1"])],
        &[press(&["0"]), Step::Agent(Answers), press(&["1"])],
        &[press(&["3"]), say("order")],
        &[press(&["2"]), speak(9), wait(5), speak(9)],
        &[speak(5)],
        &[press(&["3"]), Step::Silence],
        &[Step::Agent(Answers)],
        &[Step::Agent(HangsUp)],
        &[queued(&[], None)],
        &[press(&["3"]), queued(&[("topic", "general")], None)],
        &[press(&["3"]), queued(&[("language", "en")], None)],
        &[press(&["3"]), queued(&[], Some(1))],
        &[Step::Transferred(None)],
        &[press(&["4"]), Step::Transferred(Some("+6200".into()))],
        &[press(&["1"]), at_node("main")],
        &[Step::End(None)],
        &[press(&["3"]), end(Ending::Transfer)],
        &[press(&["1", "123456#"]), end(Ending::Queue)],
        &[Step::Silence, Step::Silence, end(Ending::Hangup), Step::Hangup],
    ];
    let bench = bench();
    let told: Vec<String> = scripts
        .iter()
        .map(|script| {
            let verdict = bench.play(script);
            assert_eq!(verdict.differences.len(), 1, "{script:?}: {:?}", told(&verdict));
            told(&verdict).join("")
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn claims_hold_or_say_what_they_found() {
    let find = || MockOf::Operation { service: "shop".into(), operation: "find".into() };
    let asked = |times, id: Option<&str>| {
        let with = id.iter().map(|id| ("id".into(), serde_json::json!(id))).collect();
        Claim::Asked { of: find(), times, with }
    };
    let down = || mock("shop", "find", &[(3_000, MockReply::Failed(Failure::Timeout))]);
    let ordered = [press(&["1", "123456#"]), end(Ending::Hangup)];
    let scored = [press(&["6", "5"])];
    let left = [press(&["2"]), speak(8)];
    let variable = bench().variable("score");
    let note = |value: i64| Claim::Note("csat".into(), value.into());
    for (steps, holding, failing) in [
        (&ordered[..], asked(Some(1), Some("123456")), asked(Some(2), None)),
        (&ordered, asked(None, None), asked(None, Some("654321"))),
        (&scored, asked(Some(0), None), asked(None, None)),
        (
            &scored,
            Claim::Variable(variable, Value::Int(5)),
            Claim::Variable(variable, Value::Int(4)),
        ),
        (&scored, note(5), note(4)),
        (&left, Claim::Recordings(1), Claim::Recordings(0)),
        (&left, Claim::Tickets("complaint".into(), 1), Claim::Tickets("order".into(), 1)),
        (&[press(&["7"])], Claim::Callbacks(1), Claim::Callbacks(0)),
        (
            &ordered,
            Claim::ShorterThan(Duration::from_secs(90)),
            Claim::LongerThan(Duration::from_secs(90)),
        ),
        (
            &ordered,
            Claim::LongerThan(Duration::from_secs(5)),
            Claim::ShorterThan(Duration::from_secs(5)),
        ),
        (&ordered, Claim::NeverLogged("123456".into()), Claim::NeverLogged("order_ask".into())),
    ] {
        let steps = steps.to_vec();
        let verdict = bench().claims(std::slice::from_ref(&holding)).play(&steps);
        assert_eq!(told(&verdict), [""; 0], "{holding:?}");
        let verdict = bench().claims(std::slice::from_ref(&failing)).play(&steps);
        assert_eq!(verdict.differences.len(), 1, "{failing:?}");
    }
    let mut tried = bench().claims(&[asked(Some(2), None)]);
    tried.case.mocks = vec![down()];
    let verdict =
        tried.play(&[press(&["1", "123456#"]), hear(&["one_moment", "down"]), queued(&[], None)]);
    assert_eq!(told(&verdict), [""; 0], "both tries count");
    assert_eq!(verdict.asked.len(), 1);
}

#[test]
fn rules_hold_in_every_case() {
    for (rule, steps, broken) in [
        (CallRule::EndsIn([Ending::Hangup].into()), vec![press(&["1", "123456#"])], false),
        (
            CallRule::EndsIn([Ending::Queue].into()),
            vec![Step::Silence, Step::Silence, end(Ending::Hangup)],
            true,
        ),
        (CallRule::NoSilenceLonger(Duration::from_secs(8)), vec![press(&["1", "123456#"])], false),
        (
            CallRule::NoSilenceLonger(Duration::from_millis(100)),
            vec![press(&["1", "123456#"]), hear(&["told"])],
            true,
        ),
        (
            CallRule::NeverLongerInFlow(Duration::from_secs(90)),
            vec![press(&["0"]), wait(170)],
            false,
        ),
        (CallRule::NeverLongerInFlow(Duration::from_secs(5)), vec![press(&["0"])], true),
        (
            CallRule::NeverLogged([Class::Personal, Class::Secret].into()),
            vec![press(&["5", "4829"]), hear(&["shut"])],
            false,
        ),
        (
            CallRule::NeverBefore { visit: "find".into(), before: "main".into() },
            vec![press(&["1", "123456#"]), hear(&["told"])],
            false,
        ),
        (
            CallRule::NeverBefore { visit: "main".into(), before: "find".into() },
            vec![press(&["1", "123456#"])],
            true,
        ),
    ] {
        let mut bench = bench();
        bench.rules = vec![Spanned::new(rule, Span::default())];
        let verdict = bench.play(&steps);
        assert_eq!(!verdict.is_passed(), broken, "{:?}: {:?}", bench.rules, told(&verdict));
    }
}

#[test]
fn the_hour_and_the_agents_are_as_the_case_says() {
    let mut sunday = bench();
    sunday.case.at =
        Some((Moment::parse("2026-03-08 10:00").expect("a time"), "Asia/Jakarta".into()));
    assert_eq!(told(&sunday.play(&[hear(&["shut"]), end(Ending::Hangup)])), [""; 0]);
    let mut late = bench();
    late.case.at = Some((Moment::parse("2026-03-04 10:00").expect("a time"), "UTC".into()));
    assert_eq!(told(&late.play(&[hear(&["shut"])])), [""; 0], "17:00 in Jakarta");

    let staff = |count, busy| {
        BTreeMap::from([(QueueId::from("service"), Staff { count, busy, waiting: 0 })])
    };
    let mut nobody = bench();
    nobody.case.agents = staff(0, false);
    assert_eq!(told(&nobody.play(&[press(&["0"]), hear(&["sorry"])])), [""; 0]);
    let mut busy = bench();
    busy.case.agents = staff(2, true);
    let waits =
        [press(&["0"]), queued(&[], None), wait(170), hear(&["busy"]), hear(&["sorry", "leave"])];
    let verdict = busy.play(&waits);
    assert_eq!(told(&verdict), [""; 0], "{:?}", verdict.story);
    assert!(!verdict.story.contains(&"[an agent is rung]".to_owned()), "{:?}", verdict.story);
    let verdict = busy.play(&[press(&["0"]), Step::Agent(AgentAct::Answers)]);
    assert_eq!(verdict.differences.len(), 1, "nobody's phone rings");
    for (waiting, heard) in [(98, "connecting"), (100, "sorry")] {
        let line = Staff { count: 1, busy: true, waiting };
        busy.case.agents = BTreeMap::from([(QueueId::from("service"), line)]);
        let verdict = busy.play(&[press(&["0"]), hear(&[heard])]);
        assert_eq!(told(&verdict), [""; 0], "{waiting} in line: {:?}", verdict.story);
    }
}

#[test]
fn whoever_is_rung_may_be_busy_decline_or_not_answer() {
    let line = bench();
    for (act, what) in [
        (AgentAct::IsBusy, "[the agent is busy]"),
        (AgentAct::Rejects, "[the agent rejects]"),
        (AgentAct::HangsUp, "[the agent does not answer]"),
    ] {
        let steps = [press(&["4"]), Step::Transferred(None), Step::Agent(act), hear(&["sorry"])];
        let verdict = line.play(&steps);
        assert_eq!(told(&verdict), [""; 0], "{what}: {:?}", verdict.story);
        assert!(verdict.story.iter().any(|told| told == what), "{:?}", verdict.story);
    }
}

#[test]
fn an_operation_without_a_mock_fails_and_is_told() {
    let mut bench = bench();
    bench.case.mocks.clear();
    let verdict = bench.play(&[press(&["1", "123456#"]), hear(&["down"])]);
    assert_eq!(told(&verdict), [""; 0]);
    assert_eq!(verdict.unmocked.len(), 1);
    assert!(verdict.asked.is_empty());
}

#[test]
fn a_secret_is_told_to_nobody() {
    let bench = bench();
    let verdict = bench.play(&[press(&["5", "4829"]), hear(&["bye"])]);
    let everything = format!("{verdict:?}");
    assert!(!verdict.is_passed(), "no mock answers");
    assert!(!everything.contains("4829"), "{everything}");
    let verdict = bench.play(&[early("54829")]);
    assert!(!format!("{verdict:?}").contains("4829"), "keys typed ahead may be a secret");
}

#[test]
fn what_is_heard_instead_becomes_a_revision() {
    let steps = [
        hear(&["hello"]),
        press(&["1", "123456#"]),
        hear_words("told", "Something else."),
        hear(&["goodbye"]),
    ];
    let verdict = bench().play_in(&steps, Manner::Revise);
    assert_eq!(told(&verdict), [""; 0]);
    let revised: Vec<String> = verdict
        .revisions
        .iter()
        .map(|one| format!("{}: {:?} {:?}", one.span.start, one.prompts, one.text))
        .collect();
    insta::assert_snapshot!(revised.join("\n"));
    let verdict = bench().play_in(&[hear(&["main"]), hear(&["more"])], Manner::Revise);
    assert_eq!(verdict.differences.len(), 1, "nothing is heard that could stand there");
}
