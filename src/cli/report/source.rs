//! Where the history is read from.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::args::Period;
use crate::config::{self, ConfigError};
use crate::history::{Entry, Filter, MAX_PAGE, Position, StoreError};
use crate::project;
use crate::report::Grid;
use crate::storage::{SqliteReader, StorageError};
use crate::time::Duration;

/// The longest line that is read, in bytes: a row of the history is far shorter.
const MAX_LINE: u64 = 1 << 20;

/// Where the history is if nothing says it.
const STORE: &str = "sambung.db";

/// How much before and after the days that are asked for is read of a store: contacts that were open at midnight, and
/// callers who call again.
const AROUND: Duration = Duration::from_mins(8 * 24 * 60);

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 1 << 18;

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
    let (since, until) = (grid.start().before(AROUND), grid.end().after(AROUND));
    let filter = Filter { since: Some(since), until: Some(until), ..Filter::default() };
    let mut after = Position::default();
    loop {
        let page = store.entries(after, &filter, MAX_PAGE)?;
        page.iter().for_each(&mut *each);
        match page.last() {
            Some(last) if page.len() == MAX_PAGE => after = last.position(),
            Some(_) | None => return Ok(()),
        }
    }
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
        let file: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(fault)?)
        };
        lines(path, &mut BufReader::with_capacity(CHUNK, file), each)?;
    }
    Ok(())
}

fn lines(
    path: &Path,
    file: &mut dyn BufRead,
    each: &mut dyn FnMut(&Entry),
) -> Result<(), SourceError> {
    let mut number = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = file.take(MAX_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(|source| SourceError::File { path: path.to_owned(), source })?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match Entry::from_line(&line) {
            Ok(entry) => each(&entry),
            Err(source) => {
                return Err(SourceError::Line { path: path.to_owned(), line: number, source });
            }
        }
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
        let read = lines(path, &mut format!("{row}\n\n{row}").as_bytes(), &mut |entry| {
            seen.push(entry.seq);
        });
        assert!(read.is_ok());
        assert_eq!(seen, [1, 1]);
        let error = lines(path, &mut format!("{row}\nno row\n").as_bytes(), &mut |_| {});
        let shown = error.expect_err("a fault").to_string();
        assert_eq!(shown, "read history.jsonl: line 2 is no row of a history");
    }
}
