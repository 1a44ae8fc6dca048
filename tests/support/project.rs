//! A Sambung project in a folder of its own: configuration, flows and sounds for one test.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::{ports, sound};

/// What the configuration will say.
#[derive(Debug)]
pub(crate) struct Project {
    folder: TempDir,
    rtp: (u16, u16),
    ring: Duration,
    /// The routes, in the order of the file; a flow that is added gets one by its name.
    pub(crate) routes: String,
    agents: String,
    /// Keys of `rtp` beside `ports` and `threads`, with a comma before them.
    pub(crate) rtp_more: String,
    /// Keys of `sip` beside `listen` and `realm`: who may do what. Phones of Debian's libre know MD5 alone.
    pub(crate) sip: String,
    /// The sockets, comma separated as in the file; the first is UDP.
    pub(crate) listen: String,
    /// Keys of `limits`.
    pub(crate) limits: String,
    /// Further sections.
    pub(crate) more: String,
    secrets: Vec<(String, String)>,
    shipped: bool,
}

impl Project {
    /// A project of the flow `tests/sip/flows/FLOW.yaml`, which takes every call at once.
    ///
    /// Its prompts are tones: each one short, so that a test need not wait for them.
    pub(crate) fn new(flow: &str) -> Self {
        let beep = sound::tone(600.0, 200);
        Self::empty(format!("[ {{ default: {flow} }} ]"))
            .flow(flow)
            .prompt("ask", &beep)
            .prompt("hours", &beep)
            .prompt("notice", &beep)
            .prompt("goodbye", &beep)
    }

    /// The project as it is shipped, on ports of its own.
    pub(crate) fn shipped() -> Self {
        Self { shipped: true, ..Self::empty(String::new()) }
    }

    fn empty(routes: String) -> Self {
        const RTP_PORTS: u16 = 20;
        let project = Self {
            folder: tempfile::tempdir().expect("a folder for the project"),
            rtp: (0, 0),
            ring: Duration::ZERO,
            routes,
            agents: String::new(),
            rtp_more: String::new(),
            sip: "allow: [127.0.0.0/8], digest: [md5]".to_owned(),
            listen: "\"udp:127.0.0.1:0\"".to_owned(),
            limits: String::new(),
            more: String::new(),
            secrets: Vec::new(),
            shipped: false,
        };
        project.rtp_ports(RTP_PORTS)
    }

    /// Adds another flow, reached by dialling its name.
    pub(crate) fn flow(mut self, flow: &str) -> Self {
        let file = format!("{flow}.yaml");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sip/flows").join(&file);
        let to = self.inside("flows").join(&file);
        fs::copy(from, to).expect("the test's folder takes files");
        self.routes = self.routes.replacen('[', &format!("[ {{ to: {flow}, flow: {flow} }},"), 1);
        self
    }

    /// Records a prompt, at 8,000 samples a second.
    pub(crate) fn prompt(self, name: &str, samples: &[i16]) -> Self {
        sound::write_wav(&self.inside("audio/id").join(format!("{name}.wav")), samples);
        self
    }

    /// Lets a call ring this long before it is answered.
    pub(crate) fn ringing(mut self, ring: Duration) -> Self {
        self.ring = ring;
        self
    }

    /// Gives the media so many ports, two for each leg.
    pub(crate) fn rtp_ports(mut self, count: u16) -> Self {
        let first = ports::block(count);
        self.rtp = (first, first + count - 1);
        self
    }

    /// Adds an agent of the queue `service` who registers.
    pub(crate) fn registering_agent(mut self, name: &str, user: &str, password: &str) -> Self {
        let variable = format!("AGENT_{user}");
        writeln!(
            self.agents,
            "  {name}: {{ user: \"{user}\", password: {{ env: {variable} }}, queues: [service] }}"
        )
        .expect("text takes a line");
        self.secrets.push((variable, password.to_owned()));
        self
    }

    /// Sets an environment variable of the program.
    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.secrets.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an agent of the queue `service` who is always reached at `address`.
    pub(crate) fn static_agent(mut self, name: &str, address: &str) -> Self {
        writeln!(self.agents, "  {name}: {{ address: \"{address}\", queues: [service] }}")
            .expect("text takes a line");
        self
    }

    /// Adds an agent of the queue `service` on an adapter, by the words that say which phone is theirs.
    pub(crate) fn agent_on(mut self, adapter: &str, name: &str, phone: &str) -> Self {
        writeln!(self.agents, "  {name}: {{ adapter: {adapter}, {phone}, queues: [service] }}")
            .expect("text takes a line");
        self
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The media ports, first and last.
    pub(crate) fn rtp(&self) -> (u16, u16) {
        self.rtp
    }

    /// The passwords and what else the program finds in its environment.
    pub(crate) fn secrets(&self) -> &[(String, String)] {
        &self.secrets
    }

    /// Writes `sambung.yaml`.
    pub(crate) fn write(&self) {
        let text = if self.shipped { self.shipped_settings() } else { self.own_settings() };
        fs::write(self.folder.path().join("sambung.yaml"), text)
            .expect("the test's folder takes files");
    }

    fn own_settings(&self) -> String {
        let (first, last) = self.rtp;
        let (routes, ring, sip) = (&self.routes, self.ring.as_millis(), &self.sip);
        let (rtp_more, listen) = (&self.rtp_more, &self.listen);
        let mut text = format!(
            "sambung: 1
languages: [id]
flows: flows
audio: audio
answer: {{ after: {ring}ms }}
sip: {{ listen: [{listen}], realm: sambung, {sip} }}
rtp: {{ ports: {first}-{last}, threads: 1{rtp_more} }}
routes: {routes}
records: records.jsonl
journals: journals.jsonl
"
        );
        if !self.limits.is_empty() {
            writeln!(text, "limits: {{ {} }}", self.limits).expect("text takes a line");
        }
        text.push_str(&self.more);
        if !self.agents.is_empty() {
            write!(text, "agents:\n{}", self.agents).expect("text takes lines");
        }
        text
    }

    /// The shipped file with other ports, and with the folders where they really are.
    fn shipped_settings(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = fs::read_to_string(root.join("sambung.yaml")).expect("it is shipped");
        let (flows, audio) = (root.join("flows"), root.join("audio"));
        for (shipped, here) in [
            ("listen: [\"udp:0.0.0.0:5060\"]", format!("listen: [{}]", self.listen)),
            ("ports: 20000-29999", format!("ports: {}-{}", self.rtp.0, self.rtp.1)),
            ("flows: flows", format!("flows: \"{}\"", flows.display())),
            ("audio: audio", format!("audio: \"{}\"", audio.display())),
        ] {
            assert!(text.contains(shipped), "the shipped file has no {shipped}");
            text = text.replacen(shipped, &here, 1);
        }
        text
    }

    fn inside(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).expect("the test's folder takes folders");
        path
    }
}
