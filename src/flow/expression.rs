//! Formulas: a small, total, typed language.

use std::sync::Arc;

use super::node::VariableIndex;

/// A value of a formula or variable.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value yet.
    Unset,
    /// Text; digit strings are text too.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
}

/// A compiled formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A constant.
    Constant(Value),
    /// A variable of the flow.
    Variable(VariableIndex),
}
