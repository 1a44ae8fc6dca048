//! Audio that was lost, made up: the codec's own guess, else the last pitch period over and over, fading out into the noise
//! of the line, so that nobody thinks the other one is gone. Where the far side said that it pauses (comfort noise,
//! RFC 3389), it is that noise at once.

use super::codec::Band;
use super::heard::HEARD_SAMPLES;
use super::noise::Noise;
use super::rtp::NoiseLevel;
use super::voice::Decoder;

/// Parts of the past that made-up audio is taken from: 30 ms.
const PAST: usize = 3;
/// The pitches of a voice as periods in samples of narrow band: 66 to 200 Hz.
const PITCHES: (usize, usize) = (40, 120);
/// How loud the parts of made-up audio are one after the other, in sixteenths; then there is silence.
const FADING: [i32; 5] = [16, 13, 9, 5, 2];

/// The most power of noise that the far side did not tell, as the mean square of its samples: −56 dB of full scale.
const MAX_NOISE: f32 = 2_700.0;
/// How fast the estimate of the line's noise rises, as a factor in 10 ms: 1 dB a second.
const NOISE_RISE: f32 = 1.0023;

/// What makes up the audio of one stream, 10 ms at a time.
#[derive(Debug)]
pub(super) struct Concealment {
    band: Band,
    past: Vec<i16>,
    /// The pitch of what is made up, and how many parts of it there were.
    pitch: usize,
    parts: usize,
    /// The power of a sample of the line's noise: that of the quietest moments; `None` before anything was heard.
    noise: Option<f32>,
    /// The same as the far side tells it; `None` where it does not say that it pauses.
    told: Option<f32>,
    source: Noise,
}

impl Concealment {
    /// Begins with nothing heard, in parts of 10 ms of a band.
    pub(super) fn new(band: Band) -> Self {
        Self {
            band,
            past: vec![0; PAST * HEARD_SAMPLES * band.factor()],
            pitch: 0,
            parts: 0,
            noise: None,
            told: None,
            source: Noise::new(0.0),
        }
    }

    /// Takes note of 10 ms that were heard.
    pub(super) fn remember(&mut self, part: &[i16]) {
        self.parts = 0;
        self.told = None;
        let power = part.iter().map(|&sample| f32::from(sample).powi(2)).sum::<f32>();
        let power = power / part.len().max(1) as f32;
        self.noise = Some(self.noise.map_or(power, |noise| power.min(noise * NOISE_RISE + 0.01)));
        let length = part.len().min(self.past.len());
        self.past.copy_within(length.., 0);
        let kept = self.past.len() - length;
        self.past[kept..].copy_from_slice(&part[..length]);
    }

    /// The far side pauses, with noise of a level if it told one: that of its line until it is heard again. Returns it.
    pub(super) fn pause(&mut self, level: Option<NoiseLevel>) -> Noise {
        let power = level.map_or_else(|| self.line_noise(), NoiseLevel::power);
        self.told = Some(power);
        Noise::new(power)
    }

    /// Makes up what may have been said in the next 10 ms. Returns whether it is more than the noise of the line.
    pub(super) fn make_up(&mut self, decoder: &mut Decoder, out: &mut [i16]) -> bool {
        let fading = if self.told.is_none() { FADING.get(self.parts) } else { None };
        let Some(loudness) = fading else {
            self.source.power = self.told.unwrap_or_else(|| self.line_noise());
            self.source.fill(out);
            return false;
        };
        if self.parts == 0 {
            self.pitch = pitch_of(&self.past, self.band);
        }
        let begun = self.parts * out.len();
        self.parts += 1;
        if !decoder.conceal(out) {
            let period = &self.past[self.past.len() - self.pitch..];
            for (n, sample) in out.iter_mut().enumerate() {
                let repeated = i32::from(period[(begun + n) % self.pitch]) * loudness / 16;
                *sample = i16::try_from(repeated).unwrap_or(0);
            }
        }
        true
    }

    /// The power of the line's noise as it was heard.
    fn line_noise(&self) -> f32 {
        self.noise.unwrap_or(0.0).min(MAX_NOISE)
    }
}

/// The period after which the end of the past resembles itself most.
fn pitch_of(past: &[i16], band: Band) -> usize {
    let part = past.len() / PAST;
    let newest = &past[past.len() - part..];
    let likeness = |lag: usize| -> f32 {
        let earlier = &past[past.len() - part - lag..past.len() - lag];
        let (mut product, mut power) = (0.0_f32, 1.0_f32);
        for (a, b) in newest.iter().zip(earlier) {
            product += f32::from(*a) * f32::from(*b);
            power += f32::from(*b) * f32::from(*b);
        }
        product / power.sqrt()
    };
    let (shortest, longest) = PITCHES;
    let pitches = shortest * band.factor()..=longest * band.factor();
    pitches.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Codec;

    #[test]
    fn a_voice_fades_into_the_noise_that_was_between_its_words() {
        let (mut concealment, mut decoder) =
            (Concealment::new(Band::Narrow), Decoder::new(Codec::Pcmu));
        let power = |part: &[i16; HEARD_SAMPLES]| {
            part.iter().map(|&sample| f32::from(sample).powi(2)).sum::<f32>() / 80.0
        };
        let mut out = [0; HEARD_SAMPLES];
        assert!(concealment.make_up(&mut decoder, &mut out));
        assert_eq!(out, [0; HEARD_SAMPLES], "nothing was heard yet");
        for n in 0..200_i16 {
            let level = if n % 20 < 5 { 20 } else { 4_000 };
            let part: [i16; HEARD_SAMPLES] =
                std::array::from_fn(|at| if at % 50 < 25 { level } else { -level });
            concealment.remember(&part);
        }
        let loud: Vec<f32> = (0..FADING.len())
            .map(|_| {
                assert!(concealment.make_up(&mut decoder, &mut out));
                power(&out)
            })
            .collect();
        assert!(loud.is_sorted_by(|a, b| a >= b) && loud[0] > 1e6, "{loud:?}");
        for _ in 0..10 {
            assert!(!concealment.make_up(&mut decoder, &mut out));
            assert!((100.0..800.0).contains(&power(&out)), "{}", power(&out));
        }
    }
}
