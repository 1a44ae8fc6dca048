//! Files, locks and releases; faults at every call.

mod faults;
mod files;
