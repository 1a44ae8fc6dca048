//! Plain definitions that a flow project makes and that `server` hands to the modules concerned:
//! variables, FAQs, queues and calendars.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expression::Value;
use super::node::Prompt;
use crate::call::{Class, Digits, Language, QueueId};
use crate::time::{Date, Duration};

/// A declared variable.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableDefinition {
    /// Its type.
    pub kind: VariableKind,
    /// How private it is.
    pub class: Class,
    /// Its value at the start of a call; [`Value::Unset`] if none is given.
    pub start: Value,
}

/// The type of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// Text.
    Text,
    /// Text of digits.
    Digits,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// A telephone number.
    Phone,
}

/// A FAQ: questions in several wordings and the prompt that answers each.
#[derive(Debug, Clone)]
pub struct FaqDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// Its entries, in the author's order.
    pub entries: Vec<FaqEntry>,
}

/// One answer of a FAQ.
#[derive(Debug, Clone)]
pub struct FaqEntry {
    /// Its name.
    pub name: Arc<str>,
    /// The key that asks for it.
    pub key: Option<Digits>,
    /// Wordings of the question, per language.
    pub ask: BTreeMap<Language, Vec<Arc<str>>>,
    /// The answer.
    pub say: Arc<Prompt>,
}

/// A human queue as a project defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDefinition {
    /// Its name.
    pub name: QueueId,
    /// The calendar of its opening hours; `None` = always open.
    pub hours: Option<Arc<str>>,
    /// The most callers that may wait.
    pub max_calls: u32,
    /// How agents are chosen.
    pub strategy: RingStrategy,
    /// How long one agent is rung.
    pub ring_timeout: Duration,
    /// How long an agent has after a call.
    pub wrap_up: Duration,
}

/// How the agent is chosen among those who are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingStrategy {
    /// Who has been idle longest.
    LongestIdle,
}

/// Opening hours as a project defines them; `calendar` checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// The IANA zone.
    pub zone: Arc<str>,
    /// Windows per weekday (0 = Monday), in minutes since midnight, half-open; an end at or before its start is on the next day.
    pub weekly: [Vec<(u16, u16)>; 7],
    /// Dates with hours of their own; no windows = closed.
    pub exceptions: BTreeMap<Date, Vec<(u16, u16)>>,
    /// Public holidays with their names.
    pub holidays: BTreeMap<Date, Arc<str>>,
}
