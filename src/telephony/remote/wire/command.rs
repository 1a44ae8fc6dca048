//! What the node asks of adapters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::Empty;
use super::vocabulary::vocabulary;

vocabulary! {
    /// What the node asks, imperative.
    Command by "command" {
        /// The answer to `hello`.
        Welcome(Welcome) = "welcome",
        /// A sign of life, every 5 s.
        Heartbeat(Empty) = "heartbeat",
        /// Offer no further call.
        Drain(Empty) = "drain",
        /// The connection is about to be closed.
        Close(Close) = "close",
        /// Take the caller's call.
        Accept(Accept) = "accept",
        /// Turn it away.
        Refuse(WithCause) = "refuse",
        /// Play something behind what plays.
        Play(Play) = "play",
        /// Stop a play.
        Stop(Stop) = "stop",
        /// Record the caller.
        Record(Record) = "record",
        /// End a recording.
        StopRecord(StopRecord) = "stop_record",
        /// Understand what is said, in place of what was listened for before.
        Listen(Listen) = "listen",
        /// What is said is no longer wanted.
        Unlisten(Empty) = "unlisten",
        /// Keep keys secret, or no longer.
        Mask(Mask) = "mask",
        /// Press keys towards the far side.
        SendDigits(SendDigits) = "send_digits",
        /// Call somebody on a new leg.
        Dial(Dial) = "dial",
        /// Connect two legs.
        Bridge(Bridge) = "bridge",
        /// Take a bridge apart.
        Unbridge(Empty) = "unbridge",
        /// Ask the far side to call somebody else and leave.
        Transfer(Transfer) = "transfer",
        /// How far the transfer is that the far side asked for.
        TransferProgress(TransferTold) = "transfer_progress",
        /// End the leg.
        Hangup(WithCause) = "hangup",
        /// Play the far side. Sent by `sambung adapter check` alone.
        Simulate(Simulate) = "simulate",
    }
}

/// The answer to `hello`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// How long calls are kept after the connection is lost.
    pub lease_ms: u64,
    /// How often a sign of life is wanted.
    pub heartbeat_ms: u64,
}

/// Why the connection is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    /// In words.
    pub why: String,
}

/// How a call is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accept {
    /// `ring`: it rings; `early`: audio before the answer; `answer`: it is answered.
    pub how: String,
}

/// `refuse` and `hangup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithCause {
    /// Why: `normal`, `busy`, `no_answer`, `rejected`, `unreachable`, `cancelled`, `not_found`, `incompatible`,
    /// `overload`, `media_lost`, `adapter_lost`, `timeout`, `shutdown` or `internal_error`.
    pub cause: String,
}

/// Something to play.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Play {
    /// Its number, never used twice on a leg.
    pub play: u64,
    /// What to play, without a gap.
    pub items: Vec<Item>,
    /// Whether it begins anew until it is stopped: music.
    #[serde(default)]
    pub repeat: bool,
    /// The keys that stop it at once.
    #[serde(default)]
    pub stop_on: String,
}

/// One thing to say or sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The prompt's name.
    pub prompt: String,
    /// Its language.
    pub language: String,
    /// Its words; empty for music and tones.
    #[serde(default)]
    pub text: String,
    /// The recording, where there is one and the adapter's `media` is `reference`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The SHA-256 of that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Which play to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Its number.
    pub play: u64,
}

/// A recording to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub record: String,
    /// The longest it may be.
    pub limit_ms: u64,
    /// Silence that ends it.
    pub silence_ms: u64,
    /// Keys that end it.
    pub end_on: String,
    /// How long it is to be kept; nothing = until somebody deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_ms: Option<u64>,
}

/// Which recording to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopRecord {
    /// Its name.
    pub record: String,
}

/// What is listened for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// Phrases that the flow waits for: a hint, no limit. None = whatever is said.
    #[serde(default)]
    pub words: Vec<String>,
    /// The languages that may be spoken, the likeliest first.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// Whether keys are secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    /// From now on, or no longer.
    pub on: bool,
}

/// Keys to press.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendDigits {
    /// In order.
    pub digits: String,
}

impl std::fmt::Debug for SendDigits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendDigits(…)")
    }
}

/// Somebody to call; the envelope's `leg` names the new leg.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// Whom.
    pub to: String,
    /// What `to` is: `user` of an agent, `address` in the adapter's own form, or `number`.
    pub kind: String,
    /// The number to show; nothing = the adapter's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// What a person at the far side is told. Nothing secret is among it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<Told>,
    /// Headers for the call, where the adapter's `headers` is true: what `tell` says, each under `X-Sambung-` and its
    /// name. One line each, and at most 16.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A page to open at the far side's desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The number of the leg in frames of audio, from 2³¹ up. With `pcm` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<u32>,
    /// How long it may ring; then the leg ends by `no_answer`.
    pub deadline_ms: u64,
}

/// One thing that a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Two legs to connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
}

/// Whom the far side is to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// A number, or an address in the adapter's own form.
    pub to: String,
    /// `blind`, or `attended`: it takes our place on the leg `other`.
    pub mode: String,
    /// The leg whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// How far a transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferTold {
    /// `trying`, `ringing`, `connected` or `failed`.
    pub step: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// What the far side does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulate {
    /// `offer`, `press`, `answer` (the dialled leg), `busy` (the dialled leg), `hangup`, `hold`, `resume`, or with
    /// `pcm` `speak`: for a second, or with `speech` `say`: the words of `text`.
    #[serde(rename = "do")]
    pub doing: String,
    /// The key to press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The words to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The number that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
}
