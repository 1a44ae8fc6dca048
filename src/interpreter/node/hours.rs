//! `hours`: a calendar chooses the way, once, by the wall clock at entry (behaviours: half-open windows).

use crate::calendar::Opening;
use crate::flow::Hours;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::world::World;

pub(super) fn enter(verb: &Hours, world: &World<'_>) -> Result<Step, Fault> {
    let calendar = world.calendars.get(&verb.calendar).ok_or(Fault::Calendar)?;
    let (outcome, goto) = match calendar.at(world.wall) {
        Opening::Open => ("open", verb.open),
        Opening::Closed => ("closed", verb.closed),
        Opening::Holiday(_) => ("holiday", verb.holiday),
    };
    Ok(Step::Decided { outcome, goto })
}
