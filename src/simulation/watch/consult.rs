//! Callers who are handed over, and calls of agents among themselves: two legs that no record tells of, and that come and
//! go together.

use super::Watch;
use super::breach::{Breach, Fault};
use super::wire::Wire;
use crate::call::LegId;
use crate::engine::Notice;

impl Watch {
    /// The engine notes how a caller is handed over.
    pub(super) fn handed_over(&mut self, notice: &Notice) -> Result<(), Fault> {
        let now = self.now;
        let known = notice.call().and_then(|call| self.calls.get_mut(&call));
        match (notice, known) {
            (Notice::Transferring { .. }, Some(call)) => {
                call.part(now);
                call.handing = true;
            }
            (Notice::TransferFailed { kept, .. }, Some(call)) => {
                call.handed = None;
                if *kept {
                    call.talks_since.get_or_insert(now);
                }
            }
            (Notice::Transferred { call: id, leg, agent }, Some(call)) => {
                call.handed = None;
                call.peer = Some(*leg);
                call.talks_since.get_or_insert(now);
                if agent.is_some() {
                    call.agent.clone_from(agent);
                }
                self.peers.insert(*leg, *id);
                return self.desk.staff.takes_over(now, *id, *leg, agent.as_ref());
            }
            _ => {}
        }
        Ok(())
    }

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
