//! A node that can be killed and started again on the same files and the same port.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sambung::call::CallId;
use sambung::runtime::Clock;
use serde_json::Value;
use tempfile::TempDir;

use super::desk::{PASSWORD, USER};
use super::town::Town;

/// How long it may take to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a node logs when it lives by the project as it is now.
const READ_ANEW: &str = "Reloaded:";

/// Whoever dials 7… leaves a message, 8… wants to be called back, 9… leaves something to be done; all others want a person.
const FLOWS: [(&str, &str); 4] = [
    (
        "line",
        "
sambung: 1
flow: line
language: en
start: agent
queues:
  service:
    ring: { timeout: 5s }
    wrap_up: 3s
    max_calls: 200
    callbacks: { allow: [\"+62*\"], hours: \"00:00-24:00\", zone: Asia/Jakarta }
nodes:
  agent:
    queue: service
    max_wait: 60s
    done: bye
    too_long: bye
    full: bye
    unstaffed: bye
    closed: bye
  bye: { hangup: Goodbye now. }
",
    ),
    (
        "message",
        "
sambung: 1
flow: message
language: en
start: message
vars: { message: { type: recording, class: personal } }
nodes:
  message: { record: speak, into: message, max: 60s, silence: 30s, ok: keep, empty: bye, hung_up: keep }
  keep: { ticket: voicemail, recording: =message, due: 24h, ok: bye, failed: bye }
  bye: { hangup: Goodbye now. }
prompts: { speak: { en: Speak. } }
",
    ),
    (
        "wish",
        "
sambung: 1
flow: wish
language: en
start: wish
nodes:
  wish: { callback: service, to: =call.from, ok: bye, failed: bye }
  bye: { hangup: Goodbye now. }
",
    ),
    (
        "work",
        "
sambung: 1
flow: work
language: en
start: work
nodes:
  work: { ticket: complaint, due: 24h, ok: bye, failed: bye }
  bye: { hangup: Goodbye now. }
",
    ),
];
/// The token of a supervisor; used nowhere else.
const TOKEN: &str = "bukan-rahasia-siapa-siapa-2026";

/// The node.
pub(crate) struct Node {
    child: Option<Child>,
    log: Option<Receiver<Value>>,
    sip: SocketAddr,
    control: SocketAddr,
    folder: TempDir,
}

impl Node {
    /// A project with an agent at each address, and one who registers and serves nobody.
    pub(crate) fn new(town: &Town) -> Self {
        let (agents, customers) = (town.addresses(), town.customers());
        let folder = tempfile::tempdir().expect("a folder");
        let sip = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
        let control =
            TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
        let agents: Vec<String> = agents
            .iter()
            .map(|(name, at)| {
                format!("  {name}: {{ address: \"sip:{name}@{at}\", queues: [service] }}\n")
            })
            .collect();
        let settings = format!(
            "sambung: 1
answer: {{ after: 0s }}
sip: {{ listen: [\"udp:{sip}\"] }}
routes:
  - {{ prefix: \"7\", flow: message }}
  - {{ prefix: \"8\", flow: wish }}
  - {{ prefix: \"9\", flow: work }}
  - {{ default: line }}
control: {{ listen: \"{control}\", tokens: {{ desk: {{ env: SAMBUNG_TOKEN, role: supervisor }} }} }}
agent_codes: {{ reasons: {{ 1: lunch, 2: training }} }}
transfers: {{ allow: [\"+62*\"], via: \"sip:{customers}\" }}
agents:
{}  {USER}: {{ user: {USER}, password: {{ env: AGENT }} }}
",
            agents.concat()
        );
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("flows")).expect("a folder");
        fs::create_dir_all(path("audio/en")).expect("a folder");
        fs::write(path("sambung.yaml"), settings).expect("written");
        for (name, flow) in FLOWS {
            fs::write(path(&format!("flows/{name}.yaml")), flow).expect("written");
        }
        write_tone(&path("audio/en/speak.wav"));
        Self { child: None, log: None, sip, control, folder }
    }

    /// A file of its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has an agent do something, in the words of the control interface.
    pub(crate) fn orders(&self, agent: &str, body: &str) {
        let mut stream = TcpStream::connect(self.control).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a limit");
        let request = format!(
            "POST /v1/agents/{agent}/state HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\
             Authorization: Bearer {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in time");
        // What makes no sense in the state of the agent is refused.
        let told = ["HTTP/1.1 200", "HTTP/1.1 409"].iter().any(|line| answer.starts_with(line));
        assert!(told, "{answer}");
    }

    pub(crate) const fn sip(&self) -> SocketAddr {
        self.sip
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("sambung.db")
    }

    /// Starts it, and says after how long it took calls.
    pub(crate) fn start(&mut self) -> Duration {
        let clock = Clock::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
        command.args(["serve", "--log-format", "json"]).current_dir(self.folder.path());
        command.env("SAMBUNG_TOKEN", TOKEN).env("AGENT", PASSWORD);
        command.env_remove("SAMBUNG_LOG").stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("it is piped");
        let (sender, log) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        self.child = Some(child);
        let mut seen = Vec::new();
        loop {
            let event = log.recv_timeout(PATIENCE);
            assert!(event.is_ok(), "it is not ready:\n{}", seen.join("\n"));
            let event = event.unwrap_or_default();
            if event["message"].as_str().is_some_and(|text| text.starts_with("Ready.")) {
                break;
            }
            seen.push(event.to_string());
        }
        self.log = Some(log);
        clock.now().since(sambung::time::Instant::ZERO).to_std()
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it can be waited for");
        }
    }

    /// Lets it end in order, its last calls after a moment.
    pub(crate) fn ends(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        for _ in 0..2 {
            let process = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(process, rustix::process::Signal::TERM).expect("it runs");
            let log = self.log.as_ref().expect("it runs");
            while let Ok(event) = log.recv_timeout(PATIENCE) {
                if event["message"].as_str().is_some_and(|text| text.starts_with("Draining")) {
                    break;
                }
            }
        }
        assert!(child.wait().expect("it can be waited for").success(), "it ends in order");
    }

    /// Changes the flow that leads to people.
    pub(crate) fn changes(&self, from: &str, to: &str) {
        let path = self.folder.path().join("flows/line.yaml");
        let text = fs::read_to_string(&path).expect("the flow");
        assert!(text.contains(from), "the flow has no `{from}`");
        fs::write(path, text.replace(from, to)).expect("written");
    }

    /// Changes the flow, has the project read anew and waits until that is done.
    pub(crate) fn reads_anew(&self, from: &str, to: &str) {
        self.changes(from, to);
        let process = rustix::process::Pid::from_child(self.child.as_ref().expect("it runs"));
        rustix::process::kill_process(process, rustix::process::Signal::HUP).expect("it runs");
        let log = self.log.as_ref().expect("it runs");
        let mut seen = Vec::new();
        loop {
            let event = log.recv_timeout(PATIENCE);
            assert!(event.is_ok(), "it is not read anew:\n{}", seen.join("\n"));
            let event = event.unwrap_or_default();
            if event["message"].as_str().is_some_and(|text| text.starts_with(READ_ANEW)) {
                return;
            }
            seen.push(event.to_string());
        }
    }

    /// The records that are there once each of these calls has one, or after a while without.
    pub(crate) fn records_of<'a>(&self, calls: impl Iterator<Item = &'a CallId>) -> Vec<Value> {
        let calls: Vec<String> = calls.map(ToString::to_string).collect();
        for _ in 0..200 {
            let records = self.records();
            let told = |call: &String| records.iter().any(|record| record["call"] == **call);
            if calls.iter().all(told) {
                return records;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        self.records()
    }

    /// The whole records that are there.
    pub(crate) fn records(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("records.jsonl")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| text.split_at(end).0);
        whole.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// A prompt of a tenth of a second.
fn write_tone(path: &Path) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("the folder takes files");
    for n in 0..800_i16 {
        writer.write_sample(n % 16 * 500).expect("the folder takes files");
    }
    writer.finalize().expect("the folder takes files");
}
