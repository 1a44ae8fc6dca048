//! WAV files whose samples are a law of G.711, a byte each, as exchanges write them (WAVE formats 6 and 7).
//!
//! hound reads none of them; everything else is left to it.

use super::codec::Law;
use super::wav::WavError;

/// The formats of A-law and µ-law, and that which names the format further on (`WAVE_FORMAT_EXTENSIBLE`).
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// Where the extensible form of a format names the format proper.
const SUBFORMAT: usize = 24;
/// The most chunks that are looked at: real files have a handful.
const MAX_CHUNKS: usize = 64;

/// Such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Companded<'a> {
    pub(super) law: Law,
    pub(super) rate: u32,
    pub(super) channels: u16,
    /// The samples of all channels, one after the other.
    pub(super) data: &'a [u8],
}

impl<'a> Companded<'a> {
    /// Reads the head of a WAV file. `None` if it is not one of these.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Option<Self>, WavError> {
        if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
            return Ok(None);
        }
        let mut rest = bytes.get(12..).unwrap_or_default();
        let mut format = None;
        for _ in 0..MAX_CHUNKS {
            let (Some(name), Some(length)) = (rest.get(..4), number(rest, 4)) else { break };
            let body = rest.get(8..).unwrap_or_default();
            let size = usize::try_from(length).unwrap_or(usize::MAX);
            let whole = body.get(..size);
            match (name, &format) {
                (b"fmt ", _) => match whole.and_then(form) {
                    None => return Ok(None),
                    found @ Some(_) => format = found,
                },
                (b"data", Some((law, channels, rate))) => {
                    let Some(data) = whole else {
                        return Err(WavError::Truncated { promised: length, found: body.len() });
                    };
                    let (law, channels, rate) = (*law, *channels, *rate);
                    return Ok(Some(Self { law, rate, channels, data }));
                }
                _ => {}
            }
            // Chunks begin at even places.
            rest = body.get(size.saturating_add(size % 2)..).unwrap_or_default();
        }
        Ok(None)
    }
}

/// The law, the channels and the rate that the chunk of the format names; `None` for any other format.
fn form(chunk: &[u8]) -> Option<(Law, u16, u32)> {
    let tag = match short(chunk, 0)? {
        EXTENSIBLE => short(chunk, SUBFORMAT)?,
        tag => tag,
    };
    let law = match tag {
        A_LAW => Law::A,
        MU_LAW => Law::Mu,
        _ => return None,
    };
    (short(chunk, 14)? == 8).then_some((law, short(chunk, 2)?, number(chunk, 4)?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of these samples; `extensible` names its format further on.
    fn file(tag: u16, channels: u16, extensible: bool, data: &[u8]) -> Vec<u8> {
        let mut form = Vec::new();
        for number in [if extensible { EXTENSIBLE } else { tag }, channels] {
            form.extend(number.to_le_bytes());
        }
        form.extend(8_000_u32.to_le_bytes());
        form.extend((8_000 * u32::from(channels)).to_le_bytes());
        form.extend(channels.to_le_bytes());
        form.extend(8_u16.to_le_bytes());
        if extensible {
            form.extend([22, 0, 8, 0, 0, 0, 0, 0]);
            form.extend(tag.to_le_bytes());
            form.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        }
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short").to_le_bytes();
        let chunk = |name: &[u8; 4], body: &[u8]| {
            let padding = vec![0; body.len() % 2];
            [&name[..], &length(body), body, &padding].concat()
        };
        let body = [chunk(b"fmt ", &form), chunk(b"fact", &[1, 2, 3]), chunk(b"data", data)];
        let body = body.concat();
        [b"RIFF", &length(&body)[..], b"WAVE", &body].concat()
    }

    #[test]
    fn both_laws_are_found_in_both_forms() {
        let data = [1, 2, 3, 0xff];
        for (tag, law) in [(A_LAW, Law::A), (MU_LAW, Law::Mu)] {
            for extensible in [false, true] {
                let bytes = file(tag, 2, extensible, &data);
                let found = Companded::open(&bytes).expect("whole").expect("of G.711");
                assert_eq!(found, Companded { law, rate: 8_000, channels: 2, data: &data });
            }
        }
        for other in [1, 3, 0x31] {
            assert_eq!(Companded::open(&file(other, 1, false, &data)).expect("whole"), None);
        }
    }

    #[test]
    fn a_file_that_is_cut_short_says_so() {
        let whole = file(A_LAW, 1, false, &[9; 100]);
        let cut = Companded::open(&whole[..whole.len() - 7]).expect_err("cut");
        assert!(matches!(cut, WavError::Truncated { promised: 100, found: 93 }), "{cut}");
        for length in 0..whole.len() - 100 {
            assert!(matches!(Companded::open(&whole[..length]), Ok(None) | Err(_)));
        }
    }
}
