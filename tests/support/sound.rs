//! Tones to send, WAV files to write and read, and an ear that tells which tone sounds.

use std::f64::consts::TAU;
use std::path::Path;

/// Samples per second of telephone audio.
pub(crate) const RATE: u32 = 8_000;

/// A steady tone of `hertz` for `millis`, well below full scale.
pub(crate) fn tone(hertz: f64, millis: u32) -> Vec<i16> {
    let amplitude = f64::from(i16::MAX) * 0.25;
    (0..RATE / 1_000 * millis)
        .map(|n| rounded(amplitude * (TAU * hertz * f64::from(n) / f64::from(RATE)).sin()))
        .collect()
}

/// A tone that climbs from 300 to 3,400 Hz: no two frames of it are alike.
pub(crate) fn climb(millis: u32) -> Vec<i16> {
    let amplitude = f64::from(i16::MAX) * 0.25;
    let count = RATE / 1_000 * millis;
    let mut phase = 0.0;
    (0..count)
        .map(|n| {
            let hertz = 300.0 + 3_100.0 * f64::from(n) / f64::from(count);
            phase += TAU * hertz / f64::from(RATE);
            rounded(amplitude * phase.sin())
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a sine of a quarter of full scale fits")]
fn rounded(sample: f64) -> i16 {
    sample.round() as i16
}

/// Writes mono 16-bit telephone audio.
pub(crate) fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("the test's folder takes files");
    for &sample in samples {
        writer.write_sample(sample).expect("the test's folder takes files");
    }
    writer.finalize().expect("the test's folder takes files");
}

/// Reads mono 16-bit telephone audio; `None` while it is not complete.
pub(crate) fn read_wav(path: &Path) -> Option<Vec<i16>> {
    let mut reader = hound::WavReader::open(path).ok()?;
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate), (1, RATE), "{}", path.display());
    Some(reader.samples::<i16>().map_while(Result::ok).collect())
}

/// The share of the power of `samples` that lies at `hertz`: 1 for that tone alone, near 0 for anything else.
pub(crate) fn share(samples: &[i16], hertz: f64) -> f64 {
    let count = f64::from(u32::try_from(samples.len()).expect("a short recording"));
    let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum();
    if power < count {
        return 0.0;
    }
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &sample) in (0_u32..).zip(samples) {
        let angle = TAU * hertz * f64::from(n) / f64::from(RATE);
        re += f64::from(sample) * angle.cos();
        im -= f64::from(sample) * angle.sin();
    }
    2.0 * (re * re + im * im) / (count * power)
}

/// For how long, in milliseconds, `hertz` is what one hears in `samples`, looked at in pieces of 50 ms.
pub(crate) fn heard_millis(samples: &[i16], hertz: f64) -> u32 {
    const PIECE_MILLIS: u32 = 50;
    let piece = usize::try_from(RATE / 1_000 * PIECE_MILLIS).expect("400 samples");
    let clear = samples.chunks_exact(piece).filter(|piece| share(piece, hertz) > 0.8).count();
    u32::try_from(clear).expect("a short recording") * PIECE_MILLIS
}

#[test]
fn the_ear_knows_a_tone_from_another_and_from_silence() {
    assert!(share(&tone(440.0, 500), 440.0) > 0.99);
    assert!(share(&tone(440.0, 500), 1_000.0) < 0.01);
    assert!(share(&[0; 4_000], 440.0) < 0.01);
    let mut both = tone(440.0, 500);
    both.extend(tone(1_000.0, 1_000));
    assert_eq!((heard_millis(&both, 440.0), heard_millis(&both, 1_000.0)), (500, 1_000));
}
