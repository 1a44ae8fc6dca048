//! The charts of a report.

use super::draw::{Canvas, DEPTH, LEFT, TOP, WIDTH};
use crate::cli::report::table::{Cell, clock};
use crate::cli::report::tables::View;
use crate::cli::report::words::Tongue;
use crate::history::AgentStatus;
use crate::report::{AgentCounts, Counts, percentile};
use crate::time::Duration;

/// The most marks below a chart.
const MARKS: usize = 12;

/// The edges of the bars of waits, in seconds; the last bar has no end.
const WAITS: [u64; 10] = [0, 5, 10, 20, 30, 60, 120, 300, 600, 1_800];

/// Contacts that came, interval by interval: what became of them.
pub(super) fn arrivals(view: &View<'_>, tongue: Tongue) -> String {
    let slots = busy(view);
    let most = slots.iter().map(|(_, counts, _)| counts.offered).max().unwrap_or(0).max(4);
    let most = most.next_multiple_of(4);
    let mut canvas = Canvas::new("arrivals", DEPTH);
    canvas.scale(|part| format!("{:.0}", part * most as f64));
    let names = ["answered", "abandoned", "other"].map(|name| tongue.say(name));
    canvas.legend(&names);
    let step = (WIDTH - LEFT) / slots.len().max(1) as f64;
    for (n, (from, c, _)) in slots.iter().enumerate() {
        let x = LEFT + step * n as f64;
        let mut y = TOP + DEPTH;
        let rest = c.offered - c.answered.min(c.offered) - c.abandoned.min(c.offered - c.answered);
        for (kind, count) in [c.answered, c.abandoned, rest].into_iter().enumerate() {
            let height = DEPTH * count as f64 / most as f64;
            y -= height;
            let told = format!("{}: {} {count}", from.shown(tongue), names[kind]);
            canvas.bar(kind, [x + step * 0.1, y, step * 0.8, height], &told);
        }
    }
    marks(&mut canvas, &slots, tongue);
    let total = slots.iter().fold(Counts::default(), |mut sum, (_, counts, _)| {
        sum.merge(counts);
        sum
    });
    let told = format!(
        "{} {}, {} {}, {} {}",
        total.offered,
        tongue.say("offered"),
        total.answered,
        tongue.say("answered"),
        total.abandoned,
        tongue.say("abandoned")
    );
    canvas.done(tongue.say("chart_arrivals"), &told)
}

/// The service level, interval by interval.
pub(super) fn levels(view: &View<'_>, tongue: Tongue) -> String {
    let slots = busy(view);
    let mut canvas = Canvas::new("levels", DEPTH);
    canvas.scale(|part| format!("{:.0} %", part * 100.0));
    let step = (WIDTH - LEFT) / slots.len().max(1) as f64;
    let level = view.book.settings().level;
    let points: Vec<(f64, f64)> = slots
        .iter()
        .enumerate()
        .filter_map(|(n, (_, counts, _))| {
            let ratio = level.share(counts).ratio()?;
            Some((LEFT + step * (n as f64 + 0.5), TOP + DEPTH * (1.0 - ratio)))
        })
        .collect();
    canvas.trend(&points);
    marks(&mut canvas, &slots, tongue);
    canvas.done(tongue.say("chart_level"), &view.level_id())
}

/// How many callers waited how long.
pub(super) fn waits(view: &View<'_>, tongue: Tongue) -> String {
    let mut waits = view.all_waits();
    waits.sort_unstable();
    let below = |seconds: u64| waits.partition_point(|wait| *wait < Duration::from_secs(seconds));
    let ends = WAITS.iter().skip(1).map(|end| below(*end)).chain([waits.len()]);
    let counts: Vec<usize> = WAITS.iter().zip(ends).map(|(from, end)| end - below(*from)).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(4).next_multiple_of(4);
    let mut canvas = Canvas::new("waits", DEPTH);
    canvas.scale(|part| format!("{:.0}", part * most as f64));
    let step = (WIDTH - LEFT) / counts.len() as f64;
    for (n, (count, from)) in counts.iter().zip(WAITS).enumerate() {
        let (x, height) = (LEFT + step * n as f64, DEPTH * *count as f64 / most as f64);
        let label = match WAITS.get(n + 1) {
            Some(to) => format!("{}–{}", short(from), short(*to)),
            None => format!("≥ {}", short(from)),
        };
        let bar = [x + step * 0.1, TOP + DEPTH - height, step * 0.8, height];
        canvas.bar(0, bar, &format!("{label}: {count}"));
        canvas.text(x + step / 2.0, TOP + DEPTH + 16.0, "middle", &label);
    }
    let rank = |p| percentile(&waits, p).map_or("–".to_owned(), clock);
    let told = format!("p50 {}, p90 {}, p99 {}", rank(50), rank(90), rank(99));
    canvas.done(tongue.say("chart_waits"), &told)
}

/// How each agent's time was spent.
pub(super) fn agents(view: &View<'_>, tongue: Tongue) -> String {
    /// The height of one agent's bar, and of the room that it stands in.
    const ROW: (f64, f64) = (14.0, 20.0);
    /// Room for names.
    const NAMES: f64 = 120.0;
    let agents: Vec<(&str, AgentCounts)> = view.agent_times().collect();
    let mut canvas = Canvas::new("agents", ROW.1 * agents.len() as f64);
    let names = ["handling", "ready", "break", "unavailable"].map(|name| tongue.say(name));
    canvas.legend(&names);
    let longest = agents.iter().map(|(_, c)| c.logged_in()).max().unwrap_or_default();
    let scale = (WIDTH - NAMES) / longest.as_micros().max(1) as f64;
    for (n, (name, c)) in agents.iter().enumerate() {
        let y = TOP + ROW.1 * n as f64;
        canvas.text(NAMES - 8.0, y + ROW.0 - 2.0, "end", name);
        let [handling, ready, pause] =
            [c.handling(), c.time(AgentStatus::Ready), c.time(AgentStatus::Break)];
        let rest = c.logged_in().saturating_sub(handling + ready + pause);
        let mut x = NAMES;
        for (kind, span) in [handling, ready, pause, rest].into_iter().enumerate() {
            let width = span.as_micros() as f64 * scale;
            let told = format!("{name}: {} {}", names[kind], clock(span));
            canvas.bar(kind, [x, y, width, ROW.0], &told);
            x += width;
        }
    }
    canvas.text(WIDTH, TOP + ROW.1 * agents.len() as f64 + 14.0, "end", &clock(longest));
    canvas.done(tongue.say("chart_agents"), &names.join(", "))
}

type Slot = (Cell, Counts, AgentCounts);

/// The intervals from the first to the last in which anything came.
fn busy(view: &View<'_>) -> Vec<Slot> {
    let slots = view.slots();
    let came = |slot: &Slot| slot.1.offered > 0;
    let first = slots.iter().position(came).unwrap_or(0);
    let last = slots.iter().rposition(came).map_or(0, |last| last + 1);
    slots.into_iter().take(last).skip(first).collect()
}

/// The starts of intervals, as many as there is room for.
fn marks(canvas: &mut Canvas, slots: &[Slot], tongue: Tongue) {
    let step = (WIDTH - LEFT) / slots.len().max(1) as f64;
    for (n, (from, ..)) in slots.iter().enumerate().step_by(slots.len().div_ceil(MARKS).max(1)) {
        // The offset stands in the table; two marks of a repeated hour lie beside each other.
        let label = from.shown(tongue);
        let end = label.rfind(['+', '-']).unwrap_or(label.len());
        let shown = label.get(..end).unwrap_or(&label);
        canvas.text(LEFT + step * (n as f64 + 0.5), TOP + DEPTH + 16.0, "middle", shown);
    }
}

/// A span of whole seconds or minutes.
fn short(seconds: u64) -> String {
    if seconds >= 60 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}
