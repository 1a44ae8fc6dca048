//! Runs SIPp with the scenarios beside the tests; each run is bounded in calls and in time.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::{ports, wait};

/// Media ports that one SIPp may use.
const MEDIA_PORTS: u16 = 8;

/// How far apart SIPp lays the media ports of its calls.
const PORTS_OF_A_CALL: u16 = 4;

/// The port of the discard service (RFC 863), for media that nobody listens to.
const DISCARD: u16 = 9;

/// One run of SIPp to be.
#[derive(Debug)]
pub(crate) struct Sipp {
    scenario: &'static str,
    target: Option<SocketAddr>,
    called: String,
    port: u16,
    calls: u32,
    at_once: u32,
    per_second: u32,
    talk: Duration,
    limit: Duration,
    media: u16,
    /// How many ports its calls may send keys from.
    ports: u16,
    /// What stands for a word in brackets in the scenario.
    words: Vec<(&'static str, String)>,
    /// The status with which its scenario answers: `[refusal]` there.
    refusal: Option<&'static str>,
    transport: &'static str,
    behaviour: &'static str,
}

impl Sipp {
    /// A run of `tests/sip/scenarios/NAME.xml` that calls `called` at `target`.
    pub(crate) fn calling(scenario: &'static str, target: SocketAddr, called: &str) -> Self {
        let waiting = Self::waiting(scenario);
        Self { target: Some(target), called: called.to_owned(), ..waiting }
    }

    /// A run that waits for calls.
    pub(crate) fn waiting(scenario: &'static str) -> Self {
        Self {
            scenario,
            target: None,
            called: "100".to_owned(),
            port: ports::one(),
            calls: 1,
            at_once: 1,
            per_second: 10,
            talk: Duration::ZERO,
            limit: Duration::from_secs(30),
            media: DISCARD,
            ports: MEDIA_PORTS,
            words: Vec::new(),
            refusal: None,
            transport: "u1",
            behaviour: "all",
        }
    }

    /// Makes (or takes) this many calls, so many at once and so many a second.
    pub(crate) fn calls(mut self, calls: u32, at_once: u32, per_second: u32) -> Self {
        (self.calls, self.at_once, self.per_second) = (calls, at_once, per_second);
        self
    }

    /// Goes on where a message comes between two steps that wait for it, and takes it when it comes once more.
    pub(crate) fn patient(mut self) -> Self {
        self.behaviour = "all,-abortunexp";
        self
    }

    /// Sets the length of the scenario's `<pause/>`.
    pub(crate) fn talking(mut self, talk: Duration) -> Self {
        self.talk = talk;
        self
    }

    /// Fails when it takes longer than this.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Speaks TCP: one connection for all its calls.
    pub(crate) fn by_tcp(mut self) -> Self {
        self.transport = "t1";
        self
    }

    /// Speaks TCP: a connection for each call.
    pub(crate) fn by_tcp_each(mut self) -> Self {
        self.transport = "tn";
        self
    }

    /// Has the media sent to a port of the test's own: the scenario's `[rtp_port]`.
    pub(crate) fn media_to(mut self, port: u16) -> Self {
        self.media = port;
        self
    }

    /// Lets every call press keys from ports of its own.
    pub(crate) fn pressing(mut self) -> Self {
        self.ports = u16::try_from(self.calls).expect("few calls") * PORTS_OF_A_CALL;
        self
    }

    /// Puts `value` where the scenario has `[word]`.
    pub(crate) fn word(mut self, word: &'static str, value: &str) -> Self {
        self.words.push((word, value.to_owned()));
        self
    }

    /// Turns calls away with a status: SIPp wants to read it in the scenario itself.
    pub(crate) fn refusing(status: &'static str) -> Self {
        Self { refusal: Some(status), ..Self::waiting("agent_refuses") }
    }

    /// Starts it.
    pub(crate) fn start(self) -> Run {
        let folder = tempfile::tempdir().expect("a folder for the traces");
        let mut scenario = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/sip/scenarios")
            .join(self.scenario)
            .with_extension("xml");
        if let Some(refusal) = self.refusal {
            let text = fs::read_to_string(&scenario).expect("the scenario is there");
            scenario = folder.path().join("scenario.xml");
            fs::write(&scenario, text.replace("[refusal]", refusal))
                .expect("the folder takes files");
        }
        let mut command = Command::new("sipp");
        command.current_dir(folder.path()).arg("-sf").arg(scenario).args(["-nostdin", "-aa"]);
        command.args(["-default_behaviors", self.behaviour]);
        command.args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", &self.port.to_string()]);
        // Far fewer sockets than it reserves by itself, which is more than a system may allow.
        command.args([
            "-t",
            self.transport,
            "-max_socket",
            "1000",
            "-mp",
            &ports::block(self.ports).to_string(),
        ]);
        command.args(["-cp", &ports::one().to_string()]);
        command.args(["-m", &self.calls.to_string(), "-l", &self.at_once.to_string()]);
        command.args(["-r", &self.per_second.to_string(), "-s", &self.called]);
        command.args(["-d", &self.talk.as_millis().to_string()]);
        command.args(["-timeout", &self.limit.as_secs().to_string(), "-timeout_error"]);
        command.args(["-trace_err", "-error_file", "errors"]);
        if self.calls == 1 {
            command.args(["-trace_msg", "-message_file", "messages"]);
        }
        command.args(["-key", "rtp_port", &self.media.to_string()]);
        for (word, value) in &self.words {
            command.args(["-key", word, value]);
        }
        if let Some(target) = self.target {
            command.arg(target.to_string());
        }
        let process = Process::start("sipp", &mut command, &folder.path().join("screen"));
        Run { scenario: self.scenario, process, folder, port: self.port, limit: self.limit }
    }

    /// Starts it and waits until every call has gone as the scenario says.
    pub(crate) fn run(self) -> Run {
        let mut run = self.start();
        run.finish();
        run
    }
}

/// A run of SIPp.
#[derive(Debug)]
pub(crate) struct Run {
    scenario: &'static str,
    process: Process,
    folder: TempDir,
    port: u16,
    limit: Duration,
}

impl Run {
    /// The port it takes calls on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether calls are still under way.
    pub(crate) fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Waits for the end, and fails unless every call went as the scenario says.
    pub(crate) fn finish(&mut self) {
        const GRACE: Duration = Duration::from_secs(10);
        let status = self.process.wait(self.limit + GRACE);
        let scenario = self.scenario;
        assert!(
            status.success(),
            "sipp {scenario} ended with {status}\n{}\n{}",
            self.trace("errors"),
            self.trace("messages"),
        );
    }

    /// Waits until a run of one call has sent or received a message with this text.
    pub(crate) fn wait_for(&self, text: &str) {
        wait::until(self.limit, text, || self.messages().contains(text).then_some(()));
    }

    /// The SIP messages of a run of one call, as SIPp logged them.
    pub(crate) fn messages(&self) -> String {
        self.trace("messages")
    }

    fn trace(&self, name: &str) -> String {
        fs::read(self.folder.path().join(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}
