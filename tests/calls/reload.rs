//! The project changes while calls are live: each lives by what it began with.

use sambung::call::{CallRecord, Command, CommandKind, Digits, HangupCause, LegId};
use sambung::engine::{Input, Settings};
use sambung::simulation::{Heard, Rehearsal};
use sambung::time::Duration;

use crate::stage::Set;

/// A line that asks a key, looks at the clock and leads to a person.
fn line(words: &str, open: &str, queue: &str) -> String {
    format!(
        r##"
sambung: 1
flow: line
language: en
start: ask
queues: {{ {queue}: {{ max_calls: 5 }} }}
calendars: {{ shop: {{ zone: Asia/Jakarta, open: {{ mon-sun: ["{open}"] }} }} }}
nodes:
  ask: {{ menu: "{words}", choices: {{ 1: look, 2: person }}, failed: bye }}
  look: {{ hours: shop, open: yes, closed: bye }}
  yes: {{ say: "We are open.", next: ask }}
  person: {{ queue: {queue}, done: bye, too_long: bye, full: bye, closed: bye, unstaffed: bye }}
  bye: {{ hangup: "Goodbye then." }}
"##
    )
}

fn settings(words: &str, open: &str, queue: &str) -> Settings {
    Set::of(&line(words, open, queue)).settings
}

/// What was said to whom, and the records, since the last look.
fn heard(stage: &mut Rehearsal) -> (String, Vec<CallRecord>) {
    let (mut said, mut records) = (String::new(), Vec::new());
    while let Some(heard) = stage.poll_heard() {
        match heard {
            Heard::Command(_, Command { kind: CommandKind::Play(play), .. }) => {
                play.items.iter().for_each(|item| said.push_str(&format!("{}\n", item.text)));
            }
            Heard::Command(_, Command { kind: CommandKind::Dial(dial), .. }) => {
                said.push_str(&format!("{}\n", dial.display.unwrap_or_default()));
            }
            Heard::Record(record) => records.push(*record),
            Heard::Command(..)
            | Heard::Report(..)
            | Heard::Request(..)
            | Heard::Notice(..)
            | Heard::Journal(_)
            | Heard::Fact(..) => {}
        }
    }
    (said, records)
}

fn press(stage: &mut Rehearsal, leg: LegId, key: &str) {
    stage.press(leg, &Digits::parse(key).expect("a key"));
    stage.run_for(Duration::from_secs(3));
}

#[test]
fn live_calls_end_on_the_hash_they_began_with_and_new_ones_begin_on_the_new() {
    let set = Set::of(&line("Old words, press one.", "08:00-17:00", "service"));
    let mut stage = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
    let old: Vec<LegId> = (0..50).map(|_| stage.call("100", None)).collect();
    stage.run_for(Duration::from_secs(2));
    stage.tell(Input::Publish(Box::new(settings("New words, press two.", "20:00-21:00", "sales"))));
    let new = stage.call("100", None);
    stage.run_for(Duration::from_secs(2));
    assert_eq!(stage.engine().live_calls(), 51, "nobody is dropped");
    let (said, _) = heard(&mut stage);
    assert_eq!((said.matches("Old words").count(), said.matches("New words").count()), (50, 1));

    press(&mut stage, old[0], "1");
    let (said, _) = heard(&mut stage);
    assert!(said.contains("We are open."), "the old hours hold for the old call:\n{said}");
    press(&mut stage, new, "1");
    let (said, ended) = heard(&mut stage);
    assert!(said.contains("Goodbye then."), "the new hours hold for the new call:\n{said}");

    stage.engine().check_invariants();
    for leg in old {
        stage.hang_up(leg, HangupCause::Normal);
    }
    stage.run_for(Duration::from_secs(10));
    let (_, records) = heard(&mut stage);
    let [new] = &*ended else { panic!("the new call is over: {ended:?}") };
    assert_eq!(records.len(), 50);
    assert!(records.iter().all(|record| record.flow_hash == records[0].flow_hash));
    assert_ne!(records[0].flow_hash, new.flow_hash);
}

#[test]
fn a_queue_that_is_gone_still_serves_those_whose_flow_names_it() {
    let set = Set::of(&line("Old words, press two.", "08:00-17:00", "service"));
    let mut stage = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
    stage.register("201", true);
    let (waiting, later) = (stage.call("100", None), stage.call("100", None));
    stage.run_for(Duration::from_secs(2));
    press(&mut stage, waiting, "2");
    stage.tell(Input::Publish(Box::new(settings("New words, press two.", "08:00-17:00", "sales"))));
    let new = stage.call("100", None);
    stage.run_for(Duration::from_secs(2));
    press(&mut stage, later, "2");
    assert_eq!(stage.engine().queues().waiting(&"service".into()), 2);
    press(&mut stage, new, "2");
    assert_eq!(stage.engine().queues().waiting(&"sales".into()), 1, "a new queue is open at once");
    stage.hang_up(waiting, HangupCause::Normal);
    stage.hang_up(later, HangupCause::Normal);
    stage.run_for(Duration::from_secs(2));
    let (said, _) = heard(&mut stage);
    assert!(said.contains("sales"), "the agent of the old queue is rung for the new one:\n{said}");
    stage.engine().check_invariants();
}
