//! A child process that never outlives its test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::wait;

/// The most of a log that a failed test shows, in bytes from its end.
const SHOWN: usize = 6_000;

/// A running program; killed when dropped, its log shown if the test failed.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with no input and its output in `log`.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Self {
        Self::spawn(name, command.stdin(Stdio::null()), log)
    }

    /// The same for a program that is told what to do on its standard input.
    pub(crate) fn start_driven(
        name: &str,
        command: &mut Command,
        log: &Path,
    ) -> (Self, ChildStdin) {
        let mut process = Self::spawn(name, command.stdin(Stdio::piped()), log);
        let input = process.child.stdin.take().expect("it is a pipe");
        (process, input)
    }

    fn spawn(name: &str, command: &mut Command, log: &Path) -> Self {
        let out = File::create(log).expect("the test's folder takes files");
        let err = out.try_clone().expect("a file handle can be doubled");
        let child = command
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))
            .expect("the program starts");
        Self { name: name.to_owned(), child, log: log.to_owned() }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        wait::until(limit, &what, || self.child.try_wait().expect("a child can be asked"))
    }

    /// Asks it to end, as a service supervisor does.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Tells it that its files have changed, as an operator does.
    pub(crate) fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("our own child can be signalled");
    }

    /// How many files, sockets included, it has open.
    pub(crate) fn open_files(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.id());
        fs::read_dir(folder).expect("our own child's files can be listed").count()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(SHOWN);
            let tail: String = log.chars().skip(from).collect();
            eprintln!("---- {} wrote:\n{tail}", self.name);
        }
    }
}
