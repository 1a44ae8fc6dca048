//! The journal of one call: what it was told, when, and where that led. One JSON object on one line.
//!
//! A call record says how a call went; a journal holds what is needed to hold the very same call again, with the same
//! flow or another one. It keeps no personal value: keys that belong to people and secrets are stand-ins of the same
//! length, words are the flow's own or only counted, numbers are masked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cause::{EndedBy, HangupCause};
use super::digit::Symbol;
use super::id::{AgentId, CallId, FlowHash, FlowId, Language, NodeId, QueueId};
use super::prompt::PromptId;
use super::recording::RecordingEnd;
use super::request::Reply;
use crate::time::{Duration, Wall};

/// The version of the form that is written and read.
pub const JOURNAL_VERSION: u8 = 1;

/// One call, from its offer to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallJournal {
    /// The version of this form: [`JOURNAL_VERSION`].
    pub v: u8,
    /// The call's id, the same as in its record.
    pub call: CallId,
    /// The flow that took the call.
    pub flow: FlowId,
    /// The content hash of that flow.
    pub flow_hash: FlowHash,
    /// The called number.
    pub called: Arc<str>,
    /// The caller's number, masked; `None` when withheld.
    pub caller: Option<Arc<str>>,
    /// Whether a name came with the caller's number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named: bool,
    /// Whether a trusted trunk vouched for the caller's number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asserted: bool,
    /// The trunk that the call came in by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk: Option<Arc<str>>,
    /// The number that was called first, where the call was diverted; masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverted_from: Option<Arc<str>>,
    /// Whether keys could arrive.
    pub dtmf: bool,
    /// The adapter's name.
    pub adapter: Arc<str>,
    /// When the call was offered: RFC 3339 UTC with microseconds.
    #[serde(with = "started")]
    pub started: Wall,
    /// What happened, in order.
    pub events: Vec<JournalEntry>,
    /// How many events found no room; none of them is listed, except the end of the call.
    pub left_out: u32,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalEntry {
    /// When, since the offer of the call; in microseconds.
    #[serde(rename = "at_us", with = "micros")]
    pub at: Duration,
    /// What.
    #[serde(rename = "is")]
    pub event: JournalEvent,
}

/// What happened: where the call went, and what it was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JournalEvent {
    /// A node was entered.
    Entered {
        /// The node.
        node: NodeId,
    },
    /// A node was left.
    Left {
        /// The node.
        node: NodeId,
        /// Its outcome.
        outcome: Arc<str>,
    },
    /// A question was put, the first time or again; it may have been answered by keys typed ahead before a word was
    /// said.
    Asked {
        /// The node that asks.
        node: NodeId,
    },
    /// Prompts began to sound, one after the other.
    Heard {
        /// The prompts.
        prompts: Vec<JournalPrompt>,
    },
    /// What sounded was heard to its end.
    Silent,
    /// The caller wanted to be put in line.
    Enqueued {
        /// The queue.
        queue: QueueId,
    },
    /// A number was rung for the caller.
    Rang {
        /// The number, masked.
        to: Arc<str>,
    },
    /// Something was asked of the outside: an operation (`orders.find`), `tickets` or `callbacks`.
    Requested {
        /// What.
        what: Arc<str>,
    },
    /// The caller was recorded from here on.
    Taped,
    /// The caller's leg was answered.
    Answered,
    /// The caller pressed a key: the one that was pressed where a node took it and nobody's privacy forbids it, else a
    /// stand-in.
    Key {
        /// The key.
        key: Symbol,
    },
    /// The caller said something.
    Said {
        /// How many words.
        words: u32,
        /// What the flow understood, in words of its own that it understands alike; `None` where it understood nothing.
        phrase: Option<Arc<str>>,
    },
    /// The recording ended.
    Recorded {
        /// Why.
        end: RecordingEnd,
        /// How long it is, in microseconds.
        #[serde(rename = "lasted_us", with = "micros")]
        lasted: Duration,
    },
    /// Nothing of what was to be played could be heard.
    PlayFailed,
    /// What was asked of the outside was answered.
    Replied(Reply),
    /// News from the queue.
    Queue(JournalQueue),
    /// News from the number that was rung, or from the person whom the caller talked with.
    Other(JournalOther),
    /// The node ended the call politely.
    Closed {
        /// Why.
        cause: HangupCause,
    },
    /// The node ended the call at once.
    Aborted {
        /// Why.
        cause: HangupCause,
    },
    /// The caller's leg ended. The last event, except where the flow still had something to do in silence.
    Ended {
        /// Who ended it.
        by: EndedBy,
        /// Why.
        cause: HangupCause,
    },
}

/// News from the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JournalQueue {
    /// The caller is in line.
    Entered {
        /// The place in line, from 1.
        position: u32,
    },
    /// Somebody led the caller to another queue.
    Led {
        /// The queue.
        queue: QueueId,
        /// The place in it, from 1.
        position: u32,
    },
    /// The place in line changed.
    Moved {
        /// The place in line, from 1.
        position: u32,
    },
    /// The queue takes no more callers.
    Full,
    /// Nobody is logged in.
    Unstaffed,
    /// The queue is closed.
    Closed,
    /// The wait was too long.
    Expired,
    /// An agent took the call and is told of it first.
    PickedUp,
    /// An agent is rung.
    Offered {
        /// The agent.
        agent: AgentId,
    },
    /// An offer came to nothing.
    OfferEnded {
        /// The agent.
        agent: AgentId,
        /// How, in the words of the record.
        result: Arc<str>,
    },
    /// An agent answered.
    Connected {
        /// The agent.
        agent: AgentId,
    },
}

/// News from the other party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JournalOther {
    /// The number that was rung answered.
    Answered,
    /// The number could not be connected.
    Failed(HangupCause),
    /// The person whom the caller talked with hung up.
    Ended,
    /// The phone of the person whom the caller talked with was gone without a word.
    Lost,
    /// One side of the talk held.
    Held,
    /// No side held any more.
    Resumed,
    /// The agent began to hand the caller over, and somebody was rung for that.
    Transferring,
    /// The caller talked with whomever the agent handed them over to.
    Transferred,
    /// Whoever was rung could not be had: the caller was with the agent again.
    Returned(HangupCause),
}

/// A prompt in the language that it was heard in, written `id/welcome`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalPrompt {
    /// The language.
    pub language: Language,
    /// The prompt.
    pub prompt: PromptId,
}

/// A line that is no journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It is no JSON, or not of this form.
    #[error("no journal of a call: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of a form that this program does not know.
    #[error("a journal of version {0}; this program reads version 1")]
    Version(u8),
    /// Time runs back in it.
    #[error("event {0} comes before the one above it")]
    Order(usize),
}

impl CallJournal {
    /// Reads one line.
    ///
    /// # Errors
    /// When it is not of the form that is written, field by field.
    pub fn read(line: &str) -> Result<Self, JournalError> {
        let journal: Self = match serde_json::from_str(line) {
            Ok(journal) => journal,
            // Of a newer form nothing but its version can be known.
            Err(error) => {
                return Err(version(line).map_or(JournalError::Form(error), JournalError::Version));
            }
        };
        if journal.v != JOURNAL_VERSION {
            return Err(JournalError::Version(journal.v));
        }
        let back = journal.events.windows(2).position(|pair| pair[1].at < pair[0].at);
        back.map_or(Ok(journal), |place| Err(JournalError::Order(place + 2)))
    }

    /// The journal as one line, without its end.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no journal of ours holds.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The version that a line names, if it is another one.
fn version(line: &str) -> Option<u8> {
    #[derive(Deserialize)]
    struct Versioned {
        v: u8,
    }
    let read: Versioned = serde_json::from_str(line).ok()?;
    Some(read.v).filter(|v| *v != JOURNAL_VERSION)
}

impl std::fmt::Display for JournalPrompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.language, self.prompt)
    }
}

impl Serialize for JournalPrompt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JournalPrompt {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        let (language, prompt) = text.split_once('/').ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is no prompt in a language, such as `id/welcome`"
            ))
        })?;
        Ok(Self { language: language.into(), prompt: prompt.into() })
    }
}

/// Spans as whole microseconds.
mod micros {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::time::Duration;

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(span.as_micros())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_micros)
    }
}

/// Wall-clock times as RFC 3339 with microseconds.
mod started {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::time::Wall;

    pub(super) fn serialize<S: Serializer>(wall: &Wall, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&wall.to_rfc3339_micros())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Wall, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(from)?;
        Wall::parse_rfc3339(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no time in UTC")))
    }
}

#[cfg(test)]
mod tests;
