//! What adapters that understand speech are told to listen for, question by question.

use crate::assemble;
use crate::call::{AdapterId, CommandKind, Event, EventKind, KeySource, LegId, Offer, Origin};
use crate::call::{Listen, Report, Symbol};
use crate::engine::{Engine, Input, Output, Pattern, Route, Routes};
use crate::flow::{Facts, Format, Sources, compile};
use crate::time::{Duration, Instant};

const FLOW: &str = r#"
sambung: 1
flow: shop
languages: [id, en]
start: main
vars:
  code: { type: pin }
  sure: { type: bool }
commands:
  "0": { goto: bye, words: { id: [petugas], en: [agent] } }
nodes:
  main:
    menu: ask
    choices:
      1: { goto: pin, set: { call.language: en }, words: { id: [harga barang], en: [price] } }
      2: { goto: bye, words: { id: [status], en: [my order] } }
    failed: bye
  pin:
    collect: ask
    record_call: pause
    as: { type: pin, length: 4 }
    into: code
    ok: sure
    failed: bye
  sure:
    collect: ask
    as: { type: yesno }
    into: sure
    ok: bye
    failed: bye
  bye: { hangup: ask }
prompts:
  ask: { id: "Apa kabar?", en: "How are you?" }
"#;

/// A caller of the shop, and what the adapter is ordered.
struct Call {
    engine: Engine,
    now: Instant,
    leg: LegId,
}

impl Call {
    fn new(speech: bool) -> Self {
        let compiled = compile(&Sources::one("shop.yaml", FLOW.as_bytes()), &Facts::default());
        let report = compiled.diagnostics.render_all(Format::Human { color: false });
        assert!(!compiled.diagnostics.has_errors(), "{report}");
        let flows = (&compiled.flows, &compiled.queues, &compiled.calendars);
        let mut settings = assemble::project(flows.0, flows.1, flows.2)
            .expect("there are no hours to make sense of");
        settings.adapters = vec!["toy".into()];
        settings.routes = Routes::new(vec![Route::new(Pattern::Default, "shop".into())]);
        let leg = LegId { adapter: AdapterId(0), number: 1 };
        let mut call = Self { engine: Engine::new(settings, 7), now: Instant::ZERO, leg };
        let origin = Origin::new("100", Some("+62811"));
        call.happens(EventKind::Offered(Offer { origin, dtmf: true, speech, ..Offer::default() }));
        call.now += Duration::from_secs(9);
        call
    }

    /// Something happens; what is ordered about listening.
    fn happens(&mut self, kind: EventKind) -> Vec<Option<Listen>> {
        self.now += Duration::from_secs(1);
        // Whatever was due before, such as the answer after a ring.
        self.engine.handle(self.now, Input::Tick);
        let event = Event { at: self.now, leg: self.leg, kind };
        let report = Report::Leg(event);
        self.engine.handle(self.now, Input::Report { adapter: AdapterId(0), report });
        let mut ordered = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            let Output::Command(command) = output else { continue };
            match command.kind {
                CommandKind::Listen(listen) => ordered.push(Some(*listen)),
                CommandKind::Unlisten => ordered.push(None),
                _ => {}
            }
        }
        ordered
    }

    fn key(&mut self, key: char) -> Vec<Option<Listen>> {
        let symbol = Symbol::from_char(key).expect("a key");
        let source = KeySource::RtpEvent;
        self.happens(EventKind::Digit { symbol, source, pressed_at: self.now })
    }

    fn says(&mut self, text: &str) -> Vec<Option<Listen>> {
        let (text, confidence, started_at) = (text.into(), None, self.now);
        self.happens(EventKind::Said { text, confidence, started_at })
    }
}

/// What is listened for, as one line each.
fn words(listen: &Option<Listen>) -> (String, String) {
    let Some(Listen { words, languages }) = listen else { return ("-".to_owned(), String::new()) };
    let languages: Vec<String> = languages.iter().map(ToString::to_string).collect();
    (words.join(", "), languages.join(" "))
}

#[test]
fn each_question_is_listened_for_in_the_languages_that_may_be_spoken_and_no_secret_is() {
    let mut call = Call::new(true);
    let told = call.happens(EventKind::Answered);
    let menu = "price, harga barang, my order, status, agent, petugas";
    let told: Vec<_> = told.iter().map(words).collect();
    assert_eq!(told, [(menu.to_owned(), "id en".to_owned())]);
    // Nobody listens to a secret.
    assert_eq!(call.says("price, please"), [None]);
    for key in "123".chars() {
        assert_eq!(call.key(key), []);
    }
    let told: Vec<_> = call.key('4').iter().map(words).collect();
    let (phrases, languages) = told.first().expect("the next question").clone();
    assert!(phrases.starts_with("ya, iya") && phrases.ends_with("cukup, agent"), "{phrases}");
    assert_eq!(languages, "en", "the language was chosen");
    // After the last question nothing is ordered but the end.
    assert_eq!(call.says("yes"), [None]);
}

#[test]
fn keys_end_the_listening_of_a_visit() {
    let mut call = Call::new(true);
    call.happens(EventKind::Answered);
    call.key('1');
    assert_eq!(call.key('1'), [], "a secret was not listened for");
}

#[test]
fn an_adapter_that_understands_nothing_is_told_nothing() {
    let mut call = Call::new(false);
    assert_eq!(call.happens(EventKind::Answered), []);
    assert_eq!(call.says("price"), []);
}
