//! How many agents the load of past days needs, by the time of day: arrivals and handle times as the history has them.

use std::collections::BTreeMap;

use super::args::Period;
use super::figures::FigureError;
use super::source;
use super::table::{Cell, Table};
use super::words::Tongue;
use crate::report::staffing::{Load, scheduled};
use crate::report::{Book, Fold, Grid, Level, Settings, Step};
use crate::time::{ClockTime, Duration};

/// With fewer contacts than this the handle time of an interval is that of all of them.
const OWN_HANDLE_TIME: u64 = 20;

/// What is asked for beside the days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    pub(super) step: Step,
    /// This share of contacts …
    pub(super) share: f64,
    /// … is answered within this.
    pub(super) within: Duration,
    pub(super) patience: Option<Duration>,
    pub(super) shrinkage: f64,
}

/// What happened at one time of day, on all days together.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    offered: u64,
    handled: u64,
    busy: Duration,
}

impl Slot {
    fn handle_time(&self) -> Option<Duration> {
        Some(Duration::from_micros(self.busy.as_micros().checked_div(self.handled)?))
    }
}

/// The agents that each interval of a day needs; and whether there is a number that is enough for each.
pub(super) fn plan(
    period: &Period,
    goal: &Goal,
    tongue: Tongue,
) -> Result<(Table, bool), FigureError> {
    let grid = period.grid(goal.step)?;
    let (slots, days) = slots(period, goal, &grid)?;
    let mut all = Slot::default();
    for slot in slots.values() {
        all.handled += slot.handled;
        all.busy += slot.busy;
    }
    let formula = if goal.patience.is_some() { "Erlang A" } else { "Erlang C" };
    let (share, within) = (100.0 * goal.share, goal.within);
    let note = tongue.pick(
        format!("{formula}; {share} % within {within}; callers who came, as the mean of {days} days with any"),
        format!("{formula}; {share} % dalam {within}; penelepon yang masuk, rata-rata {days} hari yang berisi"),
    );
    let columns = "from|arrivals|aht|erlangs|agents_n|level|asa|occupancy|abandon|roster";
    let mut table = Table::new("staff_plan", columns).noted(note);
    let mut enough = true;
    for (from, slot) in slots.iter().filter(|(_, slot)| slot.offered > 0) {
        let own = slot.handle_time().filter(|_| slot.handled >= OWN_HANDLE_TIME);
        let load = own.or(all.handle_time()).map(|handle_time| Load {
            calls: slot.offered as f64 / days.max(1) as f64,
            per: goal.step.span().unwrap_or(Duration::from_mins(24 * 60)),
            handle_time,
            patience: goal.patience,
            target: goal.within,
        });
        let found = load.is_some_and(|load| load.agents(goal.share).is_some());
        table.row(row(*from, load.as_ref(), goal));
        enough &= found;
    }
    Ok((table, enough))
}

fn row(from: ClockTime, load: Option<&Load>, goal: &Goal) -> Vec<Cell> {
    let agents = load.and_then(|load| load.agents(goal.share));
    let outlook = agents.and_then(|agents| load?.outlook(agents));
    let wait = outlook.map(|o| Duration::from_std(std::time::Duration::from_secs_f64(o.wait)));
    let count = |count: Option<u32>| count.map_or(Cell::None, |count| Cell::Count(count.into()));
    vec![
        Cell::text(from),
        Cell::number(load.map(|load| load.calls)),
        Cell::span(load.map(|load| load.handle_time)),
        Cell::number(load.map(Load::erlangs)),
        count(agents),
        Cell::ratio(outlook.map(|o| o.level)),
        Cell::span(wait),
        Cell::ratio(outlook.map(|o| o.occupancy)),
        Cell::ratio(outlook.map(|o| o.abandoned)),
        count(agents.and_then(|agents| scheduled(agents, goal.shrinkage))),
    ]
}

/// What came and what was done at each time of day, and on how many days anybody came.
fn slots(
    period: &Period,
    goal: &Goal,
    grid: &Grid,
) -> Result<(BTreeMap<ClockTime, Slot>, usize), FigureError> {
    let mut book = Book::new(Settings {
        grid: grid.clone(),
        level: Level::Four,
        target: goal.within,
        short: Duration::ZERO,
        again_within: Duration::ZERO,
        repeat_within: Duration::ZERO,
        hours: None,
    });
    let mut fold = Fold::default();
    source::read(period, grid, &mut |entry| {
        fold.take(entry, &mut |piece| book.take(&piece));
    })?;
    fold.finish(fold.now().unwrap_or_default(), &mut |piece| book.take(&piece));
    let mut slots: BTreeMap<ClockTime, Slot> = BTreeMap::new();
    let mut days = 0;
    for (_, intervals) in grid.days() {
        let mut came = 0;
        for n in intervals {
            let Some((from, _)) = grid.interval(n) else { continue };
            let slot = slots.entry(grid.local(from).time).or_default();
            let queues = book.queues().by_name().filter(|(queue, _)| period.wants(queue));
            for counts in queues.filter_map(|(_, figures)| figures.intervals.get(n)) {
                slot.offered += counts.offered;
                slot.handled += counts.handled;
                slot.busy += counts.connected + counts.wrapup;
                came += counts.offered;
            }
        }
        days += usize::from(came > 0);
    }
    Ok((slots, days))
}
