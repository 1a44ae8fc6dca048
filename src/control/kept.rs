//! The way into the store, for those who change it: between two writes of the history.

use axum::http::StatusCode;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::events::Followed;
use super::node::Node;
use super::refusal::Refusal;
use crate::history::{Store, StoreError};
use crate::time::Duration;

/// How long the store may take. Rows that wait to be written go first.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What the node keeps, if it keeps anything.
pub(super) fn followed(node: &Node) -> Result<&Followed, Refusal> {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let none = || Refusal::new(status, "no_history", "This node keeps no history.");
    node.followed.as_ref().ok_or_else(none)
}

/// Does something with the store, once everything handed in before is written. It is refused at once while nothing can be
/// written, and not done once nobody waits for it any more.
pub(super) async fn visit<T: Send + 'static>(
    followed: &Followed,
    does: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Refusal> {
    if followed.slot.status().failing.is_some() {
        return Err(offline());
    }
    let (sender, told) = oneshot::channel();
    let visited = followed.slot.visit(move |store| {
        if !sender.is_closed() {
            // Whoever asked may be gone by now.
            drop(sender.send(does(store)));
        }
    });
    if !visited {
        return Err(Refusal::gone());
    }
    match timeout(PATIENCE.to_std(), told).await {
        Ok(Ok(Ok(outcome))) => Ok(outcome),
        Ok(Ok(Err(error))) => Err(refused(&error)),
        Ok(Err(_)) => Err(Refusal::gone()),
        Err(_) => Err(Refusal::busy()),
    }
}

/// The disk, or the store, does not do what is asked.
pub(super) fn refused(error: &dyn std::error::Error) -> Refusal {
    tracing::error!(%error, "The store refuses what is asked of it.");
    offline()
}

fn offline() -> Refusal {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Refusal::new(status, "storage_offline", "The store refuses it for now.").again(5)
}
