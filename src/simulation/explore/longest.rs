//! The longest call: a bound that no call can pass, and a call that comes as near to it as can be found.
//!
//! Where the states hold no circle, the longest path is the bound. Where they do, a caller can go round until the flow's
//! own limit, and the bound is that limit with what may follow it.

use std::collections::BTreeMap;

use super::call::{Call, Rest, Seen};
use super::moves::{Move, Pressed};
use super::rules;
use super::space::{Edge, Space};
use crate::flow::{CallRule, Flow, Verb};
use crate::session::ESCAPE_GRACE;
use crate::time::Duration;

/// How far a caller who wants a long call looks ahead, in moves.
const FORESIGHT: usize = 24;

/// What a move counts less for each time that it was made: callers of different patience.
const REPEATED: [Duration; 3] = [Duration::ZERO, Duration::from_secs(10), Duration::from_secs(60)];

/// The most moves of a long call.
const MOST_MOVES: usize = 2_000;

/// What the words that end a call may last.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How long before the end of a question's patience a slow caller answers.
const JUST_IN_TIME: Duration = Duration::from_millis(500);

/// A long call.
#[derive(Debug, Clone)]
pub(super) struct Long {
    pub(super) world: usize,
    pub(super) moves: Vec<Move>,
    /// The time in the flow after each of them.
    pub(super) times: Vec<Duration>,
    /// The time in the flow.
    pub(super) flow: Duration,
}

impl Long {
    /// The moves until the call is longer than a limit.
    pub(super) fn until(&self, limit: Duration) -> Vec<Move> {
        let within = self.times.iter().take_while(|time| **time <= limit).count();
        self.moves.iter().take(within + 1).cloned().collect()
    }
}

/// No call spends more time in the flow than this.
pub(super) fn bound(space: &Space, flow: &Flow) -> Duration {
    let grace = if flow.escape.is_some() { ESCAPE_GRACE } else { Duration::ZERO };
    let limit = flow.limits.call + grace + LAST_WORDS;
    let path = if space.complete { longest_path(space, flow) } else { None };
    path.map_or(limit, |path| path.min(limit))
}

/// The longest path; `None` if there is a circle.
fn longest_path(space: &Space, flow: &Flow) -> Option<Duration> {
    let mut degree = vec![0_usize; space.states.len()];
    for edge in space.states.iter().flat_map(|state| &state.edges) {
        degree[edge.to] += 1;
    }
    let mut open: Vec<usize> = (0..degree.len()).filter(|state| degree[*state] == 0).collect();
    let mut until = vec![Duration::ZERO; space.states.len()];
    let (mut done, mut longest) = (0, Duration::ZERO);
    while let Some(at) = open.pop() {
        done += 1;
        longest = longest.max(until[at]);
        for edge in &space.states[at].edges {
            let through = until[at] + weight(space, at, edge, flow);
            until[edge.to] = until[edge.to].max(through);
            degree[edge.to] -= 1;
            if degree[edge.to] == 0 {
                open.push(edge.to);
            }
        }
    }
    (done == space.states.len()).then_some(longest)
}

/// The time in the flow that a move can take, by a caller who is as slow as can be.
fn weight(space: &Space, at: usize, edge: &Edge, flow: &Flow) -> Duration {
    let state = &space.states[at];
    let patience = state.node.and_then(|node| flow.node(node).verb.input()).map(|input| {
        let keys = match &edge.what {
            Move::Keys { keys, .. } => u64::try_from(keys.len()).unwrap_or(u64::MAX),
            _ => 1,
        };
        input.timeout + input.between_digits.times(keys.saturating_sub(1))
    });
    let slow = matches!(state.rest, Rest::Question)
        && !matches!(edge.what, Move::Silence | Move::LastMiss);
    edge.flow + patience.filter(|_| slow).unwrap_or(Duration::ZERO)
}

/// A call as long as can be found: each move is the one behind which the most time lies, those made already put off.
pub(super) fn find(space: &Space, flow: &Flow, rules: &[CallRule]) -> Option<Long> {
    let worth = worth(space, flow);
    let seeker = Seeker { space, flow, rules, worth };
    let all = (0..space.worlds.len()).flat_map(|world| {
        [false, true]
            .into_iter()
            .flat_map(move |careful| REPEATED.map(|cost| (world, careful, cost)))
    });
    all.map(|(world, careful, cost)| seeker.play(world, careful, cost)).max_by_key(|long| long.flow)
}

/// For each state, the time that can be spent from there in [`FORESIGHT`] moves.
fn worth(space: &Space, flow: &Flow) -> Vec<Duration> {
    let mut worth = vec![Duration::ZERO; space.states.len()];
    for _ in 0..FORESIGHT {
        let next = space.states.iter().enumerate().map(|(at, state)| {
            let through = |edge: &Edge| weight(space, at, edge, flow) + worth[edge.to];
            state.edges.iter().map(through).max().unwrap_or(Duration::ZERO)
        });
        worth = next.collect();
    }
    worth
}

struct Seeker<'a> {
    space: &'a Space,
    flow: &'a Flow,
    rules: &'a [CallRule],
    worth: Vec<Duration>,
}

impl Seeker<'_> {
    /// Plays a call; a careful caller makes no errors, and a move that was made already counts `cost` less each time.
    fn play(&self, index: usize, careful: bool, cost: Duration) -> Long {
        let (space, flow) = (self.space, self.flow);
        let mut seen = Seen::default();
        let mut call = Call::begin(&space.worlds[index], &mut seen);
        let mut made: Vec<Move> = Vec::new();
        let mut times: Vec<Duration> = Vec::new();
        let mut used: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for _ in 0..MOST_MOVES {
            let Some(rest) = call.rest() else { break };
            let visited = rules::look(self.rules, &seen, 0, &mut Vec::new());
            let Some(state) = space.state(index, &call, visited) else { break };
            if matches!(rest, Rest::Over | Rest::Endless) {
                break;
            }
            let errors = flow.limits.errors.saturating_sub(call.session().misses() + 1);
            let edges = &space.states[state].edges;
            let open = edges.iter().enumerate().filter(|(_, edge)| {
                // The last error ends the stay.
                edge.what != Move::LastMiss && !(missed(&edge.what) && (careful || errors == 0))
            });
            let value = |(nth, edge): &(usize, &Edge)| {
                let again = used.get(&(state, *nth)).copied().unwrap_or_default();
                let value = weight(space, state, edge, flow) + self.worth[edge.to];
                value.saturating_sub(cost.times(again))
            };
            let Some((nth, edge)) = open.max_by_key(value) else { break };
            *used.entry((state, nth)).or_default() += 1;
            dawdle(&mut call, rest, &edge.what, flow, &mut seen);
            edge.what.play(&mut call, &mut seen);
            made.push(edge.what.clone());
            times.push(call.session().flow_time());
        }
        Long { world: index, moves: made, times, flow: call.session().flow_time() }
    }
}

const fn missed(what: &Move) -> bool {
    matches!(what, Move::Silence | Move::Keys { what: Pressed::Wrong, .. })
}

/// A caller waits as long as the question does.
pub(super) fn dawdle(call: &mut Call, rest: Rest, what: &Move, flow: &Flow, seen: &mut Seen) {
    let keyed = matches!(what, Move::Keys { .. } | Move::Say(_));
    let node = call.node();
    let timeout = node.and_then(|node| match &flow.node(node).verb {
        Verb::Return(_) => None,
        verb => verb.input().map(|input| input.timeout),
    });
    if let Some(timeout) = timeout.filter(|_| keyed && rest == Rest::Question) {
        call.pass(timeout.saturating_sub(JUST_IN_TIME), seen);
    }
}
