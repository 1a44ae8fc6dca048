//! Where a call comes from.

use std::sync::Arc;

use super::party::Party;

/// Who calls whom, and what the network says of it: the facts of a call that are known before anybody speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The called number or SIP user part.
    pub called: Arc<str>,
    /// Who calls.
    pub caller: Party,
    /// Whether a trusted trunk vouches for the caller's number.
    pub asserted: bool,
    /// The trunk that the call came in by; `None` = none of ours.
    pub trunk: Option<Arc<str>>,
    /// The number that was called first, before the call was diverted to `called`. Only from a trusted trunk.
    pub diverted_from: Option<Arc<str>>,
}

impl Origin {
    /// A call from a number to a number, of which nothing else is known; `None` = the caller's number is withheld.
    #[must_use]
    pub fn new(called: &str, caller: Option<&str>) -> Self {
        let caller = Party { number: caller.map(Into::into), name: None };
        Self { called: called.into(), caller, ..Self::default() }
    }
}
