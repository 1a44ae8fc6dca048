//! The control interface: agents, supervisors, wallboards and monitors reach the node by HTTP.
//!
//! ```text
//!  program ── HTTP ──▶ door ──▶ table ──▶ guard ──▶ operation ── Visit ──▶ the driver, which owns the engine
//!                        │ connections, times, bytes │ who may      │ looks, and orders
//! ```
//!
//! It owns nothing: each question and each order is a visit to the engine between two of its inputs. All routes stand in
//! one table with what they need; the router, the rights and the `OpenAPI` document are made of it. What belongs to people
//! goes out masked, but for the words of a ticket, to those who work with them, and for what an admin hands out. Everything from outside is bounded: connections, times, bytes, tries, streams.

mod agents;
mod answer;
mod asked;
mod calls;
mod data;
mod door;
mod events;
mod exposition;
mod guard;
mod kept;
mod keys;
mod line;
mod look;
mod metrics;
mod node;
mod openapi;
mod process;
mod queues;
mod refusal;
mod serve;
mod settings;
mod table;
mod tickets;
mod today;
mod view;

#[cfg(test)]
mod tests;

pub use events::Followed;
pub use guard::Tokens;
pub use openapi::document;
pub use refusal::{Fault, FaultBody};
pub use serve::{Control, ControlError};
pub use settings::{Role, Settings, Token};
pub use view::{
    AdapterView, AgentList, AgentView, CallList, CallView, ContactView, ErasedView, ExpiredView,
    Explained, FindingView, NodeView, OfferList, OfferView, QueueDetail, QueueList, QueueToday,
    QueueView, TicketDetail, TicketList, TicketStepView, TicketView,
};
