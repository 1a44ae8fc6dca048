//! One leg on its thread: its socket, what it hears, what it sends, once every 20 ms.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use super::deck::Deck;
use super::event::{MediaEventKind, Outbox};
use super::line::{Line, PayloadKind, Presence};
use super::settings::Settings;
use super::stream::Stream;
use super::wheel::FRAME_TIME;
use crate::call::{KeySource, LegId, Quality};
use crate::media::{
    Ended, FRAME, KeyReceiver, Outgoing, Player, RTP_HEADER, Reception, RtpHeader, RtpPacket,
    Standing,
};
use crate::time::Instant;

/// Packets of the far side that are taken in one turn; more wait for the next one.
const MAX_ARRIVALS: usize = 16;
/// Datagrams that are looked at in one turn, those of strangers with them.
const MAX_LOOKS: usize = 256;
/// Frames that are sent at once after a late turn; further ones are left out, their time shows in the timestamps.
const MAX_BURST: usize = 3;
/// The largest datagram that is passed on: 120 ms of G.711.
const MAX_RELAYED: usize = RTP_HEADER + 960;
/// The largest datagram that is looked at: larger ones are cut short by the system and carry no telephone audio.
const MAX_DATAGRAM: usize = 1_500;

/// One party's media.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) port: u16,
    pub(super) player: Player,
    pub(super) masked: bool,
    pub(super) deck: Deck,
    /// Where on this thread the leg is that this one is bridged with.
    bridged: Option<usize>,
    socket: UdpSocket,
    line: Option<Line>,
    outgoing: Outgoing,
    reception: Reception,
    keys: KeyReceiver,
    /// When the next frame is due.
    due: Instant,
    /// Datagrams of strangers and datagrams without use.
    foreign: u64,
    unusable: u64,
}

/// Room for one datagram on its way in.
pub(super) type Arrival = [u8; MAX_DATAGRAM];

/// What a leg's turn works with.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) now: Instant,
    pub(super) settings: &'a Settings,
    pub(super) outbox: &'a mut Outbox,
    /// Room for the ends of plays; empty between uses.
    pub(super) ended: &'a mut Vec<Ended>,
}

impl Leg {
    pub(super) fn new(id: LegId, port: u16, socket: UdpSocket, outgoing: Outgoing) -> Self {
        Self {
            id,
            port,
            player: Player::default(),
            masked: false,
            deck: Deck::default(),
            bridged: None,
            socket,
            line: None,
            outgoing,
            reception: Reception::default(),
            keys: KeyReceiver::default(),
            due: Instant::ZERO,
            foreign: 0,
            unusable: 0,
        }
    }

    /// Sets the time of the first frame, when a thread takes the leg.
    pub(super) fn begin(&mut self, due: Instant) {
        self.due = due;
    }

    pub(super) fn connect(&mut self, stream: Stream, settings: &Settings, now: Instant) {
        match &mut self.line {
            Some(line) => line.renew(stream, &self.socket, now),
            None => self.line = Some(Line::new(stream, &self.socket, settings, now)),
        }
    }

    /// Where on this thread the leg is that this one is bridged with.
    pub(super) const fn bridged(&self) -> Option<usize> {
        self.bridged
    }

    /// Bridges it with the leg at `place`. A key that is held at this moment was not meant for the other party.
    pub(super) fn bridge(&mut self, place: usize) {
        self.bridged = Some(place);
        self.keys.draw_line();
    }

    /// Takes its side of a bridge apart; tells where the other side is.
    pub(super) const fn unbridge(&mut self) -> Option<usize> {
        self.bridged.take()
    }

    /// Takes what has arrived and sends what is due.
    pub(super) fn turn(
        &mut self,
        mut peer: Option<&mut Self>,
        arrival: &mut Arrival,
        turn: &mut Turn<'_>,
    ) {
        let mut arrivals = 0;
        for _ in 0..MAX_LOOKS {
            match self.socket.recv_from(arrival) {
                Ok((length, from)) => {
                    let datagram = arrival.get(..length).unwrap_or_default();
                    arrivals += usize::from(self.arrive(datagram, from, peer.as_deref_mut(), turn));
                    if arrivals == MAX_ARRIVALS {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // The far side's refusal of an earlier packet; it says nothing about the next.
                Err(_) => {}
            }
        }
        if let Some(line) = &mut self.line {
            let presence = line.watch(&self.socket, turn.settings, turn.now);
            self.report(presence, turn);
        }
        self.send_due(turn);
        self.deck.turn(turn.now, |kind| turn.outbox.push(turn.now, self.id, kind));
    }

    /// How media was received; `None` if nothing was agreed.
    pub(super) fn quality(&self) -> Option<Quality> {
        self.line.as_ref().map(|_| self.reception.quality())
    }

    /// Datagrams that were dropped: of strangers, and without use.
    pub(super) const fn dropped(&self) -> (u64, u64) {
        (self.foreign, self.unusable)
    }

    /// Works on one datagram. Returns whether it was of the far side.
    fn arrive(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        peer: Option<&mut Self>,
        turn: &mut Turn<'_>,
    ) -> bool {
        let Some(line) = &mut self.line else { return false };
        let Some(packet) = RtpPacket::parse(datagram) else {
            self.unusable += 1;
            return false;
        };
        let header = packet.header;
        if !line.takes(from, &header, &self.socket, turn.settings, turn.now) {
            self.foreign += 1;
            return false;
        }
        let kind = line.kind(header.payload_type);
        let audio = kind == PayloadKind::Audio;
        let standing = self.reception.receive(&header, audio, turn.now);
        if standing == Standing::Unproven {
            self.unusable += 1;
            return false;
        }
        if audio {
            let codec = line.stream.codec;
            self.deck.hear(codec, &packet, standing == Standing::Newest, self.masked);
        }
        let presence = line.heard(turn.now);
        self.report(presence, turn);
        if kind == PayloadKind::Event {
            self.key(&packet, turn);
        }
        match peer {
            Some(peer) if kind != PayloadKind::Other => self.pass_on(&packet, kind, peer, turn.now),
            Some(_) | None => {}
        }
        true
    }

    /// Works on one telephone-event packet.
    fn key(&mut self, packet: &RtpPacket<'_>, turn: &mut Turn<'_>) {
        self.deck.key_packet(packet);
        let Some(events) = self.line.as_ref().and_then(|line| line.stream.events) else { return };
        let Some(press) = self.keys.receive(&packet.header, packet.payload, events.clock_rate)
        else {
            return;
        };
        let (symbol, source) = (press.symbol, KeySource::RtpEvent);
        let pressed_at = turn.now.before(press.held);
        turn.outbox.push(turn.now, self.id, MediaEventKind::Key { symbol, source, pressed_at });
        self.player.key(symbol, turn.now, turn.ended);
        turn.outbox.push_ended(turn.now, self.id, turn.ended);
        self.deck.pressed(symbol, turn.now);
    }

    /// Passes a packet on to the bridged party, in its codec and under its stream's numbers. A play that sounds there
    /// is heard instead.
    fn pass_on(&self, packet: &RtpPacket<'_>, kind: PayloadKind, peer: &mut Self, now: Instant) {
        let (Some(ours), Some(theirs)) = (&self.line, &mut peer.line) else { return };
        let payload_type = match kind {
            PayloadKind::Event if self.masked => None,
            PayloadKind::Event if self.keys.is_old(&packet.header, packet.payload) => None,
            PayloadKind::Event => theirs.stream.events.map(|events| events.payload_type),
            PayloadKind::Audio | PayloadKind::Other => Some(theirs.stream.payload_type),
        };
        let length = RTP_HEADER + packet.payload.len();
        let mut datagram = [0; MAX_RELAYED];
        let (Some(payload_type), Some(datagram)) = (payload_type, datagram.get_mut(..length))
        else {
            peer.outgoing.withhold(&packet.header);
            return;
        };
        if !ours.stream.direction.receives() || !theirs.sends() {
            return;
        }
        let header = peer.outgoing.relay(&packet.header, payload_type);
        let payload = write(&header, datagram);
        payload.copy_from_slice(packet.payload);
        if kind == PayloadKind::Audio {
            ours.stream.codec.transcode(theirs.stream.codec, payload);
        }
        theirs.send(&peer.socket, datagram, now);
    }

    /// Sends the frames that are due, or lets them pass.
    fn send_due(&mut self, turn: &mut Turn<'_>) {
        for _ in 0..MAX_BURST {
            if self.due > turn.now {
                return;
            }
            self.due += FRAME_TIME;
            if !self.send_frame(turn) {
                self.outgoing.pause(1);
            }
        }
        if self.due <= turn.now {
            let missed = turn.now.since(self.due).as_micros() / FRAME_TIME.as_micros() + 1;
            self.due += FRAME_TIME.times(missed);
            self.outgoing.pause(u32::try_from(missed).unwrap_or(u32::MAX));
        }
    }

    /// Sends one frame. Returns whether there was one to send.
    fn send_frame(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(line) = &mut self.line else { return false };
        let codec = line.stream.codec;
        let mut datagram = [codec.silence(); RTP_HEADER + FRAME];
        let mut sounds = false;
        if line.leads_in(turn.now) {
            sounds = self.bridged.is_none();
        } else if self.bridged.is_none() || self.player.is_playing() {
            if let Some(frame) = datagram.last_chunk_mut::<FRAME>() {
                sounds = self.player.frame(codec, turn.now, frame, turn.ended);
            }
            turn.outbox.push_ended(turn.now, self.id, turn.ended);
        }
        if !line.sends() || !sounds && !line.needs_keep_alive(turn.now) {
            return false;
        }
        let header = self.outgoing.frame(line.stream.payload_type);
        write(&header, &mut datagram);
        line.send(&self.socket, &datagram, turn.now);
        true
    }

    fn report(&self, presence: Presence, turn: &mut Turn<'_>) {
        match presence {
            Presence::Unchanged => {}
            Presence::Lost => turn.outbox.push(turn.now, self.id, MediaEventKind::Lost),
            Presence::Restored => turn.outbox.push(turn.now, self.id, MediaEventKind::Restored),
        }
    }
}

/// Writes the header of a datagram. Returns the room for its payload.
fn write<'a>(header: &RtpHeader, datagram: &'a mut [u8]) -> &'a mut [u8] {
    let (fixed, payload) =
        datagram.split_first_chunk_mut::<RTP_HEADER>().expect("made with room for the header");
    header.write(fixed);
    payload
}
