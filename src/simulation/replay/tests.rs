//! Verdicts on small calls, written by hand.

use super::*;
use crate::call::{EndedBy, HangupCause, JournalEvent, JournalPrompt, Symbol};
use crate::time::Duration;

/// A call in words: `main` enters, `?main` asks, `main=1` leaves, `"hello"` sounds, `#3` is a key, `.` is the end.
fn call(words: &str) -> Vec<JournalEntry> {
    let event = |word: &str| match (word.split_at(1), word.split_once('=')) {
        (("?", node), _) => JournalEvent::Asked { node: node.into() },
        (("\"", name), _) => JournalEvent::Heard {
            prompts: vec![JournalPrompt { language: "en".into(), prompt: name.into() }],
        },
        (("#", key), _) => JournalEvent::Key {
            key: key.chars().next().and_then(Symbol::from_char).expect("a key"),
        },
        ((".", _), _) => JournalEvent::Ended { by: EndedBy::System, cause: HangupCause::Normal },
        (("~", queue), _) => JournalEvent::Enqueued { queue: queue.into() },
        (_, Some((node, outcome))) => {
            JournalEvent::Left { node: node.into(), outcome: outcome.into() }
        }
        _ => JournalEvent::Entered { node: word.into() },
    };
    let timed = (0..)
        .zip(words.split(' '))
        .map(|(second, word)| JournalEntry { at: Duration::from_secs(second), event: event(word) });
    timed.collect()
}

#[test]
fn calls_are_judged_by_their_way_their_end_and_what_is_heard() {
    let was = call("a \"hello a=next b ?b \"ask #1 b=1 c \"bye .");
    for (is, kind, at) in [
        ("a \"hello a=next b ?b \"ask #1 b=1 c \"bye .", Kind::Same, None),
        ("a \"hello a=next b ?b \"other #1 b=1 c \"bye .", Kind::OtherPrompt, Some(("b", 5))),
        ("a \"hello a=next b ?b \"ask #1 b=1 d d=next c .", Kind::Diverged, Some(("c", 8))),
        ("a \"hello a=next b ?b \"ask #1 b=1 d .", Kind::OtherEnd, Some(("c", 8))),
        ("a \"hello a=next b ?b \"ask #1 b=2 c \"bye .", Kind::Same, None),
        ("a \"hello a=next b ?b \"ask #1 ?b b=failed c .", Kind::NotUnderstood, Some(("b", 7))),
        ("a \"hello a=next b ?b \"ask #1 b=failed c .", Kind::NotUnderstood, Some(("b", 7))),
        ("a \"hello a=next", Kind::OtherEnd, Some(("b", 3))),
    ] {
        let verdict = Verdict::of(&was, &call(is));
        let found = verdict
            .at
            .as_ref()
            .map(|moment| (moment.node.as_ref().expect("a node").as_str(), moment.at.as_secs()));
        assert_eq!((verdict.kind, found), (kind, at), "{is}");
    }
    // Silence is no input: whoever was asked again before is not misunderstood.
    let silent = call("b ?b b=failed c .");
    let verdict = Verdict::of(&silent, &call("b ?b ?b b=failed c ."));
    assert_eq!(verdict.kind, Kind::Diverged);
    // Words that fill a wait are said as often as it lasts.
    let waits = call("q ~service \"hello \"still \"still .");
    assert_eq!(Verdict::of(&waits, &call("q ~service \"hello .")).kind, Kind::Same);
    assert_eq!(Verdict::of(&waits, &call("q ~service \"hallo .")).kind, Kind::OtherPrompt);
}

#[test]
fn a_masked_number_is_stood_in_for_by_one_that_can_be_called_as_well() {
    for (masked, number) in [("***678", "00000000678"), ("***", "00000000"), ("***ice", "ice")] {
        assert_eq!(&*number_like(masked), number);
    }
}
