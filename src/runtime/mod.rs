//! The task that owns the engine, and the door to it.
//!
//! Comes in: reports of adapters, replies to what calls asked of the world outside, requests through the door, the
//! time. Goes out: commands to adapters, requests of calls, call records, logs.
//! It takes no decision about a call; the engine does.

mod clock;
mod driver;
mod handle;
mod history;
mod outside;
mod port;
mod relay;
mod tally;
mod trace;

pub use clock::Clock;
pub use driver::{Driver, DriverError, Left, RecordSink, Visit};
pub use handle::{Gone, Handle, Status};
pub use history::{Judge, Keeper};
pub use outside::{Answer, MAX_REQUESTS, Outside, Requests};
pub use port::{
    Adapter, AdapterError, AdapterFuture, CONTRACT, Capabilities, MAX_LEGS_PER_CALL, Media, Port,
    Wire,
};
pub use relay::{Exchange, LaidRelay, MAX_RELAYED, Relay};
pub use tally::{QueueTally, Tally};
