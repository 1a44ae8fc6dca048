//! What outlives the process: the history with tickets and wishes to be called back, call records and journals, and what
//! callers were recorded saying.
//!
//! Comes in: finished call records, journals and samples through bounded channels, rows to keep. Goes out: lines
//! of files, WAV files, numbers. It knows nothing of flows, engines or adapters, and nobody in a call waits for a disk.

mod cut;
mod dialogs;
mod disclosure;
mod error;
mod gate;
mod gauge;
mod history;
mod import;
mod index;
mod lines;
mod recordings;
mod records;
mod sqlite;
mod tape;
mod upkeep;

pub use cut::recorded_length;
pub use dialogs::{DialogSlot, Dialogs, LeftOpen};
pub use disclosure::disclosure;
pub use error::StorageError;
pub use gauge::{Gauge, GaugeStatus};
pub use history::{Answer, HistorySlot, HistoryWriter, SPOOL, StoreStatus};
pub use import::{ImportError, Imported, OldFiles};
pub use recordings::Recordings;
pub use records::{Eraser, Leaving, Ledger, Slot, expire_records, forget_records};
pub use sqlite::{
    Checked, Durability, OpenTickets, SqliteReader, SqliteStore, Stretch, TICKET_KINDS, TicketsThat,
};
pub use tape::{RecordingSlot, Tape, Verdict};
pub use upkeep::{LetGo, Limits, Upkeep, recordings_of, remove_recordings};
