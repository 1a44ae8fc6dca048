//! What is told and taken of tickets. The words of callers and of notes are told to those alone who work with them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tickets, or as many as were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketList {
    /// By number.
    pub tickets: Vec<TicketView>,
    /// What `after` must say for the next ones; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketView {
    /// Its number, as it was read out.
    pub ticket: u64,
    /// What kind, as the flow names it: `complaint`, `follow_up`, `voicemail`, `callback`.
    pub kind: String,
    /// The call in which it was opened.
    pub contact: String,
    /// In which language.
    pub language: String,
    /// When it was opened.
    pub opened: String,
    /// Who has to do it; absent = nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Whether that is over and it is not done.
    pub overdue: bool,
    /// Whether there is a recorded message.
    pub message: bool,
    /// When a person first did something about it: wrote a note, or was done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<String>,
    /// When it was closed; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// What came of it: `solved`, `not_solved`, `unreachable`, `duplicate`, `invalid`, `forgotten`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// One ticket with everything that was said and done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketDetail {
    /// How it stands.
    #[serde(flatten)]
    pub view: TicketView,
    /// What the caller said, by the flow's names. Absent for who only looks, and once the caller was forgotten.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The file of the recorded message, in the folder of the recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// What was done, in order.
    pub steps: Vec<TicketStepView>,
}

/// One thing that somebody did about a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketStepView {
    /// When.
    pub at: String,
    /// Who: an agent, or the name of a token.
    pub by: String,
    /// What: `assigned`, `noted`, `closed`.
    pub did: String,
    /// Who had to do it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The words of a note. Absent for who only looks, and once the caller was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who is to do it, or until when; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct TicketAssignment {
    /// The agent.
    #[serde(default)]
    pub(in crate::control) owner: Option<String>,
    /// Whether nobody has to do it any more.
    #[serde(default)]
    pub(in crate::control) nobody: bool,
    /// Until when, as RFC 3339.
    #[serde(default)]
    pub(in crate::control) due: Option<String>,
    /// The same in seconds from now, up to 366 days.
    #[serde(default)]
    pub(in crate::control) due_in_s: Option<u64>,
}

/// What was done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct TicketNote {
    /// In words: 1 to 4000 characters.
    pub(in crate::control) note: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct TicketClosing {
    /// What.
    pub(in crate::control) outcome: WantedOutcome,
    /// In words: 1 to 4000 characters.
    #[serde(default)]
    pub(in crate::control) note: Option<String>,
}

/// What can come of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::control) enum WantedOutcome {
    /// What it was about is settled.
    Solved,
    /// It cannot be settled.
    NotSolved,
    /// Whoever left it cannot be reached.
    Unreachable,
    /// Another ticket is about the same.
    Duplicate,
    /// There was nothing to be done.
    Invalid,
}
