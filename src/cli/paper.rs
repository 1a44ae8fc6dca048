//! A flow held on paper: its project, numbers that stand for those it would ring, the length of what callers hear.
//! What `explore`, `replay` and `explain-call` share; `test` takes the lengths.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::{exit, print};
use crate::assemble;
use crate::call::Item;
use crate::config;
use crate::flow::Flow;
use crate::project::Project;
use crate::simulation::replay::Candidate;
use crate::simulation::{ItemDuration, speech_duration};

/// A prompt lasts as long as its recording, else as long as its words take to say.
pub(crate) fn durations(project: &Project) -> ItemDuration {
    let known = project.durations();
    Arc::new(move |item: &Item| {
        let recorded = item.sound.as_ref().and_then(|sound| known.get(sound));
        recorded.copied().unwrap_or_else(|| speech_duration(&item.text))
    })
}

/// A flow of a project, ready to be held. What is wrong is printed; then an exit code comes back.
pub(crate) fn candidate(project: &Project, flow: &Flow) -> Result<Candidate, ExitCode> {
    let compiled = &project.compiled;
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .map_err(|error| failed(&error, exit::FINDINGS))?;
    if let Some(file) = &project.settings {
        let read = config::read_file(file).map_err(|error| failed(&error, exit::UNREADABLE))?;
        if let Some(config) = read.config {
            settings.safe_flow = config.safe_flow;
            settings.safe_number = config.safe_number;
        }
    }
    assemble::ring_on_paper(&mut settings, &compiled.flows);
    let program = settings.programs.get(&flow.id).cloned();
    let program = program.ok_or(ExitCode::from(exit::FINDINGS))?;
    Ok(Candidate { project: Arc::new(settings), program, durations: durations(project) })
}

/// A path that is no flow file: a part without `flow:`, or a folder.
#[derive(Debug, thiserror::Error)]
#[error("{command} {}: it is no file with a `flow:`", path.display())]
struct NoFlow<'a> {
    command: &'static str,
    path: &'a Path,
}

/// Says what is wrong with a file that a command wanted a flow of.
pub(crate) fn no_flow(project: &Project, command: &'static str, path: &Path) -> ExitCode {
    print::faults(&project.compiled.diagnostics);
    if !project.compiled.diagnostics.has_errors() {
        print::error(&NoFlow { command, path });
    }
    exit::FINDINGS.into()
}

/// Prints an error; the exit code comes back.
pub(crate) fn failed(error: &dyn Error, code: u8) -> ExitCode {
    print::error(error);
    ExitCode::from(code)
}
