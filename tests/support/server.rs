//! A running `sambung serve`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output};
use std::time::Duration;

use serde_json::Value;

use super::process::Process;
use super::project::Project;
use super::{sound, wait};

/// How long it may take to be ready, or to write a record.
const PATIENCE: Duration = Duration::from_secs(10);

/// The program under test, live on loopback.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    project: Project,
    sip: SocketAddr,
}

impl Server {
    /// Starts it and waits until it answers to OPTIONS.
    pub(crate) fn start(project: Project) -> Self {
        project.write();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
        command.arg("serve").current_dir(project.folder());
        command.env("SAMBUNG_LOG", "debug").env("NO_COLOR", "1");
        command.envs(project.secrets().iter().cloned());
        let process = Process::start("sambung serve", &mut command, &project.folder().join("log"));
        let sip = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut server = Self { process, project, sip };
        server.wait_until_it_listens();
        server.wait_until_it_answers();
        server
    }

    /// Where it takes calls.
    pub(crate) fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Where it takes calls by another transport, such as `tcp`.
    pub(crate) fn socket(&self, transport: &str) -> SocketAddr {
        let log = self.log();
        let (_, ready) = log.split_once("Ready. listen=\"").expect("it is ready");
        let (sockets, _) = ready.split_once('"').expect("the list ends");
        let mut sockets = sockets.split(' ').filter_map(|socket| socket.split_once(':'));
        let found = sockets.find(|(name, _)| *name == transport).expect("it listens there");
        found.1.parse().expect("a socket address")
    }

    /// The address of a called number.
    pub(crate) fn number(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.sip())
    }

    /// Its media ports, first and last.
    pub(crate) fn rtp(&self) -> (u16, u16) {
        self.project.rtp()
    }

    /// The running program.
    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until there are `count` call records, and gives them.
    pub(crate) fn records(&self, count: usize) -> Vec<Value> {
        let mut found = Vec::new();
        wait::until(PATIENCE, &format!("{count} call records"), || {
            found = self.records_so_far();
            (found.len() >= count).then_some(())
        });
        assert_eq!(found.len(), count, "more records than calls");
        found
    }

    /// The record of the only call.
    pub(crate) fn record(&self) -> Value {
        self.records(1).remove(0)
    }

    /// The whole records that are there now.
    pub(crate) fn records_so_far(&self) -> Vec<Value> {
        let file = self.project.folder().join("records.jsonl");
        let text = fs::read_to_string(file).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| text.split_at(end).0);
        whole.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect()
    }

    /// A file of its folder, as text.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.project.folder().join(name)).expect("the program wrote it")
    }

    /// Where a file of its folder lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.project.folder().join(name)
    }

    /// Runs another of the program's commands in its folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
        command.args(arguments).current_dir(self.project.folder()).env_remove("SAMBUNG_LOG");
        command.envs(self.project.secrets().iter().cloned());
        command.output().expect("the program runs")
    }

    /// Asks it to end, as a service supervisor does.
    pub(crate) fn terminate(&self) {
        self.process.terminate();
    }

    /// Changes a file of its project: each `from` in it becomes `to`.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.project.folder().join(name);
        let text = fs::read_to_string(&path).expect("the project has the file");
        assert!(text.contains(from), "{name} has no `{from}`");
        fs::write(path, text.replace(from, to)).expect("the test's folder takes files");
    }

    /// Records a prompt of its project anew.
    pub(crate) fn record_prompt(&self, name: &str, samples: &[i16]) {
        sound::write_wav(&self.project.folder().join(format!("audio/id/{name}.wav")), samples);
    }

    /// Has it read its project anew and waits until it has logged `outcome` once more.
    pub(crate) fn reload(&self, outcome: &str) {
        let before = self.log().matches(outcome).count();
        self.process.hang_up();
        wait::until(PATIENCE, outcome, || {
            (self.log().matches(outcome).count() > before).then_some(())
        });
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        self.process.wait(limit)
    }

    /// It takes any free port and logs which one it has.
    fn wait_until_it_listens(&mut self) {
        self.sip = wait::until(PATIENCE, "the server to listen", || {
            assert!(self.process.is_running(), "the server ended:\n{}", self.process.log());
            let log = self.process.log();
            let (_, from) = log.split_once("Ready. listen=\"udp:")?;
            let (address, _) = from.split_once(['"', ' '])?;
            Some(address.parse().expect("a socket address"))
        });
    }

    fn wait_until_it_answers(&self) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the system's");
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .expect("a socket takes a time-out");
        let (here, there) = (socket.local_addr().expect("it is bound"), self.sip());
        let mut turn = 0;
        wait::until(PATIENCE, "the server to answer OPTIONS", || {
            turn += 1;
            let request = format!(
                "OPTIONS sip:{there} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKready{turn};rport\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:ready@{here}>;tag=ready\r\nTo: <sip:{there}>\r\n\
                 Call-ID: ready{turn}@{here}\r\nCSeq: {turn} OPTIONS\r\nContent-Length: 0\r\n\r\n"
            );
            // Refused until it listens.
            socket.send_to(request.as_bytes(), there).ok()?;
            let mut buffer = [0; 2_048];
            let (length, _) = socket.recv_from(&mut buffer).ok()?;
            buffer[..length].starts_with(b"SIP/2.0 200").then_some(())
        });
    }
}
