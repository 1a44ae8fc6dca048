//! Where the history is read from.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::history::Entry;

/// The longest line that is read, in bytes: a row of the history is far shorter.
const MAX_LINE: u64 = 1 << 20;

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
}

/// Hands on every entry of the files, in their order; gives how many there were.
pub(super) fn read(paths: &[PathBuf], each: &mut dyn FnMut(&Entry)) -> Result<u64, SourceError> {
    let mut count = 0;
    for path in paths {
        let fault = |source| SourceError::File { path: path.clone(), source };
        let file: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(fault)?)
        };
        count += lines(path, &mut BufReader::with_capacity(CHUNK, file), each)?;
    }
    Ok(count)
}

fn lines(
    path: &Path,
    file: &mut dyn BufRead,
    each: &mut dyn FnMut(&Entry),
) -> Result<u64, SourceError> {
    let (mut count, mut number) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = file.take(MAX_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(|source| SourceError::File { path: path.to_owned(), source })?;
        if read == 0 {
            return Ok(count);
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
        count += 1;
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
        assert_eq!((read.ok(), seen), (Some(2), vec![1, 1]));
        let error = lines(path, &mut format!("{row}\nno row\n").as_bytes(), &mut |_| {});
        let shown = error.expect_err("a fault").to_string();
        assert_eq!(shown, "read history.jsonl: line 2 is no row of a history");
    }
}
