//! A telephone of Linphone's console, driven by what one would type.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{ChildStdin, Command};
use std::time::Duration;

use tempfile::TempDir;

use super::baresip::Account;
use super::process::Process;
use super::{ports, sound, wait};

/// How long it may take to start, to obey, or to say what it was asked for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The length of the tone it speaks, once.
const VOICE_MILLIS: u32 = 30_000;
/// A running telephone, which takes every call that comes.
#[derive(Debug)]
pub(crate) struct Linphone {
    process: Process,
    typed: ChildStdin,
    folder: TempDir,
}

impl Linphone {
    /// Starts a telephone, which registers if it has an account.
    pub(crate) fn start(account: Option<&Account>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the telephone");
        let path = folder.path();
        fs::create_dir_all(path.join(".local/share/linphone")).expect("the folder takes folders");
        fs::write(path.join("linphonerc"), settings(account)).expect("the folder takes files");
        let mut command = Command::new("setpriv");
        // It would outlive a test program that is killed.
        command.args(["--pdeathsig", "KILL", "linphonec", "-a", "-c"]).arg(path.join("linphonerc"));
        command.env("HOME", path).current_dir(path);
        let (process, typed) = Process::start_driven("linphonec", &mut command, &path.join("log"));
        let mut phone = Self { process, typed, folder };
        // Its session description would name an address that nobody here can reach.
        phone.type_in("ipv6 disable");
        phone.type_in("soundcard use files");
        phone.expect("Using wav files instead of soundcard.");
        phone
    }

    /// Types a line.
    pub(crate) fn type_in(&mut self, line: &str) {
        writeln!(self.typed, "{line}").expect("linphonec listens");
    }

    /// Speaks a tone of `hertz` from now on, in the call that it has. Before that it sends nothing, not even keys.
    pub(crate) fn speak(&mut self, hertz: f64) {
        let voice = self.folder.path().join("voice.wav");
        sound::write_wav(&voice, &sound::tone(hertz, VOICE_MILLIS));
        self.type_in(&format!("play {}", voice.display()));
    }

    /// Records what it hears from now on, in the call that it has.
    pub(crate) fn record(&mut self) {
        let file = self.folder.path().join("heard.wav");
        self.type_in(&format!("record {}", file.display()));
    }

    /// Waits until it has said this.
    pub(crate) fn expect(&mut self, text: &str) {
        wait::until(PATIENCE, text, || {
            assert!(self.process.is_running(), "linphonec ended");
            self.process.log().contains(text).then_some(())
        });
    }

    /// What it has recorded, once it has ended. It tells the times of what it hears badly, not what it is.
    pub(crate) fn heard(mut self) -> Vec<i16> {
        self.type_in("quit");
        self.process.wait(PATIENCE);
        let file = self.folder.path().join("heard.wav");
        let mut reader = hound::WavReader::open(file).expect("it has recorded");
        // It writes at the rate that its codec or its filter has just then.
        let step = usize::try_from(reader.spec().sample_rate / sound::RATE).expect("it is small");
        reader.samples::<i16>().map_while(Result::ok).step_by(step).collect()
    }
}

fn settings(account: Option<&Account>) -> String {
    let (sip, rtp) = (ports::one(), ports::block(4));
    let mut text = format!(
        "[sip]\nsip_port={sip}\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\nuse_rfc2833=1\n\
         default_proxy=0\n[rtp]\naudio_rtp_port={rtp}\n"
    );
    if let Some(Account { user, password, registrar }) = account {
        write!(
            text,
            "[proxy_0]\nreg_proxy=<sip:{registrar}>\nreg_identity=<sip:{user}@{registrar}>\n\
             reg_expires=60\nreg_sendregister=1\n\
             [auth_info_0]\nusername={user}\npasswd={password}\nrealm=sambung\n"
        )
        .expect("text takes lines");
    }
    text
}
