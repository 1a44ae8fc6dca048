//! The server under test: started on a project of its own, or one that runs already; looked at from outside.

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::error::BenchError;
use super::load::{self, Ends, MAX_DATAGRAM, Message, TlsEnd, Transport};
use super::process::Process;
use super::project;
use crate::runtime::Clock;

/// How long the server may take to answer, or to end.
const PATIENCE_US: u64 = 10_000_000;
/// How often it is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(2);
/// Lines of its log that are shown when it does not do what it should.
const LAST_LINES: usize = 20;

/// `sambung serve`, as a user starts it.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    folder: TempDir,
    pub(super) address: SocketAddrV4,
    tls_port: u16,
    /// From its start to its first answer, in milliseconds.
    pub(super) started_ms: f64,
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// CPU seconds of all threads.
    pub(super) cpu: f64,
    /// CPU seconds of the media threads.
    pub(super) media: f64,
    /// CPU seconds of the threads that write the history, the records of calls, and what ends these after a crash.
    pub(super) history: f64,
    /// Kilobytes in RAM.
    pub(super) rss: f64,
    /// Open files.
    pub(super) files: f64,
}

impl Usage {
    /// What the process with this id has used.
    pub(super) fn of(id: u32) -> Self {
        let process = Process::of(id);
        let files = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
        Self {
            cpu: process.cpu(""),
            media: process.cpu("media-"),
            history: ["history", "records", "dialogs"].map(|name| process.cpu(name)).iter().sum(),
            rss: process.rss(),
            files: f64::from(u32::try_from(files).unwrap_or(u32::MAX)),
        }
    }
}

impl Server {
    /// Starts this program on a project of its own, which takes TLS too if it is to, and waits for its first answer.
    ///
    /// # Errors
    /// [`BenchError`] where it cannot be started or does not answer within 10 s.
    pub(super) fn start(tls: bool) -> Result<Self, BenchError> {
        let free = BenchError::system("a free port");
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(&free)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(&free)?;
        let port = socket.local_addr().map_err(&free)?.port();
        let tls_port = listener.local_addr().map_err(&free)?.port();
        drop((socket, listener));
        let folder = project::write(port, tls.then_some(tls_port))?;
        let log = |log: io::Result<File>| log.map_err(BenchError::system("a log file"));
        let errors = log(File::create(folder.path().join("log")))?;
        let program = env::current_exe().map_err(BenchError::system("this program's file"))?;
        let clock = Clock::new();
        let child = Command::new(program)
            .arg("serve")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log(errors.try_clone())?)
            .stderr(errors)
            .spawn()
            .map_err(BenchError::system("a process for the server"))?;
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let mut server = Self { child, folder, address, tls_port, started_ms: 0.0 };
        server.await_answer(clock)?;
        #[expect(clippy::cast_precision_loss, reason = "a few seconds at most")]
        let started_us = clock.now().as_micros() as f64;
        server.started_ms = started_us / 1_000.0;
        Ok(server)
    }

    fn await_answer(&mut self, clock: Clock) -> Result<(), BenchError> {
        let asking = BenchError::system("a socket to ask from");
        let socket = load::bind()?;
        socket.set_nonblocking(false).map_err(&asking)?;
        socket.set_read_timeout(Some(ASK_EVERY)).map_err(&asking)?;
        let ends = Ends::new(load::address(&socket)?, self.address, Transport::Udp);
        let mut buffer = [0; MAX_DATAGRAM];
        for call in 0.. {
            let ended = self.child.try_wait().map_err(BenchError::system("the server's state"))?;
            if ended.is_some() || clock.now().as_micros() > PATIENCE_US {
                return Err(self.stuck("the server does not answer"));
            }
            // Before the port is bound there is nobody to send to.
            socket.send_to(ends.options(call).as_bytes(), self.address).unwrap_or_default();
            let answer = socket.recv(&mut buffer).ok();
            let message = answer.and_then(|length| Message::read(buffer.get(..length)?));
            if message.and_then(Message::status) == Some(200) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Where it takes TLS, if it does.
    pub(super) fn tls(&self) -> TlsEnd {
        TlsEnd {
            address: SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.tls_port),
            certificate: self.folder.path().join(project::CERTIFICATE),
        }
    }

    /// What it has used until now.
    pub(super) fn usage(&self) -> Usage {
        Usage::of(self.child.id())
    }

    /// Ends it as an operator would.
    ///
    /// # Errors
    /// [`BenchError::Server`] where it does not end in peace within 10 s.
    pub(super) fn stop(mut self) -> Result<(), BenchError> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM)
            .map_err(io::Error::from)
            .map_err(BenchError::system("the server's end"))?;
        let clock = Clock::new();
        while clock.now().as_micros() < PATIENCE_US {
            match self.child.try_wait().map_err(BenchError::system("the server's state"))? {
                Some(status) if status.success() => return Ok(()),
                Some(_) => return Err(self.stuck("the server ended with an error")),
                None => std::thread::park_timeout(ASK_EVERY),
            }
        }
        Err(self.stuck("the server does not end"))
    }

    /// What it did not do, with the end of what it said.
    fn stuck(&self, what: &'static str) -> BenchError {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
        BenchError::Server { what, log: last.join("\n") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already unless something went wrong.
        self.child.kill().unwrap_or_default();
        self.child.wait().ok();
    }
}
