//! What calls ask of the world outside, sent on: operations to the services, tickets and wishes to be called back to the
//! history, which numbers them.
//!
//! Each operation is a task of its own, so that none waits for another; how many there may be, `runtime` and the services
//! themselves bound. What is to be kept waits for the disk with everything else that is told to the history.

use std::error::Error as _;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::assemble::{self, Services};
use crate::backend::Backend;
use crate::call::{Errand, Request};
use crate::history::{asked, kept};
use crate::runtime::{Answer, Clock, Outside};
use crate::storage::HistorySlot;

/// The errands of all calls.
#[derive(Debug)]
pub(super) struct Errands {
    backend: watch::Receiver<Arc<Backend>>,
    slot: HistorySlot,
    clock: Clock,
    tokio: Handle,
    /// Those under way; what is left at the end of the node is dropped with them.
    under_way: JoinSet<()>,
}

impl Errands {
    /// Runs errands on `tokio` against the newest `backend` and the history.
    pub(super) fn new(
        backend: watch::Receiver<Arc<Backend>>,
        slot: HistorySlot,
        clock: Clock,
        tokio: Handle,
    ) -> Self {
        Self { backend, slot, clock, tokio, under_way: JoinSet::new() }
    }
}

impl Outside for Errands {
    fn ask(&mut self, request: Request, answer: Answer) {
        while self.under_way.try_join_next().is_some() {}
        if let Some(row) = asked(&request, Some(self.slot.secret()), self.clock.wall()) {
            let call = request.call;
            let told = move |receipt: crate::history::Receipt| {
                if receipt.number.is_none() {
                    tracing::error!(%call, "A ticket or callback cannot be kept.");
                }
                answer.give(kept(&receipt));
            };
            return self.slot.claim(row, Box::new(told));
        }
        if let Errand::Operation(operation) = request.what {
            let backend = Arc::clone(&self.backend.borrow());
            let work = async move { answer.give(backend.carry_out(operation).await) };
            self.under_way.spawn_on(work.in_current_span(), &self.tokio);
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
