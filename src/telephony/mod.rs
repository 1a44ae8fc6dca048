//! Adapters: bytes of a telephony world to call events, commands back to bytes.

pub mod kit;
pub mod remote;
pub mod rtp;
pub mod sip;
