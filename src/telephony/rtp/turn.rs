//! What a leg's turn works with.

use super::event::Outbox;
use super::kitchen::Kitchen;
use super::settings::Settings;
use crate::media::Ended;
use crate::time::Instant;

/// The largest datagram that is looked at: larger ones are cut short by the system and carry no telephone audio.
const MAX_DATAGRAM: usize = 1_500;

/// Room for one datagram on its way in.
pub(super) type Arrival = [u8; MAX_DATAGRAM];

/// What a leg's turn works with.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) now: Instant,
    pub(super) settings: &'a Settings,
    pub(super) outbox: &'a mut Outbox,
    /// Room for the ends of plays; empty between uses.
    pub(super) ended: &'a mut Vec<Ended>,
    /// Who encodes sounds in codecs that few calls have.
    pub(super) kitchen: &'a Kitchen,
}
