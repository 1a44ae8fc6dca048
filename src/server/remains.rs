//! What a process that died left beside the history: the ends of calls in the file of call records, and messages of callers
//! who were cut off. It is told with the beginning of the next epoch, whole or not at all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use super::ServerError;
use crate::call::{CallId, EndedBy, HangupCause, RecordingId};
use crate::engine::Course;
use crate::history::{
    End, Fact, Filter, Found, LiveCall, MAX_PAGE, Position, Row, Store, finished,
};
use crate::storage::{StorageError, recorded_length};
use crate::time::{Duration, Wall};

/// How much of the end of the file of call records is looked at: that of far more calls than end in a second.
const RECORDS_READ: u64 = 4 << 20;

/// The records that the end of the file of call records holds, each as it is written there: a record may be on the disk
/// when the word of the call's end is not yet.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<(CallId, Wall), Arc<str>>);

impl Told {
    /// Reads the end of the file; one that is not there tells nothing.
    pub(super) fn read(records: &Path) -> Self {
        #[derive(Deserialize)]
        struct Told {
            call: CallId,
            ended: String,
        }
        let end = end_of(records).unwrap_or_default();
        // The first line may be cut: it is then of a call that ended long before.
        let lines = end.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
        let told = lines.filter_map(|line| {
            let Told { call, ended } = serde_json::from_str(line).ok()?;
            Some(((call, Wall::parse_rfc3339(&ended)?), line.into()))
        });
        Self(told.collect())
    }

    /// The newest record of a call, and when it ended.
    pub(super) fn of(&self, call: CallId) -> Option<(Wall, &Arc<str>)> {
        let ends = Wall::from_unix_micros(i64::MIN)..=Wall::from_unix_micros(i64::MAX);
        let mut of = self.0.range((call, *ends.start())..=(call, *ends.end()));
        of.next_back().map(|((_, ended), record)| (*ended, record))
    }

    /// Whether there is a record of what ended then: one of several tries to call somebody back.
    pub(super) fn holds(&self, call: CallId, ended: Wall) -> bool {
        self.0.contains_key(&(call, ended))
    }

    /// When the oldest of them ended.
    pub(super) fn since(&self) -> Option<Wall> {
        self.0.keys().map(|(_, ended)| *ended).min()
    }

    /// How a call ended by its record.
    fn end(&self, call: CallId, to_human: bool) -> Option<End> {
        #[derive(Deserialize)]
        struct Ended {
            answered: Option<String>,
            cause: HangupCause,
            ended_by: EndedBy,
            notes: BTreeMap<String, Json>,
            steps: Vec<Step>,
        }
        #[derive(Deserialize)]
        struct Step {
            verb: String,
            outcome: Option<String>,
        }
        let record: Ended = serde_json::from_str(self.of(call)?.1).ok()?;
        let steps: Vec<_> =
            record.steps.iter().map(|step| (step.verb.as_str(), step.outcome.as_deref())).collect();
        let course = Course {
            resolved: record.notes.get("resolved").and_then(Json::as_bool),
            answered: record.answered.is_some(),
            cause: record.cause,
            by: record.ended_by,
            steps: &steps,
        };
        let outcome = course.outcome(to_human);
        Some(End { outcome, cause: record.cause, by: record.ended_by })
    }
}

/// When a call ended by its record.
pub(super) fn ended_at(record: &str) -> Option<Wall> {
    let record: Json = serde_json::from_str(record).ok()?;
    Wall::parse_rfc3339(record.get("ended")?.as_str()?)
}

fn end_of(records: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(records)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(RECORDS_READ)))?;
    let mut end = Vec::new();
    file.take(RECORDS_READ).read_to_end(&mut end)?;
    Ok(end)
}

/// Looks for what calls left behind that the history has under way. It reads a few rows of each of them.
pub(super) fn found(
    store: &dyn Store,
    calls: &BTreeMap<CallId, LiveCall>,
    told: &Told,
    recordings: &Path,
    at: Wall,
) -> Result<Found, ServerError> {
    let mut found = Found::default();
    for (call, live) in calls {
        let end = told.end(*call, live.queued);
        found.rows.extend(messages(store, *call, recordings, end.is_some(), at)?);
        found.ends.extend(end.map(|end| (*call, end)));
    }
    Ok(found)
}

/// The rows that finish what a caller was recorded saying. A call that came to its end has opened its tickets itself.
fn messages(
    store: &dyn Store,
    call: CallId,
    folder: &Path,
    has_ended: bool,
    at: Wall,
) -> Result<Vec<Row>, ServerError> {
    let kinds = vec!["recording_began", "recording_kept", "recording_lost", "ticket_opened"];
    let filter = Filter { contact: Some(call), kinds, private: true, ..Filter::default() };
    let mut open: BTreeMap<RecordingId, Begun> = BTreeMap::new();
    for entry in store.entries(Position::default(), &filter, MAX_PAGE)? {
        match &entry.row.fact {
            Fact::RecordingBegan { recording, .. } => {
                let (recording, kept) = (recording.clone(), false);
                open.insert(recording, Begun { row: entry.row, kept });
            }
            Fact::RecordingKept { recording, .. } => {
                open.entry(recording.clone()).and_modify(|begun| begun.kept = true);
            }
            Fact::RecordingLost { recording, .. }
            | Fact::TicketOpened { recording: Some(recording), .. } => drop(open.remove(recording)),
            _ => {}
        }
    }
    let mut rows = Vec::new();
    for (recording, Begun { mut row, kept }) in open {
        if has_ended && let Fact::RecordingBegan { message, .. } = &mut row.fact {
            *message = None;
        }
        let lasted = match kept {
            true => None,
            false => match length(folder, &recording)? {
                None => continue,
                lasted => lasted,
            },
        };
        rows.extend(finished(&row, lasted, at));
    }
    Ok(rows)
}

/// A recording that began.
struct Begun {
    row: Row,
    /// Whether it was told that it is kept.
    kept: bool,
}

fn length(folder: &Path, recording: &RecordingId) -> Result<Option<Duration>, StorageError> {
    let path = || folder.join(recording.as_str());
    recorded_length(folder, recording).map_err(|source| StorageError::Read { path: path(), source })
}

#[cfg(test)]
mod tests;
