//! Many callers on one thread: signalling, sound, keys pressed as people press them, and what was seen of the answers.
//!
//! What they write and read of SIP and RTP is put together here by hand, so that the server under test is not measured
//! against its own code.

mod call;
mod caller;
mod message;
mod script;
mod stream;
mod wire;

pub(super) use caller::{Caller, Plan, Sound, Tally};
pub(super) use message::{Ends, MAX_DATAGRAM, Message};
pub(super) use script::{Habit, Prompts};
pub(super) use wire::{address, bind};
