//! The worlds that a call can come into: every combination of opening hours that occurs in a year, and every caller whom
//! the flow can tell from others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Stage, origin};
use crate::calendar::{Calendar, Opening};
use crate::call::{CallId, Origin, QueueId};
use crate::flow::{Flow, Formula, Verb};
use crate::simulation::Setting;
use crate::time::{Duration, Moment, Wall};

/// How far apart the moments of a year are that are looked at.
const EVERY: Duration = Duration::from_mins(15);

/// How many of them: 366 days.
const MOMENTS: u32 = 366 * 24 * 4;

/// One world.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) stage: Stage,
    /// The time by the wall at which the call comes in.
    pub(super) wall: Wall,
    /// Who calls whom.
    pub(super) origin: Origin,
    /// What each calendar says.
    pub(super) hours: BTreeMap<Arc<str>, Hours>,
}

/// What a calendar says for the whole of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hours {
    Open,
    Closed,
    Holiday,
}

impl World {
    /// What stands around a call.
    pub(super) fn setting(&self) -> Setting {
        Setting {
            project: Arc::clone(&self.stage.project),
            program: Arc::clone(&self.stage.program),
            call: CallId::new(1, 1),
            origin: self.origin.clone(),
            dtmf: true,
            wall: self.wall,
            durations: Arc::clone(&self.stage.durations),
        }
    }

    /// Whether a queue takes no calls at this hour.
    pub(super) fn is_closed(&self, queue: &QueueId) -> bool {
        let hours = self.stage.project.queue_hours.get(queue);
        let hours = hours.and_then(|name| self.hours.get(name));
        hours.is_some_and(|hours| *hours != Hours::Open)
    }

    /// The time of the call by the flow's own clock, if it lives by one.
    pub(super) fn moment(&self) -> Option<Moment> {
        let home = self.stage.program.flow.home.as_ref()?;
        (!self.hours.is_empty()).then_some(())?;
        Some(self.stage.project.calendars.get(home)?.local(self.wall))
    }

    /// What is special about it, in words: `2026-03-04 10:15, number withheld`; empty if nothing is.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        for (calendar, hours) in &self.hours {
            let hours = match hours {
                Hours::Open => "open",
                Hours::Closed => "closed",
                Hours::Holiday => "on a holiday",
            };
            words.push(format!("`{calendar}` {hours}"));
        }
        if let Some(moment) = self.moment() {
            words.push(format!("such as on {}", moment.to_string().replace('T', " at ")));
        }
        words.extend(origin::words(&self.origin));
        words.join(", ")
    }
}

/// Every world of a flow.
pub(super) fn worlds(stage: &Stage) -> Vec<World> {
    let origins = origin::origins(&stage.program.flow);
    let mut found = Vec::new();
    for (hours, wall) in hours(stage) {
        for origin in &origins {
            let (stage, hours, origin) = (stage.clone(), hours.clone(), origin.clone());
            found.push(World { stage, wall, origin, hours });
        }
    }
    found
}

/// Every combination of opening hours that occurs, each with a moment in its longest stretch.
fn hours(stage: &Stage) -> Vec<(BTreeMap<Arc<str>, Hours>, Wall)> {
    let names = calendars(&stage.program.flow, stage);
    let known = names.iter().filter_map(|name| stage.project.calendars.get_key_value(&**name));
    let known: Vec<(&Arc<str>, &Calendar)> = known.collect();
    if known.is_empty() {
        return vec![(BTreeMap::new(), stage.from)];
    }
    let at = |wall: Wall| -> Vec<Hours> {
        let says = |(_, calendar): &(&Arc<str>, &Calendar)| match calendar.at(wall) {
            Opening::Open => Hours::Open,
            Opening::Closed => Hours::Closed,
            Opening::Holiday(_) => Hours::Holiday,
        };
        known.iter().map(says).collect()
    };
    // By combination: the length of the longest stretch, and when it begins.
    let mut longest: BTreeMap<Vec<Hours>, (u32, Wall)> = BTreeMap::new();
    let mut stretch: Option<(Vec<Hours>, u32, Wall)> = None;
    let mut wall = stage.from;
    for _ in 0..MOMENTS {
        let now = at(wall);
        match &mut stretch {
            Some((hours, length, since)) if *hours == now => {
                *length += 1;
                let best = longest.entry(now).or_insert((0, *since));
                if best.0 < *length {
                    *best = (*length, *since);
                }
            }
            _ => {
                longest.entry(now.clone()).or_insert((1, wall));
                stretch = Some((now, 1, wall));
            }
        }
        wall = wall.after(EVERY);
    }
    let combined = |(hours, (length, since)): (Vec<Hours>, (u32, Wall))| {
        let names = known.iter().map(|(name, _)| Arc::clone(name));
        // Not at the very beginning, where a minute makes a difference.
        let wall = if length > 2 { since.after(EVERY) } else { since };
        (names.zip(hours).collect(), wall)
    };
    longest.into_iter().map(combined).collect()
}

/// The calendars that the ways of a flow depend on.
fn calendars(flow: &Flow, stage: &Stage) -> BTreeSet<Arc<str>> {
    fn look(formula: &Formula, found: &mut BTreeSet<Arc<str>>) {
        if let Formula::IsOpen(name, _) | Formula::NextOpen(name) = formula {
            found.insert(Arc::clone(name));
        }
        formula.parts().into_iter().for_each(|part| look(part, found));
    }
    let mut found = BTreeSet::new();
    for node in &flow.nodes {
        for (formula, _) in node.verb.uses() {
            look(formula, &mut found);
        }
        match &node.verb {
            Verb::Hours(hours) => {
                found.insert(Arc::clone(&hours.calendar));
            }
            Verb::Queue(queue) => {
                found.extend(stage.project.queue_hours.get(&queue.queue).cloned())
            }
            _ => {}
        }
    }
    found
}
