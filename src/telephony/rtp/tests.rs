//! Media threads against phones made of plain sockets on loopback.
//!
//! Nothing here sleeps: every wait is for a packet or a report and gives up after [`PATIENCE`].

mod codecs;
mod pauses;
mod recording;
mod relay;
mod reports;
mod secure;
mod timing;
mod tones;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration as Patience;

use tokio::sync::{mpsc, watch};

use super::*;
use crate::call::{
    AdapterId, Item, Language, LegId, Play, PlayEnd, PlayId, PromptId, SoundId, Symbol, SymbolSet,
};
use crate::media::{
    Codec, FRAME, KeySender, Law, Library, RTP_HEADER, Recording, RtpHeader, RtpPacket, is_control,
};
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

const PATIENCE: Patience = Patience::from_secs(10);
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const EVENTS: u8 = 101;

/// Media threads with the reports they make.
struct Rig {
    threads: Threads,
    library: watch::Sender<Arc<Library>>,
    reports: mpsc::Receiver<MediaEvent>,
    runtime: tokio::runtime::Runtime,
    clock: Clock,
}

/// A phone: a socket and the numbers of its stream.
struct Phone {
    socket: UdpSocket,
    engine: SocketAddr,
    header: RtpHeader,
}

/// A packet that a phone received.
#[derive(Debug, Clone)]
struct Heard {
    header: RtpHeader,
    payload: Vec<u8>,
}

fn leg(number: u64) -> LegId {
    LegId { adapter: AdapterId(0), number }
}

fn settings() -> Settings {
    Settings {
        ports: 20_000..=59_999,
        bind: LOCALHOST,
        threads: 2,
        lead_in: Duration::from_millis(60),
        lost_after: Duration::from_secs(60),
        max_streams: 100,
    }
}

impl Rig {
    fn new(settings: Settings) -> Self {
        let (sender, reports) = mpsc::channel(100);
        let clock = Clock::new();
        let (library, newest) = watch::channel(Arc::new(library()));
        let threads = Threads::start(settings, newest, clock, sender).expect("threads start");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime for timeouts");
        Self { threads, library, reports, runtime, clock }
    }

    /// Opens a leg and connects it with a phone.
    fn phone(&self, number: u64, change: impl FnOnce(&mut Stream)) -> Phone {
        let port = self.threads.open(leg(number), None).expect("a port");
        let phone = Phone::new(port);
        self.threads.connect(leg(number), phone.stream(change));
        phone
    }

    /// The next report.
    fn report(&mut self) -> MediaEvent {
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, self.reports.recv()).await })
            .expect("a report in time")
            .expect("the threads live")
    }

    /// The next report's leg and kind.
    fn kind(&mut self) -> (u64, MediaEventKind) {
        let MediaEvent { leg, kind, .. } = self.report();
        (leg.number, kind)
    }

    fn play(&self, number: u64, id: u64, sounds: &[&str], stop_on: SymbolSet) {
        let items = sounds.iter().map(|&sound| item(sound)).collect();
        self.threads.play(leg(number), Play { id: PlayId(id), items, stop_on });
    }
}

fn item(sound: &str) -> Item {
    Item {
        prompt: PromptId::from(sound),
        language: Language::from("id"),
        sound: Some(SoundId::from(sound)),
        text: "".into(),
    }
}

/// A recording that is different at every sample.
fn ramp(samples: i16) -> Recording {
    let samples: Vec<i16> = (0..samples).map(|n| n.wrapping_mul(37)).collect();
    Recording::from_samples(8_000, &samples)
}

fn library() -> Library {
    let mut library = Library::new();
    library.add(SoundId::from("ramp"), &ramp(3_333));
    library.add(SoundId::from("long"), &ramp(32_000));
    library.add(SoundId::from("music"), &Recording::from_samples(8_000, &[5_000; 1_000]));
    library
}

/// The expected payload bytes of a recording, the last frame filled with silence.
fn encoded(recording: &Recording, codec: Codec) -> Vec<u8> {
    let law = codec.law().expect("G.711");
    let mut bytes: Vec<u8> = recording.to_samples().map(|s| law.encode(s)).collect();
    bytes.resize(bytes.len().next_multiple_of(FRAME), law.silence());
    bytes
}

impl Phone {
    fn new(port: u16) -> Self {
        let socket = UdpSocket::bind((LOCALHOST, 0)).expect("a loopback socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let header =
            RtpHeader { marker: false, payload_type: 0, sequence: 65_530, timestamp: 0, ssrc: 77 };
        Self { socket, engine: SocketAddr::new(LOCALHOST, port), header }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    fn stream(&self, change: impl FnOnce(&mut Stream)) -> Stream {
        let mut stream = Stream {
            remote: self.address(),
            control_port: None,
            codec: Codec::Pcmu,
            payload_type: 0,
            packet_time: Duration::from_millis(20),
            events: Some(EventFormat { payload_type: EVENTS, clock_rate: 8_000 }),
            comfort_noise: None,
            direction: Direction::SendRecv,
            source: SourcePolicy::Strict,
            keys: None,
            tones: false,
        };
        change(&mut stream);
        stream
    }

    /// The next packet from the engine.
    fn hear(&self) -> Heard {
        loop {
            let datagram = self.datagram();
            if !is_control(&datagram) {
                let packet = RtpPacket::parse(&datagram).expect("RTP");
                return Heard { header: packet.header, payload: packet.payload.to_vec() };
            }
        }
    }

    /// The next datagram from the engine: audio, a key or a report.
    fn datagram(&self) -> Vec<u8> {
        let mut datagram = [0; 2_000];
        let (length, from) = self.socket.recv_from(&mut datagram).expect("a packet in time");
        assert_eq!(from, self.engine);
        datagram[..length].to_vec()
    }

    /// The next packet that is not silence.
    fn hear_sound(&self) -> Heard {
        loop {
            let heard = self.hear();
            if heard.payload.iter().any(|&byte| byte != 0xff && byte != 0xd5) {
                return heard;
            }
        }
    }

    /// Sends one packet and counts on.
    fn send(&mut self, payload_type: u8, marker: bool, payload: &[u8]) {
        let header = RtpHeader { payload_type, marker, ..self.header };
        let mut datagram = vec![0; RTP_HEADER];
        header.write(datagram.first_chunk_mut().expect("room"));
        datagram.extend(payload);
        self.socket.send_to(&datagram, self.engine).expect("sent");
        self.header.sequence = self.header.sequence.wrapping_add(1);
    }

    fn speak(&mut self, payload_type: u8, payload: &[u8]) {
        self.send(payload_type, false, payload);
        self.header.timestamp = self.header.timestamp.wrapping_add(160);
    }

    /// Presses a key for 60 ms; all packets at once.
    fn press(&mut self, key: char) {
        let symbol = Symbol::from_char(key).expect("a key");
        let mut sender =
            KeySender::new(symbol, Duration::from_millis(60), Duration::from_millis(20), 8_000);
        while let Some(packet) = sender.next_packet() {
            self.send(EVENTS, packet.marker, &packet.payload);
        }
        self.header.timestamp = self.header.timestamp.wrapping_add(8_000);
    }
}

#[test]
fn a_prompt_arrives_sample_for_sample_on_an_unbroken_stream() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let mut rig = Rig::new(settings());
        let phone = rig.phone(1, |stream| {
            stream.codec = codec;
            stream.payload_type = if codec == Codec::Pcma { 8 } else { 0 };
        });
        rig.play(1, 9, &["ramp", "ramp"], SymbolSet::NONE);
        let expected = [encoded(&ramp(3_333), codec), encoded(&ramp(3_333), codec)].concat();
        let mut packets = vec![phone.hear_sound()];
        let mut arrivals = vec![rig.clock.now()];
        while packets.len() * FRAME < expected.len() {
            packets.push(phone.hear());
            arrivals.push(rig.clock.now());
        }
        let payload: Vec<u8> = packets.iter().flat_map(|p| p.payload.clone()).collect();
        assert!(payload == expected, "{codec:?}: the payload is the encoded file");
        for pair in packets.windows(2) {
            let [a, b] = [pair[0].header, pair[1].header];
            assert_eq!(b.sequence, a.sequence.wrapping_add(1));
            assert_eq!(b.timestamp, a.timestamp.wrapping_add(160));
            assert_eq!((b.ssrc, b.marker), (a.ssrc, false));
            assert_eq!(b.payload_type, a.payload_type);
        }
        print_pacing(&arrivals);
        let MediaEventKind::PlayEnded { play, end, heard, .. } = rig.report().kind else {
            panic!("the play ends")
        };
        assert_eq!((play, end), (PlayId(9), PlayEnd::Finished));
        assert_eq!(heard, Duration::from_micros(2 * 416_625));
        rig.threads.shutdown();
    }
}

/// Prints how far packets were from their 20 ms. Not judged: the machine may be busy.
fn print_pacing(arrivals: &[Instant]) {
    let mut off: Vec<u64> = arrivals
        .windows(2)
        .map(|pair| pair[1].since(pair[0]).as_micros().abs_diff(20_000))
        .collect();
    off.sort_unstable();
    let (median, worst) = (off.get(off.len() / 2), off.last());
    println!("off the 20 ms grid, µs: median {median:?}, worst {worst:?}");
}

#[test]
fn the_stream_opens_with_silence_and_a_marker() {
    let rig = Rig::new(settings());
    let phone = rig.phone(1, |_| {});
    rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    let first = phone.hear();
    assert!(first.header.marker);
    assert!(first.payload == [0xff; FRAME]);
    let mut silence = 1;
    while phone.hear().payload == [0xff; FRAME] {
        silence += 1;
    }
    assert!((2..=4).contains(&silence), "60 ms of lead-in were {silence} frames");
}

#[test]
fn a_key_is_reported_once_and_stops_what_it_may_stop() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |_| {});
    rig.play(1, 1, &["long"], SymbolSet::ALL);
    rig.play(1, 2, &["long"], SymbolSet::ALL);
    rig.play(1, 3, &["ramp"], SymbolSet::NONE);
    phone.hear_sound();
    phone.press('5');
    let key = rig.report();
    let MediaEventKind::Key { symbol, pressed_at, .. } = key.kind else { panic!("{key:?}") };
    assert_eq!(symbol.as_char(), '5');
    assert_eq!(key.at.since(pressed_at), Duration::from_millis(20), "the first packet's duration");
    for (expected, expected_end) in
        [(1, PlayEnd::Stopped), (2, PlayEnd::Stopped), (3, PlayEnd::Finished)]
    {
        let report = rig.report();
        let MediaEventKind::PlayEnded { play, end, .. } = report.kind else { panic!("{report:?}") };
        assert_eq!((play, end), (PlayId(expected), expected_end));
    }
    phone.press('5');
    phone.press('#');
    for expected in ['5', '#'] {
        let (_, MediaEventKind::Key { symbol, .. }) = rig.kind() else { panic!("a key") };
        assert_eq!(symbol.as_char(), expected);
    }
}

#[test]
fn a_bridge_passes_audio_and_keys_both_ways_between_laws_and_threads() {
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, |_| {});
    let mut agent = rig.phone(2, |stream| {
        stream.codec = Codec::Pcma;
        stream.payload_type = 8;
        stream.events = Some(EventFormat { payload_type: 96, clock_rate: 8_000 });
    });
    rig.threads.music(leg(1), Some(SoundId::from("music")));
    rig.play(2, 4, &["long"], SymbolSet::NONE);
    let before = (caller.hear_sound(), agent.hear_sound());
    rig.threads.bridge(leg(1), leg(2));
    let mut reports: Vec<_> = (0..3).map(|_| rig.kind()).collect();
    assert!(matches!(
        reports.remove(1),
        (2, MediaEventKind::PlayEnded { end: PlayEnd::Stopped, .. })
    ));
    assert_eq!(reports, [(1, MediaEventKind::Bridged), (2, MediaEventKind::Bridged)]);

    let ulaw: Vec<u8> = (0..=159).collect();
    let mut alaw = ulaw.clone();
    Law::Mu.transcode(Law::A, &mut alaw);
    let mut last = before.1.header;
    for n in 0..5 {
        caller.speak(0, &ulaw);
        let heard = hear_payload(&agent, &alaw);
        assert_eq!((heard.ssrc, heard.payload_type, heard.marker), (last.ssrc, 8, n == 0));
        assert!(n == 0 || heard.sequence == last.sequence.wrapping_add(1));
        assert!(n == 0 || heard.timestamp == last.timestamp.wrapping_add(160));
        last = heard;
    }
    agent.speak(8, &alaw);
    let mut back = alaw.clone();
    Law::A.transcode(Law::Mu, &mut back);
    assert_eq!(hear_payload(&caller, &back).ssrc, before.0.header.ssrc);

    caller.press('7');
    assert!(matches!(rig.kind(), (1, MediaEventKind::Key { .. })));
    let key = agent.hear();
    assert_eq!((key.header.payload_type, key.payload[0], key.header.marker), (96, 7, true));
    assert_eq!(key.header.sequence, last.sequence.wrapping_add(1));

    rig.threads.unbridge(leg(2));
    let ends = [rig.kind(), rig.kind()];
    let received = ends.map(|(leg, end)| match end {
        MediaEventKind::Unbridged { quality: Some(quality) } => (leg, quality.received),
        end => panic!("{end:?}"),
    });
    assert_eq!(received.map(|(leg, _)| leg), [2, 1]);
    assert!(received.iter().all(|(_, received)| *received > 0), "each was heard: {received:?}");
    rig.play(1, 5, &["ramp"], SymbolSet::NONE);
    let after = caller.hear_sound().header;
    assert_eq!((after.ssrc, after.marker), (before.0.header.ssrc, true));
}

/// Waits for a packet of that payload.
fn hear_payload(phone: &Phone, payload: &[u8]) -> RtpHeader {
    loop {
        let heard = phone.hear();
        if heard.payload == payload {
            return heard.header;
        }
    }
}

#[test]
fn masked_keys_reach_the_engine_and_nobody_else() {
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, |_| {});
    let agent = rig.phone(2, |_| {});
    agent.hear();
    rig.threads.bridge(leg(1), leg(2));
    rig.threads.mask(leg(1), true);
    while !matches!(rig.kind(), (2, MediaEventKind::Bridged)) {}
    caller.speak(0, &[1; FRAME]);
    let spoken = hear_payload(&agent, &[1; FRAME]);
    caller.press('4');
    assert!(matches!(rig.kind(), (1, MediaEventKind::Key { .. })));
    caller.speak(0, &[2; FRAME]);
    let next = agent.hear();
    assert_eq!(next.payload, [2; FRAME], "no key packet came through");
    assert_eq!(next.header.sequence, spoken.sequence.wrapping_add(1), "and nothing seems lost");
}

#[test]
fn a_key_that_is_held_while_a_bridge_is_made_is_not_passed_on() {
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, |_| {});
    let agent = rig.phone(2, |_| {});
    caller.send(EVENTS, true, &[0, 10, 0, 160]);
    assert!(matches!(rig.kind(), (1, MediaEventKind::Key { .. })));
    rig.threads.bridge(leg(1), leg(2));
    while !matches!(rig.kind(), (2, MediaEventKind::Bridged)) {}
    caller.send(0, false, &[1; FRAME]);
    let spoken = hear_payload(&agent, &[1; FRAME]);
    caller.send(EVENTS, false, &[0, 0x8a, 1, 64]);
    caller.header.timestamp += 8_000;
    caller.press('5');
    let next = agent.hear();
    assert_eq!((next.header.payload_type, next.payload[0]), (EVENTS, 5), "no rest of the 0");
    assert_eq!(next.header.sequence, spoken.sequence.wrapping_add(1), "and nothing seems lost");
}

#[test]
fn strangers_change_nothing() {
    let signalling = LOCALHOST;
    for source in [SourcePolicy::Strict, SourcePolicy::Learn { signalling }] {
        let mut rig = Rig::new(settings());
        let mut phone = rig.phone(1, |stream| stream.source = source);
        let stranger = Phone::new(phone.engine.port());
        rig.play(1, 1, &["long"], SymbolSet::ALL);
        for _ in 0..8 {
            phone.speak(0, &[0xff; FRAME]);
        }
        phone.hear_sound();
        let mut chance = 1_u64;
        for n in 0..1_000_usize {
            let junk: Vec<u8> = (0..n % 200)
                .map(|_| {
                    chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    chance.to_be_bytes()[0]
                })
                .collect();
            stranger.socket.send_to(&junk, phone.engine).expect("sent");
        }
        let mut forged = Phone { header: RtpHeader { ssrc: 9, ..phone.header }, ..stranger };
        for _ in 0..3 {
            forged.press('1');
        }
        phone.press('2');
        let (_, MediaEventKind::Key { symbol, .. }) = rig.kind() else { panic!("a key") };
        assert_eq!(symbol.as_char(), '2', "{source:?}");
    }
}

#[test]
fn a_phone_behind_nat_is_learnt_and_heard() {
    let rig = Rig::new(settings());
    let nowhere = Phone::new(9);
    let port = rig.threads.open(leg(1), None).expect("a port");
    let mut phone = Phone::new(port);
    let source = SourcePolicy::Learn { signalling: LOCALHOST };
    rig.threads.connect(leg(1), nowhere.stream(|stream| stream.source = source));
    rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    for _ in 0..8 {
        phone.speak(0, &[0xff; FRAME]);
    }
    let first = phone.hear_sound();
    assert!(first.payload == encoded(&ramp(3_333), Codec::Pcmu)[..FRAME], "from its beginning");
}

#[test]
fn media_that_stays_away_is_lost_and_comes_back() {
    let mut rig = Rig::new(Settings { lost_after: Duration::from_millis(80), ..settings() });
    let mut phone = rig.phone(1, |_| {});
    assert_eq!(rig.kind(), (1, MediaEventKind::Lost));
    phone.speak(0, &[0xff; FRAME]);
    assert_eq!(rig.kind(), (1, MediaEventKind::Restored));
    assert_eq!(rig.kind(), (1, MediaEventKind::Lost));
    rig.threads.connect(leg(1), phone.stream(|stream| stream.direction = Direction::SendOnly));
    phone.speak(0, &[0xff; FRAME]);
    assert_eq!(rig.kind(), (1, MediaEventKind::Restored));
    rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    let (_, MediaEventKind::PlayEnded { .. }) = rig.kind() else {
        panic!("nothing is lost where nothing is expected")
    };
}

#[test]
fn on_hold_a_play_runs_its_time_unheard() {
    let mut rig = Rig::new(settings());
    let phone = rig.phone(1, |stream| stream.direction = Direction::RecvOnly);
    rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    let (_, MediaEventKind::PlayEnded { end, heard, .. }) = rig.kind() else { panic!("it ends") };
    assert_eq!((end, heard), (PlayEnd::Finished, Duration::from_micros(416_625)));
    phone.socket.set_nonblocking(true).expect("set");
    assert!(phone.socket.recv_from(&mut [0; 100]).is_err(), "nothing was sent");
    rig.threads.connect(leg(1), phone.stream(|_| {}));
    phone.socket.set_nonblocking(false).expect("set");
    rig.play(1, 2, &["ramp"], SymbolSet::NONE);
    phone.hear_sound();
}

#[test]
fn a_missing_sound_is_a_tone_and_music_fills_the_pauses() {
    let rig = Rig::new(settings());
    let phone = rig.phone(1, |_| {});
    rig.threads.music(leg(1), Some(SoundId::from("music")));
    let loud = Law::Mu.encode(5_000);
    while phone.hear().payload != [loud; FRAME] {}
    rig.play(1, 1, &["no such sound"], SymbolSet::NONE);
    while phone.hear().payload.contains(&loud) {}
    while phone.hear().payload != [loud; FRAME] {}
}

#[test]
fn new_sounds_are_for_new_plays_and_what_plays_goes_on() {
    let rig = Rig::new(settings());
    let phone = rig.phone(1, |_| {});
    rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    let first = phone.hear_sound();
    let mut newer = Library::new();
    newer.add(SoundId::from("ramp"), &Recording::from_samples(8_000, &[5_000; 160]));
    rig.library.send_replace(Arc::new(newer));
    rig.play(1, 2, &["ramp"], SymbolSet::NONE);
    let old = encoded(&ramp(3_333), Codec::Pcmu);
    let rest: Vec<u8> = (1..old.len() / FRAME).flat_map(|_| phone.hear().payload).collect();
    assert_eq!([first.payload, rest].concat(), old, "not a sample is missing");
    assert_eq!(phone.hear_sound().payload, [Law::Mu.encode(5_000); FRAME]);
}

#[test]
fn closing_ends_plays_and_frees_the_port_with_the_quality_told() {
    let port = {
        let free = UdpSocket::bind((LOCALHOST, 0)).expect("a port");
        free.local_addr().expect("bound").port() & !1
    };
    let mut rig = Rig::new(Settings { ports: port..=port, ..settings() });
    let mut phone = rig.phone(1, |_| {});
    assert_eq!(phone.engine.port(), port);
    assert!(matches!(rig.threads.open(leg(1), None), Err(OpenError::Duplicate { .. })));
    assert!(matches!(rig.threads.open(leg(2), None), Err(OpenError::NoPort { source: None })));
    phone.speak(0, &[0xff; FRAME]);
    phone.header.sequence = phone.header.sequence.wrapping_add(1);
    phone.press('1');
    assert!(matches!(rig.kind(), (1, MediaEventKind::Key { .. })));
    rig.play(1, 1, &["long"], SymbolSet::NONE);
    rig.threads.close(leg(1));
    assert!(matches!(rig.kind(), (1, MediaEventKind::PlayEnded { end: PlayEnd::Stopped, .. })));
    let (_, MediaEventKind::Closed { quality: Some(quality) }) = rig.kind() else {
        panic!("closed")
    };
    assert_eq!((quality.received, quality.lost), (6, 1));
    assert_eq!(rig.threads.open(leg(2), None).expect("the port is free"), port);
    rig.play(1, 2, &["long"], SymbolSet::NONE);
    assert!(matches!(rig.kind(), (1, MediaEventKind::PlayEnded { end: PlayEnd::Failed, .. })));
    rig.threads.shutdown();
    let last = rig.runtime.block_on(rig.reports.recv()).map(|event| event.kind);
    assert_eq!(last, Some(MediaEventKind::Closed { quality: None }));
    assert!(rig.runtime.block_on(rig.reports.recv()).is_none(), "all threads are gone");
}

#[test]
fn legs_are_limited() {
    let rig = Rig::new(Settings { max_streams: 1, ..settings() });
    rig.threads.open(leg(1), None).expect("one");
    let refused = rig.threads.open(leg(2), Some(leg(1))).expect_err("two");
    assert_eq!(refused.to_string(), "1 media streams are open, no more are allowed");
}
