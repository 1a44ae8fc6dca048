//! Which recordings there are and till when they are kept: `index.jsonl` beside them.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lines::{LineFile, sync_folder};
use crate::call::RecordingId;
use crate::time::{Duration, Wall};

/// The mode of the file.
const FILE_MODE: u32 = 0o600;

/// The index of a folder.
#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    file: Option<LineFile>,
}

/// One recording. Times are RFC 3339 UTC, which as text are in the order of time.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    recording: RecordingId,
    made: String,
    /// When it is to be deleted; `None` = by hand only.
    until: Option<String>,
}

impl Index {
    pub(super) fn new(folder: &Path) -> Self {
        Self { path: folder.join("index.jsonl"), file: None }
    }

    /// Adds a recording that is about to begin.
    pub(super) fn add(
        &mut self,
        recording: &RecordingId,
        now: Wall,
        keep: Option<Duration>,
    ) -> io::Result<()> {
        let until = keep.map(|keep| now.after(keep).to_rfc3339());
        let entry = Entry { recording: recording.clone(), made: now.to_rfc3339(), until };
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(LineFile::open(&self.path, FILE_MODE)?),
        };
        file.append(line.as_bytes())
    }

    /// Deletes recordings beyond their time and forgets those that are gone. Tells how many were deleted.
    pub(super) fn sweep(&mut self, folder: &Path, now: Wall) -> io::Result<usize> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        let (now, mut deleted, mut left) = (now.to_rfc3339(), 0, String::new());
        for line in BufReader::new(file).lines() {
            let line = line?;
            let Ok(entry) = serde_json::from_str::<Entry>(&line) else { continue };
            let whole = folder.join(format!("{}.wav", entry.recording));
            let part = folder.join(format!("{}.wav.part", entry.recording));
            if whole.exists() && entry.until.is_some_and(|until| until <= now) {
                std::fs::remove_file(&whole)?;
                deleted += 1;
            } else if whole.exists() || part.exists() {
                left += &line;
                left.push('\n');
            }
        }
        self.replace(&left)?;
        Ok(deleted)
    }

    /// Puts a new file in the place of the old one, whole or not at all.
    fn replace(&mut self, text: &str) -> io::Result<()> {
        let new = self.path.with_extension("jsonl.new");
        let mut options = File::options();
        let mut file =
            options.write(true).create(true).truncate(true).mode(FILE_MODE).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        self.file = None;
        sync_folder(&self.path)
    }
}
