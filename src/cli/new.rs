//! `sambung new`: begins a project from one of the shipped examples.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};

/// Begin a project: settings and a call flow to change.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 1 nothing was written.")]
pub(crate) struct NewArgs {
    /// The folder of the project; made if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// What the project begins with
    #[arg(long, value_name = "NAME", default_value = "hello")]
    template: Template,
}

/// What a project can begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// One menu with two choices, in 15 lines
    Hello,
    /// A shop: two languages, opening hours, questions and answers, orders by HTTP, a human queue
    Shop,
    /// A bank: a PIN check in a subflow, balances and cards by HTTP, two human queues
    Bank,
}

impl Template {
    /// The flow's name.
    const fn flow(self) -> &'static str {
        match self {
            Self::Hello => "halo",
            Self::Shop => "toko",
            Self::Bank => "bank",
        }
    }

    /// The flow and its tests as they are shipped.
    const fn files(self) -> (&'static str, &'static str) {
        match self {
            Self::Hello => {
                (include_str!("../../flows/halo.yaml"), include_str!("../../flows/halo.test.yaml"))
            }
            Self::Shop => {
                (include_str!("../../flows/toko.yaml"), include_str!("../../flows/toko.test.yaml"))
            }
            Self::Bank => {
                (include_str!("../../flows/bank.yaml"), include_str!("../../flows/bank.test.yaml"))
            }
        }
    }

    const fn settings(self) -> &'static str {
        match self {
            Self::Hello => HELLO,
            Self::Shop => SHOP,
            Self::Bank => BANK,
        }
    }
}

const HELLO: &str = "\
# The settings of this project. Each change is checked by `sambung check sambung.yaml`.
sambung: 1
languages: [id]
flows: flows
audio: audio                              # recordings: LANGUAGE/FLOW/PROMPT.wav
records: records.jsonl                    # one JSON object per call
routes: [ { default: halo } ]             # every number leads to flows/halo.yaml
sip:
  listen: [\"udp:0.0.0.0:5060\"]
  allow: [127.0.0.0/8]                    # who may call without an account
# The flow transfers to this number; `via` is your proxy or gateway.
# transfers: { allow: [\"+62215550100\"], via: \"sip:192.0.2.10:5060\" }
";

const SHOP: &str = "\
# The settings of this project. Each change is checked by `sambung check sambung.yaml`.
sambung: 1
languages: [id, en]                       # the fallback first
flows: flows
audio: audio                              # recordings: LANGUAGE/FLOW/PROMPT.wav
records: records.jsonl                    # one JSON object per call
routes: [ { default: toko } ]             # every number leads to flows/toko.yaml
sip:
  listen: [\"udp:0.0.0.0:5060\"]
  allow: [127.0.0.0/8]                    # who may call without an account
# The people behind the queue. A phone registers as user 201 with the password in AGENT_201.
agents:
  sari: { user: \"201\", password: { env: AGENT_201 }, queues: [service] }
";

const BANK: &str = "\
# The settings of this project. Each change is checked by `sambung check sambung.yaml`.
sambung: 1
languages: [id, en]                       # the fallback first
flows: flows
audio: audio                              # recordings: LANGUAGE/FLOW/PROMPT.wav
records: records.jsonl                    # one JSON object per call
routes: [ { default: bank } ]             # every number leads to flows/bank.yaml
sip:
  listen: [\"udp:0.0.0.0:5060\"]
  allow: [127.0.0.0/8]                    # who may call without an account
# The people behind the queues. A phone registers as user 201 with the password in AGENT_201.
agents:
  sari: { user: \"201\", password: { env: AGENT_201 }, queues: [retail] }
  dewi: { user: \"202\", password: { env: AGENT_202 }, queues: [supervisors] }
";

/// Why no project was written.
#[derive(Debug, thiserror::Error)]
enum NewError {
    /// A file is there already.
    #[error("write {}: it is there already, and nothing was changed", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Writes the project and says what can be done with it.
pub(crate) fn run(args: &NewArgs) -> ExitCode {
    let told = match begin(&args.folder, args.template) {
        Ok(written) => tell(args, &written, &mut io::stdout().lock()),
        Err(error) => {
            print::error(&error);
            return exit::FINDINGS.into();
        }
    };
    if told.is_ok() { exit::CLEAN.into() } else { exit::FINDINGS.into() }
}

/// Writes all files, or none if one of them is there already.
fn begin(folder: &Path, template: Template) -> Result<Vec<PathBuf>, NewError> {
    let (name, (flow, tests)) = (template.flow(), template.files());
    let files = [
        (folder.join(crate::project::SETTINGS), template.settings()),
        (folder.join("flows").join(format!("{name}.yaml")), flow),
        (folder.join("flows").join(format!("{name}.test.yaml")), tests),
    ];
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(NewError::Exists { path: path.clone() });
    }
    for (path, text) in &files {
        let written = || {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            File::create_new(path)?.write_all(text.as_bytes())
        };
        written().map_err(|source| NewError::Write { path: path.clone(), source })?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn tell(args: &NewArgs, written: &[PathBuf], out: &mut impl Write) -> io::Result<()> {
    for path in written {
        writeln!(out, "wrote {}", path.display())?;
    }
    writeln!(out, "\nNext:")?;
    if args.folder != Path::new(".") {
        writeln!(out, "  cd {}", args.folder.display())?;
    }
    let flow = args.template.flow();
    writeln!(out, "  sambung call flows/{flow}.yaml    talk to it in the terminal")?;
    writeln!(out, "  sambung check flows           find every fault after a change")?;
    writeln!(out, "  sambung test                  play the calls of its tests")?;
    writeln!(out, "  sambung prompts build         give it a voice, until somebody records one")?;
    writeln!(out, "  sambung serve                 answer calls on UDP port 5060")
}
