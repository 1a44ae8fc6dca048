//! The tables of a book.

use super::args::Period;
use super::table::{Cell, Table, long};
use crate::call::QueueId;
use crate::history::{AgentStatus, CallbackEnd, OfferResult};
use crate::report::{
    AgentCounts, AgentFigures, Book, Counts, Estimates, Level, QueueFigures, Share, SurveyFigures,
    Transfer, percentile, wilson,
};
use crate::time::Duration;

/// The name of a row that sums the others up.
const ALL: &str = "*";

/// The goal of satisfaction, in percent of 4 and 5.
const GOAL: u8 = 80;

/// A book, and which queues of it are asked for.
pub(super) struct View<'b> {
    pub(super) book: &'b Book,
    pub(super) period: &'b Period,
}

impl View<'_> {
    /// The queues that are asked for, with their totals.
    fn queues(&self) -> Vec<(&QueueId, &QueueFigures, Counts)> {
        let queues = self.book.queues().iter().filter(|(queue, _)| self.period.wants(queue));
        queues.map(|(queue, figures)| (queue, figures, figures.total())).collect()
    }

    /// The variant of the service level, as every table that shows it says.
    pub(super) fn level_id(&self) -> String {
        let settings = self.book.settings();
        settings.level.id(settings.target, settings.short)
    }

    /// Each queue, and all of them where there are several, through `row`.
    fn each(&self, table: &mut Table, row: impl Fn(&Counts, &[Duration], &Estimates) -> Vec<Cell>) {
        let queues = self.queues();
        let named = |name: &str, cells: Vec<Cell>| [Cell::text(name)].into_iter().chain(cells);
        for (queue, figures, total) in &queues {
            table.row(named(queue.as_str(), row(total, &figures.waits, &figures.estimates)));
        }
        if queues.len() > 1 {
            let (mut sum, mut estimates) = (Counts::default(), Estimates::default());
            let mut waits = Vec::new();
            for (_, figures, total) in &queues {
                sum.merge(total);
                waits.extend_from_slice(&figures.waits);
                estimates.merge(&figures.estimates);
            }
            waits.sort_unstable();
            table.row(named(ALL, row(&sum, &waits, &estimates)));
        }
    }

    /// What came in, and what became of it.
    pub(super) fn line(&self) -> Table {
        let columns =
            "queue|offered|answered|abandoned|other|lost|waiting|refused|level|abandon|abandon_raw";
        let mut table = Table::new("line", columns)
            .noted(format!("{}; abandon (B - B_s) / (O - B_s); raw B / O", self.level_id()));
        self.each(&mut table, |c, _, _| {
            let counts = [c.offered, c.answered, c.abandoned, c.other(), c.lost, c.waiting];
            let shares =
                [self.book.settings().level.share(c), c.abandonment(), c.abandonment_raw()];
            let mut cells: Vec<Cell> = counts.map(Cell::Count).into();
            cells.push(Cell::Count(c.refused.values().sum()));
            cells.extend(shares.map(Cell::Share));
            cells
        });
        table
    }

    /// The service level, each way it is reckoned.
    pub(super) fn levels(&self) -> Table {
        let settings = self.book.settings();
        let id = |level: Level| level.id(settings.target, settings.short);
        let of = |levels: &[Level]| {
            let each = levels.iter().map(|level| format!("{} = {}", id(*level), level.formula()));
            each.collect::<Vec<_>>().join("  ")
        };
        let ids: Vec<String> = Level::ALL.chunks(2).map(of).collect();
        let mut table = Table::new("levels", "queue|#1|#2|#3|#4|#5|#5b").noted(ids.join("\n"));
        self.each(&mut table, |c, _, _| Level::ALL.map(|level| Cell::Share(level.share(c))).into());
        table
    }

    /// How long callers waited.
    pub(super) fn waits(&self) -> Table {
        let columns = "queue|asa|p50|p90|p99|max|time_to_abandon|ewt_error|ewt_close";
        let note = "answered callers, ringing included; EWT error: root mean square over mean";
        let mut table = Table::new("waits", columns).noted(note);
        self.each(&mut table, |c, waits, estimates| {
            let rank = |p| Cell::span(percentile(waits, p));
            vec![
                Cell::span(c.speed_of_answer()),
                rank(50),
                rank(90),
                rank(99),
                Cell::span(waits.last().copied()),
                Cell::span(c.time_to_abandon()),
                Cell::ratio(estimates.error()),
                Cell::Share(estimates.close()),
            ]
        });
        table
    }

    /// What agents did for each queue.
    pub(super) fn work(&self) -> Table {
        let columns = "queue|handled|talk|held|wrapup|aht|attended|blind|to_queue|offers|missed";
        let note =
            "AHT (talk + hold + wrap-up) / handled; missed: of offers that the caller did not end";
        let mut table = Table::new("work", columns).noted(note);
        self.each(&mut table, |c, _, _| {
            let times = [c.talked(), c.held, c.wrapup];
            let mut cells = vec![Cell::Count(c.handled)];
            cells.extend(times.map(Cell::Span));
            cells.push(Cell::span(c.handle_time()));
            let kinds = [Transfer::Attended, Transfer::Blind, Transfer::Queue];
            cells.extend(
                kinds.map(|kind| Cell::Count(c.transfers.get(&kind).copied().unwrap_or(0))),
            );
            cells.extend([Cell::Count(c.offers), Cell::Share(c.missed())]);
            cells
        });
        table
    }

    /// What agents did.
    pub(super) fn agents(&self) -> Table {
        let columns = "agent|logged_in|ready|handling|break|talks|aht|occupancy|utilisation|per_hour|per_day|missed";
        let note = "occupancy: handling / (handling + ready); per day: of days with at least 1 h logged in";
        let mut table = Table::new("agents", columns).noted(note);
        let (mut sum, mut days) = (AgentCounts::default(), 0);
        let agents = self.book.agents();
        for (agent, figures) in agents {
            let (total, of) = (figures.total(), figures.days(&self.book.settings().grid));
            table.row(agent_row(agent.as_str(), &total, of));
            sum.merge(&total);
            days += of;
        }
        if agents.len() > 1 {
            table.row(agent_row(ALL, &sum, days));
        }
        table
    }

    /// Interval by interval, the queues that are asked for together.
    pub(super) fn intervals(&self) -> Table {
        let columns =
            "from|offered|answered|abandoned|other|lost|level|asa|max|handled|aht|occupancy";
        let note =
            format!("{}; counts when contacts came, times when work was done", self.level_id());
        let mut table = Table::new("intervals", columns).noted(note);
        for (from, c, agents) in self.slots() {
            if c == Counts::default() && agents == AgentCounts::default() {
                continue;
            }
            let mut cells = vec![from];
            let counts = [c.offered, c.answered, c.abandoned, c.other(), c.lost];
            cells.extend(counts.map(Cell::Count));
            cells.push(Cell::Share(self.book.settings().level.share(&c)));
            cells.extend([
                Cell::span(c.speed_of_answer()),
                if c.answered > 0 { Cell::Span(c.wait_longest) } else { Cell::None },
                Cell::Count(c.handled),
                Cell::span(c.handle_time()),
                Cell::Share(agents.occupancy()),
            ]);
            table.row(cells);
        }
        table
    }

    /// Each interval: its start as the zone's clocks show it, the queues that are asked for, all agents.
    pub(super) fn slots(&self) -> Vec<(Cell, Counts, AgentCounts)> {
        let grid = &self.book.settings().grid;
        let single = grid.days().count() == 1;
        let queues = self.queues();
        (0..grid.len())
            .filter_map(|n| {
                let (from, _) = grid.interval(n)?;
                let (mut counts, mut agents) = (Counts::default(), AgentCounts::default());
                let of_queues = queues.iter().filter_map(|(_, f, _)| f.intervals.get(&n));
                of_queues.for_each(|more| counts.merge(more));
                let of_agents = self.book.agents().values().filter_map(|f| f.intervals.get(&n));
                of_agents.for_each(|more| agents.merge(more));
                let plain = grid.rfc3339(from);
                let from = Cell::Moment { shown: label(&plain, single), plain };
                Some((from, counts, agents))
            })
            .collect()
    }

    /// What came of calls as wholes.
    pub(super) fn calls(&self) -> Table {
        let calls = self.book.calls();
        let settings = self.book.settings();
        let (again, repeat) = (long(settings.again_within), long(settings.repeat_within));
        let note = format!(
            "called again: within {again}; FCR: no call about the same within {repeat}; calls with a number"
        );
        let mut table = Table::new("calls", "figure|value|of|share").noted(note);
        let mut row = |name: &'static str, share: Share| {
            table.row([
                Cell::Word(name),
                Cell::Count(share.part),
                Cell::Count(share.of),
                Cell::Share(share),
            ]);
        };
        let of = calls.calls;
        row("resolved", calls.contained());
        row("truly_contained", calls.truly_contained());
        row("abandoned_in_ivr", Share { part: calls.abandoned, of });
        row("to_human", Share { part: calls.to_human, of });
        row("unknown", Share { part: calls.unknown, of });
        row("anonymous", Share { part: calls.anonymous, of });
        row("repeated", calls.repeated());
        row("fcr", calls.first.gross());
        row("fcr_net", calls.first.net());
        table
    }

    /// Callbacks.
    pub(super) fn callbacks(&self) -> Table {
        let columns =
            "queue|asked|kept|open|done|called_again|exhausted|expired|withdrawn|tries|p50|p90";
        let note = "kept: talked in time; rang: called again first; taken back: cancelled, declined, merged";
        let mut table = Table::new("callbacks", columns).noted(note);
        for (queue, f) in self.book.callbacks().iter().filter(|(queue, _)| self.period.wants(queue))
        {
            let end = |end| f.ends.get(&end).copied().unwrap_or(0);
            let withdrawn = [
                CallbackEnd::Cancelled,
                CallbackEnd::Declined,
                CallbackEnd::Merged,
                CallbackEnd::NotAllowed,
            ];
            let counts = [
                f.open,
                end(CallbackEnd::Done),
                end(CallbackEnd::CalledAgain),
                end(CallbackEnd::Exhausted),
                end(CallbackEnd::Expired),
                withdrawn.map(end).iter().sum(),
                f.tries,
            ];
            let mut cells = vec![Cell::text(queue), Cell::Count(f.asked)];
            cells.push(Cell::Share(Share { part: f.kept, of: f.asked }));
            cells.extend(counts.map(Cell::Count));
            cells.extend([50, 90].map(|p| Cell::span(percentile(&f.waits, p))));
            table.row(cells);
        }
        table
    }

    /// What callers say, by queue and agent.
    pub(super) fn survey(&self) -> Table {
        let columns = "queue|agent|asked|response|answers|csat|low|high|goal|nps";
        let note = format!("CSAT: 4 and 5 of 5, with the 95 % interval of Wilson; goal {GOAL} %");
        let mut table = Table::new("survey", columns).noted(note);
        let mut sum = SurveyFigures::default();
        for ((queue, agent), figures) in self.book.surveys() {
            if !queue.as_ref().is_none_or(|queue| self.period.wants(queue)) {
                continue;
            }
            let queue = queue.as_ref().map_or("–", QueueId::as_str);
            let agent = agent.as_ref().map_or("–", |agent| agent.as_str());
            table.row(survey_row([queue, agent], figures));
            sum.merge(figures);
        }
        if table.rows.len() > 1 {
            table.row(survey_row([ALL, ALL], &sum));
        }
        table
    }

    /// What was left for people to do.
    pub(super) fn tickets(&self) -> Table {
        let columns = "sort|opened|closed|late|first_p50|first_p90|resolution_p50|resolution_p90";
        let mut table = Table::new("tickets", columns).noted("times by the wall clock");
        for (sort, f) in self.book.tickets() {
            let counts = [f.opened, f.closed, f.late].map(Cell::Count);
            let first = [50, 90].map(|p| Cell::span(percentile(&f.first, p)));
            let done = [50, 90].map(|p| Cell::span(percentile(&f.resolution, p)));
            table.row([Cell::text(sort)].into_iter().chain(counts).chain(first).chain(done));
        }
        table
    }

    /// The waits of all answered callers of the queues that are asked for.
    pub(super) fn all_waits(&self) -> Vec<Duration> {
        self.queues().iter().flat_map(|(_, figures, _)| figures.waits.iter().copied()).collect()
    }

    /// The agents.
    pub(super) fn agent_times(&self) -> impl Iterator<Item = (&str, AgentCounts)> {
        let total = AgentFigures::total;
        self.book.agents().iter().map(move |(agent, figures)| (agent.as_str(), total(figures)))
    }
}

fn agent_row(name: &str, c: &AgentCounts, days: u64) -> Vec<Cell> {
    let per_day = (days > 0).then(|| c.talks as f64 / days as f64);
    let times =
        [c.logged_in(), c.time(AgentStatus::Ready), c.handling(), c.time(AgentStatus::Break)];
    let mut cells = vec![Cell::text(name)];
    cells.extend(times.map(Cell::Hours));
    cells.extend([
        Cell::Count(c.talks),
        Cell::span(c.handle_time()),
        Cell::Share(c.occupancy()),
        Cell::Share(c.utilisation()),
        Cell::number(c.per_hour()),
        Cell::number(per_day),
        Cell::Share(c.missed()),
    ]);
    cells
}

fn survey_row(names: [&str; 2], figures: &SurveyFigures) -> Vec<Cell> {
    let csat = figures.questions.get("csat");
    let satisfied = csat.map(|scores| scores.satisfied()).unwrap_or_default();
    let wilson = wilson(satisfied);
    let goal = satisfied.ratio().map(|ratio| {
        let met = if ratio >= f64::from(GOAL) / 100.0 { "met" } else { "below" };
        Cell::Word(met)
    });
    let nps = figures.questions.get("nps").and_then(|scores| scores.promoters());
    let mut cells: Vec<Cell> = names.map(Cell::text).into();
    cells.extend([
        Cell::Count(figures.asked),
        Cell::Share(Share { part: figures.answered.min(figures.asked), of: figures.asked }),
        Cell::Count(satisfied.of),
        Cell::Share(satisfied),
        Cell::ratio(wilson.map(|(low, _)| low)),
        Cell::ratio(wilson.map(|(_, high)| high)),
        goal.unwrap_or(Cell::None),
        Cell::number(nps),
    ]);
    cells
}

/// `10:00` of `2026-03-04T10:00:00+07:00`, with the date where there are several; with the offset always, for an hour
/// that is repeated has two.
fn label(rfc3339: &str, single: bool) -> String {
    let (moment, offset) = rfc3339.split_at_checked(19).unwrap_or((rfc3339, ""));
    let (date, time) = moment.split_once('T').unwrap_or(("", moment));
    let time = time.get(..5).unwrap_or(time);
    if single { format!("{time}{offset}") } else { format!("{date} {time}{offset}") }
}

/// The misses of an offer that have a name in reports.
pub(super) const fn miss_name(result: OfferResult) -> &'static str {
    match result {
        OfferResult::NoAnswer => "no_answer",
        OfferResult::Rejected => "rejected",
        OfferResult::Busy => "busy",
        OfferResult::Unreachable => "unreachable",
        OfferResult::NotAccepted => "not_accepted",
        OfferResult::CallerLeft => "caller_left",
        OfferResult::AnsweredElsewhere => "answered_elsewhere",
        OfferResult::Withdrawn => "withdrawn",
        OfferResult::Stale => "stale",
        OfferResult::Lost => "lost",
    }
}
