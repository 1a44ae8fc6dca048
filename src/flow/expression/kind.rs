//! The types of formulas, as far as they are known before a call.

use crate::flow::definition::VariableKind;

/// The type of a formula's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; digit strings and telephone numbers are text too.
    Text,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Not known, because something else is wrong.
    Any,
}

impl Kind {
    /// The type in words, after "this is …".
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "a number",
            Self::Bool => "yes or no",
            Self::Any => "anything",
        }
    }

    /// Whether values of the two types can be compared with each other.
    pub(super) fn agrees(self, other: Self) -> bool {
        self == other || self == Self::Any || other == Self::Any
    }

    /// The more exact one of two types that agree.
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Any) { other } else { self }
    }
}

impl From<VariableKind> for Kind {
    fn from(kind: VariableKind) -> Self {
        match kind {
            VariableKind::Text | VariableKind::Digits | VariableKind::Phone => Self::Text,
            VariableKind::Int => Self::Int,
            VariableKind::Bool => Self::Bool,
        }
    }
}
