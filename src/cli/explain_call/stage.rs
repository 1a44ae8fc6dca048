//! The project on which a call is held again.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::assemble;
use crate::call::{CallJournal, FlowId, Item};
use crate::cli::{exit, print};
use crate::flow::{Destination, Flow, Setting as Source, Verb};
use crate::project::{self, Project};
use crate::simulation::{Retelling, Setting, speech_duration};

/// The number that stands for every one that comes from where the project runs.
const NUMBER: &str = "+62215550100";

/// The project has no flow of that name, or it has errors.
#[derive(Debug, thiserror::Error)]
#[error("find the flow `{flow}` in {}; name it with `--flow`", path.display())]
struct NoFlow {
    flow: FlowId,
    path: PathBuf,
}

/// Everything that a call needs to be held again.
pub(super) struct Stage {
    /// What stands around it.
    pub(super) setting: Setting,
    project: Project,
}

impl Stage {
    /// Reads the flow that took the call, with its project. What is wrong is printed; then an exit code comes back.
    pub(super) fn set(path: &Path, journal: &CallJournal) -> Result<Self, ExitCode> {
        let project = project::open(path).map_err(|error| failed(&error))?;
        let compiled = &project.compiled;
        let named = || compiled.flows.iter().find(|flow| flow.id == journal.flow);
        let Some(flow) = project.flow(path).or_else(named).cloned() else {
            print::faults(&compiled.diagnostics);
            return Err(failed(&NoFlow { flow: journal.flow.clone(), path: path.to_owned() }));
        };
        let mut settings =
            assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
                .map_err(|error| failed(&error))?;
        settings.numbers = numbers(&flow).map(|from| (from, Arc::from(NUMBER))).collect();
        let program = settings.programs.get(&flow.id).cloned();
        let program = program.ok_or(ExitCode::from(exit::UNREADABLE))?;
        let (library, _) = project.library().map_err(|error| failed(&error))?;
        let durations = Arc::new(move |item: &Item| {
            let sound = item.sound.as_ref().and_then(|sound| library.sound(sound));
            sound.map_or_else(|| speech_duration(&item.text), |sound| sound.duration())
        });
        let setting = Setting {
            project: Arc::new(settings),
            program,
            call: journal.call,
            caller: Retelling::caller(journal),
            called: journal.called.clone(),
            dtmf: journal.dtmf,
            wall: journal.started,
            durations,
        };
        Ok(Self { setting, project })
    }

    /// The flow.
    pub(super) fn flow(&self) -> &Flow {
        &self.setting.program.flow
    }

    /// Where a node stands: `flows/toko.yaml:66:3`.
    pub(super) fn place(&self, node: &str) -> String {
        let compiled = &self.project.compiled;
        let file = compiled.flow_files.iter().find(|file| file.flow == self.flow().id);
        let span = file.and_then(|file| file.places.get(node));
        span.map_or_else(String::new, |span| compiled.diagnostics.at(*span))
    }

    /// Which call it is, and whether the flow has changed since.
    pub(super) fn head(&self, journal: &CallJournal) -> String {
        let flow = self.flow();
        let mut text = format!(
            "call {} of {}, flow `{}`\n",
            journal.call,
            journal.started.to_rfc3339(),
            journal.flow
        );
        if flow.hash != journal.flow_hash {
            let (now, then) = (&flow.hash, &journal.flow_hash);
            text.push_str(&format!(
                "the flow is another version ({now}) than the one that took the call ({then}): \
                 this is what it would do now\n"
            ));
        }
        if journal.left_out > 0 {
            let left_out = journal.left_out;
            text.push_str(&format!("the journal leaves {left_out} events out\n"));
        }
        text.push('\n');
        text
    }
}

/// The numbers of a flow that come from where the project runs.
fn numbers(flow: &Flow) -> impl Iterator<Item = Source> {
    flow.nodes.iter().filter_map(|node| match &node.verb {
        Verb::Transfer(transfer) => match &transfer.to {
            Destination::Setting(from) => Some(from.clone()),
            Destination::Formula(_) => None,
        },
        _ => None,
    })
}

fn failed(error: &dyn Error) -> ExitCode {
    print::error(error);
    exit::UNREADABLE.into()
}
