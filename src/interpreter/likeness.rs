//! Whether a call would go the same way with another value in a variable.
//!
//! Journals keep stand-ins for what belongs to people. A stand-in is good where every condition of the flow that looks
//! at the variable comes out as it did with the value itself.

use std::collections::{BTreeMap, BTreeSet};

use super::view::View;
use crate::flow::{BuiltIn, Flow, Formula, Scope, Value, VariableIndex};
use crate::time::Moment;

/// Stand-ins of the values that variables got from callers and services.
pub type StandIns = BTreeMap<VariableIndex, Value>;

/// The conditions of a flow that look at one variable.
#[derive(Debug)]
pub struct Likeness<'a> {
    view: View<'a>,
    stand_ins: &'a StandIns,
    /// The variable, and those that it is copied to.
    subjects: BTreeSet<VariableIndex>,
    conditions: Vec<&'a Formula>,
}

impl<'a> Likeness<'a> {
    /// Gathers the conditions that look at `variable`, or at one that it is copied to.
    #[must_use]
    pub fn of(variable: VariableIndex, view: View<'a>, stand_ins: &'a StandIns) -> Self {
        let subjects = copies(view.flow, variable);
        let mut conditions = Vec::new();
        for node in &view.flow.nodes {
            for (formula, _) in node.verb.uses() {
                gather(formula, &subjects, &mut conditions);
            }
        }
        Self { view, stand_ins, subjects, conditions }
    }

    /// Whether every condition comes out with the stand-in as with the value, everything else being as it is now.
    #[must_use]
    pub fn holds(&self, value: &Value, stand_in: &Value) -> bool {
        let real = Supposed { likeness: self, value, others: false };
        let supposed = Supposed { likeness: self, value: stand_in, others: true };
        self.conditions.iter().all(|condition| match condition.eval(&real) {
            Ok(Value::Bool(outcome)) => condition.eval(&supposed) == Ok(Value::Bool(outcome)),
            _ => true,
        })
    }

    /// What the conditions compare the variable with, as far as the flow itself says it.
    #[must_use]
    pub fn constants(&self) -> Vec<Value> {
        let mut found = Vec::new();
        for condition in &self.conditions {
            constants(condition, &mut found);
        }
        found
    }
}

/// The variables that a value in `variable` is copied to as it is.
fn copies(flow: &Flow, variable: VariableIndex) -> BTreeSet<VariableIndex> {
    let mut subjects = BTreeSet::from([variable]);
    let assignments = flow.assignments();
    loop {
        let before = subjects.len();
        for (to, formula) in &assignments {
            if matches!(formula, Formula::Variable(from) if subjects.contains(from)) {
                subjects.insert(*to);
            }
        }
        if subjects.len() == before {
            return subjects;
        }
    }
}

/// Every part of a formula that reads one of the variables.
fn gather<'a>(
    formula: &'a Formula,
    subjects: &BTreeSet<VariableIndex>,
    into: &mut Vec<&'a Formula>,
) -> bool {
    let mut reads = matches!(formula, Formula::Variable(index) if subjects.contains(index));
    for part in formula.parts() {
        reads |= gather(part, subjects, into);
    }
    if reads {
        into.push(formula);
    }
    reads
}

fn constants(formula: &Formula, found: &mut Vec<Value>) {
    match formula {
        Formula::Constant(value) if !found.contains(value) => found.push(value.clone()),
        _ => formula.parts().into_iter().for_each(|part| constants(part, found)),
    }
}

/// A call in which the variable has another value.
struct Supposed<'a> {
    likeness: &'a Likeness<'a>,
    value: &'a Value,
    /// Whether other variables show their stand-ins too.
    others: bool,
}

impl Scope for Supposed<'_> {
    fn variable(&self, index: VariableIndex) -> Value {
        if self.likeness.subjects.contains(&index) {
            return self.value.clone();
        }
        let value = self.likeness.view.variable(index);
        if !self.others || value == Value::Unset {
            return value;
        }
        // A value may have been copied on: what stands for it is known by where it came in.
        let stand_ins = self.likeness.stand_ins;
        let origin = stand_ins.iter().find(|(of, _)| self.likeness.view.variable(**of) == value);
        origin.map_or(value, |(_, stand_in)| stand_in.clone())
    }

    fn built_in(&self, name: BuiltIn) -> Value {
        self.likeness.view.built_in(name)
    }

    fn is_open(&self, calendar: &str, at: Option<Moment>) -> Value {
        self.likeness.view.is_open(calendar, at)
    }

    fn next_open(&self, calendar: &str) -> Value {
        self.likeness.view.next_open(calendar)
    }
}
