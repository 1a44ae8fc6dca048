//! `note`: writes into the call record, as the class of each value allows.

use crate::flow::{Flow, NoteNode};
use crate::interpreter::memory::Memory;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;
use crate::interpreter::world::World;

pub(super) fn enter(
    flow: &Flow,
    verb: &NoteNode,
    memory: &mut Memory,
    world: &World<'_>,
) -> Result<Step, Fault> {
    for (name, formula) in &verb.entries {
        let value = formula.eval(&View { flow, memory, world }).map_err(|_| Fault::Formula)?;
        memory.note(name, &value, formula.class(flow));
    }
    Ok(Step::Decided { outcome: "next".into(), goto: verb.next })
}
