//! `sambung test`: plays the test files of a project in virtual time and says what differs.

mod coverage;
mod junit;
mod tell;
mod unused;
mod update;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::suite::{FileRun, Suite, SuiteError};
use super::{exit, print};
use crate::config;
use crate::flow::{Format, Level};
use crate::simulation::trial::Manner;

/// Run the tests beside the flows: whole calls in virtual time, without phones, network or sound.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all passed, 1 something failed or there was nothing to run, 2 usage, \
                        3 a file could not be read."
)]
pub(crate) struct TestArgs {
    /// Test files, flow files, folders, or a project's sambung.yaml; the project here if not given
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Runs only the cases whose name contains this
    #[arg(short = 'k', value_name = "NAME")]
    name: Option<String>,
    /// Tells what the tests touched of each flow; `lcov` prints it for other programs, and the rest on standard error
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true,
        default_missing_value = "text")]
    coverage: Option<CoverageForm>,
    /// Writes the results as XML in the form of `JUnit`, as build servers read it
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Rewrites `hear` and its `text` in the files to what was heard, then runs the tests
    #[arg(long)]
    update: bool,
}

/// How coverage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CoverageForm {
    /// For people
    Text,
    /// As lcov's `geninfo` writes it
    Lcov,
}

/// Why tests could not be run.
#[derive(Debug, thiserror::Error)]
enum TestError {
    /// The project could not be opened.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// A file could not be written.
    #[error("write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The results could not be printed.
    #[error("print the results")]
    Output(#[from] io::Error),
}

/// Runs the tests and prints what came of them.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
#[must_use]
pub(crate) fn run(args: &TestArgs) -> ExitCode {
    match test(args, &mut io::stdout().lock(), &mut io::stderr().lock()) {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(TestError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::FINDINGS.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

/// Runs the tests; whether everything was as it should be.
fn test(args: &TestArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<bool, TestError> {
    if args.update {
        for path in &args.paths {
            update::update(&Suite::open(path)?, args, err)?;
        }
    }
    let suites: Vec<Suite> =
        args.paths.iter().map(|path| Suite::open(path)).collect::<Result<_, _>>()?;
    let readable = suites.iter().map(|suite| errors(suite, err)).collect::<Result<Vec<_>, _>>()?;
    let runs = play(&suites, args, Manner::Test);
    let all: Vec<&FileRun<'_>> = runs.iter().flat_map(|(_, runs)| runs).collect();
    if all.is_empty() {
        let which = args.name.as_ref().map(|name| format!(" whose name contains `{name}`"));
        writeln!(err, "error: there are no test cases{}", which.unwrap_or_default())?;
        return Ok(false);
    }
    let lcov = args.coverage == Some(CoverageForm::Lcov);
    tell::tell(&runs, if lcov { &mut *err } else { &mut *out })?;
    if args.name.is_none() {
        unused::tell(&runs, if lcov { &mut *err } else { &mut *out })?;
    }
    match args.coverage {
        Some(CoverageForm::Text) => coverage::text(&runs, out)?,
        Some(CoverageForm::Lcov) => coverage::lcov(&runs, out)?,
        None => {}
    }
    if let Some(path) = &args.junit {
        fs::write(path, junit::junit(&runs))
            .map_err(|source| TestError::Write { path: path.clone(), source })?;
    }
    out.flush()?;
    let passed = all.iter().flat_map(|run| &run.verdicts).all(|verdict| verdict.is_passed());
    Ok(passed && readable.into_iter().all(|readable| readable))
}

/// Plays what the arguments ask for; a file that several paths lead to is played once.
fn play<'s>(
    suites: &'s [Suite],
    args: &TestArgs,
    manner: Manner,
) -> Vec<(&'s Suite, Vec<FileRun<'s>>)> {
    let mut seen = BTreeSet::new();
    let mut runs = Vec::new();
    for suite in suites {
        let name = |name: &str| args.name.as_ref().is_none_or(|part| name.contains(&**part));
        let mut played = suite.play(manner, |file, case| suite.asked_for(file) && name(&case.name));
        played.retain(|run| seen.insert(run.file.path.clone()));
        runs.push((suite, played));
    }
    runs
}

/// Tells the errors of a project; whether there were none. What has errors is not tested.
fn errors(suite: &Suite, err: &mut dyn Write) -> io::Result<bool> {
    let color = io::stderr().is_terminal() && !config::no_color();
    let findings = &suite.project.compiled.diagnostics;
    let errors = findings.list.iter().filter(|finding| finding.level() == Level::Error);
    for finding in errors {
        writeln!(err, "{}", findings.render(finding, Format::Human { color }))?;
    }
    Ok(!findings.has_errors())
}
