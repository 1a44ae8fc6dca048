//! A node that begins anew: what its history says stood when the process before it ended.

use super::machine::Engine;
use super::places::Places;
use crate::history::{Shifts, Standing};
use crate::queue;
use crate::time::{Instant, Wall};

impl Engine {
    /// Takes over what stood before: what agents did, with reasons, deadlines, misses and what `shifts` says of their shifts, the places of callers who
    /// were cut off or hung up in line, and who is to be called back. `standing` is what an epoch's beginning left: nothing in it is under way. To be
    /// told once, before anything else; `wall` is the time of day at `now`.
    ///
    /// How far back the past has a place on the engine's axis is for the clock to say; what was before counts as its
    /// zero.
    pub fn recover(&mut self, now: Instant, wall: Wall, standing: &Standing, shifts: &Shifts) {
        self.now = self.now.max(now);
        self.clock.read(self.now, wall);
        let at = |wall: Wall| self.clock.instant(wall);
        let agents = standing.agents.iter().map(|(agent, was)| queue::AgentStanding {
            agent: agent.clone(),
            status: was.status,
            reason: was.reason.clone(),
            since: at(was.since),
            until: was.until.map(at),
            idle_since: was.idle_since.map(at),
            contact: was.contact,
            queue: was.queue.clone(),
            pending: was.pending.clone(),
            missed: was.missed,
        });
        let shifts = shifts.iter().map(|(agent, shift)| {
            (agent.clone(), queue::Shift { calls: shift.calls, talked: shift.talked })
        });
        let stood = queue::Standing {
            agents: agents.collect(),
            contacts: Vec::new(),
            shifts: shifts.collect(),
        };
        self.places = Places::of(&standing.places);
        self.tell_queues(queue::Input::Restore(Box::new(stood)));
        self.recover_callbacks(&standing.callbacks);
        self.tell_staff_but(|agent| standing.agents.contains_key(agent));
    }
}
