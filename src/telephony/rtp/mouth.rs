//! What a leg says: sounds, keys, or the party that it is bridged with, one packet after the other.

use std::collections::VecDeque;
use std::net::UdpSocket;

use super::line::Line;
use super::turn::Turn;
use crate::call::LegId;
use crate::media::{
    Band, Codec, Encoder, FRAME, Filled, KeyQueue, KeyTurn, Outgoing, Part, Player, RTP_HEADER,
    RtpHeader, Said,
};
use crate::time::{Duration, Instant};

/// Packets that are sent at once after a late turn; further ones are left out, their time shows in the timestamps.
const MAX_BURST: usize = 3;
/// The longest payload of our own: 60 ms with a byte for each sample.
const MAX_PAYLOAD: usize = 3 * FRAME;
/// Samples of the bridged party that wait at most beside those of a packet, before the oldest are left out: 40 ms.
const MAX_SPARE: usize = 2 * FRAME;

/// The mouth of a leg.
#[derive(Debug)]
pub(super) struct Mouth {
    pub(super) player: Player,
    pub(super) outgoing: Outgoing,
    pub(super) keys: KeyQueue,
    /// What encodes that which is not ready-made in a codec; `None` before it is needed.
    encoder: Option<(Codec, Band, Encoder)>,
    /// What it said lately, if anybody asks how that comes back.
    said: Option<Box<Said>>,
    /// Decoded audio of the bridged party that was not sent yet, and its band.
    speech: VecDeque<i16>,
    band: Band,
    /// When the next packet is due.
    due: Instant,
}

/// One packet in the making.
type Datagram = [u8; RTP_HEADER + MAX_PAYLOAD];

impl Mouth {
    pub(super) fn new(outgoing: Outgoing) -> Self {
        Self {
            player: Player::default(),
            outgoing,
            keys: KeyQueue::default(),
            encoder: None,
            said: None,
            speech: VecDeque::new(),
            band: Band::Narrow,
            due: Instant::ZERO,
        }
    }

    /// Sets when the next packet is due, in a line of packets of so much time. Timestamps stay true, and what is sent is
    /// never of the same time as what was sent.
    pub(super) fn begin(&mut self, due: Instant, packet_time: Duration) {
        if self.due != Instant::ZERO {
            let units = |span: Duration| {
                let units = span.as_micros() * u64::from(self.outgoing.step());
                u32::try_from(units / packet_time.as_micros().max(1)).unwrap_or(u32::MAX)
            };
            let (later, sooner) = (units(due.since(self.due)), units(self.due.since(due)));
            if sooner > 0 && self.outgoing.rests() {
                self.outgoing.hurry(sooner);
            } else if sooner > 0 {
                return self.begin(due + packet_time, packet_time);
            } else if later > 0 {
                self.outgoing.wait(later);
            }
        }
        self.due = due;
    }

    /// When the next packet is due.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// Whether what is to be sent need not wait until the next packet is due.
    pub(super) const fn rests(&self) -> bool {
        self.outgoing.rests()
    }

    /// Remembers what it plays from now on, or no longer.
    pub(super) fn remember(&mut self, wanted: bool) {
        if wanted {
            self.said.get_or_insert_default();
        } else {
            self.said = None;
        }
    }

    /// What it played lately, if it remembers.
    pub(super) fn said(&self) -> Option<&Said> {
        self.said.as_deref()
    }

    /// Takes 10 ms of the bridged party in a band, in a line of packets of so much time.
    pub(super) fn say(&mut self, part: &[i16], band: Band, packet_time: Duration) {
        if std::mem::replace(&mut self.band, band) != band {
            self.speech.clear();
        }
        self.speech.extend(part);
        let most = (samples_in(packet_time) + MAX_SPARE) * band.factor();
        if self.speech.len() > most {
            self.speech.drain(..part.len());
        }
    }

    /// Lets the next packet go at once, if the bridged party has said a whole one and nothing was sent just before: it
    /// need not wait for its time too. Returns whether it is due.
    pub(super) fn hasten(&mut self, packet_time: Duration, now: Instant) -> bool {
        let whole = self.speech.len() >= samples_in(packet_time) * self.band.factor();
        if whole && self.due > now && self.outgoing.rests() {
            self.begin(now, packet_time);
        }
        whole && self.due <= now
    }

    /// Forgets what the bridged party said last.
    pub(super) fn hush(&mut self) {
        self.speech.clear();
    }

    /// Sends the packets that are due, or lets them pass.
    pub(super) fn send_due(
        &mut self,
        line: &mut Option<Line>,
        socket: &UdpSocket,
        place: &Place,
        turn: &mut Turn<'_>,
    ) {
        let packet_time = packet_time(line.as_ref());
        for _ in 0..MAX_BURST {
            if self.due > turn.now {
                return;
            }
            self.due += packet_time;
            let sent = line.as_mut().is_some_and(|line| self.send(line, socket, place, turn));
            if !sent {
                self.outgoing.pause(1);
            }
        }
        if self.due <= turn.now {
            let missed = turn.now.since(self.due).as_micros() / packet_time.as_micros().max(1) + 1;
            self.due += packet_time.times(missed);
            self.outgoing.pause(u32::try_from(missed).unwrap_or(u32::MAX));
        }
    }

    /// Sends one packet. Returns whether there was one to send.
    fn send(
        &mut self,
        line: &mut Line,
        socket: &UdpSocket,
        place: &Place,
        turn: &mut Turn<'_>,
    ) -> bool {
        let mut datagram: Datagram = [0; _];
        if let Some(length) = self.key(line, &mut datagram) {
            line.send(socket, &datagram[..length], turn.now);
            return true;
        }
        let room = &mut datagram[RTP_HEADER..];
        let leads_in = line.leads_in(turn.now);
        let length = if leads_in {
            (!place.bridged).then(|| self.silence(line, room))
        } else if !place.bridged || self.player.is_playing() {
            self.sounds(line, room, place.leg, turn)
        } else {
            self.speech(line, room)
        };
        if !line.sends() {
            return false;
        }
        let length = match length {
            Some(length) => length,
            None if line.needs_keep_alive(turn.now) => self.silence(line, room),
            None => return false,
        };
        let header = self.outgoing.frame(line.stream.payload_type);
        write(&header, &mut datagram);
        line.sent.note(&header, length, turn.now);
        line.send(socket, &datagram[..RTP_HEADER + length], turn.now);
        true
    }

    /// Writes the key packet that is due instead of audio, if one is. Returns its length.
    fn key(&mut self, line: &mut Line, datagram: &mut Datagram) -> Option<usize> {
        if self.keys.is_idle() || !line.sends() {
            return None;
        }
        let Some(events) = line.stream.events else {
            // Nothing was agreed by which they could be sent.
            self.keys = KeyQueue::default();
            return None;
        };
        let due = self.outgoing.timestamp();
        match self.keys.turn(due, line.stream.packet_time, events.clock_rate) {
            KeyTurn::Audio => None,
            KeyTurn::Key(packet, start) => {
                let header = self.outgoing.key(events.payload_type, packet.marker, start);
                let payload = write(&header, datagram);
                payload[..packet.payload.len()].copy_from_slice(&packet.payload);
                Some(RTP_HEADER + packet.payload.len())
            }
        }
    }

    /// Writes what the player plays; `None` if nothing sounds.
    fn sounds(
        &mut self,
        line: &Line,
        room: &mut [u8],
        leg: LegId,
        turn: &mut Turn<'_>,
    ) -> Option<usize> {
        let codec = line.stream.codec;
        let (parts, samples_each) = codec.parts(line.stream.packet_time);
        let bytes_each = codec.frame_bytes() * samples_each / FRAME;
        let mut samples = [0; FRAME];
        let mut sounded = false;
        // A packet is of the time from that at which it was due.
        let due = position(self.due.before(line.stream.packet_time));
        let both = self.said.is_some() && codec.law().is_none();
        for n in 0..parts {
            let payload = room.get_mut(n * bytes_each..(n + 1) * bytes_each)?;
            let at = turn.now + Duration::from_micros(n as u64 * samples_each as u64 * 125);
            let mut part = Part { codec, payload, samples: &mut samples[..samples_each], both };
            let filled = self.player.part(at, &mut part, turn.ended);
            if let Some(said) = &mut self.said
                && filled != Filled::Nothing
            {
                let due = due + (n * samples_each) as u64;
                match codec.law().filter(|_| filled == Filled::Payload) {
                    Some(law) => said.add(due, payload.iter().map(|byte| law.decode(*byte))),
                    None => said.add(due, samples[..samples_each].iter().copied()),
                }
            }
            match filled {
                Filled::Payload => sounded = true,
                Filled::Samples => {
                    sounded = true;
                    encoder(&mut self.encoder, codec, Band::Narrow)
                        .encode(&samples[..samples_each], payload);
                    let wanted = self.player.unencoded(codec).cloned();
                    wanted.for_each(|sound| turn.kitchen.order(sound, codec));
                }
                Filled::Nothing if n == 0 => break,
                Filled::Nothing => write_silence(&mut self.encoder, codec, payload),
            }
        }
        turn.outbox.push_ended(turn.now, leg, turn.ended);
        sounded.then_some(parts * bytes_each)
    }

    /// Writes what the bridged party said; `None` if that is no whole packet yet.
    fn speech(&mut self, line: &Line, room: &mut [u8]) -> Option<usize> {
        let count = samples_in(line.stream.packet_time) * self.band.factor();
        let samples = self.speech.make_contiguous().get(..count)?;
        let length = encoder(&mut self.encoder, line.stream.codec, self.band).encode(samples, room);
        self.speech.drain(..count);
        (length > 0).then_some(length)
    }

    /// Writes a packet of silence.
    fn silence(&mut self, line: &Line, room: &mut [u8]) -> usize {
        let codec = line.stream.codec;
        let (parts, samples) = codec.parts(line.stream.packet_time);
        let length = (parts * codec.frame_bytes() * samples / FRAME).min(room.len());
        for part in room[..length].chunks_mut(codec.frame_bytes()) {
            write_silence(&mut self.encoder, codec, part);
        }
        length
    }
}

/// Where a mouth is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) leg: LegId,
    /// Whether it speaks for another party.
    pub(super) bridged: bool,
}

/// The time of a packet before anything was agreed.
const DEFAULT_TIME: Duration = Duration::from_millis(20);

/// The time of each packet that is sent on a line.
pub(super) fn packet_time(line: Option<&Line>) -> Duration {
    line.map_or(DEFAULT_TIME, |line| line.stream.packet_time)
}

/// The encoder of a codec and a band, made anew where the last one was of another.
fn encoder(known: &mut Option<(Codec, Band, Encoder)>, codec: Codec, band: Band) -> &mut Encoder {
    if known.as_ref().is_some_and(|(known, of, _)| (*known, *of) != (codec, band)) {
        *known = None;
    }
    &mut known.get_or_insert_with(|| (codec, band, Encoder::of(codec, band))).2
}

/// Fills a part of 20 ms or less with silence.
fn write_silence(known: &mut Option<(Codec, Band, Encoder)>, codec: Codec, part: &mut [u8]) {
    match codec.law() {
        Some(law) => part.fill(law.silence()),
        None => {
            let samples = [0; FRAME];
            let count = part.len() * FRAME / codec.frame_bytes();
            encoder(known, codec, Band::Narrow).encode(&samples[..count.min(FRAME)], part);
        }
    }
}

/// A moment as a position of 8 kHz, on which what is said and what is heard are counted.
pub(super) const fn position(at: Instant) -> u64 {
    at.as_micros() / 125
}

/// Samples of 8 kHz in so much time.
fn samples_in(time: Duration) -> usize {
    usize::try_from(time.as_millis() * 8).unwrap_or(FRAME)
}

/// Writes the header of a datagram. Returns the room for its payload.
pub(super) fn write<'a>(header: &RtpHeader, datagram: &'a mut [u8]) -> &'a mut [u8] {
    let (fixed, payload) =
        datagram.split_first_chunk_mut::<RTP_HEADER>().expect("made with room for the header");
    header.write(fixed);
    payload
}
