//! Loopback sockets that are read many datagrams at a time, each with the moment at which the kernel took it in: how
//! late the load gets round to reading does not count.

use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd as _;

use nix::sys::socket::sockopt::{RcvBufForce, ReceiveTimestampns};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, setsockopt,
};
use nix::sys::time::TimeSpec;

use super::message::MAX_DATAGRAM;
use crate::cli::bench::error::BenchError;

/// Datagrams that are read by one system call.
const BATCH: usize = 64;
/// Kernel buffer asked for, so that a burst waits instead of being lost. The kernel may give less.
const BUFFER: usize = 8 << 20;

/// Binds a free loopback port.
///
/// # Errors
/// [`BenchError::System`] where the system has none, or stamps no datagrams.
pub(in crate::cli::bench) fn bind() -> Result<UdpSocket, BenchError> {
    let refused = BenchError::system("a loopback socket");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(&refused)?;
    socket.set_nonblocking(true).map_err(&refused)?;
    setsockopt(&socket, ReceiveTimestampns, &true)
        .map_err(|error| BenchError::system("time stamps of datagrams")(error.into()))?;
    // Root may go beyond the system's limit; others get what they are given.
    if setsockopt(&socket, RcvBufForce, &BUFFER).is_err() {
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER).unwrap_or_default();
    }
    Ok(socket)
}

/// The address of a socket that [`bind`] made.
///
/// # Errors
/// [`BenchError::System`] where the system does not know it.
pub(in crate::cli::bench) fn address(socket: &UdpSocket) -> Result<SocketAddrV4, BenchError> {
    match socket.local_addr().map_err(BenchError::system("a socket's address"))? {
        SocketAddr::V4(address) => Ok(address),
        SocketAddr::V6(_) => unreachable!("bound to an IPv4 address"),
    }
}

/// Room for one batch of datagrams.
#[derive(Debug)]
pub(in crate::cli::bench) struct Receiver {
    headers: MultiHeaders<SockaddrIn>,
    buffers: Vec<[u8; MAX_DATAGRAM]>,
}

impl Receiver {
    /// Room for a batch.
    pub(in crate::cli::bench) fn new() -> Self {
        let stamps = nix::cmsg_space!(TimeSpec);
        let headers = MultiHeaders::preallocate(BATCH, Some(stamps));
        Self { headers, buffers: vec![[0; MAX_DATAGRAM]; BATCH] }
    }

    /// Hands on all that has come: the port it is from, when it came (µs since 1970), and the datagram.
    pub(in crate::cli::bench) fn drain(
        &mut self,
        socket: &UdpSocket,
        mut take: impl FnMut(u16, i64, &[u8]),
    ) {
        loop {
            let mut slices: Vec<_> =
                self.buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
            let flags = MsgFlags::MSG_DONTWAIT;
            let fd = socket.as_raw_fd();
            let Ok(arrived) = recvmmsg(fd, &mut self.headers, &mut slices, flags, None) else {
                return;
            };
            let mut count = 0;
            for datagram in arrived {
                count += 1;
                let stamp = datagram.cmsgs().ok().and_then(|mut cmsgs| {
                    cmsgs.find_map(|message| match message {
                        ControlMessageOwned::ScmTimestampns(at) => {
                            Some(at.tv_sec() * 1_000_000 + at.tv_nsec() / 1_000)
                        }
                        _ => None,
                    })
                });
                let from = datagram.address.map_or(0, |address| address.port());
                if let (Some(at), Some(bytes)) = (stamp, datagram.iovs().next()) {
                    take(from, at, bytes);
                }
            }
            if count < BATCH {
                return;
            }
        }
    }
}
