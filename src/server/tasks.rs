//! The threads that tasks run on: one for signalling, some for everything else.
//!
//! What a call needs of signalling goes from task to task several times: on one thread that costs no waking of another.
//! Everything that may take its time, such as what services answer, runs beside it and cannot hold it up.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// The nice value that signalling asks for: before other programs, after the media threads.
const NICE: i32 = -10;
/// How long tasks that are left may take at the end.
const PATIENCE: Duration = Duration::from_millis(100);

/// Both.
#[derive(Debug)]
pub(super) struct Tasks {
    /// The engine and its adapters.
    pub(super) signalling: Runtime,
    /// The rest.
    pub(super) beside: Runtime,
}

impl Tasks {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has none to give.
    pub(super) fn start() -> io::Result<Self> {
        let signalling = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("signalling")
            .on_thread_start(raise_priority)
            .enable_all()
            .build()?;
        let beside = Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { signalling, beside })
    }

    /// Ends them, whatever is still under way.
    pub(super) fn stop(self) {
        self.signalling.shutdown_timeout(PATIENCE);
        self.beside.shutdown_timeout(PATIENCE);
    }
}

/// Asks for a higher priority for this thread; without the right to it (`CAP_SYS_NICE`) it stays as it is.
fn raise_priority() {
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "Signalling runs at ordinary priority.");
    }
}
