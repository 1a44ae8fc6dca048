//! The program under test: started on a project of its own, looked at from outside, stopped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sambung::runtime::Clock;
use tempfile::TempDir;

use crate::message::{Ends, MAX_DATAGRAM, Message};
use crate::support::process::Process;
use crate::{project, wire};

/// How long the program may take to answer, or to end.
const PATIENCE_US: u64 = 10_000_000;
/// How often it is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// `sambung serve`.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    pub(crate) address: SocketAddrV4,
    /// From its start to its first answer, in milliseconds.
    pub(crate) started_ms: f64,
}

/// What the program has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// CPU seconds of all threads.
    pub(crate) cpu: f64,
    /// CPU seconds of the media threads.
    pub(crate) media: f64,
    /// Kilobytes in RAM.
    pub(crate) rss: f64,
    /// Open files.
    pub(crate) files: usize,
}

impl Server {
    /// Starts the program and waits for its first answer.
    pub(crate) fn start() -> Self {
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let folder = project::write(port);
        let log = File::create(folder.path().join("log")).expect("a log file");
        let clock = Clock::new();
        let child = Command::new(env!("CARGO_BIN_EXE_sambung"))
            .arg("serve")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut server = Self { child, folder, address, started_ms: 0.0 };
        server.await_answer(clock);
        server.started_ms = clock.now().as_micros() as f64 / 1_000.0;
        server
    }

    fn await_answer(&mut self, clock: Clock) {
        let socket = wire::bind();
        socket.set_nonblocking(false).expect("a blocking socket");
        socket.set_read_timeout(Some(ASK_EVERY)).expect("a time limit");
        let ends = Ends { local: wire::address(&socket), server: self.address };
        let mut buffer = [0; MAX_DATAGRAM];
        for call in 0.. {
            let ended = self.child.try_wait().expect("a child of ours").is_some();
            assert!(!ended && clock.now().as_micros() < PATIENCE_US, "no answer\n{}", self.log());
            // Before the port is bound there is nobody to send to.
            socket.send_to(ends.options(call).as_bytes(), self.address).unwrap_or_default();
            let answer = socket.recv(&mut buffer).ok();
            let message = answer.and_then(|length| Message::read(&buffer[..length]));
            if message.and_then(Message::status) == Some(200) {
                return;
            }
        }
    }

    /// What it has used until now.
    pub(crate) fn usage(&self) -> Usage {
        let process = Process::of(self.child.id());
        let files = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        Usage {
            cpu: process.cpu(""),
            media: process.cpu("media-"),
            rss: process.rss(),
            files: files.map_or(0, Iterator::count),
        }
    }

    /// Ends it as an operator would, and says whether it went in peace.
    pub(crate) fn stop(mut self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("a child of ours");
        let clock = Clock::new();
        while clock.now().as_micros() < PATIENCE_US {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                assert!(status.success(), "the program ended with {status}\n{}", self.log());
                return;
            }
            std::thread::park_timeout(ASK_EVERY);
        }
        panic!("the program did not end\n{}", self.log());
    }

    /// The end of what it said.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already unless something went wrong here.
        self.child.kill().unwrap_or_default();
        self.child.wait().ok();
    }
}
