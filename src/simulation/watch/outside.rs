//! What calls ask of the outside, and whom each answer reaches.

use std::collections::BTreeMap;

use super::breach::{Fault, require};
use crate::call::{CallId, RequestId};
use crate::time::Instant;

/// All that is asked and not answered.
#[derive(Debug, Default)]
pub(super) struct Outside {
    asked: BTreeMap<RequestId, CallId>,
    asking: BTreeMap<CallId, (RequestId, Instant)>,
    last: Option<RequestId>,
}

impl Outside {
    /// A call asks.
    pub(super) fn ask(&mut self, now: Instant, id: RequestId, call: CallId) -> Result<(), Fault> {
        let new = self.last.is_none_or(|last| last < id);
        require(new, || "a request has a number that was used before".to_owned())?;
        self.last = Some(id);
        require(!self.asking.contains_key(&call), || "two answers are waited for".to_owned())?;
        self.asked.insert(id, call);
        self.asking.insert(call, (id, now));
        Ok(())
    }

    /// An answer is given, or no longer waited for: whose it was, if anybody waits for it.
    pub(super) fn settle(&mut self, id: RequestId) -> Option<CallId> {
        let call = self.asked.remove(&id)?;
        self.asking.remove(&call);
        Some(call)
    }

    /// Since when a call waits for an answer, if it does.
    pub(super) fn awaited_since(&self, call: CallId) -> Option<Instant> {
        self.asking.get(&call).map(|(_, since)| *since)
    }
}
