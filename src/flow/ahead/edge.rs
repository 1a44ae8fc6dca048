//! The ways between nodes with what each of them sets, subflows joined to those that call them.

use crate::flow::expression::Formula;
use crate::flow::node::{Assignment, Flow, Goto, NodeIndex, Place, VariableIndex, Verb};

/// One way.
#[derive(Debug)]
pub(super) struct Edge<'f> {
    /// Where it leads: a node by its index, or the vertex that stands for every place where a call can be taken to.
    pub(super) to: usize,
    /// The variable that the caller or the outside fills on it.
    pub(super) fills: Option<VariableIndex>,
    /// The variables that are set on it, and to what.
    pub(super) sets: Vec<(VariableIndex, &'f Formula)>,
    /// The variables that begin anew on it: those of a subflow that is entered.
    anew: std::ops::Range<u32>,
}

impl Edge<'_> {
    const fn to(to: usize) -> Self {
        Self { to, fills: None, sets: Vec::new(), anew: 0..0 }
    }

    /// Whether what a variable held before does not count after it.
    pub(super) fn defines(&self, variable: VariableIndex) -> bool {
        self.fills == Some(variable)
            || self.anew.contains(&variable.0)
            || self.sets.iter().any(|(to, _)| *to == variable)
    }
}

/// The ways out of every node; the last vertex stands for wherever commands, limits and hang-ups can take a call.
pub(super) fn edges(flow: &Flow) -> Vec<Vec<Edge<'_>>> {
    let hub = flow.nodes.len();
    let mut edges: Vec<Vec<Edge<'_>>> = Vec::with_capacity(hub + 1);
    for (index, node) in flow.places() {
        let mut list = of(flow, index, hub);
        if takes_time(&node.verb) {
            list.push(Edge::to(hub));
        }
        edges.push(list);
    }
    edges.push(anywhere(flow));
    edges
}

/// Whether a call can be led away from a node while it is there.
const fn takes_time(verb: &Verb) -> bool {
    match verb {
        Verb::Set(_) | Verb::Branch(_) | Verb::Hours(_) | Verb::Note(_) | Verb::Return(_) => false,
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Answer(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Queue(_)
        | Verb::Callback(_)
        | Verb::Transfer(_)
        | Verb::Hangup(_) => true,
    }
}

fn anywhere(flow: &Flow) -> Vec<Edge<'_>> {
    let mut list = Vec::new();
    let inputs = || flow.nodes.iter().filter_map(|node| node.verb.input());
    let bound = |goto| inputs().flat_map(|input| &input.commands).any(|one| one.goto == goto);
    if bound(Goto::Back) {
        let questions = flow.places().filter(|(_, node)| node.verb.input().is_some());
        list.extend(questions.map(|(index, _)| Edge::to(index.0 as usize)));
    }
    let escape = match flow.escape {
        Some(Goto::Node(node)) => Some(node),
        _ => None,
    };
    let more = [escape, flow.on_hangup, flow.on_fault];
    list.extend(more.into_iter().flatten().map(|index| Edge::to(index.0 as usize)));
    list
}

fn of(flow: &Flow, index: NodeIndex, hub: usize) -> Vec<Edge<'_>> {
    let node = flow.node(index);
    let callers = || {
        flow.places().filter_map(|(at, other)| match &other.verb {
            Verb::Call(call) if Some(call.subflow) == node.subflow => Some((at, call)),
            _ => None,
        })
    };
    let lead = |from: NodeIndex, goto: Goto| match goto {
        Goto::Node(to) => vec![to.0 as usize],
        Goto::Repeat => vec![from.0 as usize],
        Goto::Back => vec![hub],
        Goto::None => Vec::new(),
        Goto::Failed => callers()
            .filter_map(|(_, call)| match call.failed? {
                Goto::Node(to) => Some(to.0 as usize),
                _ => Some(hub),
            })
            .collect(),
    };
    let mut list: Vec<Edge<'_>> = Vec::new();
    match &node.verb {
        Verb::Call(call) => {
            let subflow = flow.subflow(call.subflow);
            let mut edge = Edge::to(subflow.start.0 as usize);
            edge.anew = subflow.variables.clone();
            edge.sets = call.with.iter().map(|(to, formula)| (*to, formula)).collect();
            list.push(edge);
        }
        Verb::Return(end) => {
            for (at, call) in callers() {
                let Some((_, goto)) = call.outcomes.iter().find(|(name, _)| *name == end.outcome)
                else {
                    continue;
                };
                let given = call.returns.iter().filter_map(|(place, to)| {
                    let Place::Variable(to) = to else { return None };
                    Some((*to, &end.with.iter().find(|(of, _)| of == place)?.1))
                });
                let sets: Vec<_> = given.collect();
                list.extend(lead(at, *goto).into_iter().map(|to| {
                    let mut edge = Edge::to(to);
                    edge.sets.clone_from(&sets);
                    edge
                }));
            }
        }
        verb => {
            let fills = verb.fills().map(|(variable, _)| variable);
            for way in verb.ways() {
                let sets = sets_of(verb, &way.outcome);
                list.extend(lead(index, way.goto).into_iter().map(|to| Edge {
                    to,
                    fills: fills.filter(|_| &*way.outcome == "ok"),
                    sets: sets.clone(),
                    anew: 0..0,
                }));
            }
            if let Verb::Record(record) = verb
                && let Some(goto) = record.hung_up
            {
                let to = |to| Edge { fills, ..Edge::to(to) };
                list.extend(lead(index, goto).into_iter().map(to));
            }
        }
    }
    list
}

/// What a node sets on one of its ways.
fn sets_of<'f>(verb: &'f Verb, outcome: &str) -> Vec<(VariableIndex, &'f Formula)> {
    let set: &[Assignment] = match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) => {
            let choice = menu.choices.iter().find(|choice| *choice.name == *outcome);
            choice.map_or(&[], |choice| &choice.set)
        }
        Verb::Set(node) => &node.set,
        _ => &[],
    };
    let variable = |assignment: &'f Assignment| match assignment.place {
        Place::Variable(to) => Some((to, &assignment.value)),
        Place::CallLanguage => None,
    };
    set.iter().filter_map(variable).collect()
}
