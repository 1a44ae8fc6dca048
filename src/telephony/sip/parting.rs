//! Calls whose process dies: their last words are noted down while they go on, and sent by the next process.

use std::collections::VecDeque;

use super::switch::Switch;
use crate::sip::{DialogId, Input, Parting};
use crate::storage::{DialogSlot, LeftOpen};
use crate::time::{Duration, Instant};

/// Last words that are sent together, and how soon the next ones follow: 500 a second, so that a full node has parted from
/// all its calls within seconds and no switch takes it for a flood.
const TOGETHER: usize = 25;
const PAUSE: Duration = Duration::from_millis(50);

/// Where last words are noted down, and those that are still to be sent.
#[derive(Debug, Default)]
pub(super) struct Partings {
    slot: Option<DialogSlot>,
    left: VecDeque<LeftOpen>,
    /// When the next ones are due.
    due: Instant,
}

impl Partings {
    /// Notes down in `slot`, and begins with what the process before left open.
    pub(super) fn new(slot: DialogSlot, left: Vec<LeftOpen>) -> Self {
        Self { slot: Some(slot), left: left.into(), due: Instant::ZERO }
    }

    /// When something is to be sent.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        (!self.left.is_empty()).then_some(self.due)
    }

    /// A dialog is over.
    pub(super) fn over(&self, dialog: DialogId) {
        if let Some(slot) = &self.slot {
            slot.remove(dialog.0);
        }
    }
}

impl Switch {
    /// Notes down what ends a call that was answered, or that has changed.
    pub(super) fn note_down(&self, dialog: DialogId) {
        if let Some(slot) = &self.partings.slot
            && let Some(parting) = self.agent.parting(dialog)
        {
            slot.put(dialog.0, parting.to_bytes());
        }
    }

    /// Sends the last words that are due.
    pub(super) fn part(&mut self, now: Instant) {
        if self.partings.poll_timeout().is_none_or(|due| due > now) {
            return;
        }
        for _ in 0..TOGETHER {
            let Some(LeftOpen { dialog, message }) = self.partings.left.pop_front() else { break };
            if let Some(parting) = Parting::from_bytes(&message) {
                self.tell(now, Input::Part(Box::new(parting)));
            }
            self.partings.over(DialogId(dialog));
        }
        self.partings.due = now + PAUSE;
        if self.partings.left.is_empty() {
            tracing::info!(
                "The far sides of all calls of the process before are told that these are over."
            );
        }
    }
}
