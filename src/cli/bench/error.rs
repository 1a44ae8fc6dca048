//! Why something could not be measured.

use std::io;
use std::path::PathBuf;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum BenchError {
    /// The system refused what a measurement needs.
    #[error("get {what}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The project of the server under test could not be written.
    #[error("write {}", path.display())]
    Project {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server under test did not answer, or not end, in time.
    #[error("{what}; it said last:\n{log}")]
    Server {
        /// What it was to do.
        what: &'static str,
        /// The end of its log.
        log: String,
    },
}

impl BenchError {
    /// What the system refused.
    pub(super) fn system(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
