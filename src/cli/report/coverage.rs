//! `sambung report coverage`: what callers do and no test does, and the other way about.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::records::{Calls, Grounds, Live, RecordsError};
use crate::call::{FlowId, NodeId};
use crate::cli::suite::{self, Suite, SuiteError};
use crate::cli::{exit, print};
use crate::simulation::Coverage;
use crate::simulation::trial::Manner;

/// Hold what live calls did against what the tests do: ways that callers take and no test covers.
///
/// The tests of the project are run for it; that one fails changes nothing here.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// The project: a folder of flows or its sambung.yaml; the project here if not given
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// A file of call records, as `sambung serve` writes it; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    records: Vec<PathBuf>,
    /// How the report is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One object
    Json,
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
enum ReportError {
    /// The project could not be opened.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// The records could not be read.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The report could not be printed.
    #[error("print the report")]
    Output(#[from] io::Error),
}

/// A way out of a node that one side took and the other did not.
struct Gap<'s> {
    node: &'s NodeId,
    outcome: &'s Arc<str>,
    /// How often it was taken.
    times: u64,
}

/// Makes the report and prints it.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
pub(super) fn run(args: &CoverageArgs) -> ExitCode {
    match report(args, &mut io::stdout().lock()) {
        Ok(()) => exit::CLEAN.into(),
        Err(ReportError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::CLEAN.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

fn report(args: &CoverageArgs, out: &mut dyn Write) -> Result<(), ReportError> {
    let suite = Suite::open(&args.path)?;
    print::faults(&suite.project.compiled.diagnostics);
    let flows = suite.project.compiled.flows.iter();
    let grounds: Grounds<'_> = flows
        .filter_map(|flow| {
            Some((flow.id.clone(), (suite.grounds.get(&flow.id)?, flow.hash.clone())))
        })
        .collect();
    let mut live = Live::default();
    for path in &args.records {
        live.add_file(path, &grounds)?;
    }
    let tested = suite::coverage(&suite.play(Manner::Test, |_, _| true));
    match args.format {
        Form::Text => text(&suite, &live, &tested, out)?,
        Form::Json => {
            let report = json_report(&suite, &live, &tested);
            serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

type Tested = std::collections::BTreeMap<FlowId, Coverage>;

fn text(suite: &Suite, live: &Live, tested: &Tested, out: &mut dyn Write) -> io::Result<()> {
    let none = (Calls::default(), Coverage::default());
    for (flow, ground) in &suite.grounds {
        let calls = live.flows.get(flow).unwrap_or(&none.0);
        let tests = tested.get(flow).unwrap_or(&none.1);
        let figures = calls.coverage.figures(ground);
        writeln!(
            out,
            "{flow}: calls {}  nodes {}  outcomes {}",
            calls.calls, figures.nodes, figures.outcomes
        )?;
        if calls.other_versions > 0 {
            let count = calls.other_versions;
            writeln!(out, "  calls of other versions of the flow, left out: {count}")?;
        }
        gaps_text(suite, flow, "taken and not tested", &untested(suite, flow, calls, tests), out)?;
        let untaken = untaken(suite, flow, calls, tests);
        gaps_text(suite, flow, "tested and never taken", &untaken, out)?;
    }
    if live.other_flows > 0 {
        writeln!(out, "calls of flows that are not here, left out: {}", live.other_flows)?;
    }
    if live.unreadable > 0 {
        writeln!(out, "lines that are no call records: {}", live.unreadable)?;
    }
    Ok(())
}

fn gaps_text(
    suite: &Suite,
    flow: &FlowId,
    title: &str,
    gaps: &[Gap<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}:")?;
    for gap in gaps {
        let way = format!("{}.{}", gap.node, gap.outcome);
        let times = if gap.times > 0 { gap.times.to_string() } else { String::new() };
        let place = suite.place_of(flow, gap.node);
        let place = place.map(|(path, line)| format!("{path}:{line}")).unwrap_or_default();
        writeln!(out, "  {times:>7}  {way:<36} {place}")?;
    }
    Ok(())
}

fn json_report(suite: &Suite, live: &Live, tested: &Tested) -> Value {
    let none = (Calls::default(), Coverage::default());
    let flows = suite.grounds.keys().map(|flow| {
        let calls = live.flows.get(flow).unwrap_or(&none.0);
        let tests = tested.get(flow).unwrap_or(&none.1);
        let gap = |gap: &Gap<'_>| {
            let place = suite.place_of(flow, gap.node);
            json!({
                "node": gap.node,
                "outcome": gap.outcome,
                "times": gap.times,
                "file": place.as_ref().map(|(path, _)| path),
                "line": place.as_ref().map(|(_, line)| line),
            })
        };
        let list = |gaps: Vec<Gap<'_>>| gaps.iter().map(gap).collect::<Vec<Value>>();
        json!({
            "flow": flow,
            "calls": calls.calls,
            "calls_of_other_versions": calls.other_versions,
            "taken_and_not_tested": list(untested(suite, flow, calls, tests)),
            "tested_and_never_taken": list(untaken(suite, flow, calls, tests)),
        })
    });
    json!({
        "flows": flows.collect::<Vec<_>>(),
        "calls_of_other_flows": live.other_flows,
        "unreadable_lines": live.unreadable,
    })
}

/// The ways that callers took and no test does, the most frequent first.
fn untested<'s>(suite: &'s Suite, flow: &FlowId, calls: &Calls, tests: &Coverage) -> Vec<Gap<'s>> {
    let mut gaps = gaps(suite, flow, |node, outcome| {
        let times = calls.coverage.of_way(node, outcome);
        (times > 0 && tests.of_way(node, outcome) == 0).then_some(times)
    });
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.times));
    gaps
}

/// The ways that tests take and no caller did.
fn untaken<'s>(suite: &'s Suite, flow: &FlowId, calls: &Calls, tests: &Coverage) -> Vec<Gap<'s>> {
    gaps(suite, flow, |node, outcome| {
        let tested = tests.of_way(node, outcome) > 0;
        (tested && calls.coverage.of_way(node, outcome) == 0).then_some(0)
    })
}

/// The ways of a flow that `times` chooses, in the order of the flow.
fn gaps<'s>(
    suite: &'s Suite,
    flow: &FlowId,
    times: impl Fn(&NodeId, &Arc<str>) -> Option<u64>,
) -> Vec<Gap<'s>> {
    let Some(ground) = suite.grounds.get(flow) else { return Vec::new() };
    let ways = ground.nodes().flat_map(|(node, lanes)| lanes.iter().map(move |l| (node, l)));
    ways.filter_map(|(node, lane)| {
        let outcome = &lane.outcome;
        Some(Gap { node, outcome, times: times(node, outcome)? })
    })
    .collect()
}
