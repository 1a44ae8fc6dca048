//! `sambung fmt`: tidies YAML files without changing what they say.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{exit, print};
use crate::config;
use crate::flow::{Format, tidy};
use crate::project::{self, ProjectError};

/// Tidy flows and other YAML files: blanks, line ends, empty lines, braces, keys of choices, `and`/`or`/`not`.
///
/// Comments, quotes and columns that are lined up stay as they are, and so does what a file says.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all files are tidy now, 1 some were not (`--check`) or are no YAML, 3 a file could not be read or written.")]
pub(crate) struct FmtArgs {
    /// YAML files, or folders of them
    #[arg(value_name = "PATH", default_value = "flows")]
    paths: Vec<PathBuf>,
    /// Changes nothing; names the files that would be changed
    #[arg(long)]
    check: bool,
}

/// Why files could not be tidied.
#[derive(Debug, thiserror::Error)]
enum FmtError {
    /// A file or folder could not be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A file could not be written.
    #[error("write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The names of the files could not be printed.
    #[error("print the names of the files")]
    Output(#[from] io::Error),
}

/// Tidies files and prints the names of those that it changed.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
#[must_use]
pub(crate) fn run(args: &FmtArgs) -> ExitCode {
    let mut out = io::stdout().lock();
    match fmt(args, &mut out).and_then(|clean| Ok(out.flush().map(|()| clean)?)) {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(FmtError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::FINDINGS.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

/// Tidies; whether nothing is left to be done.
fn fmt(args: &FmtArgs, out: &mut impl Write) -> Result<bool, FmtError> {
    let color = io::stderr().is_terminal() && !config::no_color();
    let mut seen = BTreeSet::new();
    let mut clean = true;
    for (path, bytes) in args
        .paths
        .iter()
        .map(|path| project::yaml_files(path))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
    {
        if !seen.insert(path.clone()) {
            continue;
        }
        match tidy(&project::file_name(&path), &bytes) {
            Ok(None) => {}
            Ok(Some(_)) if args.check => {
                clean = false;
                writeln!(out, "{}", path.display())?;
            }
            Ok(Some(text)) => {
                fs::write(&path, text)
                    .map_err(|source| FmtError::Write { path: path.clone(), source })?;
                writeln!(out, "{}", path.display())?;
            }
            Err(found) => {
                clean = false;
                for finding in &found.list {
                    eprintln!("{}", found.render(finding, Format::Human { color }));
                }
            }
        }
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_tidied_once_and_broken_ones_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("written");
        };
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
        write("a.yaml", "flow: {a: 1}  \r\n");
        write("b.yaml", "flow: [\n");
        write("c.yml", "flow: 1\n");
        let run = |check: bool, names: &[&str]| {
            let paths = names.iter().map(|name| folder.path().join(name)).collect();
            let mut out = Vec::new();
            let clean = fmt(&FmtArgs { paths, check }, &mut out).expect("files can be read");
            let text = String::from_utf8(out).expect("text");
            (text.replace(&format!("{}/", folder.path().display()), ""), clean)
        };
        assert_eq!(run(true, &["", "a.yaml"]), ("a.yaml\n".to_owned(), false));
        assert_eq!(read("a.yaml"), "flow: {a: 1}  \r\n", "`--check` changes nothing");
        assert_eq!(run(false, &["a.yaml", "c.yml"]), ("a.yaml\n".to_owned(), true));
        assert_eq!(read("a.yaml"), "flow: { a: 1 }\n");
        assert_eq!(run(true, &["a.yaml", "c.yml"]), (String::new(), true));
        assert_eq!(run(false, &["b.yaml"]), (String::new(), false));
        assert_eq!(read("b.yaml"), "flow: [\n");
        let missing = FmtArgs { paths: vec![folder.path().join("d.yaml")], check: false };
        let error = fmt(&missing, &mut Vec::new()).expect_err("there is no such file");
        assert!(error.to_string().starts_with("read "), "{error}");
    }
}
