//! `sambung serve` without its arguments: reads the project, builds all parts, wires them, and shuts down in order.
//!
//! Comes in: the path of `sambung.yaml`, then signals and changed files. Goes out: a running node, findings, an end with all records
//! written. It takes no decision about a call.

mod adapters;
mod books;
mod control;
mod drain;
mod errands;
mod files;
mod history;
mod late;
mod prepare;
mod reload;
mod remains;
mod sip;
mod tasks;
mod trunks;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::assemble::Services;
use crate::config::Disabled;
use crate::control::ControlError;
use crate::engine::{self, Engine};
use crate::history::{CallerSecret, StoreError};
use crate::media::Library;
use crate::runtime::{Adapter, AdapterError, Clock, Driver, DriverError, Keeper};
use crate::storage::{ImportError, Limits, OldFiles, StorageError};
use crate::telephony;
use crate::telephony::remote::RemoteAdapter;
use crate::telephony::sip::SipAdapter;
use crate::time::Duration;
use books::{Books, Opened, sink};
use errands::{Errands, ServicesInUse};
use history::Telling;
use reload::{Reload, Served};
use tasks::Tasks;

pub use adapters::adapter_kind;
pub use history::{PAST, limits, old_files};
pub use prepare::{Preparation, PrepareError, prepare};
pub use sip::{try_certificate, whereabouts};

/// A node that is ready to be started.
#[derive(Debug)]
pub struct Server {
    engine: engine::Settings,
    sip: telephony::sip::Settings,
    adapters: Vec<telephony::remote::Settings>,
    control: Option<crate::control::Settings>,
    services: Services,
    library: Arc<Library>,
    records: PathBuf,
    journals: Option<PathBuf>,
    store: PathBuf,
    recordings: PathBuf,
    old: OldFiles,
    limits: Limits,
    /// Whose days the day so far is counted by.
    zone: Arc<str>,
    drain: Duration,
    disabled: Vec<Disabled>,
    settings: PathBuf,
    served: Served,
}

/// Why a node could not start, or did not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The operating system refused something at start.
    #[error("start {what}")]
    Start {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What outlives the node cannot be kept.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The history cannot be taken over.
    #[error("take the history over")]
    History(#[source] StoreError),
    /// Tickets and callbacks of before cannot be taken into the history.
    #[error("take the tickets and callbacks of before into the history")]
    Import(#[from] ImportError),
    /// An adapter cannot be started.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The control interface cannot be started.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The driver could not go on.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The driver broke; this is a fault of the program.
    #[error("keep the engine running")]
    Broken(#[source] tokio::task::JoinError),
}

impl Server {
    /// Runs the node until it is told to stop by SIGTERM or SIGINT, and all that follows from it is done. `clock` is
    /// best started with the process. On SIGHUP, and with `watch` on every change of a file, the project is read anew.
    ///
    /// # Errors
    /// When the node cannot start, or cannot go on. The records of calls in progress are written all the same.
    pub fn run(mut self, clock: Clock, watch: bool) -> Result<(), ServerError> {
        let start = |what| move |source| ServerError::Start { what, source };
        let connections = &mut self.sip.connections.total;
        *connections = files::raise_limit(self.engine.max_calls, *connections);
        let tasks = Tasks::start().map_err(start("the tasks"))?;
        let (books, opened) = Books::open(&self, clock)?;
        let Opened { records, journals, slot, tapes, secret, standing, shifts, .. } = opened;
        self.tells_history(secret);
        let seed = seed().map_err(start("the source of chance"))?;
        let signalling = tasks.signalling.handle().clone();
        let outcome = tasks.beside.block_on(async move {
            let signals = drain::Signals::new().map_err(start("the signals"))?;
            let hangup = signal(SignalKind::hangup()).map_err(start("the signals"))?;
            let (library, newest) = watch::channel(self.library);
            let adapter = SipAdapter::bind(self.sip, newest.clone())?.recording(tapes.clone());
            let adapter = adapter.parting(opened.dialogs, opened.left_open);
            let listen: Vec<String> = adapter.sockets().iter().map(ToString::to_string).collect();
            tell_left_out(&self.disabled);
            let flows: Vec<&str> = self.engine.programs.keys().map(|flow| flow.as_str()).collect();
            let (flows, listen) = (flows.join(" "), listen.join(" "));
            debug_assert_eq!(adapters::OWN, adapter.name());
            let mut engine = Engine::new(self.engine, seed);
            engine.recover(clock.now(), clock.wall(), &standing, &shifts);
            let records = sink(records, journals, slot.clone());
            let services = ServicesInUse::new(self.services, seed);
            let beside = tokio::runtime::Handle::current();
            let errands = Errands::new(services.newest(), slot.clone(), clock, beside);
            let mut adapters: Vec<Box<dyn Adapter>> = vec![Box::new(adapter)];
            for settings in self.adapters {
                let adapter = RemoteAdapter::bind(settings)?;
                adapters.push(Box::new(adapter.sounding(newest.clone(), tapes.clone())));
            }
            let control = control::Opened::bind(self.control).await?;
            let (control_at, metrics_at, tokens) = control.places();
            let told = slot.clone();
            let (handle, driver) = {
                let _signalling = signalling.enter();
                let keeper: Box<dyn Keeper> = Box::new(Telling(slot));
                Driver::start(engine, clock, adapters, records, Box::new(errands), Some(keeper))
            };
            let driver = signalling.spawn(driver.run());
            let control = control.start(handle.clone(), clock, opened.followed);
            tracing::info!(
                listen,
                flows,
                control = control_at,
                metrics = metrics_at,
                elapsed_ms = clock.now().since(clock.began()).as_millis(),
                "Ready."
            );
            let (served, door, slot) = (Arc::new(self.served), handle.clone(), told);
            let settings = self.settings;
            let reload =
                Reload { settings, served, handle: door, library, services, tokens, clock, slot };
            let reload = tokio::spawn(reload.run(hangup, watch));
            let outcome = drain::supervise(handle, driver, signals, self.drain).await;
            control.inspect(tokio::task::JoinHandle::abort);
            reload.abort();
            if let Err(error) = reload.await
                && !error.is_cancelled()
            {
                tracing::error!(%error, "The task that reloads the project broke.");
            }
            outcome
        });
        tasks.stop();
        books.close();
        adapters::clear();
        tracing::info!("Stopped.");
        outcome
    }
}

impl Server {
    /// The engine tells the history, and names callers by what the store's secret makes of their numbers.
    fn tells_history(&mut self, secret: CallerSecret) {
        self.engine.history = true;
        self.engine.caller_secret = Some(secret);
    }
}

fn tell_left_out(disabled: &[Disabled]) {
    for Disabled { item, why } in disabled {
        tracing::warn!(item, why, "Left out.");
    }
}

/// A number that nobody can foresee.
fn seed() -> io::Result<u64> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}
