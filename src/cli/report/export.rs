//! `sambung report queue-log` and `sambung report export`: the history for other programs.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::args::Period;
use super::contacts::{end_of, medium};
use super::figures::{FigureError, ended};
use super::source;
use super::table::{Cell, Table};
use super::tables::miss_name;
use crate::history::AgentStatus;
use crate::report::{Fold, Grid, Offer, OfferEnd, Piece, QueueLog, Step, Transfer};

/// The classic queue log of PBXs, `time|call|queue|agent|EVENT|data…`, for tools that read it.
#[derive(Debug, Args)]
pub(crate) struct QueueLogArgs {
    #[command(flatten)]
    period: Period,
}

/// Everything of one kind, one line each, for spreadsheets and other programs.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What
    #[arg(value_name = "WHAT")]
    what: What,
    #[command(flatten)]
    period: Period,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Contacts in line, as CSV
    Contacts,
    /// Offers to agents, as CSV
    Offers,
    /// Talks of agents, as CSV
    Talks,
    /// States of agents, as CSV
    States,
    /// Rows of the history as they are, as JSON lines, without what belongs to callers
    History,
}

/// Writes the queue log, with the exit codes of all reports.
pub(super) fn queue_log(args: &QueueLogArgs) -> ExitCode {
    ended(write_log(args, &mut BufWriter::new(io::stdout().lock())))
}

fn write_log(args: &QueueLogArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let grid = args.period.grid(Step::Day)?;
    let mut log = QueueLog::default();
    let mut failed = Ok(());
    source::read(&args.period, &grid, &mut |entry| {
        let counts = grid.at(entry.row.at).is_some();
        log.take(entry, |line| {
            if counts && failed.is_ok() {
                failed = writeln!(out, "{line}");
            }
        });
    })?;
    failed?;
    out.flush()?;
    Ok(true)
}

/// Writes what is asked for, with the exit codes of all reports.
pub(super) fn run(args: &ExportArgs) -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    ended(match args.what {
        What::History => rows(args, &mut out),
        What::Contacts | What::Offers | What::Talks | What::States => pieces(args, &mut out),
    })
}

fn rows(args: &ExportArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let grid = args.period.grid(Step::Day)?;
    let mut failed = Ok(());
    source::read(&args.period, &grid, &mut |entry| {
        if failed.is_ok() && grid.at(entry.row.at).is_some() {
            failed = entry
                .to_line(false)
                .map_err(io::Error::from)
                .and_then(|line| writeln!(out, "{line}"));
        }
    })?;
    failed?;
    out.flush()?;
    Ok(true)
}

fn pieces(args: &ExportArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let grid = args.period.grid(Step::Day)?;
    let columns = match args.what {
        What::Contacts => {
            "entered|ended|contact|queue|medium|priority|wait_s|end|agent|offers|key|back"
        }
        What::Offers => "at|ended|contact|queue|agent|offer|rang|end",
        What::Talks => "began|ended|contact|queue|agent|held_s|transfer|from",
        What::States => "from|to|agent|status|reason|contact|queue",
        What::History => "",
    };
    let mut table = Table::new("export", columns);
    // Rows are written as they come, so that no table of a year is held.
    table.csv(out)?;
    let mut failed = Ok(());
    let mut fold = Fold::default();
    let mut write = |piece: Piece| {
        let Some(cells) = cells(args, &grid, &piece) else { return };
        table.rows.clear();
        table.row(cells);
        if failed.is_ok() {
            failed = table.csv_rows(out);
        }
    };
    source::read(&args.period, &grid, &mut |entry| fold.take(entry, &mut write))?;
    fold.finish(fold.now().unwrap_or_default(), &mut write);
    failed?;
    out.flush()?;
    Ok(true)
}

/// The row of a piece, if it is what is asked for.
fn cells(args: &ExportArgs, grid: &Grid, piece: &Piece) -> Option<Vec<Cell>> {
    let time = |wall| Cell::text(grid.rfc3339(wall));
    let name = |name: Option<&str>| Cell::text(name.unwrap_or_default());
    let wants = |queue| args.period.wants(queue);
    match (args.what, piece) {
        (What::Contacts, Piece::Stay(s)) if wants(&s.queue) && grid.at(s.entered).is_some() => {
            let (end, agent) = end_of(s);
            let mut cells = vec![time(s.entered), time(s.ended), Cell::text(s.contact)];
            cells.extend([Cell::text(&s.queue), Cell::text(medium(s.medium))]);
            cells.extend([Cell::Count(s.priority.into()), Cell::Span(s.wait())]);
            cells.extend([Cell::text(end), Cell::text(agent), Cell::Count(s.offers.into())]);
            cells.extend([name(s.key.as_deref()), Cell::text(s.back)]);
            Some(cells)
        }
        (What::Offers, Piece::Offer(o)) if wants(&o.queue) && grid.at(o.at).is_some() => {
            let mut cells = vec![time(o.at), time(o.ended), Cell::text(o.contact)];
            cells.extend([Cell::text(&o.queue), Cell::text(&o.agent), Cell::Count(o.offer.0)]);
            cells.extend([o.rang.map_or(Cell::None, time), Cell::text(offer_end(o))]);
            Some(cells)
        }
        (What::Talks, Piece::Talk(t))
            if t.queue.as_ref().is_none_or(wants) && grid.at(t.began).is_some() =>
        {
            let queue = t.queue.as_ref().map(|queue| queue.as_str());
            let mut cells = vec![time(t.began), time(t.ended), Cell::text(t.contact)];
            cells.extend([name(queue), Cell::text(&t.agent), Cell::Span(t.held)]);
            cells.push(name(t.transfer.map(transfer_name)));
            cells.push(name(t.from.as_ref().map(|agent| agent.as_str())));
            Some(cells)
        }
        (What::States, Piece::Span(s)) if s.from < grid.end() && s.to > grid.start() => {
            let mut cells = vec![time(s.from), time(s.to), Cell::text(&s.agent)];
            cells.extend([Cell::text(status_name(s.status)), name(s.reason.as_deref())]);
            cells.push(s.contact.map_or(Cell::None, Cell::text));
            cells.push(name(s.queue.as_ref().map(|queue| queue.as_str())));
            Some(cells)
        }
        _ => None,
    }
}

const fn offer_end(offer: &Offer) -> &'static str {
    match offer.end {
        OfferEnd::Answered => "answered",
        OfferEnd::Closed(result) => miss_name(result),
        OfferEnd::Open => "open",
    }
}

const fn transfer_name(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Attended => "attended",
        Transfer::Blind => "blind",
        Transfer::Queue => "queue",
    }
}

const fn status_name(status: AgentStatus) -> &'static str {
    match status {
        AgentStatus::Offline => "offline",
        AgentStatus::Ready => "ready",
        AgentStatus::Reserved => "reserved",
        AgentStatus::Ringing => "ringing",
        AgentStatus::Releasing => "releasing",
        AgentStatus::Talking => "talking",
        AgentStatus::Engaged => "engaged",
        AgentStatus::Wrapup => "wrapup",
        AgentStatus::Backoff => "backoff",
        AgentStatus::Rona => "rona",
        AgentStatus::Break => "break",
        AgentStatus::Unreachable => "unreachable",
    }
}
