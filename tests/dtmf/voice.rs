//! What sounds like a voice or like music and holds no key: harmonics that glide and are shaped as vowels are, chords and
//! melodies of near-pure notes, and the prompts that are shipped.

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use sambung::media::Recording;

use crate::chance::Chance;
use crate::recipe::RATE;

/// The lowest three formants of five vowels, in hertz.
const VOWELS: [[f64; 3]; 5] = [
    [730.0, 1_090.0, 2_440.0],
    [530.0, 1_840.0, 2_480.0],
    [270.0, 2_290.0, 3_010.0],
    [570.0, 840.0, 2_410.0],
    [300.0, 870.0, 2_240.0],
];

/// So many seconds of somebody who speaks without words.
pub(crate) fn babble(seconds: usize, chance: &mut Chance) -> Vec<i16> {
    let mut samples = Vec::new();
    let speaker = chance.between((80.0, 220.0));
    let size = chance.between((0.85, 1.25));
    while samples.len() < seconds * 8_000 {
        syllable(speaker, size, chance, &mut samples);
        let pause = if chance.happens(0.15) { (100.0, 600.0) } else { (0.0, 60.0) };
        let pause = (chance.between(pause) * 8.0) as usize;
        samples.extend((0..pause).map(|_| (chance.normal() * 15.0) as i16));
    }
    samples
}

/// One syllable: a breath of noise, then harmonics from one vowel to another.
fn syllable(speaker: f64, size: f64, chance: &mut Chance, samples: &mut Vec<i16>) {
    let length = (chance.between((80.0, 450.0)) * 8.0) as usize;
    let (from, to) = (VOWELS[chance.below(5)], VOWELS[chance.below(5)]);
    let glide = chance.between((-0.25, 0.25));
    let pitch = speaker * chance.between((0.75, 1.5));
    let loud = chance.between((1_500.0, 9_000.0));
    let width = chance.between((90.0, 200.0));
    let breath = loud * chance.between((0.01, 0.06));
    if chance.happens(0.4) {
        let length = (chance.between((20.0, 90.0)) * 8.0) as usize;
        samples.extend((0..length).map(|_| (chance.normal() * loud * 0.15) as i16));
    }
    let count = (3_600.0 / (pitch * 1.3)) as usize;
    let mut phase = chance.unit();
    for n in 0..length {
        let part = n as f64 / length as f64;
        // No voice is quite steady.
        let hertz = pitch * (1.0 + glide * part + 0.01 * (TAU * 5.5 * n as f64 / RATE).sin());
        phase += hertz / RATE;
        let mut sum = 0.0;
        for harmonic in 1..=count {
            let place = hertz * harmonic as f64;
            let gain: f64 = (0..3)
                .map(|f| {
                    let formant = (from[f] + (to[f] - from[f]) * part) * size;
                    let off = (place - formant) / width;
                    [1.0, 0.5, 0.25][f] / (1.0 + off * off)
                })
                .sum();
            sum += gain * (TAU * phase * harmonic as f64).sin();
        }
        let edge = (n.min(length - n) as f64 / 160.0).min(1.0);
        let sample = sum * edge * loud + breath * chance.normal();
        samples.push(sample.clamp(-32_000.0, 32_000.0) as i16);
    }
}

/// So many seconds of melody and chords, well or badly tuned. Each note has overtones: two pure tones of the keypad's
/// frequencies would be a key.
pub(crate) fn music(seconds: usize, chance: &mut Chance) -> Vec<i16> {
    let mut samples = Vec::new();
    let tuning = chance.between((0.97, 1.03));
    while samples.len() < seconds * 8_000 {
        let length = (chance.between((90.0, 900.0)) * 8.0) as usize;
        let notes: Vec<(f64, f64)> = (0..1 + chance.below(4))
            .map(|_| {
                let note = chance.below(44) as f64 - 17.0;
                (tuning * 440.0 * 2.0_f64.powf(note / 12.0), chance.between((0.3, 1.0)))
            })
            .collect();
        let overtones = chance.between((0.35, 0.8));
        for n in 0..length {
            let fade = (-(n as f64) / 4_000.0).exp() * (n as f64 / 40.0).min(1.0);
            let sum: f64 = notes
                .iter()
                .map(|(hertz, gain)| {
                    let turn = TAU * hertz * n as f64 / RATE;
                    gain * (turn.sin()
                        + overtones * (2.0 * turn).sin()
                        + overtones * overtones * (3.0 * turn).sin())
                })
                .sum();
            samples.push((sum * fade * 6_000.0).clamp(-32_000.0, 32_000.0) as i16);
        }
    }
    samples
}

/// All shipped sounds, one after the other.
pub(crate) fn shipped() -> Vec<i16> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("audio"), &mut files);
    files.sort();
    let mut samples = Vec::new();
    for path in files {
        let wav = fs::read(&path).expect("a shipped sound can be read");
        let sound = Recording::from_wav(&wav).expect("a shipped sound is one").resampled(8_000);
        samples.extend(sound.to_samples());
        samples.resize(samples.len() + 800, 0);
    }
    samples
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the shipped sounds can be listed") {
        let path = entry.expect("the shipped sounds can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "wav") {
            files.push(path);
        }
    }
}
