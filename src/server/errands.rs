//! What calls ask of the world outside, sent on: operations to the services, tickets and callbacks to the store.
//!
//! Each errand is a task of its own, those of the store on threads that may wait for the disk, so that none waits for another; how many there may be, `runtime` and the services
//! themselves bound.

use std::error::Error as _;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::assemble::{self, Services};
use crate::backend::Backend;
use crate::call::{Errand, Reply, Request};
use crate::runtime::{Answer, Clock, Outside};
use crate::storage::{HistorySlot, Store};

/// The errands of all calls.
#[derive(Debug)]
pub(super) struct Errands {
    backend: watch::Receiver<Arc<Backend>>,
    store: Arc<Store>,
    /// Where the history is told of tickets.
    history: Option<(HistorySlot, Clock)>,
    tokio: Handle,
    /// Those under way; what is left at the end of the node is dropped with them.
    under_way: JoinSet<()>,
}

impl Errands {
    /// Runs errands on `tokio` against the newest `backend` and the `store`.
    pub(super) fn new(backend: watch::Receiver<Arc<Backend>>, store: Store, tokio: Handle) -> Self {
        let (store, history) = (Arc::new(store), None);
        Self { backend, store, history, tokio, under_way: JoinSet::new() }
    }

    /// Tells the history of every ticket that is kept.
    pub(super) fn telling(mut self, slot: HistorySlot, clock: Clock) -> Self {
        self.history = Some((slot, clock));
        self
    }
}

impl Outside for Errands {
    fn ask(&mut self, request: Request, answer: Answer) {
        while self.under_way.try_join_next().is_some() {}
        match request {
            Request { what: Errand::Operation(operation), .. } => {
                let backend = Arc::clone(&self.backend.borrow());
                let work = async move { answer.give(backend.carry_out(operation).await) };
                self.under_way.spawn_on(work.in_current_span(), &self.tokio);
            }
            Request { what: Errand::Ticket(_) | Errand::Callback(_), .. } => {
                let store = Arc::clone(&self.store);
                let history = self.history.clone();
                let work = move || {
                    let reply = store.keep(&request);
                    if let (Some((slot, clock)), Reply::Kept(number)) = (history, &reply) {
                        super::history::ticket_opened(&slot, clock.wall(), &request, number);
                    }
                    answer.give(reply);
                };
                self.under_way.spawn_blocking_on(work, &self.tokio);
            }
        }
    }
}

/// The services in use; a changed project changes them for every request from then on.
#[derive(Debug)]
pub(super) struct ServicesInUse {
    services: Services,
    seed: u64,
    backend: watch::Sender<Arc<Backend>>,
}

impl ServicesInUse {
    /// Sets the services up; `seed` varies the pauses between their tries.
    pub(super) fn new(services: Services, seed: u64) -> Self {
        let (backend, _) = watch::channel(Arc::new(set_up(&services, seed)));
        Self { services, seed, backend }
    }

    /// Where the newest backend is to be had.
    pub(super) fn newest(&self) -> watch::Receiver<Arc<Backend>> {
        self.backend.subscribe()
    }

    /// Takes changed services over. Unchanged ones stay as they are, with all that is known of their health.
    pub(super) fn renew(&mut self, services: Services) {
        if services != self.services {
            self.backend.send_replace(Arc::new(set_up(&services, self.seed)));
            self.services = services;
        }
    }
}

/// Sets the services up and tells which cannot be.
fn set_up(services: &Services, seed: u64) -> Backend {
    let (backend, errors) = Backend::new(services.clone(), seed);
    for error in errors {
        let source = error.source.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        let (item, why) = (assemble::item(&error.service), format!("{}{source}", error.source));
        tracing::warn!(item, why, "Left out.");
    }
    backend
}

#[cfg(test)]
mod tests;
