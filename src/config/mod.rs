//! `sambung.yaml` and the environment: read once, at start, and checked as strictly as a flow.
//!
//! Comes in: the file's bytes and the environment. Goes out: a [`Config`] of plain values, or findings with their
//! places in the same form as those of a flow. Nothing else in the crate reads the environment. It knows nothing of
//! what its values are used for.

mod codes;
mod control;
mod environment;
mod file;
mod keyring;
mod references;
mod retention;
mod rule;
mod schema;
mod secret;
mod settings;
mod settle;
mod trunk;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::call::{FlowId, QueueId};
use crate::flow::{Diagnostic, Diagnostics, read_yaml};
use file::File;
use references::References;

pub use codes::AgentCodes;
pub use control::{Control, ControlRole, ControlToken};
pub use environment::{LOG, NO_COLOR, log_directives, no_color};
pub use keyring::Keyring;
pub use retention::Retention;
pub use rule::{
    BEYOND_ADAPTER, CLEAR_SECRET, CONTRADICTION, NEVER_REACHED, NO_SUCH_LEVEL, NO_SUCH_NAME,
    NO_SUCH_SKILL, NO_SUCH_TRUNK, NO_WAY_OUT, OPEN_TO_ALL, RULES, TOKENS_IN_CLEAR,
    UNREACHABLE_ROUTE,
};
pub use schema::settings_schema;
pub use secret::{Secret, SecretError, SecretPlace};
pub use settings::{
    Adapter, AdapterWay, Agent, Called, Capabilities, Codec, Config, DigestHash, Disabled, Dtmf,
    Guard, Limits, Listen, MediaSource, Member, Network, Phone, Reach, Reliable, Route, RouteHours,
    Rtp, Session, Sip, Srtp, TlsFiles, Transfers, Transport, WebSocketDoor,
};
pub use trunk::{Trunk, TrunkIdentity, TrunkLogin};

/// The file could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("read {}", path.display())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// A configuration that was read, with everything there is to say about it.
#[derive(Debug)]
pub struct Reading {
    /// The configuration; `None` if anything in it is wrong.
    pub config: Option<Config>,
    /// What was found, in file order.
    pub findings: Diagnostics,
    names: References,
}

/// Reads a configuration file; its relative paths begin in the folder where it lies.
///
/// # Errors
/// When the file cannot be read. What is wrong inside it is in [`Reading::findings`].
pub fn read_file(path: &Path) -> Result<Reading, ConfigError> {
    let bytes =
        std::fs::read(path).map_err(|source| ConfigError { path: path.to_owned(), source })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(read(&path.to_string_lossy(), &bytes, folder))
}

/// Reads a configuration from bytes; `path` is how findings name it.
#[must_use]
pub fn read(path: &str, bytes: &[u8], folder: &Path) -> Reading {
    let (file, findings) = read_yaml::<File>(path, bytes);
    let mut reading = Reading { config: None, findings, names: References::default() };
    if let Some(file) = file {
        let (config, found) = settle::settle(file, folder);
        reading.config = Some(config);
        reading.names = found.names;
        reading.add(found.findings);
    }
    reading
}

impl Reading {
    /// Holds the flows, queues and calendars that the configuration names against those that the project has.
    ///
    /// A name that leads nowhere is one more finding, and the configuration is not to be used.
    pub fn check_names(&mut self, flows: &[&FlowId], queues: &[&QueueId], calendars: &[&Arc<str>]) {
        let unknown = self.names.check(flows, queues, calendars);
        self.add(unknown);
    }

    /// Holds the levels of agents against the rings of the queues: `reached` tells of each queue with levels which of
    /// them a ring reaches. An agent whom no ring reaches would never be rung, and that is a finding.
    pub fn check_levels(&mut self, reached: &BTreeMap<QueueId, BTreeSet<u8>>) {
        let never = self.names.check_levels(reached);
        self.add(never);
    }

    fn add(&mut self, findings: Vec<Diagnostic>) {
        self.findings.list.extend(findings);
        self.findings.sort();
        if self.findings.has_errors() {
            self.config = None;
        }
    }
}

#[cfg(test)]
mod tests;
