//! Subflows, and the verbs that enter and leave them: `call` and `return`.
//!
//! The nodes and variables of all subflows stand in one list with those of the flow. A subflow never calls itself, not
//! even through others, so that each has at most one visit at a time and its variables need no copies.

use std::ops::Range;
use std::sync::Arc;

use super::silent::Place;
use super::{Goto, NodeIndex, VariableIndex};
use crate::flow::definition::VariableKind;
use crate::flow::expression::Formula;
use crate::flow::shipped::PREFIX;

/// The place of a subflow in [`Flow::subflows`](super::Flow::subflows).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubflowIndex(pub u32);

/// A part of a flow with variables of its own.
#[derive(Debug, Clone)]
pub struct Subflow {
    /// Its name.
    pub name: Arc<str>,
    /// Its node where a visit begins.
    pub start: NodeIndex,
    /// Its variables, as indexes; they begin anew with each visit and are wiped at its end.
    pub variables: Range<u32>,
    /// The variables among them that a `call` fills.
    pub params: Vec<VariableIndex>,
    /// What it gives back: names and types.
    pub returns: Vec<(Arc<str>, VariableKind)>,
    /// How it can end, besides `failed`.
    pub outcomes: Vec<Arc<str>>,
}

impl Subflow {
    /// Whether it ships with the program: its own tests are the program's, and it never fails.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.name.starts_with(PREFIX)
    }
}

/// Visits a subflow.
#[derive(Debug, Clone)]
pub struct CallNode {
    /// The subflow.
    pub subflow: SubflowIndex,
    /// What its parameters are set to.
    pub with: Vec<(VariableIndex, Formula)>,
    /// Where what it gives back goes: the place in [`Subflow::returns`], and where to.
    pub returns: Vec<(usize, Place)>,
    /// Where each of its outcomes leads.
    pub outcomes: Vec<(Arc<str>, Goto)>,
    /// Where it leads when a question's retries ran out inside; `None` = the built-in apology and hang-up.
    pub failed: Option<Goto>,
}

/// Ends a subflow.
#[derive(Debug, Clone)]
pub struct ReturnNode {
    /// The outcome.
    pub outcome: Arc<str>,
    /// What is given back: the place in [`Subflow::returns`], and the value.
    pub with: Vec<(usize, Formula)>,
}
