//! One leg: a party on the phone, between its dialog and its media.

use std::collections::VecDeque;
use std::net::IpAddr;

use bytes::Bytes;
use tracing::Span;

use super::fork::Fork;
use super::trunking::Carried;
use crate::call::{EndedBy, HangupCause, KeySource, LegId, Symbol};
use crate::sip::{DialogId, Negotiated, OfferAnswer};
use crate::time::Instant;

/// How many hops a call may go that we make for nobody else (RFC 3261 §8.1.1.6).
const MAX_FORWARDS: u8 = 70;

/// Where a leg stands.
///
/// ```text
/// incoming: Offered ─183─▶ Early ─200─▶ Answered ─ACK─▶ Talking ─▶ Closing
///              └────────────200──────────▲
/// dialled:  Calling ─────────────200────────────────────▲
/// ```
#[derive(Debug)]
pub(super) enum Phase {
    /// An incoming call waits for the engine. Our answer is ready; `None` where they sent no offer and ours will
    /// go out with the 200.
    Offered { answer: Option<Bytes> },
    /// Early media is open; the same answer goes out with the 200.
    Early { answer: Bytes },
    /// The 200 is out, the ACK is not there yet.
    Answered,
    /// Our INVITE is out; whether ringing was reported.
    Calling { rings: bool },
    /// Both sides are there.
    Talking,
    /// The dialog is gone; the media thread has still to say how the media was.
    Closing { by: EndedBy, cause: HangupCause },
}

/// Whether the far side is there, when it sends no media. Silence alone says little: a phone may be muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Media arrives, or has not been missed yet.
    Heard,
    /// Media is missed; the phone has still to answer whether it is there, or answered and will be asked again.
    Missed {
        /// When the answer must be here; `None` = nothing is asked at the moment.
        until: Option<Instant>,
    },
    /// Neither media nor an answer came, and the engine knows it.
    Gone,
}

/// One leg.
#[derive(Debug)]
pub(super) struct Leg {
    /// Its dialog.
    pub(super) dialog: DialogId,
    /// Where it stands.
    pub(super) phase: Phase,
    /// Its offers and answers.
    pub(super) session: OfferAnswer,
    /// What they came to; `None` = nothing agreed yet, so no media flows.
    pub(super) agreed: Option<Negotiated>,
    /// The address that signals for the far side.
    pub(super) peer: IpAddr,
    /// How many hops its call may still go.
    pub(super) max_forwards: u8,
    /// The telephones that ring, where it calls without a trunk and nobody has answered yet.
    pub(super) fork: Option<Box<Fork>>,
    /// The trunk that carries it.
    pub(super) carried: Option<Carried>,
    /// Whether it is there.
    pub(super) presence: Presence,
    /// Whether the transfer that the far side asked for last was answered.
    pub(super) transfer_accepted: bool,
    /// Keys that are sent by INFO, the first one on its way.
    pub(super) keys_out: VecDeque<Symbol>,
    /// How keys come where no telephone-events were negotiated; `None` = none came yet.
    pub(super) key_source: Option<KeySource>,
    /// Keys that came from another source than the one in force.
    pub(super) foreign_keys: u64,
    /// Where its log lines belong.
    pub(super) span: Span,
}

impl Leg {
    /// A leg at its beginning.
    pub(super) fn new(
        id: LegId,
        dialog: DialogId,
        phase: Phase,
        session: OfferAnswer,
        peer: IpAddr,
    ) -> Self {
        Self {
            dialog,
            phase,
            session,
            agreed: None,
            peer,
            max_forwards: MAX_FORWARDS,
            fork: None,
            carried: None,
            presence: Presence::Heard,
            transfer_accepted: false,
            keys_out: VecDeque::new(),
            key_source: None,
            foreign_keys: 0,
            span: tracing::info_span!("leg", leg.id = %id, adapter = "sip"),
        }
    }

    /// Whether media is connected, so that something can be played.
    pub(super) fn has_media(&self) -> bool {
        match self.phase {
            Phase::Early { .. } | Phase::Answered | Phase::Talking => self.agreed.is_some(),
            Phase::Offered { .. } | Phase::Calling { .. } | Phase::Closing { .. } => false,
        }
    }

    /// Whether keys from `source` count: telephone-event where it was negotiated, else INFO or tones, whichever brings
    /// the first key (one source per leg). Where keys may be in the audio in any case, the first key decides of all.
    pub(super) fn takes_keys_from(&mut self, source: KeySource, in_audio: bool) -> bool {
        let by_event = self.agreed.as_ref().is_some_and(|agreed| agreed.events.is_some());
        match source {
            KeySource::RtpEvent if !in_audio => by_event,
            KeySource::RtpEvent | KeySource::Info | KeySource::InBand => {
                (in_audio || !by_event) && *self.key_source.get_or_insert(source) == source
            }
            KeySource::Simulated => false,
        }
    }
}
