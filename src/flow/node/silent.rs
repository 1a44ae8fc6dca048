//! The verbs that only decide and remember: `set`, `branch`, `hours`, `note`.

use std::sync::Arc;

use super::{Goto, VariableIndex};
use crate::flow::expression::Formula;

/// One assignment.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// What is set.
    pub place: Place,
    /// To what.
    pub value: Formula,
}

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A variable of the flow.
    Variable(VariableIndex),
    /// `call.language`.
    CallLanguage,
}

/// Sets variables.
#[derive(Debug, Clone)]
pub struct SetNode {
    /// The assignments, in order.
    pub set: Vec<Assignment>,
    /// Where to go then.
    pub next: Goto,
}

/// Chooses a way by conditions.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The first that holds wins.
    pub arms: Vec<(Formula, Goto)>,
    /// Where to go when none holds.
    pub otherwise: Goto,
}

/// Chooses a way by a calendar.
#[derive(Debug, Clone)]
pub struct Hours {
    /// The calendar's name.
    pub calendar: Arc<str>,
    /// The moment that is asked about; `None` = now.
    pub at: Option<Formula>,
    /// Where to go when it is open.
    pub open: Goto,
    /// Where to go when it is closed.
    pub closed: Goto,
    /// Where to go on a holiday.
    pub holiday: Goto,
}

/// Writes into the call record.
#[derive(Debug, Clone)]
pub struct NoteNode {
    /// Names and values, in order.
    pub entries: Vec<(Arc<str>, Formula)>,
    /// Where to go then.
    pub next: Goto,
}
