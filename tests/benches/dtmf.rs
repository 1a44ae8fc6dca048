//! What hearing keys in audio costs: CPU time for a second of audio, against a floor that only runs the eight filters which
//! every detector of its kind runs (Goertzel's recursion) and decides nothing.
//!
//! `cargo bench --bench dtmf [-- SECONDS]`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sound is made in floating point and cut to samples"
)]

use std::f32::consts::TAU;
use std::hint::black_box;

use sambung::media::{EchoCanceller, Said, ToneDetector};

use chance::Chance;
use recipe::Recipe;

#[path = "../dtmf/chance.rs"]
mod chance;
#[path = "../dtmf/recipe.rs"]
#[expect(dead_code, reason = "the tests make more kinds of lines of it")]
mod recipe;
#[path = "../dtmf/voice.rs"]
#[expect(dead_code, reason = "the tests listen to the shipped sounds as well")]
mod voice;

fn main() {
    let named = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let seconds: usize = named.unwrap_or(120);
    let mut chance = Chance::new(1);
    let mut keys = Vec::new();
    while keys.len() < seconds * 8_000 {
        keys.extend(recipe::strip(&Recipe::plain("keys"), 24, &[], &mut chance).samples);
    }
    let speech = voice::babble(seconds, &mut chance);
    println!("µs of CPU for a second of audio        detector    floor   ratio");
    for (name, sound) in [
        ("keys, one after the other", &*keys),
        ("somebody speaks", &speech),
        ("silence", &vec![0; seconds * 8_000]),
    ] {
        let floor = cost(sound, |sound| black_box(goertzel(sound)));
        let detector = cost(sound, |sound| {
            let mut detector = ToneDetector::default();
            for frame in sound.chunks(80) {
                detector.hear(frame, false, |tones| _ = black_box(tones));
            }
            0.0
        });
        println!("{name:<36}{detector:>10.1}{floor:>9.1}{:>8.2}", detector / floor);
    }
    beneath_our_own(seconds, &mut chance);
}

/// What a second costs in which keys sound beneath our own prompt: all of it, and what taking the prompt out does.
fn beneath_our_own(seconds: usize, chance: &mut Chance) {
    let voice = voice::babble(60, chance);
    let recipe = Recipe { own: true, echo_db: Some((6.0, 6.0)), ..Recipe::plain("own prompt") };
    let strip = recipe::strip(&recipe, 6 * seconds.clamp(4, 40), &voice, chance);
    let hear = |_: &[i16]| {
        let mut detector = ToneDetector::default();
        let (mut said, mut canceller) = (Said::default(), EchoCanceller::default());
        let ours = strip.said.chunks(80);
        for (at, (frame, ours)) in
            (0..).step_by(80).zip(strip.samples.as_chunks().0.iter().zip(ours))
        {
            let mut frame = *frame;
            said.add(at, ours.iter().copied());
            canceller.cancel(&said, at, &mut frame, detector.suspects());
            detector.hear(&frame, false, |tones| _ = black_box(tones));
        }
        0.0
    };
    println!("{:<36}{:>10.1}", "keys beneath our own prompt", cost(&strip.samples, hear));
}

/// The least microseconds of CPU for a second, of five runs.
fn cost(sound: &[i16], mut run: impl FnMut(&[i16]) -> f32) -> f64 {
    let seconds = sound.len() as f64 / 8_000.0;
    let once = |_| {
        let began = cpu_micros();
        black_box(run(sound));
        (cpu_micros() - began) / seconds
    };
    (0..5).map(once).fold(f64::INFINITY, f64::min)
}

/// Eight filters by Goertzel's recursion over blocks of 102 samples, as detectors have them.
fn goertzel(sound: &[i16]) -> f32 {
    let factors = [697.0, 770.0, 852.0, 941.0, 1_209.0, 1_336.0, 1_477.0, 1_633.0]
        .map(|hertz: f32| 2.0 * (TAU * hertz / 8_000.0).cos());
    let mut loudest = 0.0_f32;
    for block in sound.chunks(102) {
        let (mut one, mut two) = ([0.0_f32; 8], [0.0_f32; 8]);
        for &sample in block {
            for ((one, two), factor) in one.iter_mut().zip(&mut two).zip(factors) {
                let next = f32::from(sample) + factor * *one - *two;
                (*two, *one) = (*one, next);
            }
        }
        for ((one, two), factor) in one.into_iter().zip(two).zip(factors) {
            loudest = loudest.max(one * one + two * two - factor * one * two);
        }
    }
    loudest
}

/// The CPU time of this thread in microseconds.
fn cpu_micros() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}
