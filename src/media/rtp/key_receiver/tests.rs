//! Keys through a network that loses, doubles, delays and reorders.

use proptest::prelude::*;

use super::*;
use crate::media::rtp::key_sender::KeySender;

const SSRC: u32 = 7;

fn packet(timestamp: u32, code: u8, duration: u16, end: bool) -> (RtpHeader, [u8; 4]) {
    let header = RtpHeader { marker: false, payload_type: 101, sequence: 0, timestamp, ssrc: SSRC };
    (header, TelephoneEvent { code, end, volume: 10, duration }.write())
}

/// The keys out of packets in the order of arrival.
fn keys(packets: impl IntoIterator<Item = (RtpHeader, [u8; 4])>) -> String {
    let mut receiver = KeyReceiver::default();
    packets
        .into_iter()
        .flat_map(|(header, payload)| receiver.receive(&header, &payload, 8_000))
        .map(|press| press.symbol.as_char())
        .collect()
}

/// All packets of one press.
fn press(timestamp: u32, symbol: char, length_ms: u64) -> Vec<(RtpHeader, [u8; 4])> {
    let symbol = Symbol::from_char(symbol).expect("a key");
    let mut sender =
        KeySender::new(symbol, Duration::from_millis(length_ms), Duration::from_millis(20), 8_000);
    std::iter::from_fn(|| sender.next_packet())
        .map(|p| (packet(timestamp, 0, 0, false).0, p.payload))
        .collect()
}

#[test]
fn every_key_counts_once_whatever_happens_to_its_packets() {
    let one = |range: std::ops::Range<usize>| press(8_000, '5', 200)[range].to_vec();
    let wrap = 0_u32.wrapping_sub(480);
    for (name, packets, expected) in [
        ("whole", one(0..12), "5"),
        ("the start lost", one(6..12), "5"),
        ("the ends alone", one(9..12), "5"),
        ("the ends lost", one(0..5), "5"),
        ("doubled", [one(0..12), one(0..12)].concat(), "5"),
        ("backwards", one(0..12).into_iter().rev().collect(), "5"),
        ("the same key after 40 ms", [press(0, '5', 100), press(1_120, '5', 100)].concat(), "55"),
        (
            "the same key again, ends and starts lost",
            [press(0, '5', 100)[..1].to_vec(), press(1_120, '5', 100)[4..].to_vec()].concat(),
            "55",
        ),
        ("a bounce under 40 ms", [press(0, '5', 100), press(1_112, '5', 100)].concat(), "5"),
        ("another key at once", [press(0, '5', 100), press(800, '6', 100)].concat(), "56"),
        (
            "late ends after the next key began",
            [press(0, '5', 100)[..4].to_vec(), press(1_600, '6', 60), press(0, '5', 100)].concat(),
            "56",
        ),
        (
            "a key that comes only after the next one",
            [press(1_600, '6', 60), press(0, '5', 100)].concat(),
            "65",
        ),
        ("the clock wraps", [press(wrap, '5', 200), press(wrap, '5', 200)].concat(), "5"),
        (
            "timestamps that move with the key",
            (0..10).map(|n| packet(n * 160, 5, 160, n == 9)).collect(),
            "5",
        ),
        (
            "segments of a long key",
            vec![
                packet(0, 5, 65_500, false),
                packet(0, 5, 65_535, false),
                packet(65_535, 5, 160, false),
                packet(65_535, 5, 400, true),
            ],
            "5",
        ),
        (
            "segments with the seam lost",
            vec![packet(0, 5, 60_000, false), packet(65_535, 5, 4_000, true)],
            "5",
        ),
        ("no duration yet", vec![packet(0, 5, 0, false), packet(0, 5, 160, false)], "5"),
        (
            "packets without a duration before another key",
            (0..20).map(|n| packet(n * 20, 0, 0, false)).chain(press(400, '1', 100)).collect(),
            "1",
        ),
        ("hook flash is no key", vec![packet(0, 16, 160, false)], ""),
    ] {
        assert_eq!(keys(packets), expected, "{name}");
    }
}

#[test]
fn a_marker_begins_another_press_even_without_a_pause() {
    let marked = |timestamp, length_ms| {
        let mut packets = press(timestamp, '5', length_ms);
        packets[0].0.marker = true;
        packets
    };
    let three = [marked(0, 100), marked(800, 100), marked(1_600, 100)];
    for (name, packets, expected) in [
        ("one after the other", three.concat(), "555"),
        ("each twice", [three.concat(), three.concat()].concat(), "555"),
        (
            "late ends of the first",
            [marked(0, 100)[..6].to_vec(), marked(800, 100), marked(0, 100)[6..].to_vec()].concat(),
            "55",
        ),
        ("segments", [marked(0, 8_300), marked(0, 8_300)[..1].to_vec()].concat(), "5"),
    ] {
        assert_eq!(keys(packets), expected, "{name}");
    }
}

#[test]
fn a_press_is_dated_back_to_its_start() {
    let (header, payload) = packet(0, 5, 480, false);
    let press = KeyReceiver::default().receive(&header, &payload, 8_000).next().expect("a key");
    assert_eq!(press.held, Duration::from_millis(60));
}

/// A packet of several events: the code, whether it has ended, and how long it has lasted.
fn packed(timestamp: u32, marker: bool, events: &[(u8, bool, u16)]) -> (RtpHeader, Vec<u8>) {
    let header = RtpHeader { marker, ..packet(timestamp, 0, 0, false).0 };
    let block = |&(code, end, lasted)| packet(0, code, lasted, end).1;
    (header, events.iter().flat_map(block).collect())
}

#[test]
fn keys_that_share_packets_count_once_each() {
    let first = || packed(0, true, &[(1, true, 800), (2, false, 160)]);
    let second = || packed(0, false, &[(1, true, 800), (2, true, 640)]);
    let same = || packed(0, true, &[(5, true, 800), (5, true, 800), (5, true, 800)]);
    let alone =
        |timestamp, marker, code, end, lasted| packed(timestamp, marker, &[(code, end, lasted)]);
    let long = || packed(0, false, &[(7, false, 0xffff), (7, false, 160)]);
    for (name, packets, expected) in [
        ("in one packet", vec![second()], "12"),
        ("in one packet and its updates", vec![first(), second(), second()], "12"),
        ("the updates first", vec![second(), first()], "12"),
        (
            "one begins alone and goes on in its own packets",
            vec![alone(0, true, 1, false, 400), first(), alone(800, false, 2, true, 640)],
            "12",
        ),
        ("one key three times", vec![same(), same()], "555"),
        (
            "one key three times, each in its own packets too",
            vec![alone(0, true, 5, false, 160), same(), alone(1_600, false, 5, true, 800)],
            "555",
        ),
        (
            "the end of a segment and the next",
            vec![alone(0, true, 7, false, 60_000), long(), alone(65_535, false, 7, true, 900)],
            "7",
        ),
        (
            "the end of a long key and another",
            vec![long(), packed(65_535, true, &[(7, true, 900), (8, false, 160)])],
            "78",
        ),
        (
            "what is no key between two",
            vec![packed(0, true, &[(1, true, 800), (16, true, 400), (2, true, 800)])],
            "12",
        ),
        ("no key at the end", vec![packed(0, true, &[(1, true, 800), (0, false, 0)])], "1"),
        ("as many as are read, twice", vec![packed(0, true, &[(3, true, 800); 20]); 2], "33333333"),
    ] {
        let mut receiver = KeyReceiver::default();
        let heard: String = packets
            .iter()
            .flat_map(|(header, payload)| receiver.receive(header, payload, 8_000))
            .map(|press| press.symbol.as_char())
            .collect();
        assert_eq!(heard, expected, "{name}");
    }
}

#[test]
fn keys_that_share_a_packet_are_dated_back_to_where_each_began() {
    let (header, payload) = packed(0, true, &[(1, true, 800), (2, true, 400), (3, false, 160)]);
    let presses = KeyReceiver::default().receive(&header, &payload, 8_000);
    let held: Vec<u64> = presses.map(|press| press.held.as_millis()).collect();
    assert_eq!(held, [170, 70, 20]);
}

#[test]
fn a_packet_with_a_key_from_before_the_line_is_old() {
    let mut receiver = KeyReceiver::default();
    let (header, payload) = packed(0, true, &[(1, false, 160)]);
    let _told = receiver.receive(&header, &payload, 8_000);
    receiver.draw_line();
    let (header, payload) = packed(0, true, &[(1, true, 800), (2, false, 160)]);
    assert_eq!(receiver.receive(&header, &payload, 8_000).count(), 1);
    assert!(receiver.is_old(&header, &payload));
    let (header, payload) = packed(800, false, &[(2, true, 640)]);
    assert_eq!(receiver.receive(&header, &payload, 8_000).count(), 0);
    assert!(!receiver.is_old(&header, &payload), "the second alone");
}

#[test]
fn a_key_belongs_to_the_time_in_which_it_began() {
    let mut receiver = KeyReceiver::default();
    let mut is_old = |(header, payload): (RtpHeader, [u8; 4])| {
        let _told = receiver.receive(&header, &payload, 8_000);
        let old = receiver.is_old(&header, &payload);
        receiver.draw_line();
        old
    };
    assert!(!is_old(packet(0, 5, 160, false)));
    assert!(is_old(packet(0, 5, 320, false)), "the rest of it comes after the line");
    assert!(is_old(packet(0, 5, 480, true)));
    assert!(!is_old(packet(1_120, 5, 160, false)), "the next press of the same key");
}

#[test]
fn payloads_of_odd_lengths_are_no_reason_to_stumble() {
    let header = packet(0, 0, 0, false).0;
    // Of eight bytes both are keys, as the first has ended; what is no whole number of blocks tells of the first alone.
    let payload = [5, 0x8a, 0, 160, 6, 10, 0, 160, 1, 2];
    for (length, expected) in
        ["", "", "", "", "5", "5", "5", "5", "56", "5", "5"].iter().enumerate()
    {
        let keys = KeyReceiver::default().receive(&header, &payload[..length], 8_000);
        let keys: String = keys.map(|press| press.symbol.as_char()).collect();
        assert_eq!(keys, *expected, "{length}");
    }
}

/// What the network does to one packet.
#[derive(Debug, Clone, Copy)]
struct Fate {
    lost: bool,
    doubled: bool,
    /// By how many packets it is late.
    late: usize,
}

fn fate() -> impl Strategy<Value = Fate> {
    (0..100_u8, 0..100_u8, 0..6_usize).prop_map(|(lost, doubled, late)| Fate {
        lost: lost < 40,
        doubled: doubled < 20,
        late,
    })
}

proptest! {
    #[test]
    fn loss_doubling_and_reordering_leave_every_key_once(
        presses in proptest::collection::vec((0..12_u8, 40..300_u64, 40..500_u64), 1..12),
        fates in proptest::collection::vec(fate(), 400),
        start: u32,
    ) {
        let mut timestamp = start;
        let mut fates = fates.into_iter().cycle();
        let mut arrivals = Vec::new();
        let mut expected = String::new();
        for (code, length, pause) in presses {
            let symbol = Symbol::from_event_code(code).expect("0..12").as_char();
            expected.push(symbol);
            let packets = press(timestamp, symbol, length);
            let mut lost = 0;
            for (n, packet) in packets.iter().enumerate() {
                let fate = fates.next().expect("endless");
                // At least one packet of every key arrives.
                if fate.lost && lost + 1 < packets.len() {
                    lost += 1;
                    continue;
                }
                let place = arrivals.len() + n;
                arrivals.push((place + fate.late, *packet));
                if fate.doubled {
                    arrivals.push((place + fate.late * 2, *packet));
                }
            }
            let samples = u32::try_from((length + pause) * 8).expect("under 6,400");
            timestamp = timestamp.wrapping_add(samples);
        }
        arrivals.sort_by_key(|(place, _)| *place);
        let mut heard: Vec<char> = keys(arrivals.into_iter().map(|(_, packet)| packet)).chars().collect();
        let mut expected: Vec<char> = expected.chars().collect();
        heard.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(heard, expected);
    }

    #[test]
    fn no_payload_panics(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..50),
        timestamps in proptest::collection::vec(any::<u32>(), 50),
    ) {
        let mut receiver = KeyReceiver::default();
        for (payload, timestamp) in payloads.iter().zip(timestamps) {
            let header = packet(timestamp, 0, 0, false).0;
            let keys = receiver.receive(&header, payload, 8_000).count();
            let whole = payload.len().is_multiple_of(4);
            let most = if whole { (payload.len() / 4).min(MAX_PACKED) } else { 1 };
            prop_assert!(keys <= most.min(payload.len() / 4));
            prop_assert_eq!(receiver.receive(&header, payload, 8_000).count(), 0, "once more");
        }
    }
}

/// A network that loses, doubles, delays and reorders, the same way for the same seed.
struct Network(u64);

impl Network {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    /// What arrives, in the order of arrival: 0–60 ms of delay, 3 % overtaken, 1 % doubled, 2 % lost.
    fn carry(&mut self, sent: &[(u64, Sent)]) -> Vec<Sent> {
        let mut arrivals = Vec::new();
        for (at, packet) in sent {
            if self.below(100) < 2 {
                continue;
            }
            let overtaken = if self.below(100) < 3 { 50 } else { 0 };
            arrivals.push((at + self.below(61) + overtaken, *packet));
            if self.below(100) < 1 {
                arrivals.push((at + self.below(120), *packet));
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);
        arrivals.into_iter().map(|(_, packet)| packet).collect()
    }
}

type Sent = (RtpHeader, [u8; 4]);

/// The packets of a key that is held for so many milliseconds, with when each is sent; in segments where one is too
/// short for it (RFC 4733 §2.5.1.3).
fn held(at: u64, origin: u32, symbol: char, length: u64, clock: u32) -> Vec<(u64, Sent)> {
    let code = Symbol::from_char(symbol).expect("a key").event_code();
    let units = |ms: u64| u32::try_from(ms * u64::from(clock) / 1_000).expect("short");
    let start = origin.wrapping_add(units(at));
    let (mut packets, mut sent) = (Vec::new(), 20);
    let mut segment = 0;
    while sent < length {
        while units(sent) - segment > 0xffff {
            packets.push((at + sent, packet(start.wrapping_add(segment), code, u16::MAX, false)));
            segment += 0xffff;
        }
        let lasted = u16::try_from(units(sent) - segment).expect("within a segment");
        packets.push((at + sent, packet(start.wrapping_add(segment), code, lasted, false)));
        sent += 20;
    }
    let lasted = u16::try_from((units(length) - segment).min(0xffff)).expect("cut");
    for copy in 0..3 {
        let end = packet(start.wrapping_add(segment), code, lasted, true);
        packets.push((at + length + copy * 20, end));
    }
    packets
}

#[test]
fn every_key_of_a_thousand_calls_over_a_bad_network_counts_once() {
    for seed in 1..=1_000_u64 {
        let mut network = Network(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let clock = [8_000, 16_000, 48_000][usize::try_from(seed % 3).expect("small")];
        // Near the wrap of the clock, so that some calls cross it.
        let origin = 0_u32.wrapping_sub(u32::try_from(network.below(400_000)).expect("small"));
        let (mut at, mut sent, mut pressed) = (0, Vec::new(), String::new());
        for n in 0..12 {
            let keys = ['1', '2', '2', '#', '*', '0', 'D'];
            let symbol = keys[usize::try_from(network.below(7)).expect("small")];
            // Now and then somebody leans on a key.
            let length =
                if n == 7 { 9_000 + network.below(3_000) } else { 60 + network.below(200) };
            sent.extend(held(at, origin, symbol, length, clock));
            pressed.push(symbol);
            at += length + 80 + network.below(300);
        }
        let mut receiver = KeyReceiver::default();
        let arrived = network.carry(&sent);
        let heard: String = arrived
            .iter()
            .flat_map(|(header, payload)| receiver.receive(header, payload, clock))
            .map(|press| press.symbol.as_char())
            .collect();
        // Two keys may change places when the first packets of one are all late; none is lost, doubled or made up.
        let sorted = |keys: &str| {
            let mut keys: Vec<char> = keys.chars().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(sorted(&heard), sorted(&pressed), "seed {seed}: {pressed} heard as {heard}");
        assert_eq!(heard, pressed, "seed {seed}");
    }
}
