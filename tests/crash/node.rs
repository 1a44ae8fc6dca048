//! A node that can be killed and started again on the same files and the same port.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sambung::call::CallId;
use sambung::runtime::Clock;
use serde_json::Value;
use tempfile::TempDir;

/// How long it may take to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a node logs when it lives by the project as it is now.
const READ_ANEW: &str = "Reloaded:";

const FLOW: &str = "
sambung: 1
flow: line
language: en
start: agent
queues:
  service: { ring: { timeout: 5s }, wrap_up: 3s }
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
";

/// The node.
pub(crate) struct Node {
    child: Option<Child>,
    log: Option<Receiver<Value>>,
    sip: SocketAddr,
    folder: TempDir,
}

impl Node {
    /// A project with an agent at each address.
    pub(crate) fn new(agents: &[(String, SocketAddr)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sip = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
        let agents: Vec<String> = agents
            .iter()
            .map(|(name, at)| {
                format!("  {name}: {{ address: \"sip:{name}@{at}\", queues: [service] }}\n")
            })
            .collect();
        let settings = format!(
            "sambung: 1\nanswer: {{ after: 0s }}\nsip: {{ listen: [\"udp:{sip}\"] }}\n\
             routes: [{{ default: line }}]\nagents:\n{}",
            agents.concat()
        );
        fs::create_dir_all(folder.path().join("flows")).expect("a folder");
        fs::write(folder.path().join("sambung.yaml"), settings).expect("written");
        fs::write(folder.path().join("flows/line.yaml"), FLOW).expect("written");
        Self { child: None, log: None, sip, folder }
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

    /// Changes the flow, has the project read anew and waits until that is done.
    pub(crate) fn reads_anew(&self, from: &str, to: &str) {
        let path = self.folder.path().join("flows/line.yaml");
        let text = fs::read_to_string(&path).expect("the flow");
        assert!(text.contains(from), "the flow has no `{from}`");
        fs::write(path, text.replace(from, to)).expect("written");
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
