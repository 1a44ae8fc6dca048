//! What outlives the process: for now the call records, one JSON object per line.
//!
//! Comes in: finished call records through a bounded channel. Goes out: lines of a file. It knows nothing of flows,
//! engines or adapters, and it never makes the sender wait.

mod records;

pub use records::{Ledger, RecordSlot, StorageError};
