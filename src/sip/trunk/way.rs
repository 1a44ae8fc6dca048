//! One address of a trunk: whether it is there.
//!
//! ```text
//!        ┌── a call or two OPTIONS in a row came to nothing ──▶ Down ──┐
//!       Up ◀─────────── anything is answered, or the time is over ─────┘
//! ```

use std::net::SocketAddr;

use crate::sip::ask::AskId;
use crate::sip::transport::Transport;
use crate::time::{Duration, Instant};

/// How long an address is left alone on which a call came to nothing.
pub(super) const LEFT_ALONE: Duration = Duration::from_secs(60);
/// How many OPTIONS in a row may stay unanswered.
const MAX_MISSES: u8 = 2;

/// Whether an address is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As far as anybody knows. So many OPTIONS in a row were not answered.
    Up { misses: u8 },
    /// It was not when it was tried; from then on it may be tried again. `None` = as soon as OPTIONS is answered.
    Down { until: Option<Instant> },
}

/// One address of a trunk.
#[derive(Debug)]
pub(super) struct Way {
    /// Which of the addresses in the settings it belongs to: a name may have several.
    pub(super) place: usize,
    pub(super) address: Option<SocketAddr>,
    pub(super) transport: Transport,
    state: State,
    /// When it is asked next whether it is there.
    pub(super) probe_at: Option<Instant>,
    /// The question that is open.
    pub(super) probe: Option<AskId>,
}

impl Way {
    pub(super) fn new(place: usize, address: Option<SocketAddr>, transport: Transport) -> Self {
        let state = State::Up { misses: 0 };
        Self { place, address, transport, state, probe_at: None, probe: None }
    }

    /// Whether it may be tried.
    pub(super) fn is_up(&self, now: Instant) -> bool {
        match self.state {
            State::Up { .. } => true,
            State::Down { until } => until.is_some_and(|until| until <= now),
        }
    }

    /// Something was answered from there; whether that is news.
    pub(super) fn answered(&mut self) -> bool {
        let before = std::mem::replace(&mut self.state, State::Up { misses: 0 });
        matches!(before, State::Down { .. })
    }

    /// OPTIONS was not answered, or with a refusal of all calls; whether it counts as down from now on.
    pub(super) fn missed(&mut self) -> bool {
        match &mut self.state {
            State::Up { misses } if *misses + 1 < MAX_MISSES => {
                *misses += 1;
                false
            }
            State::Up { .. } => {
                self.state = State::Down { until: None };
                true
            }
            State::Down { until } => {
                *until = None;
                false
            }
        }
    }

    /// A call came to nothing there; whether that is news. Where nobody asks by OPTIONS, time alone lets it be tried
    /// again.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        let until = Some(now + LEFT_ALONE);
        let before = std::mem::replace(&mut self.state, State::Down { until });
        matches!(before, State::Up { .. })
    }
}
