//! How the sockets of streams are laid out and looked at.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};

use clap::ValueEnum;
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;

use crate::cli::bench::error::BenchError;
use crate::cli::bench::load::{Receiver, bind};
use crate::media::RtpPacket;

/// Packets that are taken from a socket in one turn.
const MAX_ARRIVALS: usize = 16;
/// Sockets that one question for those that are ready may name.
const MAX_READY: usize = 1_024;

/// How the sockets of streams are laid out and looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// One for each stream, looked at once in 20 ms.
    Turn,
    /// One for each stream, looked at every 5 ms.
    Tick,
    /// One for each stream; the system is asked every 5 ms which of them have something.
    Ready,
    /// One for all streams of a thread, told apart by who sends, read many datagrams at a time every 5 ms.
    Shared,
}

impl Way {
    /// What it is called in a title.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Turn => "a socket each, looked at once in 20 ms",
            Self::Tick => "a socket each, looked at every 5 ms",
            Self::Ready => "a socket each, the system asked every 5 ms which have something",
            Self::Shared => "one socket a thread, read every 5 ms",
        }
    }
}

/// The sockets of a thread.
#[derive(Debug)]
pub(super) struct Sockets {
    way: Way,
    /// One for each stream, or one for all.
    sockets: Vec<UdpSocket>,
    /// Where all of them send, if that one is for all.
    remote: SocketAddr,
    /// Whom to ask for the sockets that have something.
    ready: Option<OwnedFd>,
    /// By whom the streams of a shared socket are told apart, in order, and what came of each.
    sources: Vec<(u32, u64)>,
}

/// Room for what comes, made by the thread that takes it.
pub(super) struct Room {
    batch: Receiver,
    ready: Vec<Event>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { batch: Receiver::new(), ready: Vec::with_capacity(MAX_READY) }
    }
}

impl Sockets {
    /// Makes the sockets of streams that come from `sources` and go to `remote`.
    ///
    /// # Errors
    /// [`BenchError::System`] where a socket cannot be had.
    pub(super) fn new(way: Way, sources: &[u32], remote: SocketAddr) -> Result<Self, BenchError> {
        let refused = BenchError::system("a socket for each stream");
        let mut sockets = Vec::new();
        if way == Way::Shared {
            sockets.push(bind()?);
        } else {
            for _ in sources {
                let socket = UdpSocket::bind((super::LOCALHOST, 0)).map_err(&refused)?;
                socket.connect(remote).map_err(&refused)?;
                socket.set_nonblocking(true).map_err(&refused)?;
                sockets.push(socket);
            }
        }
        let ready = match way {
            Way::Ready => Some(watch(&sockets).map_err(|error| refused(error.into()))?),
            Way::Turn | Way::Tick | Way::Shared => None,
        };
        let sources = sources.iter().map(|&source| (source, 0)).collect();
        Ok(Self { way, sockets, remote, ready, sources })
    }

    /// The port of each stream.
    ///
    /// # Errors
    /// [`BenchError::System`] where the system does not know.
    pub(super) fn ports(&self) -> Result<Vec<u16>, BenchError> {
        let streams = 0..self.sources.len();
        let port = |n| self.socket(n).map_or(Ok(0), |socket| Ok(socket.local_addr()?.port()));
        let ports: Result<_, std::io::Error> = streams.map(port).collect();
        ports.map_err(BenchError::system("a socket's address"))
    }

    /// Does the part of one of `slots` ticks: takes what is to be taken then, sends to the streams whose turn it is.
    pub(super) fn tick(
        &mut self,
        (slot, slots): (usize, usize),
        room: &mut Room,
        datagram: &mut [u8],
    ) {
        match (self.way, &self.ready) {
            (Way::Turn, _) => self.sockets.iter().skip(slot).step_by(slots).for_each(drain),
            (Way::Tick, _) => self.sockets.iter().for_each(drain),
            (Way::Ready, Some(queue)) => {
                room.ready.clear();
                let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
                let asked = epoll::wait(queue, spare_capacity(&mut room.ready), Some(&at_once));
                asked.unwrap_or_default();
                for event in &room.ready {
                    let place = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                    self.sockets.get(place).into_iter().for_each(drain);
                }
            }
            (Way::Ready, None) => {}
            (Way::Shared, _) => {
                let sources = &mut self.sources;
                room.batch.drain(&self.sockets[0], |_, _, datagram| {
                    let from = RtpPacket::parse(datagram).map(|packet| packet.header.ssrc);
                    let place = sources.binary_search_by_key(&from, |&(source, _)| Some(source));
                    if let Some((_, count)) = place.ok().and_then(|place| sources.get_mut(place)) {
                        *count += 1;
                    }
                });
            }
        }
        for n in (slot..self.sources.len()).step_by(slots) {
            super::sign(datagram, self.sources[n].0);
            let Some(socket) = self.socket(n) else { continue };
            let sent = match self.way {
                Way::Shared => socket.send_to(datagram, self.remote),
                Way::Turn | Way::Tick | Way::Ready => socket.send(datagram),
            };
            // What is not sent is missed at the far side, which is what is measured.
            sent.unwrap_or_default();
        }
    }

    fn socket(&self, n: usize) -> Option<&UdpSocket> {
        self.sockets.get(if self.way == Way::Shared { 0 } else { n })
    }
}

/// Has the system watch over sockets; it names their places.
fn watch(sockets: &[UdpSocket]) -> rustix::io::Result<OwnedFd> {
    let queue = epoll::create(CreateFlags::CLOEXEC)?;
    for (place, socket) in sockets.iter().enumerate() {
        epoll::add(&queue, socket, EventData::new_u64(place as u64), EventFlags::IN)?;
    }
    Ok(queue)
}

/// Takes what has come to a socket.
fn drain(socket: &UdpSocket) {
    let mut arrival = [0; 1_500];
    for _ in 0..MAX_ARRIVALS {
        if matches!(socket.recv(&mut arrival), Err(error) if error.kind() == ErrorKind::WouldBlock)
        {
            return;
        }
    }
}
