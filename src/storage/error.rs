//! Why something cannot be kept at all.

use std::io;
use std::path::PathBuf;

/// Why something cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The file cannot be opened or made.
    #[error("open the call records at {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is there and cannot be read.
    #[error("read what is kept in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The system gives no thread to write with.
    #[error("start a writer")]
    Thread(#[source] io::Error),
}
