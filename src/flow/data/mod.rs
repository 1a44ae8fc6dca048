//! What is known about the data of a compiled flow before any call: which variables may be empty where, which values
//! they can have, and how private they are.
//!
//! A [`Flow`](super::Flow) comes in; facts about it go out. What of it is a fault, and how that is told, is the
//! business of the rules.

mod class;
mod empty;
mod values;

pub(super) use class::classes;
pub(super) use empty::{Walked, look};
pub(super) use values::{never, possible};

#[cfg(test)]
mod tests;
