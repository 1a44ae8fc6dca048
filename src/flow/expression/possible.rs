//! Conditions that come out the same in every call, as far as that can be known before one.

use std::collections::{BTreeMap, BTreeSet};

use super::built_in::BuiltIn;
use super::formula::{Formula, Scope};
use super::operator::BinaryOperator;
use super::value::Value;
use crate::flow::node::VariableIndex;
use crate::time::Moment;

/// The most combinations of values that are tried.
const MAX_TRIES: usize = 256;

/// Whether a condition holds in every call (`true`), in none (`false`), or that is not known.
///
/// `possible` holds every value that a variable can have; variables without an entry can have any.
pub(crate) fn always(
    condition: &Formula,
    possible: &BTreeMap<VariableIndex, Vec<Value>>,
) -> Option<bool> {
    match condition {
        Formula::Not(a) => always(a, possible).map(|holds| !holds),
        Formula::Binary(BinaryOperator::And, a, b) => {
            match (always(a, possible), always(b, possible)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                (Some(true), None) | (None, Some(true) | None) => tried(condition, possible),
            }
        }
        Formula::Binary(BinaryOperator::Or, a, b) => {
            match (always(a, possible), always(b, possible)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                (Some(false), None) | (None, Some(false) | None) => tried(condition, possible),
            }
        }
        other => tried(other, possible).or_else(|| by_length(other)),
    }
}

/// Tries every combination of the values of the variables that the condition reads.
fn tried(condition: &Formula, possible: &BTreeMap<VariableIndex, Vec<Value>>) -> Option<bool> {
    if asks_the_world(condition) {
        return None;
    }
    let mut variables = BTreeSet::new();
    condition.reads(&mut variables);
    let mut worlds = vec![Known::default()];
    for variable in variables {
        let values = possible.get(&variable)?;
        if worlds.len() * values.len() > MAX_TRIES {
            return None;
        }
        let with = |world: &Known, value: &Value| {
            let mut world = world.clone();
            world.0.insert(variable, value.clone());
            world
        };
        worlds =
            worlds.iter().flat_map(|world| values.iter().map(move |v| with(world, v))).collect();
    }
    let mut results = worlds.iter().map(|world| match condition.eval(world) {
        Ok(Value::Bool(holds)) => Some(holds),
        Ok(Value::Unset) => Some(false),
        Ok(_) | Err(_) => None,
    });
    let first = results.next()??;
    results.all(|result| result == Some(first)).then_some(first)
}

fn asks_the_world(formula: &Formula) -> bool {
    matches!(formula, Formula::BuiltIn(_) | Formula::IsOpen(..) | Formula::NextOpen(_))
        || formula.parts().into_iter().any(asks_the_world)
}

/// No text has a length below zero.
fn by_length(condition: &Formula) -> Option<bool> {
    let Formula::Binary(operator, a, b) = condition else { return None };
    let (Formula::Length(_), Formula::Constant(Value::Int(limit))) = (&**a, &**b) else {
        return None;
    };
    match operator {
        BinaryOperator::Less if *limit <= 0 => Some(false),
        BinaryOperator::LessOrEqual | BinaryOperator::Equal if *limit < 0 => Some(false),
        _ => None,
    }
}

/// Some values of variables, and nothing else.
#[derive(Debug, Clone, Default)]
struct Known(BTreeMap<VariableIndex, Value>);

impl Scope for Known {
    fn variable(&self, index: VariableIndex) -> Value {
        self.0.get(&index).cloned().unwrap_or(Value::Unset)
    }

    fn built_in(&self, _: BuiltIn) -> Value {
        Value::Unset
    }

    fn is_open(&self, _: &str, _: Option<Moment>) -> Value {
        Value::Unset
    }

    fn next_open(&self, _: &str) -> Value {
        Value::Unset
    }
}
