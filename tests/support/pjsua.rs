//! A telephone of pjsua2, driven line by line through `tests/sip/phones/phone.py`.

use std::io::Write as _;
use std::path::Path;
use std::process::{ChildStdin, Command};
use std::time::Duration;

use tempfile::TempDir;

use super::baresip::Account;
use super::peers::python;
use super::process::Process;
use super::{ports, sound, wait};

/// Media ports of one telephone, RTP and RTCP of its calls.
const MEDIA_PORTS: u16 = 20;
/// How long it may take to start, to obey, or to say what it was asked for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The length of the tone it speaks, over and over.
const VOICE_MILLIS: u32 = 30_000;

/// A running telephone.
#[derive(Debug)]
pub(crate) struct Pjsua {
    process: Process,
    commands: ChildStdin,
    /// How many lines of what it says have been waited for.
    read: usize,
    folder: TempDir,
}

impl Pjsua {
    /// Starts a telephone that speaks a tone of `hertz`; with an account it registers and waits until that is done.
    /// The options are those of the script.
    pub(crate) fn start(hertz: f64, account: Option<&Account>, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the telephone");
        sound::write_wav(&folder.path().join("voice.wav"), &sound::tone(hertz, VOICE_MILLIS));
        let port = ports::one();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sip/phones/phone.py");
        let mut command = Command::new("setpriv");
        // It would outlive a test program that is killed.
        command.args(["--pdeathsig", "KILL"]).arg(python()).arg(script);
        command.arg(port.to_string()).arg(ports::block(MEDIA_PORTS).to_string());
        command.arg(folder.path()).args(options);
        if let Some(Account { user, password, registrar }) = account {
            command.arg(format!("user={user}")).arg(format!("password={password}"));
            command.arg(format!("registrar={registrar}"));
        }
        let log = folder.path().join("log");
        let (process, commands) = Process::start_driven("pjsua2", &mut command, &log);
        let mut phone = Self { process, commands, read: 0, folder };
        phone.expect("ready");
        if account.is_some() {
            phone.expect("registered");
        }
        phone
    }

    /// Has it do something, in the words of the script.
    pub(crate) fn tell(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("the telephone listens");
    }

    /// Waits until it says something that begins so, after what was waited for last.
    pub(crate) fn expect(&mut self, beginning: &str) -> String {
        let found = wait::until(PATIENCE, beginning, || {
            assert!(self.process.is_running(), "pjsua2 ended");
            let said = self.process.log();
            let whole = said.rfind('\n').map_or("", |end| said.split_at(end).0);
            let mut lines = whole.lines().enumerate().skip(self.read);
            lines
                .find(|(_, line)| line.starts_with(beginning))
                .map(|(n, line)| (n, line.to_owned()))
        });
        self.read = found.0 + 1;
        found.1
    }

    /// What it heard in its last call, once that call has ended.
    pub(crate) fn heard(&self) -> Vec<i16> {
        wait::until(PATIENCE, "pjsua2's recording", || {
            sound::read_wav(&self.folder.path().join("heard.wav"))
        })
    }

    /// It is gone from one moment to the next, as one whose cable is pulled: nobody is told.
    pub(crate) fn vanish(self) {
        drop(self);
    }
}
