//! The address by which a peer reaches us: the configured one, or the one that the kernel would send from.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use crate::time::{Duration, Instant};

/// How long an answer of the kernel is taken as true.
const FRESH: Duration = Duration::from_secs(60);
/// Most peers remembered; beyond it all are asked for anew, which costs three system calls each.
const MAX_PEERS: usize = 4_096;
/// The port named when asking for a route; nothing is sent to it (discard, RFC 863).
const DISCARD_PORT: u16 = 9;

/// Knows our own address as seen from each peer.
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: BTreeMap<IpAddr, (IpAddr, Instant)>,
}

impl Routes {
    /// Our address on the way to `peer`. Where the kernel knows no way, the loopback address: nothing will arrive
    /// there, and nothing else would be truer.
    pub(super) fn local_for(&mut self, now: Instant, peer: IpAddr) -> IpAddr {
        if let Some((local, asked)) = self.known.get(&peer)
            && now.since(*asked) <= FRESH
        {
            return *local;
        }
        let local = ask(peer).unwrap_or(match peer {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
        if self.known.len() >= MAX_PEERS {
            self.known.clear();
        }
        self.known.insert(peer, (local, now));
        local
    }
}

/// Connecting a UDP socket sends nothing, but makes the kernel choose the address it would send from.
fn ask(peer: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(SocketAddr::new(peer, DISCARD_PORT))?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_reached_from_loopback_and_memory_is_bounded() {
        let mut routes = Routes::default();
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!(routes.local_for(Instant::ZERO, here), here);
        for number in 0..5_000_u32 {
            let peer = Ipv4Addr::from_bits(0x7f00_0000 + number);
            assert!(routes.local_for(Instant::ZERO, peer.into()).is_loopback());
        }
        assert!(routes.known.len() <= MAX_PEERS);
    }
}
