//! The SIP adapter: sockets, the user agent, the registrar and the media threads behind `runtime::port`.
//!
//! ```text
//!  phones ──▶ Sockets ──▶ Switch ( UserAgent, Registrar, Leg … ) ──▶ Report ──▶ engine
//!         ◀──         ◀──        │      ▲                       ◀── Command ◀──
//!                                ▼      │ MediaEvent
//!                          rtp::Threads ┘
//! ```
//!
//! One task owns everything here, so nothing is locked. It says who may call and register and carries out what the
//! engine orders; what happens in a call is decided elsewhere.

mod adapter;
mod admission;
mod dialling;
mod fault;
mod fork;
mod gate;
mod info;
mod leg;
mod locate;
mod media;
mod network;
mod order;
mod parting;
mod presence;
mod reading;
mod redirect;
mod room;
mod route;
mod security;
mod settings;
mod signal;
mod switch;
mod target;
mod tell;
mod transfer;
mod transport;
mod trunking;
mod way;

#[cfg(test)]
mod tests;

pub use adapter::SipAdapter;
pub use locate::whereabouts;
pub use network::Network;
pub use settings::{MediaSource, Password, Settings, TrunkLine};
pub use target::route;
pub use transport::{ConnectionLimits, Socket, TlsError, TlsFiles};

/// What settings are made of that the machines below know.
pub use crate::sip::{
    Algorithm, Codec, GuardSettings, Preferences, Reliability, Security, Transport,
};
