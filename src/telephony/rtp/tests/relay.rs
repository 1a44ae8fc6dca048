//! Legs bridged with legs of other adapters.

use super::*;
use crate::media::KeyReceiver;
use crate::runtime::Relay;

/// Samples of a frame of the other adapter.
const PART: usize = FRAME;

/// Frames of a loud tone until the other end hears it; how long that took.
fn heard_afar(rig: &Rig, phone: &mut Phone, afar: &Relay) -> u64 {
    let began = rig.clock.now();
    let loud: Vec<u8> = (0..FRAME).map(|n| if n % 16 < 8 { 0x90 } else { 0x10 }).collect();
    for turn in 1.. {
        phone.speak(0, &loud);
        let due = began + Duration::from_millis(20 * turn);
        while rig.clock.now() < due {
            let mut samples = [0; PART];
            if afar.hear(&mut samples) && samples.iter().any(|sample| sample.abs() > 2_000) {
                return rig.clock.now().since(began).as_millis();
            }
            std::thread::yield_now();
        }
        assert!(turn < 200, "nothing is heard");
    }
    unreachable!("the loop ends by its assertion")
}

#[test]
fn a_leg_and_one_of_another_adapter_hear_each_other_soon() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |_| {});
    let (near, afar) = Relay::pair();
    rig.play(1, 1, &["long"], SymbolSet::NONE);
    rig.threads.relay(leg(1), near);
    let (1, MediaEventKind::PlayEnded { end: PlayEnd::Stopped, .. }) = rig.kind() else {
        panic!("the play ends")
    };
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    let there = heard_afar(&rig, &mut phone, &afar);
    println!("heard on the other adapter after {there} ms");
    // A packet is 20 ms, and the machine may be busy.
    assert!(there <= 20 + 100, "{there} ms");

    let began = rig.clock.now();
    loop {
        afar.say(&[7_000; PART]);
        let heard = phone.hear();
        if heard.payload.iter().any(|byte| Law::Mu.decode(*byte).abs() > 6_000) {
            break;
        }
        assert!(rig.clock.now().since(began) < Duration::from_secs(5), "nothing came back");
    }
}

/// Presses a key and waits until it is told of.
fn pressed(rig: &mut Rig, phone: &mut Phone, key: char) {
    phone.press(key);
    loop {
        if let (1, MediaEventKind::Key { symbol, .. }) = rig.kind() {
            return assert_eq!(symbol.as_char(), key);
        }
    }
}

/// What a relay gave of keys so far.
fn keys(afar: &Relay) -> String {
    std::iter::from_fn(|| afar.next_key()).map(Symbol::as_char).collect()
}

#[test]
fn keys_cross_a_relay_once_as_telephone_events_and_none_that_is_secret() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |_| {});
    pressed(&mut rig, &mut phone, '1');
    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    pressed(&mut rig, &mut phone, '5');
    pressed(&mut rig, &mut phone, '5');
    assert_eq!(keys(&afar), "55", "and none from before");
    // INFO beside events is the same key once more.
    rig.threads.pressed(leg(1), Symbol::POUND);
    rig.threads.mask(leg(1), true);
    pressed(&mut rig, &mut phone, '6');
    rig.threads.mask(leg(1), false);
    pressed(&mut rig, &mut phone, '7');
    assert_eq!(keys(&afar), "7", "the other one is a secret");

    "9#".chars().filter_map(Symbol::from_char).for_each(|symbol| afar.press(symbol));
    let mut receiver = KeyReceiver::default();
    let (mut heard, mut ends) = (String::new(), 0);
    while ends < 6 {
        afar.say(&[7_000; PART]);
        let Heard { header, payload } = phone.hear();
        if header.payload_type == EVENTS {
            let key = receiver.receive(&header, &payload, 8_000).next();
            heard.extend(key.map(|press| press.symbol.as_char()));
            assert_eq!(header.marker, key.is_some(), "marked where it begins");
            ends += usize::from(payload[1] & 0x80 != 0);
        }
    }
    assert_eq!(heard, "9#");
}

#[test]
fn keys_by_info_reach_a_party_of_another_adapter_and_of_this_one() {
    let mut rig = Rig::new(settings());
    let _phone = rig.phone(1, |stream| stream.events = None);
    let other = rig.phone(2, |_| {});
    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    let key = |symbol| Symbol::from_char(symbol).expect("a key");
    rig.threads.pressed(leg(1), key('4'));
    rig.threads.mask(leg(1), true);
    rig.threads.pressed(leg(1), key('5'));
    rig.threads.mask(leg(1), false);
    rig.threads.pressed(leg(1), key('6'));
    rig.threads.bridge(leg(1), leg(2));
    let both = (0..3).map(|_| rig.kind()).filter(|(_, kind)| *kind == MediaEventKind::Bridged);
    assert_eq!(both.count(), 2);
    assert_eq!(keys(&afar), "46");
    rig.threads.pressed(leg(1), key('8'));
    let mut receiver = KeyReceiver::default();
    let press = loop {
        let Heard { header, payload } = other.hear();
        if header.payload_type == EVENTS {
            break receiver.receive(&header, &payload, 8_000).next().expect("its first packet");
        }
    };
    assert_eq!(press.symbol, key('8'));
}

#[test]
fn whoever_lets_go_of_its_end_takes_the_bridge_apart() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |_| {});
    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    heard_afar(&rig, &mut phone, &afar);
    drop(afar);
    assert!(matches!(rig.kind(), (1, MediaEventKind::Unbridged { quality: Some(_) })));

    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    rig.threads.unbridge(leg(1));
    assert!(matches!(rig.kind(), (1, MediaEventKind::Unbridged { quality: Some(_) })));
    assert!(afar.is_over());

    let other = rig.phone(2, |_| {});
    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    rig.threads.bridge(leg(2), leg(1));
    let kinds: Vec<_> = (0..3).map(|_| rig.kind()).collect();
    let apart = |kind: &_| matches!(kind, (1, MediaEventKind::Unbridged { .. }));
    assert!(kinds.iter().any(apart), "{kinds:?}");
    assert!(afar.is_over(), "it is bridged with another one");
    drop(other);

    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(9), near);
    rig.play(9, 1, &["long"], SymbolSet::NONE);
    let (9, MediaEventKind::PlayEnded { .. }) = rig.kind() else { panic!("an end") };
    assert!(afar.is_over(), "nobody has that leg");

    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(2), near);
    while rig.kind() != (2, MediaEventKind::Bridged) {}
    rig.threads.close(leg(2));
    while !matches!(rig.kind(), (2, MediaEventKind::Closed { .. })) {}
    assert!(afar.is_over(), "it was hung up");
}

#[test]
fn nothing_of_a_secret_crosses_a_relay() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |stream| stream.tones = true);
    let (near, afar) = Relay::pair();
    rig.threads.relay(leg(1), near);
    assert_eq!(rig.kind(), (1, MediaEventKind::Bridged));
    heard_afar(&rig, &mut phone, &afar);
    rig.threads.mask(leg(1), true);
    // What is ordered after it is told of once it is in force.
    rig.play(1, 1, &["long"], SymbolSet::NONE);
    rig.threads.stop(leg(1), PlayId(1));
    let (1, MediaEventKind::PlayEnded { .. }) = rig.kind() else { panic!("an end") };
    let mut samples = [0; 80];
    while afar.hear(&mut samples) {}
    let began = rig.clock.now();
    let mut parts = 0;
    while rig.clock.now().since(began) < Duration::from_millis(200) {
        phone.speak(0, &[0x90; FRAME]);
        while afar.hear(&mut samples) {
            parts += 1;
            assert!(samples.iter().all(|sample| *sample == 0), "it is silent");
        }
    }
    assert!(parts >= 10, "{parts} parts of 10 ms");
}
