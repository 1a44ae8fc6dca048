//! A project of its own in a temporary folder: configuration, one flow, two prompts.

use std::fs;
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::TempDir;

/// Sound for longer than any call is measured, and for what follows the key.
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

/// Writes the project; it is gone when the folder is dropped.
pub(crate) fn write(sip_port: u16) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = format!(
        "sambung: 1\nlanguages: [en]\nanswer: {{ after: 0s }}\nroutes: [{{ default: load }}]\n\
         sip: {{ listen: [\"udp:127.0.0.1:{sip_port}\"], advertise: 127.0.0.1 }}\n\
         rtp: {{ ports: 10000-31999 }}\nlimits: {{ calls: 10000 }}\n"
    );
    let path = folder.path();
    let place = |name: &str, text: &str| fs::write(path.join(name), text).expect("a file");
    place("sambung.yaml", &config);
    for part in ["flows", "audio"] {
        fs::create_dir(path.join(part)).expect("a folder");
    }
    place("flows/load.yaml", FLOW);
    for (name, hertz, seconds) in [FIRST, SECOND] {
        tone(&path.join("audio").join(name), hertz, seconds);
    }
    folder
}

fn tone(path: &Path, hertz: f64, seconds: u32) {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut wav = WavWriter::create(path, spec).expect("a WAV file");
    for n in 0..RATE * seconds {
        // The shift keeps samples off zero, so that the sign of each is plain.
        let turns = hertz * f64::from(n) / f64::from(RATE) + 0.0625;
        let level = (turns * std::f64::consts::TAU).sin() * AMPLITUDE;
        #[expect(clippy::cast_possible_truncation, reason = "within the amplitude")]
        wav.write_sample(level as i16).expect("a sample");
    }
    wav.finalize().expect("a WAV file");
}
