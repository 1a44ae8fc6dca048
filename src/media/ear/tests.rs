//! Ears behind networks of all kinds.

use super::*;
use crate::media::{Encoder, FRAME};

/// An ear that is spoken to by a schedule: 20 ms of a rising level each, so that every packet can be told.
struct Rig {
    ear: Ear,
    encoder: Encoder,
    /// (when it arrives in milliseconds, its number)
    arrivals: Vec<(u64, u16)>,
}

const START: u32 = 0_u32.wrapping_sub(1_600);

impl Rig {
    fn new(codec: Codec, arrivals: Vec<(u64, u16)>) -> Self {
        let ear = Ear::new(codec, Band::Narrow, Duration::from_millis(20));
        Self { ear, encoder: Encoder::new(codec), arrivals }
    }

    /// Lives through so many milliseconds, looking every 20 ms. Returns each part: its first sample and whether it was
    /// made up.
    fn live(&mut self, milliseconds: u64) -> Vec<(i16, bool)> {
        let mut heard = Vec::new();
        for now in (0..milliseconds).step_by(20) {
            for &(at, number) in &self.arrivals {
                if (now..now + 20).contains(&(at + 20)) {
                    self.ear.receive(&header(number), &packet(&mut self.encoder, number));
                }
            }
            for _ in 0..2 {
                let mut part = [0; HEARD_SAMPLES];
                let made_up = self.ear.next_part(&mut part);
                heard.push((part[0], made_up));
            }
        }
        heard
    }
}

fn header(number: u16) -> RtpHeader {
    let timestamp = START.wrapping_add(u32::from(number) * 160);
    RtpHeader { marker: false, payload_type: 0, sequence: number, timestamp, ssrc: 7 }
}

/// Levels that µ-law and A-law tell apart: twenty of them, over and over.
fn level(number: u16) -> i16 {
    1_000 + 300 * i16::try_from(number % 20).unwrap()
}

fn packet(encoder: &mut Encoder, number: u16) -> Vec<u8> {
    let mut payload = [0; FRAME];
    let length = encoder.encode(&[level(number); FRAME], &mut payload);
    payload[..length].to_vec()
}

/// The numbers of the packets that were really heard, less their twenties, each once.
fn numbers(heard: &[(i16, bool)]) -> Vec<u16> {
    let mut numbers: Vec<u16> = heard
        .iter()
        .filter(|(_, made_up)| !made_up)
        .map(|(sample, _)| u16::try_from((sample - 1_000 + 150) / 300).unwrap())
        .collect();
    numbers.dedup();
    numbers
}

/// What is to be heard of the first packets.
fn first(count: u16) -> Vec<u16> {
    (0..count).map(|number| number % 20).collect()
}

/// The parts that were made up after the first one that was not.
fn made_up(heard: &[(i16, bool)]) -> usize {
    heard.iter().skip_while(|part| part.1).filter(|part| part.1).count()
}

fn steady(range: std::ops::Range<u16>) -> Vec<(u64, u16)> {
    range.map(|n| (u64::from(n) * 20, n)).collect()
}

#[test]
fn a_steady_stream_is_heard_whole_and_soon() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let mut rig = Rig::new(codec, steady(0..50));
        let heard = rig.live(1_020);
        assert_eq!(numbers(&heard)[..45], first(45), "{codec:?}");
        let waited = heard.iter().take_while(|part| part.1).count();
        assert!(waited <= 4, "20 ms to arrive, 20 ms of patience: {waited}");
        assert_eq!(made_up(&heard[..98]), 0);
    }
}

#[test]
fn what_is_lost_is_made_up_and_said_to_be() {
    let mut arrivals = steady(0..50);
    arrivals.retain(|(_, n)| *n != 20);
    let heard = Rig::new(Codec::Pcmu, arrivals).live(1_000);
    assert_eq!(made_up(&heard), 2, "one packet of 20 ms");
    let place = heard.iter().rposition(|part| part.1).unwrap();
    assert!((heard[place].0 - level(19)).abs() < 2_500, "it sounds like what was before");
    let around = [18, 19, 1, 2];
    assert!(numbers(&heard).windows(4).any(|numbers| numbers == around), "packet 20 is missing");
}

#[test]
fn overtaken_and_doubled_packets_are_heard_in_order_once() {
    let mut arrivals = steady(0..50);
    arrivals[20].0 += 21;
    arrivals.push((300, 15));
    arrivals.sort();
    let mut rig = Rig::new(Codec::Pcmu, arrivals);
    let heard = rig.live(1_000);
    assert_eq!(numbers(&heard)[..45], first(45));
}

#[test]
fn a_shaky_network_teaches_patience_and_a_calm_one_takes_it_back() {
    // Every seventh packet is 60 ms late for two seconds, then none is.
    let shaken = |n: u16| if n < 100 && n % 7 == 3 { 60 } else { 0 };
    let mut arrivals: Vec<_> = (0..800).map(|n| (u64::from(n) * 20 + shaken(n), n)).collect();
    arrivals.sort();
    let mut rig = Rig::new(Codec::Pcmu, arrivals);
    let first = rig.live(400);
    assert!(made_up(&first) >= 4, "nobody knew");
    let mut rig = Rig::new(Codec::Pcmu, rig.arrivals);
    let heard = rig.live(15_000);
    assert!(made_up(&heard[40..200]) <= 2, "then it waits long enough");
    assert!(rig.ear.patience.now <= 3, "{:?}", rig.ear.patience);
    assert!(rig.ear.late() <= 2);
}

#[test]
fn patience_has_an_end() {
    let arrivals = (0..200).map(|n| (u64::from(n) * 20 + u64::from(n % 2) * 300, n)).collect();
    let mut rig = Rig::new(Codec::Pcmu, arrivals);
    rig.live(4_000);
    assert!(rig.ear.patience.now <= 10, "{:?}", rig.ear.patience);
}

#[test]
fn pauses_new_talkers_and_clocks_set_anew_are_taken_up() {
    let mut arrivals = steady(0..20);
    arrivals.extend(steady(100..150));
    let mut rig = Rig::new(Codec::Pcmu, arrivals);
    let heard = rig.live(3_000);
    assert_eq!(numbers(&heard)[20..65], first(45), "a pause of 1.6 s is no end");
    let mut part = [0; HEARD_SAMPLES];
    for jump in [1_000_000_u32, 0_u32.wrapping_sub(500_000)] {
        let mut header = header(1);
        header.timestamp = header.timestamp.wrapping_add(jump);
        for n in 0..10 {
            let payload = packet(&mut rig.encoder, 7);
            rig.ear.receive(
                &RtpHeader { timestamp: header.timestamp.wrapping_add(n * 160), ..header },
                &payload,
            );
            rig.ear.next_part(&mut part);
            rig.ear.next_part(&mut part);
        }
        assert!((part[0] - level(7)).abs() < 150, "{jump}: {}", part[0]);
    }
}

#[test]
fn silence_follows_what_is_made_up_for_long() {
    let mut rig = Rig::new(Codec::Opus, Vec::new());
    let mut part = [1; HEARD_SAMPLES];
    assert!(rig.ear.next_part(&mut part));
    for n in 0..10 {
        let payload = packet(&mut rig.encoder, n);
        let timestamp = u32::from(n) * 960;
        rig.ear.receive(&RtpHeader { timestamp, ..header(n) }, &payload);
        rig.ear.next_part(&mut part);
        rig.ear.next_part(&mut part);
    }
    let parts: Vec<bool> = (0..40).map(|_| rig.ear.next_part(&mut part)).collect();
    assert!(parts[10..].iter().all(|made_up| *made_up));
    assert!(part.iter().all(|sample| sample.abs() < 120), "no more than a noise: {part:?}");
}

fn power(part: &[i16]) -> f32 {
    part.iter().map(|&sample| f32::from(sample).powi(2)).sum::<f32>() / part.len() as f32
}

#[test]
fn a_pause_sounds_as_the_far_side_says_until_it_is_heard_again() {
    let quiet = NoiseLevel::parse(&[50]).expect("a level");
    let mut part = [0; HEARD_SAMPLES];
    let mut rig = Rig::new(Codec::Pcmu, Vec::new());
    let say = |rig: &mut Rig, number: u16| {
        let payload = packet(&mut rig.encoder, number);
        rig.ear.receive(&header(number), &payload);
    };
    let mut powers = Vec::new();
    for number in 0..100_u16 {
        match number {
            0..20 | 80.. => say(&mut rig, number),
            20 => rig.ear.pause(&header(20), Some(quiet)),
            // Some say so again and again: here by another clock, and late.
            40 => rig.ear.pause(&RtpHeader { timestamp: 7, ..header(40) }, Some(quiet)),
            60 => rig.ear.pause(&header(30), None),
            _ => {}
        }
        for _ in 0..2 {
            let made_up = rig.ear.next_part(&mut part);
            powers.push((power(&part), made_up));
        }
    }
    // 20 ms of patience: two parts later than they were said.
    let told = quiet.power();
    for (n, &(power, made_up)) in powers.iter().enumerate() {
        match n {
            2..42 | 162.. => assert!(power > 500_000.0 && !made_up, "speech: {n}"),
            42..120 => assert!((power / told - 1.0).abs() < 0.4 && made_up, "{n}: {power}"),
            _ => assert!(made_up, "{n}"),
        }
    }
    let own = powers[130].0;
    assert!(own <= 3_500.0, "without a level it is the noise that was heard, within bounds: {own}");
    assert_eq!(rig.ear.late(), 0, "no speech was late");
}
