//! `http`: makes the request, and holds the answer against the declared shape.

use std::sync::Arc;

use serde_json::Value as Json;

use super::settle::Settled;
use crate::call::{Argument, Errand, Failure, Operation, Reply};
use crate::flow::{Flow, HttpNode, NodeIndex, Place, Value, Wire};
use crate::interpreter::memory::{Memory, scrub_json};
use crate::interpreter::shape::Shape;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;
use crate::interpreter::world::World;

pub(super) fn enter(
    flow: &Flow,
    node: NodeIndex,
    verb: &HttpNode,
    memory: &mut Memory,
    world: &World<'_>,
) -> Result<Step, Fault> {
    let operation = &verb.operation;
    let wire = Wire { records: &flow.records, minor_units: operation.minor_units };
    let mut with = Vec::with_capacity(operation.parameters.len());
    for (place, parameter) in operation.parameters.iter().enumerate() {
        let formula = verb.with.iter().find(|(of, _)| *of == place).map(|(_, formula)| formula);
        let view = View { flow, memory, world };
        let value = formula.map_or(Ok(Value::Unset), |formula| formula.eval(&view));
        let value = value.map_err(|_| Fault::Formula)?;
        with.push(Argument {
            name: parameter.name.clone(),
            value: wire.json(&value, parameter.kind),
            class: formula.map(|formula| formula.class(flow)).unwrap_or_default(),
        });
    }
    let idempotency_key: Arc<str> = memory.errand_key(&flow.node(node).id).into();
    for variable in &verb.forget {
        memory.forget(*variable);
    }
    Ok(Step::Request(Box::new(Errand::Operation(Operation {
        service: operation.service.clone(),
        operation: operation.name.clone(),
        with,
        tries: verb.tries,
        idempotency_key,
    }))))
}

pub(super) fn settle(flow: &Flow, verb: &HttpNode, reply: Reply, memory: &mut Memory) -> Settled {
    let failure = match reply {
        Reply::Answered(json) => match answered(flow, verb, json) {
            Ok(value) => {
                let place = verb.into.map(Place::Variable);
                let news = place.is_some_and(|place| memory.set(flow, place, value));
                memory.set_fault(None);
                return Settled::new("ok", verb.ok, news);
            }
            Err(failure) => failure,
        },
        Reply::NotFound => {
            memory.set_fault(None);
            return Settled::new("not_found", verb.not_found, false);
        }
        Reply::Failed(failure) => failure,
        Reply::Kept(_) => Failure::BadShape,
    };
    Settled::failed(failure, verb.failed, memory)
}

/// The value of an answer; the answer itself is overwritten, as it may hold a secret.
fn answered(flow: &Flow, verb: &HttpNode, mut json: Json) -> Result<Value, Failure> {
    let value = read_answer(flow, verb, &json);
    scrub_json(&mut json);
    value.ok_or(Failure::BadShape)
}

/// The value of an answer to the request of a node; `None` if it is not of the declared shape.
#[must_use]
pub fn read_answer(flow: &Flow, verb: &HttpNode, json: &Json) -> Option<Value> {
    let shape = Shape { records: &flow.records, minor_units: verb.operation.minor_units };
    match verb.operation.returns {
        Some(index) => shape.record(json, index).ok(),
        None => Some(Value::Unset),
    }
}
