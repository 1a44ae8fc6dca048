//! Scenarios of the queue, as transcripts and as tables.

mod estimate;
mod property;
mod restart;
mod scenario;
mod script;
mod strategy;
mod together;
