//! The verbs that reach outside the call: `http`, `record`, `ticket`.

use std::sync::Arc;

use super::prompt::Prompt;
use super::{Goto, VariableIndex};
use crate::call::{Class, Symbol};
use crate::flow::definition::OperationDefinition;
use crate::flow::expression::Formula;
use crate::time::Duration;

/// Asks a service.
#[derive(Debug, Clone)]
pub struct HttpNode {
    /// The operation.
    pub operation: Arc<OperationDefinition>,
    /// The value of each parameter, by its place in [`OperationDefinition::parameters`]; left-out ones have none.
    pub with: Vec<(usize, Formula)>,
    /// Where the answer goes.
    pub into: Option<VariableIndex>,
    /// What the caller hears when the answer takes long; empty = the built-in words.
    pub wait: Vec<Arc<Prompt>>,
    /// The tries; more than one only for an operation that may be repeated.
    pub tries: u32,
    /// Variables that are wiped once the request is made.
    pub forget: Vec<VariableIndex>,
    /// The answer came and has the declared shape.
    pub ok: Goto,
    /// The service knows no such thing.
    pub not_found: Goto,
    /// No use of it.
    pub failed: Goto,
}

/// Records what the caller says.
#[derive(Debug, Clone)]
pub struct RecordNode {
    /// What is said first; a tone follows.
    pub prompts: Vec<Arc<Prompt>>,
    /// Where the recording goes.
    pub into: VariableIndex,
    /// How private it is.
    pub class: Class,
    /// The longest it may be.
    pub max: Duration,
    /// Silence after the last word that ends it.
    pub silence: Duration,
    /// The key that ends it; `None` = any key.
    pub end: Option<Symbol>,
    /// How long it is kept; `None` = until somebody deletes it.
    pub keep: Option<Duration>,
    /// There is a message.
    pub ok: Goto,
    /// Nothing was said; `None` = the built-in apology and hang-up.
    pub empty: Option<Goto>,
    /// What is done, silently, with a message whose sender hung up.
    pub hung_up: Option<Goto>,
}

/// Opens a ticket.
#[derive(Debug, Clone)]
pub struct TicketNode {
    /// Its kind, such as `complaint`.
    pub kind: Arc<str>,
    /// What is known: names and values, in order.
    pub with: Vec<(Arc<str>, Formula)>,
    /// The caller's recorded message.
    pub recording: Option<Formula>,
    /// How soon it is due.
    pub due: Option<Duration>,
    /// Where its number goes.
    pub into: Option<VariableIndex>,
    /// It is kept.
    pub ok: Goto,
    /// It could not be kept.
    pub failed: Goto,
}
