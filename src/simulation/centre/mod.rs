//! A call centre in virtual time: callers, agents and services made from a seed, around the very engine that carries
//! live calls.
//!
//! A [`Day`] is a seed and [`Settings`]. Each person draws from a stream of chance of their own, so that a day with
//! fewer of them is the same day for everybody who is left. Same seed, same settings, same flows: the same transcript,
//! byte for byte, whose SHA-256 is in [`Totals::fingerprint`]; a rule that is broken ends the day with a [`Failure`].
//!
//! It decides nothing about calls. It reads no file and no clock and prints nothing.

mod agenda;
mod agent;
mod book;
mod caller;
mod chance;
mod day;
mod failure;
mod fault;
mod outside;
mod people;
mod reload;
mod settings;
mod shrink;
mod store;
mod supervisor;
mod totals;
mod transcript;
mod trouble;
mod wire;

pub use day::Day;
pub use failure::Failure;
pub use fault::Fault;
pub use settings::{
    MAX_AGENTS, MAX_CALLERS, MAX_ORDERS, MAX_RELOADS, MAX_SPAN, MORNING, Mix, Settings,
};
pub use shrink::{Shrunk, shrink};
pub use totals::{QueueTotals, Totals};
pub use transcript::TAIL_LINES;
