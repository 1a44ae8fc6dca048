//! What the log says of reports, commands and the engine's notices, in the spans of their calls and legs.
//!
//! Values that belong to people stay out of it: a key or a word is told as an event, never by its content.

use std::collections::BTreeMap;

use tracing::Span;

use crate::call::{
    CallId, Callback, Command, Errand, EventKind, LegId, Operation, Report, Request, Ticket,
};
use crate::engine::{Level, Notice};

/// The spans of the live calls. It grows and shrinks with them.
#[derive(Debug, Default)]
pub(super) struct Trace {
    calls: BTreeMap<CallId, (LegId, Span)>,
    /// The call of each caller's leg.
    legs: BTreeMap<LegId, CallId>,
}

impl Trace {
    /// Logs a report at debug.
    pub(super) fn report(&self, adapter: &str, report: &Report) {
        match report {
            Report::Leg(event) => {
                let call = self.call_of(event.leg);
                let _leg = tracing::debug_span!(parent: call, "leg", leg.id = %event.leg, adapter)
                    .entered();
                tracing::debug!(event = event_name(&event.kind), at = %event.at, "An adapter reports.");
            }
            Report::Endpoint { user, reachable } => {
                tracing::debug!(adapter, user = &**user, reachable, "A phone came or went.");
            }
            Report::Away => {
                tracing::warn!(adapter, "The adapter is out of touch; its calls stand still.");
            }
            Report::Back => tracing::info!(adapter, "The adapter is in touch again."),
        }
    }

    /// Logs a command at debug.
    pub(super) fn command(&self, adapter: &str, command: &Command) {
        let call = self.call_of(command.leg);
        let _leg =
            tracing::debug_span!(parent: call, "leg", leg.id = %command.leg, adapter).entered();
        tracing::debug!(command = command.kind.name(), "The engine orders.");
    }

    /// Logs a request of a call at debug, without its values; gives the span of the call, to work on it in.
    pub(super) fn request(&self, request: &Request) -> Span {
        let span = self.calls.get(&request.call).map_or_else(Span::none, |(_, span)| span.clone());
        span.in_scope(|| match &request.what {
            Errand::Operation(Operation { service, operation, .. }) => {
                tracing::debug!(%service, %operation, "A call asks a service.");
            }
            Errand::Ticket(Ticket { kind, .. }) => {
                tracing::debug!(%kind, "A call leaves a ticket.")
            }
            Errand::Callback(Callback { queue, .. }) => {
                tracing::debug!(%queue, "A call asks to be called back.");
            }
        });
        span
    }

    /// Logs a notice of the engine at its own level, inside the span of its call.
    pub(super) fn notice(&mut self, notice: &Notice) {
        if let Notice::CallStarted { call, leg, flow } = notice {
            let span = tracing::info_span!("call", call.id = %call, %flow);
            self.legs.insert(*leg, *call);
            self.calls.insert(*call, (*leg, span));
        }
        let span = notice.call().and_then(|call| self.calls.get(&call));
        span.map_or(&Span::none(), |(_, span)| span).in_scope(|| match notice.level() {
            Level::Error => tracing::error!("{notice}"),
            Level::Warn => tracing::warn!("{notice}"),
            Level::Info => tracing::info!("{notice}"),
            Level::Debug => tracing::debug!("{notice}"),
        });
        if let Notice::CallEnded { call, .. } = notice
            && let Some((leg, _)) = self.calls.remove(call)
        {
            self.legs.remove(&leg);
        }
    }

    fn call_of(&self, leg: LegId) -> Option<tracing::Id> {
        let call = self.legs.get(&leg)?;
        self.calls.get(call)?.1.id()
    }
}

const fn event_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Offered(_) => "offered",
        EventKind::Ringing => "ringing",
        EventKind::Answered => "answered",
        EventKind::Digit { .. } => "digit",
        EventKind::Said { .. } => "said",
        EventKind::SpeechStarted => "speech_started",
        EventKind::SpeechEnded => "speech_ended",
        EventKind::PlayEnded { .. } => "play_ended",
        EventKind::Recorded { .. } => "recorded",
        EventKind::Bridged => "bridged",
        EventKind::Unbridged { .. } => "unbridged",
        EventKind::Held => "held",
        EventKind::Resumed => "resumed",
        EventKind::TransferRequested(_) => "transfer_requested",
        EventKind::TransferProgress(_) => "transfer_progress",
        EventKind::MediaLost => "media_lost",
        EventKind::MediaRestored => "media_restored",
        EventKind::Rejected { .. } => "rejected",
        EventKind::Ended { .. } => "ended",
    }
}
