//! Keys that a phone can send as tones alone.

use super::recording::Studio;
use super::*;
use crate::call::{KeySource, RecordingEnd};

/// How long packets of a phone are apart.
const PACE: Duration = Duration::from_millis(20);

impl Phone {
    /// Sends so many packets of a key's two tones, or of silence, as fast as people hear. A machine that lets the phone
    /// wait does not slow its clock down: what is overdue is sent at once.
    fn sounds(&mut self, tones: [f32; 2], packets: u64) {
        let clock = Clock::new();
        let began = clock.now();
        for packet in 1..=packets {
            self.sounds_once(tones);
            let next = began + PACE.times(packet);
            std::thread::park_timeout(next.since(clock.now()).to_std());
        }
    }

    /// Sends one packet of a key's two tones, or of silence.
    pub(super) fn sounds_once(&mut self, tones: [f32; 2]) {
        let start = self.header.timestamp;
        let payload: Vec<u8> = (0..160_u16)
            .map(|n| {
                let time = (start.wrapping_add(u32::from(n)) % 80_000) as f32 / 8_000.0;
                let wave = |hertz: f32| (std::f32::consts::TAU * hertz * time).sin();
                let sound = tones.iter().map(|&hertz| wave(hertz)).sum::<f32>() * 0.15;
                let sample = Recording { rate: 8_000, samples: vec![sound] }.to_samples().next();
                Law::Mu.encode(sample.unwrap_or(0))
            })
            .collect();
        self.speak(0, &payload);
    }
}

#[test]
fn tones_are_keys_where_no_telephone_events_were_agreed() {
    let mut rig = Rig::new(settings());
    let mut plain = rig.phone(1, |stream| stream.events = None);
    let mut modern = rig.phone(2, |_| {});
    let began = rig.clock.now();
    for phone in [&mut modern, &mut plain] {
        phone.sounds([0.0; 2], 10);
        phone.sounds([770.0, 1_336.0], 10);
        phone.sounds([0.0; 2], 10);
    }
    let MediaEvent { leg: found, kind, at } = rig.report();
    let MediaEventKind::Key { symbol, source, pressed_at } = kind else { panic!("{kind:?}") };
    assert_eq!((found, symbol.as_char(), source), (leg(1), '5', KeySource::InBand));
    assert!(pressed_at > began && pressed_at < at, "{pressed_at:?} {at:?}");
    // The first phone, whose keys come as events, had pressed before.
    rig.threads.close(leg(2));
    assert_eq!(rig.kind().0, 2, "nothing of its tones was told");
}

#[test]
fn a_way_that_keys_came_by_is_the_only_one() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |stream| stream.events = None);
    let five = Symbol::from_char('5').expect("a key");
    rig.threads.pressed(leg(1), five);
    phone.sounds([770.0, 1_336.0], 10);
    phone.sounds([0.0; 2], 10);
    rig.threads.close(leg(1));
    let (_, kind) = rig.kind();
    assert!(matches!(kind, MediaEventKind::Closed { .. }), "{kind:?}");
}

#[test]
fn the_first_key_decides_where_keys_may_come_both_ways() {
    let mut rig = Rig::new(settings());
    let mut tones_first = rig.phone(1, |stream| stream.tones = true);
    tones_first.sounds([0.0; 2], 10);
    tones_first.sounds([770.0, 1_336.0], 10);
    let (1, MediaEventKind::Key { source, .. }) = rig.kind() else { panic!("a key") };
    assert_eq!(source, KeySource::InBand);
    tones_first.press('6');
    let mut event_first = rig.phone(2, |stream| stream.tones = true);
    event_first.press('7');
    let (2, MediaEventKind::Key { source, .. }) = rig.kind() else { panic!("a key") };
    assert_eq!(source, KeySource::RtpEvent);
    event_first.sounds([770.0, 1_336.0], 10);
    event_first.sounds([0.0; 2], 10);
    for number in [1, 2] {
        rig.threads.close(leg(number));
        let (_, kind) = rig.kind();
        assert!(matches!(kind, MediaEventKind::Closed { .. }), "{kind:?}");
    }
}

#[test]
fn tones_leave_no_trace_in_a_recording_and_end_it() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |stream| stream.events = None);
    studio.record("0192-1");
    // As fast as people speak: keys are heard in the order of time.
    let began = studio.rig.clock.now();
    for packet in 1..=110 {
        phone.says(true, 20);
        let next = began + PACE.times(packet);
        std::thread::park_timeout(next.since(studio.rig.clock.now()).to_std());
    }
    phone.sounds([0.0; 2], 10);
    phone.sounds([941.0, 1_477.0], 12);
    let (1, MediaEventKind::Key { symbol, .. }) = studio.rig.kind() else { panic!("a key") };
    assert_eq!(symbol, Symbol::POUND);
    let (end, _) = studio.ended("0192-1");
    assert_eq!(end, RecordingEnd::Key);
    let wav = std::fs::read(studio.path("0192-1")).expect("the recording is there");
    let samples: Vec<i16> = Recording::from_wav(&wav).expect("a WAV file").to_samples().collect();
    // What was said lies in the first 2,200 ms; behind it there is silence alone.
    let tail = samples.iter().rposition(|sample| sample.unsigned_abs() > 500).unwrap_or(0) / 8;
    assert!(tail <= 2_220, "{tail} ms");
    studio.close();
}
