//! What the engine is told.

use std::sync::Arc;

use super::settings::Settings;
use crate::call::{AdapterId, AgentId, HangupCause, Reply, Report, RequestId};
use crate::time::Wall;

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Only time passed: something may be due.
    Tick,
    /// An adapter reports. Events of a leg that the engine does not know are dropped and counted.
    Report {
        /// The adapter.
        adapter: AdapterId,
        /// What it reports.
        report: Report,
    },
    /// A request is answered. An answer that nobody waits for any more is dropped and counted.
    Reply {
        /// The request.
        request: RequestId,
        /// The answer.
        reply: Reply,
    },
    /// A reading of the wall clock, at start and then every few seconds.
    Clock(Wall),
    /// An agent asks for a break (`Some` reason) or is back (`None`).
    Break {
        /// The agent.
        agent: AgentId,
        /// Why, in the agent's words.
        reason: Option<Arc<str>>,
    },
    /// The project has changed: flows, calendars, routes and numbers for new calls, queues for all. Live calls keep
    /// theirs. Adapters, the agents' phones and the most calls at once stay as they are.
    Publish(Box<Settings>),
    /// Take no new calls from now on.
    Drain,
    /// End every call: with a spoken line where the caller listens to us.
    HangupAll(HangupCause),
    /// An adapter is gone; so are its legs.
    AdapterLost(AdapterId),
}
