//! What a call asks of the world outside and waits for: services, and the store that keeps its tickets.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::{CallId, Language, QueueId, RecordingId};
use super::mask::{Class, mask_value};
use crate::time::{Duration, Wall};

/// A request, numbered over the life of a node; never twice the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// One request of one call. Exactly one [`Reply`] answers it, unless it is given up first.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// The call that asks.
    pub call: CallId,
    /// What is asked.
    pub what: Errand,
}

/// What is asked of the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Carry out an operation of a service.
    Operation(Operation),
    /// Keep a ticket and give its number.
    Ticket(Ticket),
    /// Keep the wish to be called back.
    Callback(Callback),
}

/// One operation of a service that a project declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The service.
    pub service: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
    /// Its parameters with their values, in the order of the declaration. `null` = no value.
    pub with: Vec<Argument>,
    /// The tries; more than one only where it may be repeated.
    pub tries: u32,
    /// The same for every try of one visit of a node: what a service needs to carry a write out once.
    pub idempotency_key: Arc<str>,
}

/// A parameter with its value.
#[derive(Clone, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: Arc<str>,
    /// Its value as the service reads it.
    pub value: Json,
    /// How private the value is.
    pub class: Class,
}

/// A matter for a person to follow up.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Its kind, such as `complaint`.
    pub kind: Arc<str>,
    /// What is known, in order.
    pub with: Vec<Argument>,
    /// The caller's recorded message.
    pub recording: Option<RecordingId>,
    /// How soon it is due.
    pub due: Option<Duration>,
    /// The caller's language.
    pub language: Language,
}

/// A wish to be called back.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback {
    /// The queue whose agents call.
    pub queue: QueueId,
    /// The number to call; personal.
    pub to: Arc<str>,
    /// Within what time.
    pub within: Option<Duration>,
    /// The caller's language.
    pub language: Language,
    /// Where the wish will stand in line; `None` = nobody has said so yet.
    pub place: Option<WishPlace>,
}

/// Where a wish to be called back stands in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishPlace {
    /// The contact that stands there for it.
    pub contact: CallId,
    /// Since when.
    pub order: Wall,
    /// 1 (first) to 9.
    pub priority: u8,
    /// When it is too late.
    pub expires: Wall,
    /// The adapter by which the customer is called.
    pub adapter: Option<Arc<str>>,
    /// The trunk by which the customer is called: the one that their own call came by.
    pub trunk: Option<Arc<str>>,
}

/// How a request was answered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The service answered; its body, not yet held against the declared shape.
    Answered(Json),
    /// The service knows no such thing.
    NotFound,
    /// No use of it.
    Failed(Failure),
    /// It is kept, under this number.
    Kept(Arc<str>),
}

/// Why a request came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No answer within the time.
    Timeout,
    /// Nobody listens there.
    Refused,
    /// The service said that it could not.
    Error,
    /// The answer is not of the declared shape.
    BadShape,
    /// The service has failed so often that it is not asked for a while.
    CircuitOpen,
    /// Too many requests are under way.
    Busy,
    /// The service is not set up on this node.
    Unavailable,
}

impl Failure {
    /// The failure's name in records and as `fault`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Error => "error",
            Self::BadShape => "bad_shape",
            Self::CircuitOpen => "circuit_open",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Debug for Argument {
    /// Shows the value as its class allows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        write!(
            f,
            "{}={}",
            self.name,
            mask_value(&text, self.class).as_deref().unwrap_or("(secret)")
        )
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({} to {})", self.queue, super::mask::Redacted(&self.to))
    }
}

impl fmt::Debug for Reply {
    /// Leaves the answer itself out: it may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(_) => f.write_str("Answered"),
            Self::NotFound => f.write_str("NotFound"),
            Self::Failed(failure) => write!(f, "Failed({})", failure.name()),
            Self::Kept(number) => write!(f, "Kept({number})"),
        }
    }
}
