//! What is done with the engine between two of its inputs, at the wish of somebody at the door.

use super::Driver;
use crate::engine::{Engine, Input};
use crate::runtime::Tally;
use crate::time::{Instant, Wall};

/// A visit to the engine: nothing else happens in it meanwhile, so it must be short and must not wait.
#[derive(Debug)]
pub struct Visit<'a>(pub(super) &'a mut Driver);

impl Visit<'_> {
    /// The engine, to look at.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// How often each thing happened so far; nothing where no history is kept.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Now, on the engine's axis.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// When the node's clock was started.
    #[must_use]
    pub fn began(&self) -> Instant {
        self.0.clock.began()
    }

    /// Now, by the wall clock.
    #[must_use]
    pub fn wall(&self) -> Wall {
        self.0.clock.wall()
    }

    /// The adapters by name, and whether each is still there.
    pub fn adapters(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.lines.iter().map(|line| (&*line.name, line.reports.is_some()))
    }

    /// Tells the engine something; all that follows from it is carried out before this returns.
    pub fn tell(&mut self, input: Input) {
        self.0.handle(input);
    }
}
