//! `sambung report staffing`: how many agents a load needs.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::args::{Cut, Form, Period, Print, span};
use super::figures::{FigureError, ended};
use super::plan::{Goal, plan};
use super::table::{Cell, Table};
use crate::report::staffing::{Load, MAX_AGENTS, Outlook, scheduled};
use crate::time::Duration;

/// How many rows stand above and below the first one that is enough.
const AROUND: u32 = 5;

/// How many agents a load needs: Erlang C, or Erlang A where callers lose patience. Without `--calls` and `--aht` the load
/// is that of the days that are asked for, interval by interval.
#[derive(Debug, Args)]
pub(crate) struct StaffingArgs {
    #[command(flatten)]
    period: Period,
    /// How the days are cut
    #[arg(long, value_name = "SPAN", default_value = "30m")]
    interval: Cut,
    /// Contacts, instead of those of past days
    #[arg(long, value_name = "COUNT", value_parser = count, requires = "aht")]
    calls: Option<f64>,
    /// In this time
    #[arg(long, value_name = "SPAN", default_value = "1h", value_parser = positive)]
    per: Duration,
    /// Average handle time: talk, hold and wrap-up
    #[arg(long, value_name = "SPAN", value_parser = positive, requires = "calls")]
    aht: Option<Duration>,
    /// So many percent within so many seconds
    #[arg(long, value_name = "PERCENT/SECONDS", default_value = "80/20", value_parser = target)]
    target: Target,
    /// How long callers wait on average before they hang up; for ever if not given
    #[arg(long, value_name = "SPAN", value_parser = positive)]
    patience: Option<Duration>,
    /// The share of their time that agents are paid and not there
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = percent)]
    shrinkage: f64,
    #[command(flatten)]
    print: Print,
}

/// A share of contacts, answered within a span.
#[derive(Debug, Clone, Copy)]
struct Target {
    share: f64,
    within: Duration,
}

/// Prints the table. Exit codes: as for all reports; [`exit::FINDINGS`](crate::cli::exit::FINDINGS) where no number of
/// agents is enough.
pub(super) fn run(args: &StaffingArgs) -> ExitCode {
    ended(print(args, &mut io::stdout().lock()))
}

fn print(args: &StaffingArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let (Some(calls), Some(handle_time)) = (args.calls, args.aht) else {
        return print_plan(args, out);
    };
    let load = Load {
        calls,
        per: args.per,
        handle_time,
        patience: args.patience,
        target: args.target.within,
    };
    let enough = load.agents(args.target.share);
    let table = table(args, &load, enough);
    match args.print.format {
        Form::Text => table.text(args.print.language, out)?,
        Form::Csv => table.csv(out)?,
        Form::Json => {
            let report =
                json!({ "erlangs": load.erlangs(), "agents": enough, "table": table.json() });
            serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    if args.print.format == Form::Text {
        match enough {
            Some(agents) => writeln!(out, "{}.", advice(args, agents))?,
            None => writeln!(out, "not even {MAX_AGENTS} agents are enough.")?,
        }
    }
    Ok(enough.is_some())
}

/// What each interval of the days that are asked for needs.
fn print_plan(args: &StaffingArgs, out: &mut dyn Write) -> Result<bool, FigureError> {
    let goal = Goal {
        step: args.interval.step(),
        share: args.target.share,
        within: args.target.within,
        patience: args.patience,
        shrinkage: args.shrinkage,
    };
    let (table, enough) = plan(&args.period, &goal, args.print.language)?;
    match args.print.format {
        Form::Text => table.text(args.print.language, out)?,
        Form::Csv => table.csv(out)?,
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &table.json()).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(enough)
}

fn advice(args: &StaffingArgs, agents: u32) -> String {
    let (share, within) = (100.0 * args.target.share, args.target.within);
    let mut text = format!("{agents} agents answer at least {share} % within {within}");
    if args.shrinkage > 0.0
        && let Some(roster) = scheduled(agents, args.shrinkage)
    {
        text.push_str(&format!(
            "; {roster} on the roster, of whom {:.0} % are not there",
            100.0 * args.shrinkage
        ));
    }
    text
}

fn table(args: &StaffingArgs, load: &Load, enough: Option<u32>) -> Table {
    let formula = if args.patience.is_some() { "Erlang A" } else { "Erlang C" };
    let note = format!("{formula}, {:.1} erlang; SL within {}", load.erlangs(), args.target.within);
    let mut table =
        Table::new("staffing", "agents_n|level|asa|occupancy|abandon|roster").noted(note);
    let middle = enough.unwrap_or(MAX_AGENTS);
    for agents in middle.saturating_sub(AROUND).max(1)..=middle.saturating_add(AROUND) {
        let roster = scheduled(agents, args.shrinkage);
        let roster = roster.map_or(Cell::None, |count| Cell::Count(count.into()));
        let count = Cell::Count(agents.into());
        match load.outlook(agents) {
            Some(Outlook { level, wait, occupancy, abandoned, .. }) => table.row([
                count,
                Cell::Ratio(level),
                Cell::Span(Duration::from_std(std::time::Duration::from_secs_f64(wait))),
                Cell::Ratio(occupancy),
                Cell::Ratio(abandoned),
                roster,
            ]),
            // The line grows without end.
            None => table.row([count, Cell::None, Cell::None, Cell::None, Cell::None, roster]),
        }
    }
    table
}

fn count(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|count| (0.0..=1e7).contains(count));
    number.ok_or_else(|| "write a number from 0 to 10,000,000".to_owned())
}

fn positive(text: &str) -> Result<Duration, String> {
    span(text).and_then(|span| {
        if span.is_zero() { Err("it must be longer than nothing".to_owned()) } else { Ok(span) }
    })
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<f64>().ok();
    let share = number.map(|percent| percent / 100.0).filter(|share| (0.0..1.0).contains(share));
    share.ok_or_else(|| "write a share as `30%`, below `100%`".to_owned())
}

fn target(text: &str) -> Result<Target, String> {
    let fault = || "write a target as `80/20`: percent and seconds".to_owned();
    let (share, seconds) = text.split_once('/').ok_or_else(fault)?;
    let share = percent(share).ok().filter(|share| *share > 0.0).ok_or_else(fault)?;
    let seconds: u64 = seconds.trim_end_matches('s').parse().map_err(|_| fault())?;
    Ok(Target { share, within: Duration::from_secs(seconds) })
}
