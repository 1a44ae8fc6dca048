//! The first message on every connection.

use serde::{Deserialize, Serialize};

/// An adapter presents itself: the first line of every connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the contract that it speaks.
    pub contract: u16,
    /// A word that is the same as long as the adapter keeps its numbers and its unacknowledged messages, and another
    /// one after it was started anew. Without it every `hello` begins from nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What it can do.
    pub capabilities: Ability,
    /// The calls that are live on its side.
    #[serde(default)]
    pub calls: Vec<CallListed>,
}

/// A call that is live on the adapter's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallListed {
    /// Its name.
    pub call: String,
    /// Its live legs.
    pub legs: Vec<String>,
}

/// What an adapter can do. What is not named it cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ability {
    /// How prompts are made heard: `none`, `reference` or `pcm`; nothing = `none`.
    #[serde(default)]
    pub media: String,
    /// The samples a second of `pcm`: 8000 or 16000; nothing = 8000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    /// The ways in which keys reach it: `rtp_event`, `info`, `in_band`, `simulated`.
    #[serde(default)]
    pub digit_sources: Vec<String>,
    /// Whether it reports what callers say.
    #[serde(default)]
    pub speech: bool,
    /// Whether it records callers.
    #[serde(default)]
    pub record: bool,
    /// Whether it can call somebody.
    #[serde(default)]
    pub dial: bool,
    /// Whether it can connect two of its legs.
    #[serde(default)]
    pub bridge: bool,
    /// Whether it can hand a leg over to somebody else.
    #[serde(default)]
    pub transfer: bool,
    /// Whether it can press keys towards a far side.
    #[serde(default)]
    pub send_digits: bool,
    /// Whether offers carry the headers of the call, and `dial` may.
    #[serde(default)]
    pub headers: bool,
    /// Whether it keeps secret keys from recordings, logs and bridged parties.
    #[serde(default)]
    pub mask: bool,
    /// Whether `sambung adapter check` may play its far side by `simulate`.
    #[serde(default)]
    pub simulate: bool,
    /// The most calls at a time; 0 = as many as the node allows.
    #[serde(default)]
    pub max_calls: usize,
}
