//! `sambung report`: what the history of a call centre and the records of live calls tell.

mod after;
mod args;
mod contacts;
mod coverage;
mod export;
mod figures;
mod hours;
mod html;
mod ordered;
mod plan;
mod records;
mod source;
mod staffing;
mod table;
mod tables;
mod words;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use figures::Part;

/// Figures of queues and agents, and what live calls did.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    report: Report,
}

#[derive(Debug, Subcommand)]
enum Report {
    Day(figures::DayArgs),
    /// The line, waits and work of each queue
    Queues(figures::FigureArgs),
    /// Time, work and misses of each agent
    Agents(figures::FigureArgs),
    /// The same interval by interval
    Intervals(figures::FigureArgs),
    /// What came of calls: settled by the flow, by a person, or not; and who called again
    Calls(figures::FigureArgs),
    /// Wishes to be called back, and how they ended
    Callbacks(figures::FigureArgs),
    /// What callers say, and how sure that is
    Survey(figures::FigureArgs),
    /// What was left for people to do
    Tickets(figures::FigureArgs),
    Contacts(contacts::ContactArgs),
    QueueLog(export::QueueLogArgs),
    Export(export::ExportArgs),
    Staffing(staffing::StaffingArgs),
    Coverage(coverage::CoverageArgs),
}

/// Makes a report and prints it to standard output.
#[must_use]
pub(crate) fn run(args: &ReportArgs) -> ExitCode {
    match &args.report {
        Report::Day(args) => figures::day(args),
        Report::Queues(args) => figures::part(args, Part::Queues),
        Report::Agents(args) => figures::part(args, Part::Agents),
        Report::Intervals(args) => figures::part(args, Part::Intervals),
        Report::Calls(args) => figures::part(args, Part::Calls),
        Report::Callbacks(args) => figures::part(args, Part::Callbacks),
        Report::Survey(args) => figures::part(args, Part::Survey),
        Report::Tickets(args) => figures::part(args, Part::Tickets),
        Report::Contacts(args) => contacts::run(args),
        Report::QueueLog(args) => export::queue_log(args),
        Report::Export(args) => export::run(args),
        Report::Staffing(args) => staffing::run(args),
        Report::Coverage(args) => coverage::run(args),
    }
}
