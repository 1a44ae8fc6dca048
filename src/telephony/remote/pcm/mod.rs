//! Legs whose audio passes through this node as samples (`media: pcm`).
//!
//! ```text
//!  frames ──▶ Ear ──┬──▶ keys in the tones, recording          Player (prompts, music) ──┬──▶ frames
//!                   └──▶ the other leg of a bridge ──────────────────────────────────────┘
//! ```
//!
//! Comes in: frames of the adapter, orders of the engine, the time. Goes out: frames, 20 ms each and one at a time, and
//! events. No clock, no socket.

mod desk;
mod ear;
mod frame;
mod line;
mod tape;

pub(super) use desk::{Desk, Done};
pub(super) use frame::Rate;

#[cfg(test)]
mod tests;
