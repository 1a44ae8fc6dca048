//! A file of numbered entries, one JSON object a line: every number is given once, and is on the disk before anybody
//! hears it.
//!
//! The file is made when the first entry comes. It may be moved away at any time (rotation): the next entry starts a
//! new one, whose first line says how far the numbers had come.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value as Json;

use super::lines::{LineFile, sync_folder};

/// The number before the first one: numbers are short enough to be read aloud, and never a single digit.
const BEFORE_FIRST: u64 = 1_000;
/// The mode of the files: entries hold numbers and words of callers in clear.
const FILE_MODE: u32 = 0o600;

/// The book.
#[derive(Debug)]
pub(super) struct Book {
    path: PathBuf,
    file: Option<LineFile>,
    /// The last number that was given.
    last: u64,
}

/// The first line of a file that follows another one.
#[derive(Debug, Serialize)]
struct Continued {
    v: u8,
    /// The last number of the file before.
    after: String,
}

impl Book {
    /// Opens the book and shows every entry that it holds to `each`. A line that is no entry is passed over.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn open(path: &Path, mut each: impl FnMut(&Json)) -> io::Result<Self> {
        let mut book = Self { path: path.to_owned(), file: None, last: BEFORE_FIRST };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(book),
            Err(error) => return Err(error),
        };
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            let Ok(entry) = serde_json::from_slice::<Json>(&line) else {
                tracing::warn!(path = %path.display(), "A line cannot be read and is passed over.");
                continue;
            };
            let number = |key: &str| entry.get(key)?.as_str()?.parse().ok();
            if let Some(number) = number("number").or_else(|| number("after")) {
                book.last = book.last.max(number);
            }
            each(&entry);
        }
        Ok(book)
    }

    /// The number that a new entry is to have.
    pub(super) fn next_number(&self) -> u64 {
        self.last + 1
    }

    /// Adds an entry under `number`, and returns when it is on the disk.
    ///
    /// # Errors
    /// When the disk refuses. The number is then free again.
    pub(super) fn append(&mut self, number: u64, entry: &impl Serialize) -> io::Result<()> {
        let mut lines = String::new();
        let mut file = match self.file.take() {
            Some(file) => file,
            None => LineFile::open(&self.path, FILE_MODE)?,
        };
        let begins = file.moved_away() || std::fs::metadata(&self.path)?.len() == 0;
        if begins && self.last > BEFORE_FIRST {
            let continued = Continued { v: 1, after: self.last.to_string() };
            lines += &serde_json::to_string(&continued)?;
            lines.push('\n');
        }
        lines += &serde_json::to_string(entry)?;
        lines.push('\n');
        let written = file.append(lines.as_bytes());
        self.file = Some(file);
        written?;
        if begins {
            sync_folder(&self.path)?;
        }
        self.last = self.last.max(number);
        Ok(())
    }
}
