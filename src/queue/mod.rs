//! The human queue (ACD): who is offered to whom, as a pure machine.
//!
//! ```text
//!  Enqueue, Leave ───▶ ┌───────────────────────────┐ ───▶ Entered, Refused, Moved, Left
//!  Reachable, Break ─▶ │ Queues                    │ ───▶ Offer, Cancel, TooLate, Connected, OfferEnded
//!  Ringing, Answered ▶ │  lines ▸ lanes ▸ contacts │ ───▶ AgentState
//!  Failed, TalkEnded ▶ │  agents · offers · timers │
//!  Change, Restore ──▶ └───────────────────────────┘ ···▶ view: who waits, who does what since when
//! ```
//!
//! A *line* is one queue. Its waiting contacts stand in *lanes*, one per ring reached and set of skills asked for, so
//! that one look at the head of each lane finds the next caller of an agent. The machine keeps every pair apart that may not
//! meet and joins every pair that may: after each input no ready agent and waiting contact are left that could be
//! brought together (`check_invariants` compares against a plain search of all pairs).
//!
//! It knows nothing of legs, prompts or flows, and of the time only what it is told.

mod agent;
mod audit;
mod claim;
mod contact;
mod control;
mod engage;
mod estimate;
mod explanation;
mod held;
mod input;
mod invariant;
mod line;
mod machine;
mod offer;
mod order;
mod output;
mod queues;
mod restore;
mod ring;
mod routing;
mod settings;
mod staff;
mod strategy;
mod timer;
mod together;
mod view;

#[cfg(test)]
mod tests;

pub use agent::{AgentState, BackOffCause, LOGGED_OUT, LiveOffer, Shift};
pub use contact::Contact;
pub use explanation::{Explanation, Finding, Rule};
pub use input::{Input, OfferFailure, OfferId};
pub use machine::Queues;
pub use output::{AgentChange, CancelReason, Output};
pub use restore::{AgentStanding, Standing};
pub use settings::{
    AgentSettings, FIRST_LEVEL, Membership, QueueSettings, Ring, Settings, Strategy,
};
pub use view::{AgentView, ContactView, QueueView};
