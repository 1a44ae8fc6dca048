//! Two versions of one flow with what is known of both: which node and which variable is which.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Group, Origin, Touch};
use super::pairing::{Matched, matched, variables};
use crate::call::NodeId;
use crate::flow::compile::{Compiled, FlowFile};
use crate::flow::node::{Flow, Goto, Node, NodeIndex, VariableIndex};

/// Two versions of one flow.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) old: Names<'a>,
    pub(super) new: Names<'a>,
    pub(super) compiled: &'a Compiled,
    old_file: Option<&'a FlowFile>,
    pub(super) new_file: Option<&'a FlowFile>,
    /// The new node of each old one that is still there.
    pub(super) nodes: Matched,
    /// The time zones that the flow tells `now` in, before and now; `None` = UTC.
    pub(super) zones: [Option<&'a str>; 2],
}

/// One version and the names that are used to speak of it: variables by those of the new version.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) flow: &'a Flow,
    variables: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// A version that is spoken of by its own names.
    pub(super) fn own(flow: &'a Flow) -> Self {
        Self { flow, variables: flow.variables.keys().map(|name| &**name).collect() }
    }

    /// An old version whose variables go by other names now.
    fn renamed(
        flow: &'a Flow,
        new: &'a Flow,
        same: &BTreeMap<VariableIndex, VariableIndex>,
    ) -> Self {
        let mut names = Self::own(flow);
        for (old, now) in same {
            if let (Some(slot), Some((name, _))) =
                (names.variables.get_mut(old.0 as usize), new.variables.get_index(now.0 as usize))
            {
                *slot = name;
            }
        }
        names
    }

    /// The name of a variable.
    pub(super) fn variable(&self, index: VariableIndex) -> &'a str {
        self.variables.get(index.0 as usize).copied().unwrap_or("?")
    }
}

impl<'a> Pair<'a> {
    /// Finds out which node and which variable is which.
    pub(super) fn new(old: (&'a Flow, &'a Compiled), new: (&'a Flow, &'a Compiled)) -> Self {
        let file = |(flow, compiled): (&Flow, &'a Compiled)| {
            compiled.flow_files.iter().find(|file| file.flow == flow.id)
        };
        let zone = |(flow, compiled): (&Flow, &'a Compiled)| {
            let home = flow.home.as_ref()?;
            let home = compiled.calendars.iter().find(|calendar| calendar.name == *home)?;
            Some(&*home.zone)
        };
        let renamed = Names::renamed(old.0, new.0, &variables(old.0, new.0));
        let own = Names::own(new.0);
        let nodes = matched(&renamed, &own);
        Self {
            nodes,
            old: renamed,
            new: own,
            compiled: new.1,
            old_file: file(old),
            new_file: file(new),
            zones: [zone(old), zone(new)],
        }
    }

    /// The nodes that both versions have, in the new one's order.
    pub(super) fn both(&self) -> impl Iterator<Item = (&'a Node, &'a Node)> {
        self.nodes.pairs().map(|(old, new)| (self.old.flow.node(old), self.new.flow.node(new)))
    }

    /// The questions that both versions ask, by their new names.
    pub(super) fn questions(&self) -> BTreeSet<&'a NodeId> {
        let asking = self
            .both()
            .filter(|(old, new)| old.verb.input().is_some() && new.verb.input().is_some());
        asking.map(|(_, new)| &new.id).collect()
    }

    /// Where a node of the new version stands.
    pub(super) fn new_place(&self, node: &NodeId) -> Option<Origin> {
        self.new_file.and_then(|file| file.places.get(node)).copied().map(Origin::New)
    }

    /// Where a node of the old version stands.
    pub(super) fn old_place(&self, node: &NodeId) -> Option<Origin> {
        self.old_file.and_then(|file| file.places.get(node)).copied().map(Origin::Old)
    }

    /// A change at a node that both versions have; it touches every call that came there.
    pub(super) fn at(&self, group: Group, nodes: (&Node, &Node), what: String) -> Change {
        Change {
            group,
            nodes: vec![nodes.1.id.clone()],
            everywhere: false,
            what,
            details: Vec::new(),
            place: self.new_place(&nodes.1.id),
            touches: BTreeSet::from([Touch::Node(nodes.0.id.clone())]),
            flow: None,
        }
    }

    /// A change of the flow as a whole.
    pub(super) fn of_flow(&self, group: Group, what: String) -> Change {
        Change::whole(group, what, self.new_file.map(|file| Origin::New(file.name)))
    }

    /// Whether a way of the old version and one of the new version lead to the same place.
    pub(super) fn same_target(&self, old: Target, new: Target) -> bool {
        match (old, new) {
            (Target::Node(old), Target::Node(new)) => self.nodes.new_of(old) == Some(new),
            (a, b) => a == b,
        }
    }
}

/// Where a way leads in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// To a node; to ask the same question again is to go to the node itself.
    Node(NodeIndex),
    /// To the previous menu.
    Back,
    /// Out of the subflow.
    Failed,
    /// To built-in words, and the end of the call.
    End(&'static str),
}

impl Target {
    /// Where `goto` leads from node `from`.
    pub(super) const fn of(goto: Goto, from: NodeIndex) -> Self {
        match goto {
            Goto::Node(index) => Self::Node(index),
            Goto::Repeat | Goto::None => Self::Node(from),
            Goto::Back => Self::Back,
            Goto::Failed => Self::Failed,
        }
    }

    /// The target in words, to be read after "to".
    pub(super) fn said(self, flow: &Flow) -> String {
        match self {
            Self::Node(index) => format!("`{}`", flow.node(index).id),
            Self::Back => "the previous menu".to_owned(),
            Self::Failed => "the `failed` of the subflow".to_owned(),
            Self::End(words) => words.to_owned(),
        }
    }
}
