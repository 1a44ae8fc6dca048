//! When packets go out, in virtual time: the thread's own work, with a clock that tests move and real sockets.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::media::Outgoing;
use event::Outbox;
use kitchen::Kitchen;
use leg::{Leg, Opening};
use order::{Order, What};
use worker::{TimeSource, Work, Worker};

/// How far the clock moves in one step.
const STEP: Duration = Duration::from_millis(1);
/// How much later than its slot a packet is that did not wait for the next one.
const TICK: Duration = Duration::from_millis(5);

type Hour = Rc<Cell<Instant>>;

impl TimeSource for Hour {
    fn now(&self) -> Instant {
        self.get()
    }
}

/// One media thread without the thread, and its phones.
struct Stage {
    work: Work<Hour>,
    hour: Hour,
    reports: mpsc::Receiver<MediaEvent>,
    library: Library,
    phones: Vec<Phone>,
    /// Packets that phones heard: when, which phone, what.
    heard: Vec<(Instant, usize, Heard)>,
    _free_ports: Receiver<u16>,
}

impl Stage {
    /// A stage with one phone.
    fn new(change: impl FnOnce(&mut Stream)) -> Self {
        let hour: Hour = Rc::new(Cell::new(Instant::from_micros(7_001_300)));
        let (sender, reports) = mpsc::channel(1_000);
        let (free_ports, given_back) = channel();
        let (_, mailbox) = std::sync::mpsc::sync_channel(1);
        let worker = Worker {
            settings: settings(),
            clock: Rc::clone(&hour),
            mailbox,
            outbox: Outbox::new(sender),
            free_ports,
            kitchen: Kitchen::open().expect("a thread").0,
        };
        let mut stage = Self {
            work: Work::new(worker, Duration::ZERO),
            hour,
            reports,
            library: library(),
            phones: Vec::new(),
            heard: Vec::new(),
            _free_ports: given_back,
        };
        stage.open();
        stage.connect(0, change);
        stage
    }

    /// Opens a leg for one more phone.
    fn open(&mut self) -> usize {
        let n = self.phones.len();
        let socket = UdpSocket::bind((LOCALHOST, 0)).expect("a port");
        socket.set_nonblocking(true).expect("set");
        let port = socket.local_addr().expect("bound").port();
        let outgoing = Outgoing::new(9, 65_530, u32::MAX - 700, 160);
        let opening = Opening { id: leg(n as u64), port, socket, outgoing, chance: n as u64 };
        let phone = Phone::new(port);
        phone.socket.set_nonblocking(true).expect("set");
        self.phones.push(phone);
        self.order(n, What::Open(Box::new(Leg::new(opening))));
        n
    }

    fn connect(&mut self, n: usize, change: impl FnOnce(&mut Stream)) {
        let stream = self.phones[n].stream(change);
        self.order(n, What::Connect(stream));
    }

    fn order(&mut self, n: usize, what: What) {
        self.work.obey(Order { leg: leg(n as u64), what });
        self.listen();
    }

    fn play(&mut self, id: u64, sounds: &[&str], stop_on: SymbolSet) {
        let sound = |name: &&str| self.library.prompt(Some(&SoundId::from(*name)));
        let sounds = sounds.iter().map(sound).collect();
        self.order(0, What::Play { id: PlayId(id), sounds, stop_on });
    }

    fn now(&self) -> Instant {
        self.hour.get()
    }

    /// Lets time pass.
    fn pass(&mut self, span: Duration) {
        let end = self.now() + span;
        while self.now() < end {
            self.hour.set(self.now() + STEP);
            self.work.turn_wheel();
            self.listen();
        }
    }

    /// Takes what phones heard at this moment.
    fn listen(&mut self) {
        let now = self.now();
        for (n, phone) in self.phones.iter().enumerate() {
            let mut datagram = [0; 2_000];
            // A busy system may deliver on loopback a little after it was sent.
            let mut tries = 3;
            while tries > 0 {
                match phone.socket.recv(&mut datagram) {
                    Ok(length) if is_control(&datagram[..length]) => {}
                    Ok(length) => {
                        let RtpPacket { header, payload, .. } =
                            RtpPacket::parse(&datagram[..length]).expect("RTP");
                        let payload = payload.to_vec();
                        self.heard.push((now, n, Heard { header, payload }));
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                        std::thread::yield_now();
                        tries -= 1;
                    }
                }
            }
        }
    }

    /// What was heard since the last time this was asked.
    fn take(&mut self) -> Vec<(Instant, Heard)> {
        self.heard.drain(..).map(|(at, _, heard)| (at, heard)).collect()
    }

    /// The first key that is reported, and all that is waited for until then passes.
    fn key(&mut self, patience: Duration) -> MediaEvent {
        let end = self.now() + patience;
        while self.now() < end {
            while let Ok(event) = self.reports.try_recv() {
                if matches!(event.kind, MediaEventKind::Key { .. }) {
                    return event;
                }
            }
            self.pass(STEP);
        }
        panic!("no key within {patience}")
    }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn is_silent(heard: &Heard) -> bool {
    heard.payload.iter().all(|&byte| byte == 0xff)
}

/// The spans from packet to packet.
fn gaps(packets: &[(Instant, Heard)]) -> Vec<Duration> {
    packets.windows(2).map(|pair| pair[1].0.since(pair[0].0)).collect()
}

#[test]
fn packets_keep_their_pace_in_every_packet_time() {
    for packet_time in [10, 20, 30, 40, 60] {
        let mut stage = Stage::new(|stream| stream.packet_time = ms(packet_time));
        let music = SoundId::from("music");
        let sound = stage.library.music(&music);
        stage.order(0, What::Music(Some((music, sound))));
        stage.pass(ms(130 * packet_time));
        let packets = stage.take();
        assert!(packets.len() >= 130, "{packet_time} ms: {}", packets.len());
        for pair in packets.windows(2) {
            let [a, b] = [&pair[0].1.header, &pair[1].1.header];
            assert_eq!(b.sequence, a.sequence.wrapping_add(1), "{packet_time} ms");
            let units = 8 * u32::try_from(packet_time).expect("small");
            assert_eq!(b.timestamp, a.timestamp.wrapping_add(units), "{packet_time} ms");
        }
        let mut off: Vec<u64> = gaps(&packets)
            .iter()
            .map(|gap| gap.as_micros().abs_diff(packet_time * 1_000))
            .collect();
        off.sort_unstable();
        let p99 = off[off.len() * 99 / 100 - 1];
        assert!(p99 <= 2_000, "{packet_time} ms: 99 of 100 are within {p99} µs");
        assert!(off.last() <= Some(&20_000), "{packet_time} ms: {off:?}");
    }
}

#[test]
fn the_first_packet_follows_the_agreement_at_once() {
    for wait in 0..20 {
        let mut stage = Stage::new(|_| {});
        assert_eq!(stage.take().len(), 1, "before any time has passed");
        let late = stage.open();
        stage.pass(ms(60 + wait));
        stage.take();
        stage.connect(late, |_| {});
        let first = stage.take();
        assert_eq!(first.len(), 1, "{wait} ms");
        assert!(first[0].1.header.marker && is_silent(&first[0].1));
    }
}

#[test]
fn a_prompt_after_silence_begins_at_once_at_its_true_time() {
    let whole = encoded(&ramp(3_333), Codec::Pcmu);
    for wait in 0..20 {
        let mut stage = Stage::new(|_| {});
        stage.play(1, &["ramp"], SymbolSet::NONE);
        stage.pass(ms(700 + wait));
        let before = stage.take();
        let (last_at, last) = before.last().expect("the prompt was heard").clone();
        stage.play(2, &["ramp", "ramp"], SymbolSet::NONE);
        let asked = stage.now();
        stage.pass(ms(1_000));
        let after = stage.take();
        let (first_at, first) = &after[0];
        assert_eq!(*first_at, asked, "{wait} ms: it does not wait for a slot");
        assert_eq!(first.payload, whole[..FRAME], "{wait} ms: from its first sample");
        assert!(first.header.marker, "{wait} ms: a new talk-spurt");
        assert_eq!(first.header.sequence, last.header.sequence.wrapping_add(1));
        let told = first.header.timestamp.wrapping_sub(last.header.timestamp);
        let told = Duration::from_micros(u64::from(told) * 125);
        let passed = first_at.since(last_at);
        let off = told.as_micros().abs_diff(passed.as_micros());
        assert!(off <= 2 * TICK.as_micros(), "{wait} ms: {passed} passed, {told} are told");
        let gaps = gaps(&after);
        assert!((ms(15)..=ms(20)).contains(&gaps[0]), "{wait} ms: {gaps:?}");
        assert!(gaps[1..].iter().all(|gap| *gap == ms(20)), "{wait} ms: {gaps:?}");
        let payload: Vec<u8> = after.iter().flat_map(|(_, heard)| heard.payload.clone()).collect();
        assert!(payload == [whole.clone(), whole.clone()].concat(), "no gap between the two");
    }
}

#[test]
fn a_key_stops_the_prompt_and_the_next_one_follows_in_its_rhythm() {
    let beginning = &encoded(&ramp(3_333), Codec::Pcmu)[..FRAME];
    for phase in 0..20 {
        let mut stage = Stage::new(|_| {});
        stage.play(1, &["long"], SymbolSet::ALL);
        stage.pass(ms(400 + phase));
        let pressed = stage.now();
        stage.phones[0].send(EVENTS, true, &[5, 10, 0, 160]);
        let key = stage.key(ms(50));
        let known = key.at.since(pressed);
        assert!(known <= ms(20), "{phase} ms: known after {known}");
        stage.play(2, &["ramp"], SymbolSet::ALL);
        stage.pass(ms(100));
        let packets = stage.take();
        let next = packets.iter().position(|(_, heard)| heard.payload == beginning);
        let next = next.expect("the next prompt is heard");
        let stopped = packets[next - 1].0.since(key.at);
        assert!(stopped <= ms(60), "{phase} ms: heard for {stopped} more");
        let began = packets[next].0.since(key.at);
        assert!(began <= ms(21), "{phase} ms: the next one came after {began}");
        assert!(gaps(&packets[1..]).iter().all(|gap| *gap == ms(20)), "{phase} ms: one rhythm");
        assert!(!packets[next].1.header.marker, "{phase} ms: one talk-spurt");
    }
}

#[test]
fn a_key_in_silence_is_known_within_a_tick_and_answered_at_once() {
    for phase in 0..20 {
        let mut stage = Stage::new(|_| {});
        stage.pass(ms(200 + phase));
        let pressed = stage.now();
        stage.phones[0].send(EVENTS, true, &[5, 10, 0, 160]);
        let key = stage.key(ms(20));
        assert!(key.at.since(pressed) <= TICK, "{phase} ms: {}", key.at.since(pressed));
        stage.take();
        stage.play(2, &["ramp"], SymbolSet::ALL);
        assert_eq!(stage.take().len(), 1, "{phase} ms");
        stage.pass(ms(410));
        let rest = stage.take();
        assert!(gaps(&rest).iter().all(|gap| *gap == ms(20)), "{phase} ms: {:?}", gaps(&rest));
    }
}

#[test]
fn a_key_that_is_a_tone_stops_the_prompt_soon_after_it_begins() {
    for phase in [0, 7, 13] {
        let mut stage = Stage::new(|stream| stream.events = None);
        stage.play(1, &["long"], SymbolSet::ALL);
        for n in 0..40 {
            let sound = if (20..32).contains(&n) { [770.0, 1_336.0] } else { [0.0; 2] };
            stage.phones[0].sounds_once(sound);
            stage.pass(ms(if n == 0 { 20 + phase } else { 20 }));
        }
        let key = stage.key(ms(20));
        // The packet that bears the first sample of the tone is sent 20 ms after that sounded.
        let onset = stage.heard[0].0 + ms(19 * 20 + phase);
        let last = stage.heard.iter().rfind(|(_, _, heard)| !is_silent(heard)).expect("heard").0;
        let stopped = last.since(onset);
        assert!(stopped <= ms(160), "{phase} ms: {stopped} after its onset");
        assert!(last.since(key.at) <= ms(60), "{phase} ms");
    }
}

#[test]
fn legs_that_begin_together_share_out_the_time() {
    let mut stage = Stage::new(|_| {});
    for _ in 0..300 {
        let n = stage.open();
        stage.connect(n, |_| {});
    }
    let began = stage.now();
    stage.pass(ms(60));
    let mut moments = std::collections::BTreeMap::<u64, usize>::new();
    let mut first = [None; 301];
    for (at, n, _) in &stage.heard {
        first[*n].get_or_insert(at.since(began));
        if at.since(began) > ms(40) {
            *moments.entry(at.as_micros()).or_default() += 1;
        }
    }
    assert!(first.iter().all(|first| first.is_some_and(|first| first <= ms(20))), "{first:?}");
    assert!(moments.values().all(|&count| count <= 190), "at most so many at a time: {moments:?}");
}
