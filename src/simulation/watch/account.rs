//! What a record says against what was seen of the call.

use super::breach::{Fault, require};
use super::call::Call;
use crate::call::{CallRecord, EndedBy, RecordStep};
use crate::session::{LEAVING_LIMIT, MAX_STEPS};
use crate::time::{Instant, Wall};

/// The verbs that work where nobody listens.
const SILENT: [&str; 10] =
    ["set", "branch", "hours", "http", "call", "ticket", "note", "callback", "return", "hangup"];

/// Compares a call's record with what was seen of it. `wall` is the wall-clock time at `now`.
pub(super) fn tells_the_truth(
    call: &Call,
    record: &CallRecord,
    now: Instant,
    wall: Option<Wall>,
) -> Result<(), Fault> {
    ends(call, record)?;
    times(call, record, now, wall)?;
    queues(call, record)?;
    let mut last = 0;
    for step in &record.steps {
        require(step.at_ms >= last, || {
            format!("`{}` was entered before the step before", step.node)
        })?;
        last = step.at_ms;
    }
    require(last <= now.since(call.began).as_millis(), || "a step lies in the future".to_owned())?;
    after_the_end(call, record)
}

fn ends(call: &Call, record: &CallRecord) -> Result<(), Fault> {
    let (by, cause) = match (call.hung_up, call.gone) {
        (Some((_, cause)), _) => (EndedBy::System, Some(cause)),
        (None, Some(gone)) if gone.by == EndedBy::System => (gone.by, None),
        (None, Some(gone)) => (gone.by, Some(gone.cause)),
        (None, None) => return Err("its record is written while it goes on".to_owned()),
    };
    require(record.ended_by == by && cause.is_none_or(|cause| record.cause == cause), || {
        format!(
            "the record says {:?} by {:?}, it was {cause:?} by {by:?}",
            record.cause, record.ended_by
        )
    })
}

fn times(call: &Call, record: &CallRecord, now: Instant, wall: Option<Wall>) -> Result<(), Fault> {
    let Some(wall) = wall else { return Ok(()) };
    let at = |instant: Instant| wall.before(now.since(instant)).to_rfc3339();
    let started = at(call.began);
    require(record.started == started, || {
        format!("it began at {started}, not {}", record.started)
    })?;
    let answered = call.answered.map(at);
    require(record.answered == answered, || {
        format!("it was answered at {answered:?}, not {:?}", record.answered)
    })?;
    // A hang-up of ours that is never confirmed counts as the end when it is no longer waited for.
    let given_up = call.hung_up.map(|(at, _)| at + LEAVING_LIMIT);
    let ended = at(call.gone.map(|gone| gone.at).or(given_up).unwrap_or(now));
    require(record.ended == ended, || format!("it ended at {ended}, not {}", record.ended))?;
    let talks: u64 = record.talks.iter().map(|talk| talk.talk_ms).sum();
    let (count, full) = (record.talks.len(), record.talks.len() >= crate::session::MAX_TALKS);
    let rounded = u64::try_from(count).unwrap_or(u64::MAX);
    require(full || (talks <= record.talk_ms && record.talk_ms <= talks + rounded), || {
        format!("its {count} talks make {talks} ms, not {}", record.talk_ms)
    })?;
    require(record.talks.iter().all(|talk| talk.hold_ms <= talk.talk_ms), || {
        "it was longer on hold than it talked".to_owned()
    })?;
    let talk = call.talk.as_millis();
    require(record.talk_ms == talk, || format!("it talked {talk} ms, not {}", record.talk_ms))
}

fn queues(call: &Call, record: &CallRecord) -> Result<(), Fault> {
    require(record.queue == call.stay, || {
        format!("the record tells {:?}, it was {:?}", record.queue, call.stay)
    })?;
    require(record.agent == call.agent, || {
        format!("the record names agent {:?}, it was {:?}", record.agent, call.agent)
    })
}

/// Nothing but silent steps follow the end, and those that the flow asks for do.
fn after_the_end(call: &Call, record: &CallRecord) -> Result<(), Fault> {
    if record.steps.len() >= MAX_STEPS {
        return Ok(());
    }
    let steps = call.gone.map_or(record.steps.len(), |gone| gone.steps);
    let after = record.steps.get(steps..).unwrap_or_default();
    // The first node that nobody is left to hear is where such steps end: it is listed, and not carried out.
    let carried_out = |step: &&RecordStep| step.outcome.is_some() && !SILENT.contains(&step.verb);
    if let Some(step) = after.iter().find(carried_out) {
        return Err(format!("`{}` was carried out after the end", step.node));
    }
    if let (Some(index), true) = (call.flow.on_hangup, call.gone.is_some()) {
        let wanted = &call.flow.node(index).id;
        require(after.iter().any(|step| step.node == *wanted), || {
            format!("`{wanted}` was not entered after the end")
        })?;
    }
    Ok(())
}
