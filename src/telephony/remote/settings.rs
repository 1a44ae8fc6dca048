//! What an adapter outside is told before it starts.

use std::path::PathBuf;
use std::sync::Arc;

use super::sounds::SoundPlace;
use crate::runtime::Capabilities;

/// The settings of one adapter outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name in logs and records.
    pub name: Arc<str>,
    /// How it is reached.
    pub kind: Kind,
    /// The most calls at a time, whatever it says itself.
    pub max_calls: usize,
    /// Where recordings lie.
    pub sounds: SoundPlace,
}

/// How an adapter is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It is a program that this node runs: lines over its standard input and output.
    Process {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where it runs; a program named with a `/` is sought from here.
        folder: PathBuf,
    },
    /// It connects to a Unix socket that only the node's own user may open.
    Socket {
        /// The socket's path.
        path: PathBuf,
    },
}

impl Settings {
    /// What is said of it to the runtime before it has said anything itself.
    pub(super) fn capabilities(&self) -> Capabilities {
        let ability = super::wire::Ability { max_calls: self.max_calls, ..Default::default() };
        super::ability::capabilities(&ability)
    }
}
