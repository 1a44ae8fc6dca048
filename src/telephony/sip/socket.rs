//! The UDP sockets of the adapter: bound once, read without waiting, written without waiting.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::Poll;

use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use crate::runtime::AdapterError;

/// Kernel buffer asked for incoming datagrams, so that a burst waits instead of being lost. The kernel may give less.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Kernel buffer asked for outgoing datagrams.
const SEND_BUFFER: usize = 1 << 20;
/// Longest datagram read; the rest of a longer one is lost and the parser refuses it.
const MAX_DATAGRAM: usize = 64 * 1024;

/// A datagram that arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    /// Who sent it.
    pub(super) from: SocketAddr,
    /// The socket it arrived on, by its place.
    pub(super) socket: usize,
    /// What it holds.
    pub(super) bytes: Bytes,
}

/// All sockets of the adapter.
#[derive(Debug)]
pub(super) struct Sockets {
    sockets: Vec<UdpSocket>,
    /// The same sockets for sending: tried at once, whatever the reactor thinks of their state.
    senders: Vec<std::net::UdpSocket>,
    buffer: Vec<u8>,
    /// Where the next reading starts, so that a busy socket cannot starve the others.
    turn: usize,
}

/// Binds a socket for SIP.
pub(super) fn bind(address: SocketAddr) -> Result<std::net::UdpSocket, AdapterError> {
    let open = || -> io::Result<std::net::UdpSocket> {
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
    };
    open().map_err(|source| AdapterError::Start {
        what: format!("udp:{address}"),
        source: source.into(),
    })
}

impl Sockets {
    /// Hands bound sockets to the reactor; must run inside it.
    pub(super) fn new(bound: Vec<std::net::UdpSocket>) -> io::Result<Self> {
        let senders =
            bound.iter().map(std::net::UdpSocket::try_clone).collect::<io::Result<_>>()?;
        let sockets = bound.into_iter().map(UdpSocket::from_std).collect::<io::Result<_>>()?;
        Ok(Self { sockets, senders, buffer: vec![0; MAX_DATAGRAM], turn: 0 })
    }

    /// Waits until some socket can be read.
    pub(super) async fn readable(&self) {
        poll_fn(|context| {
            // Every socket is asked each time, so that each of them wakes this task.
            let ready = self
                .sockets
                .iter()
                .filter(|socket| socket.poll_recv_ready(context).is_ready())
                .count();
            if ready > 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The next datagram that is there, if any. Errors of single datagrams (such as a peer's closed port) are
    /// nobody's business.
    pub(super) fn try_receive(&mut self) -> Option<Arrived> {
        let count = self.sockets.len();
        for offset in 0..count {
            let place = (self.turn + offset) % count;
            let Some(socket) = self.sockets.get(place) else { continue };
            if let Ok((length, from)) = socket.try_recv_from(&mut self.buffer) {
                self.turn = (place + 1) % count;
                let bytes = Bytes::copy_from_slice(self.buffer.get(..length)?);
                return Some(Arrived { from, socket: place, bytes });
            }
        }
        None
    }

    /// Sends a datagram; one that the kernel has no room for is lost like any other, and SIP repeats it.
    pub(super) fn send(&self, socket: usize, to: SocketAddr, bytes: &[u8]) {
        if let Some(sender) = self.senders.get(socket)
            && let Err(error) = sender.send_to(bytes, to)
        {
            tracing::debug!(%to, %error, "A datagram was not sent.");
        }
    }
}
