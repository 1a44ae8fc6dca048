//! What happened to contacts, agents and offers: one row per change, in order, never altered.
//!
//! ```text
//!  engine ── Row ──▶ storage: one transaction, Entry = epoch · seq · row ──▶ report/  figures
//!                                                                       ├──▶ state of agents, line, callbacks at a restart
//!                                                                       └──▶ followers (control interface, exports)
//! ```
//!
//! The history is the truth: what stands in tables beside it, every figure and every report can be made anew from it.
//! A [`Row`] is one [`Fact`] with its time; an [`Entry`] is a row that is kept, numbered within the life of one process
//! (the *epoch*). Nothing in a fact belongs to a person: numbers and words of callers travel beside it as [`Private`],
//! which a store keeps under a key of the contact, so that to forget somebody is to forget a key.
//!
//! What stands now is a pure fold over the entries ([`Standing`]); a [`Store`] keeps both, each change of one together with
//! that of the other, and refuses a claim that what stands does not allow. [`MemoryStore`] is the one without a disk.
//!
//! It knows no database, no clock and no queue machine.

mod about;
mod caller;
mod care;
mod course;
mod errand;
mod fact;
mod fold;
mod line;
mod memory;
mod message;
mod parts;
mod reap;
mod row;
mod shift;
mod standing;
mod store;
mod tagged;

#[cfg(test)]
mod tests;

pub use caller::CallerSecret;
pub use care::{EXPIRED_TOGETHER, Forgotten, Known, closing, private_class};
pub use course::{NOTE, TicketCourse, TicketStep};
pub use errand::{asked, kept};
pub use fact::Fact;
pub use memory::{Fault, MemoryStore};
pub use message::{Message, finished, message};
pub use parts::{
    AgentStatus, CallbackEnd, CallerKey, Exit, Medium, OfferId, OfferResult, Outcome, Refusal,
    Retention, TicketDeed, TicketOutcome, TicketStatus, TryResult,
};
pub use reap::{End, Found, LOST_NODE, LOST_WRAP_UP, reap};
pub use row::{Entry, Position, Private, Row};
pub use shift::{Shift, Shifts};
pub use standing::{
    AgentStanding, LiveCall, LiveOffer, OpenCallback, OpenTicket, PLACES_KEPT, Place, Standing,
    Waiting,
};
pub use store::{Filter, MAX_PAGE, Receipt, Store, StoreError, Verdict, Write};
