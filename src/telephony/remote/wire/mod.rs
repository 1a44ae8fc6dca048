//! The messages of the contract as they travel: JSON, one object a line, the envelope and the message side by side.
//!
//! Comes in: bytes of a line, or a message. Goes out: the other one. Unknown fields are passed over, unknown words are
//! [`Event::Unknown`] and [`Command::Unknown`]. Nothing is decided here.

mod command;
mod envelope;
mod event;
mod hello;
mod vocabulary;

pub use command::{
    Accept, Bridge, Close, Command, Dial, Item, Listen, Mask, Play, Record, SendDigits, Simulate,
    Stop, StopRecord, Told, Transfer, TransferTold, Welcome, WithCause,
};
pub use envelope::{Envelope, Message, Vocabulary, WireError};
pub use event::{
    Accepted, Digit, Empty, Ended, Endpoint, Event, Heartbeat, Offered, PlayEnded, RecordEnded,
    Rejected, Said, TransferRequested,
};
pub use hello::{Ability, CallListed, Hello};

/// The most bytes of a line, its end not counted.
pub const MAX_LINE: usize = 64 * 1_024;

#[cfg(test)]
mod tests;
