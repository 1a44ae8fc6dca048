//! The tables of a book.

use super::args::Period;
use super::table::{Cell, Table, long};
use super::words::Tongue;
use crate::call::QueueId;
use crate::history::{AgentStatus, OfferResult};
use crate::report::{
    AgentCounts, AgentFigures, Book, Counts, Estimates, Level, QueueFigures, Share, Transfer,
    percentile,
};
use crate::time::Duration;

/// The name of a row that sums the others up.
pub(super) const ALL: &str = "*";

/// A book, and which queues of it are asked for.
pub(super) struct View<'b> {
    pub(super) book: &'b Book,
    pub(super) period: &'b Period,
    pub(super) tongue: Tongue,
}

/// What a row of a queue may need beside counts and waits.
#[derive(Debug, Clone, Copy, Default)]
struct More {
    estimates: Estimates,
    longest_waiting: Option<Duration>,
}

impl View<'_> {
    /// The queues that are asked for, with their totals.
    fn queues(&self) -> Vec<(&QueueId, &QueueFigures, Counts)> {
        let queues = self.book.queues().by_name().filter(|(queue, _)| self.period.wants(queue));
        queues.map(|(queue, figures)| (queue, figures, figures.total())).collect()
    }

    /// The variant of the service level, as every table that shows it says.
    pub(super) fn level_id(&self) -> String {
        let settings = self.book.settings();
        settings.level.id(settings.target, settings.short)
    }

    /// Each queue, and all of them where there are several, through `row`.
    fn each(&self, table: &mut Table, row: impl Fn(&Counts, &[Duration], &More) -> Vec<Cell>) {
        let queues = self.queues();
        let named = |name: &str, cells: Vec<Cell>| [Cell::text(name)].into_iter().chain(cells);
        for (queue, figures, total) in &queues {
            let longest_waiting = figures.longest_waiting;
            let more = More { estimates: figures.estimates, longest_waiting };
            table.row(named(queue.as_str(), row(total, &figures.waits, &more)));
        }
        if queues.len() > 1 {
            let (mut sum, mut all) = (Counts::default(), More::default());
            let mut waits = Vec::new();
            for (_, figures, total) in &queues {
                sum.merge(total);
                waits.extend_from_slice(&figures.waits);
                all.estimates.merge(&figures.estimates);
                all.longest_waiting = all.longest_waiting.max(figures.longest_waiting);
            }
            waits.sort_unstable();
            table.row(named(ALL, row(&sum, &waits, &all)));
        }
    }

    /// What came in, and what became of it.
    pub(super) fn line(&self) -> Table {
        let columns =
            "queue|offered|answered|abandoned|other|lost|waiting|refused|level|abandon|abandon_raw";
        let level = self.level_id();
        let mut table = Table::new("line", columns).noted(self.tongue.pick(
            format!("{level}; abandon (B - B_s) / (O - B_s); raw B / O"),
            format!("{level}; lepas (B - B_s) / (O - B_s); mentah B / O"),
        ));
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
        let columns = "queue|asa|p50|p90|p99|max|waiting_now|time_to_abandon|ewt_error|ewt_close";
        let note = self.tongue.pick(
            "answered callers, ringing included; EWT error: root mean square over mean",
            "penelepon yang terjawab, termasuk dering; galat EWT: akar rata-rata kuadrat per rata-rata",
        );
        let mut table = Table::new("waits", columns).noted(note);
        self.each(&mut table, |c, waits, More { estimates, longest_waiting }| {
            let rank = |p| Cell::span(percentile(waits, p));
            vec![
                Cell::span(c.speed_of_answer()),
                rank(50),
                rank(90),
                rank(99),
                Cell::span(waits.last().copied()),
                Cell::span(*longest_waiting),
                Cell::span(c.time_to_abandon()),
                Cell::ratio(estimates.error()),
                Cell::Share(estimates.close()),
            ]
        });
        table
    }

    /// What agents did for each queue.
    pub(super) fn work(&self) -> Table {
        let columns = "queue|handled|talk|held|wrapup|att|acw|aht";
        let note = self.tongue.pick(
            "per contact handled: ATT talk, ACW wrap-up, AHT talk + hold + wrap-up",
            "per kontak yang ditangani: ATT bicara, ACW wrap-up, AHT bicara + tahan + wrap-up",
        );
        let mut table = Table::new("work", columns).noted(note);
        self.each(&mut table, |c, _, _| {
            let mut cells = vec![Cell::Count(c.handled)];
            cells.extend([c.talked(), c.held, c.wrapup].map(Cell::Span));
            cells.extend([c.talk_time(), c.wrapup_time(), c.handle_time()].map(Cell::span));
            cells
        });
        table
    }

    /// What agents passed on, and the offers that they did not take.
    pub(super) fn passed(&self) -> Table {
        let columns =
            "queue|handled|passed_on|attended|blind|to_queue|offers|missed|missed_raw|caller_left";
        let note = self.tongue.pick(
            "passed on: of contacts handled; missed: of offers that the caller did not end; raw: of all",
            "diteruskan: dari yang ditangani; tak diangkat: tanpa yang ditutup penelepon; mentah: dari semua",
        );
        let mut table = Table::new("passed", columns).noted(note);
        self.each(&mut table, |c, _, _| {
            let mut cells = vec![Cell::Count(c.handled), Cell::Share(c.transferred())];
            let kinds = [Transfer::Attended, Transfer::Blind, Transfer::Queue];
            let times = |kind| Cell::Count(c.transfers.get(&kind).copied().unwrap_or(0));
            cells.extend(kinds.map(times));
            let left = c.misses.get(&OfferResult::CallerLeft).copied().unwrap_or(0);
            cells.extend([
                Cell::Count(c.offers),
                Cell::Share(c.missed()),
                Cell::Share(c.missed_raw()),
                Cell::Count(left),
            ]);
            cells
        });
        table
    }

    /// What agents did.
    pub(super) fn agents(&self) -> Table {
        let columns = "agent|logged_in|ready|handling|break|talks|aht|occupancy|utilisation|per_hour|per_day|missed";
        let note = self.tongue.pick(
            "occupancy: handling / (handling + ready); per day: of days with at least 1 h logged in",
            "okupansi: melayani / (melayani + siap); per hari: dari hari dengan sedikitnya 1 jam masuk",
        );
        let mut table = Table::new("agents", columns).noted(note);
        let (mut sum, mut days) = (AgentCounts::default(), 0);
        let mut agents = 0;
        for (agent, figures) in self.book.agents().by_name() {
            agents += 1;
            let (total, of) = (figures.total(), figures.days(&self.book.settings().grid));
            table.row(agent_row(agent.as_str(), &total, of));
            sum.merge(&total);
            days += of;
        }
        if agents > 1 {
            table.row(agent_row(ALL, &sum, days));
        }
        table
    }

    /// Interval by interval, the queues that are asked for together.
    pub(super) fn intervals(&self) -> Table {
        let columns =
            "from|offered|answered|abandoned|other|lost|level|asa|max|handled|aht|occupancy";
        let level = self.level_id();
        let note = self.tongue.pick(
            format!("{level}; counts when contacts came, times when work was done"),
            format!("{level}; jumlah menurut datangnya kontak, waktu menurut saat dikerjakan"),
        );
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
                let of_queues = queues.iter().filter_map(|(_, f, _)| f.intervals.get(n));
                of_queues.for_each(|more| counts.merge(more));
                let of_agents =
                    self.book.agents().by_name().filter_map(|(_, f)| f.intervals.get(n));
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
        let note = self.tongue.pick(
            format!("called again: within {again}; FCR: no call about the same within {repeat}; calls with a number"),
            format!("menelepon lagi: dalam {again}; FCR: tidak soal yang sama dalam {repeat}; panggilan bernomor"),
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
        row("fcr_unnumbered", calls.first.unnumbered());
        table
    }

    /// The waits of all answered callers of the queues that are asked for.
    pub(super) fn all_waits(&self) -> Vec<Duration> {
        self.queues().iter().flat_map(|(_, figures, _)| figures.waits.iter().copied()).collect()
    }

    /// The agents.
    pub(super) fn agent_times(&self) -> impl Iterator<Item = (&str, AgentCounts)> {
        let total = AgentFigures::total;
        self.book.agents().by_name().map(move |(agent, figures)| (agent.as_str(), total(figures)))
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
