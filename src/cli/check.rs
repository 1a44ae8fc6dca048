//! `sambung check`: reads flows and says what is wrong with them, before a caller finds out.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};
use crate::config;
use crate::flow::{Diagnostic, Diagnostics, Format, Level};
use crate::project::{self, Project, ProjectError};

/// Check flows and the configuration: every fault with its place and the way out.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 clean, 1 findings, 3 a file could not be read.")]
pub(crate) struct CheckArgs {
    /// Flow files, folders of flows, or a project's sambung.yaml
    #[arg(value_name = "PATH", default_value = "flows")]
    paths: Vec<PathBuf>,
    /// Makes warnings count as findings
    #[arg(long, value_name = "LEVEL")]
    deny: Option<Deny>,
    /// How findings are printed
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
    /// The project's settings, if they are not in sambung.yaml; checks the whole project
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What counts as a finding beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings.
    Warnings,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// With the lines of the file and the way out
    Human,
    /// One line each: `file:line:col: level[code]: text`
    Short,
}

/// Checks flows and prints what was found to standard output.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
#[must_use]
pub(crate) fn run(args: &CheckArgs) -> ExitCode {
    let stdout = io::stdout();
    let color = stdout.is_terminal() && !config::no_color();
    let mut out = stdout.lock();
    match check(args, color, &mut out).and_then(|sum| Ok(out.flush().map(|()| sum)?)) {
        Ok(sum) if sum.is_clean(args.deny) => exit::CLEAN.into(),
        Ok(_) => exit::FINDINGS.into(),
        Err(CheckError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::FINDINGS.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

/// Why a check could not be carried out.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    /// A flow, folder or recording could not be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The settings could not be read.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The findings could not be printed.
    #[error("print the findings")]
    Output(#[from] io::Error),
}

/// How many findings there were.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    flows: usize,
    nodes: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Sum {
    const fn is_clean(self, deny: Option<Deny>) -> bool {
        self.errors == 0 && (self.warnings == 0 || deny.is_none())
    }

    fn add(&mut self, finding: &Diagnostic) {
        match finding.level() {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Note => self.notes += 1,
        }
    }
}

fn check(args: &CheckArgs, color: bool, out: &mut impl Write) -> Result<Sum, CheckError> {
    let format = match args.format {
        Form::Human => Format::Human { color },
        Form::Short => Format::Short,
    };
    let projects = match &args.config {
        Some(settings) => vec![project::open_configured(settings)?],
        None => args.paths.iter().map(|path| project::open(path)).collect::<Result<_, _>>()?,
    };
    let (mut told, mut counted) = (BTreeSet::new(), BTreeSet::new());
    let mut sum = Sum::default();
    for project in &projects {
        for file in project.compiled.flow_files.iter().filter(|f| project.asked_for(&f.path)) {
            // Paths may overlap, such as a folder and a file in it.
            if counted.insert(&file.path) {
                sum.flows += 1;
                sum.nodes += file.nodes;
            }
        }
        let found = &project.compiled.diagnostics;
        tell(found, |path| project.asked_for(path), format, &mut told, &mut sum, out)?;
        if let Some(found) = settings_findings(project)? {
            tell(&found, |_| true, format, &mut told, &mut sum, out)?;
        }
    }
    if args.format == Form::Human {
        writeln!(out, "{}", summary(sum))?;
    }
    Ok(sum)
}

/// What is wrong with the project's settings, where they were asked for.
fn settings_findings(project: &Project) -> Result<Option<Diagnostics>, CheckError> {
    let Some(settings) = &project.settings else { return Ok(None) };
    if !project.asked_for(&project::file_name(settings)) {
        return Ok(None);
    }
    let mut reading = config::read_file(settings)?;
    let flows: Vec<_> = project.compiled.flow_names().collect();
    let queues: Vec<_> = project.compiled.queues.iter().map(|queue| &queue.name).collect();
    reading.check_names(&flows, &queues);
    Ok(Some(reading.findings))
}

/// Prints the findings of the files that were asked for, each once.
fn tell(
    found: &Diagnostics,
    asked_for: impl Fn(&str) -> bool,
    format: Format,
    told: &mut BTreeSet<String>,
    sum: &mut Sum,
    out: &mut impl Write,
) -> Result<(), CheckError> {
    for finding in &found.list {
        let file = found.files.get(finding.span().file.0 as usize);
        let text = found.render(finding, format);
        if file.is_some_and(|file| asked_for(&file.path)) && told.insert(text.clone()) {
            sum.add(finding);
            let gap = if matches!(format, Format::Human { .. }) { "\n" } else { "" };
            write!(out, "{text}{gap}")?;
        }
    }
    Ok(())
}

fn summary(sum: Sum) -> String {
    let several = |count: usize, what: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {what}{ending}")
    };
    let mut text = format!(
        "{}, {}: {}, {}",
        several(sum.flows, "flow"),
        several(sum.nodes, "node"),
        several(sum.errors, "error"),
        several(sum.warnings, "warning")
    );
    if sum.notes > 0 {
        text = format!("{text}, {}", several(sum.notes, "note"));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        check: CheckArgs,
    }

    /// Runs a check in a folder with these files; what it prints names the files without the folder.
    fn run_in(files: &[(&str, &str)], paths: &[&str]) -> (String, Option<Sum>) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
            std::fs::write(path, text).expect("written");
        }
        let paths = paths.iter().map(|path| folder.path().join(path).display().to_string());
        let words = ["check".to_owned(), "--format=short".to_owned()].into_iter().chain(paths);
        let line = Line::parse_from(words);
        let mut out = Vec::new();
        let sum = check(&line.check, false, &mut out);
        let mut text = String::from_utf8(out).expect("text");
        if let Err(error) = &sum {
            text = error.to_string();
        }
        (text.replace(&format!("{}/", folder.path().display()), ""), sum.ok())
    }

    const GOOD: &str = "sambung: 1\nflow: good\nlanguage: id\nstart: bye\nnodes:\n  bye: { hangup: Sampai jumpa lagi. }\n";
    const BAD: &str =
        "sambung: 1\nflow: bad\nlanguage: id\nstart: bye\nnodes:\n  bye: { hangup: daag }\n";

    #[test]
    fn a_single_file_is_checked_alone() {
        let (text, sum) = run_in(&[("good.yaml", GOOD), ("bad.yaml", BAD)], &["good.yaml"]);
        assert_eq!(text, "");
        assert_eq!(sum.map(|s| (s.flows, s.nodes)), Some((1, 1)));
    }

    #[test]
    fn a_folder_is_checked_whole_and_files_by_their_top_key() {
        let files = [
            ("flows/good.yaml", GOOD),
            ("flows/bad.yaml", BAD),
            ("flows/good.test.yaml", "tests: good\nanything: { goes: here }\n"),
        ];
        let (text, sum) = run_in(&files, &["flows"]);
        assert_eq!(text, "flows/bad.yaml:6:18: error[E0301]: there is no prompt named `daag`\n");
        assert_eq!(sum.map(|s| (s.flows, s.errors)), Some((2, 1)));
        let (again, sum) = run_in(&files, &["flows", "flows/bad.yaml"]);
        assert_eq!(again, text);
        assert_eq!(
            sum.map(|s| (s.flows, s.errors)),
            Some((2, 1)),
            "a file named twice is one file"
        );
    }

    #[test]
    fn inside_a_project_only_what_was_asked_for_is_told() {
        let files = [
            ("flows/good.yaml", GOOD),
            ("flows/bad.yaml", BAD),
            ("sambung.yaml", "sambung: 1\nroutes: [{ default: goood }]\n"),
            ("audio/hold.txt", ""),
        ];
        let (text, _) = run_in(&files, &["flows/good.yaml"]);
        assert!(text.starts_with("flows/good.yaml:6:18: note[N0312]: 1 prompt has no"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        let (text, _) = run_in(&files, &["sambung.yaml"]);
        let codes: Vec<&str> =
            text.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
        assert_eq!(codes, ["E0301", "N0312", "E1002"], "{text}");
    }

    #[test]
    fn warnings_count_only_where_they_are_denied() {
        let sum = Sum { flows: 1, nodes: 1, warnings: 1, ..Sum::default() };
        assert!(sum.is_clean(None) && !sum.is_clean(Some(Deny::Warnings)));
        assert_eq!(summary(sum), "1 flow, 1 node: 0 errors, 1 warning");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_path() {
        let (text, sum) = run_in(&[], &["nothing.yaml"]);
        assert!(sum.is_none());
        assert!(text.starts_with("read nothing.yaml"), "{text}");
    }
}
