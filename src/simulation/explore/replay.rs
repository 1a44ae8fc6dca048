//! A way that was found on paper as one real call, from its first ring, with all its limits.

use super::call::{Call, Rest, Seen};
use super::longest::dawdle;
use super::moves::{Move, Pressed, SHORT_WAIT, TALK};
use super::script::Script;
use super::world::World;
use crate::call::Digits;
use crate::flow::{Flow, Verb};
use crate::simulation::KEY_GAP;
use crate::time::{Duration, Instant};

/// A call that was played.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) call: Call,
    pub(super) seen: Seen,
    pub(super) rest: Rest,
    /// What happened, for a reader.
    pub(super) lines: Vec<String>,
    /// What happened, for a test.
    pub(super) script: Script,
    /// Whether every move could be made.
    pub(super) whole: bool,
}

/// Plays moves in a world; `slow` = each answer comes as late as its question allows.
pub(super) fn play(world: &World, moves: &[Move], slow: bool) -> Played {
    let flow = world.stage.program.flow.clone();
    let mut seen = Seen::default();
    let call = Call::begin(world, &mut seen);
    let rest = call.rest().unwrap_or(Rest::Endless);
    let script = Script::new();
    let mut played = Played { call, seen, rest, lines: Vec::new(), script, whole: true };
    for what in moves {
        if matches!(played.rest, Rest::Over | Rest::Endless) {
            played.whole = false;
            break;
        }
        let node = played.call.node().map(|node| flow.node(node).id.clone());
        if slow {
            dawdle(&mut played.call, played.rest, what, &flow, &mut played.seen);
        }
        let by_hand = matches!(what, Move::Keys { .. } | Move::Say(_));
        if slow && by_hand && played.rest == Rest::Question {
            played.script.wait_until(played.call.solo.now());
        }
        played.script.step(&played.call, played.rest, what);
        if let Some(done) = done_at(&played, what) {
            played.script.acted(done);
        }
        played.rest = what.play(&mut played.call, &mut played.seen);
        let node = node.map_or_else(String::new, |node| node.to_string());
        played.lines.push(format!("{node:<20} {what}"));
        if matches!(played.rest, Rest::Over) {
            played.script.ended = true;
        }
    }
    played
}

/// When the part of a move is done that a script does by itself; `None` where it does nothing.
fn done_at(played: &Played, what: &Move) -> Option<Instant> {
    let now = played.call.solo.now();
    let keys = |keys: &Digits| KEY_GAP.times(u64::from(count(keys.len()).saturating_sub(1)));
    Some(match what {
        Move::Keys { keys: pressed, .. } => now + keys(pressed),
        Move::Say(_) | Move::HangUp => now,
        Move::Silence | Move::LastMiss => played.call.solo.next_due().unwrap_or(now),
        Move::Speak(length) => now + *length,
        Move::AgentTalks | Move::TargetTalks => now + SHORT_WAIT + TALK,
        Move::TooLong => now + played.call.queue().map_or(Duration::ZERO, |queue| queue.max_wait),
        Move::Answer(_)
        | Move::NoAnswer
        | Move::Full
        | Move::Unstaffed
        | Move::Closed
        | Move::TakeOffer(_)
        | Move::KeyInLine(_)
        | Move::TargetFails(_) => return None,
    })
}

/// The moves with as many missed questions before the last error as make it the last. `None` where the way has too few
/// questions.
pub(super) fn with_errors(flow: &Flow, world: &World, moves: &[Move]) -> Option<Vec<Move>> {
    let Some(last) = moves.iter().position(|what| *what == Move::LastMiss) else {
        return Some(moves.to_vec());
    };
    let mut needed = flow.limits.errors.saturating_sub(1);
    let made =
        |what: &Move| matches!(what, Move::Silence | Move::Keys { what: Pressed::Wrong, .. });
    needed = needed.saturating_sub(count(moves[..last].iter().filter(|what| made(what)).count()));
    let room = room(flow, world, &moves[..=last]);
    let mut more = vec![0_u32; last + 1];
    for at in (0..=last).rev() {
        more[at] = room[at].min(needed);
        needed -= more[at];
    }
    if needed > 0 {
        return None;
    }
    let mut list = Vec::new();
    for (what, more) in moves.iter().zip(more.into_iter().chain(std::iter::repeat(0))) {
        list.extend((0..more).map(|_| Move::Silence));
        list.push(if *what == Move::LastMiss { Move::Silence } else { what.clone() });
    }
    Some(list)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How often the question of each move can be missed before, without giving it up.
fn room(flow: &Flow, world: &World, moves: &[Move]) -> Vec<u32> {
    let mut seen = Seen::default();
    let mut call = Call::begin(world, &mut seen);
    let mut room = Vec::with_capacity(moves.len());
    for what in moves {
        let asked = call.session().asked().filter(|asked| asked.begins);
        let free = asked.and_then(|asked| {
            let verb = &flow.node(asked.node).verb;
            let answer = matches!(
                what,
                Move::Keys { what: Pressed::Answer | Pressed::Command | Pressed::Back, .. }
                    | Move::Say(_)
                    | Move::LastMiss
            );
            // A question that is missed in the way itself is missed as often as the way says.
            (answer && !matches!(verb, Verb::Return(_))).then(|| {
                verb.input().map_or(0, |input| input.retry.max).saturating_sub(1 + asked.missed)
            })
        });
        room.push(free.unwrap_or(0));
        what.play(&mut call, &mut seen);
    }
    room
}

/// The time in the flow of a call that was played.
pub(super) fn flow_time(played: &Played) -> Duration {
    played.call.session().flow_time()
}
