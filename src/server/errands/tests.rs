//! A service as a project declares it, asked over a real socket.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::backend::tests::http::{Answer as Says, HttpServer};
use crate::call::{
    Argument, CallId, Callback, Class, Failure, Operation, Reply, RequestId, Ticket,
};
use crate::config::Keyring;
use crate::flow::{Facts, Sources, compile};
use crate::history::{MemoryStore, Store as _};
use crate::runtime::Requests;
use crate::storage::HistoryWriter;

/// The services of a project at `base`.
fn services(base: &str) -> Services {
    let text = format!(
        "sambung: 1\nservices:\n  shop:\n    base: \"{base}\"\n    auth: {{ bearer: {{ file: token }} }}\n    \
         addresses: [127.0.0.0/8]\n    types:\n      Order: {{ status: text }}\n    operations:\n      \
         find: {{ post: \"/v1/find\", body: {{ id: digits }}, idempotent: true, returns: Order }}\n"
    );
    let compiled = compile(&Sources::one("services.yaml", text.as_bytes()), &Facts::default());
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "kunci\n").expect("writes");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&token, private).expect("sets");
    let keyring = Keyring::at(folder.path().to_owned());
    let found = assemble::surroundings(&compiled, &keyring);
    assert!(found.disabled.is_empty(), "{:?}", found.disabled);
    assert_eq!(found.services.len(), 1, "{:?}", compiled.diagnostics);
    found.services
}

fn find(number: u64) -> Request {
    let operation = Operation {
        service: "shop".into(),
        operation: "find".into(),
        with: vec![Argument { name: "id".into(), value: "42".into(), class: Class::Personal }],
        tries: 2,
        idempotency_key: "call/ask/1".into(),
    };
    Request { id: RequestId(number), call: CallId::new(1, 1), what: Errand::Operation(operation) }
}

/// The driver's own side of the door to these services, beside a history that is kept in memory.
fn requests_of(in_use: &ServicesInUse) -> Requests {
    let (mut store, clock) = (MemoryStore::default(), Clock::new());
    store.begin("1", clock.wall()).expect("begins");
    let (_, slot) = HistoryWriter::start(store, clock).expect("a thread");
    Requests::new(Box::new(Errands::new(in_use.newest(), slot, clock, Handle::current())))
}

/// Asks through the driver's own side of the door and gives the reply.
async fn ask(requests: &mut Requests, request: Request) -> (RequestId, Reply) {
    requests.ask(request).expect("room");
    requests.next().await.expect("the errands live")
}

#[tokio::test]
async fn an_operation_reaches_its_service_with_what_the_project_says() {
    let server = HttpServer::always(Says::ok(r#"{"status":"packing"}"#));
    let in_use = ServicesInUse::new(services(&server.url()), 1);
    let mut requests = requests_of(&in_use);
    let reply = ask(&mut requests, find(7)).await;
    assert_eq!(reply, (RequestId(7), Reply::Answered(serde_json::json!({"status": "packing"}))));
    let asked = server.asked().pop().expect("asked");
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/v1/find"));
    assert_eq!(asked.body, r#"{"id":"42"}"#);
    assert_eq!(asked.headers["authorization"], "Bearer kunci");
    assert_eq!(asked.headers["idempotency-key"], "call/ask/1");
}

#[tokio::test]
async fn changed_services_are_asked_from_then_on_and_unchanged_ones_keep_their_health() {
    let broken = HttpServer::always(Says::Says(500, String::new()));
    let well = HttpServer::always(Says::ok("{}"));
    let mut in_use = ServicesInUse::new(services(&broken.url()), 1);
    let mut requests = requests_of(&in_use);
    for number in 0..5 {
        let (_, reply) = ask(&mut requests, find(number)).await;
        assert_eq!(reply, Reply::Failed(Failure::Error));
    }
    in_use.renew(services(&broken.url()));
    let (_, reply) = ask(&mut requests, find(5)).await;
    assert_eq!(reply, Reply::Failed(Failure::CircuitOpen), "ten tries had failed");
    in_use.renew(services(&well.url()));
    let (_, reply) = ask(&mut requests, find(6)).await;
    assert_eq!(reply, Reply::Answered(serde_json::json!({})));
}

#[tokio::test]
async fn tickets_and_callbacks_are_numbered_by_the_history() {
    let in_use = ServicesInUse::new(Services::new(), 1);
    let mut requests = requests_of(&in_use);
    let callback = Callback {
        queue: "service".into(),
        to: "+62811".into(),
        within: None,
        language: "id".into(),
        place: None,
    };
    let ticket = Ticket {
        kind: "complaint".into(),
        with: Vec::new(),
        recording: None,
        due: None,
        language: "id".into(),
    };
    for (what, number) in [
        (Errand::Callback(callback), "1001"),
        (Errand::Ticket(ticket.clone()), "1001"),
        (Errand::Ticket(ticket), "1002"),
    ] {
        let request = Request { id: RequestId(1), call: CallId::new(1, 1), what };
        assert_eq!(ask(&mut requests, request).await.1, Reply::Kept(number.into()));
    }
}
