//! SRTP (RFC 3711, RFC 6188, RFC 7714) without sockets: packets are encrypted, proved and opened in place, in the buffer
//! they are sent from or arrived in. Nothing is allocated for a packet.
//!
//! ```text
//!  sending    header + payload ──▶ Sealer::seal ──▶ header + secret payload + tag
//!  receiving  header + secret payload + tag ──▶ Opener::open ──▶ header + payload, or why not
//! ```
//!
//! The tag is checked before anything else of a packet is believed, and a packet that fails changes no state: what a
//! stranger sends can neither end a call nor take memory. Keys come from the signalling ([`MasterKey`]).

mod cipher;
mod key;
mod opener;
mod replay;
mod sealer;
mod stream;

pub use key::{BadKey, MasterKey, Suite};
pub use opener::{Opener, Unopened};
pub use sealer::Sealer;

/// The most bytes that protection adds to a packet: the tag of GCM and the index of SRTCP.
pub const MAX_SRTP_OVERHEAD: usize = 20;

#[cfg(test)]
mod tests;
