//! Loopback sockets that are read many datagrams at a time, each with the moment at which the kernel took it in: how
//! late the load gets round to reading does not count.

use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd as _;

use nix::sys::socket::sockopt::{RcvBufForce, ReceiveTimestampns};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, setsockopt,
};
use nix::sys::time::TimeSpec;

use crate::message::MAX_DATAGRAM;

/// Datagrams that are read by one system call.
const BATCH: usize = 64;
/// Kernel buffer asked for, so that a burst waits instead of being lost. The kernel may give less.
const BUFFER: usize = 8 << 20;

/// Binds a free loopback port.
pub(crate) fn bind() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback socket");
    socket.set_nonblocking(true).expect("a non-blocking socket");
    setsockopt(&socket, ReceiveTimestampns, &true).expect("kernel time stamps");
    // Root may go beyond the system's limit; others get what they are given.
    let forced = setsockopt(&socket, RcvBufForce, &BUFFER);
    if forced.is_err() {
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER).unwrap_or_default();
    }
    socket
}

/// The address of a socket that [`bind`] made.
pub(crate) fn address(socket: &UdpSocket) -> SocketAddrV4 {
    match socket.local_addr().expect("bound") {
        std::net::SocketAddr::V4(address) => address,
        std::net::SocketAddr::V6(_) => unreachable!("bound to an IPv4 address"),
    }
}

/// Room for one batch of datagrams.
pub(crate) struct Receiver {
    headers: MultiHeaders<SockaddrIn>,
    buffers: Vec<[u8; MAX_DATAGRAM]>,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        let stamps = nix::cmsg_space!(TimeSpec);
        let headers = MultiHeaders::preallocate(BATCH, Some(stamps));
        Self { headers, buffers: vec![[0; MAX_DATAGRAM]; BATCH] }
    }

    /// Hands on all that has come: the port it is from, when it came (µs since 1970), and the datagram.
    pub(crate) fn drain(&mut self, socket: &UdpSocket, mut take: impl FnMut(u16, i64, &[u8])) {
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
