//! What the engine tells the history, on its way to whoever keeps it, and their verdicts on the way back.

use tokio::sync::mpsc;

use crate::history::{OfferId, Row, Verdict};

/// Verdicts that may wait for the driver, far more than there are offers at a time. One that finds no room is as one that
/// never came: the engine gives the offer up.
const VERDICTS: usize = 4_096;

/// Says what became of an offer that was to be kept. It never waits.
pub type Judge = Box<dyn FnOnce(Verdict) + Send>;

/// Whoever keeps the history.
pub trait Keeper: Send {
    /// Takes the next row. It must not wait.
    fn keep(&mut self, row: Row);

    /// Takes an offer that must be durable before a phone rings; `judge` is told when it is, or cannot be. It must not
    /// wait. What is dropped without a word is given up by the engine after a while.
    fn claim(&mut self, row: Row, judge: Judge);
}

/// The driver's side.
pub(super) struct History {
    keeper: Option<Box<dyn Keeper>>,
    verdicts: mpsc::Sender<(OfferId, Verdict)>,
    judged: mpsc::Receiver<(OfferId, Verdict)>,
}

impl History {
    pub(super) fn new(keeper: Option<Box<dyn Keeper>>) -> Self {
        let (verdicts, judged) = mpsc::channel(VERDICTS);
        Self { keeper, verdicts, judged }
    }

    pub(super) fn keep(&mut self, row: Row) {
        if let Some(keeper) = &mut self.keeper {
            keeper.keep(row);
        }
    }

    /// Where nobody keeps a history, what would have to be kept counts as kept.
    pub(super) fn claim(&mut self, row: Row) {
        let Some(offer) = row.fact.offer() else { return };
        let verdicts = self.verdicts.clone();
        let judge: Judge = Box::new(move |verdict| {
            if verdicts.try_send((offer, verdict)).is_err() {
                tracing::warn!("A verdict about an offer finds no room; the offer is given up.");
            }
        });
        match &mut self.keeper {
            Some(keeper) => keeper.claim(row, judge),
            None => judge(Verdict::Applied),
        }
    }

    /// The next verdict.
    pub(super) async fn next(&mut self) -> Option<(OfferId, Verdict)> {
        self.judged.recv().await
    }
}
