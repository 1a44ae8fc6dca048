//! The settings are published anew in the middle of the day, as by a reload: what agents do, what is counted of them and
//! every place in line stay as they are.

use super::chance::Chance;
use super::day::{Broken, Day, require};
use super::settings::Settings;
use crate::engine::Input;
use crate::time::Instant;

/// The kind of chance that moments of reloads are drawn from.
const RELOADS: u64 = 5;

/// When which reload comes.
pub(super) fn reloads(seed: u64, settings: &Settings) -> Vec<(Instant, u32)> {
    let last = settings.span.as_millis();
    let moment = |reload| {
        let mut chance = Chance::of(seed, RELOADS, reload);
        (Instant::ZERO + chance.millis(0, last), reload)
    };
    (0..settings.reloads).map(moment).collect()
}

impl Day {
    /// Publishes the settings anew: every second time as they are, the other times with the ring time and the wrap-up
    /// of one queue changed.
    pub(super) fn reloads(&mut self, reload: u32) -> Result<(), Broken> {
        let mut settings = self.engine.settings().clone();
        if reload % 2 == 1 {
            let mut chance = Chance::of(self.seed, RELOADS, reload);
            let ids: Vec<_> = settings.queues.queues.keys().cloned().collect();
            let chosen = chance.pick(&ids).and_then(|id| settings.queues.queues.get_mut(id));
            if let Some(queue) = chosen {
                queue.ring = chance.seconds(5, 40);
                queue.wrap_up = chance.seconds(1, 60);
            }
        }
        // What is due at this moment is no work of the reload.
        self.tell(Input::Tick)?;
        let before = self.standing();
        self.tell(Input::Publish(Box::new(settings)))?;
        require(
            before == self.standing(),
            "a reload changes how an agent or a contact in line stands",
        )
    }

    /// How agents and contacts in line stand: what no reload may change.
    fn standing(&self) -> (Vec<String>, Vec<String>) {
        let queues = self.engine.queues();
        let agents = queues.agents().map(|agent| {
            let (id, state, since) = (agent.agent, agent.state, agent.since);
            let (missed, shift, pending) = (agent.missed, agent.shift, agent.pending);
            format!("{id} {state:?} {since} {missed} {shift:?} {pending:?} {}", agent.reachable)
        });
        let contacts = queues.queues().flat_map(|queue| {
            let contacts: Vec<_> = queue.contacts().collect();
            contacts.into_iter().map(|contact| {
                let (call, queue, place) = (contact.call, contact.queue, contact.position);
                let (since, until, priority) = (contact.since, contact.until, contact.priority);
                let rung: Vec<_> = contact.rung().collect();
                format!("{call} {queue} {place} {since} {until} {priority} {rung:?}")
            })
        });
        (agents.collect(), contacts.collect())
    }
}
