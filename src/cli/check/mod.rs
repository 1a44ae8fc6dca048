//! `sambung check`: reads flows and says what is wrong with them, before a caller finds out.

mod adapter;
mod effort;
mod fix;
mod found;
mod watch;

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};
use found::{Found, Sum};

use crate::config;
use crate::project::ProjectError;
use crate::runtime::Clock;
use crate::time::Date;

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
    /// The day to check for, such as 2026-12-25; today if not given
    #[arg(long, value_name = "DATE", value_parser = date)]
    at: Option<Date>,
    /// Applies the changes whose meaning is beyond doubt, and tells them on standard error
    #[arg(long)]
    fix: bool,
    /// Prints how many seconds and keys callers need to reach people, answers, messages and the end
    #[arg(long)]
    effort: bool,
    /// Also finds what flows need and this adapter of sambung.yaml cannot do
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Checks again whenever a file changes, until Ctrl+C
    #[arg(long, conflicts_with = "fix")]
    watch: bool,
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
    /// An array of objects
    Json,
    /// SARIF 2.1.0, as code scanners exchange it
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

/// Checks flows and prints what was found to standard output.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
#[must_use]
pub(crate) fn run(args: &CheckArgs) -> ExitCode {
    let color = io::stdout().is_terminal() && !config::no_color();
    let outcome = if args.watch {
        watch::watch(args, color)
    } else {
        let mut out = io::stdout().lock();
        once(args, color, &mut out).and_then(|outcome| Ok(out.flush().map(|()| outcome)?))
    };
    match outcome {
        Ok(Outcome::Checked(sum)) if sum.is_clean(args.deny) => exit::CLEAN.into(),
        Ok(Outcome::Checked(_)) => exit::FINDINGS.into(),
        Ok(Outcome::Unreadable) => exit::UNREADABLE.into(),
        Err(CheckError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::FINDINGS.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

/// How a check ended.
#[derive(Debug)]
enum Outcome {
    /// Everything was read; so much was found.
    Checked(Sum),
    /// A file could not be read; that was told.
    Unreadable,
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
    /// No adapter has that name.
    #[error("find the adapter `{0}` in the settings")]
    NoSuchAdapter(String),
    /// The settings have errors, so that nothing is known of adapters.
    #[error("read the adapters: the settings have errors")]
    BrokenSettings,
    /// The adapter does not say what it can do.
    #[error(transparent)]
    Adapter(#[from] crate::runtime::AdapterError),
    /// A file could not be changed.
    #[error("fix {file}")]
    Fix {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The findings could not be printed.
    #[error("print the findings")]
    Output(#[from] io::Error),
}

/// Checks once and prints what was found.
fn once(args: &CheckArgs, color: bool, out: &mut impl Write) -> Result<Outcome, CheckError> {
    let today = args.at.or_else(today);
    let found = if args.fix {
        fix::fix(args, today, &mut io::stderr().lock())?
    } else {
        Found::look(args, today)?
    };
    let left_out = found.tell(args.format, color, out)?;
    if args.effort && args.format == Form::Human {
        effort::tell(&found.efforts, out)?;
    }
    if args.format == Form::Human && !args.watch {
        writeln!(out, "{}", found.sum.line())?;
    }
    if left_out > 0 {
        eprintln!("note: {left_out} more findings are not shown");
    }
    Ok(Outcome::Checked(found.sum))
}

/// The day that it is, in UTC.
fn today() -> Option<Date> {
    const DAY_MICROS: i64 = 86_400_000_000;
    Date::from_days(Clock::new().wall().as_unix_micros().div_euclid(DAY_MICROS))
}

/// Reads `2026-12-25`.
fn date(written: &str) -> Result<Date, &'static str> {
    Date::parse(written).ok_or("write year, month and day: 2026-12-25")
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
        let sum = once(&line.check, false, &mut out).map(|outcome| match outcome {
            Outcome::Checked(sum) => sum,
            Outcome::Unreadable => panic!("only a watch tells it so"),
        });
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
            ("flows/good.test.yaml", "tests: good\ncases: [{ name: bye, call: [{ hear: by }] }]\n"),
        ];
        let (text, sum) = run_in(&files, &["flows"]);
        let (flow, tests) = text.split_once('\n').expect("two lines");
        assert_eq!(flow, "flows/bad.yaml:6:18: error[E0301]: there is no prompt named `daag`");
        assert_eq!(
            tests,
            "flows/good.test.yaml:2:37: error[E0901]: there is no prompt named `by`\n"
        );
        assert_eq!(sum.map(|s| (s.flows, s.errors)), Some((2, 2)));
        let (again, sum) = run_in(&files, &["flows", "flows/bad.yaml"]);
        assert_eq!(again, text);
        assert_eq!(
            sum.map(|s| (s.flows, s.errors)),
            Some((2, 2)),
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
    fn what_flows_ask_of_agents_is_held_against_those_of_the_settings() {
        let asks = "sambung: 1\nflow: asks\nlanguage: id\nstart: a\nnodes:\n  a: { queue: service, skills: { language: enn }, too_long: b, full: b, closed: b, unstaffed: b }\n  b: { hangup: Sampai jumpa lagi. }\nqueues:\n  service: { rings: [{ after: 30s, levels: 2 }] }\n";
        let settings = "sambung: 1\nroutes: [{ default: asks }]\nagents: { budi: { address: \"sip:b@h\", queues: [service], skills: { language: [id, en] } } }\n";
        let files = [("flows/asks.yaml", asks), ("sambung.yaml", settings), ("audio/a.txt", "")];
        for asked_for in ["sambung.yaml", "flows/asks.yaml"] {
            let (text, _) = run_in(&files, &[asked_for]);
            let found = text.lines().filter(|line| line.contains("[W101"));
            assert_eq!(
                found.collect::<Vec<_>>(),
                [
                    "flows/asks.yaml:6:3: warning[W1011]: no agent of queue `service` has the skill `language: enn`",
                    "flows/asks.yaml:9:3: warning[W1010]: the ring of queue `service` after 30s lets nobody in: no agent of it has level 2"
                ],
                "{text}"
            );
        }
    }

    #[test]
    fn warnings_count_only_where_they_are_denied() {
        let sum = Sum { flows: 1, nodes: 1, warnings: 1, ..Sum::default() };
        assert!(sum.is_clean(None) && !sum.is_clean(Some(Deny::Warnings)));
        assert_eq!(sum.line(), "1 flow, 1 node: 0 errors, 1 warning");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_path() {
        let (text, sum) = run_in(&[], &["nothing.yaml"]);
        assert!(sum.is_none());
        assert!(text.starts_with("read nothing.yaml"), "{text}");
    }
}
