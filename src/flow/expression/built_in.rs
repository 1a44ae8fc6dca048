//! The names that every call has a value for.

use super::kind::Kind;
use crate::call::Class;

/// A value that every call has, whatever the flow declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// `call.from`: the caller's number, text; personal; no value when withheld.
    CallFrom,
    /// `call.name`: the caller's name as their network sent it, text; personal; no value when none came or the number
    /// is withheld.
    CallName,
    /// `call.asserted`: whether a trusted trunk vouches for `call.from`, yes or no.
    CallAsserted,
    /// `call.to`: the called number, text.
    CallTo,
    /// `call.trunk`: the trunk that the call came in by, text; no value when it came by none.
    CallTrunk,
    /// `call.diverted_from`: the number that was called first, before the call was diverted to us, text; personal; no
    /// value when it was not diverted or no trusted trunk says so.
    CallDivertedFrom,
    /// `call.language`: the tag of the language that the caller hears, text.
    CallLanguage,
    /// `call.id`: the call's id, text.
    CallId,
    /// `call.surveyed`: whether the caller was asked about the service in this call already, yes or no.
    CallSurveyed,
    /// `queue.position`: the place in line counted from 1, a whole number; no value outside a queue.
    QueuePosition,
    /// `queue.wait`: how long the caller has waited in the present or last queue, a span; no value before one.
    QueueWait,
    /// `now`: the date and time of day at the flow's own place.
    Now,
    /// `fault`: why the last `http`, `ticket` or `callback` came to nothing, text; no value before one did.
    Fault,
}

impl BuiltIn {
    /// Every built-in name.
    pub const ALL: [Self; 13] = [
        Self::CallFrom,
        Self::CallName,
        Self::CallAsserted,
        Self::CallTo,
        Self::CallTrunk,
        Self::CallDivertedFrom,
        Self::CallLanguage,
        Self::CallId,
        Self::CallSurveyed,
        Self::QueuePosition,
        Self::QueueWait,
        Self::Now,
        Self::Fault,
    ];

    /// The name as formulas write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallFrom => "call.from",
            Self::CallName => "call.name",
            Self::CallAsserted => "call.asserted",
            Self::CallTo => "call.to",
            Self::CallTrunk => "call.trunk",
            Self::CallDivertedFrom => "call.diverted_from",
            Self::CallLanguage => "call.language",
            Self::CallId => "call.id",
            Self::CallSurveyed => "call.surveyed",
            Self::QueuePosition => "queue.position",
            Self::QueueWait => "queue.wait",
            Self::Now => "now",
            Self::Fault => "fault",
        }
    }

    /// Its type.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::CallFrom
            | Self::CallName
            | Self::CallTo
            | Self::CallTrunk
            | Self::CallDivertedFrom
            | Self::CallLanguage
            | Self::CallId
            | Self::Fault => Kind::Text,
            Self::CallAsserted | Self::CallSurveyed => Kind::Bool,
            Self::QueuePosition => Kind::Int,
            Self::QueueWait => Kind::Duration,
            Self::Now => Kind::Moment,
        }
    }

    /// How private the value is.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::CallFrom | Self::CallName | Self::CallDivertedFrom => Class::Personal,
            Self::CallAsserted
            | Self::CallTo
            | Self::CallTrunk
            | Self::CallLanguage
            | Self::CallId
            | Self::CallSurveyed
            | Self::QueuePosition
            | Self::QueueWait
            | Self::Now
            | Self::Fault => Class::Public,
        }
    }
}
