//! Rules that hold, and each way in which one can be broken.

use std::collections::BTreeMap;

use super::*;
use crate::call::{
    CallId, Direction, Ended, HangupCause, NodeId, Play, PlayEnd, SoundId, SymbolSet,
};
use crate::flow::{Ending, Span};

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// A call that was answered, observed under one rule.
fn answered(rule: CallRule) -> Observer {
    let rules = [Spanned { value: rule, span: Span::default() }];
    let mut observer = Observer::new(rules.into());
    observer.reported(at(1), &EventKind::Answered);
    observer.stands(at(1), Attention::Hearing, &[]);
    observer
}

fn play(number: u64) -> CommandKind {
    let id = PlayId(number);
    CommandKind::Play(Play { id, items: Vec::new(), stop_on: SymbolSet::NONE })
}

fn played(number: u64, ended: Instant) -> EventKind {
    EventKind::PlayEnded {
        play: PlayId(number),
        end: PlayEnd::Finished,
        heard: Duration::ZERO,
        audible_end: ended,
    }
}

fn found(observer: &Observer) -> Vec<String> {
    observer.breaches().map(|(_, breach)| format!("{}: {}", breach.at, breach.found)).collect()
}

fn step(node: &str, verb: &'static str, outcome: Option<&str>) -> RecordStep {
    RecordStep {
        node: NodeId::from(node),
        verb,
        outcome: outcome.map(Into::into),
        reason: None,
        at_ms: 0,
        keys: None,
    }
}

fn record(steps: Vec<RecordStep>, ended_at: &str, by: EndedBy) -> CallRecord {
    CallRecord {
        ignored_keys: 0,
        v: 1,
        call: CallId::new(1, 1),
        attempt: None,
        caller: None,
        asserted: false,
        called: "100".into(),
        diverted_from: None,
        trunk: None,
        direction: Direction::In,
        adapter: "paper".into(),
        flow: None,
        flow_hash: None,
        language: None,
        started: String::new(),
        answered: None,
        ended: String::new(),
        steps,
        notes: BTreeMap::new(),
        queue: None,
        transfer: None,
        agent: None,
        talks: Vec::new(),
        talk_ms: 0,
        cause: HangupCause::Normal,
        ended_by: by,
        ended_at: Some(Ended { node: NodeId::from(ended_at), prompt: None, prompt_ms: None }),
        quality: None,
    }
}

#[test]
fn silence_counts_only_where_the_caller_waits_for_us_and_hears_nothing() {
    let rule = || CallRule::NoSilenceLonger(Duration::from_secs(8));
    let mut silent = answered(rule());
    silent.stands(at(9), Attention::Hearing, &[]);
    assert!(found(&silent).is_empty(), "eight seconds are allowed");
    silent.stands(at(10), Attention::Hearing, &[]);
    assert_eq!(found(&silent), ["10.000: 9.0 s silence"]);

    let mut said = answered(rule());
    said.commanded(at(2), &play(1));
    said.reported(at(20), &played(1, at(20)));
    said.stands(at(20), Attention::Asked, &[]);
    said.stands(at(60), Attention::Hearing, &[]);
    assert!(found(&said).is_empty(), "a caller may think");
    said.commanded(at(61), &CommandKind::Music(Some(SoundId::from("hold.wav"))));
    said.stands(at(61), Attention::Waiting, &[]);
    said.stands(at(600), Attention::Waiting, &[]);
    assert!(found(&said).is_empty(), "music is no silence");
    said.reported(at(601), &EventKind::Bridged);
    said.stands(at(601), Attention::Talking, &[]);
    said.reported(at(900), &EventKind::Unbridged { quality: None });
    assert!(found(&said).is_empty(), "a person's voice is no silence");
    said.reported(
        at(909),
        &EventKind::Ended { by: EndedBy::Caller, cause: HangupCause::Normal, quality: None },
    );
    assert_eq!(found(&said), ["909.000: 9.0 s silence"]);
}

#[test]
fn time_in_line_and_in_talk_is_no_time_in_the_flow() {
    let mut observer = answered(CallRule::NeverLongerInFlow(Duration::from_secs(60)));
    observer.stands(at(31), Attention::Waiting, &[]);
    observer.stands(at(500), Attention::Talking, &[]);
    observer.stands(at(900), Attention::Asked, &[]);
    observer.stands(at(930), Attention::Asked, &[]);
    assert!(found(&observer).is_empty());
    assert_eq!(observer.in_flow(), Duration::from_secs(60));
    observer.stands(at(931), Attention::Asked, &[]);
    assert_eq!(found(&observer), ["931.000: 61.0 s in the flow"]);
}

#[test]
fn nodes_are_held_to_their_order() {
    let rule = || CallRule::NeverBefore { visit: "pin".into(), before: "notice".into() };
    let steps = [step("notice", "say", Some("next")), step("pin", "collect", None)];
    let mut good = answered(rule());
    good.stands(at(2), Attention::Hearing, &steps[..1]);
    good.stands(at(3), Attention::Asked, &steps);
    assert!(found(&good).is_empty());
    let mut bad = answered(rule());
    bad.stands(at(2), Attention::Asked, &steps[1..]);
    assert_eq!(found(&bad), ["2.000: `pin` came before `notice`"]);
}

#[test]
fn a_call_ends_as_it_may_unless_the_caller_hangs_up() {
    for (steps, place, by, breach) in [
        (vec![step("bye", "hangup", Some("hangup"))], "bye", EndedBy::System, None),
        (
            vec![step("desk", "queue", Some("done"))],
            "desk",
            EndedBy::System,
            Some("the call ended in `queue`"),
        ),
        (
            vec![step("main", "menu", Some("failed"))],
            "main",
            EndedBy::System,
            Some("the call just ended, at `main`"),
        ),
        (vec![step("main", "menu", None)], "main", EndedBy::Caller, None),
        (
            vec![step("night", "transfer", Some("busy"))],
            "night",
            EndedBy::System,
            Some("the call just ended, at `night`"),
        ),
        // What runs silently after the end is no end.
        (
            vec![step("bye", "hangup", Some("hangup")), step("after", "note", Some("next"))],
            "bye",
            EndedBy::System,
            None,
        ),
    ] {
        let mut observer = answered(CallRule::EndsIn([Ending::Hangup].into()));
        let record = record(steps, place, by);
        observer.ended(at(9), &record);
        let found: Vec<&str> = observer.breaches().map(|(_, breach)| &*breach.found).collect();
        assert_eq!(found, breach.into_iter().collect::<Vec<_>>(), "{record:?}");
    }
}

#[test]
fn a_wish_to_be_called_back_is_an_end_beside_the_goodbye() {
    let steps =
        vec![step("line", "queue", Some("called_back")), step("bye", "hangup", Some("hangup"))];
    let record = record(steps, "bye", EndedBy::System);
    assert_eq!(endings(&record), [Ending::Hangup, Ending::Callback].into());
}
