//! Calls that go well.

use super::bench::{Bench, play};
use crate::call::{
    AdapterId, CommandKind, Dial, Digits, HangupCause, LegId, PlayId, Recording, SymbolSet, Target,
    Told, Transfer, TransferMode, TransferStep,
};
use crate::time::Duration;

#[test]
fn a_call_from_ring_to_end() {
    let mut bench = Bench::up();
    bench.tell(
        r#""event":"offered","call":"c","leg":"l","called":"100","caller":"+62811","name":"Sari""#,
    );
    bench.order(1, CommandKind::Accept(crate::call::Answering::Answer));
    bench.tell(r#""event":"accepted","id":1"#);
    bench.tell(r#""event":"answered","leg":"l""#);
    bench.order(1, play(1));
    bench.wait(500, true);
    bench.tell(
        r#""event":"digit","leg":"l","symbol":"1","source":"rtp_event","pressed_at_us":70400000"#,
    );
    bench.tell(
        r#""event":"play_ended","leg":"l","play":1,"reason":"stopped","heard_ms":400,"last_audible_at_us":70390000"#,
    );
    bench.order(1, CommandKind::Hangup(HangupCause::Normal));
    bench.tell(r#""event":"ended","leg":"l","by":"system","cause":"normal""#);
    assert!(bench.machine.is_idle());
    insta::assert_snapshot!(bench.said);
}

#[test]
fn music_sounds_whenever_nothing_else_does() {
    let mut bench = Bench::talking();
    bench.order(1, CommandKind::Music(Some("hold.wav".into())));
    bench.order(1, play(1));
    bench.order(1, play(2));
    bench.tell(r#""event":"play_ended","leg":"l","play":1,"reason":"stopped""#);
    bench.tell(r#""event":"play_ended","leg":"l","play":2,"reason":"finished","heard_ms":900"#);
    bench.order(1, CommandKind::Stop(PlayId(2)));
    bench.tell(r#""event":"play_ended","leg":"l","play":3,"reason":"stopped","heard_ms":900"#);
    bench.wait(1_500, true);
    bench.tell(r#""event":"play_ended","leg":"l","play":4,"reason":"finished""#);
    bench.order(1, CommandKind::Music(None));
    insta::assert_snapshot!(bench.said);
}

#[test]
fn an_agent_is_dialled_and_bridged() {
    let mut bench = Bench::talking();
    let caller = LegId { adapter: AdapterId(1), number: 1 };
    let told = |name: &str, class| Told { name: name.into(), value: "x".into(), class };
    bench.order(
        2,
        CommandKind::Dial(Box::new(Dial {
            to: Target::User("201".into()),
            trunk: None,
            caller_id: Some("+62811".into()),
            display: Some("service".into()),
            tell: vec![
                told("topic", crate::call::Class::Public),
                told("pin", crate::call::Class::Secret),
            ],
            pop_url: None,
            beside: Some(caller),
            ring: Duration::from_secs(20),
        })),
    );
    bench.tell(r#""event":"ringing","leg":"node-2""#);
    bench.tell(r#""event":"answered","leg":"node-2""#);
    bench.order(1, CommandKind::Bridge(LegId { number: 2, ..caller }));
    bench.tell(r#""event":"bridged","leg":"l""#);
    bench.tell(r#""event":"transfer_requested","leg":"node-2","to":"202","replaces":"l""#);
    bench.order(2, CommandKind::TransferProgress(TransferStep::Failed(HangupCause::Rejected)));
    bench.tell(r#""event":"ended","leg":"node-2","by":"caller","cause":"normal""#);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn the_rest_of_the_vocabulary() {
    let mut bench = Bench::talking();
    bench.order(1, CommandKind::Mask(true));
    bench.order(1, CommandKind::SendDigits(Digits::parse("12#").expect("keys")));
    bench.order(
        1,
        CommandKind::Record(Recording {
            id: "r-1".into(),
            limit: Duration::from_secs(60),
            silence: Duration::from_secs(3),
            end_on: SymbolSet::ALL,
            keep: None,
            talk: None,
        }),
    );
    bench.order(1, CommandKind::StopRecording("r-1".into()));
    bench.tell(
        r#""event":"record_ended","leg":"l","record":"r-1","reason":"stopped","length_ms":1500"#,
    );
    let to = "+6221".into();
    bench.order(1, CommandKind::Transfer(Transfer { to, mode: TransferMode::Blind }));
    bench.tell(r#""event":"transfer_progress","leg":"l","step":"failed","cause":"busy""#);
    for word in ["held", "resumed", "media_lost", "media_restored", "speech_started"] {
        bench.tell(&format!(r#""event":"{word}","leg":"l""#));
    }
    bench.tell(r#""event":"said","leg":"l","text":"halo","confidence":0.876"#);
    bench.tell(r#""event":"said","leg":"l","text":"hal","final":false"#);
    bench.tell(r#""event":"endpoint","uri":"201","reachable":true"#);
    bench.tell(r#""event":"endpoint","uri":"201","reachable":true"#);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn where_a_call_came_in_and_whom_it_was_meant_for_are_told() {
    let mut bench = Bench::up();
    for (n, (headers, diverted)) in [
        (r#"{"Diversion":"<sip:+62215550199@telko>;reason=busy"}"#, Some("+62215550199")),
        (r#"{"history-info":"<sip:200@a.example>;index=1"}"#, Some("200")),
        (r#"{"Diversion":"<tel:+6221>","History-Info":"<sip:200@a>"}"#, Some("+6221")),
        (r#"{"Diversion":"nobody"}"#, None),
        (r#"{"Diversion":"<sip:>"}"#, None),
        (r#"{"X-Other":"sip:200@a"}"#, None),
    ]
    .into_iter()
    .enumerate()
    {
        bench.tell(&format!(
            r#""event":"offered","call":"c{n}","leg":"l{n}","called":"100","trunk":"telko","headers":{headers}"#
        ));
        let told = std::mem::take(&mut bench.said);
        assert!(told.contains(r#"trunk: Some("telko")"#), "{told}");
        assert!(told.contains(&format!("diverted_from: {diverted:?}")), "{headers}: {told}");
        bench.tell(&format!(r#""event":"ended","leg":"l{n}","by":"caller","cause":"normal""#));
    }
}
