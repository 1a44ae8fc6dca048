//! Circles that a call goes round by itself: requests that lead to requests, and the caller is never asked.

use std::collections::BTreeSet;

use super::call::Rest;
use super::moves::Move;
use super::space::Space;

/// A circle, with the shortest way to it.
#[derive(Debug, Clone)]
pub(super) struct Circle {
    pub(super) arrival: usize,
    pub(super) lap: Vec<Move>,
}

/// The first circle of requests that a call can come to.
pub(super) fn find(space: &Space) -> Option<Circle> {
    let asks =
        |state: usize| space.states[state].rest == Rest::Request && !space.states[state].gone;
    let mut safe: BTreeSet<usize> = BTreeSet::new();
    for start in (0..space.states.len()).filter(|state| asks(*state)) {
        if safe.contains(&start) {
            continue;
        }
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, nth)) = path.last().copied() {
            let edges = &space.states[at].edges;
            let Some(edge) = edges.get(nth) else {
                safe.insert(at);
                path.pop();
                continue;
            };
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            if edge.what.is_callers() || !asks(edge.to) || safe.contains(&edge.to) {
                continue;
            }
            if let Some(from) = path.iter().position(|(state, _)| *state == edge.to) {
                let round = path[from..].iter();
                let lap = round.map(|(state, next)| {
                    space.states[*state].edges[next.saturating_sub(1)].what.clone()
                });
                return Some(Circle { arrival: space.states[edge.to].first, lap: lap.collect() });
            }
            path.push((edge.to, 0));
        }
    }
    None
}
