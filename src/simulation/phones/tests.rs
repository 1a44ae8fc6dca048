//! What the telephones on paper do by themselves.

use super::*;
use crate::call::{Language, PlayId, Recording, RecordingId, SymbolSet, Target};

fn speak(id: u64, text: &str) -> CommandKind {
    let (prompt, language) = ("p".into(), Language::from("en"));
    let item = Item { prompt, language, sound: None, text: text.into() };
    CommandKind::Play(Play { id: PlayId(id), items: vec![item], stop_on: SymbolSet::ALL })
}

fn dial() -> CommandKind {
    CommandKind::Dial(Box::new(Dial {
        to: Target::User("201".into()),
        trunk: None,
        caller_id: None,
        display: None,
        tell: Vec::new(),
        pop_url: None,
        beside: None,
        ring: Duration::from_secs(20),
    }))
}

fn below(drawn: u64, end: usize) -> usize {
    usize::try_from(drawn >> 40).expect("24 bits") % end.max(1)
}

/// Whatever is done, the next deadline is the least of all legs.
#[test]
fn what_is_due_mirrors_the_legs() {
    let mut phones = Phones::new(Arc::new(|item: &Item| {
        Duration::from_millis(item.text.bytes().map(|_| 100).sum())
    }));
    let (mut drawn, mut now, mut dialled, mut plays) = (7_u64, Instant::ZERO, 0, 0);
    for _ in 0..20_000 {
        drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let legs: Vec<_> = phones.legs.keys().copied().collect();
        let leg = legs.get(below(drawn, legs.len())).copied();
        let command = |kind| leg.map(|leg| Command { leg, kind });
        let todo = match drawn >> 59 {
            0 if legs.len() < 6 => {
                phones.call(now, Origin::new("100", None));
                None
            }
            1 if legs.len() < 6 => {
                dialled += 2;
                let leg = LegId { adapter: ADAPTER, number: dialled };
                Some(Command { leg, kind: dial() })
            }
            2 => command(CommandKind::Accept(Answering::Answer)),
            3..=8 => {
                plays += 1;
                command(speak(plays, ["a", "ab", "abcdefgh"][below(drawn, 3)]))
            }
            9 => command(CommandKind::Stop(PlayId(plays.saturating_sub(1)))),
            10..=11 => command(CommandKind::Record(Recording {
                id: RecordingId::from("r"),
                limit: Duration::from_secs(9),
                silence: Duration::from_secs(2),
                end_on: SymbolSet::ALL,
                keep: None,
                talk: None,
            })),
            12 => command(CommandKind::StopRecording("r".into())),
            13 if leg > legs.first().copied() => command(CommandKind::Bridge(legs[0])),
            14 => command(CommandKind::Unbridge),
            15 => command(CommandKind::Hangup(HangupCause::Normal)),
            16 => {
                leg.into_iter().for_each(|leg| phones.pick_up(now, leg));
                None
            }
            17 => {
                leg.into_iter().for_each(|leg| phones.press(now, leg, Symbol::STAR));
                None
            }
            18 => {
                let length = Duration::from_secs(1);
                leg.into_iter().for_each(|leg| phones.speak(now, leg, length));
                None
            }
            _ => {
                now += Duration::from_millis(drawn >> 54);
                phones.tick(now);
                None
            }
        };
        todo.into_iter().for_each(|command| phones.obey(now, command));
        let least = phones.legs.values().filter_map(Leg::deadline).min();
        assert_eq!(phones.poll_timeout(), least);
        while phones.poll_report().is_some() {}
    }
    assert!(plays > 1_000 && dialled > 100, "{plays} plays, {dialled} calls");
}
