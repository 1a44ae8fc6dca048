//! `set`: fills variables.

use crate::flow::{Assignment, Flow, SetNode};
use crate::interpreter::memory::Memory;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;
use crate::interpreter::world::World;

pub(super) fn enter(
    flow: &Flow,
    verb: &SetNode,
    memory: &mut Memory,
    world: &World<'_>,
    news: &mut bool,
) -> Result<Step, Fault> {
    *news |= assign(flow, &verb.set, memory, world)?;
    Ok(Step::Decided { outcome: "next".into(), goto: verb.next })
}

/// Carries out assignments in order; returns whether any brought new information.
///
/// # Errors
/// [`Fault::Formula`] where a formula has no value; what came before it stays set.
pub fn assign(
    flow: &Flow,
    set: &[Assignment],
    memory: &mut Memory,
    world: &World<'_>,
) -> Result<bool, Fault> {
    let mut news = false;
    for assignment in set {
        let view = View { flow, memory, world };
        let value = assignment.value.eval(&view).map_err(|_| Fault::Formula)?;
        news |= memory.set(flow, assignment.place, value);
    }
    Ok(news)
}
