//! `branch`: the first condition that holds chooses the way.

use crate::flow::{Branch, Value};
use crate::interpreter::memory::Memory;
use crate::interpreter::step::{Fault, Step};

pub(super) fn enter(verb: &Branch, memory: &Memory) -> Result<Step, Fault> {
    for (when, goto) in &verb.arms {
        match when.eval(memory) {
            Ok(Value::Bool(true)) => return Ok(Step::Decided { outcome: "when", goto: *goto }),
            Ok(Value::Bool(false) | Value::Unset) => {}
            Ok(Value::Text(_) | Value::Int(_)) | Err(_) => return Err(Fault::Formula),
        }
    }
    Ok(Step::Decided { outcome: "else", goto: verb.otherwise })
}
