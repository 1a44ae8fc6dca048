//! Which states have a way out: to a person or the end, by what the caller chooses, whatever the world does.
//!
//! Missing a question is no choice, nor is hanging up. Services and stores are against the caller: a way over a request
//! counts only if every answer to it leads on. A queue that takes callers and a number that rings can lead to a person;
//! in the world where everything is down they cannot.

use std::collections::{BTreeSet, VecDeque};

use super::call::Rest;
use super::moves::{Move, Pressed};
use super::space::{Edge, Space, State};

/// For each state, whether it has a way out; `down` = while nothing outside works.
pub(super) fn ways_out(space: &Space, down: bool) -> Vec<bool> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); space.states.len()];
    for (from, state) in space.states.iter().enumerate() {
        for edge in &state.edges {
            before[edge.to].push(from);
        }
    }
    let mut out = vec![false; space.states.len()];
    let mut waits = vec![true; space.states.len()];
    let mut open: VecDeque<usize> = (0..space.states.len()).rev().collect();
    while let Some(at) = open.pop_front() {
        waits[at] = false;
        if out[at] || !has_way_out(&space.states[at], &out, down) {
            continue;
        }
        out[at] = true;
        for from in &before[at] {
            if !out[*from] && !std::mem::replace(&mut waits[*from], true) {
                open.push_back(*from);
            }
        }
    }
    out
}

fn has_way_out(state: &State, out: &[bool], down: bool) -> bool {
    let good = |edge: &Edge| edge.ended || out[edge.to] || (edge.person && !down);
    let happens = |edge: &&Edge| !down || edge.what.happens_when_all_is_down();
    // What was not looked at is not called a trap.
    if state.gone || !state.explored {
        return true;
    }
    match state.rest {
        Rest::Over => true,
        Rest::Endless => false,
        Rest::Question | Rest::Recording => {
            let own = || state.edges.iter().filter(|edge| edge.what.is_own_choice());
            let (mut back, mut others) =
                (own().filter(leads_back), own().filter(|e| !leads_back(e)));
            // Where `back` leads depends on how the caller came: it counts if all of its ways do.
            others.any(good) || (own().any(|edge| leads_back(&edge)) && back.all(good))
        }
        Rest::Request => {
            let mut world =
                state.edges.iter().filter(|edge| !edge.what.is_callers()).filter(happens);
            world.all(good)
        }
        Rest::Line | Rest::InLine | Rest::Ringing => {
            let own = state.edges.iter().filter(|edge| edge.what.is_own_choice()).any(good);
            let world = || state.edges.iter().filter(|e| !e.what.is_callers()).filter(happens);
            own || if down {
                world().all(good)
            } else {
                world().any(|edge| edge.person) || world().all(good)
            }
        }
    }
}

fn leads_back(edge: &&Edge) -> bool {
    matches!(edge.what, Move::Keys { what: Pressed::Back, .. })
}

/// A state without a way out, with the shortest way to it, and one lap of what the caller can do there.
#[derive(Debug, Clone)]
pub(super) struct Trap {
    pub(super) arrival: usize,
    pub(super) lap: Vec<Move>,
}

/// The first trap that a call can come to.
pub(super) fn trap(space: &Space, down: bool) -> Option<Trap> {
    let out = ways_out(space, down);
    let reached = reached(space, down);
    let caught = |state: &&usize| !out[**state];
    let asks = |state: &&usize| {
        matches!(space.states[**state].rest, Rest::Question | Rest::Recording | Rest::Endless)
    };
    let all: Vec<usize> = reached.iter().filter(caught).copied().collect();
    let state = all.iter().find(asks).or_else(|| all.first()).copied()?;
    Some(Trap { arrival: space.states[state].first, lap: lap(space, state, &out, down) })
}

/// The states that a call can come to, nearest first.
fn reached(space: &Space, down: bool) -> Vec<usize> {
    if !down {
        return (0..space.states.len()).collect();
    }
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<usize> = VecDeque::new();
    for arrival in space.arrivals.iter().filter(|arrival| arrival.from.is_none()) {
        open.push_back(arrival.state);
    }
    let mut list = Vec::new();
    while let Some(at) = open.pop_front() {
        if !seen.insert(at) {
            continue;
        }
        list.push(at);
        let edges = space.states[at].edges.iter();
        open.extend(edges.filter(|e| e.what.happens_when_all_is_down()).map(|edge| edge.to));
    }
    list
}

/// One lap inside: choices and answers that never leave the trap, until a state comes again.
fn lap(space: &Space, start: usize, out: &[bool], down: bool) -> Vec<Move> {
    let mut seen = BTreeSet::new();
    let mut moves = Vec::new();
    let mut at = start;
    while seen.insert(at) {
        let inside = |edge: &&Edge| {
            !out[edge.to]
                && !edge.ended
                && (edge.what.is_own_choice() || !edge.what.is_callers())
                && (!down || edge.what.happens_when_all_is_down())
        };
        let Some(edge) = space.states[at].edges.iter().find(inside) else { break };
        moves.push(edge.what.clone());
        at = edge.to;
    }
    moves
}
