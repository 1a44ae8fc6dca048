//! The project on which a call is held again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::call::{CallJournal, FlowId};
use crate::cli::{exit, paper, print};
use crate::flow::Flow;
use crate::project::{self, Project};
use crate::simulation::Setting;

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
        let project =
            project::open(path).map_err(|error| paper::failed(&error, exit::UNREADABLE))?;
        let compiled = &project.compiled;
        let named = || compiled.flows.iter().find(|flow| flow.id == journal.flow);
        let Some(flow) = project.flow(path).or_else(named).cloned() else {
            print::faults(&compiled.diagnostics);
            let no_flow = NoFlow { flow: journal.flow.clone(), path: path.to_owned() };
            return Err(paper::failed(&no_flow, exit::UNREADABLE));
        };
        let setting = paper::candidate(&project, &flow)?.setting(journal);
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
