//! Calls of agents among themselves: two legs that no record tells of, and that come and go together.

use super::Watch;
use super::breach::Breach;
use super::wire::Wire;
use crate::call::LegId;

impl Watch {
    /// The leg of the agent who called whoever is on this one.
    pub(super) fn consulted_by(&self, leg: LegId) -> Option<&Wire> {
        self.consults.get(&leg).and_then(|asking| self.wires.get(asking))
    }

    /// Nobody who was called by an agent is left with nobody on the other side.
    pub(super) fn check_consultations(&mut self) -> Result<(), Breach> {
        let (wires, peers) = (&self.wires, &self.peers);
        // Whoever has a caller now, or is gone, is no longer asked anything.
        self.consults.retain(|leg, _| wires.contains_key(leg) && !peers.contains_key(leg));
        let alone = self.consults.iter().find(|(leg, asking)| {
            let there = |leg: &LegId| self.wires.get(leg).is_some_and(|wire| !wire.closed);
            there(leg) && !there(asking)
        });
        match alone {
            Some((leg, _)) => {
                Err(self.breach(format!("leg {leg}"), "the agent who called is gone, and it stays"))
            }
            None => Ok(()),
        }
    }
}
