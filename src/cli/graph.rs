//! `sambung graph`: a flow as a picture.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};
use crate::flow::{Diagram, Stroke};
use crate::project;

/// Draw a flow: every node, every way out, the commands.
#[derive(Debug, Args)]
#[command(after_help = "\
Ways that are taken when something fails are dashed, ways by words alone are dotted.

Exit codes: 0 drawn, 1 the flow has errors or cannot be drawn, 3 a file could not be read.")]
pub(crate) struct GraphArgs {
    /// The flow file to draw
    flow: PathBuf,
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Form,
    /// Draws only the ways of one kind, with the nodes at their ends
    #[arg(long, value_name = "KIND")]
    only: Option<Only>,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A Mermaid flowchart, for Markdown pages
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// A picture for browsers
    Svg,
}

/// Which ways are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Ways by words alone, without a key
    Voice,
    /// Ways that are taken when something fails
    Errors,
}

/// A path that is no flow file: a part without `flow:`, or a folder.
#[derive(Debug, thiserror::Error)]
#[error("draw {}: it is no file with a `flow:`", .0.display())]
struct NoFlow<'a>(&'a Path);

/// Draws one flow.
pub(crate) fn run(args: &GraphArgs) -> ExitCode {
    let project = match project::open(&args.flow) {
        Ok(project) => project,
        Err(error) => {
            print::error(&error);
            return exit::UNREADABLE.into();
        }
    };
    let Some(flow) = project.flow(&args.flow) else {
        print::faults(&project.compiled.diagnostics);
        if !project.compiled.diagnostics.has_errors() {
            print::error(&NoFlow(&args.flow));
        }
        return exit::FINDINGS.into();
    };
    let diagram = match args.only {
        None => Diagram::of(flow),
        Some(Only::Voice) => Diagram::of(flow).only(Stroke::Voice),
        Some(Only::Errors) => Diagram::of(flow).only(Stroke::Error),
    };
    let text = match args.format {
        Form::Mermaid => diagram.mermaid(),
        Form::Dot => diagram.dot(),
        Form::Svg => match diagram.svg() {
            Ok(text) => text,
            Err(error) => {
                print::error(&error);
                return exit::FINDINGS.into();
            }
        },
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}
