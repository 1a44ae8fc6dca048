//! Who is on which leg.

use std::collections::BTreeMap;

use crate::call::{AdapterId, AgentId, CallId, LegId};
use crate::queue::OfferId;

/// What a leg is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The caller's own.
    Caller(CallId),
    /// An agent who is rung for, or talks with, a caller.
    Agent {
        call: CallId,
        offer: OfferId,
        agent: AgentId,
        /// Whether they have been connected.
        talking: bool,
    },
    /// A number that is rung for, or talks with, a caller.
    Target {
        call: CallId,
        /// Whether they have been connected.
        talking: bool,
    },
}

/// All legs of the node.
#[derive(Debug, Default)]
pub(super) struct Legs {
    roles: BTreeMap<LegId, Role>,
    offers: BTreeMap<OfferId, LegId>,
    peers: BTreeMap<CallId, LegId>,
    dialled: u64,
}

impl Legs {
    /// A number for a leg that we dial: even, since adapters number what they offer with odd ones.
    pub(super) const fn next(&mut self, adapter: AdapterId) -> LegId {
        self.dialled += 2;
        LegId { adapter, number: self.dialled }
    }

    pub(super) fn insert(&mut self, leg: LegId, role: Role) {
        self.forget(leg);
        match &role {
            Role::Caller(_) => {}
            Role::Target { call, .. } => {
                self.peers.insert(*call, leg);
            }
            Role::Agent { call, offer, .. } => {
                self.offers.insert(*offer, leg);
                self.peers.insert(*call, leg);
            }
        }
        self.roles.insert(leg, role);
    }

    pub(super) fn get(&self, leg: LegId) -> Option<&Role> {
        self.roles.get(&leg)
    }

    /// The parties on this leg are connected now.
    pub(super) fn connected(&mut self, leg: LegId) {
        if let Some(Role::Agent { talking, .. } | Role::Target { talking, .. }) =
            self.roles.get_mut(&leg)
        {
            *talking = true;
        }
    }

    pub(super) fn remove(&mut self, leg: LegId) -> Option<Role> {
        self.forget(leg);
        self.roles.remove(&leg)
    }

    fn forget(&mut self, leg: LegId) {
        let (call, offer) = match self.roles.get(&leg) {
            Some(Role::Agent { call, offer, .. }) => (Some(*call), Some(*offer)),
            Some(Role::Target { call, .. }) => (Some(*call), None),
            Some(Role::Caller(_)) | None => (None, None),
        };
        if let Some(call) = call.filter(|call| self.peers.get(call) == Some(&leg)) {
            self.peers.remove(&call);
        }
        if let Some(offer) = offer {
            self.offers.remove(&offer);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.roles.len()
    }

    /// The legs of an adapter.
    pub(super) fn of(&self, adapter: AdapterId) -> Vec<LegId> {
        self.roles.keys().filter(|leg| leg.adapter == adapter).copied().collect()
    }

    /// The leg of an offer.
    pub(super) fn of_offer(&self, offer: OfferId) -> Option<LegId> {
        self.offers.get(&offer).copied()
    }

    /// The leg rung for or talking with a caller.
    pub(super) fn peer_of(&self, call: CallId) -> Option<LegId> {
        self.peers.get(&call).copied()
    }
}
