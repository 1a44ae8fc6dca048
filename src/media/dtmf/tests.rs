//! The detector's rules one by one; `tests/dtmf.rs` has the corpus.

use std::f32::consts::TAU;

use super::{ToneDetector, Tones};
use crate::call::Symbol;
use crate::media::recording::to_i16;

/// So many milliseconds of two tones, in hertz, each at a tenth of full scale; of none, silence.
fn sound(milliseconds: usize, tones: &[f32]) -> Vec<i16> {
    (0..milliseconds * 8)
        .map(|n| {
            let time = n as f32 / 8_000.0;
            to_i16(tones.iter().map(|hertz| (TAU * hertz * time).sin()).sum::<f32>() * 0.1)
        })
        .collect()
}

/// What is heard in parts, each with whether it is made up: key, onset and duration in milliseconds.
fn heard(parts: &[(Vec<i16>, bool)]) -> Vec<(char, u64, u64)> {
    let mut detector = ToneDetector::default();
    let mut keys = Vec::new();
    let mut hear = |samples: &[i16], made_up| {
        detector.hear(samples, made_up, |tones| match tones {
            Tones::Pressed { .. } => {}
            Tones::Released { symbol, onset, duration } => {
                keys.push((symbol.as_char(), onset / 8, duration / 8));
            }
        });
    };
    for (samples, made_up) in parts {
        // Pieces that fit no block.
        samples.chunks(37).for_each(|piece| hear(piece, *made_up));
    }
    hear(&sound(200, &[]), false);
    keys
}

#[test]
fn every_key_has_its_two_tones() {
    for (row, keys) in
        [697.0, 770.0, 852.0, 941.0].into_iter().zip(["123A", "456B", "789C", "*0#D"])
    {
        for (column, key) in [1_209.0, 1_336.0, 1_477.0, 1_633.0].into_iter().zip(keys.chars()) {
            let parts = [(sound(50, &[]), false), (sound(60, &[row, column]), false)];
            let keys = heard(&parts);
            let &[(found, onset, duration)] = &*keys else { panic!("{key}: {keys:?}") };
            assert_eq!(found, key);
            assert!(onset.abs_diff(50) <= 3 && duration.abs_diff(60) <= 5, "{keys:?}");
            assert!(Symbol::from_char(found).is_some());
        }
    }
}

#[test]
fn lengths_and_pauses_decide() {
    let five = |ms| (sound(ms, &[770.0, 1_336.0]), false);
    let six = |ms| (sound(ms, &[770.0, 1_477.0]), false);
    let pause = |ms| (sound(ms, &[]), false);
    for (name, parts, keys) in [
        ("40 ms are a key", vec![five(40)], "5"),
        ("23 ms are none", vec![five(23)], ""),
        ("one tone is none", vec![(sound(100, &[770.0]), false)], ""),
        ("a pause of 40 ms parts keys", vec![five(50), pause(40), five(50)], "55"),
        ("an interruption of 10 ms does not", vec![five(50), pause(10), five(50)], "5"),
        ("another key needs no pause", vec![five(60), six(60)], "56"),
        ("a key of ten seconds is one", vec![five(10_000)], "5"),
    ] {
        let found: String = heard(&parts).into_iter().map(|(key, ..)| key).collect();
        assert_eq!(found, keys, "{name}");
    }
}

#[test]
fn what_is_made_up_proves_nothing() {
    let whole = sound(120, &[852.0, 1_209.0]);
    let (begin, end) = whole.split_at(480);
    let part = |samples: &[i16], made_up| (samples.to_vec(), made_up);
    let noise = sound(20, &[770.0, 1_477.0]);
    for (name, parts, keys) in [
        ("made up all through", vec![part(&whole, true)], ""),
        (
            "20 ms of another key",
            vec![part(begin, false), part(&noise, true), part(end, false)],
            "7",
        ),
        (
            "20 ms of silence",
            vec![part(begin, false), part(&[0; 160], true), part(end, false)],
            "7",
        ),
        ("lost for good", vec![part(begin, false), part(&[0; 1_600], true)], "7"),
    ] {
        let found: String = heard(&parts).into_iter().map(|(key, ..)| key).collect();
        assert_eq!(found, keys, "{name}");
    }
}

#[test]
fn a_key_is_reported_while_it_is_held() {
    let mut detector = ToneDetector::default();
    let mut pressed = None;
    for (n, piece) in sound(100, &[941.0, 1_336.0]).chunks(8).enumerate() {
        detector.hear(piece, false, |tones| match tones {
            Tones::Pressed { symbol, .. } => pressed = Some((symbol.as_char(), n)),
            Tones::Released { .. } => panic!("it is still held"),
        });
    }
    let (key, after) = pressed.expect("it is a key");
    assert_eq!(key, '0');
    assert!((30..50).contains(&after), "after {after} ms");
    assert_eq!(detector.held().map(|(symbol, _)| symbol.as_char()), Some('0'));
}
