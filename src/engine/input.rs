//! What the engine is told.

use std::sync::Arc;

use super::order::Order;
use super::reconcile::Adrift;
use super::settings::Settings;
use crate::call::{AdapterId, HangupCause, Reply, Report, RequestId};
use crate::history::{OfferId, Verdict};
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
    /// The store has decided about an offer that was to be kept ([`Output::Claim`](super::Output::Claim)). A word about
    /// an offer that is no longer open is let be.
    Claimed {
        /// The offer.
        offer: OfferId,
        /// What it says.
        verdict: Verdict,
    },
    /// A reading of the wall clock, at start and then every few seconds.
    Clock(Wall),
    /// Somebody at a desk, at the command line or on an agent's phone orders something.
    Ordered {
        /// Who, for the history; `None` = the agent.
        by: Option<Arc<str>>,
        /// What.
        order: Order,
    },
    /// The project has changed: flows, calendars, routes and numbers for new calls, queues for all. Live calls keep
    /// theirs. Adapters, the agents' phones and the most calls at once stay as they are.
    Publish(Box<Settings>),
    /// Take no new calls from now on.
    Drain,
    /// End every call: with a spoken line where the caller listens to us.
    HangupAll(HangupCause),
    /// End something that has been [adrift](super::Engine::adrift) for longer than is well.
    Mend(Adrift),
    /// An adapter is gone; so are its legs.
    AdapterLost(AdapterId),
}
