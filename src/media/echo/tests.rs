//! The canceller on sound that comes back through a line that the test knows.

use super::{EchoCanceller, Said};
use crate::media::HEARD_SAMPLES;

/// Something like a voice: noise in syllables, coloured as vowels are. The same every time.
fn voice(frames: usize, seed: u32) -> Vec<i16> {
    let (mut state, mut one, mut two) = (seed, 0.0_f32, 0.0_f32);
    (0..frames * HEARD_SAMPLES)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [high, low, ..] = state.to_be_bytes();
            let noise = f32::from(i16::from_be_bytes([high, low])) * 0.05;
            let sample = noise + 1.3 * one - 0.8 * two;
            (two, one) = (one, sample);
            let syllable = (n as f32 / 1_100.0).sin().max(0.0) * (n as f32 / 3_700.0).cos().abs();
            crate::media::recording::to_i16(sample * syllable / 32_768.0)
        })
        .collect()
}

/// What comes back of `said` after so many samples: softer, and spread over a few samples.
fn back(said: &[i16], delay: usize) -> Vec<f32> {
    let taps = [0.2, -0.35, 0.15, 0.1, -0.05];
    let sample = |n: usize| {
        let tap = |(k, tap): (usize, &f32)| {
            let at = n.checked_sub(delay + 3 * k)?;
            Some(tap * f32::from(*said.get(at)?))
        };
        taps.iter().enumerate().filter_map(tap).sum()
    };
    (0..said.len()).map(sample).collect()
}

/// What is left of `heard` where `said` was said, frame by frame.
fn left(canceller: &mut EchoCanceller, said: &[i16], heard: &[f32]) -> Vec<[i16; HEARD_SAMPLES]> {
    let mut memory = Said::default();
    let frames = said.as_chunks::<HEARD_SAMPLES>().0.iter().zip(heard.as_chunks().0);
    let heard = |(n, (said, heard)): (usize, (&[i16; HEARD_SAMPLES], &[f32; HEARD_SAMPLES]))| {
        let at = (n * HEARD_SAMPLES) as u64 + 1_000;
        memory.add(at, said.iter().copied());
        let mut samples = heard.map(|sample| crate::media::recording::to_i16(sample / 32_768.0));
        canceller.cancel(&memory, at, &mut samples, false);
        samples
    };
    frames.enumerate().map(heard).collect()
}

fn power<'a>(samples: impl IntoIterator<Item = &'a [i16; HEARD_SAMPLES]>) -> f32 {
    samples.into_iter().flatten().map(|&sample| f32::from(sample).powi(2)).sum()
}

#[test]
fn what_comes_back_is_taken_out_whatever_its_delay() {
    let said = voice(300, 1);
    for delay in [140, 800, 1_601, 4_000] {
        let heard = back(&said, delay);
        let left = left(&mut EchoCanceller::default(), &said, &heard);
        let whole: f32 = heard[200 * HEARD_SAMPLES..].iter().map(|sample| sample * sample).sum();
        let part = power(&left[200..]) / whole;
        assert!(part < 0.01, "{delay}: {part}");
    }
}

#[test]
fn whoever_else_speaks_is_heard_as_before() {
    let (said, other) = (voice(300, 1), voice(300, 99));
    let heard: Vec<f32> = other.iter().map(|&sample| f32::from(sample)).collect();
    let left = left(&mut EchoCanceller::default(), &said, &heard);
    assert!(left.as_flattened() == &other[..], "nothing comes back, so nothing is taken out");
}

#[test]
fn a_line_whose_delay_changes_is_learnt_anew() {
    let said = voice(900, 1);
    let (before, after) = (back(&said, 800), back(&said, 1_000));
    let heard: Vec<f32> = before[..24_000].iter().chain(&after[24_000..]).copied().collect();
    let left = left(&mut EchoCanceller::default(), &said, &heard);
    let whole: f32 = heard[800 * HEARD_SAMPLES..].iter().map(|sample| sample * sample).sum();
    assert!(power(&left[800..]) / whole < 0.01);
    assert!(power(&left[300..310]) > 0.0, "for a moment it is not known");
}
