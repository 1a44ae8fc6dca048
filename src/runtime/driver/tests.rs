//! The driver with adapters that exist only here, around the real engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::call::{
    AllowList, CommandKind, EndedBy, Event, EventKind, Item, LegId, Offer, Origin, PlayEnd,
    PromptId,
};
use crate::engine::{Codes, Pattern, Route, Routes, Settings};
use crate::flow::{AnswerPolicy, Flow, HangupNode, Limits, Node, NodeIndex, Piece, Prompt, Verb};
use crate::interpreter::Program;
use crate::runtime::{AdapterFuture, CONTRACT, Capabilities, Gone, Media};
use crate::time::Instant;

/// An adapter whose life is a function.
struct Scripted<F> {
    name: &'static str,
    script: F,
}

impl<F, R> Adapter for Scripted<F>
where
    F: FnOnce(Port) -> R + Send + 'static,
    R: Future<Output = Result<(), AdapterError>> + Send + 'static,
{
    fn name(&self) -> &str {
        self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            contract: CONTRACT,
            media: Media::None,
            digit_sources: Vec::new(),
            speech: false,
            record: false,
            dial: false,
            bridge: false,
            transfer: false,
            send_digits: false,
            headers: false,
            mask: false,
            max_calls: 0,
        }
    }

    fn run(self: Box<Self>, port: Port) -> AdapterFuture {
        Box::pin((self.script)(port))
    }
}

fn adapter<F, R>(name: &'static str, script: F) -> Box<dyn Adapter>
where
    F: FnOnce(Port) -> R + Send + 'static,
    R: Future<Output = Result<(), AdapterError>> + Send + 'static,
{
    Box::new(Scripted { name, script })
}

/// The script of an adapter that offers one call to `called`, plays along, and ends when it is told to.
async fn one_call(mut port: Port, called: &'static str) -> Result<(), AdapterError> {
    tell(&port, 1, offered(called)).await;
    while let Some(command) = port.commands.recv().await {
        answer(&port, &command).await;
    }
    Ok(())
}

/// Carries out a command as a well-behaved adapter does.
async fn answer(port: &Port, command: &Command) {
    let leg = command.leg.number;
    match &command.kind {
        CommandKind::Accept(call::Answering::Answer) => tell(port, leg, EventKind::Answered).await,
        CommandKind::Play(play) => {
            let heard = Duration::from_millis(900);
            let audible_end = port.clock.now();
            let ended =
                EventKind::PlayEnded { play: play.id, end: PlayEnd::Finished, heard, audible_end };
            tell(port, leg, ended).await;
        }
        CommandKind::Hangup(cause) | CommandKind::Refuse(cause) => {
            tell(port, leg, ended(EndedBy::System, *cause)).await;
        }
        _ => {}
    }
}

async fn tell(port: &Port, number: u64, kind: EventKind) {
    let leg = LegId { adapter: port.id, number };
    let event = Event { at: port.clock.now(), leg, kind };
    port.reports.send(Report::Leg(event)).await.expect("the driver listens");
}

fn offered(called: &str) -> EventKind {
    EventKind::Offered(Offer { origin: Origin::new(called, None), ..Offer::default() })
}

const fn ended(by: EndedBy, cause: HangupCause) -> EventKind {
    EventKind::Ended { by, cause, quality: None }
}

/// A node with one flow, `bye`, at every number but `none`: it says goodbye and hangs up.
fn engine(adapters: &[&str], ring: Duration) -> Engine {
    let item = Item {
        prompt: PromptId::from("std/goodbye"),
        language: "en".into(),
        sound: None,
        text: "Goodbye.".into(),
    };
    let prompt = Prompt {
        id: PromptId::from("std/goodbye"),
        bargein: None,
        play: None,
        pieces: BTreeMap::from([("en".into(), vec![Piece::Words(item)])]),
    };
    let flow = Flow {
        id: "bye".into(),
        hash: "0000000000000000".into(),
        languages: vec!["en".into()],
        start: NodeIndex(0),
        answer: AnswerPolicy { after: ring, early: false },
        limits: Limits {
            call: Duration::from_mins(1),
            visits: 8,
            errors: 6,
            menus: Duration::from_mins(1),
        },
        nodes: vec![Node {
            id: "bye".into(),
            verb: Verb::Hangup(HangupNode { prompts: vec![Arc::new(prompt)] }),
            subflow: None,
            pauses_recording: false,
        }],
        variables: indexmap::IndexMap::new(),
        records: Arc::new([]),
        subflows: Vec::new(),
        surveys: BTreeMap::new(),
        home: None,
        faqs: Vec::new(),
        escape: None,
        on_hangup: None,
        on_fault: None,
        built_in: BTreeMap::new(),
    };
    let program = Program { flow: Arc::new(flow), faqs: Vec::new() };
    let settings = Settings {
        codes: Codes::default(),
        adapters: adapters.iter().map(|name| Arc::from(*name)).collect(),
        routes: Routes::new(vec![Route::new(Pattern::Exact("100".into()), "bye".into())]),
        programs: Arc::new(BTreeMap::from([("bye".into(), Arc::new(program))])),
        numbers: BTreeMap::new(),
        calendars: BTreeMap::new(),
        queues: crate::queue::Settings::default(),
        queue_hours: BTreeMap::new(),
        closing_tells: std::collections::BTreeSet::new(),
        agents: BTreeMap::new(),
        transfers: AllowList::default(),
        safe_flow: None,
        safe_number: None,
        pop_url: None,
        resume: Duration::ZERO,
        max_calls: 10,
        record_talks: None,
        journals: true,
        history: false,
        language: "en".into(),
        callbacks: BTreeMap::new(),
        caller_secret: None,
    };
    Engine::new(settings, 1)
}

/// Starts a driver whose records come out of the receiver.
fn start(
    ring: Duration,
    adapters: Vec<Box<dyn Adapter>>,
) -> (Handle, Driver, UnboundedReceiver<Box<CallRecord>>) {
    let (sender, records) = mpsc::unbounded_channel();
    let names: Vec<String> = adapters.iter().map(|adapter| adapter.name().to_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sink: RecordSink = Box::new(move |left| match left {
        Left::Record(record) => sender.send(record).expect("the test listens"),
        Left::Journal(journal) => assert!(!journal.events.is_empty(), "{journal:?}"),
    });
    let outside = Box::new(Nobody);
    let engine = engine(&names, ring);
    let (handle, driver) = Driver::start(engine, Clock::new(), adapters, sink, outside, None);
    (handle, driver, records)
}

/// An outside that answers nothing: these calls ask nothing.
struct Nobody;

impl Outside for Nobody {
    fn ask(&mut self, request: call::Request, _: crate::runtime::Answer) {
        panic!("nobody is there to be asked {request:?}");
    }
}

const AT_ONCE: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_call_goes_from_offer_to_one_record() {
    let caller = adapter("test", |port| one_call(port, "100"));
    let (mut handle, driver, mut records) = start(AT_ONCE, vec![caller]);
    let driver = tokio::spawn(driver.run());
    let record = records.recv().await.expect("a record");
    handle.drain().await.expect("it runs");
    handle.drained().await.expect("it runs");
    handle.stop().await.expect("it runs");
    driver.await.expect("no panic").expect("told to stop");
    assert_eq!((record.cause, record.ended_by), (HangupCause::Normal, EndedBy::System));
    assert_eq!((&*record.adapter, record.flow.is_some()), ("test", true));
    assert!(record.started.starts_with("20"), "the wall clock was told: {}", record.started);
    assert!(records.try_recv().is_err(), "one call, one record");
    assert_eq!(handle.drain().await, Err(Gone), "the door is closed");
}

#[tokio::test]
async fn a_drained_node_refuses_what_still_comes() {
    let (refused, heard) = tokio::sync::oneshot::channel();
    let caller = adapter("test", |mut port: Port| async move {
        port.drain.wait_for(|drain| *drain).await.expect("it runs");
        tell(&port, 1, offered("100")).await;
        let command = port.commands.recv().await.expect("an order");
        refused.send(command.kind.clone()).expect("the test listens");
        answer(&port, &command).await;
        while port.commands.recv().await.is_some() {}
        Ok(())
    });
    let (mut handle, driver, mut records) = start(AT_ONCE, vec![caller]);
    let driver = tokio::spawn(driver.run());
    handle.drain().await.expect("it runs");
    assert_eq!(heard.await, Ok(CommandKind::Refuse(HangupCause::Overload)));
    handle.stop().await.expect("it runs");
    driver.await.expect("no panic").expect("told to stop");
    assert!(records.try_recv().is_err(), "a refused call leaves no record");
}

#[tokio::test]
async fn an_adapter_that_goes_takes_its_calls_along_and_no_others() {
    let fragile = adapter("fragile", |mut port: Port| async move {
        tell(&port, 1, offered("100")).await;
        drop(port.commands.recv().await);
        Err(AdapterError::Failed("the cable is cut".into()))
    });
    let sturdy = adapter("sturdy", |port| one_call(port, "100"));
    let (mut handle, driver, mut records) = start(LONG, vec![fragile, sturdy]);
    let driver = tokio::spawn(driver.run());
    let lost = records.recv().await.expect("a record");
    handle.wait_for(|status| status.live_calls == 1).await.expect("it runs");
    assert_eq!((&*lost.adapter, lost.cause), ("fragile", HangupCause::AdapterLost));
    handle.hang_up_all(HangupCause::Shutdown).await.expect("it runs");
    handle.wait_for(|status| status.live_calls == 0).await.expect("it runs");
    handle.stop().await.expect("it runs");
    driver.await.expect("no panic").expect("told to stop");
    let ended = records.recv().await.expect("a record");
    assert_eq!((&*ended.adapter, ended.cause), ("sturdy", HangupCause::Shutdown));
    assert!(records.try_recv().is_err(), "two calls, two records");
}

#[tokio::test]
async fn what_an_adapter_said_before_it_went_still_counts() {
    let hasty = adapter("hasty", |port: Port| async move {
        tell(&port, 1, offered("100")).await;
        tell(&port, 1, ended(EndedBy::Caller, HangupCause::Cancelled)).await;
        Ok(())
    });
    let (_handle, driver, mut records) = start(LONG, vec![hasty]);
    let error = driver.run().await.expect_err("no adapter is left");
    assert!(matches!(error, DriverError::NoAdapter { last } if &*last == "hasty"));
    assert_eq!(records.recv().await.expect("a record").cause, HangupCause::Cancelled);
}

/// Offers calls that are refused, one after the other, for ever.
async fn flood(id: AdapterId, reports: mpsc::Sender<Report>) {
    for number in (1..).step_by(2) {
        let leg = LegId { adapter: id, number };
        let event = Event { at: Instant::ZERO, leg, kind: offered("none") };
        if reports.send(Report::Leg(event)).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn an_adapter_that_takes_no_orders_is_cut_off() {
    let deaf = adapter("deaf", |port: Port| async move {
        let Port { id, reports, commands, .. } = port;
        flood(id, reports).await;
        drop(commands);
        Ok(())
    });
    let closed = adapter("closed", |port: Port| {
        let Port { id, reports, commands, .. } = port;
        drop(commands);
        async move {
            flood(id, reports).await;
            Ok(())
        }
    });
    for adapter in [deaf, closed] {
        let name: Box<str> = adapter.name().into();
        let (_handle, driver, _records) = start(LONG, vec![adapter]);
        let error = driver.run().await.expect_err("no adapter is left");
        assert!(matches!(error, DriverError::NoAdapter { last } if last == name));
    }
}

#[tokio::test]
async fn an_adapter_that_does_not_end_is_cut_off_and_its_call_recorded() {
    let stubborn = adapter("stubborn", |port: Port| async move {
        tell(&port, 1, offered("100")).await;
        pending::<()>().await;
        drop(port);
        Ok(())
    });
    let (mut handle, driver, mut records) = start(LONG, vec![stubborn]);
    let driver = tokio::spawn(driver.run());
    handle.wait_for(|status| status.live_calls == 1).await.expect("it runs");
    handle.stop().await.expect("it runs");
    driver.await.expect("no panic").expect("told to stop");
    assert_eq!(records.recv().await.expect("a record").cause, HangupCause::AdapterLost);
}
