//! What an adapter is: the contract between a telephony world and the engine, in its in-process form.
//!
//! An adapter turns what happens out there into [`call::Event`](crate::call::Event)s and carries out
//! [`call::Command`](crate::call::Command)s. It knows `call` and `time` and nothing of flows, queues or the engine.
//!
//! Order: events of one leg reach the engine as they were sent, and the last one is always
//! [`EventKind::Ended`](crate::call::EventKind::Ended); between legs nothing is promised. Every `Play` ends with
//! exactly one `PlayEnded`. `Hangup` and `Stop` may come twice or too late and then do nothing. An adapter numbers
//! the legs that it offers with odd numbers, from 1 up.

use std::error::Error;
use std::pin::Pin;

use tokio::sync::{mpsc, watch};

use super::clock::Clock;
use super::relay::{Exchange, Hub, LaidRelay};
use crate::call::{AdapterId, Command, KeySource, Report};

/// The version of this contract.
pub const CONTRACT: u16 = 1;

/// The legs that one call may have at a time: its caller and one agent or transfer target, and one more that is
/// ending while the next one rings.
pub const MAX_LEGS_PER_CALL: usize = 3;

/// Reports and commands that a channel holds besides those of calls.
const CHANNEL_FLOOR: usize = 1_024;
/// Reports or commands that one leg may have in flight while the other side is busy.
const CHANNEL_PER_LEG: usize = 8;
/// The most that a channel may hold, whatever the configuration says.
const CHANNEL_MOST: usize = 1 << 20;

/// What an adapter's [`run`](Adapter::run) returns.
pub type AdapterFuture = Pin<Box<dyn Future<Output = Result<(), AdapterError>> + Send>>;

/// One telephony world.
pub trait Adapter: Send + 'static {
    /// Its name in logs and records, such as `sip`.
    fn name(&self) -> &str;

    /// What it can do. Asked once, before [`run`](Self::run).
    fn capabilities(&self) -> Capabilities;

    /// Serves the port until it ends.
    ///
    /// The end comes in two steps. When [`Port::drain`] turns true, no further call is offered (SIP: 503 with
    /// Retry-After); legs in progress go on. When [`Port::commands`] closes, what is left is hung up and the future
    /// returns `Ok`.
    ///
    /// # Errors
    /// The future fails when the adapter cannot go on. The engine then ends its legs as `adapter_lost`; other
    /// adapters are untouched.
    fn run(self: Box<Self>, port: Port) -> AdapterFuture;
}

/// An adapter's end of the wires to the driver.
#[derive(Debug)]
pub struct Port {
    /// The adapter's number, which stands in every [`LegId`](crate::call::LegId) of its own.
    pub id: AdapterId,
    /// What it tells the engine.
    ///
    /// When full, the engine is far behind: a call not yet offered is refused as overload (`try_send`), an event of a
    /// leg that was offered waits (`send`) and is never dropped. Closed means that the node is gone: stop.
    pub reports: mpsc::Sender<Report>,
    /// What the engine orders. The driver never waits here: an adapter that lets this fill up has stalled and is
    /// treated as lost, so take commands promptly and never wait for the network between two of them.
    pub commands: mpsc::Receiver<Command>,
    /// Turns true when the node takes no further calls; it never turns back.
    pub drain: watch::Receiver<bool>,
    /// The clock for the times in reports.
    pub clock: Clock,
    /// The way to legs of other adapters, for bridges with them.
    pub exchange: Exchange,
    /// Ends of relays that other adapters were told to bridge legs of this one with. Full means that such a bridge is
    /// refused there.
    pub relays: mpsc::Receiver<LaidRelay>,
}

/// The driver's end of an adapter's wires; in an adapter's own tests, the test's end.
#[derive(Debug)]
pub struct Wire {
    /// The adapter's number.
    pub id: AdapterId,
    /// What the adapter tells.
    pub reports: mpsc::Receiver<Report>,
    /// What it is ordered. Dropping this tells the adapter to end.
    pub commands: mpsc::Sender<Command>,
}

impl Port {
    /// Lays the wires for an adapter that carries up to `max_calls` calls at a time.
    ///
    /// The channels grow with that number, so that hanging up all calls at once still fits.
    #[must_use]
    pub fn new(
        id: AdapterId,
        max_calls: usize,
        drain: watch::Receiver<bool>,
        clock: Clock,
    ) -> (Self, Wire) {
        let per_call = MAX_LEGS_PER_CALL * CHANNEL_PER_LEG;
        let capacity =
            CHANNEL_FLOOR.saturating_add(max_calls.saturating_mul(per_call)).min(CHANNEL_MOST);
        let (reports_in, reports) = mpsc::channel(capacity);
        let (commands, commands_out) = mpsc::channel(capacity);
        let (exchange, relays) = Hub::default().join(id);
        let port = Self {
            id,
            reports: reports_in,
            commands: commands_out,
            drain,
            clock,
            exchange,
            relays,
        };
        (port, Wire { id, reports, commands })
    }

    /// Lets the adapter reach others, who took part in the same way.
    pub(super) fn join(&mut self, hub: &Hub) {
        (self.exchange, self.relays) = hub.join(self.id);
    }
}

/// What an adapter can do; a flow that needs more is refused for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of the contract that it speaks: [`CONTRACT`].
    pub contract: u16,
    /// How it makes prompts heard.
    pub media: Media,
    /// The ways in which keys reach it.
    pub digit_sources: Vec<KeySource>,
    /// Whether it reports recognised or typed words.
    pub speech: bool,
    /// Whether it can record a leg.
    pub record: bool,
    /// Whether it can call somebody.
    pub dial: bool,
    /// Whether it can connect two of its legs.
    pub bridge: bool,
    /// Whether it can hand a leg over to the network (SIP REFER).
    pub transfer: bool,
    /// Whether it can press keys towards the far side of a leg.
    pub send_digits: bool,
    /// Whether offers carry the headers of the call.
    pub headers: bool,
    /// Whether it can keep secret keys from recordings, packet logs and bridged parties.
    pub mask: bool,
    /// The most calls it carries at a time.
    pub max_calls: usize,
}

/// How an adapter makes prompts heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Not at all: it shows the words (console, tests).
    None,
    /// By this node's own media threads (SIP).
    Native,
    /// By this node, which sends it samples (WebSocket).
    Pcm,
    /// By a machine of its own that plays the files it is told (a PBX's control interface).
    Reference,
}

/// Why an adapter stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// It could not be started.
    #[error("start {what}")]
    Start {
        /// What failed, such as `udp:0.0.0.0:5060`.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It ran and cannot go on.
    #[error("carry on")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{CommandKind, HangupCause, LegId};

    #[test]
    fn hanging_up_every_leg_at_once_fits_and_one_without_end_does_not() {
        let (drain, _) = watch::channel(false);
        let (port, wire) = Port::new(AdapterId(3), 200, drain.subscribe(), Clock::new());
        let hang_up = |number| Command {
            leg: LegId { adapter: port.id, number },
            kind: CommandKind::Hangup(HangupCause::Shutdown),
        };
        for number in 0..200 * 3 * 8 {
            wire.commands.try_send(hang_up(number)).expect("room for every leg");
        }
        let refused = (0..2_000).any(|number| wire.commands.try_send(hang_up(number)).is_err());
        assert!(refused, "the channel is bounded");
    }
}
