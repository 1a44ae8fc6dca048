//! Whole configurations: what they mean, and how faults are printed.

use std::fmt::Write as _;

use super::*;
use crate::call::AgentId;
use crate::flow::Format;

fn read_text(text: &str) -> Reading {
    read("sambung.yaml", text.as_bytes(), Path::new("/project"))
}

fn clean(text: &str) -> Config {
    let reading = read_text(text);
    assert_eq!(reading.findings.render_all(Format::Short), "", "no findings");
    reading.config.expect("clean")
}

#[test]
fn an_almost_empty_file_stands_for_the_defaults() {
    let config = clean("sambung: 1\n");
    assert_eq!(config.languages, ["id".into(), "en".into()]);
    assert_eq!(config.flows, Path::new("/project/flows"));
    assert_eq!(config.records, Path::new("/project/records.jsonl"));
    assert_eq!(config.store, Path::new("/project/sambung.db"));
    assert_eq!(config.recordings, Path::new("/project/recordings"));
    assert_eq!(config.tickets, Path::new("/project/tickets.jsonl"));
    assert_eq!(config.callbacks, Path::new("/project/callbacks.jsonl"));
    assert_eq!(config.retention.private.as_secs(), 90 * 86_400);
    let everywhere = "0.0.0.0:5060".parse().expect("a socket");
    assert_eq!(config.sip.listen, [Listen { transport: Transport::Udp, address: everywhere }]);
    assert_eq!(config.sip.allow.len(), 1, "this machine alone");
    assert_eq!(config.rtp.ports, 20_000..=29_999);
    assert_eq!(config.resume.as_secs(), 600);
    assert_eq!(config.record_talks, None, "talks are not recorded");
    assert_eq!((config.limits.calls, config.limits.drain.as_secs()), (1_000, 300));
    assert!(config.routes.is_empty() && config.agents.is_empty() && config.disabled.is_empty());
}

#[test]
fn the_shipped_file_is_clean_and_leaves_out_whose_password_is_not_set() {
    let text = include_str!("../../sambung.yaml");
    let reading = read_text(text);
    assert_eq!(reading.findings.render_all(Format::Short), "");
    let config = reading.config.expect("clean");
    let routes: Vec<&str> = config.routes.iter().map(|route| route.flow.as_str()).collect();
    assert_eq!(routes, ["toko", "bank", "halo"]);
    assert!(config.agents.contains_key(&AgentId::from("budi")));
    let sari = config.agents.contains_key(&AgentId::from("sari"));
    assert_eq!(sari, config.disabled.is_empty(), "there, or told why not");
}

/// The lines of the trunk in the shipped file.
const TRUNK: [&str; 11] = [
    "trunks",
    "  telko",
    "    address",
    "    proxy",
    "    register",
    "    numbers",
    "    caller_id",
    "    identity",
    "    from",
    "    keepalive",
    "    limits",
];

#[test]
fn the_examples_in_the_shipped_file_can_be_taken_out_of_their_comments() {
    let mut text = include_str!("../../sambung.yaml").to_owned();
    for key in [
        "safe",
        "adapters",
        "agent_codes",
        "control",
        "  listen",
        "  metrics",
        "  tokens",
        "    desk",
        "    wall",
        "    budi",
        "transfers",
        "pop_url",
        "secrets",
        "queues",
        "calendars",
        "  service",
        "  shop",
    ]
    .into_iter()
    .chain(TRUNK)
    {
        let commented = format!("# {key}:");
        assert!(text.contains(&commented), "{commented}");
        text = text.replace(&commented, &format!("{key}:"));
    }
    text = text.replace("#   - { name:", "  - { name:");
    text = text.replace("  # - { prefix", "  - { prefix").replace("  # - { to:", "  - { to:");
    let config = clean(&text);
    assert!(config.safe_flow.is_some() && config.pop_url.is_some());
    let left_out: Vec<&str> = config.disabled.iter().map(|item| &*item.item).collect();
    assert!(left_out.contains(&"trunk `telko`"), "no password for it: {left_out:?}");
    assert!(left_out.contains(&"adapter `far`") && config.adapters.len() == 2, "{left_out:?}");
    assert_eq!((config.transfers.allow.len(), config.routes.len()), (2, 5));
}

/// The secrets that the sections below point at.
fn write_secrets(folder: &Path) {
    for (name, value) in [
        ("sari.secret", "kopi-tubruk\n"),
        ("far.token", "kopi-tubruk-pagi-hari\n"),
        ("sari.token", "8f1d8f0c7a7a4d0d9e4b\n"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, value).expect("writes");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("sets");
    }
}

/// A file that says everything that can be said.
const EVERY_SECTION: &str = r#"
sambung: 1
languages: [en, id]
flows: calls
audio: /srv/audio
records: out/records.jsonl
journals: /srv/journals.jsonl
store: /srv/history.db
recordings: /srv/recordings
tickets: /srv/tickets.jsonl
callbacks: /srv/callbacks.jsonl
retention: { records: 1d, recordings: 2d, voicemail: 3d, history: 4d, tickets: 5d, private: 6d }
answer: { after: 250ms }
safe: { flow: safe, number: "+62215550100" }
pop_url: "https://desk.example.org/call/{call}"
sip:
  listen: ["udp:127.0.0.1:5070", "udp:[::1]:5070", "wss:127.0.0.1:5070"]
  tls: { certificate: tls/cert.pem, key: /etc/key.pem, client_ca: tls/clients.pem }
  advertise: 203.0.113.7
  realm: example.org
  allow: [127.0.0.0/8, "fd00::/8", 192.0.2.9]
  agents_from: [10.0.0.0/8]
  digest: [sha-256, md5]
  guard: { answer_strangers: true, messages: 20, ban: 1h }
  media_source: strict
  dtmf: inband
  session: { expires: 10m, min: 2m }
  reliable: required
  outbound: "sip:192.0.2.30"
rtp: { ports: 30000-30099, threads: 2, codecs: [pcma, g722], ptime: 30ms }
adapters:
  - { name: pbx, kind: process, command: [./ari, --fast], max_calls: 20, capabilities: { media: reference, dial: true, bridge: true } }
  - { name: lab, kind: socket, path: lab.sock }
  - { name: far, kind: websocket, listen: "127.0.0.1:7070", token: { file: far.token } }
  - { name: out, kind: websocket, listen: "0.0.0.0:7071", token: { file: none }, tls: { certificate: a, key: b }, origins: ["https://desk.example"] }
routes: [ { to: 100, flow: toko }, { prefix: "+62", flow: toko }, { default: halo } ]
agents:
  sari: { user: 201, password: { file: sari.secret }, queues: [service], skills: { language: [id, en] } }
  budi: { adapter: sip, address: "sip:budi@127.0.0.1:5070" }
  cici: { adapter: lab, user: cici }
  dodi: { adapter: out, user: dodi }
trunks:
  telko:
    address: ["sip:192.0.2.10", "sip:sip.telko.example:5070"]
    login: { user: 6221, password: { file: sari.secret }, realm: telko }
    from: [192.0.2.0/28]
    numbers: ["+62*"]
    caller_id: ["+62215550100"]
    identity: remote-party
    keepalive: never
    limits: { outgoing: 5, per_day: 20, length: 30m, incoming: 7 }
  cabang: { address: "sip:192.0.2.20", register: { user: 201, password: { file: sari.secret } } }
agent_codes: { ready: "*24", reasons: { 1: lunch, 2: training } }
control:
  listen: "127.0.0.1:8022"
  metrics: "127.0.0.1:9022"
  tokens:
    desk: { file: far.token, role: supervisor }
    sari: { file: sari.token, role: agent }
    wall: { file: far.token, role: read }
transfers: { allow: ["+62215550100", "sip:desk@192.0.2.10"], via: "sip:192.0.2.10:5060" }
limits: { calls: 50, drain: 2m }
resume: 0s
record_talks: stereo
secrets: { ORDERS_TOKEN: { file: orders.token }, CORE_KEY: { env: BANK_KEY } }
queues: { service: { max_calls: 3 } }
calendars: {}
"#;

#[test]
fn every_section_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    write_secrets(folder.path());
    let reading = read("sambung.yaml", EVERY_SECTION.as_bytes(), folder.path());
    assert_eq!(reading.findings.render_all(Format::Short), "");
    let mut config = reading.config.expect("clean");
    config.flows = config.flows.strip_prefix(folder.path()).expect("below").to_owned();
    config.records = config.records.strip_prefix(folder.path()).expect("below").to_owned();
    config.folder = PathBuf::new();
    assert_eq!(config.adapters.len(), 3, "one has no token");
    assert_eq!(&*config.disabled.remove(0).item, "adapter `out`");
    assert_eq!(&*config.disabled.remove(0).item, "agent `dodi`", "that adapter is theirs");
    assert_eq!(&*config.disabled.remove(0).item, "token `wall`", "each is one's own");
    config.adapters.remove(1);
    let tls = config.sip.tls.as_mut().expect("is written");
    for file in [&mut tls.certificate].into_iter().chain(tls.client_ca.as_mut()) {
        *file = file.strip_prefix(folder.path()).expect("below").to_owned();
    }
    insta::assert_debug_snapshot!(config);
}

/// Each fault alone; the snapshot shows the line that a tool would read.
const FAULTS: [(&str, &str); 84] = [
    ("nothing", ""),
    ("no edition", "flows: flows"),
    ("another edition", "sambung: 2"),
    ("an edition in words", "sambung: one"),
    ("an unknown key", "sambung: 1\nflow: flows"),
    ("a key far from any", "sambung: 1\nzzz: 1"),
    ("a key twice", "sambung: 1\nflows: a\nflows: b"),
    ("a tab", "sambung: 1\nsip:\n\tlisten: []"),
    ("a list for a map", "sambung: 1\nsip: []"),
    ("nothing for a map", "sambung: 1\nsip:"),
    ("no languages", "sambung: 1\nlanguages: []"),
    ("a language twice", "sambung: 1\nlanguages: [id, en, id]"),
    ("no language", "sambung: 1\nlanguages: [bahasa]"),
    ("a time without unit", "sambung: 1\nlimits: { drain: 1 }"),
    ("another transport", "sambung: 1\nsip: { listen: [\"sctp:0.0.0.0:5060\"] }"),
    ("TLS without a certificate", "sambung: 1\nsip: { listen: [\"tls:0.0.0.0:5061\"] }"),
    ("TLS without a key", "sambung: 1\nsip: { tls: { certificate: c.pem } }"),
    ("no socket", "sambung: 1\nsip: { listen: [] }"),
    ("a socket twice", "sambung: 1\nsip: { listen: [\"udp:[::]:5060\", \"udp:[::]:5060\"] }"),
    ("advertise nothing", "sambung: 1\nsip: { advertise: 0.0.0.0 }"),
    ("no network", "sambung: 1\nsip: { allow: [lan] }"),
    ("everybody", "sambung: 1\nsip: { allow: [0.0.0.0/0] }"),
    ("agents from nowhere", "sambung: 1\nsip: { agents_from: [] }"),
    ("no hash", "sambung: 1\nsip: { digest: [] }"),
    ("another hash", "sambung: 1\nsip: { digest: [sha-512-256] }"),
    ("too silent a stranger", "sambung: 1\nsip: { guard: { messages: 0 } }"),
    ("too long a ban", "sambung: 1\nsip: { guard: { ban: 25h } }"),
    ("too short a session", "sambung: 1\nsip: { session: { expires: 60s, min: off } }"),
    ("perhaps reliable", "sambung: 1\nsip: { reliable: perhaps }"),
    ("media from anywhere", "sambung: 1\nsip: { media_source: any }"),
    ("few ports", "sambung: 1\nrtp: { ports: 20000-20001 }"),
    ("no threads", "sambung: 1\nrtp: { threads: 0 }"),
    ("a codec twice", "sambung: 1\nrtp: { codecs: [pcma, pcma] }"),
    ("a codec of others", "sambung: 1\nrtp: { codecs: [pcma, g729] }"),
    ("packets of 25 ms", "sambung: 1\nrtp: { ptime: 25ms }"),
    ("an adapter without a kind", "sambung: 1\nadapters: [{ name: pbx }]"),
    ("an adapter without a program", "sambung: 1\nadapters: [{ name: pbx, kind: process }]"),
    ("an adapter without a name", "sambung: 1\nadapters: [{ kind: socket, path: s }]"),
    ("an adapter of another kind", "sambung: 1\nadapters: [{ name: pbx, kind: pigeon }]"),
    (
        "an adapter without a token",
        "sambung: 1\nadapters: [{ name: a, kind: websocket, listen: \"127.0.0.1:1\" }]",
    ),
    (
        "a token in clear",
        "sambung: 1\nadapters: [{ name: a, kind: websocket, listen: \"127.0.0.1:1\", token: kopi }]",
    ),
    (
        "a door for all in clear",
        "sambung: 1\nadapters: [{ name: a, kind: websocket, listen: \"0.0.0.0:1\", token: { env: A } }]",
    ),
    (
        "a door without a port",
        "sambung: 1\nadapters: [{ name: a, kind: websocket, listen: \"127.0.0.1:0\", token: { env: A } }]",
    ),
    (
        "a door twice",
        "sambung: 1\nadapters: [{ name: a, kind: websocket, listen: \"127.0.0.1:1\", token: { env: A } }, { name: b, kind: websocket, listen: \"127.0.0.1:1\", token: { env: B } }]",
    ),
    ("the name of ours", "sambung: 1\nadapters: [{ name: sip, kind: socket, path: s }]"),
    (
        "an adapter twice",
        "sambung: 1\nadapters: [{ name: a, kind: socket, path: s }, { name: a, kind: socket, path: t }]",
    ),
    (
        "an adapter of two kinds",
        "sambung: 1\nadapters: [{ name: a, kind: socket, path: s, command: [x] }]",
    ),
    (
        "an adapter with too many calls",
        "sambung: 1\nadapters: [{ name: a, kind: socket, path: s, max_calls: 0 }]",
    ),
    ("a route to nothing", "sambung: 1\nroutes: [{ to: 100 }]"),
    ("a route of two kinds", "sambung: 1\nroutes: [{ to: 100, prefix: 1, flow: a }]"),
    ("a default with a flow", "sambung: 1\nroutes: [{ default: a, flow: b }]"),
    ("a route twice", "sambung: 1\nroutes: [{ to: 100, flow: a }, { to: \"100\", flow: b }]"),
    (
        "a pattern that is a prefix",
        "sambung: 1\nroutes: [{ prefix: 62, flow: a }, { pattern: \"+62*\", flow: b }]",
    ),
    (
        "a route that no call takes",
        "sambung: 1\nroutes: [{ to: 1, hours: h, flow: a }, { to: 1, closed: h, flow: b }, { to: 1, flow: c }]",
    ),
    ("a route of two hours", "sambung: 1\nroutes: [{ to: 1, hours: h, closed: h, flow: a }]"),
    ("a route of no trunk", "sambung: 1\nroutes: [{ trunk: telko, flow: a }]"),
    ("no pattern", "sambung: 1\nroutes: [{ pattern: \"62[0-9]\", flow: a }]"),
    ("a trunk nowhere", "sambung: 1\ntrunks: { telko: { numbers: [\"+62*\"] } }"),
    ("a trunk without a scheme", "sambung: 1\ntrunks: { telko: { address: 192.0.2.1 } }"),
    (
        "a trunk in two ways",
        "sambung: 1\ntrunks: { t: { address: \"sip:h\", register: { user: a, password: { env: A } }, login: { user: a, password: { env: A } } } }",
    ),
    (
        "a trunk with a password in clear",
        "sambung: 1\ntrunks: { t: { address: \"sip:h\", register: { user: a, password: kopi } } }",
    ),
    (
        "a trunk for too long",
        "sambung: 1\ntrunks: { t: { address: \"sip:h\", keepalive: 1s, limits: { outgoing: 0, length: 48h } } }",
    ),
    ("a number with spaces", "sambung: 1\nroutes: [{ to: \"62 21\", flow: a }]"),
    ("an agent without a phone", "sambung: 1\nagents: { sari: { queues: [a] } }"),
    ("an agent without a password", "sambung: 1\nagents: { sari: { user: 201 } }"),
    ("a password in clear", "sambung: 1\nagents: { sari: { user: 201, password: kopi } }"),
    ("a named secret in clear", "sambung: 1\nsecrets: { ORDERS_TOKEN: kopi }"),
    (
        "a secret in two places",
        "sambung: 1\nagents: { s: { user: 1, password: { env: A, file: b } } }",
    ),
    (
        "a phone of two agents",
        "sambung: 1\nagents: { a: { address: \"sip:x@h\" }, b: { address: \"sip:x@h\" } }",
    ),
    ("a queue twice", "sambung: 1\nagents: { a: { address: \"sip:x@h\", queues: [q, q] } }"),
    ("control without tokens", "sambung: 1\ncontrol: { listen: \"0.0.0.0:8022\" }"),
    (
        "control in clear",
        "sambung: 1\ncontrol: { listen: \"0.0.0.0:8022\", tokens: { a: { env: A, role: read } } }",
    ),
    ("a control token in clear", "sambung: 1\ncontrol: { tokens: { a: kopi } }"),
    ("a token without a role", "sambung: 1\ncontrol: { tokens: { a: { env: A } } }"),
    ("a token of nowhere", "sambung: 1\ncontrol: { tokens: { a: { role: read } } }"),
    ("a token of another role", "sambung: 1\ncontrol: { tokens: { a: { env: A, role: boss } } }"),
    ("a token of no agent", "sambung: 1\ncontrol: { tokens: { a: { env: A, role: agent } } }"),
    (
        "a reader who is an agent",
        "sambung: 1\ncontrol: { tokens: { a: { env: A, role: read, agent: sari } } }",
    ),
    (
        "figures where they are anyway",
        "sambung: 1\ncontrol: { listen: \"127.0.0.1:1\", metrics: \"127.0.0.1:1\" }",
    ),
    (
        "how an agent serves queues",
        "sambung: 1\nagents: { a: { address: \"sip:x@h\", queues: [{ q: 0 }, { r: { level: 100, weight: 0 } }, { t: two }, { q: 1 }] } }",
    ),
    ("a number without a way", "sambung: 1\ntransfers: { allow: [\"+6221\"] }"),
    ("a safe number without a way", "sambung: 1\nsafe: { number: \"+6221\" }"),
    ("too many calls", "sambung: 1\nlimits: { calls: 1000000, drain: 48h }"),
    ("a place that is kept too long", "sambung: 1\nresume: 2h"),
];

#[test]
fn faults_are_told_with_their_place() {
    let mut told = String::new();
    for (name, text) in FAULTS {
        let reading = read_text(text);
        let lines = reading.findings.render_all(Format::Short);
        assert_ne!(lines, "", "{name}: a finding");
        assert_eq!(reading.config.is_none(), reading.findings.has_errors(), "{name}");
        write!(told, "# {name}\n{lines}").expect("text grows");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn all_faults_are_told_in_one_run_with_hints() {
    let text = r#"sambung: 1
langauges: [id, en]
limits: { drain: 1 }
sip:
  listen: ["5060"]
  alow: [127.0.0.0/8]
routes: [ { to: "100", flow: toko }, { default: 7 } ]
agents:
  sari: { user: "201", pasword: { env: AGENT_201 }, queues: [service] }
transfers: { allow: ["+62 215550100"] }
"#;
    let human = Format::Human { color: false };
    insta::assert_snapshot!(read_text(text).findings.render_all(human));
}

/// An agent whom no ring of a queue reaches would never be rung: told, and no reason not to start.
#[test]
fn levels_are_held_against_the_rings() {
    let text = "sambung: 1\nagents: { a: { address: \"sip:a@h\", queues: [service, { sales: 3 }] }, b: { address: \"sip:b@h\", queues: [{ service: { level: 2, weight: 5 } }] } }\n";
    let mut reading = read_text(text);
    let agents = reading.config.as_ref().map(|config| config.agents.clone()).unwrap_or_default();
    let members: Vec<_> = agents.values().flat_map(|agent| agent.queues.clone()).collect();
    let member = |level, weight, position| Member { level, weight, position };
    assert_eq!(
        members,
        [
            ("service".into(), member(1, 1, 1)),
            ("sales".into(), member(3, 1, 1)),
            ("service".into(), member(2, 5, 2))
        ]
    );
    reading
        .check_levels(&[("service".into(), [1, 2].into()), ("sales".into(), [1, 2].into())].into());
    assert!(reading.config.is_some());
    let human = Format::Human { color: false };
    insta::assert_snapshot!(reading.findings.render_all(human));
}

#[test]
fn names_are_held_against_the_project() {
    let text = "sambung: 1\nroutes: [{ to: 100, flow: tokoo, hours: shp }, { default: halo }]\nagents: { budi: { address: \"sip:b@h\", queues: [servis] } }\n";
    let (toko, halo, service) = ("toko".into(), "halo".into(), "service".into());
    let mut reading = read_text(text);
    assert!(reading.config.is_some());
    reading.check_names(&[&toko, &halo], &[&service], &[&Arc::from("shop")]);
    assert!(reading.config.is_none());
    let human = Format::Human { color: false };
    insta::assert_snapshot!(reading.findings.render_all(human));
}

/// An agent on an adapter is named as the adapter knows them, and the adapter must be there.
#[test]
fn agents_on_adapters_are_held_against_the_adapters() {
    let settings = |agent: &str| {
        let adapter = "{ name: far, kind: socket, path: s }";
        read_text(&format!("sambung: 1\nadapters: [{adapter}]\nagents: {{ a: {agent} }}\n"))
    };
    let agents = |agent: &str| settings(agent).config.map(|config| config.agents);
    let known = agents("{ adapter: far, user: ani }").unwrap_or_default();
    let agent = known.values().next().expect("it is fine");
    assert_eq!(agent.adapter.as_deref(), Some("far"));
    assert!(matches!(&agent.phone, Phone::Afar { user } if &**user == "ani"));
    let known = agents("{ adapter: sip, address: \"sip:a@h\" }").unwrap_or_default();
    assert_eq!(known.values().next().and_then(|agent| agent.adapter.as_deref()), Some("sip"));
    for (agent, told) in [
        ("{ adapter: fra, user: ani }", "there is no adapter named `fra`"),
        ("{ adapter: far, address: \"sip:a@h\" }", "agent `a` is on an adapter, and needs `user:`"),
        ("{ adapter: far, user: ani, password: { env: A } }", "and nothing else"),
        ("{ adapter: sip, user: ani }", "an agent with a `user:` needs `password:`"),
    ] {
        let reading = settings(agent);
        let findings = reading.findings.render_all(Format::Short);
        assert!(reading.config.is_none() && findings.contains(told), "{agent}: {findings}");
    }
}
