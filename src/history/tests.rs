//! Facts are written and read back as they were, and say of themselves what their JSON says.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{AgentStatus, Entry, Exit, Fact, OfferId, Outcome, Private, Row};
use crate::call::{CallId, EndedBy, HangupCause};
use crate::time::Wall;

fn some_facts() -> Vec<Fact> {
    let contact = CallId::new(1, 2);
    vec![
        Fact::NodeStopped {},
        Fact::CallEnded {
            contact,
            outcome: Outcome::ToHuman,
            cause: HangupCause::Normal,
            by: EndedBy::Caller,
            language: Some("id".into()),
            topic: None,
        },
        Fact::Left { contact, queue: "service".into(), how: Exit::AbandonedRinging, key: None },
        Fact::Offered {
            offer: OfferId(7),
            contact,
            queue: "service".into(),
            agent: "sari".into(),
            until: Wall::from_unix_micros(5),
            together: false,
        },
        Fact::AgentChanged {
            agent: "sari".into(),
            status: AgentStatus::Break,
            reason: Some("lunch".into()),
            contact: None,
            queue: None,
            until: None,
            idle_since: None,
            pending: None,
            by: Some("dewi".into()),
        },
    ]
}

#[test]
fn facts_are_read_as_they_were_written() {
    for fact in some_facts() {
        let text = serde_json::to_string(&fact).expect("facts can be written");
        let read: Fact = serde_json::from_str(&text).expect(&text);
        assert_eq!(read, fact, "{text}");
        let json: Json = serde_json::from_str(&text).expect("JSON");
        assert_eq!(json["kind"], fact.kind(), "{text}");
        let contact = fact.contact().map(|id| id.to_string());
        assert_eq!(json.get("contact").and_then(Json::as_str), contact.as_deref(), "{text}");
    }
}

/// Every kind of fact as it has been written since the first release: with all its fields, and with none that may be absent.
const FORMS: &str = include_str!("tests/forms.jsonl");

#[test]
fn every_kind_of_fact_keeps_its_written_form() {
    let mut seen = BTreeSet::new();
    for line in FORMS.lines() {
        let fact: Fact = serde_json::from_str(line).expect(line);
        assert_eq!(serde_json::to_string(&fact).expect("facts can be written"), line);
        assert_eq!(serde_json::from_str::<Json>(line).expect("JSON")["kind"], fact.kind());
        seen.insert(fact.kind().to_owned());
    }
    let unknown = serde_json::from_str::<Fact>(r#"{"kind":"?"}"#).expect_err("no such kind");
    let unknown = unknown.to_string();
    let known = unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(seen, known, "a form of each kind");
}

/// The order of fields does not matter, nor what a later release may add.
#[test]
fn facts_are_read_however_their_fields_are_ordered() {
    for line in FORMS.lines() {
        let fact: Fact = serde_json::from_str(line).expect(line);
        let sorted: Json = serde_json::from_str(line).expect("JSON");
        let sorted = sorted.as_object().expect("an object").iter().rev();
        let fields: Vec<_> = sorted.map(|(key, value)| format!("{key:?} : {value}")).collect();
        let text = format!(r#"{{ "later": {{"kind": 1}}, {} }}"#, fields.join(", "));
        assert_eq!(serde_json::from_str::<Fact>(&text).expect(&text), fact, "{text}");
        let value: Json = serde_json::from_str(line).expect("JSON");
        assert_eq!(serde_json::from_value::<Fact>(value).expect(line), fact, "{line}");
    }
}

#[test]
fn what_is_no_fact_is_told() {
    let cases = [
        ("{}", "missing field `kind`"),
        (r#"{"offer":1}"#, "missing field `kind`"),
        (r#"{"kind":7}"#, "invalid type: integer `7`, expected variant identifier"),
        (r#"{"kind":"rang","offer":1}"#, "missing field `contact`"),
        (r#"{"kind":"rang","offer":-1}"#, "invalid value: integer `-1`, expected u64"),
        (r#"{"offer":-1,"kind":"rang"}"#, "invalid number"),
        ("[]", "invalid type: sequence, expected what happened"),
    ];
    for (text, wrong) in cases {
        let told = serde_json::from_str::<Fact>(text).expect_err(text).to_string();
        assert!(told.contains(wrong), "{text}: {told}");
    }
}

#[test]
fn what_belongs_to_a_person_is_not_shown_by_accident() {
    let private = Private([("number".into(), "+62811".into())].into());
    let row = Row::new(Wall::default(), Fact::NodeStopped {}).with(private);
    let shown = format!("{row:?}");
    assert!(shown.contains("number") && !shown.contains("62811"), "{shown}");
    assert_eq!(row.with(Private::default()).private, None, "nothing is nothing");
}

#[test]
fn entries_are_lines_that_tell_private_values_only_when_asked() {
    let private = Private([("number".into(), "+62811".into())].into());
    let row = Row::new(Wall::from_unix_micros(7), Fact::NodeStopped {}).with(private);
    let entry = Entry { epoch: 2, seq: 3, row };
    let bare = entry.to_line(false).expect("a line");
    assert_eq!(bare, r#"{"epoch":2,"seq":3,"at":7,"fact":{"kind":"node_stopped"}}"#);
    let whole = entry.to_line(true).expect("a line");
    assert_eq!(Entry::from_line(whole.as_bytes()).expect("reads"), entry);
    let read = Entry::from_line(bare.as_bytes()).expect("reads");
    assert_eq!((read.epoch, read.seq, read.row.private), (2, 3, None));
}
