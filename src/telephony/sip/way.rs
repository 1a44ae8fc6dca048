//! Between sockets and addresses: which socket a way belongs to, and what the end of a connection means.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::switch::Switch;
use crate::sip::{Input, Transport};
use crate::time::Instant;

impl Switch {
    /// What is spoken on a socket.
    pub(super) fn transport(&self, socket: usize) -> Option<Transport> {
        self.sockets.places().get(socket).map(|socket| socket.transport)
    }

    /// The socket with an address of ours: the one that bears it, or one on all addresses of the host.
    pub(super) fn socket_at(&self, transport: Transport, local: SocketAddr) -> Option<usize> {
        let places = self.sockets.places();
        let spoken = |at: &dyn Fn(SocketAddr) -> bool| {
            places.iter().position(|place| place.transport == transport && at(place.address))
        };
        let everywhere = |at: SocketAddr| {
            at.ip().is_unspecified() && at.port() == local.port() && at.is_ipv4() == local.is_ipv4()
        };
        spoken(&|at| at == local).or_else(|| spoken(&everywhere))
    }

    /// The first socket that speaks a transport with addresses of a family.
    pub(super) fn socket_for(&self, transport: Transport, to: SocketAddr) -> Option<usize> {
        self.sockets.places().iter().position(|place| {
            place.transport == transport && place.address.is_ipv4() == to.is_ipv4()
        })
    }

    /// Our address on a socket as `peer` sees it. A socket bound to any address counts as bound to the one that
    /// leads to the peer, so that Via, Contact and SDP name an address the peer can reach.
    pub(super) fn local_address(
        &mut self,
        now: Instant,
        socket: usize,
        peer: IpAddr,
    ) -> Option<SocketAddr> {
        let bound = self.sockets.places().get(socket)?.address;
        let advertised = self.settings.advertise.is_some_and(|ip| ip.is_ipv4() == bound.is_ipv4());
        if advertised || !bound.ip().is_unspecified() {
            return Some(bound);
        }
        Some(SocketAddr::new(self.routes.local_for(now, peer), bound.port()))
    }

    /// Closes a silent connection that neither a call nor a registration needs.
    pub(super) fn quiet(&mut self, from: SocketAddr, socket: usize) {
        let Some(transport) = self.transport(socket) else { return };
        let needed = self.registrar.uses(transport, from) || self.agent.uses(transport, from);
        if needed {
            self.sockets.prove(socket, from);
        } else {
            tracing::debug!(%from, %transport, "A connection that nobody needs is closed.");
            self.sockets.dismiss(socket, from);
        }
    }

    /// A connection is over: whoever was registered over it can be reached by it no more.
    pub(super) fn gone(
        &mut self,
        now: Instant,
        from: SocketAddr,
        socket: usize,
        asked: BTreeSet<SocketAddr>,
    ) {
        let Some(transport) = self.transport(socket) else { return };
        self.registrar.disconnected(transport, from);
        self.report_reachability();
        for to in asked {
            self.tell(now, Input::Unsent { to, transport });
        }
    }

    /// What was to be sent could not be.
    pub(super) fn unsent(&mut self, now: Instant, to: SocketAddr, socket: usize) {
        if let Some(transport) = self.transport(socket) {
            self.tell(now, Input::Unsent { to, transport });
        }
    }
}
