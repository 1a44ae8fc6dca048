//! `hours`: a calendar chooses the way, once, by the wall clock at entry (behaviours: half-open windows).

use crate::calendar::Opening;
use crate::flow::{Hours, Value};
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;

pub(super) fn enter(verb: &Hours, view: &View<'_>) -> Result<Step, Fault> {
    let world = view.world;
    let calendar = world.calendars.get(&verb.calendar).ok_or(Fault::Calendar)?;
    let wall = match verb.at.as_ref().map(|formula| formula.eval(view)) {
        None => world.wall,
        Some(Ok(Value::Moment(moment))) => calendar.wall(moment).ok_or(Fault::Formula)?,
        Some(_) => return Err(Fault::Formula),
    };
    let (outcome, goto) = match calendar.at(wall) {
        Opening::Open => ("open", verb.open),
        Opening::Closed => ("closed", verb.closed),
        Opening::Holiday(_) => ("holiday", verb.holiday),
    };
    Ok(Step::Decided { outcome: outcome.into(), goto })
}
