//! The end of a node, step by step.
//!
//! ```text
//! serving ─ signal ─▶ draining ─ no call left ────────────────────────▶ stopping ─▶ ended
//!                        │ `limits.drain` over                              ▲
//!                        ├──────────────▶ saying goodbye ─ no call left ────┤
//!                        └─ second signal ──────┴─ second signal, or over ──┘
//! ```

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::ServerError;
use crate::call::HangupCause;
use crate::runtime::{DriverError, Gone, Handle};
use crate::time::Duration;

/// How long the spoken line and the hang-up of every call may take at the end.
const FAREWELL: Duration = Duration::from_secs(15);

/// The signals that tell a node to end.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over; from now on they no longer end the process.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How a wait for the last call ended.
#[derive(Debug, PartialEq, Eq)]
enum Wait {
    /// No call is left.
    Empty,
    /// The time is over.
    Over,
    /// Somebody is in a hurry.
    Hurried,
}

/// Serves until a signal, then ends in order.
pub(super) async fn supervise(
    mut handle: Handle,
    mut driver: JoinHandle<Result<(), DriverError>>,
    mut signals: Signals,
    limit: Duration,
) -> Result<(), ServerError> {
    tokio::select! {
        outcome = &mut driver => return ended(outcome),
        () = signals.next() => {}
    }
    if end(&mut handle, &mut signals, limit).await.is_err() {
        tracing::debug!("The driver ended by itself.");
    }
    ended(driver.await)
}

/// Sees the last calls out and stops the driver. Fails only if the driver is gone already.
async fn end(handle: &mut Handle, signals: &mut Signals, limit: Duration) -> Result<(), Gone> {
    handle.drain().await?;
    let calls = handle.status().live_calls;
    tracing::info!(calls, limit = %limit, "Draining: no new calls; a second signal ends at once.");
    let first = wait(handle, signals, limit).await;
    if first != Wait::Empty {
        let calls = handle.status().live_calls;
        tracing::info!(calls, "Ending the calls that are left.");
        handle.hang_up_all(HangupCause::Shutdown).await?;
    }
    if first == Wait::Over {
        wait(handle, signals, FAREWELL).await;
    }
    handle.stop().await
}

async fn wait(handle: &mut Handle, signals: &mut Signals, limit: Duration) -> Wait {
    tokio::select! {
        _ = handle.drained() => Wait::Empty,
        () = signals.next() => Wait::Hurried,
        () = sleep(limit.to_std()) => Wait::Over,
    }
}

fn ended(
    outcome: Result<Result<(), DriverError>, tokio::task::JoinError>,
) -> Result<(), ServerError> {
    outcome.map_err(ServerError::Broken)?.map_err(ServerError::Driver)
}
