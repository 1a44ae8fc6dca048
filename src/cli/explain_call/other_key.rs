//! What one different key would have done: each key and silence, tried on a copy of the call.

use super::moment::seconds;
use super::stage::Stage;
use super::timeline::heard;
use crate::call::{CommandKind, Digits};
use crate::session::{Action, Attention};
use crate::simulation::Solo;

/// The keys of a telephone.
const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];

/// How many of the keys are figures in a row, `1` to `9`.
const DIGITS: usize = 9;

/// How many things may happen by themselves before a copy is given up.
const LOOK_AHEAD: u32 = 200;

/// The longest text that is shown of what would be heard.
const SHOWN: usize = 90;

/// A line for each thing that keys, or silence, would do.
pub(super) fn told(stage: &Stage, solo: &Solo) -> Vec<String> {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    let silence = ("silence", tried(stage, solo, None));
    let keys = KEYS.into_iter().map(|key| (key, tried(stage, solo, Digits::parse(key).as_ref())));
    for (name, becomes) in keys.chain([silence]) {
        match groups.iter_mut().find(|(_, other)| *other == becomes) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], becomes)),
        }
    }
    let named: Vec<(String, String)> =
        groups.into_iter().map(|(names, becomes)| (runs(&names), becomes)).collect();
    let width = named.iter().map(|(names, _)| names.chars().count()).max().unwrap_or(0);
    named.into_iter().map(|(names, becomes)| format!("  {names:<width$}  {becomes}")).collect()
}

/// Keys in a row as a run: "4-9 *".
fn runs(names: &[&str]) -> String {
    let place = |name: &&str| KEYS.iter().position(|key| key == name).filter(|at| *at < DIGITS);
    let next = |a: &&str, b: &&str| place(a).zip(place(b)).is_some_and(|(a, b)| a + 1 == b);
    let runs = names.chunk_by(next).map(|run| match run {
        [first, _, .., last] => format!("{first}-{last}"),
        few => few.join(" "),
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// What becomes of a copy of the call after a key, or if nothing is pressed.
fn tried(stage: &Stage, solo: &Solo, keys: Option<&Digits>) -> String {
    let mut copy = solo.clone();
    let steps = copy.session().steps().len();
    let waiting = copy.session().standing(copy.now()).typed_ahead;
    let mut first = None;
    if let Some(keys) = keys {
        copy.press(keys);
    }
    let mut begins = "";
    if keys.is_some() {
        first = next_heard(&mut copy);
        let moved = first.is_some() || copy.session().steps().len() != steps;
        begins = match copy.session().attention() {
            _ if moved => "",
            _ if copy.session().is_typing() => "begins an entry; if nothing follows: ",
            _ if copy.session().standing(copy.now()).typed_ahead > waiting => {
                "is kept for the next question: "
            }
            Attention::Asked
            | Attention::Ringing
            | Attention::Hearing
            | Attention::Recorded
            | Attention::Waiting
            | Attention::Talking
            | Attention::Gone => "is not taken now: ",
        };
    }
    let mut left = LOOK_AHEAD;
    while first.is_none() && left > 0 && copy.run_to_next() {
        first = next_heard(&mut copy);
        left -= 1;
    }
    let after = seconds(copy.now().since(solo.now()));
    let when = if copy.now() == solo.now() { String::new() } else { format!(" in {after}") };
    format!("{begins}{}{when}{}", way(stage, solo, &copy, steps), first.unwrap_or_default())
}

/// The next thing that would be heard, or that would happen to the caller.
fn next_heard(copy: &mut Solo) -> Option<String> {
    let mut found = None;
    while let Some((_, action)) = copy.poll() {
        let text = match action {
            Action::Command(CommandKind::Play(play)) => {
                format!(", hears {}", shortened(&heard(&play.items)))
            }
            Action::Command(CommandKind::Hangup(_)) => ", the call ends".to_owned(),
            Action::Enqueue(enqueue) => format!(", waits for a person of `{}`", enqueue.queue),
            Action::Ring(_) => ", a number is rung".to_owned(),
            Action::Request(_) => ", the outside is asked".to_owned(),
            Action::Command(_)
            | Action::Rejoin { .. }
            | Action::LeaveQueue { .. }
            | Action::HangupPeer(_)
            | Action::Abandon
            | Action::Told { .. }
            | Action::Record(_) => continue,
        };
        found.get_or_insert(text);
    }
    found
}

/// The nodes that the copy went through: "→ `faq`".
fn way(stage: &Stage, solo: &Solo, copy: &Solo, steps: usize) -> String {
    let passed = copy.session().steps().get(steps..).unwrap_or_default();
    if passed.is_empty() {
        let node = solo.session().standing(solo.now()).node;
        return match node {
            Some(index) => format!("stays in `{}`", stage.flow().node(index).id),
            None => "stays where it is".to_owned(),
        };
    }
    let names: Vec<String> = passed.iter().map(|step| format!("`{}`", step.node)).collect();
    format!("→ {}", names.join(" → "))
}

/// The beginning of a text.
fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut}…")
}
