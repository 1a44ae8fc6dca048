//! What adapters tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hello::Hello;
use super::vocabulary::vocabulary;

vocabulary! {
    /// What an adapter tells, past tense.
    Event by "event" {
        /// It presents itself.
        Hello(Hello) = "hello",
        /// It lives. Every 5 s.
        Heartbeat(Heartbeat) = "heartbeat",
        /// It carries the command out.
        Accepted(Accepted) = "accepted",
        /// It does not.
        Rejected(Rejected) = "rejected",
        /// A caller rings.
        Offered(Offered) = "offered",
        /// A dialled leg rings.
        Ringing(Empty) = "ringing",
        /// A leg was answered.
        Answered(Empty) = "answered",
        /// A key was pressed.
        Digit(Digit) = "digit",
        /// Words were understood.
        Said(Said) = "said",
        /// The caller began to speak.
        SpeechStarted(Empty) = "speech_started",
        /// The caller stopped speaking.
        SpeechEnded(Empty) = "speech_ended",
        /// A play ended.
        PlayEnded(PlayEnded) = "play_ended",
        /// A recording ended.
        RecordEnded(RecordEnded) = "record_ended",
        /// The leg is bridged.
        Bridged(Empty) = "bridged",
        /// The leg is no longer bridged.
        Unbridged(Empty) = "unbridged",
        /// The far side put us on hold.
        Held(Empty) = "held",
        /// The far side took us off hold.
        Resumed(Empty) = "resumed",
        /// No audio arrives any more.
        MediaLost(Empty) = "media_lost",
        /// Audio arrives again.
        MediaRestored(Empty) = "media_restored",
        /// The far side asks that its party be connected with somebody else.
        TransferRequested(TransferRequested) = "transfer_requested",
        /// How far a `transfer` is.
        TransferProgress(super::command::TransferTold) = "transfer_progress",
        /// A phone came or went.
        Endpoint(Endpoint) = "endpoint",
        /// The leg is gone: its last event.
        Ended(Ended) = "ended",
    }
}

/// A message that says all by its word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// A sign of life.
pub type Heartbeat = Empty;

/// A command is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {}

/// A command is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// `unsupported`, `unknown_leg`, `invalid` or `failed`.
    pub reason: String,
}

/// A caller rings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The number that was called.
    pub called: String,
    /// The caller's number; nothing = withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The caller's name, if one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether somebody trusted vouches for the number.
    #[serde(default)]
    pub asserted: bool,
    /// Whether keys can arrive on this call.
    #[serde(default = "yes")]
    pub dtmf: bool,
    /// The number of the leg in frames of audio, below 2³¹. With `pcm` alone, and needed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<u32>,
    /// The trunk that the call came in by, as routes and flows know it (`call.trunk`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
    /// What else came with it. `Diversion`, or `History-Info` without it, says whom the caller called first
    /// (`call.diverted_from`); others are not read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

const fn yes() -> bool {
    true
}

/// A key was pressed: once per press, at the press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digit {
    /// `0`–`9`, `*`, `#` or `A`–`D`.
    pub symbol: String,
    /// How it arrived: `rtp_event`, `info`, `in_band` or `simulated`.
    #[serde(default)]
    pub source: String,
    /// When it was pressed, on the adapter's clock; nothing = `at_us`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed_at_us: Option<u64>,
    /// How long it was held, where that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Words were understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The words.
    pub text: String,
    /// How sure the recogniser is, 0–1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Whether nothing will change any more. What is not final is passed over.
    #[serde(default = "yes", rename = "final")]
    pub is_final: bool,
    /// When the caller began to speak, on the adapter's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at_us: Option<u64>,
}

/// A play ended: exactly one per accepted `play`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayEnded {
    /// Which.
    pub play: u64,
    /// `finished`, `stopped` or `failed`.
    pub reason: String,
    /// How much of it was heard.
    #[serde(default)]
    pub heard_ms: u64,
    /// When its last audible sample was sent, on the adapter's clock; nothing = `at_us`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_audible_at_us: Option<u64>,
}

/// A recording ended: exactly one per accepted `record`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordEnded {
    /// Which.
    pub record: String,
    /// `key`, `silence`, `limit`, `stopped`, `hangup` or `failed`.
    pub reason: String,
    /// How long it is, silence at its end left out.
    #[serde(default)]
    pub length_ms: u64,
    /// Where the adapter keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The far side asks that its party be connected with somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferRequested {
    /// With whom.
    pub to: String,
    /// The leg whose place is to be taken; nothing = the new party is to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// A phone came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its user name, as an agent's `user` in `sambung.yaml`.
    pub uri: String,
    /// Whether it can be called.
    pub reachable: bool,
}

/// A leg is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// `caller`: the far side of this leg; `system`: this side.
    #[serde(default)]
    pub by: String,
    /// Why, as in `hangup`; a word that is not known reads as `normal`.
    #[serde(default)]
    pub cause: String,
}
