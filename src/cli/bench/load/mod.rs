//! Many callers on one thread: signalling, sound, keys pressed as people press them, and what was seen of the answers.
//!
//! What they write and read of SIP and RTP is put together here by hand, so that the server under test is not measured
//! against its own code; but encryption is that of the program itself, which the vectors of the RFCs vouch for.

mod call;
mod caller;
mod message;
mod script;
mod signalling;
mod stream;
mod wire;

pub(super) use caller::{Caller, Plan, Sound, Tally, Target};
pub(super) use message::{Ends, MAX_DATAGRAM, Message, Transport};
pub(super) use script::{Habit, Prompts};
pub(super) use signalling::TlsEnd;
pub(super) use wire::{Receiver, address, bind};
