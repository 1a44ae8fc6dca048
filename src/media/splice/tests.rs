//! Streams that the network did its worst to, and what is left of them.

use super::*;
use crate::media::{Encoder, FRAME, NoiseLevel};

/// A voice of 125 Hz that never pauses.
fn voice(n: usize) -> i16 {
    let part = i16::try_from(n % 64).expect("small");
    (32 - part) * 200
}

/// What is put together of packets that arrive so: by number, `None` = masked.
fn spliced(codec: Codec, arrivals: &[(u32, bool)]) -> (u32, Vec<i16>) {
    let mut encoder = Encoder::new(codec);
    let units = codec.clock_rate() / 50;
    let last = arrivals.iter().map(|(number, _)| *number).max().unwrap_or(0);
    let payloads: Vec<Vec<u8>> = (0..=last as usize)
        .map(|n| {
            let samples: [i16; FRAME] = std::array::from_fn(|at| voice(n * FRAME + at));
            let mut bytes = vec![0; codec.frame_bytes()];
            let length = encoder.encode(&samples, &mut bytes);
            bytes.truncate(length);
            bytes
        })
        .collect();
    let mut splicer = Splicer::new(codec);
    // Where the clock ticks once for each sample, it wraps as well.
    let start = if units == 160 { 0_u32.wrapping_sub(10 * units) } else { 7 * units };
    let mut sound: Vec<i16> = Vec::new();
    let mut begin = None;
    let mut put = |timestamp: u32, piece: Piece<'_>| {
        let Piece::Samples(samples) = piece else { panic!("nobody pauses") };
        let begin = *begin.get_or_insert(timestamp);
        let at = timestamp.wrapping_sub(begin);
        assert!(at as usize >= sound.len(), "nothing twice, nothing out of order");
        sound.resize(at as usize, 0);
        sound.extend(samples);
    };
    let mut newest = None;
    for &(number, masked) in arrivals {
        let header = RtpHeader {
            marker: false,
            payload_type: 0,
            sequence: u16::try_from(number).expect("small"),
            timestamp: start.wrapping_add(number * units),
            ssrc: 7,
        };
        let content = Content::Speech(if masked { &[] } else { &payloads[number as usize] });
        splicer.receive(&header, content, newest.is_none_or(|newest| newest < number), &mut put);
        newest = newest.max(Some(number));
    }
    splicer.flush(&mut put);
    (last, sound)
}

const CODECS: [Codec; 4] = [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];

/// Samples under a fifth of the voice's power, in parts of 10 ms.
fn quiet_parts(sound: &[i16]) -> usize {
    let power = |part: &[i16]| part.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
    let whole = power(sound) / sound.len() as f64;
    // The codecs need some frames to begin.
    sound[800..].chunks_exact(80).filter(|part| power(part) < 0.2 * 80.0 * whole).count()
}

#[test]
fn jitter_reordering_copies_and_loss_leave_no_gap_and_no_time_out() {
    for codec in CODECS {
        // Numbers by chance that are the same each time: up to 60 ms late, 1 % twice, 2 % never.
        let mut seed = 7_u32;
        let mut arrivals: Vec<(u32, (u32, bool))> = Vec::new();
        for number in 0..500_u32 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let chance = seed >> 8;
            let at = number * 20 + chance % 61;
            if number > 20 && number < 490 && (chance / 61).is_multiple_of(50) {
                continue;
            }
            arrivals.push((at, (number, false)));
            if (chance / 3_050).is_multiple_of(100) {
                arrivals.push((at + 1, (number, false)));
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);
        let arrivals: Vec<(u32, bool)> = arrivals.into_iter().map(|(_, packet)| packet).collect();
        let (last, sound) = spliced(codec, &arrivals);
        assert_eq!(sound.len(), (last as usize + 1) * FRAME, "{codec:?}");
        let quiet = quiet_parts(&sound);
        assert!(quiet <= 4, "{codec:?}: {quiet} parts of 10 ms are silent");
    }
}

#[test]
fn in_order_it_is_what_was_said() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let law = codec.law().expect("G.711");
        let arrivals: Vec<(u32, bool)> = [0, 2, 1, 1, 4, 3, 5].map(|n| (n, false)).to_vec();
        let (_, sound) = spliced(codec, &arrivals);
        let said: Vec<i16> = (0..6 * FRAME).map(|n| law.decode(law.encode(voice(n)))).collect();
        assert_eq!(sound, said);
    }
}

#[test]
fn what_is_masked_is_silent_and_nothing_is_made_up_for_it() {
    for codec in CODECS {
        let arrivals: Vec<(u32, bool)> =
            (0..100).filter(|n| *n != 50).map(|n| (n, (40..60).contains(&n))).collect();
        let (last, sound) = spliced(codec, &arrivals);
        assert_eq!(sound.len(), (last as usize + 1) * FRAME, "{codec:?}");
        assert!(sound[40 * FRAME..60 * FRAME].iter().all(|sample| *sample == 0), "{codec:?}");
        assert!(sound[61 * FRAME..].iter().any(|sample| *sample > 1_000), "{codec:?}");
    }
}

#[test]
fn a_pause_of_the_sender_stays_one() {
    let arrivals: Vec<(u32, bool)> =
        (0..60).filter(|n| !(20..40).contains(n)).map(|n| (n, false)).collect();
    let (last, sound) = spliced(Codec::Pcmu, &arrivals);
    assert_eq!(sound.len(), (last as usize + 1) * FRAME);
    // It fades out into noise that is hardly heard, and into silence.
    assert!(sound[23 * FRAME + 80..40 * FRAME].iter().all(|sample| sample.abs() < 100));
    assert!(sound[24 * FRAME..40 * FRAME].iter().all(|sample| *sample == 0));
}

#[test]
fn a_pause_is_told_in_its_turn_and_ends_what_is_made_up() {
    let law = Codec::Pcmu.law().expect("G.711");
    let mut splicer = Splicer::new(Codec::Pcmu);
    let speech: Vec<u8> = (0..FRAME).map(|n| law.encode(voice(n))).collect();
    let mut pieces: Vec<(u32, Option<f32>)> = Vec::new();
    let mut put = |at: u32, piece: Piece<'_>| match piece {
        Piece::Samples(_) => pieces.push((at, None)),
        Piece::Pause(noise) => pieces.push((at, Some(noise.power))),
    };
    let level = NoiseLevel::parse(&[50]);
    // Speech, a pause that was overtaken by what follows it, the same pause once more, and speech after a second.
    for (sequence, timestamp, content) in [
        (0, 0, Content::Speech(&speech)),
        (2, 8_160, Content::Speech(&speech)),
        (1, 160, Content::Noise(level)),
        (3, 8_320, Content::Noise(None)),
    ] {
        let header = RtpHeader { marker: false, payload_type: 0, sequence, timestamp, ssrc: 7 };
        splicer.receive(&header, content, sequence != 1, &mut put);
    }
    splicer.flush(&mut put);
    let [(0, None), (160, Some(told)), (8_160, None), (8_320, Some(own))] = pieces[..] else {
        panic!("{pieces:?}")
    };
    assert!((told - 10_737.0).abs() < 1.0, "−50 dBov: {told}");
    assert!((1.0..=2_700.0).contains(&own), "as it was heard: {own}");
}
