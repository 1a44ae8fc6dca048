//! `callbacks` of a queue: how those are called back who asked for it.

use crate::call::NumberPattern;
use crate::flow::check;
use crate::flow::definition::CallbackDefinition;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::schema::{CallbacksRaw, FirstRaw, Time};
use crate::time::Duration;

/// How often somebody is tried, where nothing is said.
const ATTEMPTS: u32 = 3;
/// The most tries: more is a nuisance.
const MOST_ATTEMPTS: u32 = 10;
/// The pauses between tries, where nothing is said.
const GAPS: [Duration; 2] = [Duration::from_mins(10), Duration::from_mins(30)];
/// When people may be called, where nothing is said: from 8 to 20 h.
const HOURS: (u16, u16) = (8 * 60, 20 * 60);
/// How long a wish stands, where nothing is said.
const EXPIRES: Duration = Duration::from_mins(24 * 60);

pub(super) fn callbacks(raw: &CallbacksRaw, findings: &mut Vec<Diagnostic>) -> CallbackDefinition {
    let attempts = raw.attempts.as_ref();
    if let Some(wrong) = attempts.filter(|n| !(1..=MOST_ATTEMPTS).contains(&n.value)) {
        findings.push(check::out_of_range("attempts", wrong.span, "from 1 to 10"));
    }
    let mut gaps = Vec::new();
    for gap in raw.gaps.iter().flat_map(|gaps| gaps.items()) {
        match Time::parse(&gap.value) {
            Some(time) => gaps.push(time.0),
            None => findings.push(check::wrong_value("gaps", gap.span, "times such as `10m`")),
        }
    }
    let mut allow = Vec::new();
    for number in raw.allow.iter().flat_map(|allow| allow.items()) {
        match NumberPattern::read(&number.value) {
            Some(_) => allow.push(number.as_str().into()),
            None => {
                let wanted = "numbers and patterns of numbers, such as `+62*`";
                findings.push(check::wrong_value("allow", number.span, wanted));
            }
        }
    }
    let hours = raw.hours.as_ref().and_then(|hours| check::window(hours, findings));
    CallbackDefinition {
        customer_first: raw.first == Some(FirstRaw::Customer),
        attempts: attempts.map_or(ATTEMPTS, |n| n.value.clamp(1, MOST_ATTEMPTS)),
        gaps: if gaps.is_empty() { GAPS.to_vec() } else { gaps },
        hours: hours.unwrap_or(HOURS),
        zone: raw.zone.as_ref().map(|zone| zone.as_str().into()),
        expires: raw.expires.map_or(EXPIRES, |time| time.0),
        allow,
    }
}
