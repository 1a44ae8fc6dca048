//! All calls of a node as one deterministic machine.
//!
//! Reports of adapters and the time come in by [`Engine::handle`]; commands, records and notices go out by
//! [`Engine::poll_output`]; [`Engine::poll_timeout`] says when to come back with [`Input::Tick`]. Same inputs and
//! same seed give the same outputs, byte for byte.
//!
//! `dispatch` is the only place where something is sent on, and each thing has exactly one destination.

mod audit;
mod callback;
mod claims;
mod clock;
mod codes;
mod consult;
mod dispatch;
mod ear;
mod handover;
mod history;
mod hold;
mod input;
mod legs;
mod look;
mod machine;
mod measured;
mod notice;
mod order;
mod outcome;
mod output;
mod pace;
mod places;
mod publish;
mod reconcile;
mod recorded;
mod recovery;
mod requests;
mod roster;
mod routes;
mod settings;
mod survey;
mod together;
mod touch;

pub use callback::{CallbackRules, First};
pub use codes::Codes;
pub use input::Input;
pub use look::LiveCall;
pub use machine::Engine;
pub use notice::{Level, Notice};
pub use order::{AgentOrder, ContactOrder, Order};
pub use outcome::Course;
pub use output::Output;
pub use places::RESUME;
pub use reconcile::Adrift;
pub use routes::{Called, Hours, Pattern, Route, Routes};
pub use settings::{Agent, Programs, Settings};
