//! How queues call people back: from what flows say to the rules of the engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::AssembleError;
use crate::calendar::{Calendar, Settings};
use crate::call::QueueId;
use crate::engine::{CallbackRules, First};
use crate::flow::{CalendarDefinition, CallbackDefinition, QueueDefinition};

/// Countries of one zone, by how their numbers begin. All other numbers are called by the hours of the queue's zone.
const ZONES: [(&str, &str); 8] = [
    ("+60", "Asia/Kuala_Lumpur"),
    ("+63", "Asia/Manila"),
    ("+65", "Asia/Singapore"),
    ("+66", "Asia/Bangkok"),
    ("+81", "Asia/Tokyo"),
    ("+84", "Asia/Ho_Chi_Minh"),
    ("+852", "Asia/Hong_Kong"),
    ("+91", "Asia/Kolkata"),
];

/// The zone of a queue that names none and has no calendar.
const USUAL_ZONE: &str = "Asia/Jakarta";

/// The rules of every queue that calls people back.
///
/// # Errors
/// When a zone is not known, or hours make no sense.
pub fn callbacks(
    queues: &[QueueDefinition],
    calendars: &[CalendarDefinition],
) -> Result<BTreeMap<QueueId, CallbackRules>, AssembleError> {
    let mut rules = BTreeMap::new();
    for queue in queues {
        let Some(definition) = &queue.callbacks else { continue };
        let own = calendars.iter().find(|one| Some(&one.name) == queue.hours.as_ref());
        let zone = definition.zone.as_deref().or(own.map(|own| own.zone.as_ref()));
        let mut hours = vec![hours_in("", zone.unwrap_or(USUAL_ZONE), definition)?];
        for (start, zone) in ZONES {
            hours.push(hours_in(start, zone, definition)?);
        }
        let CallbackDefinition { attempts, gaps, expires, allow, .. } = definition;
        let (attempts, gaps, expires) = (*attempts, gaps.clone(), *expires);
        let allow = allow.iter().cloned().collect();
        let first = if definition.customer_first { First::Customer } else { First::Agent };
        let of = CallbackRules { first, attempts, gaps, expires, allow, hours };
        rules.insert(queue.name.clone(), of);
    }
    Ok(rules)
}

fn hours_in(
    start: &str,
    zone: &str,
    definition: &CallbackDefinition,
) -> Result<(Arc<str>, Calendar), AssembleError> {
    let weekly = std::array::from_fn(|_| vec![definition.hours]);
    let settings = Settings { zone: zone.into(), weekly, ..Settings::default() };
    match Calendar::new(&settings) {
        Ok(calendar) => Ok((start.into(), calendar)),
        Err(source) => Err(AssembleError { name: zone.into(), source }),
    }
}
