//! Offers that must be durable before a phone rings, kept from outside.

use std::collections::{BTreeMap, BTreeSet};

use super::breach::{Fault, require};
use crate::call::{AgentId, CallId};
use crate::history::{Fact, OfferId, Verdict};

/// What the store was asked, and what it has kept.
#[derive(Debug, Default)]
pub(super) struct Claims {
    asked: BTreeMap<OfferId, (CallId, AgentId)>,
    kept: BTreeSet<(CallId, AgentId)>,
}

impl Claims {
    /// The store is asked to keep an offer.
    pub(super) fn claimed(&mut self, fact: &Fact) {
        if let Fact::Offered { offer, contact, agent, .. } = fact {
            self.asked.insert(*offer, (*contact, agent.clone()));
        }
    }

    /// The store has decided. Gives the caller who waits on since it was not kept, and the agent.
    pub(super) fn decided(
        &mut self,
        offer: OfferId,
        verdict: Verdict,
    ) -> Option<(CallId, AgentId)> {
        let (call, agent) = self.asked.remove(&offer)?;
        if verdict == Verdict::Applied {
            self.kept.insert((call, agent));
            return None;
        }
        Some((call, agent))
    }

    /// An offer is closed: whatever the store says of it later lets nobody be rung.
    pub(super) fn closed(&mut self, fact: &Fact) {
        if let Fact::OfferClosed { offer, .. } = fact {
            self.asked.remove(offer);
        }
    }

    /// An agent is rung: only for an offer that is kept, and once for each.
    pub(super) fn ring(&mut self, call: CallId, agent: &AgentId) -> Result<(), Fault> {
        require(self.kept.remove(&(call, agent.clone())), || {
            format!("agent {agent} is rung for it before the offer is kept")
        })
    }
}
