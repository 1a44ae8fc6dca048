//! `sambung replay`: calls that took place, held once more with another version of their flow.

mod json;
mod text;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::paper::failed;
use super::{exit, journals, paper};
use crate::call::{CallId, CallJournal};
use crate::project;
use crate::simulation::replay::{Candidate, Kind, Replayed, Totals, replay};

/// Hold calls that took place once more, with another version of their flow
///
/// The journals are those that `sambung serve` writes where `sambung.yaml` says `journals: journals.jsonl`. The callers
/// press and say what they did, services, queues and people answer as they did.
#[derive(Debug, Args)]
#[command(after_help = "\
Verdicts: same; other prompt: the same way, but the caller hears something else; other end: another way to another \
end; input no longer understood: what the caller pressed or said is no answer any more; diverged: another way to the \
same end.

Exit codes: 0 every call is the same, 1 not every call is, or there is none, 3 a file or line could not be read.")]
pub(crate) struct ReplayArgs {
    /// The journals, one call on each line
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// The flow file to hold the calls with
    #[arg(long, value_name = "FLOW")]
    flow: PathBuf,
    /// Only this call, as a timeline of both side by side
    #[arg(long, value_name = "ID", value_parser = call_id)]
    call: Option<CallId>,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// What there is none of, so that nothing can be held once more.
#[derive(Debug, thiserror::Error)]
enum Nothing {
    #[error("replay: there is no call of `{0}` in these files")]
    OfFlow(String),
    #[error("replay: there is no call {0} of `{1}` in these files")]
    Call(CallId, String),
}

/// One call and what became of it.
struct Held {
    journal: CallJournal,
    replayed: Replayed,
}

/// All calls that were held.
struct Report {
    /// How the flow file was named.
    file: String,
    flow: String,
    flow_hash: String,
    totals: Totals,
    /// Calls of other flows, which are left out.
    others: usize,
    /// The calls that are not the same; with `--call` that one, whatever became of it.
    told: Vec<Held>,
}

fn call_id(text: &str) -> Result<CallId, String> {
    CallId::parse(text)
        .ok_or_else(|| "no id of a call, such as 019cb6c9-bb80-72ba-b6d9-42ef13c4f088".to_owned())
}

/// Holds the calls.
pub(crate) fn run(args: &ReplayArgs) -> ExitCode {
    let candidate = match candidate(&args.flow) {
        Ok(candidate) => candidate,
        Err(code) => return code,
    };
    let journals = match journals::read(&args.logs) {
        Ok(journals) => journals,
        Err(error) => return failed(&error, exit::UNREADABLE),
    };
    let report = match hold(args, journals, &candidate) {
        Ok(report) => report,
        Err(nothing) => return failed(&nothing, exit::FINDINGS),
    };
    let written = match (args.format, args.call) {
        (Form::Json, _) => json::report(&report, args.call.is_some()),
        (Form::Text, None) => text::totals(&report),
        (Form::Text, Some(_)) => text::timeline(&report),
    };
    match io::stdout().lock().write_all(written.as_bytes()) {
        Ok(()) => {}
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => return failed(&error, exit::FINDINGS),
    }
    if report.totals.are_same() { exit::CLEAN.into() } else { exit::FINDINGS.into() }
}

fn hold(
    args: &ReplayArgs,
    journals: Vec<CallJournal>,
    candidate: &Candidate,
) -> Result<Report, Nothing> {
    let flow = &candidate.program.flow;
    let mut report = Report {
        file: project::file_name(&args.flow),
        flow: flow.id.to_string(),
        flow_hash: flow.hash.to_string(),
        totals: Totals::default(),
        others: 0,
        told: Vec::new(),
    };
    for journal in journals {
        if args.call.is_some_and(|call| call != journal.call) {
            continue;
        }
        if journal.flow != flow.id {
            report.others += 1;
            continue;
        }
        let replayed = replay(&journal, candidate);
        report.totals.add(replayed.verdict.kind);
        if args.call.is_some() || replayed.verdict.kind != Kind::Same {
            report.told.push(Held { journal, replayed });
        }
    }
    match args.call {
        _ if report.totals.calls() > 0 => Ok(report),
        Some(call) => Err(Nothing::Call(call, report.flow)),
        None => Err(Nothing::OfFlow(report.flow)),
    }
}

/// The flow and the project around it. What is wrong is printed; then an exit code comes back.
fn candidate(path: &Path) -> Result<Candidate, ExitCode> {
    let project = project::open(path).map_err(|error| failed(&error, exit::UNREADABLE))?;
    match project.flow(path) {
        Some(flow) => paper::candidate(&project, flow),
        None => Err(paper::no_flow(&project, "replay", path)),
    }
}
