//! Calls in virtual time: the engine with telephones that exist only on paper.
//!
//! The same engine that carries live calls is driven here by a clock that moves only when told to. Console callers
//! and whole-call tests use it. It decides nothing about calls; it plays the world around them.

mod phones;
mod rehearsal;

pub use phones::{ItemDuration, Leg, LegState, Phones, Side};
pub use rehearsal::{Heard, KEY_GAP, Rehearsal, speech_duration};
