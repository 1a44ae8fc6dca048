//! Figures from the history: a fold of its entries, one pass, nothing read twice.
//!
//! ```text
//!  Entry ──▶ Fold ──▶ Piece: a stay in line, an offer, a talk, an agent's state … each once, when it is over
//!                       └──▶ Book: counts per queue, agent and interval ──▶ service levels, shares, times
//! ```
//!
//! The fold remembers open contacts and agents alone. What it hands on carries the times that it is counted by:
//! *counts* of a line belong to the interval in which the contact was **enqueued**, *work* to those in which it
//! **happened**, cut at their edges. `O = A + B + X + L + waiting` is counted from both sides and must hold.
//!
//! It knows no store, no clock and no terminal. Sources of the formulas are named where they stand.

mod agent;
mod book;
mod callers;
mod contact;
mod counts;
mod figures;
mod fold;
mod grid;
mod level;
mod live;
mod piece;
mod queue_log;
mod rates;
mod shelf;
pub mod staffing;
mod steps;
mod survey;

#[cfg(test)]
mod tests;

pub use agent::{AgentCounts, MIN_AGENT_DAY, Times};
pub use book::{Book, Settings};
pub use callers::{CallFigures, Resolution};
pub use counts::{Counts, Exits, Transfers};
pub use figures::{AgentFigures, Broken, CallbackFigures, Estimates, QueueFigures, TicketFigures};
pub use fold::{Fault, Fold, Wrong};
pub use grid::{Error, Grid, Step};
pub use level::Level;
pub use live::Live;
pub use piece::{
    Callback, Ended, Hold, Met, Offer, OfferEnd, Piece, Refused, Span, Stay, Survey, Taken, Talk,
    Ticket, Transfer,
};
pub use queue_log::QueueLog;
pub use rates::{Share, percentile};
pub use shelf::{Series, Shelf};
pub use survey::{Scores, SurveyFigures, wilson};
