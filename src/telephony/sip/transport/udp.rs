//! UDP sockets: bound once, read without waiting, written without waiting.

use std::io;
use std::net::SocketAddr;
use std::task::Context;

use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

/// Kernel buffer asked for incoming datagrams, so that a burst waits instead of being lost. The kernel may give less.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Kernel buffer asked for outgoing datagrams.
const SEND_BUFFER: usize = 1 << 20;

/// One socket.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: UdpSocket,
    /// The same socket for sending: tried at once, whatever the reactor thinks of its state.
    sender: std::net::UdpSocket,
}

/// Binds a socket for SIP.
pub(super) fn bind(address: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        // IPv4 gets sockets of its own, so that a peer has one address only.
        socket.set_only_v6(true)?;
    }
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

impl Datagrams {
    /// Hands a bound socket to the reactor; must run inside it.
    pub(super) fn new(bound: std::net::UdpSocket) -> io::Result<Self> {
        Ok(Self { sender: bound.try_clone()?, socket: UdpSocket::from_std(bound)? })
    }

    /// Whether it can be read; if not, the task is woken when it can.
    pub(super) fn poll_ready(&self, context: &mut Context<'_>) -> bool {
        self.socket.poll_recv_ready(context).is_ready()
    }

    /// The next datagram that is there, if any. Errors of single datagrams (such as a peer's closed port) are
    /// nobody's business.
    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Option<(SocketAddr, Bytes)> {
        let (length, from) = self.socket.try_recv_from(buffer).ok()?;
        Some((from, Bytes::copy_from_slice(buffer.get(..length)?)))
    }

    /// Sends a datagram; one that the kernel has no room for is lost like any other, and SIP repeats it.
    pub(super) fn send(&self, to: SocketAddr, bytes: &[u8]) {
        if let Err(error) = self.sender.send_to(bytes, to) {
            tracing::debug!(%to, %error, "A datagram was not sent.");
        }
    }
}
