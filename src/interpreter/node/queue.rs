//! `queue`: works out what the caller needs and what the agent is told.

use std::sync::Arc;

use crate::call::{Class, Told};
use crate::flow::{Formula, QueueNode, Value};
use crate::interpreter::step::{Enqueue, Fault, Step};
use crate::interpreter::view::View;

/// The priority of a caller whose formula gives none of 1–9: the nearest of them; 5 if it gives no number.
const MIDDLE: u8 = 5;

pub(super) fn enter(verb: &QueueNode, view: &View<'_>) -> Result<Step, Fault> {
    let eval = |formula: &Formula| formula.eval(view).map_err(|_| Fault::Formula);
    let mut skills = Vec::with_capacity(verb.skills.len());
    for (name, formula) in &verb.skills {
        // A skill without a value asks for nothing.
        if let Some(value) = as_text(&eval(formula)?) {
            skills.push((name.clone(), value));
        }
    }
    let mut tell = Vec::with_capacity(verb.tell.len());
    for (label, formula) in &verb.tell {
        let class = formula.class(view.flow);
        if class == Class::Secret {
            continue;
        }
        if let Some(value) = as_text(&eval(formula)?) {
            tell.push(Told { name: label.clone(), value, class });
        }
    }
    let priority = match eval(&verb.priority)? {
        Value::Int(p) => u8::try_from(p.clamp(1, 9)).unwrap_or(MIDDLE),
        _ => MIDDLE,
    };
    Ok(Step::Enqueue(Box::new(Enqueue {
        queue: verb.queue.clone(),
        skills,
        priority,
        tell,
        max_wait: verb.max_wait,
    })))
}

fn as_text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Unset => None,
        Value::Text(text) => Some(text.clone()),
        value => Some(value.to_string().into()),
    }
}
