//! Finds the call in its file: a journal, else a call record.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::visit::Visit;
use crate::call::{CallJournal, JournalError};
use crate::cli::journals::JournalsError;

/// How many calls an error lists.
const LISTED: usize = 5;

/// What is known of a call.
pub(super) enum Source {
    /// Everything that it was told.
    Journal(Box<CallJournal>),
    /// Its steps.
    Record(Record),
}

/// As much of a call record as is told.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    /// The call's id.
    pub(super) call: String,
    /// The flow.
    pub(super) flow: Option<String>,
    /// When it was offered.
    pub(super) started: String,
    /// When it ended.
    pub(super) ended: String,
    /// Why.
    pub(super) cause: String,
    /// Who ended it.
    pub(super) ended_by: String,
    /// Its steps.
    pub(super) steps: Vec<Visit>,
}

/// Why there is no call.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    /// The file cannot be read, or a line is neither journal nor record.
    #[error(transparent)]
    Unread(#[from] JournalsError),
    /// No call has that id.
    #[error("find the call `{0}`; the file has {1}")]
    NoSuchCall(String, String),
    /// There are several calls and none is named.
    #[error("tell which call is meant; name one with `--call`: the file has {0}")]
    Several(String),
    /// The file has no line.
    #[error("find a call; the file is empty")]
    Empty,
}

impl SourceError {
    /// Whether the arguments are at fault, and not the file.
    pub(super) const fn is_usage(&self) -> bool {
        match self {
            Self::Unread(_) | Self::Empty => false,
            Self::NoSuchCall(..) | Self::Several(_) => true,
        }
    }
}

/// The call whose id ends with `wanted`, or the only one.
///
/// # Errors
/// When the file, or the line of the call, cannot be read; when no call or several are meant.
pub(super) fn read(path: &Path, wanted: Option<&str>) -> Result<Source, SourceError> {
    let text = fs::read_to_string(path)
        .map_err(|source| JournalsError::File { path: path.to_owned(), source })?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let calls: Vec<(usize, &str, String)> =
        lines.map(|(number, line)| (number, line, id_of(line))).collect();
    let meant = |id: &str| wanted.is_none_or(|wanted| id.ends_with(wanted));
    let fitting: Vec<&(usize, &str, String)> =
        calls.iter().filter(|(_, _, id)| meant(id)).collect();
    match (fitting.as_slice(), wanted) {
        ([(number, line, _)], _) => one(line).map_err(|source| {
            JournalsError::Line { path: path.to_owned(), line: *number, source }.into()
        }),
        ([], None) => Err(SourceError::Empty),
        ([], Some(wanted)) => Err(SourceError::NoSuchCall(wanted.to_owned(), listed(&calls))),
        (_, _) => Err(SourceError::Several(listed(&calls))),
    }
}

/// The first ids.
fn listed(calls: &[(usize, &str, String)]) -> String {
    let ids: Vec<&str> = calls.iter().take(LISTED).map(|(_, _, id)| &**id).collect();
    match calls.len().saturating_sub(LISTED) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

/// The id that a line names; empty if it names none.
fn id_of(line: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        call: String,
    }
    serde_json::from_str::<Named>(line).map_or_else(|_| String::new(), |named| named.call)
}

fn one(line: &str) -> Result<Source, JournalError> {
    match CallJournal::read(line) {
        Ok(journal) => Ok(Source::Journal(Box::new(journal))),
        Err(error) => match serde_json::from_str::<Record>(line) {
            Ok(record) => Ok(Source::Record(record)),
            Err(_) => Err(error),
        },
    }
}
