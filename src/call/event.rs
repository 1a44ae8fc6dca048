//! What adapters report: past tense, one leg each, in the order it happened.

use std::sync::Arc;

use super::cause::{EndedBy, HangupCause};
use super::command::CommandKind;
use super::digit::{KeySource, Symbol};
use super::id::{LegId, PlayId, RecordingId};
use super::origin::Origin;
use super::record::Quality;
use super::recording::RecordingEnd;
use super::transfer::{TransferRequest, TransferStep};
use crate::time::{Duration, Instant};

/// One report from an adapter about one leg.
///
/// Events of a leg are totally ordered and end with exactly one [`EventKind::Ended`].
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When it happened, on the engine's clock.
    pub at: Instant,
    /// The leg it happened on.
    pub leg: LegId,
    /// What happened.
    pub kind: EventKind,
}

/// Whatever an adapter tells the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Something happened on a leg.
    Leg(Event),
    /// A user of the adapter's registrar became reachable, or is no longer.
    Endpoint {
        /// The user name.
        user: Arc<str>,
        /// Whether a call can reach them.
        reachable: bool,
    },
    /// The adapter has lost touch with its world: until it is [`Back`](Self::Back) or its legs end, nothing is heard
    /// of them. Orders are kept for them. Told again, it is without effect.
    Away,
    /// The adapter is in touch again. What happened meanwhile follows, or is told as the end of a leg.
    Back,
}

/// What happened on a leg.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A caller rings: the first event of an incoming leg.
    Offered(Offer),
    /// A dialled leg rings at the far side.
    Ringing,
    /// A leg was answered: an incoming one by us (the 200 was acknowledged, media may flow), a dialled one by the far side.
    Answered,
    /// A key was pressed. Reported once per press, at the press.
    Digit {
        /// The key.
        symbol: Symbol,
        /// How it arrived.
        source: KeySource,
        /// The start of the press on the engine's clock.
        pressed_at: Instant,
    },
    /// Words were recognised or typed.
    Said {
        /// The words as recognised.
        text: Arc<str>,
        /// The recogniser's confidence in per mille (0–1000); `None` for typed text.
        confidence: Option<u16>,
        /// When the caller began to speak.
        started_at: Instant,
    },
    /// The caller began to speak.
    SpeechStarted,
    /// The caller stopped speaking.
    SpeechEnded,
    /// A play ended; exactly one per accepted `Play`.
    PlayEnded {
        /// Which play.
        play: PlayId,
        /// Why it ended.
        end: PlayEnd,
        /// How much of it was sent.
        heard: Duration,
        /// When its last audible sample was sent, on the engine's clock; the play's start if it held none.
        audible_end: Instant,
    },
    /// A recording ended; exactly one per accepted `Record`.
    Recorded {
        /// Which.
        recording: RecordingId,
        /// Why it ended.
        end: RecordingEnd,
        /// How long it is, silence at its end left out; zero = nothing was said and nothing is kept. With
        /// [`RecordingEnd::Failed`] nothing is kept either.
        lasted: Duration,
    },
    /// The leg is bridged: both directions pass.
    Bridged,
    /// The leg is no longer bridged. Told of both legs of a bridge, of each before its own end and before the other's.
    Unbridged {
        /// How the media was so far, where the adapter measures it: what is known of a talk whose other side ends first.
        quality: Option<Quality>,
    },
    /// The far side put us on hold: it no longer listens.
    Held,
    /// The far side took us off hold.
    Resumed,
    /// The far side asks that the party it talks with be connected with somebody else. Answered by
    /// [`CommandKind::TransferProgress`], one request of a leg at a time.
    TransferRequested(TransferRequest),
    /// How far a [`CommandKind::Transfer`] of this leg is. After `Connected` the far side no longer needs us: the leg
    /// is to be hung up, if it does not end by itself.
    TransferProgress(TransferStep),
    /// No media arrived for the adapter's limit.
    MediaLost,
    /// Media arrives again.
    MediaRestored,
    /// The adapter could not carry out a command.
    Rejected {
        /// The command, by kind.
        command: CommandKind,
        /// Why.
        reason: Rejection,
    },
    /// The leg is gone. Always the last event of a leg.
    Ended {
        /// The side that ended it, as far as this leg knows: `Caller` = the far side of this leg, `System` = us.
        by: EndedBy,
        /// Why.
        cause: HangupCause,
        /// How the media was, where the adapter measures it.
        quality: Option<Quality>,
    },
}

/// An incoming call as the adapter sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// Who calls whom.
    pub origin: Origin,
    /// Whether a key transport was negotiated; `false` = `dtmf: unavailable`.
    pub dtmf: bool,
    /// Whether what is said on the call can be understood, once it is listened for.
    pub speech: bool,
    /// The user of the adapter's registrar who calls, where the adapter has made sure of it (SIP: by digest, or because
    /// the call comes from the very address that the user registered from with a password). `None` = anybody.
    pub user: Option<Arc<str>>,
    /// The leg whose place the caller asks to take (SIP `Replaces`); whether they may is for the engine to say.
    pub replaces: Option<LegId>,
}

/// Why a play ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayEnd {
    /// Played to the end.
    Finished,
    /// Stopped by command or by a key in `stop_on`.
    Stopped,
    /// Could not be played.
    Failed,
}

/// Why an adapter refused a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The adapter cannot do this at all.
    Unsupported,
    /// It knows no such leg.
    UnknownLeg,
    /// The command makes no sense in the leg's state.
    Invalid,
    /// It tried and failed.
    Failed,
}
