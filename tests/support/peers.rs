//! Which peers this machine has, and what happens to a test whose peer is missing.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::kamailio;

/// A program that nobody of this project wrote and that the tests talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// SIPp, of the Debian package `sip-tester`.
    Sipp,
    /// SIPp sending keys by `play_dtmf`, which needs a raw socket and so the rights of root.
    SippKeys,
    /// baresip, of the Debian package `baresip-core`.
    Baresip,
    /// pjsua2 for Python, of the wheel `pjsua2-python`, in the Python that `SAMBUNG_PYTHON` names.
    Pjsua2,
    /// linphonec, of the Debian package `linphone-cli`.
    Linphone,
    /// Kamailio, of the Debian package `kamailio`.
    Kamailio,
    /// OpenSSL's command line, of the Debian package `openssl`.
    Openssl,
}

impl Peer {
    /// What is missing, if anything is.
    fn lack(self) -> Option<&'static str> {
        match self {
            Self::Sipp if on_path("sipp") => None,
            Self::Sipp => Some("sipp not found (Debian package sip-tester)"),
            Self::SippKeys => {
                Self::Sipp.lack().or_else(|| (!is_root()).then_some("sipp needs root to send keys"))
            }
            Self::Baresip if on_path("baresip") => None,
            Self::Baresip => Some("baresip not found (Debian package baresip-core)"),
            Self::Linphone if on_path("linphonec") => None,
            Self::Linphone => Some("linphonec not found (Debian package linphone-cli)"),
            Self::Kamailio if Path::new(kamailio::PROGRAM).is_file() => None,
            Self::Kamailio => Some("kamailio not found (Debian package kamailio)"),
            Self::Openssl if on_path("openssl") => None,
            Self::Openssl => Some("openssl not found (Debian package openssl)"),
            Self::Pjsua2 if has_pjsua2() => None,
            Self::Pjsua2 => Some("pjsua2 not found (wheel pjsua2-python; SAMBUNG_PYTHON)"),
        }
    }
}

/// Whether the test `name` can run with its peers.
///
/// If not, it says so past the test runner's capture, and fails where `SAMBUNG_PEERS=required` is set.
pub(crate) fn ready(name: &str, peers: &[Peer]) -> bool {
    let Some(lack) = peers.iter().find_map(|peer| peer.lack()) else { return true };
    let required = std::env::var("SAMBUNG_PEERS").is_ok_and(|value| value == "required");
    assert!(!required, "{name}: {lack}, and SAMBUNG_PEERS=required forbids to skip the test");
    writeln!(std::io::stderr(), "SKIPPED: {lack}: {name}").expect("stderr takes a line");
    false
}

/// Ends the test unless its peers are there.
#[macro_export]
macro_rules! needs {
    ($name:expr, $($peer:ident),+) => {
        if !$crate::support::peers::ready($name, &[$($crate::support::peers::Peer::$peer),+]) {
            return;
        }
    };
}

/// The Python that has what the tests need.
pub(crate) fn python() -> OsString {
    std::env::var_os("SAMBUNG_PYTHON").unwrap_or_else(|| "python3".into())
}

fn has_pjsua2() -> bool {
    let tried = Command::new(python()).args(["-c", "import pjsua2"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn is_root() -> bool {
    Path::new("/proc/self").exists()
        && Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
