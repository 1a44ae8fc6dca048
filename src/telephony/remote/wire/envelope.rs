//! What stands around every message: numbers, times, and whom it is about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::MAX_LINE;

/// What stands around a message. All of it may be missing; which message needs what, the contract says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The number of the message, from 1 up, each way for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The number up to which the other side's messages have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack: Option<u64>,
    /// When it happened, in microseconds of the adapter's monotonic clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<u64>,
    /// The command's number, by which it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The call, by the adapter's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The leg, by the name that whoever began it gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<String>,
}

/// A message with its envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<T> {
    /// What stands around it.
    pub envelope: Envelope,
    /// What it says.
    pub body: T,
}

/// Messages that are told apart by one word.
pub trait Vocabulary: Sized {
    /// The key under which the word stands.
    const KEY: &str;

    /// The word.
    fn word(&self) -> &str;

    /// Reads what stands beside the word.
    ///
    /// # Errors
    /// When a field is missing or of another form.
    fn read(word: &str, body: Value) -> Result<Self, serde_json::Error>;

    /// Writes what stands beside the word, as an object.
    ///
    /// # Errors
    /// When the body is no object; ours are.
    fn write(&self) -> Result<String, serde_json::Error>;
}

/// Why a line is no message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// It is longer than [`MAX_LINE`].
    #[error("a line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// It is no JSON object.
    #[error("a line is no JSON object: {0}")]
    NoObject(String),
    /// Nothing says what it is.
    #[error("a line has no `{0}`")]
    NoWord(&'static str),
    /// A field is missing or has another form.
    #[error("`{word}` is malformed: {why}")]
    Malformed {
        /// The message's word.
        word: String,
        /// What is wrong with it.
        why: String,
    },
}

impl<T: Vocabulary> Message<T> {
    /// Reads one line, with or without its end.
    ///
    /// # Errors
    /// When it is too long, no JSON object, or a field has another form.
    pub fn read(line: &[u8]) -> Result<Self, WireError> {
        if line.len() > MAX_LINE {
            return Err(WireError::TooLong);
        }
        let value: Value =
            serde_json::from_slice(line).map_err(|error| WireError::NoObject(error.to_string()))?;
        let Value::Object(fields) = &value else {
            return Err(WireError::NoObject("it is another value".to_owned()));
        };
        let Some(word) = fields.get(T::KEY).and_then(Value::as_str).map(str::to_owned) else {
            return Err(WireError::NoWord(T::KEY));
        };
        let malformed = |error: serde_json::Error| WireError::Malformed {
            word: word.clone(),
            why: error.to_string(),
        };
        let envelope = Envelope::deserialize(&value).map_err(malformed)?;
        let body = T::read(&word, value).map_err(malformed)?;
        Ok(Self { envelope, body })
    }

    /// Writes one line, without its end.
    ///
    /// # Panics
    /// Never: every message of ours is an object of plain values.
    #[must_use]
    pub fn write(&self) -> String {
        let envelope = serde_json::to_string(&self.envelope).expect("an envelope is plain");
        let body = self.body.write().expect("a message is plain");
        let key = serde_json::to_string(self.body.word()).expect("a word is plain");
        let inner = |object: &str| object.trim_matches(['{', '}']).is_empty();
        let mut line = envelope;
        line.pop();
        if !line.ends_with('{') {
            line.push(',');
        }
        line.push_str(&format!("\"{}\":{key}", T::KEY));
        if inner(&body) {
            line.push('}');
        } else {
            line.push(',');
            line.extend(body.chars().skip(1));
        }
        line
    }
}
