//! The alphabet: everything that can happen at a rest, one of each kind that the flow can tell apart.

use super::call::{Call, Rest};
use super::entries;
use super::moves::{KEPT_AS, Move, Pressed, SHORT_MESSAGE};
use super::replies;
use super::world::World;
use crate::call::{Digits, Errand, Failure, HangupCause, Reply, Symbol};
use crate::flow::{Ahead, BuiltIn, EntryKind, Flow, Goto, QueueKeyAction, Verb, Words};
use crate::session::{Asked, Keyed};

/// What a caller who speaks freely says.
const FREE_WORDS: &str = "halo";

/// Everything that can happen to a call at a rest.
pub(super) fn moves(call: &Call, rest: Rest, world: &World, ahead: &Ahead<'_>) -> Vec<Move> {
    let flow = &world.stage.program.flow;
    let mut moves = match rest {
        Rest::Question => question(call, flow, ahead),
        Rest::Recording => recording(call, flow),
        Rest::Request => request(call, flow, ahead),
        Rest::Line => line(call, world),
        Rest::InLine => {
            vec![Move::AgentTalks, Move::TooLong, Move::Unstaffed]
        }
        Rest::Ringing => vec![
            Move::TargetTalks,
            Move::TargetFails(HangupCause::Busy),
            Move::TargetFails(HangupCause::NoAnswer),
            Move::TargetFails(HangupCause::Unreachable),
        ],
        Rest::Over | Rest::Endless => Vec::new(),
    };
    if flow.on_hangup.is_some() && rest != Rest::Over && !moves.contains(&Move::HangUp) {
        moves.push(Move::HangUp);
    }
    moves
}

fn line(call: &Call, world: &World) -> Vec<Move> {
    let Some(queue) = call.queue() else { return Vec::new() };
    if world.is_closed(&queue.queue) {
        return vec![Move::Closed];
    }
    let mut moves = vec![Move::AgentTalks, Move::TooLong, Move::Full, Move::Unstaffed];
    let numbered = world.origin.caller.number.is_some();
    if let Some(offer) = queue.offer_callback.filter(|_| numbered) {
        moves.push(Move::TakeOffer(offer.key));
    }
    for own in &queue.keys {
        let keys: Digits = [own.key].into_iter().collect();
        let useful = match &own.action {
            QueueKeyAction::CallBack => numbered && !moves.contains(&Move::TakeOffer(keys.clone())),
            QueueKeyAction::Leave(_) => true,
            QueueKeyAction::Repeat | QueueKeyAction::Language(_) => false,
        };
        if useful {
            moves.push(Move::KeyInLine(keys));
        }
    }
    moves
}

fn recording(call: &Call, flow: &Flow) -> Vec<Move> {
    let mut moves = vec![Move::Speak(SHORT_MESSAGE)];
    if let Some(Verb::Record(record)) = call.node().map(|node| &flow.node(node).verb) {
        moves.push(Move::Speak(record.max));
    }
    moves.extend([Move::Silence, Move::HangUp]);
    moves
}

fn request(call: &Call, flow: &Flow, ahead: &Ahead<'_>) -> Vec<Move> {
    let Some(errand) = &call.asked else { return Vec::new() };
    let mut moves = match &**errand {
        Errand::Operation(_) => {
            let node = call.node();
            let replies = node.map(|node| replies::replies(flow, node, ahead)).unwrap_or_default();
            let mut moves: Vec<Move> =
                replies.into_iter().map(|json| Move::Answer(Reply::Answered(json))).collect();
            moves.push(Move::Answer(Reply::NotFound));
            moves
        }
        Errand::Ticket(_) | Errand::Callback(_) => vec![Move::Answer(Reply::Kept(KEPT_AS.into()))],
    };
    moves.push(Move::NoAnswer);
    if flow.heeds(BuiltIn::Fault) {
        let more = [Failure::Refused, Failure::Error, Failure::BadShape, Failure::CircuitOpen];
        moves.extend(more.map(|failure| Move::Answer(Reply::Failed(failure))));
    }
    moves
}

fn question(call: &Call, flow: &Flow, ahead: &Ahead<'_>) -> Vec<Move> {
    let session = call.session();
    let Some(asked) = session.asked() else { return Vec::new() };
    let verb = &flow.node(asked.node).verb;
    let mut moves = Vec::new();
    for (keys, what) in &asked.keyed {
        let shadowed = moves.iter().any(|known| is_keys(known, keys));
        // A command of a free entry acts on an empty one, unless its key can begin an answer.
        if shadowed || (*what != Keyed::Answer && begins_entry(&asked, keys)) {
            continue;
        }
        let what = match what {
            Keyed::Answer => Pressed::Answer,
            Keyed::Command => Pressed::Command,
            Keyed::Back => Pressed::Back,
            Keyed::Repeat => Pressed::Repeat,
        };
        moves.push(Move::Keys { keys: keys.clone(), what });
    }
    if let (Some(entry), Verb::Collect(collect)) = (asked.entry, verb) {
        let (right, wrong) =
            entries::classes(collect, &entry, &ahead.tests(asked.node, collect.into));
        let keys = |what| move |keys| Move::Keys { keys, what };
        moves.extend(right.into_iter().map(keys(Pressed::Answer)));
        moves.extend(wrong.into_iter().map(keys(Pressed::Wrong)));
    }
    moves.extend(spoken(call, verb, &asked));
    moves.extend(wrong_key(&asked).map(|keys| Move::Keys { keys, what: Pressed::Wrong }));
    moves.push(Move::Silence);
    if asked.missed == 0 {
        moves.push(Move::LastMiss);
    }
    moves
}

fn is_keys(known: &Move, wanted: &Digits) -> bool {
    matches!(known, Move::Keys { keys, .. } if keys == wanted)
}

fn begins_entry(asked: &Asked, keys: &Digits) -> bool {
    let digit = keys.as_slice().first().is_some_and(|symbol| symbol.is_digit());
    asked.entry.is_some_and(|entry| digit && !(keys.len() == 1 && entry.min_length >= 2))
}

/// Answers that have no keys.
fn spoken(call: &Call, verb: &Verb, asked: &Asked) -> Vec<Move> {
    let language = call.session().language();
    let phrase = |words: &Words| Some(words.get(language)?.first()?.join(" "));
    let words: Vec<String> = match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) if asked.begins => {
            let silent = menu.choices.iter().filter(|choice| choice.keys.is_none());
            silent.filter_map(|choice| phrase(&choice.words)).collect()
        }
        Verb::Collect(collect) if collect.entry.kind == EntryKind::Words => {
            vec![FREE_WORDS.to_owned()]
        }
        _ => Vec::new(),
    };
    words.into_iter().map(|words| Move::Say(words.into())).collect()
}

/// A key that begins nothing here.
pub(super) fn wrong_key(asked: &Asked) -> Option<Digits> {
    let free = |symbol: &Symbol| {
        let begins = asked.keyed.iter().any(|(keys, _)| keys.as_slice().first() == Some(symbol));
        let entry =
            asked.entry.is_some_and(|entry| symbol.is_digit() || entry.end == Some(*symbol));
        !begins && !entry
    };
    let symbols = "9876543210*#ABCD".chars().filter_map(Symbol::from_char);
    symbols.filter(free).take(1).map(|symbol| [symbol].into_iter().collect()).next()
}

/// Whether the command `back` is bound at some question of the flow.
pub(super) fn leads_back(flow: &Flow) -> bool {
    let inputs = flow.nodes.iter().filter_map(|node| node.verb.input());
    inputs.flat_map(|input| &input.commands).any(|command| command.goto == Goto::Back)
}
