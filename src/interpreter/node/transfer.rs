//! `transfer`: works out the number to ring.

use std::sync::Arc;

use crate::flow::{Destination, Formula, Setting, Transfer, Value};
use crate::interpreter::step::{Fault, Ring, Step};
use crate::interpreter::view::View;

pub(super) fn enter(verb: &Transfer, view: &View<'_>) -> Result<Step, Fault> {
    let to = match &verb.to {
        Destination::Formula(formula) => text(formula, view)?,
        Destination::Setting(setting) => number(setting, view)?,
    };
    let caller_id = verb.caller_id.as_ref().map(|f| text(f, view)).transpose()?;
    Ok(Step::Ring(Box::new(Ring { to, ring: verb.ring, caller_id })))
}

fn text(formula: &Formula, view: &View<'_>) -> Result<Arc<str>, Fault> {
    match formula.eval(view) {
        Ok(Value::Text(text)) => Ok(text),
        Ok(Value::Int(number)) => Ok(number.to_string().into()),
        Ok(_) | Err(_) => Err(Fault::Formula),
    }
}

/// A number that the node was started with.
fn number(setting: &Setting, view: &View<'_>) -> Result<Arc<str>, Fault> {
    match setting {
        Setting::Text(number) => Ok(number.clone()),
        from => view.world.numbers.get(from).cloned().ok_or(Fault::Number),
    }
}
