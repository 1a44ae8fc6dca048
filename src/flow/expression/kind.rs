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

    /// The type in words, money with its currency.
    pub(crate) fn described(self) -> String {
        match self {
            Self::Money(Some(currency)) => format!("money in {currency}"),
            _ => self.words().to_owned(),
        }
    }

    /// Whether a value of one type can stand where the other is wanted.
    pub(crate) fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Money(a), Self::Money(b)) => a.is_none() || b.is_none() || a == b,
            (a, b) => a == b,
        }
    }

    /// Whether values of the two types can be compared with each other: those of one type, and a moment with a date or
    /// a time of day.
    pub(super) fn comparable(self, other: Self) -> bool {
        match (self, other) {
            (Self::Moment, Self::Date | Self::Time) | (Self::Date | Self::Time, Self::Moment) => {
                true
            }
            (a, b) => a.agrees(b),
        }
    }

    /// Whether one value of the type can be below another.
    pub(super) const fn is_ordered(self) -> bool {
        match self {
            Self::Text
            | Self::Int
            | Self::Money(_)
            | Self::Date
            | Self::Time
            | Self::Moment
            | Self::Duration
            | Self::Any => true,
            Self::Bool | Self::List | Self::Recording | Self::Record(_) => false,
        }
    }

    /// The more exact one of two types that agree.
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Any | Self::Money(None)) { other } else { self }
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
