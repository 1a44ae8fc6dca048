//! W0201 and E0202: nodes that no call reaches, and nodes that no call leaves.

use indexmap::IndexMap;

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::graph::Graph;
use crate::flow::node::NodeIndex;
use crate::flow::source::Span;

/// W0201: a node that no call can reach.
pub(crate) static UNREACHABLE: Rule = Rule::warning("W0201", "no call can reach the node")
    .why("It is left over, or a way to it was forgotten.")
    .cure("Lead to it from another node, or remove it.")
    .example("nodes: { a: { hangup: bye }, forgotten: { say: news, next: a } }");

/// E0202: callers can never leave.
pub(crate) static TRAP: Rule = Rule::error("E0202", "callers who reach the node can never leave")
    .why("From here no way leads to a person or to the end of the call; a caller can only hang up.")
    .cure("Lead from one of the nodes to a `queue`, `transfer` or `hangup`.")
    .example("a: { say: x, next: b }\nb: { say: y, next: a }");

/// Nodes that cannot be reached.
pub(crate) fn unreachable(nodes: &IndexMap<String, Span>, reached: &[bool]) -> Vec<Diagnostic> {
    let lost = nodes.iter().zip(reached).filter(|(_, reached)| !**reached);
    lost.map(|((name, span), _)| {
        Diagnostic::new(&UNREACHABLE, *span, format!("no call can reach node `{name}`"))
            .help("lead to it from another node, or remove it")
    })
    .collect()
}

/// The most nodes of a trap that are shown.
const SHOWN: usize = 6;

/// Groups of nodes that lead only to each other, among those that a call reaches.
pub(crate) fn traps(
    graph: &Graph,
    nodes: &IndexMap<String, Span>,
    reached: &[bool],
) -> Vec<Diagnostic> {
    let is_reached = |node: &&NodeIndex| reached.get(node.0 as usize) == Some(&true);
    let mut findings = Vec::new();
    for trap in graph.traps() {
        let members = trap.iter().filter(is_reached);
        let members: Vec<(&String, &Span)> =
            members.filter_map(|node| nodes.get_index(node.0 as usize)).collect();
        let Some((first, place)) = members.first() else { continue };
        let mut path: Vec<&str> =
            members.iter().take(SHOWN).map(|(name, _)| name.as_str()).collect();
        if members.len() > SHOWN {
            path.push("…");
        }
        let message = format!("callers who reach `{first}` can never leave: {}", path.join(" -> "));
        let mut finding = Diagnostic::new(&TRAP, **place, message)
            .label("no way from here to a person or to the end of the call");
        for (_, span) in members.iter().skip(1).take(SHOWN) {
            finding = finding.also(**span, "part of the trap");
        }
        let help = "lead from one of them to a `queue`, `transfer` or `hangup` node";
        findings.push(finding.help(help));
    }
    findings
}
