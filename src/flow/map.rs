//! A compiled flow as a map: every way with its kind, subflows joined to those that call them.
//!
//! Two maps of one flow: on the *open* one a `call` leads into its subflow, and a `return` leads out to every
//! caller; on the *closed* one a `call` leads to its outcomes and a `return` nowhere, so that no path enters a
//! subflow at one place and leaves it at another.

use std::collections::VecDeque;
use std::sync::Arc;

use super::node::{Flow, Goto, NodeIndex, Verb, WayKind};

/// One way on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Road {
    /// The vertex that it leads to: a node by its index, or the one that stands for `back`.
    pub(super) to: usize,
    /// The outcome behind it.
    pub(super) outcome: Arc<str>,
    /// What makes a call take it.
    pub(super) kind: WayKind,
}

/// The ways of one flow.
#[derive(Debug)]
pub(super) struct Map {
    /// By vertex; the last one stands for `back` and leads to every menu.
    roads: Vec<Vec<Road>>,
    /// The nodes that end the call with the built-in apology when a question fails there.
    apology: Vec<bool>,
}

impl Map {
    /// The map on which calls lead into their subflows.
    pub(super) fn open(flow: &Flow) -> Self {
        Self::new(flow, true)
    }

    /// The map on which calls lead over their subflows.
    pub(super) fn closed(flow: &Flow) -> Self {
        Self::new(flow, false)
    }

    fn new(flow: &Flow, open: bool) -> Self {
        let back = flow.nodes.len();
        let callers = callers(flow);
        let mut map = Self { roads: vec![Vec::new(); back + 1], apology: vec![false; back + 1] };
        for (from, node) in flow.nodes.iter().enumerate() {
            let mine = node.subflow.and_then(|subflow| callers.get(subflow.0 as usize));
            let mine = mine.map_or(&[][..], Vec::as_slice);
            match &node.verb {
                Verb::Call(call) if open => {
                    let start = flow.subflow(call.subflow).start;
                    map.add(from, Goto::Node(start), "start".into(), WayKind::Passing);
                }
                Verb::Return(end) if open => {
                    for caller in mine {
                        let Verb::Call(call) = &flow.node(*caller).verb else { continue };
                        let way = call.outcomes.iter().find(|(name, _)| *name == end.outcome);
                        if let Some((name, goto)) = way {
                            map.add(from, *goto, name.clone(), WayKind::Passing);
                        }
                    }
                }
                verb => {
                    for way in verb.ways() {
                        if way.goto == Goto::Failed && open {
                            map.fail(flow, from, mine, way.kind);
                        } else {
                            map.add(from, way.goto, way.outcome, way.kind);
                        }
                    }
                }
            }
            if let Verb::Menu(_) = node.verb {
                map.roads[back].push(Road {
                    to: from,
                    outcome: "back".into(),
                    kind: WayKind::Command,
                });
            }
            map.apology[from] |= match &node.verb {
                Verb::Menu(menu) | Verb::Confirm(menu) => menu.input.failed.is_none(),
                Verb::Collect(collect) => collect.input.failed.is_none(),
                Verb::Record(record) => record.empty.is_none(),
                Verb::Transfer(transfer) => transfer.failed.is_none(),
                Verb::Call(call) => call.failed.is_none() && !open,
                Verb::Say(_)
                | Verb::Answer(_)
                | Verb::Set(_)
                | Verb::Branch(_)
                | Verb::Hours(_)
                | Verb::Http(_)
                | Verb::Ticket(_)
                | Verb::Note(_)
                | Verb::Queue(_)
                | Verb::Callback(_)
                | Verb::Return(_)
                | Verb::Hangup(_) => false,
            };
        }
        map
    }

    fn add(&mut self, from: usize, goto: Goto, outcome: Arc<str>, kind: WayKind) {
        let to = match goto {
            Goto::Node(index) => index.0 as usize,
            Goto::Repeat => from,
            Goto::Back => self.roads.len() - 1,
            Goto::None | Goto::Failed => return,
        };
        self.roads[from].push(Road { to, outcome, kind });
    }

    /// A question fails inside a subflow: on to where its callers say.
    fn fail(&mut self, flow: &Flow, from: usize, callers: &[NodeIndex], kind: WayKind) {
        for caller in callers {
            let Verb::Call(call) = &flow.node(*caller).verb else { continue };
            match call.failed {
                Some(goto) => self.add(from, goto, "failed".into(), kind),
                None => self.apology[from] = true,
            }
        }
    }

    /// How many vertices there are: the nodes and the one for `back`.
    pub(super) fn len(&self) -> usize {
        self.roads.len()
    }

    /// The ways out of a vertex.
    pub(super) fn roads(&self, from: usize) -> &[Road] {
        self.roads.get(from).map_or(&[], Vec::as_slice)
    }

    /// Whether a caller who fails here hears the built-in apology and the call ends.
    pub(super) fn apologises(&self, vertex: usize) -> bool {
        self.apology.get(vertex) == Some(&true)
    }

    /// Which vertices can be reached from `roots` over roads that `allow` lets pass.
    pub(super) fn reached(
        &self,
        roots: impl IntoIterator<Item = usize>,
        allow: impl Fn(usize, &Road) -> bool,
    ) -> Vec<bool> {
        let mut reached = vec![false; self.len()];
        let mut open: Vec<usize> = roots.into_iter().collect();
        while let Some(at) = open.pop() {
            if at < reached.len() && !std::mem::replace(&mut reached[at], true) {
                open.extend(self.roads(at).iter().filter(|r| allow(at, r)).map(|road| road.to));
            }
        }
        reached
    }

    /// From which vertices one of `goals` can be reached over roads that `allow` lets pass.
    pub(super) fn leading_to(
        &self,
        goals: impl Fn(usize) -> bool,
        allow: impl Fn(usize, &Road) -> bool,
    ) -> Vec<bool> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for from in 0..self.len() {
            for road in self.roads(from).iter().filter(|road| allow(from, road)) {
                back[road.to].push(from);
            }
        }
        let mut leads = vec![false; self.len()];
        let mut open: Vec<usize> = (0..self.len()).filter(|vertex| goals(*vertex)).collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut leads[at], true) {
                open.extend(&back[at]);
            }
        }
        leads
    }

    /// The shortest path from `root` to a vertex that `goal` accepts, both ends included.
    pub(super) fn path(
        &self,
        root: usize,
        goal: impl Fn(usize) -> bool,
        allow: impl Fn(usize, &Road) -> bool,
    ) -> Option<Vec<usize>> {
        let mut before: Vec<Option<usize>> = vec![None; self.len()];
        let mut open = VecDeque::from([root]);
        let mut seen = vec![false; self.len()];
        *seen.get_mut(root)? = true;
        while let Some(at) = open.pop_front() {
            if goal(at) {
                let mut path = vec![at];
                while let Some(&Some(earlier)) = path.last().and_then(|last| before.get(*last)) {
                    path.push(earlier);
                }
                path.reverse();
                return Some(path);
            }
            for road in self.roads(at).iter().filter(|road| allow(at, road)) {
                if !std::mem::replace(&mut seen[road.to], true) {
                    before[road.to] = Some(at);
                    open.push_back(road.to);
                }
            }
        }
        None
    }

    /// The shortest circle through `vertex`: it stands at both ends.
    pub(super) fn circle(
        &self,
        vertex: usize,
        allow: impl Fn(usize, &Road) -> bool,
    ) -> Option<Vec<usize>> {
        let first = self.roads(vertex).iter().filter(|road| allow(vertex, road));
        let paths = first.filter_map(|road| self.path(road.to, |at| at == vertex, &allow));
        let mut circle = paths.min_by_key(Vec::len)?;
        circle.insert(0, vertex);
        Some(circle)
    }

    /// The groups of vertices that lead to each other over roads that `allow` lets pass; single vertices only where
    /// they lead to themselves. Each group is in the order of the file. (Tarjan's algorithm, without recursion.)
    pub(super) fn circles(&self, allow: impl Fn(usize, &Road) -> bool) -> Vec<Vec<usize>> {
        const NEW: usize = usize::MAX;
        let mut order = vec![NEW; self.len()];
        let mut low = vec![NEW; self.len()];
        let mut on_stack = vec![false; self.len()];
        let (mut stack, mut groups, mut next) = (Vec::new(), Vec::new(), 0);
        for root in 0..self.len() {
            if order[root] != NEW {
                continue;
            }
            let mut open = vec![(root, 0)];
            while let Some((at, road)) = open.last_mut() {
                let at = *at;
                if *road == 0 {
                    (order[at], low[at]) = (next, next);
                    next += 1;
                    stack.push(at);
                    on_stack[at] = true;
                }
                if let Some(taken) = self.roads(at).get(*road) {
                    *road += 1;
                    if !allow(at, taken) {
                        continue;
                    }
                    if order[taken.to] == NEW {
                        open.push((taken.to, 0));
                    } else if on_stack[taken.to] {
                        low[at] = low[at].min(order[taken.to]);
                    }
                    continue;
                }
                open.pop();
                if let Some((above, _)) = open.last() {
                    low[*above] = low[*above].min(low[at]);
                }
                if low[at] == order[at] {
                    let from = stack.iter().rposition(|v| *v == at).unwrap_or(stack.len());
                    let mut group = stack.split_off(from);
                    for vertex in &group {
                        on_stack[*vertex] = false;
                    }
                    let circle = group.len() > 1
                        || self.roads(at).iter().any(|r| r.to == at && allow(at, r));
                    if circle {
                        group.sort_unstable();
                        groups.push(group);
                    }
                }
            }
        }
        groups.sort_unstable();
        groups
    }
}

/// Who calls each subflow.
fn callers(flow: &Flow) -> Vec<Vec<NodeIndex>> {
    let mut callers = vec![Vec::new(); flow.subflows.len()];
    for (index, node) in (0_u32..).zip(&flow.nodes) {
        if let Verb::Call(call) = &node.verb
            && let Some(list) = callers.get_mut(call.subflow.0 as usize)
        {
            list.push(NodeIndex(index));
        }
    }
    callers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(roads: &[(usize, usize, WayKind)]) -> Map {
        let vertices = roads.iter().map(|(from, to, _)| from.max(to) + 1).max().unwrap_or(0);
        let mut map = Map { roads: vec![Vec::new(); vertices], apology: vec![false; vertices] };
        for (from, to, kind) in roads {
            map.roads[*from].push(Road { to: *to, outcome: "next".into(), kind: *kind });
        }
        map
    }

    #[test]
    fn circles_are_found_once_and_only_over_allowed_roads() {
        use WayKind::{Answer, Passing};
        let map = map(&[
            (0, 1, Passing),
            (1, 2, Passing),
            (2, 1, Passing),
            (2, 3, Answer),
            (3, 0, Passing),
            (4, 4, Passing),
            (5, 4, Passing),
        ]);
        assert_eq!(map.circles(|_, _| true), [vec![0, 1, 2, 3], vec![4]]);
        let passing = |_: usize, road: &Road| road.kind == Passing;
        assert_eq!(map.circles(passing), [vec![1, 2], vec![4]]);
        assert_eq!(map.circle(1, passing), Some(vec![1, 2, 1]));
        assert_eq!(map.path(0, |v| v == 2, passing), Some(vec![0, 1, 2]));
        assert_eq!(map.path(0, |v| v == 3, passing), None);
        assert_eq!(map.reached([5], passing), [false, false, false, false, true, true]);
        assert_eq!(map.leading_to(|v| v == 3, |_, _| true)[..5], [true, true, true, true, false]);
    }
}
