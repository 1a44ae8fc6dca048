//! `sambung report contacts`: the contacts behind a number.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::args::{Form, Period, Print, span};
use super::figures::{FigureError, ended};
use super::source;
use super::table::{Cell, Table};
use crate::history::{Exit, Medium};
use crate::report::{Ended, Fold, Grid, Piece, Stay, Step};
use crate::time::Duration;

/// The contacts behind a number, one line each, by when they were enqueued.
#[derive(Debug, Args)]
pub(crate) struct ContactArgs {
    #[command(flatten)]
    period: Period,
    /// Only those of which this is true
    #[arg(long, value_name = "WHAT")]
    why: Option<Why>,
    /// Only those whom this agent answered
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// A wait of at most this is in time
    #[arg(long, value_name = "SPAN", default_value = "20s", value_parser = span)]
    target: Duration,
    /// Who hangs up after at most this is a short abandon
    #[arg(long, value_name = "SPAN", default_value = "5s", value_parser = span)]
    short: Duration,
    #[command(flatten)]
    print: Print,
}

/// What may be true of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Why {
    /// An agent answered
    Answered,
    /// An agent answered within the target
    InTime,
    /// An agent answered after the target
    Late,
    /// Hung up in line
    Abandoned,
    /// Hung up in line, after the short time
    AbandonedLong,
    /// Hung up in line, within the short time
    Short,
    /// Left in another way
    Other,
    /// The node died with it
    Lost,
    /// Still waits
    Waiting,
    /// Came back after an answer
    Back,
}

/// Prints the list, with the exit codes of all reports.
pub(super) fn run(args: &ContactArgs) -> ExitCode {
    ended(list(args, &mut io::stdout().lock()))
}

fn list(args: &ContactArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let grid = args.period.grid(Step::Day)?;
    let mut stays = Vec::new();
    let mut fold = Fold::default();
    let mut keep = |piece: Piece| {
        if let Piece::Stay(stay) = piece
            && grid.at(stay.entered).is_some()
            && wanted(args, &stay)
        {
            stays.push(stay);
        }
    };
    source::read(&args.period, &grid, &mut |entry| fold.take(entry, &mut keep))?;
    fold.finish(fold.now().unwrap_or_default(), &mut keep);
    stays.sort_by_key(|stay| (stay.entered, stay.contact));
    let table = table(&grid, &stays);
    match args.print.format {
        Form::Text => {
            table.text(args.print.language, out)?;
            writeln!(out, "{} contacts", stays.len())?;
        }
        Form::Csv => table.csv(out)?,
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &table.json()).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(true)
}

fn wanted(args: &ContactArgs, stay: &Stay) -> bool {
    let by = |agent: &String| matches!(&stay.end, Ended::Answered(by) if by.as_str() == agent);
    args.period.wants(&stay.queue)
        && args.agent.as_ref().is_none_or(by)
        && args.why.is_none_or(|why| why.is_true(stay, args.target, args.short))
}

impl Why {
    /// Whether it is true of a stay; the same limits as in the figures.
    fn is_true(self, stay: &Stay, target: Duration, short: Duration) -> bool {
        let wait = stay.wait();
        let answered = matches!(stay.end, Ended::Answered(_));
        let abandoned = matches!(stay.end, Ended::Left(Exit::Abandoned | Exit::AbandonedRinging));
        let counted = !stay.back && stay.medium == Medium::Voice;
        match self {
            Self::Answered => counted && answered,
            Self::InTime => counted && answered && wait <= target,
            Self::Late => counted && answered && wait > target,
            Self::Abandoned => counted && abandoned,
            Self::AbandonedLong => counted && abandoned && wait > short,
            Self::Short => counted && abandoned && wait <= short,
            Self::Lost => counted && stay.end == Ended::Left(Exit::Lost),
            Self::Waiting => stay.end == Ended::Waiting,
            Self::Back => stay.back,
            Self::Other => {
                let left = matches!(stay.end, Ended::Left(_));
                counted && left && !abandoned && stay.end != Ended::Left(Exit::Lost)
            }
        }
    }
}

fn table(grid: &Grid, stays: &[Stay]) -> Table {
    let columns = "at|contact|queue|medium|priority|wait|end|agent|offers";
    let mut table = Table::new("contacts", columns);
    for stay in stays {
        let (end, agent) = end_of(stay);
        table.row([
            Cell::text(grid.rfc3339(stay.entered)),
            Cell::text(stay.contact),
            Cell::text(&stay.queue),
            Cell::text(medium(stay.medium)),
            Cell::Count(stay.priority.into()),
            Cell::Span(stay.wait()),
            Cell::text(end),
            Cell::text(agent),
            Cell::Count(stay.offers.into()),
        ]);
    }
    table
}

/// How a stay ended, and with whom.
pub(super) fn end_of(stay: &Stay) -> (&'static str, &str) {
    match &stay.end {
        Ended::Answered(agent) => ("answered", agent.as_str()),
        Ended::Left(how) => (exit_name(*how), ""),
        Ended::Waiting => ("waiting", ""),
    }
}

/// The name of a way out, as the history writes it.
pub(super) const fn exit_name(how: Exit) -> &'static str {
    match how {
        Exit::Abandoned => "abandoned",
        Exit::AbandonedRinging => "abandoned_ringing",
        Exit::Key => "key",
        Exit::Timeout => "timeout",
        Exit::Unstaffed => "unstaffed",
        Exit::Closed => "closed",
        Exit::Callback => "callback",
        Exit::Voicemail => "voicemail",
        Exit::Moved => "moved",
        Exit::Lost => "lost",
        Exit::Withdrawn => "withdrawn",
        Exit::System => "system",
    }
}

/// The name of a medium.
pub(super) const fn medium(medium: Medium) -> &'static str {
    match medium {
        Medium::Voice => "voice",
        Medium::Callback => "callback",
    }
}
