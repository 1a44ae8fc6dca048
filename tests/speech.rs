//! Whether somebody speaks, measured: the shipped prompts on clean and on noisy lines, and what is no speech.
//!
//! Each run prints its figures; those of a release build with `SAMBUNG_SPEECH=all` are over all prompts.

#![expect(
    clippy::cast_possible_truncation,
    reason = "sound is made in floating point and cut to samples"
)]

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use sambung::media::{Recording, SpeechDetector};

use chance::Chance;

#[path = "dtmf/chance.rs"]
#[expect(dead_code, reason = "the keys of `tests/dtmf.rs` need more of it")]
mod chance;

/// Samples of a frame of the truth: 16 ms.
const FRAME: usize = 128;
/// Silence before each prompt, in frames: 2 s.
const PAUSE: usize = 125;
/// How long after a sound the detector may still say so, in frames: 400 ms. And how much later it may say that one began.
const AFTER: usize = 25;
const LATENCY: usize = 6;

/// Prompts with silence between them, and for each frame whether it is speech, silence, or neither.
struct Line {
    samples: Vec<f64>,
    truth: Vec<Option<bool>>,
    /// The mean power of what is speech.
    power: f64,
}

#[test]
fn speech_is_told_from_silence_on_clean_and_noisy_lines() {
    let line = line();
    // Signal to noise in dB, the least hits and the most false alarms in per cent.
    for (ratio, least, most) in
        [(None, 96.0, 0.5), (Some(20.0), 96.0, 1.0), (Some(10.0), 91.0, 1.0)]
    {
        let mut chance = Chance::new(1);
        let deviation =
            ratio.map_or(0.0, |db: f64| (line.power * 10.0_f64.powf(-db / 10.0)).sqrt());
        let noisy = line.samples.iter().map(|sample| to_i16(sample + deviation * chance.normal()));
        let said = said(&noisy.collect::<Vec<i16>>());
        let count = |wanted: bool, late: usize| {
            let frames = (0..line.truth.len() - late).filter(|&n| line.truth[n] == Some(wanted));
            let yes = frames.clone().filter(|&n| said[n + late]).count();
            100.0 * yes as f64 / frames.count() as f64
        };
        let (hits, false_alarms) = (count(true, LATENCY), count(false, 0));
        let name = ratio.map_or("a clean line".to_owned(), |db| format!("{db} dB of noise"));
        println!(
            "MEASURED: speech on {name} | {hits:.2} % heard, {false_alarms:.2} % of silence taken | {least} %, {most} %"
        );
        assert!(hits >= least && false_alarms <= most, "{ratio:?} dB");
    }
}

#[test]
fn noise_hum_and_beeps_are_no_speech() {
    let mut chance = Chance::new(2);
    let seconds = |n: usize| n as f64 / 8_000.0;
    let beep = |n: usize| 0.1 * (TAU * 1_000.0 * seconds(n)).sin();
    let bursts: Vec<f64> = (0..160_000)
        .map(|n| chance.normal() * if n / 4_000 % 3 == 0 { 0.05 } else { 0.000_5 })
        .collect();
    let noise: Vec<f64> = (0..160_000).map(|_| chance.normal() * 0.03).collect();
    for (name, sound) in [
        ("noise", noise),
        ("bursts of noise", bursts),
        ("hum", (0..160_000).map(|n| 0.1 * (TAU * 50.0 * seconds(n)).sin()).collect()),
        ("beeps", (0..160_000).map(|n| if n / 2_000 % 4 == 0 { beep(n) } else { 0.0 }).collect()),
    ] {
        let samples: Vec<i16> = sound.iter().map(|sample| to_i16(sample * 32_768.0)).collect();
        let said = said(&samples);
        let share = 100.0 * said.iter().filter(|yes| **yes).count() as f64 / said.len() as f64;
        println!("{name}: {share:.2} % speech");
        assert!(share <= 2.0, "{name}");
    }
}

/// What the detector says after each frame.
fn said(samples: &[i16]) -> Vec<bool> {
    let mut detector = SpeechDetector::default();
    let mut said = Vec::new();
    for frame in samples.chunks_exact(FRAME) {
        detector.hear(frame, |_| {});
        said.push(detector.speaks());
    }
    said
}

fn line() -> Line {
    let all = std::env::var("SAMBUNG_SPEECH").is_ok();
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("audio"), &mut files);
    files.sort();
    let (mut samples, mut truth, mut powers) = (Vec::new(), Vec::new(), Vec::new());
    for path in files.into_iter().step_by(if all { 1 } else { 6 }) {
        samples.resize(samples.len() + PAUSE * FRAME, 0.0);
        truth.resize(truth.len() + AFTER, None);
        truth.resize(truth.len() + PAUSE - AFTER, Some(false));
        let wav = fs::read(&path).expect("a shipped sound can be read");
        let sound: Vec<f64> = Recording::from_wav(&wav)
            .expect("a shipped sound is one")
            .to_samples()
            .map(f64::from)
            .collect();
        let power = |part: &[f64]| part.iter().map(|s| s * s).sum::<f64>() / part.len() as f64;
        let whole = power(&sound);
        for frame in sound.chunks_exact(FRAME) {
            let loud = power(frame) > whole * 0.03;
            truth.push(loud.then_some(true));
            if loud {
                powers.push(power(frame));
            }
            samples.extend(frame);
        }
    }
    let power = powers.iter().sum::<f64>() / powers.len() as f64;
    Line { samples, truth, power }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the shipped sounds can be listed") {
        let path = entry.expect("the shipped sounds can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "wav")
            && !path.ends_with("hold.wav")
            && !path.ends_with("pause.wav")
        {
            files.push(path);
        }
    }
}

fn to_i16(sample: f64) -> i16 {
    sample.round().clamp(-32_768.0, 32_767.0) as i16
}
