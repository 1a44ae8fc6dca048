//! All connections: accepted and opened, found by where they lead, bounded, and ended from outside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::rustls::pki_types::ServerName;

use super::connection::{self, ConnectionId, Guise, Line, Origin, Patience, Told};
use super::sources::{Admission, ConnectionLimits, Sources};
use super::tls::Tls;
use crate::sip::Transport;

/// What connections may have told and nobody has taken; beyond it they wait, and their far sides with them.
const TOLD: usize = 1_024;
/// Messages that may wait to be written to one far side; one more and it is given up.
const ORDERS: usize = 128;
/// Most ways noted on one connection that requests of ours took.
const MAX_ASKED: usize = 64;
/// Most names remembered of servers that were looked up.
const MAX_NAMES: usize = 1_024;

/// How often a connection of ours may be quiet before it is asked whether it is needed: a quarter of an hour with the
/// usual limit. What registers us somewhere, or will be called again, is kept by less.
const OWN_QUIETS: u32 = 30;
/// What keeps a connection of ours alive.
const PING: &[u8] = b"\r\n\r\n";

/// One listening socket as connections see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door {
    /// Its place among all sockets.
    pub(super) socket: usize,
    /// What is spoken there.
    pub(super) transport: Transport,
    /// Its own address.
    pub(super) address: SocketAddr,
}

/// What happened on connections.
#[derive(Debug)]
pub(super) enum Happened {
    /// A message came.
    Message { socket: usize, from: SocketAddr, bytes: Bytes },
    /// None came for a while.
    Quiet { socket: usize, from: SocketAddr },
    /// A connection is over; requests of ours that were sent to `asked` over it may be lost.
    Gone { socket: usize, from: SocketAddr, asked: BTreeSet<SocketAddr> },
    /// A message could not be sent.
    Unsent { socket: usize, to: SocketAddr },
}

/// One connection as its owner sees it.
#[derive(Debug)]
struct Connection {
    socket: usize,
    far: SocketAddr,
    orders: mpsc::Sender<Bytes>,
    abort: AbortHandle,
    /// Where requests of ours were meant to go.
    asked: BTreeSet<SocketAddr>,
    /// Whether it was opened by us.
    is_ours: bool,
    /// How often it was quiet since the last message.
    quiets: u32,
}

/// All connections.
pub(super) struct Connections {
    patience: Patience,
    sources: Sources,
    tls: Option<watch::Receiver<Tls>>,
    open: BTreeMap<ConnectionId, Connection>,
    /// By the socket's place and the far side.
    ways: BTreeMap<(usize, SocketAddr), ConnectionId>,
    /// The names that servers were looked up by: what their certificates must say.
    names: BTreeMap<SocketAddr, ServerName<'static>>,
    tasks: JoinSet<()>,
    teller: mpsc::Sender<(ConnectionId, Told)>,
    told: mpsc::Receiver<(ConnectionId, Told)>,
    /// What happened by our own doing.
    waiting: VecDeque<Happened>,
    next: u64,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl Connections {
    /// None yet.
    pub(super) fn new(
        limits: ConnectionLimits,
        patience: Patience,
        tls: Option<watch::Receiver<Tls>>,
    ) -> Self {
        let (teller, told) = mpsc::channel(TOLD);
        Self {
            patience,
            sources: Sources::new(limits),
            tls,
            open: BTreeMap::new(),
            ways: BTreeMap::new(),
            names: BTreeMap::new(),
            tasks: JoinSet::new(),
            teller,
            told,
            waiting: VecDeque::new(),
            next: 0,
        }
    }

    /// Takes a connection that was accepted, if there is room.
    pub(super) fn accept(&mut self, door: Door, stream: TcpStream, far: SocketAddr) {
        let Some(guise) = self.guise(door.transport) else { return };
        if self.make_room(far.ip()) {
            tracing::trace!(%far, transport = %door.transport, "A connection came.");
            self.begin(door.socket, far, Origin::Accepted(stream), guise);
        } else {
            tracing::debug!(%far, "A connection was refused: there are too many.");
        }
    }

    /// Sends a message over the connection that leads to `to`, else over one to `fallback` or `to`, which is opened
    /// if need be.
    pub(super) fn send(
        &mut self,
        door: Door,
        to: SocketAddr,
        fallback: Option<SocketAddr>,
        bytes: &Bytes,
    ) {
        let there = fallback.unwrap_or(to);
        let known = |to| self.ways.get(&(door.socket, to)).copied();
        let found = known(to).or_else(|| known(there)).or_else(|| self.open(door, there));
        let Some(id) = found else {
            return self.waiting.push_back(Happened::Unsent { socket: door.socket, to });
        };
        let Some(connection) = self.open.get_mut(&id) else { return };
        if !bytes.starts_with(b"SIP/") && connection.asked.len() < MAX_ASKED {
            connection.asked.insert(to);
        }
        if connection.orders.try_send(bytes.clone()).is_err() {
            tracing::debug!(far = %connection.far, "A far side takes nothing; its connection is closed.");
            self.close(id);
        }
    }

    /// Remembers the name that an address was looked up by.
    pub(super) fn name(&mut self, address: SocketAddr, name: &str) {
        if let Ok(name) = ServerName::try_from(name.to_owned()) {
            if self.names.len() >= MAX_NAMES {
                self.names.clear();
            }
            self.names.insert(address, name);
        }
    }

    /// Notes that a connection serves a call or a registration.
    pub(super) fn prove(&mut self, socket: usize, far: SocketAddr) {
        if let Some(id) = self.ways.get(&(socket, far)) {
            self.sources.prove(*id, far.ip());
        }
    }

    /// Closes a connection that nobody needs.
    pub(super) fn dismiss(&mut self, socket: usize, far: SocketAddr) {
        if let Some(id) = self.ways.get(&(socket, far)).copied() {
            self.close(id);
        }
    }

    /// The next thing that happened. `None` when nothing has; the task is woken when something does.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Option<Happened> {
        while let Poll::Ready(Some(ended)) = self.tasks.poll_join_next_with_id(context) {
            // Every task tells its own end; only one that broke does not.
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!("A connection broke an invariant and was closed.");
                let broken = self.open.iter().find(|(_, held)| held.abort.id() == error.id());
                if let Some(id) = broken.map(|(id, _)| *id) {
                    self.close(id);
                }
            }
        }
        loop {
            if let Some(happened) = self.waiting.pop_front() {
                return Some(happened);
            }
            let Poll::Ready(Some((id, told))) = self.told.poll_recv(context) else { return None };
            let Some(connection) = self.open.get_mut(&id) else { continue };
            let (socket, from) = (connection.socket, connection.far);
            match told {
                Told::Message(bytes) => {
                    connection.quiets = 0;
                    return Some(Happened::Message { socket, from, bytes });
                }
                Told::Quiet if connection.is_ours && connection.quiets < OWN_QUIETS => {
                    connection.quiets += 1;
                    // Address translators on the way must not forget it (RFC 5626 §3.5.1).
                    if connection.orders.try_send(Bytes::from_static(PING)).is_err() {
                        self.close(id);
                    }
                }
                Told::Quiet => return Some(Happened::Quiet { socket, from }),
                Told::Closed => self.close(id),
            }
        }
    }

    /// Opens a connection to `there`; `None` if that cannot be tried.
    fn open(&mut self, door: Door, there: SocketAddr) -> Option<ConnectionId> {
        let guise = match door.transport {
            Transport::Tcp => Guise::Plain,
            Transport::Tls => {
                let tls = self.tls.as_ref()?.borrow().client.clone();
                let name = self.names.get(&there).cloned();
                Guise::TlsTo(tls, name.unwrap_or_else(|| ServerName::from(there.ip())))
            }
            Transport::Udp | Transport::Ws | Transport::Wss => return None,
        };
        if !self.make_room(there.ip()) {
            return None;
        }
        let origin = Origin::Opened { to: there, from: door.address };
        let id = self.begin(door.socket, there, origin, guise);
        // It was wanted by us.
        self.sources.prove(id, there.ip());
        Some(id)
    }

    fn guise(&self, transport: Transport) -> Option<Guise> {
        let server = || Some(self.tls.as_ref()?.borrow().server.clone());
        match transport {
            Transport::Udp => None,
            Transport::Tcp => Some(Guise::Plain),
            Transport::Tls => server().map(Guise::Tls),
            Transport::Ws => Some(Guise::WebSocket),
            Transport::Wss => server().map(Guise::SecureWebSocket),
        }
    }

    fn make_room(&mut self, address: IpAddr) -> bool {
        match self.sources.judge(address) {
            Admission::Take => true,
            Admission::Replace(old) => {
                self.close(old);
                true
            }
            Admission::Refuse => false,
        }
    }

    fn begin(
        &mut self,
        socket: usize,
        far: SocketAddr,
        origin: Origin,
        guise: Guise,
    ) -> ConnectionId {
        self.next += 1;
        let id = ConnectionId(self.next);
        let (orders, taken) = mpsc::channel(ORDERS);
        let line = Line { id, told: self.teller.clone(), orders: taken, patience: self.patience };
        let is_ours = matches!(origin, Origin::Opened { .. });
        let abort = self.tasks.spawn(connection::run(origin, guise, line));
        // The same way twice: the first is gone at the far side, and its end is still to be told.
        if let Some(old) = self.ways.insert((socket, far), id) {
            self.close(old);
            self.ways.insert((socket, far), id);
        }
        self.sources.add(id, far.ip());
        let asked = BTreeSet::new();
        let held = Connection { socket, far, orders, abort, asked, is_ours, quiets: 0 };
        self.open.insert(id, held);
        id
    }

    fn close(&mut self, id: ConnectionId) {
        let Some(connection) = self.open.remove(&id) else { return };
        let Connection { socket, far, abort, asked, .. } = connection;
        abort.abort();
        self.sources.remove(id, far.ip());
        if self.ways.get(&(socket, far)) == Some(&id) {
            self.ways.remove(&(socket, far));
        }
        self.waiting.push_back(Happened::Gone { socket, from: far, asked });
    }
}
