//! The offer/answer model of one call (RFC 3264) over SDP (RFC 8866): bodies in, bodies and the agreed stream out.
//!
//! One audio stream with one codec and RFC 4733 keys; every other stream of an offer is declined with port 0. It knows
//! no dialogs, no sockets and nothing of how media is sent.
//!
//! A stream may be encrypted by keys in the description (RFC 4568): demanded by its profile (`RTP/SAVP`), or offered
//! beside plain media (RFC 8643). Keys are text here; what they do is the business of whoever sends media.

mod codec;
mod crypto;
mod direction;
mod negotiated;
mod offer_answer;
mod profile;
mod read;
mod write;

pub use codec::Codec;
pub use crypto::{Crypto, CryptoPair, KeyText, Security};
pub use direction::Direction;
pub use negotiated::{EventFormat, Negotiated, Preferences, SdpError};
pub use offer_answer::OfferAnswer;
pub use profile::Profile;

#[cfg(test)]
mod tests;
