//! W0203 and W0205: callers who get out only by failing, and questions without a way to a person.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::WayKind;

/// W0203: no answer leads out.
pub(crate) static ONLY_BY_FAILING: Rule = Rule::warning(
    "W0203",
    "callers get out only by failing or by a global command",
)
.why("Who does everything right is led in a circle; only silence, wrong keys or a broken service lead on.")
.cure("Lead one of the answers or ways on to a person, to the end of the call, or to a node from which they can be reached.")
.example("a: { menu: again, choices: { 1: b }, failed: bye }\nb: { say: news, next: a }");

/// W0205: a question from which no person can be reached.
pub(crate) static NO_PERSON: Rule = Rule::warning("W0205", "no way to a person from here")
    .why("Some callers cannot be helped by any machine; who finds no person calls again, or goes elsewhere.")
    .cure("Add the command `0`, or lead `failed` to a `queue`, `transfer` or `callback`. Where nobody is meant to be reached, write `humans: none` in the flow.")
    .example("a: { menu: m, choices: { 1: bye } }");

/// Nodes that are left only by failing, as groups.
pub(crate) fn ways_out(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let map = &subject.open;
    let ends = |vertex: usize| subject.is_person(vertex) || subject.hangs_up(vertex);
    let fairly = map.leading_to(ends, |_, road| {
        matches!(road.kind, WayKind::Passing | WayKind::Answer | WayKind::Nobody | WayKind::Talked)
    });
    let anyhow = map.leading_to(|v| ends(v) || map.apologises(v), |_, _| true);
    let nodes = subject.flow.nodes.len();
    let caught =
        |vertex: usize| vertex < nodes && subject.live[vertex] && !fairly[vertex] && anyhow[vertex];
    let mut told = vec![false; map.len()];
    for (index, _, site) in subject.nodes() {
        if told[index] || !caught(index) {
            continue;
        }
        let group = map.reached([index], |_, road| caught(road.to));
        let mut others = 0;
        let message = format!(
            "from `{}` a caller gets out only by failing or by a global command",
            site.name
        );
        let mut finding = Diagnostic::new(&ONLY_BY_FAILING, site.span, message);
        for (member, _) in group.iter().enumerate().filter(|(v, inside)| **inside && *v != index) {
            told[member] = true;
            others += 1;
            if others <= SHOWN {
                finding = finding.also(subject.span(member), "part of the circle");
            }
        }
        findings
            .push(finding.help("lead one of the answers to a person or to the end of the call"));
    }
}

/// The most nodes of a group that are shown.
const SHOWN: usize = 6;

/// Questions from which no person can be reached.
pub(crate) fn people(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !subject.humans {
        return;
    }
    let leads = subject.open.leading_to(|vertex| subject.is_person(vertex), |_, _| true);
    let mut questions = subject.nodes().filter(|(_, node, _)| node.verb.input().is_some());
    let nobody = !subject.nodes().any(|(index, _, _)| subject.is_person(index));
    let help = "lead `failed` or a command such as `0` to a person; where nobody is meant to be reached, write `humans: none` in the flow";
    if nobody {
        if let Some((_, _, site)) = questions.next() {
            let message = "no caller of this flow can reach a person";
            findings.push(Diagnostic::new(&NO_PERSON, site.span, message).help(help));
        }
        return;
    }
    for (_, _, site) in questions.filter(|(index, _, _)| !leads[*index]) {
        let message = format!("no way to a person from `{}`", site.name);
        findings.push(Diagnostic::new(&NO_PERSON, site.span, message).help(help));
    }
}
