//! The control interface of a running node, over real HTTP.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use sambung::control::document;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Answer, Client};
use super::node::Node;
use super::phone::Phone;

/// Each role's token. None of them is used anywhere else.
pub(crate) const TOKENS: [(&str, &str); 4] = [
    ("read", "4f0d7a52c9e1b86330aa"),
    ("agent", "91c3e5d2f7a84b06558b"),
    ("supervisor", "b27e60f19ad3c4587ee2"),
    ("admin", "d5a9183c7f42e06b11f0"),
];

/// A flow that leads every caller into a queue.
const LINE: &str = "
sambung: 1
flow: patient
language: en
start: line
nodes:
  line:
    queue: service
    max_wait: 10m
    full: bye
    closed: bye
    unstaffed: bye
    too_long: bye
  bye: { hangup: Goodbye now. }
queues: { service: { ring: { timeout: 20s }, wrap_up: 30s }, sales: {} }
";

/// A node with one agent, whose phone is a socket that says nothing.
pub(crate) struct Desk {
    pub(crate) node: Node,
    pub(crate) supervisor: Client,
    pub(crate) secrets: TempDir,
    pub(crate) _phone: UdpSocket,
}

impl Desk {
    pub(crate) fn start(more: &str) -> Self {
        Self::start_with("", more)
    }

    /// The same with further keys of `control`.
    pub(crate) fn start_with(control: &str, more: &str) -> Self {
        Self::start_for(LINE, control, more)
    }

    /// The same with a flow of its own.
    pub(crate) fn start_for(flow: &str, control: &str, more: &str) -> Self {
        let secrets = tempfile::tempdir().expect("a folder");
        let mut tokens = String::new();
        for (role, token) in TOKENS {
            let path = secrets.path().join(role);
            fs::write(&path, token).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
            let agent = if role == "agent" { ", agent: budi" } else { "" };
            let file = path.display();
            tokens.push_str(&format!("{role}: {{ file: \"{file}\", role: {role}{agent} }}, "));
        }
        let phone = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let at = phone.local_addr().expect("bound");
        let settings = format!(
            "control: {{ {control}listen: \"127.0.0.1:0\", tokens: {{ {tokens} }} }}\n\
             agents:\n  budi: {{ address: \"sip:budi@{at}\", queues: [service] }}\n  sari: {{ address: \"sip:sari@{at}\" }}\n{more}"
        );
        let node = Node::start(&settings, flow);
        let supervisor = Client::new(&node.ready()["control"], Some(token("supervisor")));
        Self { node, supervisor, secrets, _phone: phone }
    }

    /// Kills the node as the power would, and starts it again with what it left.
    pub(crate) fn dies_and_comes_back(self) -> Self {
        let Self { node, secrets, _phone, .. } = self;
        let node = node.dies_and_comes_back();
        let supervisor = Client::new(&node.ready()["control"], Some(token("supervisor")));
        Self { node, supervisor, secrets, _phone }
    }

    fn state(&self, agent: &str, body: &str) -> Answer {
        self.supervisor.post(&format!("/v1/agents/{agent}/state"), body)
    }

    /// Asks until the answer is as wanted.
    pub(crate) fn sees(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut told = self.supervisor.get(path).json();
        for _ in 0..200 {
            if wanted(&told) {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(50));
            told = self.supervisor.get(path).json();
        }
        assert!(wanted(&told), "never seen at {path}: {told}");
        told
    }
}

pub(crate) fn token(role: &str) -> &'static str {
    TOKENS.iter().find(|(name, _)| *name == role).map(|(_, token)| *token).expect("a role")
}

#[test]
fn every_route_opens_to_those_who_may_and_to_nobody_else() {
    let desk = Desk::start("");
    let document = document();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let needs = operation["x-needs"].as_str().expect("each says");
            let path = path.replace("{agent}", "sari").replace("{queue}", "service");
            let path = path.replace("{contact}", "0190aaaa-0000-7000-8000-000000000000");
            let path = path.replace("{ticket}", "x");
            let query = if path.ends_with("explain") { "?contact=x&agent=sari" } else { "" };
            let path = format!("{path}{query}");
            let method = method.to_uppercase();
            for (role, token) in TOKENS {
                let answer = head(&desk.supervisor.showing(token), &method, &path);
                // The agent's token is for another agent.
                let anyone = role != "agent" || needs.contains("any agent");
                let opens = needs.contains("nothing") || needs.contains(role) && anyone;
                assert_eq!(answer != 403, opens, "{method} {path} as {role}: {answer}");
                assert_ne!(answer, 401, "{method} {path} as {role}");
                assert_ne!(answer, 404, "{method} {path} as {role}: it is there");
                asked += 1;
            }
            let nobody = Client { token: None, ..desk.supervisor.clone() };
            let answer = head(&nobody, &method, &path);
            assert_eq!(answer == 401, !needs.contains("nothing"), "{method} {path}: {answer}");
        }
    }
    assert!(asked >= 40, "{asked}");
    let own = desk.supervisor.showing(token("agent"));
    assert_eq!(own.get("/v1/agents/budi").json()["agent"], "budi");
    let answer = own.post("/v1/agents/budi/state", r#"{"state":"break","reason":"lunch"}"#);
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("break")));
}

/// The status of an answer whose body may never end.
fn head(client: &Client, method: &str, path: &str) -> u16 {
    let mut start = [0; 12];
    let mut stream = client.sends(method, path, &[], "");
    stream.read_exact(&mut start).expect("an answer in time");
    std::str::from_utf8(&start[9..]).expect("text").parse().expect("a status")
}

#[test]
fn a_supervisor_sees_who_waits_why_and_brings_the_agent_back() {
    let desk = Desk::start("");
    let told = desk.state("budi", r#"{"state":"break","reason":"lunch"}"#).json();
    assert_eq!((&told["state"], &told["reason"]), (&json!("break"), &json!("lunch")));
    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    let queue = desk.sees("/v1/queues/service", |queue| queue["waiting"] == 1);
    let contact = &queue["contacts"][0];
    assert_eq!((&contact["position"], &queue["agents"]), (&json!(1), &json!({ "break": 1 })));
    assert_eq!(contact["caller"], "***ler", "masked");
    let id = contact["contact"].as_str().expect("an id");
    let why = desk.supervisor.get(&format!("/v1/queues/service/explain?contact={id}&agent=budi"));
    let why = why.json();
    assert_eq!(why["may_offer"], false);
    let findings = why["findings"].as_array().expect("findings");
    let ready = findings.iter().find(|finding| finding["rule"] == "agent ready").expect("asked");
    assert!(ready["fact"].as_str().is_some_and(|fact| fact.contains("break(lunch)")), "{ready}");
    assert_eq!(desk.supervisor.get("/v1/calls").json()["calls"][0]["queue"], "service");

    let place = |body: &str| desk.supervisor.post(&format!("/v1/contacts/{id}"), body);
    assert_eq!(place(r#"{"priority":9}"#).json()["priority"], 9);
    let changes = [
        ("{}", 422, "no_change"),
        (r#"{"priority":0}"#, 422, "wrong_priority"),
        (r#"{"priority":1,"place":1}"#, 422, "wrong_body"),
        (r#"{"queue":"nowhere"}"#, 404, "unknown_queue"),
    ];
    for (body, status, code) in changes {
        let refused = place(body);
        assert_eq!((refused.status, &*refused.code()), (status, code), "{body}");
    }
    let led = place(r#"{"queue":"sales","priority":2}"#).json();
    assert_eq!((&led["queue"], &led["priority"]), (&json!("sales"), &json!(2)));
    assert_eq!(desk.supervisor.get("/v1/queues/service").json()["waiting"], 0);
    let calls = desk.supervisor.get("/v1/calls").json();
    assert_eq!(calls["calls"][0]["queue"], "sales", "the call's own record of it followed");
    assert_eq!(place(r#"{"queue":"sales"}"#).status, 200, "it stands there already");
    assert_eq!(place(r#"{"queue":"service"}"#).json()["queue"], "service");
    assert_eq!(desk.state("budi", r#"{"state":"offline"}"#).json()["state"], "offline");
    let refused = desk.state("budi", r#"{"state":"break","reason":"lunch"}"#);
    assert_eq!((refused.status, &*refused.code()), (409, "wrong_state"));
    assert_eq!(refused.json()["error"]["hint"], "`ready` logs in.");
    assert_eq!(desk.state("budi", r#"{"state":"ready"}"#).status, 200);
    let offers = desk.sees("/v1/offers", |told| told["offers"][0]["agent"] == "budi");
    assert_eq!(offers["offers"][0]["contact"], id);
    let refused = desk.state("budi", r#"{"state":"wrapup_done"}"#);
    assert_eq!((refused.status, &*refused.code()), (409, "wrong_state"));
    let freed = desk.supervisor.post("/v1/agents/budi/free", "");
    assert_eq!(freed.status, 200, "{freed:?}");
    desk.sees("/v1/queues/service", |queue| queue["waiting"] == 1);
    caller.hangs_up();
    desk.sees("/v1/queues", |told| told["queues"][0]["waiting"] == 0);
}

#[test]
fn what_makes_no_sense_is_told_in_one_form() {
    let desk = Desk::start("");
    let supervisor = &desk.supervisor;
    let large = "x".repeat(70_000);
    let state = "/v1/agents/budi/state";
    for (answer, status, code) in [
        (supervisor.get("/v1/agents/nobody"), 404, "unknown_agent"),
        (supervisor.get("/v1/queues/nowhere"), 404, "unknown_queue"),
        (supervisor.get("/v1/nothing"), 404, "unknown_route"),
        (supervisor.asks("DELETE", "/v1/agents", &[], ""), 405, "wrong_method"),
        (supervisor.get("/v1/agents?limit=0"), 422, "wrong_limit"),
        (supervisor.get("/v1/agents?page=2"), 422, "unknown_parameter"),
        (supervisor.get("/v1/agents?limit=1&limit=2"), 422, "twice"),
        (supervisor.get("/v1/queues/service/explain"), 422, "missing_parameter"),
        (supervisor.get("/v1/calls?after=x"), 422, "wrong_contact"),
        (supervisor.post(state, "{"), 422, "wrong_body"),
        (supervisor.post(state, r#"{"state":"asleep"}"#), 422, "wrong_body"),
        (supervisor.post(state, r#"{"state":"break"}"#), 422, "wrong_reason"),
        (supervisor.post(state, r#"{"state":"ready","reason":"x"}"#), 422, "wrong_reason"),
        (supervisor.post(state, r#"{"state":"extend_wrapup"}"#), 409, "wrong_state"),
        (supervisor.post(state, r#"{"state":"extend_wrapup","seconds":0}"#), 422, "wrong_seconds"),
        (supervisor.post(state, r#"{"state":"ready","seconds":5}"#), 422, "wrong_seconds"),
        (supervisor.post(state, &large), 413, "too_large"),
        (supervisor.showing("not-the-token-at-all").get("/v1/agents"), 401, "wrong_token"),
    ] {
        assert_eq!((answer.status, &*answer.code()), (status, code), "{answer:?}");
        let message = answer.json()["error"]["message"].as_str().map(str::len);
        assert!(message.is_some_and(|length| length > 5), "{answer:?}");
        assert!(answer.head.contains("nosniff"), "{answer:?}");
    }
    assert!(!supervisor.get("/v1/agents").head.to_lowercase().contains("access-control"), "CORS");
    let pages = supervisor.get("/v1/agents?limit=1").json();
    assert_eq!((&pages["agents"][0]["agent"], &pages["next"]), (&json!("budi"), &json!("budi")));
    let pages = supervisor.get("/v1/agents?after=budi").json();
    assert_eq!((&pages["agents"][0]["agent"], pages.get("next")), (&json!("sari"), None));
}

#[test]
fn an_order_with_a_key_is_carried_out_once() {
    let desk = Desk::start("");
    let order = |key: &str, body: &str| {
        let headers = [("Idempotency-Key", key)];
        desk.supervisor.asks("POST", "/v1/agents/budi/state", &headers, body)
    };
    let lunch = r#"{"state":"break","reason":"lunch"}"#;
    let first = order("k1", lunch);
    assert_eq!((first.status, &first.json()["state"]), (200, &json!("break")));
    assert_eq!(desk.state("budi", r#"{"state":"ready"}"#).json()["state"], "ready");
    assert_eq!(order("k1", lunch).body, first.body, "what came of the first is told");
    assert_eq!(desk.supervisor.get("/v1/agents/budi").json()["state"], "ready");
    assert_eq!(order("k1", r#"{"state":"ready"}"#).code(), "key_used");
    assert_eq!(order("k2", lunch).json()["state"], "break");
}

#[test]
fn those_who_guess_and_those_who_hold_connections_are_bounded() {
    let desk = Desk::start("");
    let guesser = desk.supervisor.showing("guess-guess-guess-guess");
    assert_eq!(desk.supervisor.get("/v1/node").status, 200);
    for _ in 0..10 {
        assert_eq!(guesser.get("/v1/node").status, 401);
    }
    let late = guesser.get("/v1/node");
    assert_eq!((late.status, &*late.code()), (429, "too_many_tries"));
    assert!(late.head.to_lowercase().contains("retry-after: 60"), "{late:?}");
    assert_eq!(desk.supervisor.get("/v1/node").status, 200, "who showed a token before is heard");
    let barred = desk.supervisor.showing(token("admin")).get("/v1/node");
    assert_eq!(barred.status, 429, "who did not is not");

    // Connections that say nothing, and one that never ends its request.
    let idle: Vec<TcpStream> =
        (0..300).filter_map(|_| TcpStream::connect(desk.supervisor.address).ok()).collect();
    let (mut closed, mut open) = (0, Vec::new());
    for stream in idle {
        stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a limit");
        // Whoever is kept hears nothing; whoever is turned away hears so, or that the line is closed.
        let heard = stream.peek(&mut [0]);
        match heard {
            Ok(_) => closed += 1,
            Err(_) => open.push(stream),
        }
    }
    assert!(closed >= 40 && open.len() <= 256, "{closed} closed, {} open", open.len());
    let mut slow = open.pop().expect("one is left");
    drop(open);
    let mut answered = false;
    for _ in 0..100 {
        std::thread::park_timeout(Duration::from_millis(200));
        slow.set_read_timeout(Some(Duration::from_millis(1))).expect("a limit");
        if slow.write_all(b"GET").is_err() || slow.read(&mut [0; 512]).is_ok() {
            answered = true;
            break;
        }
    }
    assert!(answered, "a request that never ends is ended");
    assert_eq!(desk.supervisor.get("/v1/health").status, 200);
}

#[test]
fn probes_see_a_node_drain() {
    let mut desk = Desk::start("limits: { drain: 60s }");
    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    let nobody = Client { token: None, ..desk.supervisor.clone() };
    assert_eq!(nobody.get("/v1/ready").json(), json!({ "status": "ok", "storage": "ok" }));
    desk.node.signal("TERM");
    desk.node.logs("Draining");
    desk.sees("/v1/ready", |told| told["status"] == "draining");
    let ready = nobody.get("/v1/ready");
    assert_eq!(
        (ready.status, ready.json()),
        (503, json!({ "status": "draining", "storage": "ok" }))
    );
    assert_eq!(nobody.get("/v1/health").status, 200);
    caller.hangs_up();
    assert_eq!(desk.node.ends(), Some(0));
}

#[test]
fn monitors_read_figures_of_bounded_labels() {
    let desk = Desk::start("");
    let nobody = Client { token: None, ..desk.supervisor.clone() };
    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    desk.sees("/v1/queues/service", |queue| queue["waiting"] == 1);
    let told = nobody.get("/metrics");
    assert_eq!(told.status, 200);
    assert!(told.head.contains("text/plain; version=0.0.4"), "{}", told.head);
    for line in [
        "sambung_calls 1",
        "sambung_calls_limit 1000",
        "sambung_queue_waiting{queue=\"service\"} 1",
        "sambung_queue_staffed{queue=\"service\"} 1",
        "sambung_adapter_up{adapter=\"sip\"} 1",
        "sambung_draining 0",
    ] {
        assert!(told.body.lines().any(|told| told == line), "{line} in\n{}", told.body);
    }
    assert!(!told.body.contains("ler\""), "nobody's number");
    let mut families = 0;
    for line in told.body.lines() {
        let name = line.split([' ', '{']).next().unwrap_or_default();
        if line.starts_with("# TYPE") {
            families += 1;
        } else if !line.starts_with('#') {
            let legal = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(legal), "{line}");
            let value = line.rsplit(' ').next().expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(families >= 20, "{families}");
    caller.hangs_up();
    let other = Desk::start_with("metrics: \"127.0.0.1:0\", ", "");
    assert_eq!(other.supervisor.get("/metrics").status, 404, "they are elsewhere");
    let figures = Client::new(&other.node.ready()["metrics"], None);
    assert_eq!(figures.get("/metrics").status, 200);
    assert_eq!(figures.get("/v1/health").status, 404, "and nothing else is there");
}

/// Runs the program as somebody at the terminal of another machine would.
pub(crate) fn sambung(
    desk: &Desk,
    role: &str,
    arguments: &[&str],
) -> (Option<i32>, String, String) {
    let url = format!("http://{}", desk.supervisor.address);
    let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
    command
        .args(arguments)
        .args(["--url", &url, "--token-file"])
        .arg(desk.secrets.path().join(role));
    let output = command.current_dir(desk.secrets.path()).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn agents_and_queues_are_told_and_changed_at_the_terminal() {
    let desk = Desk::start("");
    let mut told = String::new();
    for (role, arguments) in [
        ("supervisor", &["agent", "break", "lunch", "budi"][..]),
        ("read", &["agent", "list"]),
        ("read", &["agent", "show", "sari", "--json"]),
        ("supervisor", &["agent", "done", "budi"]),
        ("supervisor", &["agent", "ready", "nobody"]),
        ("read", &["agent", "ready", "budi"]),
        ("supervisor", &["agent", "ready"]),
        ("read", &["queue", "list"]),
        ("read", &["queue", "show", "service"]),
        ("read", &["queue", "show", "nowhere"]),
    ] {
        let (code, out, err) = sambung(&desk, role, arguments);
        let code = code.expect("it ends by itself");
        told.push_str(&format!("$ sambung {}   [{code}]\n{out}{err}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!(without_times(&told));

    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    let queue = desk.sees("/v1/queues/service", |queue| {
        queue["waiting"] == 1 && queue["today"]["abandonment"] == 0.0
    });
    let id = queue["contacts"][0]["contact"].as_str().expect("an id");
    let (code, out, err) = sambung(&desk, "read", &["queue", "show", "service"]);
    assert!(code == Some(0) && out.contains(id) && out.contains("***ler"), "{code:?} {out}{err}");
    let (code, out, _) = sambung(&desk, "read", &["queue", "explain", "service", id, "budi"]);
    assert!(code == Some(0) && out.contains("no     agent ready"), "{out}");
    assert!(out.ends_with("It is not offered.\n"), "{out}");
    caller.hangs_up();
}

/// The text with every time of this century as one and the same.
fn without_times(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("20") {
        shown.push_str(before);
        let time = after
            .split_once('Z')
            .filter(|(time, _)| time.chars().all(|c| "0123456789-T:.".contains(c)));
        match time {
            Some((_, after)) => {
                shown.push_str("TIME");
                rest = after;
            }
            None => {
                shown.push_str("20");
                rest = after;
            }
        }
    }
    shown + rest
}

#[test]
fn a_node_that_is_not_there_is_told_with_what_helps() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
        let output = command.args(arguments).current_dir(folder.path()).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let (code, told) = run(&["agent", "list"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("sambung.yaml") && told.contains("hint: "), "{told}");
    let (code, told) = run(&["agent", "list", "--url", "http://127.0.0.1:1"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("reach the node at http://127.0.0.1:1/"), "{told}");
    assert!(told.contains("hint: is `sambung serve` running there"), "{told}");
    fs::write(folder.path().join("sambung.yaml"), "sambung: 1\n").expect("written");
    let (code, told) = run(&["queue", "list"]);
    assert!(code == Some(3) && told.contains("has no `control`"), "{told}");
}

/// The next events of a stream, each with its id and its data.
fn events(stream: &mut TcpStream, wanted: usize) -> Vec<(String, Value)> {
    let (mut text, mut buffer) = (String::new(), [0; 4_096]);
    loop {
        let mut found = Vec::new();
        for event in text.split("\n\n").filter(|event| event.contains("data: ")) {
            let field = |name: &str| {
                event.lines().find_map(|line| line.trim().strip_prefix(name)).map(ToOwned::to_owned)
            };
            if let (Some(id), Some(data)) = (field("id: "), field("data: "))
                && let Ok(data) = serde_json::from_str(&data)
            {
                found.push((id, data));
            }
        }
        if found.len() >= wanted {
            found.truncate(wanted);
            return found;
        }
        let length = stream.read(&mut buffer).expect("events in time");
        assert_ne!(length, 0, "the stream goes on: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
}

#[test]
fn the_history_is_followed_and_taken_up_exactly_where_it_was_left() {
    let desk = Desk::start("");
    desk.state("budi", r#"{"state":"break","reason":"lunch"}"#);
    desk.state("budi", r#"{"state":"ready"}"#);
    let mut all = desk.supervisor.sends("GET", "/v1/events?after=0.0", &[], "");
    let told = events(&mut all, 4);
    let ids: Vec<&str> = told.iter().map(|(id, _)| &**id).collect();
    assert_eq!(ids, ["1.1", "1.2", "1.3", "1.4"], "{told:?}");
    let changed = |(_, data): &&(String, Value)| data["fact"]["kind"] == "agent_changed";
    let lunch = told.iter().filter(changed).find(|(_, data)| data["fact"]["reason"] == "lunch");
    assert_eq!(lunch.expect("it is told").1["fact"]["by"], "supervisor", "{told:?}");
    let seen = [("Last-Event-ID", "1.2")];
    let mut rest = desk.supervisor.sends("GET", "/v1/events", &seen, "");
    assert_eq!(events(&mut rest, 1)[0].0, "1.3");
    desk.state("budi", r#"{"state":"break","reason":"training"}"#);
    let new = events(&mut all, 1);
    assert!(new[0].1.to_string().contains("training") || new[0].0 == "1.5", "{new:?}");
    for (place, code) in [("9.9", "not_yet"), ("x", "wrong_place")] {
        let answer = desk.supervisor.get(&format!("/v1/events?after={place}"));
        assert_eq!(answer.code(), code, "{answer:?}");
    }
    let open: Vec<TcpStream> =
        (0..62).map(|_| desk.supervisor.sends("GET", "/v1/events", &[], "")).collect();
    for mut stream in open.iter() {
        stream.read_exact(&mut [0; 12]).expect("it begins");
    }
    assert_eq!(desk.supervisor.get("/v1/events").code(), "too_many_streams");
    let storage = desk.supervisor.get("/v1/health").json();
    assert_eq!(storage, json!({ "status": "ok", "storage": "ok" }));
}

#[test]
fn tokens_are_nowhere_to_be_seen() {
    let mut desk = Desk::start("");
    desk.supervisor.get("/v1/node");
    desk.node.signal("TERM");
    let log = desk.node.whole_log();
    for (role, token) in TOKENS {
        assert!(!log.contains(token), "{role}");
    }
    assert!(fs::read_dir(desk.secrets.path()).expect("a folder").count() >= TOKENS.len());
}

#[test]
fn who_logged_out_is_logged_out_after_a_crash() {
    let desk = Desk::start("");
    let (state, supervisor) = ("/v1/agents/budi/state", &desk.supervisor);
    assert_eq!(supervisor.post(state, r#"{"state":"offline"}"#).json()["state"], "offline");
    // What was answered is told to the store at once, and on the disk soon after.
    let seen = |told: &Value| told["pending"] == "logged_out";
    assert!(seen(&supervisor.get("/v1/agents/budi").json()));
    std::thread::park_timeout(Duration::from_millis(500));
    let desk = desk.dies_and_comes_back();
    let budi = desk.sees("/v1/agents/budi", seen);
    assert_eq!(budi["state"], "offline", "{budi}");
    assert_eq!(desk.state("budi", r#"{"state":"ready"}"#).json()["state"], "ready");
}

#[test]
fn tokens_change_by_a_reload_and_streams_go_on() {
    let mut desk = Desk::start("");
    let reader = desk.supervisor.showing(token("read"));
    let mut events = Stream::opens(&desk, token("read"));
    fs::write(desk.secrets.path().join("read"), "0d83f5c1a96b7e24d07f\n").expect("written");
    desk.node.signal("HUP");
    desk.node.logs("The project is unchanged.");
    assert_eq!(reader.get("/v1/queues").status, 401, "the token of before opens nothing");
    let newer = desk.supervisor.showing("0d83f5c1a96b7e24d07f");
    assert_eq!(newer.get("/v1/queues").status, 200);
    let free = "/v1/agents/budi/free";
    assert_eq!(newer.post(free, "").status, 403, "it sees, and changes nothing");
    let text = desk.node.reads("sambung.yaml").replace("role: read", "role: supervisor");
    desk.node.writes("sambung.yaml", &text);
    desk.node.signal("HUP");
    desk.node.logs("Reloaded");
    assert_eq!(newer.post(free, "").code(), "wrong_state", "it may, and there is nothing to do");
    assert_eq!(desk.state("budi", r#"{"state":"break","reason":"lunch"}"#).status, 200);
    events.hears("agent_changed");
}

/// The history as it comes.
struct Stream(TcpStream);

impl Stream {
    fn opens(desk: &Desk, token: &str) -> Self {
        Self::asks(desk, token, "/v1/events")
    }

    /// The same from a place on.
    fn opens_at(desk: &Desk, token: &str, place: &str) -> Self {
        Self::asks(desk, token, &format!("/v1/events?after={place}"))
    }

    fn asks(desk: &Desk, token: &str, path: &str) -> Self {
        let mut stream = TcpStream::connect(desk.supervisor.address).expect("it listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut stream = Self(stream);
        stream.hears("text/event-stream");
        stream
    }

    /// Reads on until these words come.
    fn hears(&mut self, words: &str) {
        self.0.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        let mut heard = String::new();
        let mut some = [0; 2_048];
        while !heard.contains(words) {
            let count = self.0.read(&mut some).unwrap_or(0);
            assert!(count > 0, "`{words}` never came, but\n{heard}");
            heard.push_str(&String::from_utf8_lossy(&some[..count]));
        }
    }
}

#[test]
fn the_day_so_far_is_what_the_report_of_the_day_tells() {
    let desk = Desk::start("");
    assert_eq!(desk.state("budi", r#"{"state":"break","reason":"lunch"}"#).status, 200);
    for _ in 0..3 {
        let mut caller = Phone::calls(desk.node.sip(), "100");
        caller.is_answered();
        desk.sees("/v1/queues/service", |queue| queue["waiting"] == 1);
        caller.hangs_up();
        desk.sees("/v1/queues/service", |queue| queue["waiting"] == 0);
    }
    let queue = desk.sees("/v1/queues/service", |queue| queue["today"]["abandoned"] == 3);
    let today = &queue["today"];
    assert_eq!(today["whole"], true);
    let output = Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(["report", "day", "--format", "json", "--store"])
        .arg(desk.node.path("sambung.db"))
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = report.to_string();
    assert!(text.contains(today["reckoned"].as_str().expect("how")), "{text}");
    for (name, of) in [("offered", 3), ("answered", 0), ("abandoned", 3)] {
        assert_eq!(today[name], of, "{name} in {today}");
    }
    // Short ones alone: nothing to reckon a share of.
    assert_eq!((&today["abandonment"], &today["service_level"]), (&Value::Null, &Value::Null));
    let (code, out, _) = sambung(&desk, "read", &["queue", "list"]);
    assert!(code == Some(0) && out.contains("today (UTC), LEVEL is SL#4/20s/short=5s."), "{out}");
}

#[test]
fn an_admin_hands_out_and_forgets_while_the_node_runs() {
    let mut desk = Desk::start("");
    let admin = desk.supervisor.showing(token("admin"));
    let mut caller = Phone::calls(desk.node.sip(), "100");
    caller.is_answered();
    caller.hangs_up();
    desk.sees("/v1/calls", |told| told["calls"] == json!([]));
    for (role, status) in [("read", 403), ("supervisor", 403), ("admin", 422)] {
        let asked = desk.supervisor.showing(token(role));
        assert_eq!(asked.post("/v1/data/export", r#"{"number":"nobody"}"#).status, status);
    }
    let known = admin.post("/v1/data/export", r#"{"number":"+6281234567890"}"#).json();
    assert_eq!(known["contacts"], json!([]), "nobody of that number has called");
    let asked = admin.post("/v1/data/erase", r#"{"number":"+6281234567890"}"#).json();
    assert_eq!((&asked["done"], &asked["caller"]), (&json!(false), &json!("***890")));
    let sure = r#"{"number":"+6281234567890","confirm":true}"#;
    assert_eq!(admin.post("/v1/data/erase", sure).json()["done"], true);
    assert_eq!(admin.post("/v1/data/expire", "").json()["classes"]["records"], 0);

    let (code, out, err) = sambung(&desk, "admin", &["data", "export", "+6281234567890"]);
    assert!(code == Some(0) && out.contains("\"contacts\": []"), "{out}{err}");
    let (code, out, err) = sambung(&desk, "admin", &["data", "erase", "+6281234567890"]);
    assert_eq!((code, &*out), (Some(2), ""), "{err}");
    assert!(err.contains("***890: 0 contacts and 0 recordings would be forgotten"), "{err}");
    let (code, out, err) = sambung(&desk, "admin", &["data", "erase", "+6281234567890", "--yes"]);
    assert_eq!((code, &*out), (Some(0), "***890: 0 contacts and 0 recordings are forgotten.\n"));
    assert_eq!(err, "");
    let (code, _, err) = sambung(&desk, "supervisor", &["data", "expire"]);
    assert!(code == Some(1) && err.contains("The token `supervisor` does not open this."), "{err}");
    let (code, out, err) = sambung(&desk, "admin", &["data", "expire"]);
    assert!(code == Some(0) && out.contains("history"), "{out}{err}");

    // Each act stands in the history, and no number in the log.
    let mut events = Stream::opens_at(&desk, token("admin"), "0.0");
    events.hears("\"by\":\"admin\"");
    desk.node.signal("TERM");
    assert!(!desk.node.whole_log().contains("81234567"));
}
