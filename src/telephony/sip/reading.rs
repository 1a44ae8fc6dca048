//! What arrives, read in an order that a flood cannot change: all that is there is looked at, what known far sides sent
//! is worked on at once, and what strangers sent waits its turn in a short queue.
//!
//! ```text
//!  sockets ─▶ guard ─▶ known ────────────────────────────▶ user agent
//!               │ └──▶ stranger ─▶ queue ─ a few a time ─▶ user agent
//!               └────▶ dropped
//! ```
//!
//! To look costs little, so that the kernel's buffer stays empty and no call is lost there among what strangers send.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;

use super::gate::Standing;
use super::switch::Switch;
use super::transport::{Arrived, Sockets};
use crate::sip::Input;
use crate::time::Instant;

/// Messages of strangers that may wait; a further one is dropped, and sent again by whoever means it.
const MAX_STRANGERS: usize = 256;
/// Messages of strangers that are worked on before what has arrived meanwhile is looked at.
const STRANGERS_AT_A_TIME: usize = 8;

/// A message that was let in and waits.
#[derive(Debug)]
pub(super) struct Letter {
    from: SocketAddr,
    socket: usize,
    bytes: Bytes,
}

/// Waits until there may be something to read; while strangers wait, until the others on this thread had their turn.
pub(super) async fn readable(sockets: &mut Sockets, strangers: &VecDeque<Letter>) {
    if strangers.is_empty() {
        sockets.readable().await;
    } else {
        tokio::task::yield_now().await;
    }
}

impl Switch {
    /// Reads up to `most` messages.
    pub(super) fn read(&mut self, now: Instant, most: usize) {
        for _ in 0..most {
            let Some(arrived) = self.sockets.try_receive() else { break };
            match arrived {
                Arrived::Message { from, socket, bytes } => {
                    self.look_at(now, Letter { from, socket, bytes });
                }
                Arrived::Quiet { from, socket } => self.quiet(from, socket),
                Arrived::Gone { from, socket, asked } => self.gone(now, from, socket, asked),
                Arrived::Unsent { to, socket } => self.unsent(now, to, socket),
            }
            self.flush(now);
        }
        for _ in 0..STRANGERS_AT_A_TIME {
            let Some(letter) = self.strangers.pop_front() else { return };
            self.receive(now, letter);
            self.flush(now);
        }
    }

    /// Decides whether a message is worked on, and when.
    fn look_at(&mut self, now: Instant, letter: Letter) {
        tracing::trace!(from = %letter.from, bytes = letter.bytes.len(), "A message arrived.");
        match self.standing(now, letter.from.ip(), &letter.bytes) {
            Standing::Known => self.receive(now, letter),
            Standing::Stranger if self.strangers.len() < MAX_STRANGERS => {
                self.strangers.push_back(letter);
            }
            Standing::Stranger => tracing::trace!(from = %letter.from, "Too many strangers wait."),
            // Whoever is not listened to need not keep a connection.
            Standing::Unheard => self.sockets.dismiss(letter.socket, letter.from),
        }
    }

    /// Feeds a message to the user agent.
    fn receive(&mut self, now: Instant, letter: Letter) {
        let Letter { from, socket, bytes } = letter;
        self.gauge(now);
        let Some(transport) = self.transport(socket) else { return };
        let Some(local) = self.local_address(now, socket, from.ip()) else { return };
        self.tell(now, Input::Message { from, local, transport, bytes });
    }
}
