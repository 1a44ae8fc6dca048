//! Three callers for whom a flow must be ready: one who says nothing, one who presses only wrong keys, and one who calls
//! while nothing outside works. Each is played to the end, as a real call would go.

use std::collections::BTreeMap;

use super::alphabet::{moves, wrong_key};
use super::call::{Call, Rest, Seen};
use super::moves::{Move, Pressed};
use super::world::World;
use crate::call::NodeId;
use crate::flow::{Ahead, NodeIndex};
use crate::time::{Duration, Instant};

/// The most moves of one call.
const MOST_MOVES: usize = 400;

/// A caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adversary {
    /// Says nothing, ever.
    Silent,
    /// Presses wrong keys only.
    Masher,
    /// Does one thing after the other, while nothing outside works.
    Down,
}

/// How a call of theirs ended.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// What happened.
    pub(super) moves: Vec<Move>,
    /// How long it took.
    pub(super) lasted: Duration,
    /// Whether it came to a person.
    pub(super) person: bool,
    /// Where it ended.
    pub(super) node: Option<NodeId>,
    /// What is wrong with the end; `None` = it is well.
    pub(super) wrong: Option<Wrong>,
}

/// What can be wrong with the end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A node could not be carried out.
    Fault,
    /// The loop fuse had to end it.
    Circles,
    /// The time limit had to end it.
    Late,
    /// It has no end.
    Endless,
}

impl Wrong {
    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Fault => "a node cannot be carried out",
            Self::Circles => "it goes round in circles until it is stopped",
            Self::Late => "it goes on until its time is up",
            Self::Endless => "it never ends",
        }
    }
}

impl Adversary {
    /// Plays a call to its end.
    pub(super) fn call(self, world: &World, ahead: &Ahead<'_>) -> Outcome {
        let mut seen = Seen::default();
        let mut call = Call::begin(world, &mut seen);
        let mut played = Vec::new();
        let mut used = BTreeMap::new();
        let mut person = false;
        for _ in 0..MOST_MOVES {
            let Some(rest) = call.rest() else { break };
            let waits = matches!(rest, Rest::Line | Rest::InLine | Rest::Ringing);
            if waits && self != Self::Down && !is_closed(&call, world) {
                person = true;
            }
            if rest == Rest::Over || person {
                break;
            }
            let Some(next) = self.next(&call, rest, (world, ahead), &mut used) else { break };
            next.play(&mut call, &mut seen);
            played.push(next);
        }
        let wrong = match (&seen.fault, seen.escaped, &seen.ended) {
            (Some(_), ..) => Some(Wrong::Fault),
            (_, Some("loop_fuse"), _) => Some(Wrong::Circles),
            (_, Some(_), _) => Some(Wrong::Late),
            (_, _, None) if !person => Some(Wrong::Endless),
            _ => None,
        };
        let ended = seen.ended.as_ref().and_then(|end| end.node.clone());
        let node = ended.or_else(|| seen.nodes.last().cloned());
        let lasted = call.solo.now().since(Instant::ZERO);
        Outcome { moves: played, lasted, person, node, wrong }
    }

    fn next(
        self,
        call: &Call,
        rest: Rest,
        (world, ahead): (&World, &Ahead<'_>),
        used: &mut BTreeMap<(Option<NodeIndex>, usize), usize>,
    ) -> Option<Move> {
        match (self, rest) {
            (Self::Silent | Self::Masher, Rest::Recording) | (Self::Silent, Rest::Question) => {
                return Some(Move::Silence);
            }
            (Self::Masher, Rest::Question) => {
                let asked = call.session().asked();
                let key = asked.as_ref().and_then(wrong_key);
                let key = key.map(|keys| Move::Keys { keys, what: Pressed::Wrong });
                let wrong = |one: &Move| matches!(one, Move::Keys { what: Pressed::Wrong, .. });
                let entry = || moves(call, rest, world, ahead).into_iter().find(wrong);
                return Some(key.or_else(entry).unwrap_or(Move::Silence));
            }
            _ => {}
        }
        let down = self == Self::Down;
        let all = moves(call, rest, world, ahead);
        let open = all.into_iter().filter(|one| {
            let chosen = one.is_own_choice() || !one.is_callers();
            chosen && (!down || one.happens_when_all_is_down())
        });
        // What was done least often comes first, in the order of the flow.
        let open: Vec<(usize, Move)> = open.enumerate().collect();
        let times = |nth: &usize| used.get(&(call.node(), *nth)).copied().unwrap_or_default();
        let (nth, next) = open.into_iter().min_by_key(|(nth, _)| (times(nth), *nth))?;
        *used.entry((call.node(), nth)).or_default() += 1;
        Some(next)
    }
}

fn is_closed(call: &Call, world: &World) -> bool {
    call.queue().is_some_and(|queue| world.is_closed(&queue.queue))
}
