//! Adapters outside of this process: any telephony world, in any language, by lines of JSON.
//!
//! ```text
//!  program ◀── lines ──▶ transport ◀── lines ──▶ Machine ── Report ──▶ engine
//!  (stdio, Unix socket, WebSocket)                  ◀── Command ──
//! ```
//!
//! Audio of `media: pcm` passes through `pcm`, 20 ms at a time.
//!
//! `wire` is the contract as types, `machine` is one adapter in time, without a socket or clock, `transport` carries lines.
//! `sambung help adapters` prints the contract.

mod ability;
mod adapter;
mod clean;
mod keys;
mod leg;
mod limits;
mod link;
mod machine;
mod ordered;
mod pcm;
mod settings;
mod sounding;
mod sounds;
mod times;
mod told;
mod touch;
pub(super) mod transport;
pub mod wire;

#[cfg(test)]
mod tests;

pub use ability::{PCM, capabilities};
pub use adapter::RemoteAdapter;
pub use limits::{
    ANSWER_LIMIT, HEARTBEAT, HELLO_LIMIT, LEASE, LOST_AFTER, MAX_NAME, MAX_UNACKNOWLEDGED,
};
pub use ordered::OUR_LEGS;
pub use settings::{Certificate, Kind, Settings, Token, WebSocket};
pub use sounds::SoundPlace;
