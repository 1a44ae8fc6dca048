//! Who is at an end of a call.

use std::sync::Arc;

use super::mask::Redacted;

/// The caller as the network names them. Numbers are personal: `Debug` shows them masked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// The number or SIP user part; `None` when withheld.
    pub number: Option<Arc<str>>,
    /// The display name, if one was sent.
    pub name: Option<Arc<str>>,
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.number {
            Some(number) => write!(f, "{}", Redacted(number)),
            None => f.write_str("withheld"),
        }
    }
}
