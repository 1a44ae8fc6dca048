//! A leg's agreed stream as it lives: where packets go, whose are taken, how long it has been quiet.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use super::cover::{self, Cover};
use super::settings::Settings;
use super::stream::Stream;
use crate::media::{RtpHeader, Sent, Source, SourcePolicy, Unopened, Verdict};
use crate::time::{Duration, Instant};

/// How long the first sound waits at most for a source that is still to be learnt.
const LEARN_PATIENCE: Duration = Duration::from_secs(1);
/// Silence that is sent to a source that was just learnt before the first sound.
const LEARNT_LEAD_IN: Duration = Duration::from_millis(200);
/// A frame of silence is sent when nothing was for so long, to keep the way open (RFC 6263 §4.6).
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The static payload type of comfort noise.
const COMFORT_NOISE: u8 = 13;

/// One agreed stream.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: Stream,
    /// What was sent on it.
    pub(super) sent: Sent,
    source: Source,
    /// Where packets go, in the address family of the socket.
    target: SocketAddr,
    /// Whether the system's socket is bound to the far side, so that strangers do not even reach us.
    bound: bool,
    connected_at: Instant,
    /// Until when silence is sent and sounds wait.
    lead_in: Instant,
    /// When the far side was heard last, or may have begun to send.
    heard_at: Instant,
    /// When we sent last.
    sent_at: Instant,
    lost: bool,
    /// The encryption, if the stream has keys.
    cover: Option<Cover>,
}

/// What became of the far side's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Unchanged,
    Lost,
    Restored,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PayloadKind {
    /// Audio in the agreed codec.
    Audio,
    /// Telephone-events.
    Event,
    /// Comfort noise (RFC 3389): the far side pauses, and says what that sounds like.
    Noise,
    /// Anything else: it shows that the far side lives.
    Other,
}

impl Line {
    pub(super) fn new(
        stream: Stream,
        socket: &UdpSocket,
        settings: &Settings,
        now: Instant,
    ) -> Self {
        let wait = match stream.source {
            SourcePolicy::Strict => settings.lead_in,
            SourcePolicy::Learn { .. } => settings.lead_in.max(LEARN_PATIENCE),
        };
        let mut line = Self {
            sent: Sent::default(),
            source: Source::new(stream.remote, stream.source, now),
            target: stream.remote,
            bound: false,
            connected_at: now,
            lead_in: now + wait,
            heard_at: now,
            sent_at: now,
            lost: false,
            cover: stream.keys.clone().map(Cover::new),
            stream,
        };
        line.bind(socket);
        line
    }

    /// Takes what was agreed anew. What was learnt stays while address and policy do.
    pub(super) fn renew(&mut self, stream: Stream, socket: &UdpSocket, now: Instant) {
        let moved = self.stream.remote != stream.remote || self.stream.source != stream.source;
        match (&mut self.cover, stream.keys.clone()) {
            (Some(cover), Some(keys)) => cover.renew(keys),
            (cover, keys) => *cover = keys.map(Cover::new),
        }
        self.stream = stream;
        self.heard_at = now;
        if moved {
            self.source = Source::new(self.stream.remote, self.stream.source, now);
            self.bind(socket);
        }
    }

    /// Opens a packet of the far side, RTP or RTCP, in place; one of a plain stream stays as it is.
    ///
    /// # Errors
    /// [`Unopened`], before anything of the packet is believed.
    pub(super) fn open<'a>(&mut self, datagram: &'a mut [u8]) -> Result<&'a [u8], Unopened> {
        match &mut self.cover {
            Some(cover) => cover.open(datagram),
            None => Ok(datagram),
        }
    }

    pub(super) fn kind(&self, payload_type: u8) -> PayloadKind {
        if payload_type == self.stream.payload_type {
            PayloadKind::Audio
        } else if self.stream.events.is_some_and(|events| events.payload_type == payload_type) {
            PayloadKind::Event
        } else if payload_type == COMFORT_NOISE || self.stream.comfort_noise == Some(payload_type) {
            PayloadKind::Noise
        } else {
            PayloadKind::Other
        }
    }

    /// Whether sounds still wait for the way to open.
    pub(super) fn leads_in(&self, now: Instant) -> bool {
        now < self.lead_in
    }

    /// Whether we may send, and know where.
    pub(super) fn sends(&self) -> bool {
        self.stream.direction.sends() && self.is_known()
    }

    fn is_known(&self) -> bool {
        self.target.port() != 0 && !self.target.ip().is_unspecified()
    }

    /// Where reports go; `None` = nowhere yet.
    pub(super) fn control_address(&self) -> Option<SocketAddr> {
        let mut address = self.is_known().then_some(self.target)?;
        match self.stream.control_port {
            // Behind a translator of addresses the port that was named means nothing: the next one is as good a guess.
            Some(port) if self.source.remote() == self.stream.remote => address.set_port(port),
            Some(_) => address.set_port(address.port().checked_add(1)?),
            None => {}
        }
        Some(address)
    }

    /// Whether a datagram comes from where media comes from.
    pub(super) fn is_far_side(&self, from: SocketAddr) -> bool {
        self.is_far_host(from) && from.port() == self.source.remote().port()
    }

    /// Whether a datagram comes from the host that media comes from.
    pub(super) fn is_far_host(&self, from: SocketAddr) -> bool {
        from.ip().to_canonical() == self.source.remote().ip()
    }

    /// Whether nothing was sent for so long that the way may close.
    pub(super) fn needs_keep_alive(&self, now: Instant) -> bool {
        now.since(self.sent_at) >= KEEP_ALIVE
    }

    /// Whether a packet is of the far side.
    pub(super) fn takes(
        &mut self,
        from: SocketAddr,
        header: &RtpHeader,
        socket: &UdpSocket,
        settings: &Settings,
        now: Instant,
    ) -> bool {
        match self.source.judge(from, header) {
            Verdict::Accepted => true,
            Verdict::Foreign => false,
            Verdict::Learnt => {
                self.bind(socket);
                let open = (self.connected_at + settings.lead_in).max(now + LEARNT_LEAD_IN);
                self.lead_in = self.lead_in.min(open);
                true
            }
        }
    }

    /// The far side was heard.
    pub(super) fn heard(&mut self, now: Instant) -> Presence {
        self.heard_at = now;
        if std::mem::take(&mut self.lost) { Presence::Restored } else { Presence::Unchanged }
    }

    /// Looks whether the far side has been quiet for too long, and whether learning is over.
    pub(super) fn watch(
        &mut self,
        socket: &UdpSocket,
        settings: &Settings,
        now: Instant,
    ) -> Presence {
        if self.source.settle(now) {
            self.bind(socket);
        }
        let quiet = now.since(self.heard_at) >= settings.lost_after;
        if self.lost || !quiet || !self.stream.direction.receives() {
            return Presence::Unchanged;
        }
        self.lost = true;
        Presence::Lost
    }

    /// Sends one packet. What the network refuses is lost like any other packet.
    pub(super) fn send(&mut self, socket: &UdpSocket, packet: &[u8], now: Instant) {
        self.sent_at = now;
        let (bound, target) = (self.bound, self.target);
        self.sealed(packet, |packet| {
            if bound { socket.send(packet) } else { socket.send_to(packet, target) }
        });
    }

    /// Sends a packet by another way than the media's, as it must look on the network.
    pub(super) fn sealed(&mut self, packet: &[u8], send: impl FnOnce(&[u8]) -> io::Result<usize>) {
        let sent = match &mut self.cover {
            None => send(packet),
            Some(cover) => {
                let mut room = cover::room();
                match cover.seal(packet, &mut room) {
                    Some(sealed) => send(sealed),
                    // What cannot be sealed must not go out in the clear.
                    None => return tracing::debug!("A packet could not be encrypted."),
                }
            }
        };
        if let Err(error) = sent {
            tracing::trace!(%error, "Packet not sent.");
        }
    }

    /// Binds the socket to a source that is settled; where the system refuses, addresses are still compared here.
    fn bind(&mut self, socket: &UdpSocket) {
        if std::mem::take(&mut self.bound) && rustix::net::connect_unspec(socket).is_err() {
            tracing::debug!("Socket not released from its old far side.");
        }
        self.target = reachable(socket, self.source.remote());
        self.bound =
            self.is_known() && self.source.is_fixed() && socket.connect(self.target).is_ok();
    }
}

/// The address in the family of the socket.
fn reachable(socket: &UdpSocket, remote: SocketAddr) -> SocketAddr {
    match (socket.local_addr(), remote) {
        (Ok(SocketAddr::V6(_)), SocketAddr::V4(v4)) => {
            SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
        }
        _ => remote,
    }
}
