//! `branch`: the first condition that holds chooses the way.

use crate::flow::{Branch, Value};
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;

pub(super) fn enter(verb: &Branch, view: &View<'_>) -> Result<Step, Fault> {
    for (when, goto) in &verb.arms {
        match when.eval(view) {
            Ok(Value::Bool(true)) => return Ok(Step::Decided { outcome: "when", goto: *goto }),
            Ok(Value::Bool(false) | Value::Unset) => {}
            Ok(_) | Err(_) => return Err(Fault::Formula),
        }
    }
    Ok(Step::Decided { outcome: "else", goto: verb.otherwise })
}
