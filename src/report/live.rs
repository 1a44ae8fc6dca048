//! Today so far, row by row: the counts of lines that a report of the day tells afterwards.
//!
//! It remembers what is open and one set of counts for each queue, however long the day.

use std::collections::BTreeMap;

use super::counts::Counts;
use super::fold::Fold;
use super::grid::{Error, Grid, Step};
use super::level::Level;
use super::piece::Piece;
use crate::call::QueueId;
use crate::history::{Entry, Medium};
use crate::time::{Date, Duration, Wall};

/// The day so far.
#[derive(Debug)]
pub struct Live {
    zone: Box<str>,
    grid: Grid,
    level: Level,
    target: Duration,
    short: Duration,
    fold: Fold,
    queues: BTreeMap<QueueId, Counts>,
}

impl Live {
    /// The day of `now` in a zone, with nothing counted yet. A wait of at most `target` is in time; who hangs up after at
    /// most `short` has given the queue no chance.
    ///
    /// # Errors
    ///
    /// An unknown zone.
    pub fn new(
        zone: &str,
        now: Wall,
        level: Level,
        target: Duration,
        short: Duration,
    ) -> Result<Self, Error> {
        let (grid, fold, queues) = (day_of(zone, now)?, Fold::default(), BTreeMap::new());
        Ok(Self { zone: zone.into(), grid, level, target, short, fold, queues })
    }

    /// Takes the next entry: in the order of epoch and number, from the beginning of the day on.
    pub fn take(&mut self, entry: &Entry) {
        self.pass(entry.row.at);
        let Self { grid, target, short, fold, queues, .. } = self;
        fold.take(entry, &mut |piece| match piece {
            Piece::Taken(taken) if grid.at(taken.at).is_some() => {
                let counts = queues.entry(taken.queue).or_default();
                match taken.medium {
                    Medium::Voice => counts.offered += 1,
                    Medium::Callback => counts.callbacks += 1,
                }
            }
            Piece::Stay(stay) if grid.at(stay.entered).is_some() => {
                queues.entry(stay.queue.clone()).or_default().stay(&stay, *target, *short);
            }
            Piece::Taken(_)
            | Piece::Stay(_)
            | Piece::Refused(_)
            | Piece::Offer(_)
            | Piece::Talk(_)
            | Piece::Hold(_)
            | Piece::Span(_)
            | Piece::Met(_)
            | Piece::Callback(_)
            | Piece::Survey(_)
            | Piece::Ticket(_) => {}
        });
    }

    /// Time has passed: at midnight a new day begins, with nothing counted.
    pub fn pass(&mut self, now: Wall) {
        if now >= self.grid.end()
            && let Ok(grid) = day_of(&self.zone, now)
        {
            self.grid = grid;
            self.queues.clear();
        }
    }

    /// The first moment of the day.
    #[must_use]
    pub fn start(&self) -> Wall {
        self.grid.start()
    }

    /// Its date.
    #[must_use]
    pub fn day(&self) -> Date {
        self.grid.local(self.grid.start()).date
    }

    /// How service level is reckoned: `SL#4/20s/short=5s`.
    #[must_use]
    pub fn reckoned(&self) -> String {
        self.level.id(self.target, self.short)
    }

    /// What was counted of a queue. Those who wait, or were lost with a node and may still come back, are in `offered`
    /// alone.
    #[must_use]
    pub fn counts(&self, queue: &QueueId) -> Counts {
        self.queues.get(queue).cloned().unwrap_or_default()
    }

    /// Service level of a queue, 0 to 1; `None` while there is nothing to reckon it of.
    #[must_use]
    pub fn service_level(&self, queue: &QueueId) -> Option<f64> {
        self.level.share(&self.counts(queue)).ratio()
    }
}

/// The local day of a moment.
fn day_of(zone: &str, at: Wall) -> Result<Grid, Error> {
    let utc = at.utc().date;
    let day = Grid::new(zone, utc, utc, Step::Day)?.local(at).date;
    Grid::new(zone, day, day, Step::Day)
}
