//! Supervisors: in the middle of the day they have agents take breaks, work again, go home, be done, take longer or be
//! freed, and they move callers within a line and to others.

use super::agenda::Happening;
use super::chance::Chance;
use super::day::{Broken, Day};
use super::settings::Settings;
use crate::call::{AgentId, CallId};
use crate::engine::{AgentOrder, ContactOrder, Input, Order};
use crate::queue::AgentState;
use crate::time::Instant;

/// The kind of chance that the moments of orders are drawn from.
const MOMENTS: u64 = 6;

/// The kind of chance that orders are drawn from.
const ORDERS: u64 = 7;

/// The lowest priority that is given.
const LOWEST: u64 = 9;

/// When which order is given.
pub(super) fn orders(seed: u64, settings: &Settings) -> Vec<(Instant, u32)> {
    let last = settings.span.as_millis();
    let moment = |order| {
        let mut chance = Chance::of(seed, MOMENTS, order);
        (Instant::ZERO + chance.millis(0, last), order)
    };
    (0..settings.orders).map(moment).collect()
}

impl Day {
    /// The order of this number is given, if there is anybody whom it can be about.
    pub(super) fn supervises(&mut self, number: u32) -> Result<(), Broken> {
        let mut chance = Chance::of(self.seed, ORDERS, number);
        let order = match chance.between(0, 99) {
            0..=59 => self.for_an_agent(&mut chance),
            60..=84 => self.in_line(&mut chance).map(|contact| {
                let priority = u8::try_from(chance.between(1, LOWEST)).unwrap_or(1);
                Order::Contact { contact, order: ContactOrder::Priority(priority) }
            }),
            _ => self.to_another_queue(&mut chance),
        };
        let Some(order) = order else { return Ok(()) };
        self.totals.orders += 1;
        if let Order::Agent { agent, order: AgentOrder::Break(_) | AgentOrder::Offline } = &order
            && let Some(index) = self.users.get(agent.as_str()).copied()
        {
            self.plan(chance.seconds(5, 90), Happening::Recalls(index));
        }
        self.tell(Input::Ordered { by: Some("supervisor".into()), order })
    }

    /// A supervisor has an agent work again who had to stop.
    pub(super) fn recalls(&mut self, index: u32) -> Result<(), Broken> {
        let Some(agent) = self.agent(index) else { return Ok(()) };
        let order =
            Order::Agent { agent: AgentId::new(agent.user.clone()), order: AgentOrder::Ready };
        self.tell(Input::Ordered { by: Some("supervisor".into()), order })
    }

    fn for_an_agent(&self, chance: &mut Chance) -> Option<Order> {
        let order = match chance.between(0, 99) {
            0..=24 => AgentOrder::Break("meeting".into()),
            25..=39 => AgentOrder::Offline,
            40..=54 => AgentOrder::Ready,
            55..=64 => AgentOrder::WrapUpDone,
            65..=84 => AgentOrder::ExtendWrapUp(chance.seconds(1, 90)),
            _ => AgentOrder::Free,
        };
        let fits = |state: &AgentState| match order {
            AgentOrder::WrapUpDone | AgentOrder::ExtendWrapUp(_) => {
                matches!(state, AgentState::WrapUp { .. })
            }
            AgentOrder::Ready | AgentOrder::Break(_) | AgentOrder::Offline | AgentOrder::Free => {
                true
            }
        };
        let agents = self.engine.queues().agents().filter(|agent| fits(agent.state));
        let agents: Vec<_> = agents.map(|agent| agent.agent.clone()).collect();
        let agent = chance.pick(&agents)?.clone();
        Some(Order::Agent { agent, order })
    }

    /// One who stands in a line.
    fn in_line(&self, chance: &mut Chance) -> Option<CallId> {
        let queues = self.engine.queues().queues();
        let standing: Vec<_> =
            queues.flat_map(|queue| queue.contacts().map(|contact| contact.call)).collect();
        chance.pick(&standing).copied()
    }

    fn to_another_queue(&self, chance: &mut Chance) -> Option<Order> {
        let contact = self.in_line(chance)?;
        let queues: Vec<_> = self.engine.settings().queues.queues.keys().cloned().collect();
        let queue = chance.pick(&queues)?.clone();
        Some(Order::Contact { contact, order: ContactOrder::Queue(queue) })
    }
}
