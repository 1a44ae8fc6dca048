//! One transaction: how far it is, and when something must be done about it.

use bytes::Bytes;
use sipx_sip::transaction::{ClientTransaction, ServerTransaction, Timer};

use super::key::Key;
use super::{Hop, User};
use crate::time::Instant;

/// One acknowledgement that is repeated for every repetition of what it acknowledges.
#[derive(Debug)]
pub(super) struct Ack {
    pub(super) tag: Box<[u8]>,
    pub(super) hop: Hop,
    pub(super) bytes: Bytes,
}

/// Timers of a machine, at most three at once.
pub(super) type Clocks = Vec<(Timer, Instant)>;

/// How far a transaction is.
#[derive(Debug)]
pub(super) enum Phase {
    /// A request of theirs that is open, or a refused INVITE that waits for its ACK.
    Serving { machine: Box<ServerTransaction>, clocks: Clocks, answer_by: Option<Instant> },
    /// A request of ours that is open; `until` ends it whatever the machine would wait for.
    Asking { machine: Box<ClientTransaction>, clocks: Clocks, until: Option<Instant> },
    /// Their request was answered; the answer is repeated as often as the request.
    Replied { bytes: Bytes, until: Instant },
    /// Their INVITE is settled; repetitions of it mean nothing.
    Absorbing { until: Instant },
    /// Our INVITE was refused; repetitions of the refusal get their ACK again.
    Refused { ack: Bytes, until: Instant },
    /// Our INVITE was accepted; repetitions of each 2xx get its ACK again.
    Acknowledged { acks: Vec<Ack>, until: Instant },
}

impl Phase {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Serving { clocks, answer_by, .. } => {
                clocks.iter().map(|(_, at)| *at).chain(*answer_by).min()
            }
            Self::Asking { clocks, until, .. } => {
                clocks.iter().map(|(_, at)| *at).chain(*until).min()
            }
            Self::Replied { until, .. }
            | Self::Absorbing { until }
            | Self::Refused { until, .. }
            | Self::Acknowledged { until, .. } => Some(*until),
        }
    }

    /// The memory that it holds elsewhere, once it is settled.
    #[cfg(test)]
    pub(super) fn bytes_held(&self) -> usize {
        match self {
            Self::Serving { .. } | Self::Asking { .. } => 0,
            Self::Replied { bytes, .. } | Self::Refused { ack: bytes, .. } => bytes.len(),
            Self::Absorbing { .. } => 0,
            Self::Acknowledged { acks, .. } => {
                acks.iter().map(|ack| size_of::<Ack>() + ack.tag.len() + ack.bytes.len()).sum()
            }
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Serving { .. } | Self::Asking { .. } => false,
            Self::Replied { .. }
            | Self::Absorbing { .. }
            | Self::Refused { .. }
            | Self::Acknowledged { .. } => true,
        }
    }
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) hop: Hop,
    pub(super) user: User,
    pub(super) phase: Phase,
    pub(super) armed: Option<Instant>,
}

/// Takes the earliest clock that is due.
pub(super) fn take_due(clocks: &mut Clocks, now: Instant) -> Option<Timer> {
    let due = clocks.iter().enumerate().filter(|(_, (_, at))| *at <= now);
    let (index, _) = due.min_by_key(|(_, (_, at))| *at)?;
    Some(clocks.swap_remove(index).0)
}
