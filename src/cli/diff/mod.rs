//! `sambung diff`: what changes for callers between two versions of a flow or project.

mod json;
mod text;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, journals, print};
use crate::call::CallJournal;
use crate::flow::{Change, Course, Flow, Origin, Version, compare};
use crate::project::{self, Project};

/// Tell what changes for callers between two versions of a flow or project.
#[derive(Debug, Args)]
#[command(after_help = "\
Nodes that only have another name now, another order, comments, records and the screens of agents change nothing for
callers; such changes are told at the end.

Exit codes: 0 no change for callers, 1 changes, 3 a file could not be read or a flow has errors.")]
pub(crate) struct DiffArgs {
    /// The flow file or project folder as it is
    old: PathBuf,
    /// The flow file or project folder as it shall be
    new: PathBuf,
    /// Journals of calls with the old version: tells how many calls each change touches
    #[arg(long, value_name = "LOG", num_args = 1..)]
    journals: Vec<PathBuf>,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Sentences, by what callers notice first
    Text,
    /// One JSON object
    Json,
}

/// A flow file with errors, or no flow file at all.
#[derive(Debug, thiserror::Error)]
#[error("compare {}: {}", .0.display(), if *.1 { "it has errors" } else { "it is no file with a `flow:`" })]
struct NotComparable<'a>(&'a Path, bool);

/// Everything that is told.
#[derive(Debug)]
struct Report<'a> {
    old: String,
    new: String,
    changes: Vec<Told<'a>>,
    calls: Option<Calls>,
}

/// One change with its place and the number of calls that it touches.
#[derive(Debug)]
struct Told<'a> {
    change: &'a Change,
    place: Option<String>,
    calls: Option<usize>,
}

/// What the journals say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Calls {
    /// Calls of the compared flows.
    all: usize,
    /// Those that no change touches which callers notice.
    untouched: usize,
    /// Those that ran on another version than the old one.
    other_version: usize,
    /// Calls of other flows, which do not count.
    elsewhere: usize,
}

/// Compares two versions.
pub(crate) fn run(args: &DiffArgs) -> ExitCode {
    let (Some(old), Some(new)) = (opened(&args.old), opened(&args.new)) else {
        return exit::UNREADABLE.into();
    };
    let (Some(before), Some(after)) = (version(&old, &args.old), version(&new, &args.new)) else {
        return exit::UNREADABLE.into();
    };
    let journals = match journals::read(&args.journals) {
        Ok(journals) => journals,
        Err(error) => {
            print::error(&error);
            return exit::UNREADABLE.into();
        }
    };
    let changes = compare(before, after);
    let courses = (!args.journals.is_empty()).then(|| courses(&journals, before));
    let report = report(args, &changes, (&old, &new), courses.as_ref());
    let text = match args.format {
        Form::Text => text::written(&report),
        Form::Json => json::written(&report),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => {}
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            print::error(&error);
            return exit::FINDINGS.into();
        }
    }
    if changes.iter().any(Change::is_noticed) { exit::FINDINGS.into() } else { exit::CLEAN.into() }
}

fn opened(path: &Path) -> Option<Project> {
    project::open(path).inspect_err(|error| print::error(error)).ok()
}

/// The version that a path means: the flow of a file, or all flows of a folder. Says why there is none.
fn version<'a>(project: &'a Project, path: &Path) -> Option<Version<'a>> {
    let compiled = &project.compiled;
    let flow: Option<&Flow> = project.flow(path).map(|flow| &**flow);
    let broken = compiled.diagnostics.has_errors();
    if (path.is_dir() && !broken) || flow.is_some() {
        return Some(Version { compiled, flow });
    }
    print::faults(&compiled.diagnostics);
    print::error(&NotComparable(path, broken));
    None
}

/// The courses of the calls that the old version's flows took, with those of another hash and those of other flows
/// counted.
fn courses(journals: &[CallJournal], old: Version<'_>) -> (Vec<Course>, Calls) {
    let mut calls = Calls { all: 0, untouched: 0, other_version: 0, elsewhere: 0 };
    let mut courses = Vec::new();
    for journal in journals {
        let mut flows = old.compiled.flows.iter();
        let flow = flows.find(|flow| {
            flow.id == journal.flow && old.flow.is_none_or(|meant| meant.id == flow.id)
        });
        match flow {
            None => calls.elsewhere += 1,
            Some(flow) => {
                calls.all += 1;
                calls.other_version += usize::from(flow.hash != journal.flow_hash);
                courses.push(Course::of(journal));
            }
        }
    }
    (courses, calls)
}

fn report<'a>(
    args: &DiffArgs,
    changes: &'a [Change],
    (old, new): (&Project, &Project),
    courses: Option<&(Vec<Course>, Calls)>,
) -> Report<'a> {
    let place = |change: &Change| {
        change.place.map(|place| match place {
            Origin::New(span) => new.compiled.diagnostics.at(span),
            Origin::Old(span) => old.compiled.diagnostics.at(span),
        })
    };
    let told = |change: &'a Change| Told {
        change,
        place: place(change),
        calls: courses
            .map(|(courses, _)| courses.iter().filter(|course| course.is_touched(change)).count()),
    };
    let calls = courses.map(|(courses, calls)| {
        let noticed = || changes.iter().filter(|change| change.is_noticed());
        let untouched =
            courses.iter().filter(|course| !noticed().any(|change| course.is_touched(change)));
        Calls { untouched: untouched.count(), ..*calls }
    });
    Report {
        old: project::file_name(&args.old),
        new: project::file_name(&args.new),
        changes: changes.iter().map(told).collect(),
        calls,
    }
}
