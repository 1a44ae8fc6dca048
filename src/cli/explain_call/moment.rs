//! One moment of a call: what plays, how the call came there, what it counts and waits for.

use super::other_key;
use super::stage::Stage;
use super::timeline::heard;
use super::visit::Visit;
use crate::call::{CommandKind, Item, Play, PlayId, mask_value};
use crate::flow::{Value, VariableIndex};
use crate::session::{Action, Attention, Standing};
use crate::simulation::replay::Retelling;
use crate::time::{Duration, Instant};

/// How many steps before the moment are told.
const LAST_STEPS: usize = 5;

/// Everything about the moment at which the call stands.
pub(super) fn told(stage: &Stage, retelling: &Retelling) -> String {
    let solo = retelling.solo();
    let now = solo.now();
    let standing = solo.session().standing(now);
    let mut lines = vec![place(stage, &standing, now, solo.session().attention())];
    lines.push(String::new());
    lines.extend(playing(stage, retelling, &standing));
    lines.extend(came(retelling));
    lines.extend(counted(&standing));
    lines.extend(timers(&standing, now));
    lines.extend(variables(stage, retelling));
    lines.push(String::new());
    lines.push("another key at this moment".to_owned());
    lines.extend(other_key::told(stage, solo));
    lines.push(String::new());
    lines.join("\n")
}

/// Where the call is: "at 12.400 s in `main` (menu), flows/toko.yaml:66:3; a question is asked".
fn place(stage: &Stage, standing: &Standing, now: Instant, attention: Attention) -> String {
    let doing = match attention {
        Attention::Ringing => "it rings",
        Attention::Hearing => "something is said or done, nothing is asked",
        Attention::Asked => "a question is asked",
        Attention::Recorded => "the caller is recorded",
        Attention::Waiting => "the caller waits for a person",
        Attention::Talking => "the caller talks with a person",
        Attention::Gone => "the call is over",
    };
    match standing.node {
        None => format!("at {now} s: {doing}"),
        Some(index) => {
            let node = stage.flow().node(index);
            let place = stage.place(node.id.as_str());
            format!("at {now} s in `{}` ({}), {place}: {doing}", node.id, node.verb.name())
        }
    }
}

/// What plays, and how far it is.
fn playing(stage: &Stage, retelling: &Retelling, standing: &Standing) -> Vec<String> {
    let nothing = || vec!["hears      nothing over any music".to_owned()];
    let Some((id, elapsed)) = standing.playing else { return nothing() };
    let Some(play) = play(retelling, id) else { return nothing() };
    let length = |items: &[Item]| {
        items.iter().fold(Duration::ZERO, |sum, item| sum + (stage.setting.durations)(item))
    };
    let mut past = Duration::ZERO;
    for prompt in play.items.chunk_by(|a, b| (&a.prompt, &a.language) == (&b.prompt, &b.language)) {
        let lasts = length(prompt);
        if elapsed < past + lasts {
            let so_far = seconds(elapsed.saturating_sub(past));
            return vec![format!("hears      {so_far} of {} of {}", seconds(lasts), heard(prompt))];
        }
        past += lasts;
    }
    nothing()
}

/// The order to play something.
fn play(retelling: &Retelling, id: PlayId) -> Option<&Play> {
    retelling.done().iter().rev().find_map(|(_, action)| match action {
        Action::Command(CommandKind::Play(play)) if play.id == id => Some(play),
        _ => None,
    })
}

/// The last steps, each with the way that led there.
fn came(retelling: &Retelling) -> Vec<String> {
    let visits: Vec<Visit> = retelling.steps().iter().map(Visit::from).collect();
    let first = visits.len().saturating_sub(LAST_STEPS);
    let mut lines = Vec::new();
    for (nth, visit) in visits.iter().enumerate().skip(first) {
        let why = match nth.checked_sub(1).and_then(|before| visits.get(before)) {
            Some(before) => format!(" because {}", before.because()),
            None => " because calls begin there".to_owned(),
        };
        let head = if nth == first { "came by    " } else { "           " };
        lines.push(format!("{head}{:>8} `{}`{why}", visit.time(), visit.node));
    }
    lines
}

/// The counters, each beside its limit.
fn counted(standing: &Standing) -> Vec<String> {
    let mut lines = Vec::new();
    let spent = &standing.spent;
    if let Some(misses) = standing.misses {
        let left = misses.limit.saturating_sub(misses.no_inputs + misses.no_matches);
        lines.push(format!(
            "question   {} without input, {} not understood; {left} of {} tries left",
            misses.no_inputs, misses.no_matches, misses.limit
        ));
    }
    lines.push(format!("misses     {} of {} in the call", spent.errors.0, spent.errors.1));
    lines.push(format!("visits     {} of {} here without news", spent.visits.0, spent.visits.1));
    lines.push(format!(
        "spent      {} of {} in the flow, {} of {} in menus",
        seconds(spent.flow.0),
        spent.flow.1,
        seconds(spent.menus.0),
        spent.menus.1
    ));
    if standing.typed_ahead > 0 {
        lines.push(format!("typed      {} keys wait for the next question", standing.typed_ahead));
    }
    lines
}

fn timers(standing: &Standing, now: Instant) -> Vec<String> {
    let mut lines = Vec::new();
    for (nth, timer) in standing.timers.iter().enumerate() {
        let head = if nth == 0 { "timers     " } else { "           " };
        let left = seconds(timer.due.since(now));
        lines.push(format!("{head}{:>8} {}, in {left}", timer.due.to_string(), timer.what));
    }
    lines
}

/// What the call knows, as the class of each value allows.
fn variables(stage: &Stage, retelling: &Retelling) -> Vec<String> {
    let session = retelling.solo().session();
    let mut known = vec![format!("`call.language` = {}", session.language())];
    for (index, (name, variable)) in (0..).zip(&stage.flow().variables) {
        let value = session.value(VariableIndex(index));
        if value != Value::Unset {
            let shown = mask_value(&value.to_string(), variable.class);
            known.push(match shown {
                Some(shown) => format!("`{name}` = {shown}"),
                None => format!("`{name}` is set, and secret"),
            });
        }
    }
    vec![format!("knows      {}", known.join(", "))]
}

/// Seconds with one decimal.
pub(super) fn seconds(span: Duration) -> String {
    let tenths = span.as_millis() / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}
