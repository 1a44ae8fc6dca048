//! What of a call can still decide its way: which variables matter where, and what their values are held against.
//!
//! Two calls at the same node go on alike if the variables that matter there are equal. Whoever looks at all calls
//! of a flow needs to tell no others apart, and needs to try no more values than the tests can tell apart.

mod edge;
mod test;

use std::collections::{BTreeSet, VecDeque};
use std::ops::RangeInclusive;

use super::expression::{BinaryOperator, BuiltIn, Formula, Value};
use super::node::{Flow, NodeIndex, Use, VariableIndex, Verb};
use crate::call::Class;
use edge::{Edge, edges};

pub use test::{Subject, Test};

/// What still matters at each node of a flow.
#[derive(Debug)]
pub struct Ahead<'f> {
    flow: &'f Flow,
    edges: Vec<Vec<Edge<'f>>>,
    live: Vec<BTreeSet<VariableIndex>>,
    numbers: RangeInclusive<i64>,
}

impl<'f> Ahead<'f> {
    /// Looks at all paths of a flow.
    #[must_use]
    pub fn of(flow: &'f Flow) -> Self {
        let edges = edges(flow);
        let live = live(flow, &edges);
        Self { flow, edges, live, numbers: numbers(flow) }
    }

    /// The variables whose values can still decide the way of a call that comes to a node; secret ones always count,
    /// as whether they are known decides what can leak.
    #[must_use]
    pub fn live(&self, node: NodeIndex) -> Vec<VariableIndex> {
        let live = self.live.get(node.0 as usize);
        let secret = (0..).map(VariableIndex).zip(self.flow.variables.values());
        let secret = secret.filter(|(_, variable)| variable.class == Class::Secret);
        let mut found: BTreeSet<VariableIndex> = secret.map(|(index, _)| index).collect();
        found.extend(live.into_iter().flatten());
        found.into_iter().collect()
    }

    /// The whole numbers that the flow's formulas tell apart; all below count alike, and all above.
    #[must_use]
    pub fn numbers(&self) -> RangeInclusive<i64> {
        self.numbers.clone()
    }

    /// What a value is held against that a node puts into its variable on its way `ok`.
    #[must_use]
    pub fn tests(&self, node: NodeIndex, variable: VariableIndex) -> Vec<Test> {
        let mut tests = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open: VecDeque<(usize, VariableIndex)> = VecDeque::new();
        for edge in self.edges.get(node.0 as usize).into_iter().flatten() {
            if edge.fills == Some(variable) {
                open.push_back((edge.to, variable));
            }
        }
        while let Some((at, variable)) = open.pop_front() {
            if !self.is_live(at, variable) || !seen.insert((at, variable)) {
                continue;
            }
            if let Some(node) = self.flow.nodes.get(at) {
                for formula in decisive(&node.verb) {
                    test::collect(formula, &Formula::Variable(variable), &mut tests);
                }
            }
            for edge in self.edges.get(at).into_iter().flatten() {
                for (to, formula) in &edge.sets {
                    if reads(formula).contains(&variable) && self.is_live(edge.to, *to) {
                        test::collect(formula, &Formula::Variable(variable), &mut tests);
                        open.push_back((edge.to, *to));
                    }
                }
                if !edge.defines(variable) {
                    open.push_back((edge.to, variable));
                }
            }
        }
        tests
    }

    fn is_live(&self, at: usize, variable: VariableIndex) -> bool {
        self.live.get(at).is_some_and(|live| live.contains(&variable))
    }
}

impl Flow {
    /// Whether a way of the flow is decided by a built-in value, such as the time of day.
    #[must_use]
    pub fn heeds(&self, name: BuiltIn) -> bool {
        let name = &Formula::BuiltIn(name);
        let mut decide = self.nodes.iter().flat_map(|node| decisive(&node.verb));
        let mut set = self.assignments().into_iter().map(|(_, formula)| formula);
        decide.any(|formula| mentions(formula, name)) || set.any(|formula| mentions(formula, name))
    }

    /// What a built-in value is held against anywhere in the flow, in variables that take it too.
    #[must_use]
    pub fn tests_of(&self, name: BuiltIn) -> Vec<Test> {
        let assignments = self.assignments();
        let mut tests = Vec::new();
        let mut names = vec![Formula::BuiltIn(name)];
        let mut next = 0;
        while let Some(name) = names.get(next).cloned() {
            next += 1;
            let decide = self.nodes.iter().flat_map(|node| decisive(&node.verb));
            decide.for_each(|formula| test::collect(formula, &name, &mut tests));
            for (variable, formula) in &assignments {
                test::collect(formula, &name, &mut tests);
                let variable = Formula::Variable(*variable);
                if mentions(formula, &name) && !names.contains(&variable) {
                    names.push(variable);
                }
            }
        }
        tests
    }
}

fn mentions(formula: &Formula, name: &Formula) -> bool {
    formula == name || formula.parts().into_iter().any(|part| mentions(part, name))
}

/// The formulas of a node whose values decide its way.
fn decisive(verb: &Verb) -> Vec<&Formula> {
    let decides = |(formula, what): (_, Use)| {
        let decides = match what {
            Use::Decide | Use::Call => true,
            Use::Set | Use::Send(_) | Use::Route | Use::Note | Use::Tell | Use::Ticket => false,
        };
        // Whatever it is for, a formula that divides can fail.
        (decides || divides(formula)).then_some(formula)
    };
    verb.uses().into_iter().filter_map(decides).collect()
}

fn divides(formula: &Formula) -> bool {
    let own = matches!(
        formula,
        Formula::Binary(BinaryOperator::Divide | BinaryOperator::Remainder, _, _)
    );
    own || formula.parts().into_iter().any(divides)
}

fn reads(formula: &Formula) -> BTreeSet<VariableIndex> {
    let mut found = BTreeSet::new();
    formula.reads(&mut found);
    found
}

/// The variables that matter at the entry of each vertex, from the last nodes to the first.
fn live(flow: &Flow, edges: &[Vec<Edge<'_>>]) -> Vec<BTreeSet<VariableIndex>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, list) in edges.iter().enumerate() {
        for edge in list {
            before[edge.to].push(from);
        }
    }
    let mut live = vec![BTreeSet::new(); edges.len()];
    let mut open: VecDeque<usize> = (0..edges.len()).rev().collect();
    let mut waits = vec![true; edges.len()];
    while let Some(at) = open.pop_front() {
        waits[at] = false;
        let mut now: BTreeSet<VariableIndex> = match flow.nodes.get(at) {
            Some(node) => decisive(&node.verb).into_iter().flat_map(reads).collect(),
            None => BTreeSet::new(),
        };
        for edge in &edges[at] {
            let after = &live[edge.to];
            now.extend(after.iter().filter(|variable| !edge.defines(**variable)));
            for (_, formula) in edge.sets.iter().filter(|(to, _)| after.contains(to)) {
                now.extend(reads(formula));
            }
        }
        if now != live[at] {
            live[at] = now;
            for from in &before[at] {
                if !std::mem::replace(&mut waits[*from], true) {
                    open.push_back(*from);
                }
            }
        }
    }
    live
}

/// The whole numbers between the least and the greatest constant of the flow, each with a neighbour; all of them where
/// formulas do more with numbers than to add and compare.
fn numbers(flow: &Flow) -> RangeInclusive<i64> {
    fn look(formula: &Formula, least: &mut i64, most: &mut i64) {
        match formula {
            Formula::Constant(Value::Int(number)) => {
                *least = (*least).min(number.saturating_sub(1));
                *most = (*most).max(number.saturating_add(1));
            }
            Formula::Negate(_)
            | Formula::Binary(
                BinaryOperator::Subtract
                | BinaryOperator::Multiply
                | BinaryOperator::Divide
                | BinaryOperator::Remainder,
                _,
                _,
            ) => (*least, *most) = (i64::MIN, i64::MAX),
            _ => {}
        }
        formula.parts().into_iter().for_each(|part| look(part, least, most));
    }
    let (mut least, mut most) = (-1, 1);
    for variable in flow.variables.values() {
        look(&Formula::Constant(variable.start.clone()), &mut least, &mut most);
    }
    for node in &flow.nodes {
        for (formula, _) in node.verb.uses() {
            look(formula, &mut least, &mut most);
        }
    }
    least..=most
}

#[cfg(test)]
mod tests;
