//! What the engine asks of adapters: imperative, one leg each.

use std::sync::Arc;

use super::cause::HangupCause;
use super::digit::{Digits, SymbolSet};
use super::id::{Language, LegId, PlayId, RecordingId};
use super::mask::{Class, mask_value};
use super::prompt::{Item, SoundId};
use super::recording::Recording;
use super::transfer::{Transfer, TransferStep};
use crate::time::Duration;

/// One order to the adapter that carries `leg`.
///
/// A refused order comes back as [`EventKind::Rejected`](super::EventKind::Rejected); results come as events.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The leg to act on; for `Dial`, the new leg.
    pub leg: LegId,
    /// What to do.
    pub kind: CommandKind,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CommandKind {
    /// Take the incoming call.
    Accept(Answering),
    /// Turn the incoming call away.
    Refuse(HangupCause),
    /// Play something. A new play on a leg that still plays queues behind it without a gap.
    Play(Play),
    /// Stop a play; without effect if it has ended. Every play ends exactly once.
    Stop(PlayId),
    /// Set (`Some`) or end (`None`) the looping music that sounds whenever no play does.
    ///
    /// The clock of a sound belongs to the leg: music taken up again goes on where it stopped.
    Music(Option<SoundId>),
    /// Call somebody on a new leg.
    Dial(Box<Dial>),
    /// Record the caller. One recording at a time; it ends with exactly one
    /// [`EventKind::Recorded`](super::EventKind::Recorded), before the leg's own end.
    Record(Recording),
    /// End a recording. Without effect if it has ended.
    StopRecording(RecordingId),
    /// Connect this leg with another one, both ways. Ends plays and music on both. One of another adapter is reached by way
    /// of this node, where the sound of both adapters passes through it; else the order is rejected.
    Bridge(LegId),
    /// Take a bridge apart; both legs stay up, silent.
    Unbridge,
    /// Understand what the far side says, in place of what was listened for before; what is understood is told as
    /// [`EventKind::Said`](super::EventKind::Said). Ordered only on legs whose offer says
    /// [`speech`](super::Offer::speech).
    Listen(Box<Listen>),
    /// What the far side says is no longer wanted. Without effect if nothing is listened for.
    Unlisten,
    /// Press keys towards the far side, one after the other, behind those not yet sent (SIP: RFC 4733 where it was
    /// negotiated, else INFO). They are heard by nobody else.
    SendDigits(Digits),
    /// Ask the far side to call somebody else itself and leave us. One at a time; it ends with exactly one final
    /// [`EventKind::TransferProgress`](super::EventKind::TransferProgress), or with the leg.
    Transfer(Transfer),
    /// Tell the far side how far the transfer is that it asked for
    /// ([`EventKind::TransferRequested`](super::EventKind::TransferRequested)). A first `Failed` refuses it; without
    /// effect once a final step was told.
    TransferProgress(TransferStep),
    /// Whether keys are kept from recordings, packet logs and bridged parties (secret entry).
    Mask(bool),
    /// End the leg. Without effect if it has ended.
    Hangup(HangupCause),
}

impl CommandKind {
    /// The order without what it carries, for logs: numbers and names of people stay out of them.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Refuse(_) => "refuse",
            Self::Play(_) => "play",
            Self::Stop(_) => "stop",
            Self::Music(_) => "music",
            Self::Dial(_) => "dial",
            Self::Record(_) => "record",
            Self::StopRecording(_) => "stop_recording",
            Self::Listen(_) => "listen",
            Self::Unlisten => "unlisten",
            Self::Bridge(_) => "bridge",
            Self::Unbridge => "unbridge",
            Self::SendDigits(_) => "send_digits",
            Self::Transfer(_) => "transfer",
            Self::TransferProgress(_) => "transfer_progress",
            Self::Mask(_) => "mask",
            Self::Hangup(_) => "hangup",
        }
    }
}

/// How an incoming call is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// Ring (SIP 180) without audio.
    Ring,
    /// Early media (SIP 183).
    Early,
    /// Answer (SIP 200).
    Answer,
}

/// One play: items in order, without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// Its id.
    pub id: PlayId,
    /// What to play.
    pub items: Vec<Item>,
    /// Keys that stop it at once, before the engine has heard of them.
    pub stop_on: SymbolSet,
}

/// What is listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Phrases that the flow waits for: a hint to who recognises, no limit. None = whatever is said.
    pub words: Vec<Arc<str>>,
    /// The languages that may be spoken, the likeliest first.
    pub languages: Vec<Language>,
}

/// An outgoing call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// Whom to call.
    pub to: Target,
    /// The trunk that a number goes out by if it takes it; `None` = whichever does.
    pub trunk: Option<Arc<str>>,
    /// The number shown to the called side; `None` = the node's own identity.
    pub caller_id: Option<Arc<str>>,
    /// The display name shown to the called side, such as `service · order · 40 s`.
    pub display: Option<Arc<str>>,
    /// What the flow tells the human, in order. The adapter carries it as it can (SIP: RFC 7433 User-to-User).
    pub tell: Vec<Told>,
    /// A page to open at the agent's desk (SIP: Call-Info).
    pub pop_url: Option<Arc<str>>,
    /// The leg this one is meant to be bridged with, so that an adapter can keep both on one media thread, and rejects the
    /// order where the two could not be bridged.
    pub beside: Option<LegId>,
    /// How long to let it ring; then the leg ends with `NoAnswer`.
    pub ring: Duration,
}

/// One thing that a flow tells a human.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is, such as `order`.
    pub name: Arc<str>,
    /// Its value, as text.
    pub value: Arc<str>,
    /// How private it is: personal values travel only where nobody on the way can read them, secret ones never.
    pub class: Class,
}

impl std::fmt::Debug for Told {
    /// Shows the value as its class allows.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = mask_value(&self.value, self.class);
        write!(f, "{}={}", self.name, shown.as_deref().unwrap_or("(secret)"))
    }
}

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A user that registered with this node, by user name.
    User(Arc<str>),
    /// An address in the adapter's own form (SIP: a `sip:` URI).
    Address(Arc<str>),
    /// A telephone number, through the adapter's outgoing trunk.
    Number(Arc<str>),
}
