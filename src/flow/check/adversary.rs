//! W0207 and W0208: how the call ends for who always presses wrong, and while every service is down.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::map::Road;
use crate::flow::node::{Verb, WayKind};
use crate::flow::told::spoken_of;

/// W0207: wrong keys to the end.
pub(crate) static NEVER_OFFERED: Rule = Rule::warning(
    "W0207",
    "the caller who always presses wrong is hung up on without having been offered a person",
)
.why("Who cannot use the keys is the very caller who needs a person.")
.cure("Lead `failed` to a person, or name the key for a person in the words of the question.")
.example("main: { menu: m, choices: { 1: news }, failed: goodbye }");

/// W0208: a broken service and then nothing.
pub(crate) static DEAD_END: Rule = Rule::warning(
    "W0208",
    "with every service down the call ends without a person or a recording",
)
.why("The caller has done everything right; the fault is ours, and so is finding another way.")
.cure("Lead `failed` to a person, or let the caller leave a message.")
.example(
    "find: { http: orders.find, ok: tell, failed: sorry }\nsorry: { say: sorry, next: goodbye }",
);

/// Whether a road is taken while people are on duty: what is closed has nobody to offer.
fn on_duty(subject: &Subject<'_>, from: usize, road: &Road) -> bool {
    !matches!(subject.verb(from), Some(Verb::Hours(_))) || &*road.outcome == "open"
}

/// The caller who always presses wrong.
pub(crate) fn always_wrong(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !subject.humans || !subject.nodes().any(|(index, _, _)| subject.is_person(index)) {
        return;
    }
    let map = &subject.open;
    let offered = |vertex: usize| {
        subject.is_person(vertex)
            || matches!(subject.verb(vertex), Some(Verb::Record(_)))
            || is_told_of_person(subject, vertex)
    };
    let wrongly = |from: usize, road: &Road| {
        matches!(road.kind, WayKind::Passing | WayKind::Failed)
            && !offered(from)
            && on_duty(subject, from, road)
    };
    let over =
        |vertex: usize| (subject.hangs_up(vertex) || map.apologises(vertex)) && !offered(vertex);
    let Some(path) = map.path(subject.flow.start.0 as usize, over, wrongly) else { return };
    let asks = |vertex: &&usize| subject.verb(**vertex).is_some_and(|v| v.input().is_some());
    let Some(question) = path.iter().rfind(asks) else { return };
    let message = format!(
        "the caller who always presses wrong is hung up on without having been offered a person: {}",
        subject.path(&path)
    );
    findings.push(
        Diagnostic::new(&NEVER_OFFERED, subject.span(*question), message)
            .label("the last question on that way")
            .help("lead `failed` to a person, or tell here which key brings one"),
    );
}

/// Whether the words of a question name a key that brings a person.
fn is_told_of_person(subject: &Subject<'_>, vertex: usize) -> bool {
    let Some(input) = subject.verb(vertex).and_then(Verb::input) else { return false };
    let mut ways = subject.open.roads(vertex).iter().filter(|road| subject.offers_person(road));
    ways.any(|road| {
        let retries = input.retry.no_input.iter().chain(&input.retry.no_match);
        input.prompts.iter().chain(retries).any(|prompt| {
            let texts = (subject.texts)(&prompt.id).into_iter().flat_map(|texts| texts.values());
            texts.into_iter().any(|text| spoken_of(&text.value).contains(&*road.outcome))
        })
    })
}

/// Every service is down.
pub(crate) fn services_down(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !subject.humans {
        return;
    }
    let map = &subject.open;
    let down = |from: usize, road: &Road| match subject.verb(from) {
        Some(Verb::Http(_)) => &*road.outcome == "failed",
        Some(Verb::Ticket(_) | Verb::Record(_)) | None => false,
        Some(_) if subject.is_person(from) => false,
        Some(_) => road.kind == WayKind::Passing && on_duty(subject, from, road),
    };
    let ends = |vertex: usize| subject.hangs_up(vertex);
    let dead = map.leading_to(ends, down);
    for (index, node, site) in subject.nodes() {
        if !matches!(node.verb, Verb::Http(_)) || !dead[index] {
            continue;
        }
        let path = map.path(index, ends, down).unwrap_or_default();
        let message = format!(
            "with every service down, `{}` ends the call without a person or a recording: {}",
            site.name,
            subject.path(&path)
        );
        let finding = Diagnostic::new(&DEAD_END, site.key(&["failed"]), message);
        findings.push(finding.help("lead `failed` to a person, or let the caller leave a message"));
    }
}
