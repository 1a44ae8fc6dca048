//! Values of formulas and variables.

use std::fmt;
use std::sync::Arc;

/// A value of a formula or variable.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl fmt::Display for Value {
    /// The value as records and screens show it; nothing for [`Value::Unset`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(yes) => write!(f, "{yes}"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
