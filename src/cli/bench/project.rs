//! The project of a server under test, in a temporary folder: configuration, one flow, two prompts.

use std::f64::consts::TAU;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;

use rcgen::CertifiedKey;
use tempfile::TempDir;

use super::error::BenchError;
use crate::media::wav_head;

/// Sound for longer than any call is measured, and for what follows the key: name, hertz, seconds.
const FIRST: (&str, f64, u32) = ("first.wav", 500.0, 60);
const SECOND: (&str, f64, u32) = ("second.wav", 2_000.0, 10);
const RATE: u32 = 8_000;
const AMPLITUDE: f64 = 8_000.0;

const FLOW: &str = "\
sambung: 1
flow: load
language: en
start: menu
prompts:
  first: { audio: first.wav }
  second: { audio: second.wav }
nodes:
  menu:
    menu: first
    choices:
      1: { goto: second }
    failed: bye
  second:
    say: second
    next: bye
  bye:
    hangup: second
";

/// The certificate of the server, in its folder, and the key to it.
pub(super) const CERTIFICATE: &str = "cert.pem";
const KEY: &str = "key.pem";

/// Writes the project of a server that takes UDP on one port and, if it is to, TLS on another; it is gone when the folder
/// is dropped.
///
/// # Errors
/// [`BenchError::Project`] where a file cannot be written.
pub(super) fn write(sip_port: u16, tls_port: Option<u16>) -> Result<TempDir, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::system("a temporary folder"))?;
    let udp = format!("\"udp:127.0.0.1:{sip_port}\"");
    let listen = match tls_port {
        None => format!("listen: [{udp}]"),
        Some(port) => format!(
            "listen: [{udp}, \"tls:127.0.0.1:{port}\"], \
             tls: {{ certificate: {CERTIFICATE}, key: {KEY} }}"
        ),
    };
    let config = format!(
        "sambung: 1\nlanguages: [en]\nanswer: {{ after: 0s }}\nroutes: [{{ default: load }}]\n\
         sip: {{ advertise: 127.0.0.1, {listen} }}\n\
         rtp: {{ ports: 10000-31999 }}\nlimits: {{ calls: 10000 }}\n"
    );
    let path = folder.path();
    for part in ["flows", "audio"] {
        let part = path.join(part);
        fs::create_dir(&part).map_err(unwritten(&part))?;
    }
    place(&path.join("sambung.yaml"), config.as_bytes())?;
    place(&path.join("flows/load.yaml"), FLOW.as_bytes())?;
    if tls_port.is_some() {
        let named = vec![Ipv4Addr::LOCALHOST.to_string()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(named)
            .map_err(|error| BenchError::system("a certificate")(io::Error::other(error)))?;
        place(&path.join(CERTIFICATE), cert.pem().as_bytes())?;
        place(&path.join(KEY), signing_key.serialize_pem().as_bytes())?;
    }
    for (name, hertz, seconds) in [FIRST, SECOND] {
        place(&path.join("audio").join(name), &tone(hertz, seconds))?;
    }
    Ok(folder)
}

fn place(path: &Path, bytes: &[u8]) -> Result<(), BenchError> {
    fs::write(path, bytes).map_err(unwritten(path))
}

fn unwritten(path: &Path) -> impl Fn(io::Error) -> BenchError {
    move |source| BenchError::Project { path: path.to_owned(), source: source.into() }
}

/// A sine as a WAV file.
fn tone(hertz: f64, seconds: u32) -> Vec<u8> {
    let count = RATE * seconds;
    let mut wav = wav_head(count).to_vec();
    for n in 0..count {
        // The shift keeps samples off zero, so that the sign of each is plain.
        let turns = hertz * f64::from(n) / f64::from(RATE) + 0.0625;
        #[expect(clippy::cast_possible_truncation, reason = "within the amplitude")]
        let level = ((turns * TAU).sin() * AMPLITUDE) as i16;
        wav.extend(level.to_le_bytes());
    }
    wav
}
