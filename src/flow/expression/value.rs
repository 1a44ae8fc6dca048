//! Values of formulas and variables.

use std::fmt;
use std::sync::Arc;

use crate::call::{Money, RecordingId};
use crate::time::{ClockTime, Date, Duration, Moment};

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
    /// An amount of money.
    Money(Money),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(ClockTime),
    /// A date and a time of day, as a clock at the flow's own place shows them.
    Moment(Moment),
    /// A span of time.
    Duration(Duration),
    /// Several values.
    List(Arc<[Self]>),
    /// The fields of a record, in the order of its type.
    Record(Arc<[Self]>),
    /// What a caller was recorded saying.
    Recording(RecordingId),
}

impl fmt::Display for Value {
    /// The value as records and screens show it; nothing for [`Value::Unset`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Money(money) => write!(f, "{money}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Time(time) => write!(f, "{time}"),
            Self::Moment(moment) => write!(f, "{moment}"),
            Self::Duration(span) => write!(f, "{span}"),
            Self::List(values) | Self::Record(values) => {
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Self::Recording(recording) => write!(f, "{recording}"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
