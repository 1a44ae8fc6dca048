//! Adapters: bytes of a telephony world to call events, commands back to bytes.

pub mod rtp;
pub mod sip;
