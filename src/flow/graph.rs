//! The nodes of a flow as a graph: who leads where, and where a call can end or reach a person.

use std::collections::BTreeSet;

use super::node::NodeIndex;

/// The edges between the nodes of one flow, as far as its file can be understood.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    nodes: Vec<Vertex>,
}

#[derive(Debug, Clone, Default)]
struct Vertex {
    /// Where its outcomes lead.
    next: BTreeSet<u32>,
    /// A call can end here or reach a person.
    exit: bool,
}

impl Graph {
    /// A graph of so many nodes without edges.
    pub(super) fn new(nodes: usize) -> Self {
        Self { nodes: vec![Vertex::default(); nodes] }
    }

    /// Adds a way from one node to another.
    pub(super) fn edge(&mut self, from: NodeIndex, to: NodeIndex) {
        if let Some(vertex) = self.nodes.get_mut(from.0 as usize) {
            vertex.next.insert(to.0);
        }
    }

    /// Marks a node where a call can end or reach a person.
    pub(super) fn exit(&mut self, node: NodeIndex) {
        if let Some(vertex) = self.nodes.get_mut(node.0 as usize) {
            vertex.exit = true;
        }
    }

    /// Which nodes can be reached from `roots`.
    pub(super) fn reached_from(&self, roots: impl IntoIterator<Item = NodeIndex>) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<u32> = roots.into_iter().map(|root| root.0).collect();
        while let Some(node) = open.pop() {
            let Some(seen) = reached.get_mut(node as usize) else { continue };
            if !std::mem::replace(seen, true) {
                open.extend(&self.nodes[node as usize].next);
            }
        }
        reached
    }

    /// From which nodes an exit can be reached.
    fn can_leave(&self) -> Vec<bool> {
        let mut back: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let mut open = Vec::new();
        for (from, vertex) in (0_u32..).zip(&self.nodes) {
            if vertex.exit {
                open.push(from);
            }
            for &to in &vertex.next {
                if let Some(list) = back.get_mut(to as usize) {
                    list.push(from);
                }
            }
        }
        let mut can = vec![false; self.nodes.len()];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut can[node as usize], true) {
                open.extend(&back[node as usize]);
            }
        }
        can
    }

    /// The traps: groups of nodes that lead only to each other. Each group is in the order of the file; the node by
    /// which callers fall in comes first where the file has it first.
    pub(super) fn traps(&self) -> Vec<Vec<NodeIndex>> {
        let can = self.can_leave();
        let mut seen = can.clone();
        let mut traps = Vec::new();
        for start in 0..self.nodes.len() {
            if seen[start] {
                continue;
            }
            let Ok(first) = u32::try_from(start) else { break };
            let mut group = Vec::new();
            let mut open = vec![first];
            while let Some(node) = open.pop() {
                if std::mem::replace(&mut seen[node as usize], true) {
                    continue;
                }
                group.push(NodeIndex(node));
                open.extend(self.nodes[node as usize].next.iter().rev());
            }
            traps.push(group);
        }
        traps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_found_once_with_everything_in_it() {
        let mut graph = Graph::new(5);
        for (from, to) in [(0, 1), (0, 2), (2, 3), (3, 2)] {
            graph.edge(NodeIndex(from), NodeIndex(to));
        }
        graph.exit(NodeIndex(1));
        assert_eq!(graph.traps(), [vec![NodeIndex(2), NodeIndex(3)], vec![NodeIndex(4)]]);
        assert_eq!(graph.reached_from([NodeIndex(0)]), [true, true, true, true, false]);
    }
}
