//! G.711: 16-bit samples to µ-law and A-law bytes and back, ITU-T G.711 (1988).
//!
//! Encoding works on sign and magnitude and is done when sounds are loaded; decoding and the change from one law to
//! the other are tables, so that a bridge between two laws costs one look-up per sample.

/// What µ-law adds to every magnitude before it looks for the segment.
const ULAW_BIAS: u16 = 132;
/// The largest magnitude that µ-law can still tell apart.
const ULAW_CLIP: u16 = 32_635;

/// Encodes a sample as µ-law (ITU-T G.711 table 2).
pub(super) const fn encode_ulaw(sample: i16) -> u8 {
    let magnitude = sample.unsigned_abs();
    let biased = if magnitude > ULAW_CLIP { ULAW_CLIP } else { magnitude } + ULAW_BIAS;
    let segment = 8 - biased.leading_zeros();
    let step = (biased >> (segment + 3)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | low_byte(segment) << 4 | step.to_le_bytes()[0])
}

/// Decodes a µ-law byte.
const fn decode_ulaw(byte: u8) -> i16 {
    let bits = !byte;
    let segment = (bits >> 4) & 7;
    let magnitude = (((((bits & 0x0f) as i16) << 3) + 132) << segment) - 132;
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Encodes a sample as A-law (ITU-T G.711 table 1), even bits inverted.
pub(super) const fn encode_alaw(sample: i16) -> u8 {
    let (magnitude, sign) = if sample < 0 { (!sample >> 4, 0) } else { (sample >> 4, 0x80_u8) };
    let magnitude = magnitude.unsigned_abs();
    let code = if magnitude < 16 {
        magnitude
    } else {
        let top = 15 - magnitude.leading_zeros();
        let step = (magnitude >> (top - 4)) & 0x0f;
        (low_byte(top - 3) as u16) << 4 | step
    };
    (sign | code.to_le_bytes()[0]) ^ 0x55
}

/// Decodes an A-law byte.
const fn decode_alaw(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let segment = (bits >> 4) & 7;
    let step = ((bits & 0x0f) as i16) << 4;
    let magnitude = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if bits & 0x80 == 0 { -magnitude } else { magnitude }
}

const fn low_byte(value: u32) -> u8 {
    value.to_le_bytes()[0]
}

/// The sample of every µ-law byte.
pub(super) static ULAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = decode_ulaw(byte.to_le_bytes()[0]);
        byte += 1;
    }
    table
};

/// The sample of every A-law byte.
pub(super) static ALAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = decode_alaw(byte.to_le_bytes()[0]);
        byte += 1;
    }
    table
};

/// The A-law byte nearest to every µ-law byte.
pub(super) static ULAW_TO_ALAW: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = encode_alaw(decode_ulaw(byte.to_le_bytes()[0]));
        byte += 1;
    }
    table
};

/// The µ-law byte nearest to every A-law byte.
pub(super) static ALAW_TO_ULAW: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = encode_ulaw(decode_alaw(byte.to_le_bytes()[0]));
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_samples_have_the_bytes_of_the_recommendation() {
        // (sample, µ-law, A-law)
        for (sample, ulaw, alaw) in [
            (0, 0xff, 0xd5),
            (-1, 0x7f, 0x55),
            (1_000, 0xce, 0xfa),
            (-1_000, 0x4e, 0x7a),
            (16_251, 0x90, 0xba),
            (16_384, 0x8f, 0xa5),
            (i16::MAX, 0x80, 0xaa),
            (i16::MIN, 0x00, 0x2a),
        ] {
            assert_eq!(encode_ulaw(sample), ulaw, "µ-law of {sample}");
            assert_eq!(encode_alaw(sample), alaw, "A-law of {sample}");
        }
    }

    #[test]
    fn every_byte_survives_decoding_and_encoding() {
        for byte in 0..=u8::MAX {
            if byte != 0x7f {
                assert_eq!(encode_ulaw(ULAW[usize::from(byte)]), byte, "µ-law {byte:#04x}");
            }
            assert_eq!(encode_alaw(ALAW[usize::from(byte)]), byte, "A-law {byte:#04x}");
        }
        assert_eq!(ULAW[0x7f], 0, "µ-law has a negative zero");
    }

    #[test]
    fn every_sample_comes_back_within_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            let magnitude = i32::from(sample).abs();
            let ulaw = i32::from(ULAW[usize::from(encode_ulaw(sample))]);
            let alaw = i32::from(ALAW[usize::from(encode_alaw(sample))]);
            let clipped = i32::from(sample).clamp(-32_635, 32_635);
            // A step is a sixteenth of the segment's lower bound, and at least 8 (µ-law) or 16 (A-law).
            assert!((ulaw - clipped).abs() <= 4.max((magnitude + 132) / 32), "µ-law {sample}");
            assert!(
                (alaw - i32::from(sample)).abs() <= 16.max(magnitude / 32 + 1),
                "A-law {sample}"
            );
        }
    }

    #[test]
    fn one_law_to_the_other_and_back_is_within_a_step() {
        for byte in 0..=u8::MAX {
            let there = ULAW_TO_ALAW[usize::from(byte)];
            let back = ALAW_TO_ULAW[usize::from(there)];
            let (before, after) =
                (i32::from(ULAW[usize::from(byte)]), i32::from(ULAW[usize::from(back)]));
            assert!(
                (before - after).abs() <= 16.max(before.abs() / 15),
                "{byte:#04x}: {before} → {after}"
            );
        }
    }
}
