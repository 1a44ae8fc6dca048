//! The numbers of the contract.

use crate::time::Duration;

/// How often each side gives a sign of life.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// An adapter of which nothing was heard for so long is lost.
pub const LOST_AFTER: Duration = Duration::from_secs(15);
/// How long the calls of a lost adapter are kept.
pub const LEASE: Duration = Duration::from_secs(30);
/// How long a command may go unanswered; then it counts as failed.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// The most messages that may be unacknowledged.
pub const MAX_UNACKNOWLEDGED: usize = 1_024;
/// From so many unacknowledged messages on, new calls are refused.
pub(super) const CROWDED: usize = MAX_UNACKNOWLEDGED - 128;
/// How long a connection may stand without a `hello`.
pub const HELLO_LIMIT: Duration = Duration::from_secs(10);
/// How long after a reconnect what was under way may take to arrive, before both lists of calls are compared.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// How long the end of a leg that was hung up is waited for; then it is taken for gone.
pub(super) const HANGUP_LIMIT: Duration = Duration::from_secs(10);
/// How much longer than ordered a dialled leg may ring; then it is hung up from here.
pub(super) const RING_GRACE: Duration = Duration::from_secs(2);
/// Messages that are received before they are acknowledged at the latest …
pub(super) const ACK_EVERY: u32 = 32;
/// … and how long at the latest.
pub(super) const ACK_WITHIN: Duration = Duration::from_secs(1);
/// The longest name of a call or leg, in bytes.
pub const MAX_NAME: usize = 128;
/// Most things that a person is told by one `dial`.
pub(super) const MAX_TOLD: usize = 32;
/// Most headers of a `dial`; what is beyond is not told.
pub(super) const MAX_HEADERS: usize = 16;
/// The longest name of a header, behind `X-Sambung-`.
pub(super) const MAX_HEADER_NAME: usize = 48;
/// The longest value of a header, in characters.
pub(super) const MAX_HEADER_VALUE: usize = 256;
/// The most characters of what was said at a time; what is beyond is not heard.
pub(super) const MAX_SAID: usize = 2_000;
/// The most phones that an adapter may tell of; further ones cannot be called.
pub(super) const MAX_ENDPOINTS: usize = 10_000;
/// The names of ended legs that are remembered, so that what comes late for them is known as late.
pub(super) const MAX_REMEMBERED: usize = 4_096;
/// The shortest piece of music that is begun anew when an adapter lets it end.
pub(super) const SHORTEST_MUSIC: Duration = Duration::from_secs(1);
/// The most bytes of the phrases of one `listen`; what is beyond is not told, as phrases are but a hint.
pub(super) const MAX_PHRASE_BYTES: usize = 16 * 1_024;
/// Most items of one `play`; what is beyond is not played.
pub(super) const MAX_ITEMS: usize = 64;
