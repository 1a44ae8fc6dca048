//! `transfer`: works out the number to ring.

use std::sync::Arc;

use crate::flow::{Formula, Transfer, Value};
use crate::interpreter::memory::Memory;
use crate::interpreter::step::{Fault, Ring, Step};

pub(super) fn enter(verb: &Transfer, memory: &Memory) -> Result<Step, Fault> {
    let to = text(&verb.to, memory)?;
    let caller_id = verb.caller_id.as_ref().map(|f| text(f, memory)).transpose()?;
    Ok(Step::Ring(Box::new(Ring { to, ring: verb.ring, caller_id })))
}

fn text(formula: &Formula, memory: &Memory) -> Result<Arc<str>, Fault> {
    match formula.eval(memory) {
        Ok(Value::Text(text)) => Ok(text),
        Ok(Value::Int(number)) => Ok(number.to_string().into()),
        Ok(Value::Unset | Value::Bool(_)) | Err(_) => Err(Fault::Formula),
    }
}
