//! The tables of what follows a call: callbacks, answers, tickets.

use super::table::{Cell, Table};
use super::tables::{ALL, View};
use crate::call::QueueId;
use crate::history::CallbackEnd;
use crate::report::{Share, SurveyFigures, percentile, wilson};
use crate::time::Duration;

/// The goal of satisfaction, in percent of 4 and 5.
const GOAL: u8 = 80;

/// The columns of tickets where there are opening hours to measure by.
const TICKETS_BY_HOURS: &str = "sort|opened|closed|late|first_p50|first_p90|resolution_p50|\
    resolution_p90|first_open_p50|first_open_p90|resolution_open_p50|resolution_open_p90";

impl View<'_> {
    /// Callbacks.
    pub(super) fn callbacks(&self) -> Table {
        let columns =
            "queue|asked|kept|open|done|called_again|exhausted|expired|withdrawn|tries|p50|p90";
        let note = self.tongue.pick(
            "kept: talked in time; rang: called again first; taken back: cancelled, declined, merged",
            "ditepati: bicara tepat waktu; menelepon: lebih dulu; batal: ditarik, ditolak, digabung",
        );
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
        let note = self.tongue.pick(
            format!("CSAT: 4 and 5 of 5, with the 95 % interval of Wilson; goal {GOAL} %"),
            format!("CSAT: 4 dan 5 dari 5, dengan selang 95 % Wilson; target {GOAL} %"),
        );
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

    /// How often each answer to each question was given: `solved` has no other figure.
    pub(super) fn answers(&self) -> Table {
        let note = self
            .tongue
            .pick("of the answers to the same question", "dari jawaban atas pertanyaan yang sama");
        let mut table = Table::new("answers_given", "question|answer|count|share").noted(note);
        let mut sum = SurveyFigures::default();
        for ((queue, _), figures) in self.book.surveys() {
            if queue.as_ref().is_none_or(|queue| self.period.wants(queue)) {
                sum.merge(figures);
            }
        }
        for (question, scores) in &sum.questions {
            for (answer, count) in scores.each() {
                table.row([
                    Cell::text(question),
                    Cell::text(answer),
                    Cell::Count(count),
                    Cell::Share(Share { part: count, of: scores.total() }),
                ]);
            }
        }
        table
    }

    /// What was left for people to do.
    pub(super) fn tickets(&self) -> Table {
        let columns = "sort|opened|closed|late|first_p50|first_p90|resolution_p50|resolution_p90";
        let by_hours = self.book.settings().hours.is_some();
        let mut table = match by_hours {
            true => Table::new("tickets", TICKETS_BY_HOURS),
            false => Table::new("tickets", columns),
        };
        let (en, id) = match by_hours {
            true => (
                "times by the wall clock, then by the opening hours",
                "waktu menurut jam biasa, lalu menurut jam buka",
            ),
            false => ("times by the wall clock", "waktu menurut jam biasa"),
        };
        table = table.noted(self.tongue.pick(en, id));
        for (sort, f) in self.book.tickets() {
            let spans = |of: &[Duration]| [50, 90].map(|p| Cell::span(percentile(of, p)));
            let counts = [f.opened, f.closed, f.late].map(Cell::Count);
            let wall = spans(&f.first).into_iter().chain(spans(&f.resolution));
            let open = spans(&f.first_open).into_iter().chain(spans(&f.resolution_open));
            let open = open.filter(|_| by_hours);
            table.row([Cell::text(sort)].into_iter().chain(counts).chain(wall).chain(open));
        }
        table
    }
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
