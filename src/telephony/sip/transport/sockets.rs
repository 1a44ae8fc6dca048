//! All sockets of the adapter behind one door: what arrives comes out in turn, what is sent finds its way.

use std::collections::{BTreeSet, VecDeque};
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::Patience;
use super::connections::{Connections, Door, Happened};
use super::listener::{self, Listener};
use super::sources::ConnectionLimits;
use super::tls::{self, Tls, TlsFiles};
use super::udp::{self, Datagrams};
use crate::runtime::AdapterError;
use crate::sip::Transport;
use crate::time::Duration;

/// Longest datagram read; the rest of a longer one is lost and the parser refuses it.
const MAX_DATAGRAM: usize = 64 * 1024;
/// Connections accepted, and things taken from connections, before datagrams get their turn.
const BATCH: usize = 64;
/// A request of more bytes should not go as a datagram (RFC 3261 §18.1.1): pieces of it are lost more easily.
const LARGE_REQUEST: usize = 1_300;

/// How long a connection that we open may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long TLS and the WebSocket handshake together may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long a far side may take nothing of what is written to it.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// A socket to listen on: `tcp:192.0.2.1:5060`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Socket {
    /// What is spoken there.
    pub transport: Transport,
    /// Its address. Port 0 takes any free one.
    pub address: SocketAddr,
}

impl Socket {
    /// The socket of a transport at an address.
    #[must_use]
    pub const fn new(transport: Transport, address: SocketAddr) -> Self {
        Self { transport, address }
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.transport, self.address)
    }
}

/// What arrived.
#[derive(Debug)]
pub(in crate::telephony::sip) enum Arrived {
    /// A message.
    Message {
        /// Who sent it.
        from: SocketAddr,
        /// The socket it arrived on, by its place.
        socket: usize,
        /// What it holds.
        bytes: Bytes,
    },
    /// A connection has been silent: is it needed?
    Quiet {
        /// The far side.
        from: SocketAddr,
        /// The socket it belongs to.
        socket: usize,
    },
    /// A connection is over.
    Gone {
        /// The far side.
        from: SocketAddr,
        /// The socket it belonged to.
        socket: usize,
        /// Where requests were meant to go that it may not have carried.
        asked: BTreeSet<SocketAddr>,
    },
    /// A message could not be sent.
    Unsent {
        /// Where it was meant to go.
        to: SocketAddr,
        /// The socket it was to leave by.
        socket: usize,
    },
}

/// How sockets are to be had.
#[derive(Debug, Clone)]
pub(in crate::telephony::sip) struct Terms {
    pub(in crate::telephony::sip) tls: Option<TlsFiles>,
    pub(in crate::telephony::sip) limits: ConnectionLimits,
    /// How long a connection may be without a whole message.
    pub(in crate::telephony::sip) quiet: Duration,
    /// How often the files of TLS are looked at.
    pub(in crate::telephony::sip) look_every: Duration,
}

#[derive(Debug)]
enum Bare {
    Udp(std::net::UdpSocket),
    Tcp(std::net::TcpListener),
}

/// Sockets that are bound and not yet read.
#[derive(Debug)]
pub(in crate::telephony::sip) struct Bound {
    sockets: Vec<Bare>,
    places: Vec<Socket>,
    tls: Option<(TlsFiles, Tls)>,
    terms: Terms,
}

impl Bound {
    /// Binds the sockets in their order.
    ///
    /// # Errors
    /// When one cannot be had, or the certificate cannot be used.
    pub(in crate::telephony::sip) fn new(
        listen: &[Socket],
        terms: Terms,
    ) -> Result<Self, AdapterError> {
        let wants_tls = listen.iter().find(|socket| socket.transport.is_secure());
        let tls = match (wants_tls, terms.tls.clone()) {
            (None, _) => None,
            (Some(socket), None) => return Err(failed(socket, "there is no certificate for it")),
            (Some(socket), Some(files)) => {
                let tls = Tls::load(&files).map_err(|error| failed(socket, error))?;
                Some((files, tls))
            }
        };
        let (mut sockets, mut places) = (Vec::new(), Vec::new());
        for wanted in listen {
            let (bare, address) = bind(*wanted).map_err(|error| failed(wanted, error))?;
            sockets.push(bare);
            places.push(Socket { address, ..*wanted });
        }
        Ok(Self { sockets, places, tls, terms })
    }

    /// The sockets with the addresses that they have.
    pub(in crate::telephony::sip) fn places(&self) -> &[Socket] {
        &self.places
    }
}

fn bind(wanted: Socket) -> io::Result<(Bare, SocketAddr)> {
    if wanted.transport == Transport::Udp {
        let socket = udp::bind(wanted.address)?;
        let address = socket.local_addr()?;
        return Ok((Bare::Udp(socket), address));
    }
    let socket = listener::bind(wanted.address)?;
    let address = socket.local_addr()?;
    Ok((Bare::Tcp(socket), address))
}

fn failed(socket: &Socket, source: impl Into<Box<dyn Error + Send + Sync>>) -> AdapterError {
    AdapterError::Start { what: socket.to_string(), source: source.into() }
}

#[derive(Debug)]
enum Live {
    Udp(Datagrams),
    Tcp(Listener),
}

/// All sockets of the adapter.
#[derive(Debug)]
pub(in crate::telephony::sip) struct Sockets {
    sockets: Vec<Live>,
    places: Vec<Socket>,
    connections: Connections,
    /// What was taken from connections and waits for its turn.
    arrived: VecDeque<Arrived>,
    buffer: Vec<u8>,
    /// Where the next reading starts, so that a busy socket cannot starve the others.
    turn: usize,
    /// Looks for new certificates.
    _follower: JoinSet<()>,
}

impl Sockets {
    /// Hands bound sockets to the reactor; must run inside it.
    pub(in crate::telephony::sip) fn new(bound: Bound) -> io::Result<Self> {
        let Bound { sockets, places, tls, terms } = bound;
        let live = sockets.into_iter().map(|bare| match bare {
            Bare::Udp(socket) => Datagrams::new(socket).map(Live::Udp),
            Bare::Tcp(socket) => Listener::new(socket).map(Live::Tcp),
        });
        let sockets = live.collect::<io::Result<Vec<_>>>()?;
        let mut follower = JoinSet::new();
        let tls = tls.map(|(files, tls)| {
            let (newest, tls) = watch::channel(tls);
            follower.spawn(tls::follow(files, terms.look_every, newest));
            tls
        });
        let patience = Patience {
            connect: CONNECT_LIMIT,
            handshake: HANDSHAKE_LIMIT,
            quiet: terms.quiet,
            write: WRITE_LIMIT,
        };
        Ok(Self {
            sockets,
            places,
            connections: Connections::new(terms.limits, patience, tls),
            arrived: VecDeque::new(),
            buffer: vec![0; MAX_DATAGRAM],
            turn: 0,
            _follower: follower,
        })
    }

    /// The sockets with the addresses that they have, by their places.
    pub(in crate::telephony::sip) fn places(&self) -> &[Socket] {
        &self.places
    }

    /// Waits until something may have arrived.
    pub(in crate::telephony::sip) async fn readable(&mut self) {
        poll_fn(|context| {
            self.take(context);
            // Every socket is asked each time, so that each of them wakes this task.
            let datagrams = self.sockets.iter().filter(|socket| match socket {
                Live::Udp(socket) => socket.poll_ready(context),
                Live::Tcp(_) => false,
            });
            let ready = datagrams.count() > 0 || !self.arrived.is_empty();
            if ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Accepts connections, and takes what connections have to tell. What is left of either wakes the task again.
    fn take(&mut self, context: &mut Context<'_>) {
        let mut accepted = 0;
        for (place, live) in self.sockets.iter_mut().enumerate() {
            let Live::Tcp(listener) = live else { continue };
            let Some(socket) = self.places.get(place) else { continue };
            let Socket { transport, address } = *socket;
            let door = Door { socket: place, transport, address };
            while accepted < BATCH {
                let Some((stream, far)) = listener.poll_accept(context) else { break };
                self.connections.accept(door, stream, far);
                accepted += 1;
            }
        }
        while self.arrived.len() < BATCH {
            let Some(happened) = self.connections.poll_next(context) else { break };
            self.arrived.push_back(match happened {
                Happened::Message { socket, from, bytes } => {
                    Arrived::Message { socket, from, bytes }
                }
                Happened::Quiet { socket, from } => Arrived::Quiet { socket, from },
                Happened::Gone { socket, from, asked } => Arrived::Gone { socket, from, asked },
                Happened::Unsent { socket, to } => Arrived::Unsent { socket, to },
            });
        }
        if accepted == BATCH {
            context.waker().wake_by_ref();
        }
    }

    /// The next thing that has arrived, if any: sockets and connections in turn.
    pub(in crate::telephony::sip) fn try_receive(&mut self) -> Option<Arrived> {
        let count = self.sockets.len() + 1;
        for offset in 0..count {
            let place = (self.turn + offset) % count;
            let arrived = match self.sockets.get(place) {
                Some(Live::Udp(socket)) => {
                    let read = socket.try_receive(&mut self.buffer);
                    read.map(|(from, bytes)| Arrived::Message { from, socket: place, bytes })
                }
                Some(Live::Tcp(_)) => None,
                None => self.arrived.pop_front(),
            };
            if arrived.is_some() {
                self.turn = (place + 1) % count;
                return arrived;
            }
        }
        None
    }

    /// Sends a message from a socket. Over connections, what cannot be sent comes back as [`Arrived::Unsent`].
    pub(in crate::telephony::sip) fn send(
        &mut self,
        socket: usize,
        to: SocketAddr,
        fallback: Option<SocketAddr>,
        bytes: &Bytes,
    ) {
        match (self.sockets.get(socket), self.places.get(socket)) {
            (Some(Live::Udp(datagrams)), _) => {
                if bytes.len() > LARGE_REQUEST && !bytes.starts_with(b"SIP/") {
                    tracing::debug!(%to, bytes = bytes.len(), "A request is large for UDP.");
                }
                datagrams.send(to, bytes);
            }
            (Some(Live::Tcp(_)), Some(Socket { transport, address })) => {
                let door = Door { socket, transport: *transport, address: *address };
                self.connections.send(door, to, fallback, bytes);
            }
            (Some(Live::Tcp(_)) | None, _) => {}
        }
    }

    /// Remembers the name that an address was looked up by: its certificate must bear it.
    pub(in crate::telephony::sip) fn name(&mut self, address: SocketAddr, name: &str) {
        self.connections.name(address, name);
    }

    /// Notes that a connection serves a call or a registration, so that it gives way to no stranger.
    pub(in crate::telephony::sip) fn prove(&mut self, socket: usize, far: SocketAddr) {
        self.connections.prove(socket, far);
    }

    /// Closes a connection that nobody needs.
    pub(in crate::telephony::sip) fn dismiss(&mut self, socket: usize, far: SocketAddr) {
        self.connections.dismiss(socket, far);
    }
}
