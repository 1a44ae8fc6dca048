//! The tests of a project, ready to be played: what `test` and `report coverage` share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::paper;
use crate::assemble::{self, AssembleError};
use crate::call::{FlowId, NodeId};
use crate::config::{self, ConfigError};
use crate::flow::{Case, Span, TestFile};
use crate::project::{self, Project, ProjectError};
use crate::simulation::trial::{Manner, Stage, Verdict};
use crate::simulation::{Coverage, Ground};

/// A project with its tests.
pub(crate) struct Suite {
    pub(crate) project: Project,
    stage: Stage,
    /// What there is to cover, by flow.
    pub(crate) grounds: BTreeMap<FlowId, Ground>,
}

/// Why tests could not be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuiteError {
    /// A file or folder could not be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The settings could not be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A calendar makes no sense.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
}

/// A test file that was played.
pub(crate) struct FileRun<'s> {
    pub(crate) file: &'s TestFile,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Suite {
    /// Opens the project that a path belongs to.
    pub(crate) fn open(path: &Path) -> Result<Self, SuiteError> {
        let project = project::open(path)?;
        let compiled = &project.compiled;
        let mut settings =
            assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)?;
        settings.callbacks = assemble::callbacks(&compiled.queues, &compiled.calendars)?;
        settings.adapters = vec!["test".into()];
        if let Some(file) = &project.settings
            && let Some(config) = config::read_file(file)?.config
        {
            settings.transfers = config.transfers.allow.iter().cloned().collect();
            settings.safe_flow = config.safe_flow;
            settings.safe_number = config.safe_number;
        }
        assemble::ring_on_paper(&mut settings, &compiled.flows);
        let grounds = compiled.flows.iter().map(|flow| {
            let own = compiled.recordings.iter().filter(|text| text.flow == flow.id);
            let prompts = own.map(|text| (text.language.clone(), text.prompt.clone()));
            (flow.id.clone(), Ground::of(flow, prompts))
        });
        let grounds = grounds.collect();
        let stage = Stage::new(settings, paper::durations(&project));
        Ok(Self { project, stage, grounds })
    }

    /// Whether a test file was asked for: it, or the flow that it tests.
    pub(crate) fn asked_for(&self, file: &TestFile) -> bool {
        let flow = self.project.compiled.path_of(&file.flow);
        self.project.asked_for(&file.path) || flow.is_some_and(|f| self.project.asked_for(f))
    }

    /// Plays the cases that `wanted` chooses; files without any are left out.
    pub(crate) fn play(
        &self,
        manner: Manner,
        wanted: impl Fn(&TestFile, &Case) -> bool,
    ) -> Vec<FileRun<'_>> {
        let mut runs = Vec::new();
        for file in &self.project.compiled.tests {
            let Some(ground) = self.grounds.get(&file.flow) else { continue };
            let rules: Arc<[_]> = file.rules.clone().into();
            let cases = file.cases.iter().filter(|case| wanted(file, case));
            let play = |case: &Case| self.stage.play(ground, &file.flow, case, &rules, manner);
            let verdicts: Vec<Verdict> = cases.filter_map(play).collect();
            if !verdicts.is_empty() {
                runs.push(FileRun { file, verdicts });
            }
        }
        runs
    }

    /// Where a node stands: the path of the file and the line, counted from 1.
    pub(crate) fn place_of(&self, flow: &FlowId, node: &NodeId) -> Option<(Arc<str>, usize)> {
        self.span_of(flow, node).and_then(|span| self.line(span))
    }

    /// Where a node stands.
    pub(crate) fn span_of(&self, flow: &FlowId, node: &NodeId) -> Option<Span> {
        let files = &self.project.compiled.flow_files;
        files.iter().find(|file| file.flow == *flow)?.places.get(node).copied()
    }

    /// A place as path and line.
    pub(crate) fn line(&self, span: Span) -> Option<(Arc<str>, usize)> {
        let file = self.project.compiled.diagnostics.file(span.file)?;
        Some((file.path.clone(), file.line_column(span.start).0))
    }
}

/// What runs have touched, by flow.
pub(crate) fn coverage<'r>(
    runs: impl IntoIterator<Item = &'r FileRun<'r>>,
) -> BTreeMap<FlowId, Coverage> {
    let mut all: BTreeMap<FlowId, Coverage> = BTreeMap::new();
    for run in runs {
        let coverage = all.entry(run.file.flow.clone()).or_default();
        run.verdicts.iter().for_each(|verdict| coverage.add(&verdict.coverage));
    }
    all
}
