//! The program, serving a project of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// How long a line of the log may be waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running node.
pub(crate) struct Node {
    child: Child,
    log: Receiver<Value>,
    /// What was logged before it was ready.
    early: Vec<Value>,
    sip: SocketAddr,
    ready: Value,
    folder: TempDir,
}

impl Node {
    /// Starts a node with one flow at every number, on free ports, and waits until it is ready.
    pub(crate) fn start(settings: &str, flow: &str) -> Self {
        Self::start_with(&[], settings, flow)
    }

    /// The same with further arguments.
    pub(crate) fn start_with(arguments: &[&str], settings: &str, flow: &str) -> Self {
        Self::in_folder(arguments, project("127.0.0.1:0", settings, flow))
    }

    /// Kills the process as the power would, and starts it again with what it left.
    pub(crate) fn dies_and_comes_back(mut self) -> Self {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it can be waited for");
        let empty = tempfile::tempdir().expect("a folder");
        let folder = std::mem::replace(&mut self.folder, empty);
        Self::in_folder(&[], folder)
    }

    fn in_folder(arguments: &[&str], folder: TempDir) -> Self {
        let mut child = command(&folder).args(arguments).spawn().expect("the program starts");
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
        let sip = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut node = Self { child, log, early: Vec::new(), sip, ready: Value::Null, folder };
        let (ready, early) = node.logs_after("Ready.");
        (node.ready, node.early) = (ready, early);
        let listen = node.ready["listen"].as_str().expect("it says where");
        node.sip = listen.strip_prefix("udp:").expect("UDP").parse().expect("an address");
        node
    }

    /// What the program says of a project that it will not serve, and its exit code.
    pub(crate) fn refuses_to_start(settings: &str, flow: &str) -> (Option<i32>, String) {
        refusal(&project("127.0.0.1:0", settings, flow))
    }

    /// The same for a socket that it cannot have.
    pub(crate) fn refuses_to_start_on(socket: &str, flow: &str) -> (Option<i32>, String) {
        refusal(&project(socket, "", flow))
    }

    pub(crate) const fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// What it logged when it was ready.
    pub(crate) const fn ready(&self) -> &Value {
        &self.ready
    }

    /// All that is logged from here to its end.
    pub(crate) fn whole_log(&mut self) -> String {
        let mut log = self.ready.to_string();
        while let Ok(event) = self.log.recv_timeout(PATIENCE) {
            log.push_str(&event.to_string());
        }
        log
    }

    /// Waits for an event of the log whose message begins like this. What was logged before the node was ready counts once:
    /// an adapter may be there sooner.
    pub(crate) fn logs(&mut self, message: &str) -> Value {
        match self.early.iter().position(|event| tells(event, message)) {
            Some(place) => self.early.remove(place),
            None => self.logs_after(message).0,
        }
    }

    /// The next event whose message begins like this, and those before it.
    fn logs_after(&self, message: &str) -> (Value, Vec<Value>) {
        let mut seen: Vec<Value> = Vec::new();
        loop {
            let event = self.log.recv_timeout(PATIENCE);
            assert!(event.is_ok(), "no `{message}` in the log:\n{seen:#?}");
            let event = event.unwrap_or_default();
            if tells(&event, message) {
                return (event, seen);
            }
            seen.push(event);
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let process = rustix::process::Pid::from_child(&self.child);
        let signal = match name {
            "TERM" => rustix::process::Signal::TERM,
            "HUP" => rustix::process::Signal::HUP,
            _ => rustix::process::Signal::INT,
        };
        rustix::process::kill_process(process, signal).expect("it runs");
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Waits until the log ends, which it does with the process, and gives the exit code.
    pub(crate) fn ends(&mut self) -> Option<i32> {
        let end = loop {
            if let Err(end) = self.log.recv_timeout(PATIENCE) {
                break end;
            }
        };
        assert_eq!(end, RecvTimeoutError::Disconnected, "it did not end");
        self.child.wait().expect("it can be waited for").code()
    }

    /// The record of the only call.
    pub(crate) fn only_record(&self) -> Value {
        let mut records = self.records();
        assert_eq!(records.len(), 1, "{records:?}");
        records.remove(0)
    }

    /// The records of all calls, in the order of their ends.
    pub(crate) fn records(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("records.jsonl")).expect("records");
        text.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect()
    }

    /// Writes a file of the project.
    pub(crate) fn writes(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Where a file of the project lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file of the project.
    pub(crate) fn reads(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.is_running() {
            self.child.kill().expect("it runs");
            self.child.wait().expect("it can be waited for");
        }
    }
}

fn project(socket: &str, settings: &str, flow: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    let routes = if settings.contains("routes:") { "" } else { "routes: [{ default: patient }]\n" };
    let settings = format!(
        "sambung: 1\nanswer: {{ after: 0s }}\nsip: {{ listen: [\"udp:{socket}\"] }}\n{routes}{settings}\n"
    );
    write("sambung.yaml", &settings);
    write("flows/patient.yaml", flow);
    folder
}

fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
    command.args(["serve", "--log-format", "json"]).current_dir(folder.path());
    command.env_remove("SAMBUNG_LOG").stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Whether the message of an event begins like this.
fn tells(event: &Value, message: &str) -> bool {
    event["message"].as_str().is_some_and(|text| text.starts_with(message))
}

fn refusal(folder: &TempDir) -> (Option<i32>, String) {
    let mut child = command(folder).spawn().expect("the program starts");
    let mut told = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut told).expect("text");
    (child.wait().expect("it ends").code(), told)
}
