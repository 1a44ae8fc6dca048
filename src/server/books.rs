//! What outlives the node: opened in order before anything else, and closed in order after everything else.

use std::path::Path;

use super::history::History;
use super::{Server, ServerError};
use crate::call::{CallJournal, CallRecord};
use crate::control::Followed;
use crate::history::{CallerSecret, Shifts, Standing};
use crate::runtime::{Clock, Left, RecordSink};
use crate::storage::{
    DialogSlot, Dialogs, HistorySlot, HistoryWriter, Ledger, LeftOpen, RecordingSlot, Recordings,
    Slot, Upkeep,
};

/// The writers, running.
#[derive(Debug)]
pub(super) struct Books {
    ledger: Ledger,
    journals: Option<Ledger>,
    writer: HistoryWriter,
    upkeep: Upkeep,
    recordings: Recordings,
    dialogs: Dialogs,
}

/// The ways into them, and what they tell at the start.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) records: Slot<CallRecord>,
    pub(super) journals: Option<Slot<CallJournal>>,
    pub(super) slot: HistorySlot,
    pub(super) tapes: RecordingSlot,
    pub(super) dialogs: DialogSlot,
    /// Calls of the process before whose far sides are still to be told.
    pub(super) left_open: Vec<LeftOpen>,
    /// What the control interface sees of all that.
    pub(super) followed: Followed,
    /// What callers are named by.
    pub(super) secret: CallerSecret,
    /// What stands now: nothing of it is under way.
    pub(super) standing: Standing,
    /// What agents have done since they logged in.
    pub(super) shifts: Shifts,
}

impl Books {
    /// Opens all of them.
    pub(super) fn open(server: &Server, clock: Clock) -> Result<(Self, Opened), ServerError> {
        let History { writer, slot, secret, standing, shifts, dialog_key } =
            History::open(server, clock)?;
        let (ledger, records) = Ledger::open(&server.records)?;
        let journals = server.journals.as_deref().map(Ledger::open).transpose()?;
        let (journal_ledger, journals) = journals.unzip();
        let upkeep = Upkeep::start(slot.clone(), server.limits.clone(), clock)?;
        let (recordings, tapes) = Recordings::open(&server.recordings, clock)?;
        let mut gauges = vec![("records", records.gauge()), ("recordings", recordings.gauge())];
        gauges.extend(journals.as_ref().map(|journals| ("journals", journals.gauge())));
        let followed = Followed {
            slot: slot.clone(),
            store: server.store.clone(),
            limits: server.limits.clone(),
            records: records.eraser(),
            gauges,
            zone: server.zone.clone(),
        };
        let mut beside = server.store.as_os_str().to_owned();
        beside.push(".dialogs");
        let (kept, dialogs, left_open) = Dialogs::open(Path::new(&beside), &dialog_key)?;
        let books =
            Self { ledger, journals: journal_ledger, writer, upkeep, recordings, dialogs: kept };
        let opened = Opened {
            records,
            journals,
            slot,
            tapes,
            dialogs,
            left_open,
            followed,
            secret,
            standing,
            shifts,
        };
        Ok((books, opened))
    }

    /// Waits until everything is on the disk or, if the disk refuses to the last, given up. The ways in must be gone.
    pub(super) fn close(self) {
        self.upkeep.close();
        self.writer.close();
        self.ledger.close();
        self.journals.into_iter().for_each(Ledger::close);
        self.recordings.close();
        self.dialogs.close();
    }
}

/// Where goes what calls leave behind.
pub(super) fn sink(
    records: Slot<CallRecord>,
    journals: Option<Slot<CallJournal>>,
    slot: HistorySlot,
) -> RecordSink {
    Box::new(move |left| match left {
        Left::Record(record) => {
            super::history::keep_record(&slot, &record);
            records.keep(record);
        }
        Left::Journal(journal) => {
            if let Some(journals) = &journals {
                journals.keep(journal);
            }
        }
    })
}
