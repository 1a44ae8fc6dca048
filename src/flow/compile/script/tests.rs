//! Test files in, scripts out.

use crate::call::{Class, Failure, Origin, Party, QueueId};
use crate::flow::compile::{Compiled, Facts, compile};
use crate::flow::render::Format;
use crate::flow::script::{
    AgentAct, CallRule, Case, Claim, CustomerAct, Ending, Hear, MockReply, Queued, Rung, Staff,
    Step, WishEnd,
};
use crate::flow::source::Sources;
use crate::flow::{SourceFile, Value};
use crate::time::{Duration, Moment};

const TOKO: &str = include_str!("../../../../flows/toko.yaml");
const HALO: &str = include_str!("../../../../flows/halo.yaml");

/// The shop's flow, the smallest one, and a test file.
fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::one("flows/t.test.yaml", text.as_bytes());
    sources.add("flows/toko.yaml", TOKO.as_bytes());
    sources.add("flows/halo.yaml", HALO.as_bytes());
    compile(&sources, &Facts::default())
}

/// What is wrong with the test file, one line each.
fn faults(compiled: &Compiled) -> String {
    let mut found = compiled.diagnostics.clone();
    found.list.retain(|finding| {
        found.files.get(finding.span().file.0 as usize).map(|f: &SourceFile| &*f.path)
            == Some("flows/t.test.yaml")
    });
    found.render_all(Format::Short)
}

fn cases(text: &str) -> Vec<Case> {
    let compiled = compiled(text);
    assert_eq!(faults(&compiled), "", "{text}");
    compiled.tests.into_iter().flat_map(|file| file.cases).collect()
}

/// The only case of a file with these lines in it.
fn case(flow: &str, lines: &str) -> Case {
    let text = format!("tests: {flow}\ncases:\n  - name: one\n{lines}");
    cases(&text).pop().expect("a case")
}

fn step(flow: &str, written: &str) -> Step {
    let case = case(flow, &format!("    call:\n      - {written}\n"));
    case.steps.into_iter().next().expect("a step").value
}

fn hear(prompts: &[&str]) -> Hear {
    let prompts = prompts.iter().map(|name| (*name).into()).collect();
    Hear { prompts, text: None, not: false }
}

#[test]
fn every_step_has_its_form() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
    let keys =
        |keys: &[&str]| keys.iter().map(|k| crate::call::Digits::parse(k).expect("keys")).collect();
    for (written, step_of) in [
        ("hear: welcome", Step::Hear(hear(&["welcome"]))),
        ("hear: [silent_1, main_menu]", Step::Hear(hear(&["silent_1", "main_menu"]))),
        ("hear: apology", Step::Hear(hear(&["std/apology"]))),
        ("hear: std/goodbye", Step::Hear(hear(&["std/goodbye"]))),
        (
            "{ hear: goodbye, text: Sampai jumpa. }",
            Step::Hear(Hear { text: Some("Sampai jumpa.".into()), ..hear(&["goodbye"]) }),
        ),
        ("{ hear: welcome, not: true }", Step::Hear(Hear { not: true, ..hear(&["welcome"]) })),
        ("press: 1", Step::Press { keys: keys(&["1"]), early: false }),
        ("press: 0812", Step::Press { keys: keys(&["0812"]), early: false }),
        (
            "press: [1, 2, \"123456#\"]",
            Step::Press { keys: keys(&["1", "2", "123456#"]), early: false },
        ),
        ("{ press: \"*\", early: true }", Step::Press { keys: keys(&["*"]), early: true }),
        ("say: status pesanan", Step::Say { words: words(&["status pesanan"]), early: false }),
        ("{ say: [ya, ya], early: true }", Step::Say { words: words(&["ya", "ya"]), early: true }),
        ("silence", Step::Silence),
        ("wait: 8m", Step::Wait(Duration::from_mins(8))),
        ("speak: 20s", Step::Speak(Duration::from_secs(20))),
        ("speak: { for: 1.5s }", Step::Speak(Duration::from_millis(1_500))),
        ("agent: answers", Step::Agent(AgentAct::Answers)),
        ("agent: rejects", Step::Agent(AgentAct::Rejects)),
        ("agent: is_busy", Step::Agent(AgentAct::IsBusy)),
        ("agent: hangs_up", Step::Agent(AgentAct::HangsUp)),
        ("agent: comes_free", Step::Agent(AgentAct::ComesFree)),
        (
            "queued: { name: service, skills: { topic: order }, priority: 2 }",
            Step::Queued(Queued {
                queue: QueueId::from("service"),
                skills: [("topic".into(), "order".into())].into(),
                priority: Some(2),
            }),
        ),
        ("transferred", Step::Transferred(None)),
        ("at_node: order_ask", Step::AtNode("order_ask".into())),
        ("end", Step::End(None)),
        ("end: callback", Step::End(Some(Ending::Callback))),
        ("hangup", Step::Hangup),
    ] {
        assert_eq!(step("toko", written), step_of, "{written}");
    }
    let rung = step("halo", "transferred: \"+62215550100\"");
    assert_eq!(rung, Step::Transferred(Some("+62215550100".into())));
}

#[test]
fn words_that_stand_in_a_node_are_heard_by_their_beginning() {
    let whole = "hear: Kami buka setiap hari, dari jam delapan pagi sampai jam sembilan malam.";
    let Step::Hear(heard) = step("halo", whole) else { panic!("it is heard") };
    assert!(heard.prompts[0].as_str().starts_with("text-"), "{heard:?}");
    assert_eq!(step("halo", "hear: Kami buka setiap hari"), Step::Hear(heard.clone()));
    let Step::Hear(other) = step("halo", "hear: Selamat datang di Toko") else { panic!("heard") };
    assert_ne!(other, heard);
}

#[test]
fn mocks_answer_as_the_service_would() {
    let reply = |written: &str| {
        let case = case("toko", &format!("    mock: {written}\n    call: [hangup]\n"));
        let answers = case.mocks.into_iter().next().expect("a mock").answers;
        let told = answers.into_iter().map(|answer| {
            let what = match answer.what {
                MockReply::Body(json) => json.to_string(),
                MockReply::NotFound => "not found".to_owned(),
                MockReply::Failed(failure) => failure.name().to_owned(),
                MockReply::Kept(number) => format!("kept {number}"),
            };
            format!("{} {what}", answer.after)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    for (written, told) in [
        (
            "{ orders.find: { reply: { status: paid, total: 150000, eta: 2026-03-06 } } }",
            r#"0s {"eta":"2026-03-06","status":"paid","total":150000}"#,
        ),
        (
            "{ orders.find: { reply: { total: IDR 12.50, eta: 2026-03-06, status: paid }, after: 400ms } }",
            r#"400ms {"eta":"2026-03-06","status":"paid","total":12.50}"#,
        ),
        ("{ orders.find: { status: 404 } }", "0s not found"),
        ("{ orders.find: { status: 410 } }", "0s not found"),
        ("{ orders.find: { status: 503, after: 2s } }", "2s error"),
        ("{ orders.find: { status: 429 } }", "0s error"),
        ("{ orders.find: { fault: timeout } }", "3s timeout"),
        ("{ orders.find: { fault: refused } }", "0s refused"),
        ("{ orders.find: { fault: dns } }", "0s refused"),
        ("{ orders.find: { fault: hangup_during, after: 1s } }", "1s error"),
        ("{ orders.find: { body: not json } }", "0s bad_shape"),
        ("{ orders.find: { body: '{\"status\": 7}' } }", r#"0s {"status":7}"#),
        ("{ orders.find: { slow: 20s } }", "3s timeout"),
        ("{ orders.find: [{ status: 500 }, { fault: refused }] }", "0s error, 0s refused"),
        ("{ tickets: {} }", "0s kept 1001"),
        ("{ tickets: { reply: \"4711\", after: 2s } }", "2s kept 4711"),
        ("{ callbacks: { status: 500 } }", "0s error"),
        ("{ callbacks: { fault: timeout } }", "10s timeout"),
    ] {
        assert_eq!(reply(written), told, "{written}");
    }
}

#[test]
fn a_case_says_only_what_differs_from_the_setup() {
    let cases = cases(
        r#"tests: toko
setup:
  at: "2026-03-04 10:00 Asia/Makassar"
  caller: "+6281100002222"
  caller_name: Sari
  asserted: true
  trunk: telkom
  env: { ORDERS_URL: mock, NIGHT: "1" }
  agents: { service: 2 }
  mock: { orders.find: { status: 404 }, tickets: { reply: "7" } }
cases:
  - name: as the setup
    call: [hangup]
  - name: otherwise
    at: "2026-12-25 23:30"
    caller: withheld
    called: "300"
    diverted_from: "+62215550199"
    env: { NIGHT: "2" }
    agents: { service: { count: 1, busy: true, waiting: 30 } }
    mock: { orders.find: { fault: refused } }
    call: [hangup]
"#,
    );
    let at = |text: &str, zone: &str| Some((Moment::parse(text).expect("a moment"), zone.into()));
    let [same, other] = cases.as_slice() else { panic!("two cases") };
    assert_eq!(same.at, at("2026-03-04 10:00", "Asia/Makassar"));
    assert_eq!(other.at, at("2026-12-25 23:30", "Asia/Jakarta"), "the zone of the shop's hours");
    let known = Origin {
        caller: Party { number: Some("+6281100002222".into()), name: Some("Sari".into()) },
        asserted: true,
        trunk: Some("telkom".into()),
        ..Origin::new("100", None)
    };
    assert_eq!(same.origin, known);
    let diverted = Origin {
        trunk: known.trunk,
        diverted_from: Some("+62215550199".into()),
        ..Origin::new("300", None)
    };
    assert_eq!(other.origin, diverted, "without a number no name, and nobody vouches");
    assert_eq!((&*same.env["NIGHT"], &*other.env["NIGHT"]), ("1", "2"));
    assert_eq!(&*other.env["ORDERS_URL"], "mock");
    let staff = |case: &Case| case.agents.values().copied().collect::<Vec<_>>();
    assert_eq!(staff(same), [Staff { count: 2, busy: false, waiting: 0 }]);
    assert_eq!(staff(other), [Staff { count: 1, busy: true, waiting: 30 }]);
    assert_eq!(same.mocks[0].answers[0].what, MockReply::NotFound);
    assert_eq!(other.mocks[0].answers[0].what, MockReply::Failed(Failure::Refused));
    assert_eq!(other.mocks[1], same.mocks[1], "the store answers as the setup says");
}

#[test]
fn claims_and_rules_are_read_with_their_types() {
    let compiled = compiled(
        r#"tests: toko
cases:
  - name: one
    call: [hangup]
    then:
      http: { orders.find: { times: 1, with: { id: 0812 } } }
      vars: { score: 5, order_no: "123456" }
      record: { csat: 5, csat_topic: order }
      recordings: 1
      tickets: { complaint: 2 }
      callbacks: 0
      lasts: [ "> 10s", "<90s" ]
      log_never_has: [ "123456" ]
rules:
  - every call ends in: [queue, hangup]
  - no silence longer: 8s
  - never longer in flow: 15m
  - log never has: [personal, secret]
  - never: { visit: survey, before: welcome }
"#,
    );
    assert_eq!(faults(&compiled), "");
    let file = compiled.tests.first().expect("a file");
    let claims: Vec<&Claim> = file.cases[0].then.iter().map(|claim| &claim.value).collect();
    let Claim::Asked { times: Some(1), with, .. } = claims[0] else { panic!("{:?}", claims[0]) };
    assert_eq!(with[0].1.to_string(), r#""0812""#, "digits go over the wire as text");
    let Claim::Variable(_, value) = claims[1] else { panic!("{:?}", claims[1]) };
    assert_eq!(*value, Value::Int(5));
    assert_eq!(*claims[3], Claim::Note("csat".into(), 5.into()));
    assert_eq!(*claims[5], Claim::Recordings(1));
    assert_eq!(*claims[6], Claim::Tickets("complaint".into(), 2));
    assert_eq!(*claims[7], Claim::Callbacks(0));
    assert_eq!(*claims[8], Claim::LongerThan(Duration::from_secs(10)));
    assert_eq!(*claims[9], Claim::ShorterThan(Duration::from_secs(90)));
    assert_eq!(*claims[10], Claim::NeverLogged("123456".into()));
    let rules: Vec<&CallRule> = file.rules.iter().map(|rule| &rule.value).collect();
    assert_eq!(*rules[0], CallRule::EndsIn([Ending::Queue, Ending::Hangup].into()));
    assert_eq!(*rules[1], CallRule::NoSilenceLonger(Duration::from_secs(8)));
    assert_eq!(*rules[2], CallRule::NeverLongerInFlow(Duration::from_mins(15)));
    assert_eq!(*rules[3], CallRule::NeverLogged([Class::Personal, Class::Secret].into()));
    let never = CallRule::NeverBefore { visit: "survey".into(), before: "welcome".into() };
    assert_eq!(*rules[4], never);
}

/// What comes of a wish to be called back comes after the call.
#[test]
fn a_callback_has_its_steps_and_its_place() {
    let steps = |flow: &str, written: &str| {
        let text = format!("tests: {flow}\ncases:\n  - {{ name: a, call: [{written}] }}\n");
        let compiled = compiled(&text);
        let found = faults(&compiled);
        let message = |line: &str| line.split_once("error").map(|(_, rest)| rest.to_owned());
        let found = found.lines().next().and_then(message);
        let case = compiled.tests.into_iter().flat_map(|file| file.cases).next();
        let steps = case.map(|case| case.steps.into_iter().map(|step| step.value));
        (steps.map(Iterator::collect::<Vec<_>>).unwrap_or_default(), found)
    };
    for (written, step) in [
        ("rung: agent", Step::Rung(Rung::Agent)),
        ("rung: customer", Step::Rung(Rung::Customer)),
        ("rung: nobody, for: 9m", Step::Rung(Rung::Nobody(Duration::from_mins(9)))),
        ("customer: machine_answers", Step::Customer(CustomerAct::MachineAnswers)),
        ("callback: called_again", Step::WishEnds(WishEnd::CalledAgain)),
        ("callback: not_allowed", Step::WishEnds(WishEnd::NotAllowed)),
    ] {
        let (found, fault) = steps("toko", &format!("{{ end: callback }}, {{ {written} }}"));
        assert_eq!((found.last(), fault), (Some(&step), None), "{written}");
    }
    let over = "[E0907]: nothing can happen after the call is over";
    let early = "[E0907]: nobody is called back while their own call goes on";
    let rung = "[E0011]: `rung` must be `agent`, `customer`, or `nobody` with `for:` how long";
    for (written, told) in [
        ("hangup, { agent: answers }, { customer: answers }, { wait: 1m }", Some(over)),
        ("hangup, { customer: calls_again }, { hear: welcome }, hangup, { rung: agent }", None),
        ("hangup, { customer: calls_again }, { rung: agent }", Some(early)),
        ("{ rung: agent }", Some(early)),
        ("hangup, { rung: nobody }", Some(rung)),
        ("hangup, { rung: agent, for: 2m }", Some(rung)),
        ("{ hear: welcome, for: 2m }", Some("[E0905]: `for` does not belong to `hear`")),
        ("hangup, { callback: cancelled }", Some("[E0011]: `callback` cannot be `cancelled`")),
    ] {
        let (_, fault) = steps("toko", written);
        assert_eq!(fault.as_deref(), told, "{written}");
    }
    let (_, fault) = steps("halo", "hangup, { callback: done }");
    assert!(fault.is_none(), "another flow of the same project calls back");
}

/// What the rules of tests have no case of their own for: forms, keys and names of cases.
#[test]
fn what_is_no_test_is_said_at_its_place() {
    for (text, told) in [
        ("tests: toko\n", "1:8: error[E0012]: a test file needs `cases:`"),
        ("tests: toko\ncases: { a: 1 }\n", "2:8: error[E0011]: `cases` must be a list"),
        (
            "tests: toko\ncase: []\ncases: []\n",
            "2:1: error[E0010]: unknown key `case` in a test file; did you mean `cases`?",
        ),
        ("tests: toko\ncases:\n  - call: [hangup]\n", "3:5: error[E0012]: a case needs `name:`"),
        (
            "tests: toko\ncases:\n  - { name: a, call: [silense] }\n",
            "3:23: error[E0011]: `call` cannot be `silense`",
        ),
        (
            "tests: toko\ncases:\n  - { name: a, call: [{ pres: 1 }] }\n",
            "3:25: error[E0010]: unknown key `pres` in a step; did you mean `press`?",
        ),
        (
            "tests: toko\ncases:\n  - { name: a, call: [{ press: 1a2x }] }\n",
            "3:32: error[E0011]: `1a2x` is no key of a telephone",
        ),
        (
            "tests: toko\ncases:\n  - { name: a, call: [{ wait: 5 }] }\n",
            "3:31: error[E0011]: `wait` must be a time with its unit, such as `5s`, `250ms` or `2m`",
        ),
        (
            "tests: toko\ncases:\n  - { name: a, at: tomorrow, call: [hangup] }\n",
            "3:20: error[E0011]: `at` must be a date, a time and perhaps a zone, such as `2026-03-04 10:00 Asia/Jakarta`",
        ),
        (
            "tests: toko\ncases:\n  - { name: a, call: [hangup] }\n  - { name: a, call: [hangup] }\n",
            "4:13: error[E0002]: there are two cases named `a`",
        ),
        (
            "tests: toko\ncases: []\nrules: [{ never longer in flow: 1m, no silence longer: 8s }]\n",
            "3:9: error[E0011]: `a rule` needs exactly one of `every call ends in`, `no silence longer`, `never longer in flow`, `log never has` and `never`",
        ),
        (
            "tests: toko\ncases: []\nrules: [{ no silence loner: 8s }]\n",
            "3:11: error[E0010]: unknown key `no silence loner` in a rule; did you mean `no silence longer`?",
        ),
    ] {
        let compiled = compiled(text);
        let found = faults(&compiled);
        let first = found.lines().next().unwrap_or_default();
        assert_eq!(first, format!("flows/t.test.yaml:{told}"), "{text}{found}");
        assert!(compiled.tests.is_empty(), "{text}");
    }
}

/// Tests of a flow with errors wait until these are mended, and say nothing before.
#[test]
fn tests_of_a_broken_flow_say_nothing() {
    let broken = TOKO.replace("next: choose_language", "next: chose_language");
    let mut sources = Sources::one("flows/toko.yaml", broken.as_bytes());
    let tests = "tests: toko\ncases: [{ name: a, call: [{ hear: welcome }] }]\n";
    sources.add("flows/toko.test.yaml", tests.as_bytes());
    let compiled = compile(&sources, &Facts::default());
    assert!(compiled.tests.is_empty());
    assert!(compiled.diagnostics.list.iter().all(|f| f.code() != "E0901"));
}
