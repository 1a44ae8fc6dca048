//! Where a variable may still be empty: a walk over all paths of a flow.
//!
//! ```text
//! start ──> (node, variables that surely have a value) ──> next nodes, each with what its way sets
//! ```
//!
//! At each node the smallest sets are kept, several where paths differ in what they set, so that
//! `if(is_set(a), a, b)` is understood after two ways of which one sets `a` and the other `b`. The walk goes in
//! breadth, so that the first path that leads to an empty variable is a shortest one.
//!
//! Subflows are walked with what they are given. Their ends lead back by the outcomes of each `call`; a returned value
//! counts on an outcome if every `return` of that outcome gives it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::flow::expression::{Formula, Value, Variables};
use crate::flow::node::{
    Assignment, CallNode, Flow, Goto, NodeIndex, Place, SubflowIndex, VariableIndex, Verb, WayKind,
};

/// The most sets that are kept at one node; beyond that only what all of them have in common.
const MAX_SETS: usize = 24;

/// A variable that may be empty where its value is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Empty {
    /// Where it is needed.
    pub(crate) node: NodeIndex,
    /// The variable.
    pub(crate) variable: VariableIndex,
    /// A shortest path that does not set it, from where it begins to the node.
    pub(crate) path: Vec<NodeIndex>,
}

/// What the walk found.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Variables that may be empty where they are needed.
    pub(crate) empty: Vec<Empty>,
    /// Whether a way of a `branch` can be taken, and can be passed over, as far as that depends on what is set.
    pub(crate) arms: BTreeMap<(NodeIndex, usize), Arm>,
}

/// What can happen at one way of a `branch`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Arm {
    /// Its condition can hold.
    pub(crate) taken: bool,
    /// Its condition can fail.
    pub(crate) passed: bool,
}

/// Walks all paths of a flow.
pub(crate) fn look(flow: &Flow) -> Walked {
    let mut walk = Walk {
        flow,
        doubtful: doubtful(flow),
        returned: returned(flow),
        outside: outside(flow),
        steps: Vec::new(),
        at: vec![Vec::new(); flow.nodes.len()],
        open: VecDeque::new(),
        told: BTreeSet::new(),
        walked: Walked::default(),
    };
    let mut set = Variables::default();
    walk.starts(&mut set, 0..u32::try_from(flow.variables.len()).unwrap_or(u32::MAX));
    walk.enter(flow.start, set, None);
    while let Some(step) = walk.open.pop_front() {
        if walk.steps.get(step).is_some_and(|step| !step.dropped) {
            walk.visit(step);
        }
    }
    walk.walked
}

/// One set of variables at one node.
struct Step {
    node: NodeIndex,
    set: Variables,
    from: Option<usize>,
    /// A smaller set has taken its place.
    dropped: bool,
}

struct Walk<'a> {
    flow: &'a Flow,
    /// Variables that may be empty although they were set.
    doubtful: Variables,
    /// What every `return` of an outcome gives, by subflow and outcome.
    returned: BTreeMap<(SubflowIndex, Arc<str>), BTreeSet<usize>>,
    /// Where a subflow leads without ending.
    outside: Vec<BTreeSet<NodeIndex>>,
    steps: Vec<Step>,
    at: Vec<Vec<usize>>,
    open: VecDeque<usize>,
    told: BTreeSet<(NodeIndex, VariableIndex)>,
    walked: Walked,
}

impl Walk<'_> {
    /// Puts those variables into a set that have a value at the start.
    fn starts(&self, set: &mut Variables, range: std::ops::Range<u32>) {
        for index in range {
            let variable = self.flow.variables.get_index(index as usize);
            if variable.is_some_and(|(_, variable)| variable.start != Value::Unset) {
                set.insert(VariableIndex(index));
            }
        }
    }

    /// Comes to a node, unless a smaller set is known there.
    fn enter(&mut self, node: NodeIndex, set: Variables, from: Option<usize>) {
        let Some(at) = self.at.get_mut(node.0 as usize) else { return };
        let steps = &mut self.steps;
        if at.iter().any(|known| steps.get(*known).is_some_and(|step| step.set.is_within(&set))) {
            return;
        }
        let mut set = set;
        if at.len() >= MAX_SETS {
            for known in at.iter() {
                if let Some(step) = steps.get(*known) {
                    set = set.and(&step.set);
                }
            }
        }
        at.retain(|known| {
            let Some(step) = steps.get_mut(*known) else { return false };
            step.dropped = set.is_within(&step.set);
            !step.dropped
        });
        at.push(steps.len());
        self.open.push_back(steps.len());
        steps.push(Step { node, set, from, dropped: false });
    }

    fn visit(&mut self, step: usize) {
        let Some(Step { node, set, .. }) = self.steps.get(step) else { return };
        let (node, mut set) = (*node, set.clone());
        let flow = self.flow;
        let verb = &flow.node(node).verb;
        for (_, slot) in verb.slots(flow) {
            self.need(step, &slot.value, &mut set);
        }
        let conditional = matches!(verb, Verb::Branch(_) | Verb::Menu(_) | Verb::Set(_));
        for (value, used) in verb.uses() {
            if !conditional && !used.may_be_blank() {
                self.need(step, value, &mut set);
            }
        }
        self.leave(step, verb, &set);
        // Limits and faults lead away from every node.
        if flow.node(node).subflow.is_none() {
            if let Some(escape) = flow.escape {
                self.go(step, escape, set.clone());
            }
            for end in [flow.on_hangup, flow.on_fault].into_iter().flatten() {
                self.enter(end, set.clone(), Some(step));
            }
        }
    }

    /// Notes what a formula needs and may not have. Each is told once; from then on it counts as set.
    fn need(&mut self, step: usize, value: &Formula, set: &mut Variables) {
        let Some(Step { node, .. }) = self.steps.get(step) else { return };
        let node = *node;
        for variable in value.needs(set, &self.doubtful) {
            set.insert(variable);
            if self.told.insert((node, variable)) {
                let path = self.path(step);
                self.walked.empty.push(Empty { node, variable, path });
            }
        }
    }

    fn path(&self, step: usize) -> Vec<NodeIndex> {
        let mut path = Vec::new();
        let mut at = Some(step);
        while let Some(step) = at.and_then(|at| self.steps.get(at)) {
            path.push(step.node);
            at = step.from;
        }
        path.reverse();
        path
    }

    fn leave(&mut self, step: usize, verb: &Verb, set: &Variables) {
        match verb {
            Verb::Menu(menu) | Verb::Confirm(menu) => {
                for choice in &menu.choices {
                    let mut set = set.clone();
                    self.assign(step, &choice.set, &mut set);
                    self.go(step, choice.goto, set);
                }
                self.ways(step, verb, set, |kind| kind != WayKind::Answer);
            }
            Verb::Set(node) => {
                let mut set = set.clone();
                self.assign(step, &node.set, &mut set);
                self.go(step, node.next, set);
            }
            Verb::Branch(branch) => {
                let mut cases = vec![set.clone()];
                for (number, (when, goto)) in branch.arms.iter().enumerate() {
                    cases = self.arm(step, number, when, *goto, cases);
                }
                for case in cases {
                    self.go(step, branch.otherwise, case);
                }
            }
            Verb::Call(call) => self.call(step, call, set),
            Verb::Collect(_) | Verb::Record(_) | Verb::Http(_) | Verb::Ticket(_) => {
                let mut set = set.clone();
                if let Verb::Http(http) = verb {
                    http.forget.iter().for_each(|variable| set.remove(*variable));
                }
                if let Some((variable, filled)) = verb.fills() {
                    let mut with = set.clone();
                    with.insert(variable);
                    for goto in filled {
                        self.go(step, goto, with.clone());
                    }
                    self.ways_but_ok(step, verb, &set);
                } else {
                    self.ways(step, verb, &set, |_| true);
                }
            }
            Verb::Say(_)
            | Verb::Answer(_)
            | Verb::Hours(_)
            | Verb::Note(_)
            | Verb::Queue(_)
            | Verb::Callback(_)
            | Verb::Transfer(_)
            | Verb::Return(_)
            | Verb::Hangup(_) => self.ways(step, verb, set, |_| true),
        }
    }

    /// Goes on by all ways of some kinds.
    fn ways(&mut self, step: usize, verb: &Verb, set: &Variables, of: fn(WayKind) -> bool) {
        for way in verb.ways().into_iter().filter(|way| of(way.kind)) {
            self.go(step, way.goto, set.clone());
        }
    }

    fn ways_but_ok(&mut self, step: usize, verb: &Verb, set: &Variables) {
        for way in verb.ways().into_iter().filter(|way| &*way.outcome != "ok") {
            self.go(step, way.goto, set.clone());
        }
    }

    /// Goes to a node of the same scope. `back` and `repeat` lead where the call was already, with less.
    fn go(&mut self, step: usize, goto: Goto, set: Variables) {
        let Some(Step { node, .. }) = self.steps.get(step) else { return };
        if let Goto::Node(next) = goto
            && self.flow.node(next).subflow == self.flow.node(*node).subflow
        {
            self.enter(next, set, Some(step));
        }
    }

    fn assign(&mut self, step: usize, assignments: &[Assignment], set: &mut Variables) {
        for Assignment { place, value } in assignments {
            self.need(step, value, set);
            if let Place::Variable(variable) = place {
                set.insert(*variable);
            }
        }
    }

    /// One way of a `branch`: gives what is known where its condition fails.
    fn arm(
        &mut self,
        step: usize,
        number: usize,
        when: &Formula,
        goto: Goto,
        cases: Vec<Variables>,
    ) -> Vec<Variables> {
        let Some(Step { node, .. }) = self.steps.get(step) else { return Vec::new() };
        let node = *node;
        let mut rest: Vec<Variables> = Vec::new();
        for mut case in cases {
            self.need(step, when, &mut case);
            let taken = when.cases(&case, &self.doubtful, true);
            let passed = when.cases(&case, &self.doubtful, false);
            let arm = self.walked.arms.entry((node, number)).or_default();
            arm.taken |= !taken.is_empty();
            arm.passed |= !passed.is_empty();
            for case in taken {
                self.go(step, goto, case);
            }
            rest.extend(passed);
        }
        if rest.len() > MAX_SETS {
            let common = rest.iter().skip(1).fold(rest[0].clone(), |common, case| common.and(case));
            rest = vec![common];
        }
        rest
    }

    fn call(&mut self, step: usize, call: &CallNode, set: &Variables) {
        let flow = self.flow;
        let subflow = flow.subflow(call.subflow);
        let mut inside = Variables::default();
        self.starts(&mut inside, subflow.variables.clone());
        call.with.iter().for_each(|(param, _)| inside.insert(*param));
        self.enter(subflow.start, inside, Some(step));
        for (outcome, goto) in &call.outcomes {
            let mut set = set.clone();
            let given = self.returned.get(&(call.subflow, Arc::clone(outcome)));
            for (position, place) in &call.returns {
                if let Place::Variable(variable) = place
                    && given.is_none_or(|given| given.contains(position))
                {
                    set.insert(*variable);
                }
            }
            self.go(step, *goto, set);
        }
        if let Some(failed) = call.failed {
            self.go(step, failed, set.clone());
        }
        let outside = self.outside.get(call.subflow.0 as usize).cloned().unwrap_or_default();
        for node in outside {
            self.go(step, Goto::Node(node), set.clone());
        }
    }
}

/// What every `return` of an outcome gives.
fn returned(flow: &Flow) -> BTreeMap<(SubflowIndex, Arc<str>), BTreeSet<usize>> {
    let mut returned: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    for node in &flow.nodes {
        let (Some(subflow), Verb::Return(end)) = (node.subflow, &node.verb) else { continue };
        let given: BTreeSet<usize> = end.with.iter().map(|(place, _)| *place).collect();
        let known =
            returned.entry((subflow, Arc::clone(&end.outcome))).or_insert_with(|| given.clone());
        known.retain(|place| given.contains(place));
    }
    returned
}

/// Where each subflow leads without ending: by commands, and through the subflows that it calls.
fn outside(flow: &Flow) -> Vec<BTreeSet<NodeIndex>> {
    let mut outside = vec![BTreeSet::new(); flow.subflows.len()];
    loop {
        let mut found: Vec<(SubflowIndex, NodeIndex)> = Vec::new();
        for node in &flow.nodes {
            let Some(subflow) = node.subflow else { continue };
            let ways = node.verb.ways().into_iter().filter_map(|way| match way.goto {
                Goto::Node(next) => Some(next),
                Goto::Back | Goto::Repeat | Goto::None | Goto::Failed => None,
            });
            let inner = match &node.verb {
                Verb::Call(call) => outside.get(call.subflow.0 as usize).cloned(),
                _ => None,
            };
            let all = ways.chain(inner.unwrap_or_default());
            found.extend(
                all.filter(|next| flow.node(*next).subflow != Some(subflow))
                    .map(|next| (subflow, next)),
            );
        }
        let mut changed = false;
        for (subflow, node) in found {
            if let Some(known) = outside.get_mut(subflow.0 as usize) {
                changed |= known.insert(node);
            }
        }
        if !changed {
            return outside;
        }
    }
}

/// Variables that may be empty although they were set: what they are set to may be, or they are forgotten.
fn doubtful(flow: &Flow) -> Variables {
    let mut doubtful = Variables::default();
    for node in &flow.nodes {
        if let Verb::Http(http) = &node.verb {
            http.forget.iter().for_each(|variable| doubtful.insert(*variable));
        }
    }
    let assignments = flow.assignments();
    loop {
        let before = doubtful.clone();
        for (variable, value) in &assignments {
            if value.may_be_empty(&doubtful) {
                doubtful.insert(*variable);
            }
        }
        if doubtful == before {
            return doubtful;
        }
    }
}
