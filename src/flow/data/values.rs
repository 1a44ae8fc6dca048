//! The values that variables can have, where those are few and known.

use std::collections::BTreeMap;

use crate::flow::expression::{Formula, Value};
use crate::flow::node::{Collect, EntryKind, Flow, VariableIndex, Verb};

/// The most values of one variable that are followed.
const MAX_VALUES: usize = 32;

/// Every value that a variable can have, for those that are only ever set to constants or to whole numbers from a
/// small range. A variable without a value at the start can be empty too.
pub(crate) fn possible(flow: &Flow) -> BTreeMap<VariableIndex, Vec<Value>> {
    let mut possible: BTreeMap<VariableIndex, Option<Vec<Value>>> = BTreeMap::new();
    for (index, variable) in (0..).map(VariableIndex).zip(flow.variables.values()) {
        possible.insert(index, Some(vec![variable.start.clone()]));
    }
    let mut add = |variable: VariableIndex, values: Option<Vec<Value>>| {
        let Some(known) = possible.get_mut(&variable) else { return };
        match (known.as_mut(), values) {
            (Some(known), Some(values)) => {
                known.extend(
                    values.into_iter().filter(|value| !known.contains(value)).collect::<Vec<_>>(),
                );
            }
            (Some(_), None) => *known = None,
            (None, _) => {}
        }
    };
    for (variable, value) in flow.assignments() {
        add(variable, value.constant().map(|value| vec![value]));
    }
    for node in &flow.nodes {
        if let Some((variable, _)) = node.verb.fills() {
            let values = match &node.verb {
                Verb::Collect(collect) => collected(collect),
                _ => None,
            };
            add(variable, values);
        }
    }
    let few = |values: Vec<Value>| (values.len() <= MAX_VALUES).then_some(values);
    possible.into_iter().filter_map(|(v, values)| Some((v, values.and_then(few)?))).collect()
}

/// The answers to a question that takes only a few.
fn collected(collect: &Collect) -> Option<Vec<Value>> {
    let (min, max) = (collect.entry.min_value?, collect.entry.max_value?);
    let few = collect.entry.kind == EntryKind::Int
        && max.checked_sub(min).and_then(|span| usize::try_from(span).ok())? < MAX_VALUES;
    few.then(|| (min..=max).map(Value::Int).collect())
}

/// Whether a value of a text variable is compared that it can never have: the value, and those that it can have.
pub(crate) fn never<'a>(
    condition: &'a Formula,
    possible: &'a BTreeMap<VariableIndex, Vec<Value>>,
) -> Option<(VariableIndex, &'a Value, &'a [Value])> {
    if let Formula::Binary(_, a, b) = condition
        && let (Formula::Variable(variable), Formula::Constant(value @ Value::Text(_))) =
            (&**a, &**b)
        && let Some(values) = possible.get(variable)
        && !values.contains(value)
    {
        return Some((*variable, value, values));
    }
    condition.parts().into_iter().find_map(|part| never(part, possible))
}
