//! E0204 and E0206: circles that go round by themselves, and circles for those who stay silent.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::Formula;
use crate::flow::map::Road;
use crate::flow::node::{Assignment, Goto, Place, VariableIndex, Verb, WayKind};

/// E0204: a circle without caller and counter.
pub(crate) static ENDLESS: Rule =
    Rule::error("E0204", "nodes follow each other in a circle without caller input and without a counter")
        .why("Nothing ever changes, so that the call goes round until its limits end it: the caller hears the same again and again, or a service is asked without end.")
        .cure("Put a question into the circle, or count the rounds: `set: { tries: =tries + 1 }` and a `branch` that leaves.")
        .example("a: { http: orders.find, ok: b, failed: sorry }\nsorry: { say: sorry, next: a }");

/// E0206: silence never ends.
pub(crate) static SILENCE_NEVER_ENDS: Rule = Rule::error(
    "E0206",
    "a caller who stays silent is led in a circle",
)
.why("A line left open, a child or a machine keeps it busy until the limits of the call end it.")
.cure("Let `failed` of one of the questions lead to a goodbye, or count the rounds and leave.")
.example("a: { menu: m, choices: { 1: b }, failed: c }\nc: { say: again, next: a }");

/// The ways that a circle may take.
type Allow<'s> = dyn Fn(usize, &Road) -> bool + 's;

/// Circles that go round by themselves.
pub(crate) fn endless(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let by_itself = |from: usize, road: &Road, passes: &Through| {
        let kind = matches!(road.kind, WayKind::Passing | WayKind::Trouble);
        kind && match subject.verb(from) {
            Some(Verb::Call(call)) => passes.has(call.subflow.0, &road.outcome),
            Some(Verb::Record(_)) | None => false,
            Some(verb) => verb.input().is_none(),
        }
    };
    let passes = Through::find(subject, &by_itself);
    let allow = |from: usize, road: &Road| by_itself(from, road, &passes);
    for circle in circles(subject, &allow) {
        let message = format!(
            "{} runs without any caller input and without a counter: endless loop",
            subject.path(&circle)
        );
        let place = circle.first().map(|first| subject.span(*first)).unwrap_or_default();
        findings
            .push(Diagnostic::new(&ENDLESS, place, message).label("the circle begins here").help(
            "ask the caller in between, or count the rounds in a variable and leave by a `branch`",
        ));
    }
}

/// Circles of those who say nothing and press nothing.
pub(crate) fn silence(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let map = &subject.closed;
    let back = map.len() - 1;
    let silently = |from: usize, road: &Road, ends: &Through| match road.kind {
        WayKind::Passing | WayKind::Failed | WayKind::Trouble | WayKind::Nobody => {
            match subject.verb(from) {
                Some(Verb::Call(call)) => ends.has(call.subflow.0, &road.outcome),
                Some(_) | None => true,
            }
        }
        WayKind::Answer | WayKind::Command | WayKind::Talked => false,
    };
    let ends = Through::find(subject, &silently);
    let forth = |from: usize, road: &Road| silently(from, road, &ends);
    // `failed: back` leads to a menu where the caller was silent before.
    let visited = reached(subject, &forth);
    let allow = |from: usize, road: &Road| {
        if from == back { visited[road.to] } else { forth(from, road) && visited[from] }
    };
    for circle in circles(subject, &allow) {
        let asks = |vertex: &usize| match subject.verb(*vertex) {
            Some(Verb::Record(_)) => true,
            Some(verb) => verb.input().is_some(),
            None => false,
        };
        let Some(question) = circle.iter().find(|vertex| asks(vertex)) else { continue };
        let message = format!("a caller who stays silent never leaves: {}", subject.path(&circle));
        findings.push(
            Diagnostic::new(&SILENCE_NEVER_ENDS, subject.span(*question), message)
                .label("silence leads in a circle from here")
                .help(
                    "let `failed` lead to a goodbye, or count the rounds and leave by a `branch`",
                ),
        );
    }
}

/// What a caller reaches from the start over some roads, through subflows too.
fn reached(subject: &Subject<'_>, allow: &Allow<'_>) -> Vec<bool> {
    let mut roots = vec![subject.flow.start.0 as usize];
    loop {
        let reached = subject.closed.reached(roots.iter().copied(), allow);
        let called = subject.nodes().filter_map(|(index, node, _)| match &node.verb {
            Verb::Call(call) if reached[index] => {
                Some(subject.flow.subflow(call.subflow).start.0 as usize)
            }
            _ => None,
        });
        let fresh: BTreeSet<usize> = called.filter(|start| !reached[*start]).collect();
        if fresh.is_empty() {
            return reached;
        }
        roots.extend(fresh);
    }
}

/// One circle of each group that no counter can leave; groups that nothing leaves are E0202's.
fn circles(subject: &Subject<'_>, allow: &Allow<'_>) -> Vec<Vec<usize>> {
    let map = &subject.closed;
    let ends = |v: usize| subject.is_person(v) || subject.hangs_up(v) || map.apologises(v);
    let returns = |v: usize| matches!(subject.verb(v), Some(Verb::Return(_)));
    let leaves = map.leading_to(|v| ends(v) || returns(v) || fails(subject, v), |_, _| true);
    let mut group_of = vec![usize::MAX; map.len()];
    let mut counts = vec![false; map.len()];
    for (number, group) in map.circles(allow).iter().enumerate() {
        let changed = changed_in(subject, group);
        for vertex in group {
            group_of[*vertex] = number;
            counts[*vertex] = match subject.verb(*vertex) {
                Some(Verb::Branch(branch)) => {
                    branch.arms.iter().any(|(when, _)| reads(when, &changed))
                }
                Some(_) | None => false,
            };
        }
    }
    let inside = |from: usize, road: &Road| {
        let same = group_of[from] != usize::MAX && group_of[from] == group_of[road.to];
        same && !counts[from] && allow(from, road)
    };
    let live = |vertex: &usize| subject.live.get(*vertex) == Some(&true);
    let mut circles = Vec::new();
    for group in map.circles(inside) {
        let first = group.iter().find(|vertex| live(vertex));
        let Some(first) = first.filter(|first| leaves[**first]) else { continue };
        circles.extend(map.circle(*first, inside));
    }
    circles
}

/// Whether a node can end its subflow by `failed`.
fn fails(subject: &Subject<'_>, vertex: usize) -> bool {
    subject.verb(vertex).is_some_and(|verb| verb.ways().iter().any(|w| w.goto == Goto::Failed))
}

/// The variables that the nodes of a circle set.
fn changed_in(subject: &Subject<'_>, group: &[usize]) -> BTreeSet<VariableIndex> {
    let mut changed = BTreeSet::new();
    let mut set = |assignments: &[Assignment]| {
        changed.extend(assignments.iter().filter_map(|assignment| match assignment.place {
            Place::Variable(variable) => Some(variable),
            Place::CallLanguage => None,
        }));
    };
    for vertex in group {
        match subject.verb(*vertex) {
            Some(Verb::Set(node)) => set(&node.set),
            Some(Verb::Menu(menu)) => menu.choices.iter().for_each(|choice| set(&choice.set)),
            _ => {}
        }
    }
    for vertex in group {
        if let Some(Verb::Call(call)) = subject.verb(*vertex) {
            changed.extend(call.returns.iter().filter_map(|(_, place)| match place {
                Place::Variable(variable) => Some(*variable),
                Place::CallLanguage => None,
            }));
        }
    }
    changed
}

/// Whether a formula reads one of some variables.
fn reads(formula: &Formula, variables: &BTreeSet<VariableIndex>) -> bool {
    match formula {
        Formula::Variable(variable) => variables.contains(variable),
        other => other.parts().into_iter().any(|part| reads(part, variables)),
    }
}

/// By which outcomes subflows are left over some roads.
#[derive(Debug, Default)]
struct Through {
    /// Subflow and outcome; `failed` among them.
    ends: BTreeSet<(u32, Arc<str>)>,
}

impl Through {
    fn has(&self, subflow: u32, outcome: &Arc<str>) -> bool {
        self.ends.contains(&(subflow, outcome.clone()))
    }

    /// Goes through every subflow until no further outcome is found; subflows inside others come first that way.
    fn find(subject: &Subject<'_>, allow: &dyn Fn(usize, &Road, &Self) -> bool) -> Self {
        let mut through = Self::default();
        loop {
            let mut found = through.ends.clone();
            for (number, subflow) in (0_u32..).zip(&subject.flow.subflows) {
                let start = [subflow.start.0 as usize];
                let reached =
                    subject.closed.reached(start, |from, road| allow(from, road, &through));
                let inside = reached.iter().enumerate().filter(|(_, reached)| **reached);
                for verb in inside.filter_map(|(vertex, _)| subject.verb(vertex)) {
                    match verb {
                        Verb::Return(end) => found.extend([(number, end.outcome.clone())]),
                        verb => {
                            let ways = verb.ways();
                            let fails = ways
                                .iter()
                                .any(|w| w.goto == Goto::Failed && w.kind == WayKind::Failed);
                            if fails {
                                found.insert((number, "failed".into()));
                            }
                        }
                    }
                }
            }
            if found == through.ends {
                return through;
            }
            through.ends = found;
        }
    }
}
