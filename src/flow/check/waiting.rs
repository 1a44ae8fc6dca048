//! W0703, W0704 and W0802: waiting for people and services.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::map::Road;
use crate::flow::node::{Verb, WayKind};
use crate::time::Duration;

/// W0703: a wait in which nothing can happen.
pub(crate) static SHORT_WAIT: Rule =
    Rule::warning("W0703", "`max_wait` is shorter than one ring or than the first announcement")
        .why("The caller gives way before one agent has had the time to answer, or before anything was said.")
        .cure("Make `max_wait` longer than `ring: { timeout: … }` of the queue and than the first `every`.")
        .example("agent: { queue: service, max_wait: 10s, every: { 45s: position } }");

/// W0704: silence.
pub(crate) static SILENCE: Rule =
    Rule::warning("W0704", "a long silence is possible between two things that are heard")
        .why("One request is covered by words from one and a half seconds on; several in a row that each stay below leave the caller in silence, who thinks that the call was lost.")
        .cure("Say something between the requests, such as \"one moment\".")
        .example("a: { http: x.a, ok: b }\nb: { http: x.b, ok: c }\nc: { http: x.c, ok: d }\nd: { http: x.d, ok: e }");

/// W0802: queues that overflow into each other.
pub(crate) static OVERFLOW_CIRCLE: Rule =
    Rule::warning("W0802", "queues overflow into each other in a circle")
        .why("When all of them are full or closed, the caller is sent round and round, hearing nothing but greetings.")
        .cure("Let the last queue lead out: to a message, a callback or a goodbye.")
        .example("a: { queue: sales, full: b }\nb: { queue: service, full: a }");

/// From when on words cover the wait for a service.
const FILLER_AFTER: Duration = Duration::from_millis(1_500);
/// The longest silence that callers bear without wondering.
const SILENCE_LIMIT: Duration = Duration::from_secs(5);

/// Compares the longest wait with what is to happen in it.
pub(crate) fn waits(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, node, site) in subject.nodes() {
        let Verb::Queue(queue) = &node.verb else { continue };
        let ring = subject.rings.get(&queue.queue).copied().unwrap_or(Duration::ZERO);
        let first = queue.every.iter().map(|(every, _)| *every).min().unwrap_or(Duration::ZERO);
        let (what, needs) = if queue.max_wait < ring {
            ("one ring", ring)
        } else if queue.max_wait < first {
            ("the first `every`", first)
        } else {
            continue;
        };
        let message = format!("`max_wait` of {} is shorter than {what} of {needs}", queue.max_wait);
        let finding = Diagnostic::new(&SHORT_WAIT, site.key(&["max_wait"]), message);
        findings.push(finding.help(format!("wait longer than {needs}")));
    }
}

/// Finds requests in a row with nothing to be heard between them. Circles of them are E0204's.
pub(crate) fn silences(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let map = &subject.closed;
    let silent = |vertex: usize| match subject.verb(vertex) {
        Some(Verb::Http(http)) => {
            let longest = http.operation.timeout.times(u64::from(http.tries));
            Some(longest.min(FILLER_AFTER))
        }
        Some(Verb::Set(_) | Verb::Branch(_) | Verb::Hours(_) | Verb::Note(_) | Verb::Ticket(_)) => {
            Some(Duration::ZERO)
        }
        _ => None,
    };
    // Each vertex is settled after those behind it; a road to an unsettled one closes a circle.
    let mut longest: Vec<Option<(Duration, usize)>> = vec![None; map.len()];
    let mut entered = vec![false; map.len()];
    let mut behind = vec![false; map.len()];
    let mut found = Vec::new();
    for root in 0..map.len() {
        let mut open = vec![(root, 0)];
        if silent(root).is_none() || std::mem::replace(&mut entered[root], true) {
            continue;
        }
        while let Some((at, road)) = open.last_mut() {
            let at = *at;
            if let Some(taken) = map.roads(at).get(*road) {
                *road += 1;
                let goes = follows(taken) && silent(taken.to).is_some();
                if goes && !std::mem::replace(&mut entered[taken.to], true) {
                    open.push((taken.to, 0));
                }
                continue;
            }
            open.pop();
            let after = map.roads(at).iter().filter(|road| follows(road));
            let after = after.filter_map(|road| longest[road.to].map(|(time, _)| (time, road.to)));
            let (time, next) = after.max().unwrap_or((Duration::ZERO, usize::MAX));
            if let Some(next) = behind.get_mut(next) {
                *next = true;
            }
            longest[at] = Some((time + silent(at).unwrap_or_default(), next));
            found.push(at);
        }
    }
    for (index, _, site) in subject.nodes() {
        let Some((time, _)) = longest[index].filter(|_| !behind[index]) else { continue };
        if time <= SILENCE_LIMIT {
            continue;
        }
        let mut path = vec![index];
        while let Some(Some((_, next))) = path.last().and_then(|last| longest.get(*last))
            && *next != usize::MAX
        {
            path.push(*next);
        }
        let message = format!("a silence of {time} is possible: {}", subject.path(&path));
        let finding = Diagnostic::new(&SILENCE, site.span, message)
            .label("nothing is heard from here to the end of that row");
        findings.push(finding.help("say something between the requests"));
    }
}

const fn follows(road: &Road) -> bool {
    matches!(road.kind, WayKind::Passing | WayKind::Trouble)
}

/// Finds queues that overflow into each other.
pub(crate) fn overflows(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let map = &subject.closed;
    let queue = |vertex: usize| matches!(subject.verb(vertex), Some(Verb::Queue(_)));
    let overflow = |from: usize, road: &Road| match road.kind {
        // To wait once more in the same queue is a way to wait longer; with others it is a circle.
        WayKind::Nobody => true,
        WayKind::Passing => !matches!(subject.verb(from), Some(Verb::Branch(_) | Verb::Call(_))),
        WayKind::Answer
        | WayKind::Command
        | WayKind::Failed
        | WayKind::Trouble
        | WayKind::Talked => false,
    };
    for group in map.circles(overflow) {
        let queues: Vec<usize> = group.iter().copied().filter(|v| queue(*v)).collect();
        let Some(first) = queues.first().filter(|first| subject.live[**first]) else { continue };
        let inside = |from: usize, road: &Road| {
            let patient = queues.len() == 1 && &*road.outcome == "too_long";
            overflow(from, road) && group.binary_search(&road.to).is_ok() && !patient
        };
        let Some(circle) = map.circle(*first, inside) else { continue };
        let message = match queues.as_slice() {
            [one] => format!(
                "queue node `{}` overflows into itself: {}",
                subject.name(*one),
                subject.path(&circle)
            ),
            _ => format!("queues overflow into each other: {}", subject.path(&circle)),
        };
        let mut finding = Diagnostic::new(&OVERFLOW_CIRCLE, subject.span(*first), message);
        for other in queues.iter().skip(1) {
            finding = finding.also(subject.span(*other), "and comes back from here");
        }
        findings.push(finding.help("let one of them lead to a message, a callback or a goodbye"));
    }
}
