//! A Kamailio in front of a server, with the very configuration that the README shows.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::{ports, wait};

/// The program, which Debian puts where `PATH` of a user does not look.
pub(crate) const PROGRAM: &str = "/usr/sbin/kamailio";
/// The README's title of the recipes.
const SECTION: &str = "## Connect it in ten lines\n";
/// Where the recipe has Kamailio, and where the node.
const SHOWN: (&str, &str) = ("192.0.2.5:5060", "192.0.2.10:5060");
/// How long it may take to end.
const GRACE: Duration = Duration::from_secs(3);
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running Kamailio.
#[derive(Debug)]
pub(crate) struct Kamailio {
    process: Process,
    address: SocketAddr,
    /// What it keeps there must stay.
    _folder: TempDir,
}

/// The README's section of recipes.
pub(crate) fn section() -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("there is a README");
    let (_, section) = readme.split_once(SECTION).expect("it has the section");
    section.split_once("\n## ").expect("which is not the last").0.to_owned()
}

/// What the recipe has Kamailio configured with.
fn recipe() -> String {
    let section = section();
    let (_, block) = section.split_once("```kamailio\n").expect("it has the block");
    block.split_once("```").expect("which ends").0.to_owned()
}

impl Kamailio {
    /// Where one will be.
    pub(crate) fn address() -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, ports::one()))
    }

    /// Starts it there, in front of a node.
    pub(crate) fn start(address: SocketAddr, node: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder for Kamailio");
        let text =
            recipe().replace(SHOWN.0, &address.to_string()).replace(SHOWN.1, &node.to_string());
        let file = folder.path().join("kamailio.cfg");
        fs::write(&file, text).expect("the folder takes files");
        let mut command = Command::new("setpriv");
        // It would outlive a test program that is killed.
        command.args([
            "--pdeathsig",
            "KILL",
            PROGRAM,
            "-DD",
            "-E",
            "-n",
            "1",
            "-m",
            "32",
            "-M",
            "4",
        ]);
        command.arg("-f").arg(file).arg("-Y").arg(folder.path());
        let process = Process::start("kamailio", &mut command, &folder.path().join("log"));
        let mut kamailio = Self { process, address, _folder: folder };
        wait::until(PATIENCE, "Kamailio to listen", || {
            assert!(kamailio.process.is_running(), "Kamailio ended");
            UdpSocket::bind(address).is_err().then_some(())
        });
        kamailio
    }

    /// The address of a number that is called by way of it.
    pub(crate) fn number(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.address)
    }
}

impl Drop for Kamailio {
    /// It takes its own children along if it is asked to end, not if it is killed.
    fn drop(&mut self) {
        self.process.terminate();
        let asked = wait::now();
        while self.process.is_running() && asked.elapsed() < GRACE {
            wait::pause(Duration::from_millis(10));
        }
    }
}
