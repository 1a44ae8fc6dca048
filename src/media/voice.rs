//! Payloads to samples and back, one stream at a time: one channel, 8 kHz, or 16 kHz where a codec has them.
//!
//! G.722 and Opus remember what went before, so that each stream has an encoder or decoder of its own. What is lost is
//! made up. Only wide-band codecs cost memory; a G.711 encoder is a word.

use std::fmt;

use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};
use audio_codec::{Decoder as _, Encoder as _};
use opus_rs::{Application, OpusDecoder, OpusEncoder};

use super::codec::{Band, Codec, FRAME, Law, OPUS_FRAME, SAMPLE_RATE};
use super::half_band::Doubler;

/// The longest packet that is decoded, in samples of narrow band: 120 ms, the most that Opus allows (RFC 6716 §3.2.5).
pub const MAX_DECODED: usize = 960;
/// The bits per second of our Opus: 60 bytes in 20 ms.
const OPUS_BITRATE: i32 = 24_000;
/// How hard our Opus encoder thinks, 0–10: more costs time and is hardly heard in narrow band.
const OPUS_COMPLEXITY: i32 = 3;
/// The rate of a band as the Opus crate takes it.
const fn opus_rate(band: Band) -> i32 {
    match band {
        Band::Narrow => SAMPLE_RATE.cast_signed(),
        Band::Wide => 2 * SAMPLE_RATE.cast_signed(),
    }
}

/// One stream on its way out.
pub struct Encoder(Encoding);

enum Encoding {
    Law(Law),
    G722(Box<(Doubler, G722Encoder)>),
    WideG722(Box<G722Encoder>),
    /// `None` = the crate could not make one; the stream is silent then.
    Opus(Option<Box<OpusEncoder>>, Band),
}

impl Encoder {
    /// Begins a stream of narrow band.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self::of(codec, Band::Narrow)
    }

    /// Begins a stream of a band, or of narrow band where the codec has no other.
    #[must_use]
    pub fn of(codec: Codec, band: Band) -> Self {
        Self(match (codec, band) {
            (Codec::Pcmu, _) => Encoding::Law(Law::Mu),
            (Codec::Pcma, _) => Encoding::Law(Law::A),
            (Codec::G722, Band::Narrow) => Encoding::G722(Box::default()),
            (Codec::G722, Band::Wide) => Encoding::WideG722(Box::default()),
            (Codec::Opus, _) => {
                let encoder = OpusEncoder::new(opus_rate(band), 1, Application::Voip).ok();
                let encoder = encoder.map(|mut encoder| {
                    encoder.bitrate_bps = OPUS_BITRATE;
                    encoder.use_cbr = true;
                    encoder.complexity = OPUS_COMPLEXITY;
                    Box::new(encoder)
                });
                Encoding::Opus(encoder, band)
            }
        })
    }

    /// Encodes samples of the band: any number for G.711 and G.722, a frame of 20 ms for Opus. Returns how many bytes of
    /// `out` they are; 0 if they do not fit.
    pub fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        match &mut self.0 {
            Encoding::Law(law) => {
                let Some(out) = out.get_mut(..samples.len()) else { return 0 };
                for (byte, sample) in out.iter_mut().zip(samples) {
                    *byte = law.encode(*sample);
                }
                samples.len()
            }
            Encoding::G722(pair) => {
                let (upsampler, encoder) = &mut **pair;
                let mut length = 0;
                for part in samples.chunks(FRAME) {
                    let mut wide = [0; 2 * FRAME];
                    let wide = upsampler.double(part, &mut wide);
                    let room = out.get_mut(length..).unwrap_or_default();
                    length += encoder.encode_into(wide, room).unwrap_or(0);
                }
                length
            }
            Encoding::WideG722(encoder) => encoder.encode_into(samples, out).unwrap_or(0),
            Encoding::Opus(encoder, band) => {
                let frame = FRAME * band.factor();
                let (Some(encoder), Some(out)) = (encoder, out.get_mut(..OPUS_FRAME)) else {
                    return 0;
                };
                if samples.len() != frame {
                    return 0;
                }
                encoder.encode_i16(samples, frame, out).unwrap_or(0)
            }
        }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Encoding::Law(Law::Mu) => "Encoder(Pcmu)",
            Encoding::Law(Law::A) => "Encoder(Pcma)",
            Encoding::G722(_) | Encoding::WideG722(_) => "Encoder(G722)",
            Encoding::Opus(..) => "Encoder(Opus)",
        })
    }
}

/// One stream on its way in.
pub struct Decoder(Decoding);

enum Decoding {
    Law(Law),
    G722(Box<G722Decoder>, Band),
    Opus(Option<Box<Opus>>),
}

struct Opus {
    decoder: OpusDecoder,
    /// Room for the longest packet.
    samples: Vec<f32>,
}

impl Decoder {
    /// Begins a stream of narrow band.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self::of(codec, Band::Narrow)
    }

    /// Begins a stream of a band, or of narrow band where the codec has no other.
    #[must_use]
    pub fn of(codec: Codec, band: Band) -> Self {
        Self(match codec {
            Codec::Pcmu => Decoding::Law(Law::Mu),
            Codec::Pcma => Decoding::Law(Law::A),
            Codec::G722 => {
                let narrow = band == Band::Narrow;
                let decoder = G722Decoder::with_options(Bitrate::Mode1_64000, false, narrow);
                Decoding::G722(Box::new(decoder), band)
            }
            Codec::Opus => {
                let samples = vec![0.0; MAX_DECODED * band.factor()];
                let decoder = OpusDecoder::new(opus_rate(band), 1).ok();
                Decoding::Opus(decoder.map(|decoder| Box::new(Opus { decoder, samples })))
            }
        })
    }

    /// Decodes a payload into room for [`MAX_DECODED`] samples of narrow band, or for twice as many of wide band. Returns
    /// how many samples of `out` it is; 0 for one that cannot be read.
    pub fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        match &mut self.0 {
            Decoding::Law(law) => {
                for (sample, byte) in out.iter_mut().zip(payload) {
                    *sample = law.decode(*byte);
                }
                payload.len().min(out.len())
            }
            Decoding::G722(decoder, band) => {
                let payload = payload.get(..out.len() / band.factor()).unwrap_or(payload);
                decoder.decode_into(payload, out).unwrap_or(0)
            }
            // An empty packet asks the decoder for what would have come, which is another thing.
            Decoding::Opus(Some(opus)) if payload.len() > 1 => opus.decode(payload, out),
            Decoding::Opus(_) => 0,
        }
    }

    /// Goes on with what a lost part of 10 ms may have been, as far as the codec itself knows. Returns whether it does.
    pub fn conceal(&mut self, out: &mut [i16]) -> bool {
        match &mut self.0 {
            Decoding::Law(_) | Decoding::G722(..) | Decoding::Opus(None) => false,
            Decoding::Opus(Some(opus)) => opus.conceal(out),
        }
    }
}

impl Opus {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let most = self.samples.len();
        let length = self.decoder.decode(payload, most, &mut self.samples).unwrap_or(0);
        let length = length.min(most).min(out.len());
        self.copy(&mut out[..length]);
        length
    }

    fn conceal(&mut self, out: &mut [i16]) -> bool {
        let length = out.len().min(self.samples.len());
        let made = self.decoder.decode(&[], length, &mut self.samples).unwrap_or(0);
        self.copy(&mut out[..length]);
        made >= length
    }

    fn copy(&self, out: &mut [i16]) {
        for (sample, single) in out.iter_mut().zip(&self.samples) {
            *sample = super::recording::to_i16(*single);
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Decoding::Law(Law::Mu) => "Decoder(Pcmu)",
            Decoding::Law(Law::A) => "Decoder(Pcma)",
            Decoding::G722(..) => "Decoder(G722)",
            Decoding::Opus(_) => "Decoder(Opus)",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Half a second of a tone of that frequency in hertz.
    fn tone(frequency: f32) -> Vec<i16> {
        (0..4_000_u16)
            .map(|n| {
                let turn = f32::from(n) / 8_000.0 * frequency * std::f32::consts::TAU;
                super::super::recording::to_i16(turn.sin() * 0.25)
            })
            .collect()
    }

    /// How strong a frequency is in samples, as its amplitude.
    fn strength(samples: &[i16], frequency: f32) -> f32 {
        let (mut re, mut im) = (0.0_f32, 0.0_f32);
        for (n, sample) in (0_u16..).zip(samples) {
            let angle = f32::from(n) / 8_000.0 * frequency * std::f32::consts::TAU;
            re += f32::from(*sample) * angle.cos();
            im += f32::from(*sample) * angle.sin();
        }
        2.0 * re.hypot(im) / samples.len() as f32
    }

    #[test]
    fn a_tone_survives_every_codec() {
        for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus] {
            let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
            let mut heard = Vec::new();
            for frame in tone(697.0).chunks_exact(FRAME) {
                let (mut payload, mut samples) = ([0; FRAME], [0; MAX_DECODED]);
                let length = encoder.encode(frame, &mut payload);
                assert_eq!(length, codec.frame_bytes(), "{codec:?}");
                let decoded = decoder.decode(&payload[..length], &mut samples);
                assert_eq!(decoded, FRAME, "{codec:?}");
                heard.extend_from_slice(&samples[..decoded]);
            }
            let middle = &heard[2_000..4_000];
            assert!((7_000.0..9_000.0).contains(&strength(middle, 697.0)), "{codec:?}");
            assert!(strength(middle, 1_209.0) < 300.0, "{codec:?}");
        }
    }

    /// Half a second of what a stream of wide band becomes in packets of 20 ms of one codec, then of another.
    fn relayed(samples: &[i16], codecs: [Codec; 2]) -> Vec<i16> {
        let mut passed = samples.to_vec();
        for codec in codecs {
            let (mut encoder, mut decoder) =
                (Encoder::of(codec, Band::Wide), Decoder::of(codec, Band::Wide));
            let frames = passed.chunks_exact(2 * FRAME);
            passed = frames
                .flat_map(|frame| {
                    let (mut payload, mut samples) = ([0; FRAME], [0; 2 * MAX_DECODED]);
                    let length = encoder.encode(frame, &mut payload);
                    assert_eq!(length, codec.frame_bytes(), "{codec:?}");
                    let decoded = decoder.decode(&payload[..length], &mut samples);
                    assert_eq!(decoded, 2 * FRAME, "{codec:?}");
                    samples[..decoded].to_vec()
                })
                .collect();
        }
        passed
    }

    #[test]
    fn what_is_above_4_khz_survives_between_wide_band_codecs() {
        for codecs in
            [[Codec::G722, Codec::Opus], [Codec::Opus, Codec::G722], [Codec::G722, Codec::G722]]
        {
            for frequency in [1_000.0, 3_500.0, 5_000.0, 6_500.0] {
                // What is of 8 kHz here is of 16 there.
                let sound: Vec<i16> = [tone(frequency / 2.0), tone(frequency / 2.0)].concat();
                let passed = relayed(&sound, codecs);
                let level = |samples: &[i16]| strength(&samples[2_000..6_000], frequency / 2.0);
                let change = 20.0 * (level(&passed) / level(&sound)).log10();
                assert!(change.abs() < 3.0, "{codecs:?}, {frequency} Hz: {change} dB");
                let other = strength(&passed[2_000..6_000], 1_100.0);
                assert!(other < level(&passed) / 10.0, "{codecs:?}, {frequency} Hz: {other}");
            }
        }
    }

    #[test]
    fn opus_makes_up_what_is_lost() {
        let (mut encoder, mut decoder) = (Encoder::new(Codec::Opus), Decoder::new(Codec::Opus));
        let (mut payload, mut samples) = ([0; FRAME], [0; MAX_DECODED]);
        for frame in tone(440.0).chunks_exact(FRAME) {
            let length = encoder.encode(frame, &mut payload);
            decoder.decode(&payload[..length], &mut samples);
        }
        let mut made = [0; 80];
        assert!(decoder.conceal(&mut made));
        assert!(made.iter().any(|sample| sample.abs() > 2_000), "the tone goes on");
        assert!(!Decoder::new(Codec::Pcmu).conceal(&mut made), "that is the buffer's business");
    }

    proptest! {
        #[test]
        fn no_payload_panics(payloads in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..300), 1..6)) {
            for codec in [Codec::Pcmu, Codec::G722, Codec::Opus] {
                let (mut decoder, mut samples) = (Decoder::new(codec), [0; MAX_DECODED]);
                for payload in &payloads {
                    prop_assert!(decoder.decode(payload, &mut samples) <= MAX_DECODED);
                }
                let (mut decoder, mut samples) =
                    (Decoder::of(codec, Band::Wide), [0; 2 * MAX_DECODED]);
                for payload in &payloads {
                    prop_assert!(decoder.decode(payload, &mut samples) <= 2 * MAX_DECODED);
                }
            }
        }
    }
}
