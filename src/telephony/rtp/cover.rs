//! The encryption of a leg: what goes out is sealed, what comes in is opened before anything of it is believed.

use std::sync::Arc;

use super::stream::Keys;
use crate::media::{MAX_SRTP_OVERHEAD, Opener, Sealer, Unopened, is_control};

/// The largest packet that is sealed.
const MAX_PACKET: usize = 1_500;

/// Both directions of one encrypted leg.
#[derive(Debug)]
pub(super) struct Cover {
    keys: Arc<Keys>,
    sealer: Sealer,
    opener: Opener,
}

/// Room for one sealed packet.
pub(super) type Sealed = [u8; MAX_PACKET + MAX_SRTP_OVERHEAD];

/// Room for one sealed packet, empty.
pub(super) const fn room() -> Sealed {
    [0; MAX_PACKET + MAX_SRTP_OVERHEAD]
}

impl Cover {
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        let (sealer, opener) = (Sealer::new(&keys.sealing), Opener::new(&keys.opening));
        Self { keys, sealer, opener }
    }

    /// Takes keys that were agreed anew. A direction that keeps its key goes on where it is: its numbers must never
    /// begin again under the same key.
    pub(super) fn renew(&mut self, keys: Arc<Keys>) {
        if self.keys.sealing != keys.sealing {
            self.sealer = Sealer::new(&keys.sealing);
        }
        if self.keys.opening != keys.opening {
            self.opener = Opener::new(&keys.opening);
        }
        self.keys = keys;
    }

    /// Seals a packet, RTP or RTCP, into `room`. `None` = it cannot be sent.
    pub(super) fn seal<'a>(&mut self, packet: &[u8], room: &'a mut Sealed) -> Option<&'a [u8]> {
        room.get_mut(..packet.len())?.copy_from_slice(packet);
        let length = if is_control(packet) {
            self.sealer.seal_control(room, packet.len())?
        } else {
            self.sealer.seal(room, packet.len())?
        };
        room.get(..length)
    }

    /// Opens a packet, RTP or RTCP, in place.
    ///
    /// # Errors
    /// [`Unopened`], for packets that are to be dropped and counted.
    pub(super) fn open<'a>(&mut self, datagram: &'a mut [u8]) -> Result<&'a [u8], Unopened> {
        let length = if is_control(datagram) {
            self.opener.open_control(datagram)?
        } else {
            self.opener.open(datagram)?
        };
        datagram.get(..length).ok_or(Unopened::Malformed)
    }
}
