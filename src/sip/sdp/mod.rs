//! The offer/answer model of one call (RFC 3264) over SDP (RFC 8866): bodies in, bodies and the agreed stream out.
//!
//! One audio stream with one codec and RFC 4733 keys; every other stream of an offer is declined with port 0. It knows
//! no dialogs, no sockets and nothing of how media is sent.
//!
//! Encrypted streams (`RTP/SAVP` with `a=crypto`, RFC 4568) join at three places: [`Profile`] gains their names,
//! `read` their keys, and `write` ours; [`Negotiated`] then carries both to the media threads.

mod codec;
mod direction;
mod negotiated;
mod offer_answer;
mod profile;
mod read;
mod write;

pub use codec::Codec;
pub use direction::Direction;
pub use negotiated::{EventFormat, Negotiated, Preferences, SdpError};
pub use offer_answer::OfferAnswer;
pub use profile::Profile;

#[cfg(test)]
mod tests;
