//! `sambung dtmf`: the keys that a recording or a captured line carries.

mod capture;
mod datagram;
mod fragments;
mod sound;
mod stream;
mod streams;
mod wave;

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{exit, print};
use crate::media::{MAX_WAV_BYTES, Recording, WavError};
use capture::{Capture, CaptureError};
use sound::FoundKey;
use streams::Streams;

/// List the telephone keys in WAV files and packet captures.
///
/// One line for each file: its path, the keys, and when each began in milliseconds since the beginning of the file,
/// parted by tabs. A file without keys has two empty fields. In a capture (pcap or pcapng) the keys of all RTP streams
/// count: telephone-events, else tones in G.711 audio. Each channel of a WAV file (at most 8) is heard for itself, and the
/// keys of all are listed together, in the order of time. A key that several streams of a capture, or several channels of a
/// WAV file, carry at the same time counts once.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: sambung dtmf call.wav line.pcap
  call.wav	0812#	320,655,990,1325,1660
  line.pcap	1	2040

Exit codes: 0 every file was read, 3 one could not be; the others are listed all the same.")]
pub(crate) struct DtmfArgs {
    /// WAV files of any rate and 1 to 8 channels (PCM, float, A-law, µ-law), and captures of any network (Ethernet, Linux cooked, raw IP, loopback)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Lists each stream of a capture on a line of its own: `PATH 10.0.0.1:4000>10.0.0.2:4002/SSRC`
    #[arg(long)]
    streams: bool,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each file, its fields parted by tabs
    Text,
    /// A JSON object for each file, with the length and the origin of each key
    Json,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("read {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("read {}", path.display())]
    Wav {
        path: PathBuf,
        #[source]
        source: WavError,
    },
    #[error("read {}", path.display())]
    Capture {
        path: PathBuf,
        #[source]
        source: CaptureError,
    },
    #[error("read {}: it is neither a WAV file nor a packet capture (pcap, pcapng)", path.display())]
    Unknown { path: PathBuf },
    #[error("print the keys")]
    Print(#[source] io::Error),
}

/// What is found in one file, or in one stream of it.
#[derive(Debug)]
struct Line {
    name: String,
    keys: Vec<FoundKey>,
}

/// Lists the keys of each file.
pub(crate) fn run(args: &DtmfArgs) -> ExitCode {
    let mut code = exit::CLEAN;
    for path in &args.files {
        let shown = lines(path, args.streams).and_then(|lines| {
            lines.iter().try_for_each(|line| print(line, args.format)).map_err(ReadError::Print)
        });
        if let Err(error) = shown {
            print::error(&error);
            code = exit::UNREADABLE;
        }
    }
    code.into()
}

/// The keys in the bytes of a WAV file or a capture; `None` if they are neither.
#[must_use]
pub fn keys_of_file(bytes: &[u8]) -> Option<String> {
    let lines = read(Path::new("-"), bytes, false).ok()?;
    Some(lines.iter().flat_map(|line| &line.keys).map(|key| key.symbol.as_char()).collect())
}

/// What is heard of the bytes of a WAV file, however it is written, each channel for itself; `None` if it cannot be read.
#[must_use]
pub fn channels_of_wav(bytes: &[u8]) -> Option<Vec<Recording>> {
    wave::read(bytes).ok().map(|sound| sound.channels)
}

/// Reads one file.
fn lines(path: &Path, apart: bool) -> Result<Vec<Line>, ReadError> {
    let fault = |source| ReadError::File { path: path.to_owned(), source };
    read(path, BufReader::new(File::open(path).map_err(fault)?), apart)
}

/// Reads what is in a file.
fn read(path: &Path, mut file: impl Read, apart: bool) -> Result<Vec<Line>, ReadError> {
    let name = path.display().to_string();
    let fault = |source| ReadError::File { path: path.to_owned(), source };
    let mut magic = [0; 4];
    let mut length = 0;
    while length < magic.len() {
        match file.read(&mut magic[length..]).map_err(fault)? {
            0 => break,
            more => length += more,
        }
    }
    if wave::is_wav(magic) {
        let mut bytes = magic.to_vec();
        // One byte more than is taken, so that a larger file is refused as that.
        file.take(MAX_WAV_BYTES as u64).read_to_end(&mut bytes).map_err(fault)?;
        let sound = wave::read(&bytes)
            .map_err(|source| ReadError::Wav { path: path.to_owned(), source })?;
        if sound.cut {
            eprintln!("warning: {name} ends in the middle; what comes before it is listed");
        }
        let keys = sound.channels.into_iter().map(sound::keys_of);
        return Ok(vec![Line { name, keys: streams::joined(keys) }]);
    }
    if !capture::is_capture(magic) {
        return Err(ReadError::Unknown { path: path.to_owned() });
    }
    let fault = |source| ReadError::Capture { path: path.to_owned(), source };
    let mut capture = Capture::open(magic, file).map_err(fault)?;
    let mut streams = Streams::default();
    while let Some(packet) = capture.next_packet().map_err(fault)? {
        streams.take(packet.at_micros, packet.link, packet.bytes);
    }
    if capture.is_cut() {
        eprintln!("warning: {name} ends in the middle of a packet; what comes before it is listed");
    }
    if streams.left_out() > 0 {
        eprintln!(
            "warning: {name} holds too many streams; {} packets were left out",
            streams.left_out()
        );
    }
    if apart {
        let lines = streams.finish().into_iter();
        return Ok(lines
            .map(|(stream, keys)| Line { name: format!("{name} {stream}"), keys })
            .collect());
    }
    Ok(vec![Line {
        name,
        keys: streams::joined(streams.finish().into_iter().map(|(_, keys)| keys)),
    }])
}

fn print(line: &Line, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let digits: String = line.keys.iter().map(|key| key.symbol.as_char()).collect();
    let onsets = line.keys.iter().map(|key| key.onset_ms);
    match format {
        Format::Text => {
            let onsets: Vec<String> = onsets.map(|onset| onset.to_string()).collect();
            writeln!(out, "{}\t{digits}\t{}", line.name, onsets.join(","))
        }
        Format::Json => {
            let keys: Vec<_> = line
                .keys
                .iter()
                .map(|key| {
                    json!({
                        "key": key.symbol,
                        "onset_ms": key.onset_ms,
                        "duration_ms": key.duration_ms,
                        "source": key.source.as_str(),
                    })
                })
                .collect();
            let onsets: Vec<u64> = onsets.collect();
            let object =
                json!({ "file": line.name, "digits": digits, "onsets_ms": onsets, "keys": keys });
            writeln!(out, "{object}")
        }
    }
}

#[cfg(test)]
mod tests;
