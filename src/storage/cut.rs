//! Recordings that the death of the process cut off: how much of them is there, and how they become whole files.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::lines::sync_folder;
use crate::call::RecordingId;
use crate::media::{SAMPLE_RATE, WAV_HEAD, wav_head};
use crate::time::Duration;

/// The bytes of a sample.
const SAMPLE: u64 = 2;

/// How long what is on the disk of a recording is, also if it was cut off; `None` = nothing. As the
/// last seconds of one that was cut off are gone, none of them is too short.
///
/// # Errors
/// When the disk refuses to tell.
pub fn recorded_length(folder: &Path, recording: &RecordingId) -> io::Result<Option<Duration>> {
    for name in [format!("{recording}.wav"), format!("{recording}.wav.part")] {
        match std::fs::metadata(folder.join(name)) {
            Ok(file) => {
                let lasted = lasted(file.len());
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
        if lasted(length).is_zero() {
            std::fs::remove_file(part)?;
            continue;
        }
        tracing::warn!(path = %part.display(), "A recording was cut off by a crash; what there is of it is kept.");
        whole(part, samples(length))?;
        std::fs::rename(part, part.with_extension(""))?;
    }
    parts.first().map_or(Ok(()), |part| sync_folder(part))
}

/// Samples are written before the head tells of them.
fn whole(part: &Path, samples: u64) -> io::Result<()> {
    let file: File = OpenOptions::new().write(true).open(part)?;
    file.set_len(WAV_HEAD as u64 + samples * SAMPLE)?;
    file.write_all_at(&wav_head(u32::try_from(samples).map_err(io::Error::other)?), 0)?;
    file.sync_all()
}

/// The samples of a file of so many bytes.
const fn samples(length: u64) -> u64 {
    length.saturating_sub(WAV_HEAD as u64) / SAMPLE
}

/// How long a file of so many bytes is.
fn lasted(length: u64) -> Duration {
    Duration::from_micros(samples(length) * 1_000_000 / u64::from(SAMPLE_RATE))
}
