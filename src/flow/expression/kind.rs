//! The types of formulas, as far as they are known before a call.

use crate::call::Currency;
use crate::flow::definition::{RecordIndex, VariableKind};

/// The type of a formula's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; digit strings and telephone numbers are text too.
    Text,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// An amount of money, of this currency if it is known.
    Money(Option<Currency>),
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day.
    Moment,
    /// A span of time.
    Duration,
    /// A list of texts.
    List,
    /// A recording.
    Recording,
    /// A record.
    Record(RecordIndex),
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
            Self::Money(_) => "money",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Moment => "a date with a time of day",
            Self::Duration => "a span of time",
            Self::List => "a list",
            Self::Recording => "a recording",
            Self::Record(_) => "a record",
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
            VariableKind::Text | VariableKind::Digits | VariableKind::Phone | VariableKind::Pin => {
                Self::Text
            }
            VariableKind::Int => Self::Int,
            VariableKind::Bool => Self::Bool,
            VariableKind::Money(currency) => Self::Money(currency),
            VariableKind::Date => Self::Date,
            VariableKind::Time => Self::Time,
            VariableKind::List => Self::List,
            VariableKind::Recording => Self::Recording,
            VariableKind::Record(record) => Self::Record(record),
        }
    }
}
