//! `branch`: the first condition that holds chooses the way.

use crate::flow::{Branch, Value};
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;

pub(super) fn enter(verb: &Branch, view: &View<'_>) -> Result<Step, Fault> {
    for (nth, (when, goto)) in (1_usize..).zip(&verb.arms) {
        match when.eval(view) {
            Ok(Value::Bool(true)) => {
                let outcome = format!("when {nth}").into();
                return Ok(Step::Decided { outcome, goto: *goto });
            }
            Ok(Value::Bool(false) | Value::Unset) => {}
            Ok(_) | Err(_) => return Err(Fault::Formula),
        }
    }
    Ok(Step::Decided { outcome: "else".into(), goto: verb.otherwise })
}
