//! What the network says of a call before anybody speaks: it decides the call's way, stands in its record and its
//! journal, and leads a replay the same way.

use std::sync::Arc;

use sambung::call::{CallJournal, CallRecord, Origin, Party};
use sambung::simulation::replay::{Candidate, Kind, replay};
use sambung::simulation::{Heard, Rehearsal};
use sambung::time::Duration;

use crate::stage::Set;

const FLOW: &str = "
sambung: 1
flow: line
language: en
start: who
nodes:
  who:
    branch:
      - { when: 'call.trunk == \"partner\" and call.asserted and is_set(call.name)', goto: partner }
      - { when: is_set(call.diverted_from), goto: branch_office }
    else: anybody
  partner: { hangup: Hello partner. }
  branch_office: { hangup: Hello Semarang. }
  anybody: { hangup: Hello. }
";

/// The record and the journal of a call, and the set that it was held on.
fn call(origin: Origin) -> (CallRecord, CallJournal, Set) {
    let mut set = Set::of(FLOW);
    set.settings.journals = true;
    let mut rehearsal = Rehearsal::new(set.settings.clone(), 7, set.wall, Rehearsal::by_text());
    rehearsal.call_from(origin);
    rehearsal.run_until(rehearsal.now() + Duration::from_secs(30));
    let (mut record, mut journal) = (None, None);
    while let Some(heard) = rehearsal.poll_heard() {
        match heard {
            Heard::Record(kept) => record = Some(*kept),
            Heard::Journal(kept) => journal = Some(*kept),
            _ => {}
        }
    }
    (record.expect("a record"), journal.expect("a journal"), set)
}

fn known() -> Origin {
    Origin {
        caller: Party { number: Some("+6281100007777".into()), name: Some("Wulandari".into()) },
        asserted: true,
        trunk: Some("partner".into()),
        diverted_from: Some("+62245550155".into()),
        ..Origin::new("100", None)
    }
}

#[test]
fn the_facts_of_a_call_decide_its_way_and_lead_a_replay_the_same_way() {
    let unvouched = Origin { asserted: false, ..known() };
    let elsewhere = Origin { trunk: None, diverted_from: None, ..known() };
    let nameless =
        Origin { caller: Party { name: None, ..known().caller }, diverted_from: None, ..known() };
    for (origin, way) in [
        (known(), "partner"),
        (unvouched, "branch_office"),
        (elsewhere, "anybody"),
        (nameless, "anybody"),
        (Origin::new("100", None), "anybody"),
    ] {
        let (record, journal, set) = call(origin.clone());
        let last = record.steps.last().map(|step| step.node.to_string());
        assert_eq!(last.as_deref(), Some(way), "{origin:?}");
        let line = serde_json::to_string(&journal).expect("a journal is JSON");
        let journal = CallJournal::read(&line).expect("it is read back");
        let program = Arc::clone(set.settings.programs.values().next().expect("a flow"));
        let project = Arc::new(set.settings);
        let candidate = Candidate { project, program, durations: Rehearsal::by_text() };
        assert_eq!(replay(&journal, &candidate).verdict.kind, Kind::Same, "{origin:?}");
    }
}

#[test]
fn the_record_and_the_journal_keep_them_masked() {
    let (record, journal, _) = call(known());
    let record = serde_json::to_value(&record).expect("a record is JSON");
    assert_eq!(
        (&record["caller"], &record["asserted"], &record["trunk"], &record["diverted_from"]),
        (&"***777".into(), &true.into(), &"partner".into(), &"***155".into())
    );
    let journal = serde_json::to_value(&journal).expect("a journal is JSON");
    assert_eq!((&journal["named"], &journal["trunk"]), (&true.into(), &"partner".into()));
    for kept in [record.to_string(), journal.to_string()] {
        for own in ["Wulandari", "81100007777", "245550155"] {
            assert!(!kept.contains(own), "{own} in {kept}");
        }
    }
    let (record, journal, _) = call(Origin::new("100", Some("+6281100007777")));
    let record = serde_json::to_value(&record).expect("a record is JSON");
    let journal = serde_json::to_value(&journal).expect("a journal is JSON");
    for absent in ["asserted", "trunk", "diverted_from"] {
        assert!(record.get(absent).is_none() && journal.get(absent).is_none(), "{absent}");
    }
}
