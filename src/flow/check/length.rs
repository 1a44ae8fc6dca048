//! W0705: how long a call can stay in the flow without going in a circle.

use std::collections::BTreeMap;

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::effort::{Caller, Cost, Costs};
use crate::flow::map::Road;
use crate::flow::node::Verb;
use crate::time::Duration;

/// W0705: longer than the call may last.
pub(crate) static TOO_LONG: Rule =
    Rule::warning("W0705", "the worst case takes longer than `limits.call`")
        .why("A slow caller who makes mistakes is cut off in the middle: the engine takes the way of failure when the time is over.")
        .cure("Raise `limits: { call: … }`, or shorten timeouts, retries or prompts on the way.")
        .example("limits: { call: 30s }");

/// The most slips of a call that are looked at; the usual error budget is smaller.
const MAX_SLIPS: usize = 12;

/// Finds the longest way without circles, of the slowest caller in each language.
pub(crate) fn lengths(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let limit = subject.flow.limits.call;
    let start = subject.flow.start.0 as usize;
    let longest = subject.flow.languages.iter().map(|language| {
        let timing = subject.timing;
        let costs = Costs { flow: subject.flow, timing, language, caller: Caller::Slowest };
        Search { subject, costs, passages: BTreeMap::new() }.longest(start)
    });
    let Some((time, way)) = longest.max_by_key(|(time, _)| *time) else { return };
    if time <= limit {
        return;
    }
    let message = format!(
        "the worst case takes {}, above `limits.call` of {limit}: {}",
        minutes(time),
        subject.path(&way)
    );
    let mut finding = Diagnostic::new(&TOO_LONG, subject.span(start), message);
    if let Some(place) = subject.call_limit_place {
        finding = finding.also(place, "the limit");
    }
    findings
        .push(finding.help("raise the limit, or shorten timeouts, retries or prompts on the way"));
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

struct Search<'s, 'a> {
    subject: &'s Subject<'a>,
    costs: Costs<'a>,
    /// The longest ways through subflows, by their start.
    passages: BTreeMap<usize, Longest>,
}

/// The longest time from a vertex to an end, by how many slips are still borne.
type Longest = [Duration; MAX_SLIPS + 1];

/// What was found from one root.
struct Found {
    longest: Vec<Option<Longest>>,
    /// The step taken from a vertex with so many slips left: to where, and with how many left.
    next: Vec<[Option<(usize, usize)>; MAX_SLIPS + 1]>,
}

impl Search<'_, '_> {
    fn longest(mut self, start: usize) -> (Duration, Vec<usize>) {
        let mut slips = usize::try_from(self.subject.flow.limits.errors.saturating_sub(1))
            .unwrap_or(MAX_SLIPS)
            .min(MAX_SLIPS);
        let found = self.from(start);
        let time = found.longest[start].map_or(Duration::ZERO, |longest| longest[slips]);
        let (mut way, mut at) = (vec![start], start);
        while let Some((to, left)) = found.next[at][slips] {
            way.push(to);
            (at, slips) = (to, left);
        }
        (time, way)
    }

    /// Walks in depth inside the flow or one of its subflows, leaving out every road that leads back to where the walk
    /// came from: what is left has no circle, so that the longest way is known once everything behind a vertex is.
    fn from(&mut self, root: usize) -> Found {
        let map = &self.subject.closed;
        let size = map.len();
        let mut found =
            Found { longest: vec![None; size], next: vec![[None; MAX_SLIPS + 1]; size] };
        let part = |vertex: usize| self.subject.flow.nodes.get(vertex).map(|node| node.subflow);
        let inside = |vertex: usize| part(vertex) == part(root);
        let mut entered = vec![false; size];
        entered[root] = true;
        let (mut open, mut order) = (vec![(root, 0)], Vec::new());
        while let Some((at, road)) = open.last_mut() {
            let at = *at;
            if let Some(taken) = self.subject.closed.roads(at).get(*road) {
                *road += 1;
                if inside(taken.to) && !std::mem::replace(&mut entered[taken.to], true) {
                    open.push((taken.to, 0));
                }
                continue;
            }
            open.pop();
            order.push(at);
        }
        for at in order {
            self.settle(at, &mut found);
        }
        found
    }

    /// The longest way from a vertex, now that those behind it are known. A vertex that the walk is still inside of
    /// is not known yet: the road to it closes a circle.
    fn settle(&mut self, at: usize, found: &mut Found) {
        let Some(verb) = self.subject.verb(at) else {
            found.longest[at] = Some([Duration::ZERO; MAX_SLIPS + 1]);
            return;
        };
        let subject = self.subject;
        let through = match verb {
            Verb::Call(call) => {
                Some(self.through(subject.flow.subflow(call.subflow).start.0 as usize))
            }
            _ => None,
        };
        let end = Road { to: at, outcome: "end".into(), kind: crate::flow::node::WayKind::Passing };
        let last = self.costs.of(verb, &end);
        let mut best = [last.time; MAX_SLIPS + 1];
        for road in subject.closed.roads(at) {
            let Some(behind) = found.longest[road.to] else { continue };
            let cost = self.costs.of(verb, road);
            for slips in 0..=MAX_SLIPS {
                for (taken, time) in spendings(cost, slips) {
                    let inside = through.map_or(Duration::ZERO, |through| through[slips - taken]);
                    let total = time + inside + behind[slips - taken];
                    if total > best[slips] {
                        best[slips] = total;
                        found.next[at][slips] = Some((road.to, slips - taken));
                    }
                }
            }
        }
        found.longest[at] = Some(best);
    }

    /// The longest way through a subflow.
    fn through(&mut self, start: usize) -> Longest {
        if let Some(known) = self.passages.get(&start) {
            return *known;
        }
        // A command may lead out of the subflow and on to another call of it: a circle, which counts as nothing.
        self.passages.insert(start, Longest::default());
        let longest = self.from(start).longest[start].unwrap_or_default();
        self.passages.insert(start, longest);
        longest
    }
}

/// How many slips a step may take of so many that are left, and how long it takes then.
fn spendings(cost: Cost, left: usize) -> impl Iterator<Item = (usize, Duration)> {
    let own = usize::try_from(cost.slips).unwrap_or(usize::MAX);
    let spare = usize::try_from(cost.spare).unwrap_or(usize::MAX);
    let most = own.saturating_add(spare).min(left);
    (own..=most).map(move |taken| {
        let extra = u64::try_from(taken - own).unwrap_or(u64::MAX);
        (taken, cost.time + cost.slip.times(extra))
    })
}
