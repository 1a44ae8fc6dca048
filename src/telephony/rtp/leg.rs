//! One leg on its thread: its socket, what it hears, what it passes on.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use super::deck::Deck;
use super::event::MediaEventKind;
use super::hearing::Hearing;
use super::line::{Line, PayloadKind, Presence};
use super::mouth::{Mouth, Place, packet_time, write};
use super::reports::Reports;
use super::settings::Settings;
use super::stream::{Passage, Stream};
use super::tones::{HeardKey, ToneEar};
use super::turn::{Arrival, Turn};
use super::wheel::Period;
use crate::bug;
use crate::call::{KeySource, LegId, Quality, Symbol};
use crate::media::{
    Band, Codec, Content, HEARD_SAMPLES, KeyReceiver, Law, MAX_PACKED, NoiseLevel, Outgoing,
    RTP_HEADER, Reception, RtpHeader, RtpPacket, SAMPLE_RATE, Standing, Voice, is_control,
};
use crate::runtime::Relay;
use crate::time::{Duration, Instant};

/// Packets of the far side that are taken in one turn; more wait for the next one.
const MAX_ARRIVALS: usize = 16;
/// Datagrams that are looked at in one turn, those of strangers with them.
const MAX_LOOKS: usize = 256;
/// The largest datagram that is passed on.
const MAX_RELAYED: usize = RTP_HEADER + 1_280;

/// 10 ms of silence in any band.
const SILENCE: [i16; 2 * HEARD_SAMPLES] = [0; _];

/// The keys that a packet was the first to tell of.
type Pressed = [Option<Symbol>; MAX_PACKED];

/// One party's media.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) port: u16,
    pub(super) mouth: Mouth,
    /// How often it is looked at.
    pub(super) rhythm: Period,
    pub(super) masked: bool,
    pub(super) deck: Deck,
    /// Whom it is bridged with.
    bridged: Option<Partner>,
    socket: UdpSocket,
    line: Option<Line>,
    reception: Reception,
    reports: Reports,
    hearing: Hearing,
    tones: ToneEar,
    keys: KeyReceiver,
    /// How keys come beside the audio, where any came: as the first did. Those of another way are the same once more.
    key_source: Option<KeySource>,
    /// Whether the far side pauses with comfort noise: it has done so.
    pauses: bool,
    /// The timestamp of the newest audio, in samples of 8 kHz.
    newest_audio: u32,
    /// Datagrams of strangers and datagrams without use.
    foreign: u64,
    unusable: u64,
}

/// Whom a leg is bridged with.
#[derive(Debug)]
pub(super) enum Partner {
    /// A leg of this thread, by its place.
    Leg(usize),
    /// A leg of another adapter.
    Afar(Relay),
}

/// Who listens to a leg that cannot be passed on as it is.
enum Listener<'a> {
    /// The mouth of the bridged leg, with the time of its packets.
    Mouth(&'a mut Mouth, Duration),
    /// A leg of another adapter.
    Afar(&'a Relay),
}

/// What a leg is opened with.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) id: LegId,
    pub(super) port: u16,
    pub(super) socket: UdpSocket,
    pub(super) outgoing: Outgoing,
    /// Any random number.
    pub(super) chance: u64,
}

impl Leg {
    pub(super) fn new(opening: Opening) -> Self {
        let Opening { id, port, socket, outgoing, chance } = opening;
        let reports = Reports::new(outgoing.ssrc(), chance);
        Self {
            id,
            port,
            mouth: Mouth::new(outgoing),
            rhythm: Period::default(),
            masked: false,
            deck: Deck::default(),
            bridged: None,
            socket,
            line: None,
            reception: Reception::default(),
            reports,
            hearing: Hearing::default(),
            tones: ToneEar::default(),
            keys: KeyReceiver::default(),
            key_source: None,
            pauses: false,
            newest_audio: 0,
            foreign: 0,
            unusable: 0,
        }
    }

    /// Takes what was agreed, the first time or anew.
    pub(super) fn connect(&mut self, stream: Stream, settings: &Settings, now: Instant) {
        self.mouth.outgoing.set_step(stream.step());
        self.tones.decide_anew();
        self.key_source = None;
        self.pauses = false;
        self.reports.connect(&stream, &self.socket);
        match &mut self.line {
            Some(line) => line.renew(stream, &self.socket, now),
            None => self.line = Some(Line::new(stream, &self.socket, settings, now)),
        }
    }

    /// How often it wants to be looked at: in the rhythm of its packets while it speaks. While it says nothing, a look
    /// costs little, and what is heard meanwhile is what the caller waits for an answer to; while it is bridged, the
    /// other party waits.
    pub(super) fn period(&self) -> Period {
        match &self.line {
            None => Period::default(),
            Some(_) if self.bridged.is_some() || self.mouth.rests() => Period::Five,
            Some(_) => self.speaking_period(),
        }
    }

    /// How often it wants to be looked at while it speaks.
    pub(super) fn speaking_period(&self) -> Period {
        Period::of(packet_time(self.line.as_ref()))
    }

    /// When its next packet is due.
    pub(super) const fn due(&self) -> Instant {
        self.mouth.due()
    }

    /// Sets when its next packet is due.
    pub(super) fn begin(&mut self, due: Instant) {
        self.mouth.begin(due, packet_time(self.line.as_ref()));
    }

    /// Whether it may begin to speak at any moment: it says nothing now, for itself or for another party.
    pub(super) fn may_begin(&self) -> bool {
        let sends = self.line.as_ref().is_some_and(Line::sends);
        sends && self.bridged.is_none() && self.mouth.rests()
    }

    /// Where on this thread the leg is that this one is bridged with.
    pub(super) const fn bridged(&self) -> Option<usize> {
        match &self.bridged {
            Some(Partner::Leg(place)) => Some(*place),
            Some(Partner::Afar(_)) | None => None,
        }
    }

    /// Bridges it with a partner. A key that is held at this moment was not meant for the other party.
    pub(super) fn bridge(&mut self, partner: Partner) {
        self.bridged = Some(partner);
        self.keys.draw_line();
        self.tones.rest();
        self.mouth.hush();
    }

    /// Takes its side of a bridge apart; tells what the other side was.
    pub(super) fn unbridge(&mut self) -> Option<Partner> {
        self.hearing.rest();
        self.tones.rest();
        self.bridged.take()
    }

    /// Takes what has arrived and sends what is due.
    pub(super) fn turn(
        &mut self,
        mut peer: Option<&mut Self>,
        arrival: &mut Arrival,
        turn: &mut Turn<'_>,
    ) {
        bug::trip(bug::Place::Media, self.id.number);
        let mut arrivals = 0;
        for _ in 0..MAX_LOOKS {
            match self.socket.recv_from(arrival) {
                Ok((length, from)) => {
                    let datagram = arrival.get_mut(..length).unwrap_or_default();
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
        self.listen(peer.as_deref_mut(), turn);
        if let Some(peer) = peer {
            peer.pass_speech(turn);
        }
        self.hear_afar(turn);
        self.speak(turn);
        if let Some(line) = &mut self.line {
            self.reports.turn(line, &self.socket, &mut self.reception, arrival, turn.now);
        }
        self.deck.turn(turn.now, |kind| turn.outbox.push(turn.now, self.id, kind));
    }

    /// Sends what is due.
    fn speak(&mut self, turn: &mut Turn<'_>) {
        let place = Place { leg: self.id, bridged: self.bridged.is_some() };
        self.mouth.send_due(&mut self.line, &self.socket, &place, turn);
    }

    /// Sends what the bridged party has just said, if that is a whole packet and has to be encoded anew.
    fn pass_speech(&mut self, turn: &mut Turn<'_>) {
        let Some(line) = &self.line else { return };
        if self.mouth.hasten(line.stream.packet_time, turn.now) {
            self.speak(turn);
        }
    }

    /// Takes what a leg of another adapter has said, to be sent as soon as it is a whole packet; notices when it is gone.
    fn hear_afar(&mut self, turn: &mut Turn<'_>) {
        let Some(Partner::Afar(relay)) = &self.bridged else { return };
        let packet_time = packet_time(self.line.as_ref());
        let listens = self.line.as_ref().is_some_and(Line::sends);
        while let Some(symbol) = relay.next_key() {
            self.mouth.keys.push(listens.then_some(symbol));
        }
        let mut part = [0; HEARD_SAMPLES];
        while relay.hear(&mut part) {
            self.mouth.say(&part, Band::Narrow, packet_time);
            if !self.masked {
                self.deck.hear_afar(&part, turn.now);
            }
        }
        if relay.is_over() {
            self.unbridge();
            let quality = self.quality();
            turn.outbox.push(turn.now, self.id, MediaEventKind::Unbridged { quality });
        } else if self.line.is_some() {
            self.mouth.hasten(packet_time, turn.now);
        }
    }

    /// Says goodbye to the far side and tells how its media was; `None` if nothing was agreed.
    pub(super) fn part(&mut self, now: Instant) -> Option<Quality> {
        let line = self.line.as_mut()?;
        self.reports.part(line, &self.socket, &mut self.reception, now);
        self.quality()
    }

    /// How its media was until now; `None` if nothing was agreed.
    pub(super) fn quality(&self) -> Option<Quality> {
        let line = self.line.as_ref()?;
        let late = self.hearing.late();
        Some(self.reports.quality(&line.stream, line.sent.packets, &self.reception, late))
    }

    /// Datagrams that were dropped: of strangers, and without use.
    pub(super) const fn dropped(&self) -> (u64, u64) {
        (self.foreign, self.unusable)
    }

    /// Works on one datagram. Returns whether it was of the far side.
    fn arrive(
        &mut self,
        datagram: &mut [u8],
        from: SocketAddr,
        mut peer: Option<&mut Self>,
        turn: &mut Turn<'_>,
    ) -> bool {
        let Some(line) = &mut self.line else { return false };
        let Ok(datagram) = line.open(datagram) else {
            self.unusable += 1;
            return false;
        };
        if is_control(datagram) {
            let known = line.is_far_side(from);
            let taken = known && self.reports.receive(datagram, &self.reception, turn.now);
            self.foreign += u64::from(!known);
            self.unusable += u64::from(known && !taken);
            return taken;
        }
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
        let (codec, events) = (line.stream.codec, line.stream.events);
        let audio = kind == PayloadKind::Audio;
        let standing =
            self.reception.receive(&header, audio.then_some(codec.clock_rate()), turn.now);
        if standing == Standing::Unproven {
            self.unusable += 1;
            return false;
        }
        let presence = line.heard(turn.now);
        match kind {
            PayloadKind::Audio => {
                if standing == Standing::Newest {
                    let unit = (codec.clock_rate() / SAMPLE_RATE).max(1);
                    self.newest_audio = header.timestamp / unit;
                }
                let packet = (&header, Content::Speech(packet.payload));
                self.hear(codec, packet, standing, peer.as_deref_mut(), turn.now);
            }
            PayloadKind::Noise => {
                self.pauses = true;
                let packet = (&header, Content::Noise(NoiseLevel::parse(packet.payload)));
                self.hear(codec, packet, standing, peer.as_deref_mut(), turn.now);
            }
            PayloadKind::Event | PayloadKind::Other => {}
        }
        self.unusable += u64::from(kind == PayloadKind::Other);
        self.report(presence, turn);
        let mut pressed = Pressed::default();
        if kind == PayloadKind::Event
            && let Some(events) = events
        {
            if let Some(peer) = peer.as_deref_mut() {
                peer.deck.key_packet(Voice::Other, &packet, events.clock_rate);
            }
            pressed = self.event(&packet, events.clock_rate, turn);
        }
        if let Some(peer) = peer
            && kind != PayloadKind::Other
        {
            self.pass_on(&packet, kind, pressed, peer, turn.now);
        }
        true
    }

    /// Hears a packet of speech or of a pause, for the recording and for whoever listens.
    fn hear(
        &mut self,
        codec: Codec,
        (header, content): (&RtpHeader, Content<'_>),
        standing: Standing,
        peer: Option<&mut Self>,
        now: Instant,
    ) {
        let newest = standing == Standing::Newest;
        let kept = |secret: bool| match content {
            Content::Speech(_) if secret => Content::Speech(&[]),
            Content::Speech(_) | Content::Noise(_) => content,
        };
        let recorded = (header, kept(self.masked));
        self.deck.hear(codec, recorded, newest, now);
        if let Some(peer) = peer {
            let said = (header, kept(self.masked || peer.masked));
            self.deck.hear_talk(Voice::Caller, codec, said, newest, now);
            peer.deck.hear_talk(Voice::Other, codec, said, newest, now);
        } else if matches!(self.bridged, Some(Partner::Afar(_))) {
            self.deck.hear_talk(Voice::Caller, codec, recorded, newest, now);
        }
        // The ear would take a second copy for one that comes too late.
        if standing != Standing::Duplicate {
            self.hearing.receive(codec, header, content);
        }
    }

    /// How packets get to a party. One that does not take comfort noise hears pauses as noise in its own codec.
    fn passage(&self, stream: &Stream, theirs: &Stream) -> Passage {
        if self.pauses && theirs.comfort_noise.is_none() {
            return Passage::Anew;
        }
        stream.passage(theirs)
    }

    /// Works on one telephone-event packet. Returns the keys that it is the first to tell of.
    fn event(&mut self, packet: &RtpPacket<'_>, clock_rate: u32, turn: &mut Turn<'_>) -> Pressed {
        self.deck.key_packet(Voice::Caller, packet, clock_rate);
        let mut pressed = Pressed::default();
        let presses = self.keys.receive(&packet.header, packet.payload, clock_rate);
        for (place, press) in pressed.iter_mut().zip(presses) {
            let source = *self.key_source.get_or_insert(KeySource::RtpEvent);
            if self.tones.has_key() || source != KeySource::RtpEvent {
                // Keys come in another way on this leg: these are some of them once more.
                break;
            }
            self.tones.refuse();
            self.pressed(press.symbol, KeySource::RtpEvent, turn.now.before(press.held), turn);
            self.tell_afar(press.symbol);
            *place = Some(press.symbol);
        }
        pressed
    }

    /// A key was pressed: whatever stops at it stops.
    fn pressed(
        &mut self,
        symbol: Symbol,
        source: KeySource,
        pressed_at: Instant,
        turn: &mut Turn<'_>,
    ) {
        turn.outbox.push(turn.now, self.id, MediaEventKind::Key { symbol, source, pressed_at });
        self.mouth.player.key(symbol, turn.now, turn.ended);
        turn.outbox.push_ended(turn.now, self.id, turn.ended);
        self.deck.pressed(symbol, turn.now);
    }

    /// Passes a packet on to the bridged party, under its stream's numbers. A play or a key that sounds there is heard
    /// instead. Where the two streams are too different, only keys that were just pressed go on, to be sent anew.
    fn pass_on(
        &self,
        packet: &RtpPacket<'_>,
        kind: PayloadKind,
        pressed: Pressed,
        peer: &mut Self,
        now: Instant,
    ) {
        let (Some(ours), Some(theirs)) = (&self.line, &mut peer.line) else { return };
        let laws = match self.passage(&ours.stream, &theirs.stream) {
            Passage::Untouched => None,
            Passage::Law(from, to) => Some((from, to)),
            Passage::Anew => {
                if !self.masked {
                    peer.mouth.keys.push(pressed.into_iter().flatten());
                }
                return;
            }
        };
        let payload_type = match kind {
            PayloadKind::Event if self.masked || self.key_source == Some(KeySource::Info) => None,
            // Their tones are in it, and known too late to be cut out.
            PayloadKind::Audio if self.masked && ours.stream.has_tones() => None,
            PayloadKind::Event if self.keys.is_old(&packet.header, packet.payload) => None,
            PayloadKind::Event => theirs.stream.events.map(|events| events.payload_type),
            PayloadKind::Noise => theirs.stream.comfort_noise,
            PayloadKind::Audio => Some(theirs.stream.payload_type),
            PayloadKind::Other => None,
        };
        let payload_type = payload_type.filter(|_| !peer.mouth.keys.is_sending());
        let length = RTP_HEADER + packet.payload.len();
        let mut datagram = [0; MAX_RELAYED];
        let (Some(payload_type), Some(datagram)) = (payload_type, datagram.get_mut(..length))
        else {
            peer.mouth.outgoing.withhold(&packet.header);
            return;
        };
        if !ours.stream.direction.receives() || !theirs.sends() {
            return;
        }
        let header = peer.mouth.outgoing.relay(&packet.header, payload_type);
        let payload = write(&header, datagram);
        payload.copy_from_slice(packet.payload);
        if let (PayloadKind::Audio, Some((from, to))) = (kind, laws) {
            Law::transcode(from, to, payload);
        }
        if kind != PayloadKind::Event {
            theirs.sent.note(&header, packet.payload.len(), now);
        }
        theirs.send(&peer.socket, datagram, now);
    }

    /// Listens to what was heard since the last turn: for the bridged party, where packets cannot be passed on as they
    /// are, and for keys in the audio, where they come in no other way.
    fn listen(&mut self, peer: Option<&mut Self>, turn: &mut Turn<'_>) {
        let Some(line) = &self.line else { return };
        let stream = &line.stream;
        let receives = stream.direction.receives();
        let has_tones = stream.has_tones();
        let for_keys = receives && has_tones && self.tones.is_wanted();
        let mut other = peer.and_then(|peer| {
            let theirs = &peer.line.as_ref()?.stream;
            let passage = self.passage(stream, theirs);
            let anew = receives && passage == Passage::Anew;
            let band = stream.codec.band().min(theirs.codec.band());
            anew.then_some((Listener::Mouth(&mut peer.mouth, theirs.packet_time), band))
        });
        if let Some(Partner::Afar(relay)) = &self.bridged
            && receives
        {
            other = Some((Listener::Afar(relay), Band::Narrow));
        }
        let band = other.as_ref().map_or(Band::Narrow, |(_, band)| *band);
        self.mouth.remember(for_keys);
        if !for_keys {
            self.tones.rest();
        }
        if !for_keys && other.is_none() {
            self.hearing.rest();
            return;
        }
        // Tones of a secret are known too late to be cut out: nothing of the audio passes.
        let muted = self.masked && has_tones;
        let (hearing, tones, said) = (&mut self.hearing, &mut self.tones, self.mouth.said());
        let mut pressed = None;
        hearing.listen((stream.codec, band), turn.now, |frame, samples| {
            let samples = if muted { &SILENCE[..samples.len()] } else { samples };
            match &mut other {
                Some((Listener::Mouth(mouth, packet_time), _)) => {
                    mouth.say(samples, band, *packet_time);
                }
                Some((Listener::Afar(relay), _)) => relay.say(samples),
                None => {}
            }
            if for_keys {
                pressed = pressed.or(tones.hear(frame, said));
            }
        });
        if let Some(held) = tones.held() {
            self.deck.tone(Voice::Caller, self.newest_audio, held);
        }
        if let Some(HeardKey { symbol, pressed_at }) = pressed {
            self.pressed(symbol, KeySource::InBand, pressed_at, turn);
        }
    }

    /// A key came by SIP INFO: tones of it are the same key once more. A bridged party of another adapter is told of it;
    /// the place of one of this thread is returned, if that one is to be.
    pub(super) fn pressed_elsewhere(&mut self, symbol: Symbol, now: Instant) -> Option<usize> {
        self.tones.refuse();
        self.deck.pressed(symbol, now);
        let source = *self.key_source.get_or_insert(KeySource::Info);
        if self.masked || self.tones.has_key() || source != KeySource::Info {
            return None;
        }
        self.tell_afar(symbol);
        self.bridged()
    }

    /// Tells a key to a bridged party of another adapter, unless it is a secret.
    fn tell_afar(&self, symbol: Symbol) {
        if let Some(Partner::Afar(relay)) = &self.bridged
            && !self.masked
        {
            relay.press(symbol);
        }
    }

    fn report(&self, presence: Presence, turn: &mut Turn<'_>) {
        match presence {
            Presence::Unchanged => {}
            Presence::Lost => turn.outbox.push(turn.now, self.id, MediaEventKind::Lost),
            Presence::Restored => turn.outbox.push(turn.now, self.id, MediaEventKind::Restored),
        }
    }
}
