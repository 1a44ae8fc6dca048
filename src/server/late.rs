//! What the file of call records lacks after a process died: the disk may have taken the history and not yet the file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::remains::{Told, ended_at};
use crate::call::{CallId, CallRecord, Direction, EndedBy, HangupCause, mask_number};
use crate::history::{
    Entry, Fact, Filter, LiveCall, MAX_PAGE, Position, Row, Standing, Store, StoreError,
};
use crate::storage::Leaving;
use crate::time::{Duration, Wall};

/// How many of the last rows of the history are looked through for calls that ended: those of several busy seconds.
const ROWS_READ: u64 = 20_000;
/// How long before the last row of a process that died calls are looked for where the file does not reach back so far:
/// what ended before is in one that was moved away.
const FILE_BEHIND: Duration = Duration::from_secs(10);

/// What the file of call records lacks of calls that ended right before the process did: the disk may have taken the
/// history and not yet the file.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// Records that the store has.
    pub(super) kept: Vec<Kept>,
    /// Records of calls of which only the end was kept.
    pub(super) unkept: Vec<CallRecord>,
}

/// A record as the store has it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Kept {
    record: serde_json::Value,
    #[serde(skip)]
    call: CallId,
}

impl Kept {
    fn read(call: CallId, record: &str) -> Option<Self> {
        Some(Self { record: serde_json::from_str(record).ok()?, call })
    }
}

impl Leaving for Kept {
    const NAME: &'static str = CallRecord::NAME;

    fn call(&self) -> CallId {
        self.call
    }

    fn give_up(line: &str) {
        CallRecord::give_up(line);
    }
}

/// Looks for the records of the calls that ended last, and of the last tries to call somebody back.
///
/// The file is to hold everything since its oldest line and, where the process died, of its last seconds; a file that was
/// moved away holds the rest. What is in neither, the history let go of or forgot.
pub(super) fn late(store: &dyn Store, before: &Standing, told: &Told) -> Result<Late, StoreError> {
    let mut late = Late::default();
    let died = (!before.stopped).then(|| before.at.before(FILE_BEHIND));
    let Some(since) = told.since().into_iter().chain(died).min() else { return Ok(late) };
    let newest = before.newest;
    let after = Position { epoch: newest.epoch, seq: newest.seq.saturating_sub(ROWS_READ) };
    let kinds = vec!["call_ended", "callback_tried", "callback_ended"];
    let ended = Filter { kinds, since: Some(since), ..Filter::default() };
    let mut wishes = BTreeSet::new();
    for end in store.entries(after, &ended, MAX_PAGE)? {
        match end.row.fact {
            Fact::CallEnded { contact, .. } if told.of(contact).is_none() => {
                match store.records(contact)?.pop() {
                    Some(record) => late.kept.extend(Kept::read(contact, &record)),
                    None if died.is_some_and(|died| died <= end.row.at) => {
                        late.unkept.extend(unkept(store, &end)?);
                    }
                    None => {}
                }
            }
            Fact::CallbackTried { contact, .. } | Fact::CallbackEnded { contact, .. }
                if wishes.insert(contact) =>
            {
                let tries = store.records(contact)?.into_iter();
                let tries = tries.filter_map(|record| Some((ended_at(&record)?, record)));
                let lacks = tries.filter(|(at, _)| since <= *at && !told.holds(contact, *at));
                late.kept.extend(lacks.filter_map(|(_, record)| Kept::read(contact, &record)));
            }
            _ => {}
        }
    }
    Ok(late)
}

/// The record of a call of which only the end was kept.
fn unkept(store: &dyn Store, end: &Entry) -> Result<Option<CallRecord>, StoreError> {
    let Fact::CallEnded { contact, cause, by, .. } = end.row.fact else { return Ok(None) };
    let filter = Filter {
        contact: Some(contact),
        kinds: vec!["call_began"],
        private: true,
        ..Filter::default()
    };
    let began = store.entries(Position::default(), &filter, 1)?.pop();
    Ok(began.map(|began| {
        let live = LiveCall { began: began.row, queued: false };
        let record = interrupted(contact, &live, end.row.at);
        CallRecord { cause, ended_by: by, ..record }
    }))
}

/// The record of a call that died with its process: what its beginning says of it.
pub(super) fn interrupted(call: CallId, live: &LiveCall, ended: Wall) -> CallRecord {
    let Row { at, fact, private } = &live.began;
    let number = private.as_ref().and_then(|private| private.0.get("number"));
    let mut record = CallRecord {
        v: 1,
        call,
        attempt: None,
        caller: number.map(|number| mask_number(number)),
        asserted: false,
        called: Arc::default(),
        diverted_from: None,
        trunk: None,
        direction: Direction::In,
        adapter: Arc::default(),
        flow: None,
        flow_hash: None,
        language: None,
        started: at.to_rfc3339(),
        answered: None,
        ended: ended.to_rfc3339(),
        steps: Vec::new(),
        notes: BTreeMap::new(),
        queue: None,
        transfer: None,
        agent: None,
        talks: Vec::new(),
        talk_ms: 0,
        cause: HangupCause::Interrupted,
        ended_by: EndedBy::System,
        ended_at: None,
        quality: None,
        ignored_keys: 0,
    };
    if let Fact::CallBegan { called, trunk, flow, flow_hash, .. } = fact {
        record.called.clone_from(called);
        record.trunk.clone_from(trunk);
        record.flow.clone_from(flow);
        record.flow_hash.clone_from(flow_hash);
    }
    record
}

#[cfg(test)]
mod tests;
