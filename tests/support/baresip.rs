//! A telephone: one baresip per test and person, driven through its control socket.
//!
//! It speaks a tone, records what it hears, and tells what happens to its calls.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::Process;
use super::{ports, sound, wait};

/// RTP and RTCP ports of one telephone.
const MEDIA_PORTS: u16 = 20;
/// How long it may take to start, to obey, or to say what it was asked for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The length of the tone it speaks, over and over.
const VOICE_MILLIS: u32 = 30_000;

/// What it does with an incoming call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answering {
    /// Takes it at once.
    Auto,
    /// Rings until told otherwise.
    Manual,
}

/// The account of a telephone that registers.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) registrar: SocketAddr,
}

/// How a telephone reaches the server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Way<'a> {
    #[default]
    Udp,
    Tcp,
    /// The server must show a certificate that this authority vouches for.
    Tls {
        authority: &'a Path,
    },
}

impl Way<'_> {
    /// What it adds to a SIP address.
    fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls { .. } => ";transport=tls",
        }
    }
}

/// What a telephone is like beyond what most tests need.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Model<'a> {
    pub(crate) way: Way<'a>,
    /// It talks by SRTP alone (`RTP/SAVP`).
    pub(crate) encrypted: bool,
}

/// A running telephone.
#[derive(Debug)]
pub(crate) struct Baresip {
    process: Process,
    control: TcpStream,
    unread: Vec<u8>,
    events: Vec<Value>,
    folder: TempDir,
    port: u16,
}

impl Baresip {
    /// Starts a telephone that speaks a tone of `hertz`; with an account it registers and waits until that is done.
    pub(crate) fn start(hertz: f64, answering: Answering, account: Option<&Account>) -> Self {
        Self::start_as(Model::default(), hertz, answering, account)
    }

    /// The same, but for a telephone that talks by SRTP alone (`RTP/SAVP`).
    pub(crate) fn start_encrypted(
        hertz: f64,
        answering: Answering,
        account: Option<&Account>,
    ) -> Self {
        let model = Model { encrypted: true, ..Model::default() };
        Self::start_as(model, hertz, answering, account)
    }

    /// The same for any model.
    pub(crate) fn start_as(
        model: Model<'_>,
        hertz: f64,
        answering: Answering,
        account: Option<&Account>,
    ) -> Self {
        let mut phone = Self::switched_on(model, hertz, answering, account);
        if account.is_some() {
            phone.expect("REGISTER_OK");
        }
        phone
    }

    /// Starts a telephone that tries to register, whatever comes of it.
    pub(crate) fn start_unregistered(hertz: f64, answering: Answering, account: &Account) -> Self {
        Self::switched_on(Model::default(), hertz, answering, Some(account))
    }

    /// Starts the program.
    fn switched_on(
        model: Model<'_>,
        hertz: f64,
        answering: Answering,
        account: Option<&Account>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the telephone");
        let port = ports::one();
        let control_port = ports::one();
        sound::write_wav(&folder.path().join("voice.wav"), &sound::tone(hertz, VOICE_MILLIS));
        fs::create_dir(folder.path().join("dumps")).expect("the test's folder takes folders");
        let write = |name: &str, text: String| {
            fs::write(folder.path().join(name), text).expect("the test's folder takes files");
        };
        write("config", configuration(folder.path(), port, control_port, model.way));
        write("accounts", String::new());
        write("contacts", String::new());
        let mut command = Command::new("setpriv");
        // It would outlive a test program that is killed.
        command.args(["--pdeathsig", "KILL", "baresip", "-f"]).arg(folder.path());
        command.current_dir(folder.path());
        let process = Process::start("baresip", &mut command, &folder.path().join("log"));
        let control = wait::until(PATIENCE, "baresip's control socket", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, control_port)).ok()
        });
        control
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a socket takes a time-out");
        let (unread, events) = (Vec::new(), Vec::new());
        let mut phone = Self { process, control, unread, events, folder, port };
        // Not in the file `accounts`: it would register before anybody can listen to what comes of it.
        phone.command("uanew", &account_line(answering, account, model));
        phone
    }

    /// The SIP address that rings it without a registrar.
    pub(crate) fn address(&self) -> String {
        format!("sip:phone@127.0.0.1:{}", self.port)
    }

    /// Calls an address.
    pub(crate) fn dial(&mut self, address: &str) {
        self.command("dial", address);
    }

    /// Presses keys in its call, one after the other.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.command("sndcode", &key.to_string());
            wait::pause(Duration::from_millis(150));
        }
    }

    /// Puts its call on hold, by a re-INVITE.
    pub(crate) fn hold(&mut self) {
        self.command("hold", "");
    }

    /// Takes its call back.
    pub(crate) fn resume(&mut self) {
        self.command("resume", "");
    }

    /// Takes the call that rings.
    pub(crate) fn answer(&mut self) {
        self.command("accept", "");
    }

    /// Hangs up; a call that rings is turned away as busy.
    pub(crate) fn hang_up(&mut self) {
        self.command("hangup", "");
    }

    /// Switches it off as one does: it says goodbye to its registrar.
    pub(crate) fn switch_off(mut self) {
        self.process.terminate();
        self.process.wait(PATIENCE);
    }

    /// Waits for the next event of a kind, such as `CALL_ESTABLISHED`; each is found once.
    pub(crate) fn expect(&mut self, kind: &str) -> Value {
        let start = wait::now();
        loop {
            self.take_events();
            if let Some(at) = self.events.iter().position(|event| event["type"] == kind) {
                return self.events.remove(at);
            }
            let seen: Vec<_> = self.events.iter().map(|event| event["type"].to_string()).collect();
            assert!(start.elapsed() < PATIENCE, "no {kind} from baresip, but {}", seen.join(" "));
        }
    }

    /// The next event of a kind, if one has come; each is found once.
    pub(crate) fn next(&mut self, kind: &str) -> Option<Value> {
        self.take_events();
        let at = self.events.iter().position(|event| event["type"] == kind)?;
        Some(self.events.remove(at))
    }

    /// Whether an event of a kind has come that nobody waited for.
    pub(crate) fn has_seen(&mut self, kind: &str) -> bool {
        self.take_events();
        self.events.iter().any(|event| event["type"] == kind)
    }

    /// What it heard in its last call, once that call has ended.
    pub(crate) fn heard(&self) -> Vec<i16> {
        wait::until(PATIENCE, "baresip's recording", || {
            let files = fs::read_dir(self.folder.path().join("dumps")).ok()?;
            let paths = files.filter_map(|file| Some(file.ok()?.path()));
            let last = paths.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max()?;
            sound::read_wav(&last).filter(|samples| !samples.is_empty())
        })
    }

    fn command(&mut self, command: &str, parameters: &str) {
        let message = json!({ "command": command, "params": parameters }).to_string();
        write!(self.control, "{}:{message},", message.len()).expect("baresip listens");
        let start = wait::now();
        loop {
            self.take_events();
            if let Some(at) = self.events.iter().position(|event| event["response"] == true) {
                self.events.remove(at);
                return;
            }
            assert!(start.elapsed() < PATIENCE, "baresip did not answer to {command}");
        }
    }

    /// Reads what baresip has to say: netstrings of JSON, `LENGTH:{…},`.
    fn take_events(&mut self) {
        let mut buffer = [0; 8_192];
        match self.control.read(&mut buffer) {
            Ok(0) => assert!(self.process.is_running(), "baresip ended"),
            Ok(length) => self.unread.extend_from_slice(&buffer[..length]),
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "baresip's control socket: {error}"
            ),
        }
        while let Some((message, rest)) = netstring(&self.unread) {
            self.events.push(serde_json::from_slice(message).expect("baresip speaks JSON"));
            self.unread = rest.to_vec();
        }
    }
}

/// The first whole netstring of `bytes`, and what follows it.
fn netstring(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = bytes.iter().position(|&byte| byte == b':')?;
    let length: usize = std::str::from_utf8(&bytes[..colon]).ok()?.parse().ok()?;
    let (message, rest) = bytes[colon + 1..].split_at_checked(length)?;
    Some((message, rest.strip_prefix(b",")?))
}

fn account_line(answering: Answering, account: Option<&Account>, model: Model<'_>) -> String {
    let mode = match answering {
        Answering::Auto => "auto",
        Answering::Manual => "manual",
    };
    let audio = if model.encrypted { ";mediaenc=srtp-mand" } else { "" };
    let way = model.way.parameter();
    match account {
        None => format!("<sip:phone@127.0.0.1{way}>;regint=0;answermode={mode}{audio}"),
        Some(Account { user, password, registrar }) => format!(
            "<sip:{user}@{registrar}{way}>;auth_user={user};auth_pass={password};regint=60;answermode={mode}{audio}"
        ),
    }
}

/// The address of `net_interface` keeps loopback in its SDP; `sndfile` records; there is no player.
fn configuration(folder: &Path, port: u16, control_port: u16, way: Way<'_>) -> String {
    let authority = match way {
        Way::Udp | Way::Tcp => String::new(),
        Way::Tls { authority } => format!("sip_cafile {}", authority.display()),
    };
    let folder = folder.display();
    let media = ports::block(MEDIA_PORTS);
    let media_end = media + MEDIA_PORTS - 1;
    format!(
        "sip_listen 127.0.0.1:{port}
{authority}
net_interface 127.0.0.1
call_local_timeout 120
audio_player aufile,{folder}/none.wav
audio_source aufile,{folder}/voice.wav
audio_alert aufile,{folder}/none.wav
audio_srate 8000
audio_channels 1
rtp_ports {media}-{media_end}
snd_path {folder}/dumps
ctrl_tcp_listen 127.0.0.1:{control_port}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module uuid.so
module srtp.so
module_tmp account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
"
    )
}

#[test]
fn netstrings_are_taken_apart_only_when_whole() {
    assert_eq!(netstring(b"2:{},3:"), Some((&b"{}"[..], &b"3:"[..])));
    for part in [&b""[..], b"2", b"2:", b"2:{", b"2:{}"] {
        assert_eq!(netstring(part), None, "{part:?}");
    }
}
