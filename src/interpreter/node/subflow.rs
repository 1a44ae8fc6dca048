//! `call` and `return`: into a subflow with values of its own, and out of it with what it gives back.

use std::sync::Arc;

use crate::flow::{CallNode, Flow, Goto, ReturnNode, Value};
use crate::interpreter::memory::Memory;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;
use crate::interpreter::world::World;

/// Begins a visit: the subflow's variables begin anew, its parameters are set.
pub(super) fn call(
    flow: &Flow,
    verb: &CallNode,
    memory: &mut Memory,
    world: &World<'_>,
) -> Result<Step, Fault> {
    let view = View { flow, memory, world };
    let mut values = Vec::with_capacity(verb.with.len());
    for (parameter, formula) in &verb.with {
        values.push((*parameter, formula.eval(&view).map_err(|_| Fault::Formula)?));
    }
    memory.begin_visit(flow, flow.subflow(verb.subflow), values);
    Ok(Step::Visit(verb.subflow))
}

/// Works out what a subflow gives back, while its variables still have their values.
pub(super) fn give_back(verb: &ReturnNode, view: &View<'_>) -> Result<Step, Fault> {
    let mut values = Vec::with_capacity(verb.with.len());
    for (place, formula) in &verb.with {
        values.push((*place, formula.eval(view).map_err(|_| Fault::Formula)?));
    }
    Ok(Step::Return { outcome: verb.outcome.clone(), values })
}

/// Puts what a subflow gave back where its `call` says; returns whether any of it is new information.
pub fn take_back(
    flow: &Flow,
    call: &CallNode,
    values: Vec<(usize, Value)>,
    memory: &mut Memory,
) -> bool {
    let mut news = false;
    for (place, value) in values {
        for (_, to) in call.returns.iter().filter(|(of, _)| *of == place) {
            news |= memory.set(flow, *to, value.clone());
        }
    }
    news
}

/// Where an outcome of a subflow leads, as its `call` says.
#[must_use]
pub fn way_back(call: &CallNode, outcome: &str) -> Option<Goto> {
    let named = |(name, _): &&(Arc<str>, Goto)| **name == *outcome;
    call.outcomes.iter().find(named).map(|(_, goto)| *goto)
}
