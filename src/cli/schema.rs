//! `sambung schema`: what editors need to complete and check files while they are typed.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};
use crate::config::settings_schema;
use crate::flow::flow_schema;

/// Print the JSON schema of a kind of file, for editors.
#[derive(Debug, Args)]
#[command(after_help = "\
Editors with a YAML language server read this line at the beginning of a file:

  # yaml-language-server: $schema=./sambung.schema.json

Example: sambung schema --out flows/sambung.schema.json

Exit codes: 0 written, 1 it cannot be written.")]
pub(crate) struct SchemaArgs {
    /// What the schema is for
    #[arg(long = "for", value_name = "KIND", default_value = "flow")]
    kind: Kind,
    /// Writes to a file, in place of what stands there, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Flow files, prompt files and parts
    Flow,
    /// `sambung.yaml`
    Settings,
}

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("write {}", path.display())]
struct WriteError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Writes one schema.
pub(crate) fn run(args: &SchemaArgs) -> ExitCode {
    let text = match args.kind {
        Kind::Flow => flow_text(),
        Kind::Settings => format!("{:#}\n", settings_schema()),
    };
    let Some(path) = &args.out else {
        return match io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => exit::CLEAN.into(),
            // Whoever read our output has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
            Err(error) => {
                print::error(&error);
                exit::FINDINGS.into()
            }
        };
    };
    match fs::write(path, text) {
        Ok(()) => exit::CLEAN.into(),
        Err(source) => {
            print::error(&WriteError { path: path.clone(), source });
            exit::FINDINGS.into()
        }
    }
}

/// The schema of flows as it stands in a project.
pub(super) fn flow_text() -> String {
    format!("{:#}\n", flow_schema())
}
