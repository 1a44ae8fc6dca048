//! Which node and which variable of the new version is which of the old one.
//!
//! The same name is the same node. What is left over is matched by content: first where content and ways agree, then
//! where the content exists only once, at last where the same way leads to two nodes that are alike. So a node that
//! was renamed is no change, and one that was renamed and edited is one change and not two.

use std::collections::BTreeMap;

use super::choice;
use super::feature::features;
use super::pair::Names;
use super::spoken;
use crate::flow::node::{Flow, Goto, Node, NodeIndex, VariableIndex};

/// How much of two nodes must agree, in percent, so that one can be the other under a new name.
const ALIKE: usize = 50;

/// The nodes that both versions have.
#[derive(Debug, Default)]
pub(super) struct Matched {
    new_of: BTreeMap<NodeIndex, NodeIndex>,
    old_of: BTreeMap<NodeIndex, NodeIndex>,
}

impl Matched {
    /// The new node that an old one is now.
    pub(super) fn new_of(&self, old: NodeIndex) -> Option<NodeIndex> {
        self.new_of.get(&old).copied()
    }

    /// The old node that a new one was.
    pub(super) fn old_of(&self, new: NodeIndex) -> Option<NodeIndex> {
        self.old_of.get(&new).copied()
    }

    /// Old and new nodes that are the same, in the new version's order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (NodeIndex, NodeIndex)> {
        self.old_of.iter().map(|(new, old)| (*old, *new))
    }

    fn join(&mut self, old: NodeIndex, new: NodeIndex) {
        self.new_of.insert(old, new);
        self.old_of.insert(new, old);
    }
}

/// A node that has no partner yet.
struct Single<'a> {
    index: NodeIndex,
    node: &'a Node,
    /// All that it is, without its name and without where it leads.
    face: Vec<String>,
}

/// Finds the partner of every node that has one.
pub(super) fn matched(old: &Names<'_>, new: &Names<'_>) -> Matched {
    let mut matched = Matched::default();
    let by_name: BTreeMap<&str, NodeIndex> =
        new.flow.places().map(|(index, node)| (node.id.as_str(), index)).collect();
    for (index, node) in old.flow.places() {
        if let Some(partner) = by_name.get(node.id.as_str()) {
            matched.join(index, *partner);
        }
    }
    let mut gone = singles(old, |index| matched.new_of(index).is_none());
    let mut fresh = singles(new, |index| matched.old_of(index).is_none());
    while let Some((a, b)) = next_pair(&matched, (old, &gone), (new, &fresh)) {
        matched.join(gone.remove(a).index, fresh.remove(b).index);
    }
    matched
}

fn singles<'a>(names: &Names<'a>, wanted: impl Fn(NodeIndex) -> bool) -> Vec<Single<'a>> {
    let all = names.flow.places().filter(|(index, _)| wanted(*index));
    all.map(|(index, node)| Single { index, node, face: face(names, node) }).collect()
}

/// The surest pair among those that are left, by their places in the lists.
fn next_pair(
    matched: &Matched,
    old: (&Names<'_>, &[Single<'_>]),
    new: (&Names<'_>, &[Single<'_>]),
) -> Option<(usize, usize)> {
    let pairs = || {
        let each = old.1.iter().enumerate();
        each.flat_map(|(a, o)| new.1.iter().enumerate().map(move |(b, n)| ((a, b), (o, n))))
    };
    let same = |o: &Single<'_>, n: &Single<'_>| o.face == n.face;
    let exact = pairs()
        .find(|(_, (o, n))| same(o, n) && leads_alike(matched, (old.0.flow, o), (new.0.flow, n)));
    let only = || {
        pairs().find(|(_, (o, n))| {
            same(o, n)
                && old.1.iter().filter(|other| other.face == o.face).count() == 1
                && new.1.iter().filter(|other| other.face == n.face).count() == 1
        })
    };
    let alike = || {
        pairs().find(|(_, (o, n))| {
            o.node.verb.name() == n.node.verb.name()
                && percent_alike(&o.face, &n.face) >= ALIKE
                && same_way_in(matched, (old.0.flow, o.index), (new.0.flow, n.index))
        })
    };
    exact.or_else(only).or_else(alike).map(|(places, _)| places)
}

/// All that a node is, without its name and without where it leads, a line each.
fn face(names: &Names<'_>, node: &Node) -> Vec<String> {
    let mut lines = vec![node.verb.name().to_owned()];
    lines.extend(features(names, node).into_iter().map(|f| format!("{}: {}", f.name, f.value)));
    lines.extend(spoken::roles(node).into_iter().flat_map(|(role, prompts)| {
        let texts = prompts.iter().map(|prompt| spoken::text(names, prompt));
        texts.map(|text| format!("{role}: {text}")).collect::<Vec<_>>()
    }));
    lines.extend(choice::face(names, node));
    lines.extend(node.verb.ways().into_iter().map(|way| format!("way {}", way.outcome)));
    lines
}

/// Whether every way of two nodes leads to nodes that are the same, or that may still turn out to be.
fn leads_alike(
    matched: &Matched,
    (old_flow, old): (&Flow, &Single<'_>),
    (new_flow, new): (&Flow, &Single<'_>),
) -> bool {
    let (before, after) = (old.node.verb.ways(), new.node.verb.ways());
    before.len() == after.len()
        && before.iter().zip(&after).all(|(o, n)| match (o.goto, n.goto) {
            (Goto::Node(o), Goto::Node(n)) if o == old.index || n == new.index => {
                o == old.index && n == new.index
            }
            (Goto::Node(o), Goto::Node(n)) => match matched.new_of(o) {
                Some(now) => now == n,
                None => {
                    matched.old_of(n).is_none()
                        && old_flow.node(o).verb.name() == new_flow.node(n).verb.name()
                }
            },
            (o, n) => o == n,
        })
}

/// Whether some node that both versions have leads by the same way to the one and to the other.
fn same_way_in(
    matched: &Matched,
    (old_flow, old): (&Flow, NodeIndex),
    (new_flow, new): (&Flow, NodeIndex),
) -> bool {
    matched.pairs().any(|(before, after)| {
        let after = new_flow.node(after).verb.ways();
        old_flow
            .node(before)
            .verb
            .ways()
            .iter()
            .filter(|way| way.goto == Goto::Node(old))
            .any(|way| after.iter().any(|n| n.outcome == way.outcome && n.goto == Goto::Node(new)))
    }) || (old_flow.start, new_flow.start) == (old, new)
}

/// How many lines of the longer list stand in the other one too, in percent.
fn percent_alike(a: &[String], b: &[String]) -> usize {
    let shared = a.iter().filter(|line| b.contains(line)).count();
    shared * 100 / a.len().max(b.len()).max(1)
}

/// Variables that go by another name now: gone and new ones of which only one pair has that definition. Whether they
/// are told apart by callers, the formulas show.
pub(super) fn variables(old: &Flow, new: &Flow) -> BTreeMap<VariableIndex, VariableIndex> {
    let left = |one: &Flow, other: &Flow| -> Vec<(VariableIndex, String)> {
        (0..)
            .map(VariableIndex)
            .zip(&one.variables)
            .filter(|(_, (name, _))| !other.variables.contains_key(*name))
            .map(|(index, (_, variable))| (index, format!("{variable:?}")))
            .collect()
    };
    let (gone, fresh) = (left(old, new), left(new, old));
    let only = |list: &[(VariableIndex, String)], what: &str| -> Option<VariableIndex> {
        let mut fitting = list.iter().filter(|(_, definition)| definition == what);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.0)
    };
    gone.iter()
        .filter_map(|(index, what)| {
            only(&gone, what)?;
            Some((*index, only(&fresh, what)?))
        })
        .collect()
}
