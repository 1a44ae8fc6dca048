//! The shortest ways through a flow, by the time of the typical caller (Dijkstra's algorithm).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::cost::{Cost, Costs};
use crate::call::Language;
use crate::flow::map::{Map, Road};
use crate::flow::node::{Flow, Goto, Input, Piece, SubflowIndex, Verb, WayKind};
use crate::flow::told::spoken_of;
use crate::time::Duration;

/// The shortest ways from the start of a call.
pub(super) struct Routes<'a> {
    flow: &'a Flow,
    tree: Tree,
}

/// A way to a node.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) time: Duration,
    pub(super) worst: Duration,
    pub(super) keys: u64,
    pub(super) way: Vec<usize>,
}

/// How a subflow is left: the cost of its shortest way to an outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Passage {
    time: Duration,
    keys: u64,
    /// What slips on the way add, each.
    slips: Vec<Duration>,
}

/// Passages by subflow and outcome.
type Passages = BTreeMap<(u32, Arc<str>), Passage>;

impl<'a> Routes<'a> {
    pub(super) fn find(costs: &Costs<'a>) -> Self {
        let search = Search { costs, map: Map::closed(costs.flow) };
        let mut passages = Passages::new();
        // A subflow inside others is measured first: each round reaches one level further out.
        for _ in 0..costs.flow.subflows.len() {
            let mut found = Passages::new();
            for (number, subflow) in (0_u32..).zip(&costs.flow.subflows) {
                let tree = search.tree(subflow.start.0 as usize, &passages);
                search.passages(number, &tree, &mut found);
            }
            let settled = found == passages;
            passages = found;
            if settled {
                break;
            }
        }
        Self { flow: costs.flow, tree: search.tree(costs.flow.start.0 as usize, &passages) }
    }

    /// The shortest way to a node.
    pub(super) fn to(&self, vertex: usize) -> Option<Route> {
        let (time, keys) = self.tree.best.get(vertex).copied().flatten()?;
        let (mut way, slips) = self.tree.back_from(vertex);
        way.retain(|v| *v < self.flow.nodes.len());
        let worst = time + worst(slips, self.flow.limits.errors);
        Some(Route { time, worst, keys, way })
    }
}

/// What the costliest slips add that the error budget of a call bears without ending the way.
fn worst(mut slips: Vec<Duration>, errors: u32) -> Duration {
    slips.sort_unstable_by_key(|slip| Reverse(*slip));
    let borne = usize::try_from(errors.saturating_sub(1)).unwrap_or(usize::MAX);
    slips.into_iter().take(borne).fold(Duration::ZERO, |sum, slip| sum + slip)
}

/// What was found from one root.
struct Tree {
    best: Vec<Option<(Duration, u64)>>,
    /// The vertex before, and what slips on the step from it add.
    before: Vec<Option<(usize, Vec<Duration>)>>,
}

impl Tree {
    /// The way to a vertex and the slips on it.
    fn back_from(&self, vertex: usize) -> (Vec<usize>, Vec<Duration>) {
        let (mut way, mut slips, mut at) = (vec![vertex], Vec::new(), vertex);
        while let Some(Some((earlier, more))) = self.before.get(at) {
            way.push(*earlier);
            slips.extend(more);
            at = *earlier;
        }
        way.reverse();
        (way, slips)
    }
}

struct Search<'s, 'a> {
    costs: &'s Costs<'a>,
    map: Map,
}

impl Search<'_, '_> {
    fn tree(&self, root: usize, passages: &Passages) -> Tree {
        let size = self.map.len();
        let mut tree = Tree { best: vec![None; size], before: vec![None; size] };
        let mut done = vec![false; size];
        let mut open = BinaryHeap::from([Reverse((Duration::ZERO, 0_u64, root))]);
        tree.best[root] = Some((Duration::ZERO, 0));
        while let Some(Reverse((time, keys, at))) = open.pop() {
            if std::mem::replace(&mut done[at], true) {
                continue;
            }
            for (to, step) in self.steps(at, passages) {
                let reached = (time + step.time, keys.saturating_add(step.keys));
                if tree.best[to].is_none_or(|best| reached < best) && !done[to] {
                    tree.best[to] = Some(reached);
                    tree.before[to] = Some((at, step.slips));
                    open.push(Reverse((reached.0, reached.1, to)));
                }
            }
        }
        tree
    }

    /// Where a caller can go on from a vertex, and at what cost.
    fn steps(&self, at: usize, passages: &Passages) -> Vec<(usize, Passage)> {
        let Some(node) = self.costs.flow.nodes.get(at) else { return Vec::new() };
        let mut steps = Vec::new();
        match &node.verb {
            // What comes after a person is no effort of the caller's any more.
            Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_) | Verb::Return(_) => {}
            Verb::Call(call) => {
                let start = self.costs.flow.subflow(call.subflow).start;
                steps.push((start.0 as usize, Passage::default()));
                for road in self.map.roads(at) {
                    let through = passages.get(&(call.subflow.0, road.outcome.clone()));
                    steps.extend(through.map(|passage| (road.to, passage.clone())));
                }
            }
            verb => {
                let told = self.keys_told(verb);
                for road in self.map.roads(at) {
                    let known = road.kind != WayKind::Command || told.contains(&*road.outcome);
                    if known && road.to < self.costs.flow.nodes.len() {
                        steps.push((road.to, passage(self.costs.of(verb, road))));
                    }
                }
            }
        }
        steps
    }

    /// The keys that the words of a question speak of; a command that they pass over is known to nobody.
    fn keys_told(&self, verb: &Verb) -> BTreeSet<String> {
        verb.input().map(|input| told_keys(input, self.costs.language)).unwrap_or_default()
    }

    /// The ways out of a subflow that a search from its start has found.
    fn passages(&self, number: u32, tree: &Tree, found: &mut Passages) {
        for (vertex, node) in self.costs.flow.nodes.iter().enumerate() {
            if node.subflow != Some(SubflowIndex(number)) {
                continue;
            }
            let Some((time, keys)) = tree.best[vertex] else { continue };
            let mut leave = |outcome: Arc<str>, cost: Cost| {
                let (_, mut slips) = tree.back_from(vertex);
                let step = passage(cost);
                slips.extend(step.slips);
                let time = time + step.time;
                let way = Passage { time, keys: keys + step.keys, slips };
                let known = found.entry((number, outcome)).or_insert_with(|| way.clone());
                if (way.time, way.keys) < (known.time, known.keys) {
                    *known = way;
                }
            };
            if let Verb::Return(end) = &node.verb {
                leave(end.outcome.clone(), Cost::default());
            }
            for way in node.verb.ways().into_iter().filter(|way| way.goto == Goto::Failed) {
                let road = Road { to: vertex, outcome: way.outcome, kind: way.kind };
                leave("failed".into(), self.costs.of(&node.verb, &road));
            }
        }
    }
}

fn passage(cost: Cost) -> Passage {
    let spare = usize::try_from(cost.spare).unwrap_or(0);
    Passage { time: cost.time, keys: cost.keys, slips: vec![cost.slip; spare.min(MAX_SPARE)] }
}

/// The most slips of one question that are looked at; the error budget of a call is far smaller.
const MAX_SPARE: usize = 20;

/// The keys that the words of a question speak of, for a caller of `language`.
fn told_keys(input: &Input, language: &Language) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for prompt in &input.prompts {
        for (_, piece) in prompt.pieces(language) {
            match piece {
                Piece::Words(item) => keys.extend(spoken_of(&item.text)),
                Piece::Slot(_) => {}
            }
        }
    }
    keys
}
