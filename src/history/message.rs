//! Messages that callers leave. What is to be made of one is told as soon as the caller speaks, so that the next process can do it
//! should this one die meanwhile.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::errand::said;
use super::fact::Fact;
use super::parts::Retention;
use super::row::{Private, Row};
use crate::call::{Language, Ticket};
use crate::time::{Duration, Wall};

/// The ticket that a message is to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What sort, as the flow names it: `voicemail`.
    pub sort: Arc<str>,
    /// In which language.
    pub language: Language,
    /// How soon it is due, in microseconds after it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_us: Option<u64>,
}

/// What is told of the ticket that a flow would open, and what it would say.
#[must_use]
pub fn message(ticket: &Ticket) -> (Message, Private) {
    let message = Message {
        sort: Arc::clone(&ticket.kind),
        language: ticket.language.clone(),
        due_us: ticket.due.map(Duration::as_micros),
    };
    (message, said(ticket))
}

/// The rows that finish a recording whose process died, in order. `began` is the row of its beginning; `lasted` is how long
/// what is on the disk is, `None` where it was told already that it is kept.
#[must_use]
pub fn finished(began: &Row, lasted: Option<Duration>, at: Wall) -> Vec<Row> {
    let Fact::RecordingBegan { recording, contact, message } = &began.fact else {
        return Vec::new();
    };
    let kept = |lasted: Duration| Fact::RecordingKept {
        recording: recording.clone(),
        contact: *contact,
        lasted_us: lasted.as_micros(),
        class: Retention::Recordings,
    };
    let ticket = |message: &Message| Fact::TicketOpened {
        ticket: 0,
        contact: *contact,
        sort: Arc::clone(&message.sort),
        language: message.language.clone(),
        owner: None,
        due: message.due_us.map(|due| at.after(Duration::from_micros(due))),
        recording: Some(recording.clone()),
        caller: None,
    };
    let kept = lasted.map(|lasted| Row::new(at, kept(lasted)));
    let ticket = message.as_ref().map(|message| {
        Row::new(at, ticket(message)).with(began.private.clone().unwrap_or_default())
    });
    kept.into_iter().chain(ticket).collect()
}
