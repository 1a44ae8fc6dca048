//! Reports of figures: `sambung report day`, and its parts by themselves.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::args::{Form, Period, Print, Reckoning};
use super::hours::HoursError;
use super::html;
use super::source::{self, SourceError};
use super::table::Table;
use super::tables::View;
use crate::cli::{exit, print};
use crate::report::{self, Book, Broken, Fold};

/// Figures of one part.
#[derive(Debug, Args)]
pub(crate) struct FigureArgs {
    #[command(flatten)]
    period: Period,
    #[command(flatten)]
    reckoning: Reckoning,
    #[command(flatten)]
    print: Print,
}

/// Everything about some days: the line, waits, work, agents, intervals, calls, callbacks, answers, tickets.
#[derive(Debug, Args)]
pub(crate) struct DayArgs {
    #[command(flatten)]
    figures: FigureArgs,
    /// Write a page with charts to this file instead, which needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Which tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Queues,
    Agents,
    Intervals,
    Calls,
    Callbacks,
    Survey,
    Tickets,
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum FigureError {
    /// The history could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The opening hours could not be found.
    #[error(transparent)]
    Hours(#[from] HoursError),
    /// The days make no sense.
    #[error(transparent)]
    Grid(#[from] report::Error),
    /// The page could not be written.
    #[error("write {}", path.display())]
    Page {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The report could not be printed.
    #[error("print the report")]
    Output(#[from] io::Error),
}

/// Makes the whole report.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`] where the history contradicts itself, [`exit::UNREADABLE`].
pub(super) fn day(args: &DayArgs) -> ExitCode {
    let all = [
        Part::Queues,
        Part::Agents,
        Part::Intervals,
        Part::Calls,
        Part::Callbacks,
        Part::Survey,
        Part::Tickets,
    ];
    ended(report(&args.figures, &all, args.html.as_ref()))
}

/// Makes one part of it, with the same exit codes.
pub(super) fn part(args: &FigureArgs, part: Part) -> ExitCode {
    ended(report(args, &[part], None))
}

/// The exit code of what was done; tells what went wrong.
pub(super) fn ended(result: Result<bool, FigureError>) -> ExitCode {
    match result {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(FigureError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::CLEAN.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

fn report(args: &FigureArgs, parts: &[Part], page: Option<&PathBuf>) -> Result<bool, FigureError> {
    let settings = args.reckoning.settings(&args.period)?;
    let grid = settings.grid.clone();
    let mut book = Book::new(settings);
    let mut fold = Fold::default();
    source::read(&args.period, &grid, &mut |entry| {
        fold.take(entry, &mut |piece| book.take(&piece));
    })?;
    let now = fold.now().unwrap_or_default();
    fold.finish(now, &mut |piece| book.take(&piece));
    let sound = complain(&fold, &book.close());
    let view = View { book: &book, period: &args.period, tongue: args.print.language };
    let tables: Vec<Table> = parts.iter().flat_map(|part| tables(&view, *part)).collect();
    let heading = heading(&view);
    if let Some(path) = page {
        let text = html::page(&view, &heading, &tables, args.print.language);
        let fault = |source| FigureError::Page { path: path.clone(), source };
        std::fs::write(path, text).map_err(fault)?;
        return Ok(sound);
    }
    printed(&heading, &tables, &args.print, &mut io::stdout().lock())?;
    Ok(sound)
}

/// Says on standard error what cannot be; gives whether all is well.
fn complain(fold: &Fold, broken: &[Broken]) -> bool {
    let (faults, count) = fold.faults();
    for report::Fault { epoch, seq, wrong } in faults {
        eprintln!("warning: the history contradicts itself at {epoch}.{seq}: {}", told(*wrong));
    }
    if count > faults.len() as u64 {
        eprintln!("warning: … and at {} rows more", count - faults.len() as u64);
    }
    for Broken { queue, from, offered, accounted } in broken {
        eprintln!(
            "error: figures are wrong: `{queue}` took {offered} in from {} on, and {accounted} came of it",
            from.to_rfc3339()
        );
    }
    count == 0 && broken.is_empty()
}

const fn told(wrong: report::Wrong) -> &'static str {
    match wrong {
        report::Wrong::Gap => "rows are missing before it",
        report::Wrong::Order => "it is earlier than the row before it",
        report::Wrong::TwiceInLine => "the contact waits already",
        report::Wrong::NotInLine => "the contact does not wait",
        report::Wrong::NoOffer => "there is no such offer",
        report::Wrong::NoTalk => "there is no such talk",
        report::Wrong::TwiceTalking => "they talk already",
    }
}

fn tables(view: &View<'_>, part: Part) -> Vec<Table> {
    match part {
        Part::Queues => {
            vec![view.line(), view.levels(), view.waits(), view.work(), view.passed()]
        }
        Part::Agents => vec![view.agents()],
        Part::Intervals => vec![view.intervals()],
        Part::Calls => vec![view.calls()],
        Part::Callbacks => vec![view.callbacks()],
        Part::Survey => vec![view.survey(), view.answers()],
        Part::Tickets => vec![view.tickets()],
    }
}

/// Which days, and how they are reckoned.
fn heading(view: &View<'_>) -> String {
    let grid = &view.book.settings().grid;
    let mut dates = grid.days().map(|(date, _)| date.to_string());
    let first = dates.next().unwrap_or_default();
    let last = dates.last().map(|last| format!(" – {last}")).unwrap_or_default();
    format!("{first}{last} {}, {}", grid.zone(), view.level_id())
}

fn printed(heading: &str, tables: &[Table], print: &Print, out: &mut dyn Write) -> io::Result<()> {
    match print.format {
        Form::Text => {
            writeln!(out, "{} {heading}\n", print.language.say("report"))?;
            for table in tables {
                table.text(print.language, out)?;
            }
        }
        Form::Csv => {
            for (n, table) in tables.iter().enumerate() {
                // Several tables in one file: each under its name, with an empty line between.
                if tables.len() > 1 {
                    writeln!(out, "{}# {}", if n > 0 { "\n" } else { "" }, table.title)?;
                }
                table.csv(out)?;
            }
        }
        Form::Json => {
            let tables: Vec<_> = tables.iter().map(Table::json).collect();
            let report = json!({ "report": heading, "tables": tables });
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
