//! From files to a node that can start: the configuration, the project's flows and sounds, held against each other.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::{ADAPTERS, Server, sip};
use crate::assemble::{self, AssembleError};
use crate::call::{FlowId, QueueId};
use crate::config::{self, Config, ConfigError, Disabled};
use crate::flow::{Diagnostics, Format};
use crate::media::UnreadableSound;
use crate::project::{self, Project, ProjectError};

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
    let mut reading = config::read_file(path)?;
    let project = project::open_configured(path)?;
    let flows: Vec<&FlowId> = project.compiled.flow_names().collect();
    let queues: Vec<&QueueId> = project.compiled.queues.iter().map(|queue| &queue.name).collect();
    reading.check_names(&flows, &queues);
    let (library, unreadable) = project.library()?;
    let server = match reading.config {
        Some(config) if !project.compiled.diagnostics.has_errors() => {
            Some(build(&config, &project, library)?)
        }
        _ => None,
    };
    let in_flows = without(project.compiled.diagnostics, &reading.findings);
    Ok(Preparation { server, findings: [reading.findings, in_flows], unreadable })
}

fn build(
    config: &Config,
    project: &Project,
    library: crate::media::Library,
) -> Result<Server, AssembleError> {
    let compiled = &project.compiled;
    let mut engine = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)?;
    assemble::configure(&mut engine, config, &ADAPTERS);
    let mut disabled = config.disabled.clone();
    if config.routes.is_empty() {
        let why = "`routes` is empty, so that no number leads to a flow".to_owned();
        disabled.push(Disabled { item: "all incoming calls".to_owned(), why });
    }
    Ok(Server {
        engine,
        sip: sip::settings(config),
        library: Arc::new(library),
        records: config.records.clone(),
        drain: config.limits.drain,
        disabled,
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
