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
//! It knows no database, no clock and no queue machine.

mod fact;
mod line;
mod parts;
mod row;

#[cfg(test)]
mod tests;

pub use fact::Fact;
pub use parts::{
    AgentStatus, CallbackEnd, CallerKey, Exit, Medium, OfferId, OfferResult, Outcome, Refusal,
    Retention, TicketStatus, TryResult,
};
pub use row::{Entry, Private, Row};
