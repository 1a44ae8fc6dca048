//! What callers leave for people to do, worked on while the node runs, and over its death.

use std::process::Command;

use serde_json::{Value, json};

use super::control::{Desk, sambung, token};
use super::phone::Phone;

/// A flow in which every caller complains.
const COMPLAINT: &str = "
sambung: 1
flow: patient
language: en
start: keep
nodes:
  keep:
    ticket: complaint
    with: { order: \"A 17\" }
    due: 4h
    ok: bye
    failed: bye
  bye: { hangup: Goodbye now. }
queues: { service: {} }
calendars: { shop: { zone: Asia/Jakarta, open: { mon-sun: [\"00:00-24:00\"] } } }
";

/// Somebody complains.
fn complain(desk: &Desk, ticket: u64) {
    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    desk.sees("/v1/tickets", |told| {
        let tickets = told["tickets"].as_array().expect("a list");
        tickets.iter().any(|one| one["ticket"] == ticket)
    });
    caller.is_hung_up_on();
}

fn numbers(list: &Value) -> Vec<u64> {
    let tickets = list["tickets"].as_array().expect("a list");
    tickets.iter().map(|ticket| ticket["ticket"].as_u64().expect("a number")).collect()
}

#[test]
fn a_complaint_is_taken_worked_on_and_closed_over_a_crash() {
    let desk = Desk::start_for(COMPLAINT, "", "");
    complain(&desk, 1001);
    complain(&desk, 1002);
    let of = |role: &str| desk.supervisor.showing(token(role));
    let (reader, budi) = (of("read"), of("agent"));
    let told = reader.get("/v1/tickets/1001").json();
    assert_eq!((&told["kind"], &told["overdue"]), (&json!("complaint"), &json!(false)));
    assert_eq!(told["fields"], Value::Null, "who only looks is told no words");
    let told = budi.get("/v1/tickets/1001").json();
    assert_eq!(told["fields"], json!({ "order": "A 17" }));
    assert_eq!(reader.post("/v1/tickets/1001/close", r#"{"outcome":"solved"}"#).status, 403);

    // One goes to another agent, who alone works on it then; the other one is taken.
    let assign = |body: &str| desk.supervisor.post("/v1/tickets/1001/assign", body);
    let given = assign(r#"{"owner":"sari","due_in_s":60}"#).json();
    assert_eq!(given["owner"], "sari");
    for (body, status, code) in [
        ("{}", 422, "no_change"),
        (r#"{"owner":"nobody"}"#, 404, "unknown_agent"),
        (r#"{"due_in_s":0}"#, 422, "wrong_due"),
        (r#"{"owner":"sari","nobody":true}"#, 422, "wrong_owner"),
    ] {
        let refused = assign(body);
        assert_eq!((refused.status, &*refused.code()), (status, code), "{body}");
    }
    assert_eq!(budi.get("/v1/tickets/1001").code(), "not_yours");
    assert_eq!(numbers(&budi.get("/v1/tickets").json()), [1002], "their own and those of nobody");
    assert_eq!(budi.post("/v1/tickets/1002/assign", r#"{"owner":"sari"}"#).code(), "not_allowed");
    assert_eq!(budi.post("/v1/tickets/1002/assign", r#"{"owner":"budi"}"#).json()["owner"], "budi");
    let note = ("/v1/tickets/1002/note", r#"{"note":"Called back: it is on its way."}"#);
    let key = [("Idempotency-Key", "once")];
    let noted = budi.asks("POST", note.0, &key, note.1).json();
    assert_eq!(budi.asks("POST", note.0, &key, note.1).json(), noted, "carried out once");
    check_lists(&desk);

    let desk = desk.dies_and_comes_back();
    let budi = desk.supervisor.showing(token("agent"));
    let told = budi.get("/v1/tickets/1002").json();
    let steps = told["steps"].as_array().expect("steps");
    let did: Vec<&Value> = steps.iter().map(|step| &step["did"]).collect();
    assert_eq!(did, ["assigned", "noted"], "what was answered is there");
    assert_eq!((&steps[1]["by"], &told["owner"]), (&json!("budi"), &json!("budi")));
    assert_eq!(steps[1]["note"], "Called back: it is on its way.");
    let close = || budi.post("/v1/tickets/1002/close", r#"{"outcome":"solved"}"#);
    assert_eq!(close().json()["outcome"], "solved");
    assert_eq!(close().code(), "ticket_closed");

    let (code, out, err) = sambung(&desk, "agent", &["ticket", "list", "--closed"]);
    assert!(code == Some(0) && out.contains("1002    complaint  solved  budi"), "{out}{err}");
    let (code, out, err) = sambung(&desk, "supervisor", &["ticket", "note", "1001", "Asked Sari."]);
    assert!(code == Some(0) && out.contains("Asked Sari.") && out.contains("A 17"), "{out}{err}");
    let (code, _, err) =
        sambung(&desk, "supervisor", &["ticket", "close", "1003", "--outcome", "invalid"]);
    assert!(code == Some(1) && err.contains("There is no ticket 1003."), "{err}");

    check_report(&desk);
    let queue = desk.supervisor.get("/v1/queues/service").json();
    assert_eq!(queue["today"]["zone"], "Asia/Jakarta", "the day of the calendars");
}

/// Lists hold what they are asked for: 1001 is of Sari, 1002 of Budi, and both are open.
fn check_lists(desk: &Desk) {
    let filters = [
        ("?owner=sari", vec![1001]),
        ("?unowned=true", vec![]),
        ("?overdue=true", vec![]),
        ("?kind=voicemail", vec![]),
        ("?state=all&limit=1", vec![1001]),
        ("?state=all&limit=1&after=1001", vec![1002]),
        ("?state=closed", vec![]),
    ];
    for (query, wanted) in filters {
        let list = desk.supervisor.get(&format!("/v1/tickets{query}")).json();
        assert_eq!(numbers(&list), wanted, "{query}");
    }
}

/// One of two tickets was closed.
fn check_report(desk: &Desk) {
    let output = Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(["report", "tickets", "--format", "json", "--hours", "shop"])
        .current_dir(desk.node.path("."))
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let row = &report["tables"][0]["rows"][0];
    assert_eq!((&row["opened"], &row["closed"]), (&json!(2), &json!(1)), "{report}");
    assert_eq!(row["first_p50"], row["first_open_p50"], "the shop never closes: {report}");
}
