//! From files to a node that can start: the configuration, the project's flows and sounds, held against each other.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::reload::Served;
use super::{Server, adapters, control, history, sip};
use crate::assemble::{self, AssembleError, Surroundings};
use crate::call::{FlowId, QueueId};
use crate::config::{self, Config, ConfigError, Disabled};
use crate::engine;
use crate::flow::{Diagnostics, Format};
use crate::media::UnreadableSound;
use crate::project::{self, Project, ProjectError, Stamp};

/// What was read, and everything there is to say about it.
#[derive(Debug)]
pub struct Preparation {
    /// The node; `None` if anything has an error.
    pub server: Option<Server>,
    /// What was found: first in the configuration, then in the flows.
    pub findings: [Diagnostics; 2],
    /// Sounds that cannot be played; a tone stands in for them.
    pub unreadable: Vec<UnreadableSound>,
}

/// Why a node cannot be prepared at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The configuration cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of the project cannot be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A calendar makes no sense.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
}

/// Reads the configuration at `path` and the project around it.
///
/// # Errors
/// When a file cannot be read. What is wrong inside files is in [`Preparation::findings`].
pub fn prepare(path: &Path) -> Result<Preparation, PrepareError> {
    let draft = Draft::read(path)?;
    let findings = draft.findings.clone();
    let (library, unreadable) = draft.project.library()?;
    let server = match draft.config.clone() {
        Some(config) => Some(build(path, draft, config, library)?),
        None => None,
    };
    Ok(Preparation { server, findings, unreadable })
}

/// A project as its files have it.
#[derive(Debug)]
pub(super) struct Draft {
    /// The configuration; `None` if anything in it or in the flows has an error.
    pub(super) config: Option<Config>,
    /// The flows, without what was found in them.
    pub(super) project: Project,
    /// What was found: first in the configuration, then in the flows.
    pub(super) findings: [Diagnostics; 2],
    /// How the files looked before they were read.
    pub(super) stamp: Stamp,
}

impl Draft {
    /// Reads everything but the sounds.
    pub(super) fn read(path: &Path) -> Result<Self, PrepareError> {
        let stamp = Stamp::of_configured(path)?;
        let mut reading = config::read_file(path)?;
        let mut project = project::open_configured(path)?;
        let flows: Vec<&FlowId> = project.compiled.flow_names().collect();
        let queues: Vec<&QueueId> = project.compiled.queues.iter().map(|q| &q.name).collect();
        let calendars: Vec<&Arc<str>> =
            project.compiled.calendars.iter().map(|calendar| &calendar.name).collect();
        reading.check_names(&flows, &queues, &calendars);
        reading.check_levels(&assemble::reached_levels(&project.compiled.queues));
        if let Some(config) = &reading.config {
            let unserved = assemble::unserved(&project.compiled, &config.agents);
            project.compiled.diagnostics.list.extend(unserved);
            project.compiled.diagnostics.sort();
        }
        let mut in_flows = std::mem::take(&mut project.compiled.diagnostics);
        // What is wrong with a test keeps nobody from calling.
        let tests = &project.compiled.test_files;
        in_flows.list.retain(|finding| !tests.contains(&finding.span().file));
        let config = reading.config.filter(|_| !in_flows.has_errors());
        let in_flows = without(in_flows, &reading.findings);
        Ok(Self { config, project, findings: [reading.findings, in_flows], stamp })
    }

    /// Whether both were read from the same files.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.project.sources == other.project.sources && self.stamp.has_sounds_of(&other.stamp)
    }

    /// What an engine is told of it.
    pub(super) fn engine(
        &self,
        config: &Config,
        surroundings: &Surroundings,
    ) -> Result<engine::Settings, AssembleError> {
        let compiled = &self.project.compiled;
        let mut engine = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)?;
        assemble::configure(&mut engine, config, &adapters::names(config));
        engine.numbers.clone_from(&surroundings.numbers);
        engine.callbacks = assemble::callbacks(&compiled.queues, &compiled.calendars)?;
        Ok(engine)
    }

    /// What it takes from where this node runs.
    pub(super) fn surroundings(&self, config: &Config) -> Surroundings {
        assemble::surroundings(&self.project.compiled, &config.keyring())
    }
}

fn build(
    path: &Path,
    draft: Draft,
    config: Config,
    library: crate::media::Library,
) -> Result<Server, AssembleError> {
    let surroundings = draft.surroundings(&config);
    let engine = draft.engine(&config, &surroundings)?;
    let zone = assemble::zone(&draft.project.compiled.calendars);
    let mut disabled = config.disabled.clone();
    disabled.extend(surroundings.disabled);
    if config.routes.is_empty() {
        let why = "`routes` is empty, so that no number leads to a flow".to_owned();
        disabled.push(Disabled { item: "all incoming calls".to_owned(), why });
    }
    Ok(Server {
        engine,
        sip: sip::settings(&config),
        adapters: adapters::settings(&config),
        control: config.control.as_ref().map(control::settings),
        services: surroundings.services,
        library: Arc::new(library),
        records: config.records.clone(),
        journals: config.journals.clone(),
        store: config.store.clone(),
        recordings: config.recordings.clone(),
        old: history::old_files(&config),
        limits: history::limits(&config),
        zone,
        drain: config.limits.drain,
        disabled,
        settings: path.to_owned(),
        served: Served::new(draft, config),
    })
}

/// Leaves out what was said of the same file already: both readings look at `sambung.yaml`.
fn without(mut findings: Diagnostics, said: &Diagnostics) -> Diagnostics {
    let said: BTreeSet<String> =
        said.list.iter().map(|finding| said.render(finding, Format::Short)).collect();
    let mut list = std::mem::take(&mut findings.list);
    list.retain(|finding| !said.contains(&findings.render(finding, Format::Short)));
    Diagnostics { list, ..findings }
}
