//! How private each variable is in effect: as declared, and as everything that is put into it.

use std::collections::BTreeSet;

use crate::call::Class;
use crate::flow::node::{Flow, VariableIndex, Verb};

/// The class of every variable, in the order of the flow's variables.
///
/// A value keeps its class through `set`, parameters and returned values. The answer of a service is at least
/// personal if it was asked with anything personal or secret, unless the author has `stated` the class of the variable
/// that takes it: what a service says about a secret is seldom the secret.
pub(crate) fn classes(flow: &Flow, stated: &BTreeSet<VariableIndex>) -> Vec<Class> {
    let mut classes: Vec<Class> = flow.variables.values().map(|variable| variable.class).collect();
    let assignments = flow.assignments();
    loop {
        let mut higher: Vec<(VariableIndex, Class)> = Vec::new();
        let of = |variable: VariableIndex| {
            classes.get(variable.0 as usize).copied().unwrap_or(Class::Public)
        };
        for (variable, value) in &assignments {
            higher.push((*variable, value.class_by(&of)));
        }
        for node in &flow.nodes {
            let Verb::Http(http) = &node.verb else { continue };
            let asked = http.with.iter().map(|(_, value)| value.class_by(&of)).max();
            if let (Some(into), Some(asked)) = (http.into, asked)
                && !stated.contains(&into)
            {
                higher.push((into, asked.min(Class::Personal)));
            }
        }
        let mut changed = false;
        for (variable, class) in higher {
            if let Some(known) = classes.get_mut(variable.0 as usize)
                && class > *known
            {
                *known = class;
                changed = true;
            }
        }
        // Every round raises a variable, and each can be raised twice at most.
        if !changed {
            return classes;
        }
    }
}
