//! Where the history is read from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::args::Period;
use super::ordered::in_order;
use crate::config::{self, ConfigError};
use crate::history::{Entry, StoreError};
use crate::project;
use crate::report::Grid;
use crate::storage::{SqliteReader, StorageError};
use crate::time::Duration;

/// The longest line that is read, in bytes: a row of the history is far shorter.
const MAX_LINE: usize = 1 << 20;

/// Where the history is if nothing says it.
const STORE: &str = "sambung.db";

/// How much before and after the days that are asked for is read of a store: contacts that were open at midnight, and
/// callers who call again.
const AROUND: Duration = Duration::from_mins(8 * 24 * 60);

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 1 << 16;

/// How many entries of a store are read at once: so many that threads seldom wait for each other, few enough that they are
/// taken over from the processor's own memory.
const ENTRIES: u32 = 1_000;

/// Why the history could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    /// The file could not be read.
    #[error("read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no row of a history.
    #[error("read {}: line {line} is no row of a history", path.display())]
    Line {
        /// Of which file.
        path: PathBuf,
        /// Which, from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// The settings could not be read.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] StorageError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hands on every entry that figures of the days of a grid may need, in order.
pub(super) fn read(
    period: &Period,
    grid: &Grid,
    each: &mut dyn FnMut(&Entry),
) -> Result<(), SourceError> {
    if !period.history.is_empty() {
        return files(&period.history, each);
    }
    let path = match &period.store {
        Some(path) => path.clone(),
        None => store_here()?,
    };
    let store = SqliteReader::open(&path)?;
    let stretches =
        store.stretches(grid.start().before(AROUND), grid.end().after(AROUND))?.into_iter();
    // Lists that were taken over are filled again.
    let spare: Mutex<Vec<Vec<Entry>>> = Mutex::default();
    let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    in_order(
        stretches.flat_map(|stretch| stretch.cut(ENTRIES)).map(Ok),
        || Ok(SqliteReader::open(&path)?),
        |store, stretch| {
            let mut entries = spare().pop().unwrap_or_default();
            store.scan(stretch, &mut entries)?;
            Ok(entries)
        },
        &mut |entries: Vec<Entry>| {
            entries.iter().for_each(&mut *each);
            spare().push(entries);
            Ok(())
        },
    )
}

/// The store that the settings here name.
fn store_here() -> Result<PathBuf, SourceError> {
    let settings = Path::new(project::SETTINGS);
    if !settings.exists() {
        return Ok(PathBuf::from(STORE));
    }
    let config = config::read_file(settings)?.config;
    Ok(config.map_or_else(|| PathBuf::from(STORE), |config| config.store))
}

/// Hands on every entry of files, in their order.
fn files(paths: &[PathBuf], each: &mut dyn FnMut(&Entry)) -> Result<(), SourceError> {
    for path in paths {
        let fault = |source| SourceError::File { path: path.clone(), source };
        let file: Box<dyn Read + Send> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(fault)?)
        };
        lines(path, file, each)?;
    }
    Ok(())
}

/// Hands on every entry of a file.
fn lines(
    path: &Path,
    file: impl Read + Send,
    each: &mut dyn FnMut(&Entry),
) -> Result<(), SourceError> {
    let fault = |source| SourceError::File { path: path.to_owned(), source };
    let mut before = 0;
    in_order(
        Blocks { file, rest: Vec::new() }.map(|block| block.map_err(fault)),
        || Ok(()),
        |(), block: Vec<u8>| Ok(page(&block)),
        &mut |Page { entries, lines, fault }: Page| {
            entries.iter().for_each(&mut *each);
            if let Some(source) = fault {
                let line = before + lines;
                return Err(SourceError::Line { path: path.to_owned(), line, source });
            }
            before += lines;
            Ok(())
        },
    )
}

/// What a block of a file holds.
struct Page {
    entries: Vec<Entry>,
    /// How many lines were read, the one that is no row included.
    lines: u64,
    fault: Option<serde_json::Error>,
}

fn page(block: &[u8]) -> Page {
    let mut page = Page { entries: Vec::new(), lines: 0, fault: None };
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        page.lines += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match Entry::from_line(line) {
            Ok(entry) => page.entries.push(entry),
            Err(fault) => {
                page.fault = Some(fault);
                break;
            }
        }
    }
    page
}

/// A file in blocks of whole lines. A line that is too long to be one of ours is cut.
struct Blocks<R> {
    file: R,
    /// The beginning of the next line.
    rest: Vec<u8>,
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut block = std::mem::take(&mut self.rest);
        while block.len() < MAX_LINE {
            let from = block.len();
            let wanted = u64::try_from(CHUNK).unwrap_or(u64::MAX);
            match self.file.by_ref().take(wanted).read_to_end(&mut block) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            if let Some(end) = block.iter().skip(from).rposition(|byte| *byte == b'\n') {
                self.rest = block.split_off(from + end + 1);
                break;
            }
        }
        (!block.is_empty()).then_some(Ok(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_entries_and_what_is_none_is_told_with_its_place() {
        let row = r#"{"epoch":1,"seq":1,"at":5,"fact":{"kind":"node_stopped"}}"#;
        let path = Path::new("history.jsonl");
        let mut seen = Vec::new();
        let mut read = |text: &str| lines(path, text.as_bytes(), &mut |entry| seen.push(entry.seq));
        assert!(read(&format!("{row}\n\n{row}")).is_ok());
        let error = read(&format!("{row}\nno row\n{row}\n"));
        let shown = error.expect_err("a fault").to_string();
        assert_eq!(shown, "read history.jsonl: line 2 is no row of a history");
        assert_eq!(seen, [1, 1, 1], "what stands before the fault was read");
    }

    /// Longer than several blocks, with an end of line wherever it falls.
    #[test]
    fn long_files_are_read_block_by_block() {
        let path = Path::new("history.jsonl");
        let row =
            |n: u64| format!(r#"{{"epoch":1,"seq":{n},"at":5,"fact":{{"kind":"node_stopped"}}}}"#);
        let (count, fault) = (30_000_u64, 29_000_u64);
        let text: String = (1..=count).map(|n| row(n) + "\n").collect();
        assert!(text.len() > 5 * CHUNK);
        let mut seen = 0;
        let read = lines(path, text.as_bytes(), &mut |entry| {
            seen += 1;
            assert_eq!(entry.seq, seen);
        });
        assert!(read.is_ok());
        assert_eq!(seen, count);
        let bad = text.replacen(&row(fault), "no row", 1);
        let error = lines(path, bad.as_bytes(), &mut |_| {}).expect_err("a fault");
        assert_eq!(error.to_string(), "read history.jsonl: line 29000 is no row of a history");
        let long = "x".repeat(3 * MAX_LINE);
        let error = lines(path, long.as_bytes(), &mut |_| {}).expect_err("a fault");
        assert_eq!(error.to_string(), "read history.jsonl: line 1 is no row of a history");
    }
}
