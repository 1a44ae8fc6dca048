//! Scenarios of the queue, as transcripts and as tables.

mod property;
mod scenario;
mod script;
