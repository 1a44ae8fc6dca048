//! Scenarios of the queue, as transcripts and as tables.

mod property;
mod restart;
mod scenario;
mod script;
