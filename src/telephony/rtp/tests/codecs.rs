//! Every codec and packet time, and bridges between those that differ.

use super::*;
use crate::media::{Band, Decoder, Encoder, KeyReceiver, MAX_DECODED, TelephoneEvent};

/// A stream of a codec in packets of so many milliseconds; keys on its clock.
fn speaking(codec: Codec, packet_time: u64) -> impl FnOnce(&mut Stream) {
    move |stream| {
        stream.codec = codec;
        stream.payload_type = payload_type(codec);
        stream.packet_time = Duration::from_millis(packet_time);
        stream.events = Some(EventFormat { payload_type: EVENTS, clock_rate: codec.clock_rate() });
    }
}

const fn payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
        Codec::G722 => 9,
        Codec::Opus => 111,
    }
}

/// What payloads sound like.
fn decoded(codec: Codec, payloads: impl IntoIterator<Item = Vec<u8>>) -> Vec<i16> {
    let (mut decoder, mut samples) = (Decoder::new(codec), [0; MAX_DECODED]);
    let mut all = Vec::new();
    for payload in payloads {
        let length = decoder.decode(&payload, &mut samples);
        all.extend_from_slice(&samples[..length]);
    }
    all
}

fn loudness(samples: &[i16]) -> f64 {
    let power: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    (power / samples.len().max(1) as f64).sqrt()
}

#[test]
fn sounds_go_out_in_every_codec_and_packet_time() {
    for (codec, packet_time) in [
        (Codec::Pcmu, 10),
        (Codec::Pcma, 30),
        (Codec::Pcmu, 40),
        (Codec::G722, 50),
        (Codec::G722, 20),
        (Codec::Pcma, 60),
        (Codec::Opus, 20),
    ] {
        let rig = Rig::new(settings());
        let phone = rig.phone(1, speaking(codec, packet_time));
        rig.threads.music(leg(1), Some(SoundId::from("music")));
        let packets: Vec<Heard> = (0..1_400 / packet_time).map(|_| phone.hear()).collect();
        let step = u32::try_from(packet_time).unwrap() * codec.clock_rate() / 1_000;
        for pair in packets.windows(2) {
            let [a, b] = [&pair[0], &pair[1]];
            assert_eq!(b.header.sequence, a.header.sequence.wrapping_add(1), "{codec:?}");
            assert_eq!(b.header.timestamp, a.header.timestamp.wrapping_add(step), "{codec:?}");
        }
        let payloads: Vec<_> = packets.into_iter().map(|packet| packet.payload).collect();
        let samples = decoded(codec, payloads);
        assert_eq!(samples.len() as u64 / 8, 1_400 / packet_time * packet_time);
        // The music is one level: a codec that cannot carry that still shows its edges.
        let (before, after) = samples.split_at(480);
        assert!(loudness(before) < 100.0, "{codec:?} leads in with silence");
        assert!(loudness(after) > 300.0, "{codec:?} {packet_time} ms: {}", loudness(after));
        if codec.law().is_some() {
            let full = after.iter().filter(|sample| (**sample - 5_000).abs() < 150).count();
            assert!(full > after.len() / 2, "{packet_time} ms");
        }
        rig.threads.shutdown();
    }
}

/// A tone that is told from silence in every codec.
fn tone_packet(encoder: &mut Encoder, samples: usize, begun: usize) -> Vec<u8> {
    let tone: Vec<i16> =
        (begun..begun + samples).map(|n| if n / 8 % 2 == 0 { 6_000 } else { -6_000 }).collect();
    let mut payload = [0; 3 * FRAME];
    let length = encoder.encode(&tone, &mut payload);
    payload[..length].to_vec()
}

/// Speaks from `from` to `to` for a second and measures how long the first sound takes, in milliseconds.
fn first_sound(rig: &Rig, from: &mut Phone, to: &Phone, codecs: [Codec; 2], time: u64) -> u64 {
    let [theirs, ours] = codecs;
    let (mut encoder, mut decoder) = (Encoder::new(theirs), Decoder::new(ours));
    let mut samples = [0; MAX_DECODED];
    to.socket.set_read_timeout(Some(Patience::from_millis(1))).expect("set");
    let count = usize::try_from(time * 8).unwrap();
    let step = u32::try_from(time).unwrap() * theirs.clock_rate() / 1_000;
    let begun = rig.clock.now();
    let mut spoken = None;
    for n in 0..1_000 / time {
        let due = begun + Duration::from_millis(n * time);
        // Half a second of silence first, so that the bridge runs when the sound comes.
        let payload = if n * time < 500 {
            let (mut payload, silence) = ([0; 3 * FRAME], [0; 3 * FRAME]);
            let length = encoder.encode(&silence[..count], &mut payload);
            payload[..length].to_vec()
        } else {
            spoken.get_or_insert(rig.clock.now());
            tone_packet(&mut encoder, count, 0)
        };
        from.send(payload_type(theirs), false, &payload);
        from.header.timestamp = from.header.timestamp.wrapping_add(step);
        while rig.clock.now() < due + Duration::from_millis(time) {
            let mut datagram = [0; 2_000];
            let Ok(length) = to.socket.recv(&mut datagram) else { continue };
            let Some(packet) = RtpPacket::parse(&datagram[..length]) else { continue };
            let length = decoder.decode(packet.payload, &mut samples);
            if let Some(spoken) = spoken
                && loudness(&samples[..length]) > 1_500.0
            {
                to.socket.set_read_timeout(Some(PATIENCE)).expect("set");
                return rig.clock.now().since(spoken).as_millis();
            }
        }
    }
    panic!("{codecs:?}: nothing came through");
}

#[test]
fn a_bridge_between_codecs_is_heard_both_ways_and_soon() {
    for (a, b) in [
        ((Codec::Pcmu, 20), (Codec::Pcma, 20)),
        ((Codec::Pcmu, 20), (Codec::G722, 20)),
        ((Codec::Pcma, 20), (Codec::Opus, 20)),
        ((Codec::Pcmu, 10), (Codec::Pcmu, 40)),
        ((Codec::G722, 20), (Codec::Opus, 20)),
    ] {
        let mut rig = Rig::new(settings());
        let mut caller = rig.phone(1, speaking(a.0, a.1));
        let mut agent = rig.phone(2, speaking(b.0, b.1));
        rig.threads.bridge(leg(1), leg(2));
        let (1 | 2, MediaEventKind::Bridged) = rig.kind() else { panic!("bridged") };
        let there = first_sound(&rig, &mut caller, &agent, [a.0, b.0], a.1);
        let back = first_sound(&rig, &mut agent, &caller, [b.0, a.0], b.1);
        println!("{a:?} to {b:?}: first sound after {there} ms, back after {back} ms");
        // Packets of 40 ms are full only after 40 ms; the rest is what the bridge adds. The machine may be busy.
        let own = a.1.max(b.1);
        assert!(there <= own + 100 && back <= own + 100, "{a:?} {b:?}: {there} and {back} ms");
        rig.threads.shutdown();
    }
}

#[test]
fn what_is_above_4_khz_crosses_a_bridge_between_wide_band_codecs() {
    for (from, to) in [
        ((Codec::G722, 20), (Codec::Opus, 20)),
        ((Codec::Opus, 20), (Codec::G722, 20)),
        ((Codec::G722, 20), (Codec::G722, 40)),
    ] {
        let mut rig = Rig::new(settings());
        let mut caller = rig.phone(1, speaking(from.0, from.1));
        let agent = rig.phone(2, speaking(to.0, to.1));
        rig.threads.bridge(leg(1), leg(2));
        (0..2).for_each(|_| assert!(matches!(rig.kind().1, MediaEventKind::Bridged)));
        let mut encoder = Encoder::of(from.0, Band::Wide);
        let mut decoder = Decoder::of(to.0, Band::Wide);
        let mut heard = Vec::new();
        for packet in 0..50 {
            // 5,333 Hz: three samples of 16 kHz a period, so that each packet ends in the middle of one.
            let tone: [i16; 2 * FRAME] = std::array::from_fn(|n| {
                [0, 7_000, -7_000].get((packet * 2 * FRAME + n) % 3).copied().unwrap_or(0)
            });
            let mut payload = [0; FRAME];
            let length = encoder.encode(&tone, &mut payload);
            caller.send(payload_type(from.0), false, &payload[..length]);
            let step = from.0.clock_rate() / 50;
            caller.header.timestamp = caller.header.timestamp.wrapping_add(step);
            // A few at first, then one each time that one comes.
            if packet < 5 || !(packet as u64 * 20).is_multiple_of(to.1) {
                continue;
            }
            let mut samples = [0; 2 * MAX_DECODED];
            let length = decoder.decode(&agent.hear().payload, &mut samples);
            heard.push(loudness(&samples[..length]));
        }
        heard.sort_by(f64::total_cmp);
        let usual = heard[heard.len() / 2];
        // The tone is one of 5,700; in narrow band nothing would be left of it.
        assert!((4_000.0..8_000.0).contains(&usual), "{from:?} to {to:?}: {usual}");
    }
}

#[test]
fn a_key_crosses_a_bridge_between_clocks() {
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, speaking(Codec::Pcmu, 20));
    let agent = rig.phone(2, speaking(Codec::Opus, 20));
    rig.threads.bridge(leg(1), leg(2));
    (0..2).for_each(|_| assert!(matches!(rig.kind().1, MediaEventKind::Bridged)));
    caller.speak(0, &[0xff; FRAME]);
    caller.press('7');
    let (1, MediaEventKind::Key { .. }) = rig.kind() else { panic!("a key") };
    assert_eq!(keys_heard(&agent, 48_000, 1), "7");
    rig.threads.mask(leg(1), true);
    // What is ordered after it is told of once it is in force.
    rig.play(1, 1, &["long"], SymbolSet::NONE);
    rig.threads.stop(leg(1), PlayId(1));
    let (1, MediaEventKind::PlayEnded { .. }) = rig.kind() else { panic!("an end") };
    caller.press('8');
    let (1, MediaEventKind::Key { .. }) = rig.kind() else { panic!("a key") };
    rig.threads.mask(leg(1), false);
    rig.threads.press(leg(2), vec![Symbol::POUND]);
    assert_eq!(keys_heard(&agent, 48_000, 1), "#", "what was masked did not come");
}

#[test]
fn keys_that_share_a_packet_are_told_each_and_cross_a_bridge_between_clocks() {
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, speaking(Codec::Pcmu, 20));
    let agent = rig.phone(2, speaking(Codec::Opus, 20));
    rig.threads.bridge(leg(1), leg(2));
    (0..2).for_each(|_| assert!(matches!(rig.kind().1, MediaEventKind::Bridged)));
    caller.speak(0, &[0xff; FRAME]);
    let block = |code| TelephoneEvent { code, end: true, volume: 10, duration: 800 }.write();
    let payload = [block(4), block(4), block(11)].concat();
    // The time of the rig is old enough for what began before now.
    std::thread::park_timeout(Duration::from_millis(400).to_std());
    for copy in 0..3 {
        caller.send(EVENTS, copy == 0, &payload);
    }
    for (expected, held) in [('4', 300), ('4', 200), ('#', 100)] {
        let MediaEvent { kind, at, .. } = rig.report();
        let MediaEventKind::Key { symbol, pressed_at, .. } = kind else { panic!("{kind:?}") };
        assert_eq!((symbol.as_char(), at.since(pressed_at).as_millis()), (expected, held));
    }
    assert_eq!(keys_heard(&agent, 48_000, 3), "44#");
}

/// The next keys that come.
fn keys_heard(phone: &Phone, clock_rate: u32, count: usize) -> String {
    let mut keys = KeyReceiver::default();
    let mut heard = String::new();
    let mut ends = 0;
    while ends < 3 * count {
        let packet = phone.hear();
        if packet.header.payload_type == EVENTS {
            let key = keys.receive(&packet.header, &packet.payload, clock_rate);
            heard.extend(key.map(|key| key.symbol.as_char()));
            let event = TelephoneEvent::parse(&packet.payload).expect("an event");
            ends += usize::from(event.end);
        }
    }
    heard
}

#[test]
fn keys_are_sent_in_order_in_place_of_what_plays() {
    let rig = Rig::new(settings());
    let phone = rig.phone(1, |_| {});
    rig.threads.music(leg(1), Some(SoundId::from("music")));
    phone.hear_sound();
    let keys: Vec<Symbol> = "1#0".chars().filter_map(Symbol::from_char).collect();
    rig.threads.press(leg(1), keys);
    assert_eq!(keys_heard(&phone, 8_000, 3), "1#0");
    let (a, b) = (phone.hear(), phone.hear());
    assert_eq!(b.header.payload_type, 0, "the music goes on");
    assert_eq!(b.header.timestamp, a.header.timestamp.wrapping_add(160));
}

#[test]
fn tones_are_keys_where_nothing_better_was_agreed() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |stream| stream.events = None);
    // What is heard gives the phone its pace, also after the prompt.
    rig.threads.music(leg(1), Some(SoundId::from("music")));
    rig.play(1, 1, &["long"], SymbolSet::ALL);
    // The key 5: 770 and 1,336 Hz for 100 ms, at the pace of a phone.
    let tone = |n: u16| {
        let turn = f32::from(n) / 8_000.0 * std::f32::consts::TAU;
        let wave = (turn * 770.0).sin() + (turn * 1_336.0).sin();
        #[expect(clippy::cast_possible_truncation, reason = "within range by its scale")]
        Law::Mu.encode((wave * 5_000.0) as i16)
    };
    for packet in 0..40 {
        let payload: Vec<u8> = (0..160)
            .map(|n| if (10..15).contains(&packet) { tone(packet * 160 + n) } else { 0xff })
            .collect();
        phone.speak(0, &payload);
        phone.hear();
    }
    let (1, MediaEventKind::Key { symbol, source, .. }) = rig.kind() else { panic!("a key") };
    assert_eq!((symbol.as_char(), source), ('5', crate::call::KeySource::InBand));
    let (1, MediaEventKind::PlayEnded { end, .. }) = rig.kind() else { panic!("it stops") };
    assert_eq!(end, PlayEnd::Stopped);
    rig.threads.close(leg(1));
    assert!(matches!(rig.kind().1, MediaEventKind::Closed { .. }), "one key, once");
}
