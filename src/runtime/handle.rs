//! The cloneable door to the engine: what the front door and the control interface may ask of it.

use tokio::sync::{mpsc, oneshot, watch};

use super::driver::Visit;
use crate::call::HangupCause;
use crate::engine::Settings;

/// Requests that may wait at the door; who asks further waits there.
pub(super) const DOOR_CAPACITY: usize = 64;

/// What a visitor does.
pub(super) type Caller = Box<dyn FnOnce(&mut Visit<'_>) + Send>;

/// What can be asked.
pub(super) enum Request {
    /// Take no further calls.
    Drain,
    /// End every call properly.
    HangUpAll(HangupCause),
    /// Tell the adapters to end and return.
    Stop,
    /// Look at the engine, and perhaps tell it something.
    Visit(Caller),
    /// Let new calls live by these settings.
    Publish(Box<Settings>),
}

/// How the node stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// Calls that have no record yet.
    pub live_calls: usize,
    /// Whether the engine refuses new calls.
    pub draining: bool,
}

/// The door is closed: the driver has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reach the engine: it has ended")]
pub struct Gone;

/// A door to the engine. Clones lead to the same one.
///
/// Each request but a visit and a drain waits only for room at the door, not for what it brings about; requests are taken
/// in order.
#[derive(Debug, Clone)]
pub struct Handle {
    door: mpsc::Sender<Request>,
    status: watch::Receiver<Status>,
}

impl Handle {
    pub(super) const fn new(door: mpsc::Sender<Request>, status: watch::Receiver<Status>) -> Self {
        Self { door, status }
    }

    /// Takes no further calls; those in progress go on. When this returns, every adapter has the word.
    ///
    /// # Errors
    /// When the driver has ended.
    pub async fn drain(&mut self) -> Result<(), Gone> {
        self.ask(Request::Drain).await?;
        self.wait_for(|status| status.draining).await
    }

    /// Ends every call: a caller who listens to us hears a word of farewell first.
    ///
    /// # Errors
    /// When the driver has ended.
    pub async fn hang_up_all(&self, cause: HangupCause) -> Result<(), Gone> {
        self.ask(Request::HangUpAll(cause)).await
    }

    /// Tells the adapters to end; the driver returns when they have, within about a second.
    ///
    /// # Errors
    /// When the driver has ended.
    pub async fn stop(&self) -> Result<(), Gone> {
        self.ask(Request::Stop).await
    }

    /// Does something with the engine between two of its inputs, and gives what comes of it. It must be short and must
    /// not wait: every call waits for it.
    ///
    /// # Errors
    /// When the driver has ended.
    pub async fn visit<T: Send + 'static>(
        &self,
        does: impl FnOnce(&mut Visit<'_>) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (answer, answered) = oneshot::channel();
        // Whoever asked may have gone meanwhile.
        let visit = move |visit: &mut Visit<'_>| drop(answer.send(does(visit)));
        self.ask(Request::Visit(Box::new(visit))).await?;
        answered.await.map_err(|_| Gone)
    }

    /// Lets new calls live by these settings; calls in progress stay with theirs.
    ///
    /// # Errors
    /// When the driver has ended.
    pub async fn publish(&self, settings: Box<Settings>) -> Result<(), Gone> {
        self.ask(Request::Publish(settings)).await
    }

    /// How the node stands now.
    #[must_use]
    pub fn status(&self) -> Status {
        *self.status.borrow()
    }

    /// Waits until a drained node has no call left.
    ///
    /// # Errors
    /// When the driver ends first.
    pub async fn drained(&mut self) -> Result<(), Gone> {
        self.wait_for(|status| status.draining && status.live_calls == 0).await
    }

    /// Waits until the node stands as wanted.
    pub(super) async fn wait_for(
        &mut self,
        wanted: impl FnMut(&Status) -> bool,
    ) -> Result<(), Gone> {
        self.status.wait_for(wanted).await.map(|_| ()).map_err(|_| Gone)
    }

    async fn ask(&self, request: Request) -> Result<(), Gone> {
        self.door.send(request).await.map_err(|_| Gone)
    }
}
