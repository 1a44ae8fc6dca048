//! The sockets of the adapter: UDP, TCP, TLS and WebSockets behind one [`Sockets`].
//!
//! ```text
//!   datagrams ───────────────────────────────▶ Sockets ──Arrived──▶ Switch
//!   TcpListener ─▶ Connections ◀─Told─ task of each connection          │
//!                       └───────Bytes──▶            ◀──────── send ─────┘
//! ```
//!
//! Datagrams are read by the adapter's own task. Every connection has a task of its own, which frames messages and
//! waits for nobody but its far side; how many there are, how long they may be silent and how much may wait for them
//! is bounded here. What a message says is nobody's business here.

mod certificate;
mod connection;
mod connections;
mod framing;
mod listener;
mod sockets;
mod sources;
mod tls;
mod udp;
mod websocket;

pub use sockets::Socket;
pub(super) use sockets::{Arrived, Bound, Sockets, Terms};
pub use sources::ConnectionLimits;
pub use tls::{TlsError, TlsFiles};
