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
    /// Another process has the store.
    #[error("open {}: another process has it open; a store has one owner at a time", path.display())]
    Taken {
        /// The store.
        path: PathBuf,
    },
    /// A newer release has written it.
    #[error(
        "open {}: its tables are of version {found}, this program knows them up to {known}; use the release that wrote it",
        path.display()
    )]
    Newer {
        /// The store.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A file that is something else.
    #[error("open {}: it is no store of Sambung", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A store whose pages contradict each other.
    #[error("open {}: the file is damaged; put a copy of it in its place", path.display())]
    Damaged {
        /// The store.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store refuses.
    #[error("use the store at {}", path.display())]
    Store {
        /// The store.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system gives no thread to write with.
    #[error("start a writer")]
    Thread(#[source] io::Error),
}
