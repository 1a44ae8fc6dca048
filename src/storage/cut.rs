//! Recordings that the death of the process cut off: how much of them is there, and how they become whole files.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::lines::sync_folder;
use crate::call::{Channels, RecordingId};
use crate::media::{SAMPLE_RATE, WAV_HEAD, wav_head_of};
use crate::time::Duration;

/// The bytes of a sample.
const SAMPLE: u64 = 2;
/// Where the head of a WAV file tells the number of channels.
const CHANNELS_AT: u64 = 22;

/// How long what is on the disk of a recording is, also if it was cut off; `None` = nothing. As the
/// last seconds of one that was cut off are gone, none of them is too short.
///
/// # Errors
/// When the disk refuses to tell.
pub fn recorded_length(folder: &Path, recording: &RecordingId) -> io::Result<Option<Duration>> {
    for name in [format!("{recording}.wav"), format!("{recording}.wav.part")] {
        match std::fs::metadata(folder.join(&name)) {
            Ok(file) => {
                let lasted = lasted(file.len(), channels(&folder.join(name))?);
                return Ok(Some(lasted).filter(|lasted| !lasted.is_zero()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Gives every recording of a folder that was cut off its name, with a head that tells of all its samples. Of one
/// that has none nothing stays.
pub(super) fn mend(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut parts: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        parts.extend(path.extension().is_some_and(|ends| ends == "part").then_some(path));
    }
    for part in &parts {
        let length = std::fs::metadata(part)?.len();
        let channels = channels(part)?;
        if lasted(length, channels).is_zero() {
            std::fs::remove_file(part)?;
            continue;
        }
        tracing::warn!(path = %part.display(), "A recording was cut off by a crash; what there is of it is kept.");
        whole(part, channels, samples(length, channels))?;
        std::fs::rename(part, part.with_extension(""))?;
    }
    parts.first().map_or(Ok(()), |part| sync_folder(part))
}

/// Samples are written before the head tells of them.
fn whole(part: &Path, channels: Channels, samples: u64) -> io::Result<()> {
    let file: File = OpenOptions::new().write(true).open(part)?;
    file.set_len(WAV_HEAD as u64 + samples * SAMPLE * u64::from(channels.count()))?;
    let samples = u32::try_from(samples).map_err(io::Error::other)?;
    file.write_all_at(&wav_head_of(channels, samples), 0)?;
    file.sync_all()
}

/// The channels of a recording, as its head says from the beginning; one without a head has no samples either.
fn channels(path: &Path) -> io::Result<Channels> {
    let mut count = [0; 2];
    match File::open(path)?.read_exact_at(&mut count, CHANNELS_AT) {
        Ok(()) if u16::from_le_bytes(count) == Channels::Stereo.count() => Ok(Channels::Stereo),
        Ok(()) => Ok(Channels::Mono),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Channels::Mono),
        Err(error) => Err(error),
    }
}

/// The samples of each channel in a file of so many bytes.
fn samples(length: u64, channels: Channels) -> u64 {
    length.saturating_sub(WAV_HEAD as u64) / (SAMPLE * u64::from(channels.count()))
}

/// How long a file of so many bytes is.
fn lasted(length: u64, channels: Channels) -> Duration {
    Duration::from_micros(samples(length, channels) * 1_000_000 / u64::from(SAMPLE_RATE))
}
