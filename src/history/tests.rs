//! Facts are written and read back as they were, and say of themselves what their JSON says.

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
