//! Who is on which leg.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// An agent to whom a colleague hands a caller over: rung for them, on the way, or talking.
    Colleague {
        call: CallId,
        agent: AgentId,
        /// Whether they have been connected.
        talking: bool,
    },
    /// An agent who calls somebody.
    Consulting {
        agent: AgentId,
        /// The leg of whom they call.
        with: LegId,
        /// Whom, as it was dialled.
        to: Arc<str>,
        /// Whether their own leg was answered.
        answered: bool,
    },
    /// Whom an agent calls.
    Consulted {
        /// The agent's leg.
        by: LegId,
        /// The colleague, if it is one.
        agent: Option<AgentId>,
        /// Whether both sides hear each other.
        talking: bool,
    },
    /// A customer who is called back, or has been.
    Customer {
        /// The wish.
        wish: CallId,
    },
    /// An agent who dials a code.
    Code {
        agent: AgentId,
        /// The built-in words that tell what came of it.
        words: &'static str,
    },
    /// A number that is rung for, or talks with, a caller.
    Target {
        call: CallId,
        /// Whether they have been connected.
        talking: bool,
    },
}

impl Role {
    /// The agent whose phone this is.
    pub(super) const fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Agent { agent, .. }
            | Self::Colleague { agent, .. }
            | Self::Consulting { agent, .. }
            | Self::Code { agent, .. } => Some(agent),
            Self::Consulted { agent, .. } => agent.as_ref(),
            Self::Caller(_) | Self::Customer { .. } | Self::Target { .. } => None,
        }
    }

    /// The call and the agent, where this is an agent who talks with a caller.
    pub(super) fn talking_agent(&self) -> Option<(CallId, AgentId)> {
        match self {
            Self::Agent { call, agent, talking: true, .. }
            | Self::Colleague { call, agent, talking: true } => Some((*call, agent.clone())),
            Self::Caller(_)
            | Self::Agent { .. }
            | Self::Colleague { .. }
            | Self::Consulting { .. }
            | Self::Consulted { .. }
            | Self::Customer { .. }
            | Self::Code { .. }
            | Self::Target { .. } => None,
        }
    }

    /// The call whose caller whoever this is talks with.
    pub(super) const fn talks_with(&self) -> Option<CallId> {
        match self {
            Self::Agent { call, talking: true, .. }
            | Self::Colleague { call, talking: true, .. }
            | Self::Target { call, talking: true } => Some(*call),
            Self::Caller(_)
            | Self::Agent { .. }
            | Self::Colleague { .. }
            | Self::Consulting { .. }
            | Self::Consulted { .. }
            | Self::Customer { .. }
            | Self::Code { .. }
            | Self::Target { .. } => None,
        }
    }
}

/// All legs of the node.
#[derive(Debug, Default)]
pub(super) struct Legs {
    roles: BTreeMap<LegId, Role>,
    offers: BTreeMap<OfferId, LegId>,
    peers: BTreeMap<CallId, LegId>,
    /// The call whose caller talks, or has talked, with who is on a leg that is not known to have ended: it may outlive
    /// its role, where a caller is handed over.
    talks: BTreeMap<LegId, CallId>,
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
        self.talks.extend(role.talks_with().map(|call| (leg, call)));
        match &role {
            Role::Caller(_)
            | Role::Code { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Customer { .. } => {}
            Role::Target { call, .. } | Role::Colleague { call, .. } => {
                self.peers.insert(*call, leg);
            }
            Role::Agent { offer, .. } => {
                self.offers.insert(*offer, leg);
            }
        }
        self.roles.insert(leg, role);
    }

    /// A leg of somebody who is on the way to a caller, beside the one who talks with them.
    pub(super) fn insert_aside(&mut self, leg: LegId, role: Role) {
        self.forget(leg);
        self.roles.insert(leg, role);
    }

    /// The leg is the one that a caller's talk or its end is about.
    pub(super) fn make_peer(&mut self, call: CallId, leg: LegId) {
        self.peers.insert(call, leg);
    }

    /// A leg's role, to be changed.
    pub(super) fn get_mut(&mut self, leg: LegId) -> Option<&mut Role> {
        self.roles.get_mut(&leg)
    }

    pub(super) fn get(&self, leg: LegId) -> Option<&Role> {
        self.roles.get(&leg)
    }

    /// The parties on this leg are connected now.
    pub(super) fn connected(&mut self, leg: LegId) {
        if let Some(Role::Agent { call, talking, .. } | Role::Target { call, talking }) =
            self.roles.get_mut(&leg)
        {
            *talking = true;
            self.peers.insert(*call, leg);
            self.talks.insert(leg, *call);
        }
    }

    pub(super) fn remove(&mut self, leg: LegId) -> Option<Role> {
        self.forget(leg);
        self.roles.remove(&leg)
    }

    fn forget(&mut self, leg: LegId) {
        let (call, offer) = match self.roles.get(&leg) {
            Some(Role::Agent { call, offer, .. }) => (Some(*call), Some(*offer)),
            Some(Role::Target { call, .. } | Role::Colleague { call, .. }) => (Some(*call), None),
            Some(
                Role::Caller(_)
                | Role::Code { .. }
                | Role::Consulting { .. }
                | Role::Consulted { .. }
                | Role::Customer { .. },
            )
            | None => (None, None),
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

    /// The call whose caller talks, or has talked, with who is on a leg.
    pub(super) fn talk_on(&self, leg: LegId) -> Option<CallId> {
        self.talks.get(&leg).copied()
    }

    /// A leg has ended: nothing more is heard of it.
    pub(super) fn ended(&mut self, leg: LegId) {
        self.talks.remove(&leg);
    }

    /// An adapter is gone with its legs.
    pub(super) fn forget_talks(&mut self, adapter: AdapterId) {
        self.talks.retain(|leg, _| leg.adapter != adapter);
    }

    /// The legs of an adapter.
    pub(super) fn of(&self, adapter: AdapterId) -> Vec<LegId> {
        self.roles.keys().filter(|leg| leg.adapter == adapter).copied().collect()
    }

    /// The legs of those parties that are meant.
    pub(super) fn find(&self, meant: impl Fn(&Role) -> bool) -> Vec<LegId> {
        self.roles.iter().filter(|(_, role)| meant(role)).map(|(leg, _)| *leg).collect()
    }

    /// The leg of an offer.
    pub(super) fn of_offer(&self, offer: OfferId) -> Option<LegId> {
        self.offers.get(&offer).copied()
    }

    /// The leg that talks with a caller, or is rung by a transfer.
    pub(super) fn peer_of(&self, call: CallId) -> Option<LegId> {
        self.peers.get(&call).copied()
    }
}
