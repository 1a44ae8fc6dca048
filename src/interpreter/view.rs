//! What a formula sees: the variables of the call, and the world at this moment.

use super::memory::Memory;
use super::world::World;
use crate::calendar::{Calendar, Opening};
use crate::flow::{BuiltIn, Flow, Scope, Value, VariableIndex};
use crate::time::Moment;

/// The values of one call at one moment.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The flow whose variables they are.
    pub flow: &'a Flow,
    /// The variables.
    pub memory: &'a Memory,
    /// The outside.
    pub world: &'a World<'a>,
}

impl View<'_> {
    /// The date and time of day at the flow's own place; UTC where it has none.
    #[must_use]
    pub fn now(&self) -> Moment {
        let home = self.flow.home.as_ref().and_then(|name| self.world.calendars.get(name));
        home.map_or_else(|| self.world.wall.utc(), |home| home.local(self.world.wall))
    }

    fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.world.calendars.get(name)
    }
}

impl Scope for View<'_> {
    fn variable(&self, index: VariableIndex) -> Value {
        self.memory.variable(index)
    }

    fn built_in(&self, name: BuiltIn) -> Value {
        match name {
            BuiltIn::Now => Value::Moment(self.now()),
            other => self.memory.built_in(other),
        }
    }

    fn is_open(&self, calendar: &str, at: Option<Moment>) -> Value {
        let Some(calendar) = self.calendar(calendar) else { return Value::Unset };
        let wall = at.map_or(Some(self.world.wall), |moment| calendar.wall(moment));
        wall.map_or(Value::Unset, |wall| Value::Bool(calendar.at(wall) == Opening::Open))
    }

    fn next_open(&self, calendar: &str) -> Value {
        let next = self.calendar(calendar).and_then(|calendar| {
            calendar.next_open(self.world.wall).map(|wall| calendar.local(wall))
        });
        next.map_or(Value::Unset, Value::Moment)
    }
}
