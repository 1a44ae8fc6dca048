//! Reads journals of calls: files of one JSON object on each line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::call::{CallJournal, JournalError};

/// Why journals cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalsError {
    /// The file cannot be read.
    #[error("read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line of it is no journal.
    #[error("read {}:{line}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        #[source]
        source: JournalError,
    },
}

/// The journals of all files, in order; empty lines are passed over.
///
/// # Errors
/// At the first file or line that cannot be read.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<CallJournal>, JournalsError> {
    let mut journals = Vec::new();
    for path in files {
        read_into(path, &mut journals)?;
    }
    Ok(journals)
}

fn read_into(path: &Path, journals: &mut Vec<CallJournal>) -> Result<(), JournalsError> {
    let text = fs::read_to_string(path)
        .map_err(|source| JournalsError::File { path: path.to_owned(), source })?;
    for (line, written) in (1..).zip(text.lines()) {
        if !written.trim().is_empty() {
            let journal = CallJournal::read(written).map_err(|source| JournalsError::Line {
                path: path.to_owned(),
                line,
                source,
            })?;
            journals.push(journal);
        }
    }
    Ok(())
}
