//! Settings for calls that exist only on paper: nothing is really dialled there, so that whatever a flow rings may be
//! rung.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::surroundings::settings_of_numbers;
use super::{AssembleError, project};
use crate::engine::{self, Pattern, Route, Routes};
use crate::flow::{Compiled, Destination, Flow, Formula, Setting, Value, Verb};
use crate::interpreter::Numbers;

/// Every number that a flow names as such, with those that stand elsewhere.
#[must_use]
pub fn numbers_on_paper(flow: &Flow, elsewhere: &Numbers) -> BTreeSet<Arc<str>> {
    let number = |verb: &Verb| match verb {
        Verb::Transfer(transfer) => match &transfer.to {
            Destination::Formula(Formula::Constant(Value::Text(number))) => Some(number.clone()),
            Destination::Formula(_) | Destination::Setting(_) => None,
        },
        _ => None,
    };
    let named = flow.nodes.iter().filter_map(|node| number(&node.verb));
    named.chain(elsewhere.values().cloned()).collect()
}

/// Lets flows ring whatever they name; a number that stands elsewhere is stood in for by its name there, such as
/// `NIGHT_DESK`.
pub fn ring_on_paper(settings: &mut engine::Settings, flows: &[Arc<Flow>]) {
    for setting in flows.iter().flat_map(|flow| settings_of_numbers(flow)) {
        let (Setting::Text(name)
        | Setting::Env(name)
        | Setting::File(name)
        | Setting::Secret(name)) = setting;
        settings.numbers.insert(setting.clone(), Arc::clone(name));
    }
    for flow in flows {
        settings.transfers.extend(numbers_on_paper(flow, &settings.numbers));
    }
}

/// What an engine needs to know of flows that are called on paper, and the number of each flow: `100`, `200` and on.
/// No agents yet.
///
/// # Errors
/// When a calendar makes no sense.
pub fn on_paper(
    compiled: &Compiled,
    flows: &[Arc<Flow>],
) -> Result<(engine::Settings, Vec<Arc<str>>), AssembleError> {
    let mut settings = project(&compiled.flows, &compiled.queues, &compiled.calendars)?;
    settings.adapters = vec!["paper".into()];
    let numbers: Vec<Arc<str>> =
        (1..=flows.len()).map(|place| format!("{place}00").into()).collect();
    let route = |(number, flow): (&Arc<str>, &Arc<Flow>)| {
        Route::new(Pattern::Exact(number.clone()), flow.id.clone())
    };
    settings.routes = Routes::new(numbers.iter().zip(flows).map(route).collect());
    ring_on_paper(&mut settings, &compiled.flows);
    Ok((settings, numbers))
}
