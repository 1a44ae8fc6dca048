//! WAV files as programs really write them, made into the plain ones that are read.
//!
//! Lengths that are missing or wrong, chunks of odd length, 64-bit files (RF64), big-endian ones (RIFX), heads that
//! contradict themselves and samples of 64 bits: what is heard is the same.

use crate::media::{MAX_WAV_BYTES, Recording, WavError};

/// The most chunks that are looked at: real files have a handful.
const MAX_CHUNKS: usize = 64;
/// The longest head of the format: the extensible one has 40 bytes.
const MAX_FORMAT: usize = 64;
/// The formats (RFC 2361) of integers, floating point numbers, A-law and µ-law, and that which names it further on.
const INTEGER: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;

/// What is heard of a file.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) channels: Vec<Recording>,
    /// Whether its head promised more than there is, or nothing.
    pub(super) cut: bool,
}

/// A file made plain.
#[derive(Debug)]
struct Plain {
    /// A WAV file of one head and its samples.
    bytes: Vec<u8>,
    /// Whether its head promised more than there is, or nothing: it is still being written, or was cut.
    cut: bool,
}

/// What the chunk of the format says.
struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

/// Whether a file that begins so may be a WAV file.
pub(super) fn is_wav(magic: [u8; 4]) -> bool {
    [b"RIFF", b"RIFX", b"RF64", b"BW64"].contains(&&magic)
}

/// Reads a file, however it is written, each channel for itself.
///
/// # Errors
/// What cannot be made plain is refused for what it is.
pub(super) fn read(bytes: &[u8]) -> Result<Sound, WavError> {
    let plain = if bytes.len() > MAX_WAV_BYTES { None } else { plain(bytes) };
    let (plain, cut) = plain.map_or((None, false), |plain| (Some(plain.bytes), plain.cut));
    let channels = Recording::channels_from_wav(plain.as_deref().unwrap_or(bytes))?;
    Ok(Sound { channels, cut })
}

/// Makes a file plain; `None` if it is none, or holds nothing.
fn plain(bytes: &[u8]) -> Option<Plain> {
    let big = bytes.get(..4)? == b"RIFX";
    let mut rest = bytes.get(12..).filter(|_| bytes.get(8..12) == Some(b"WAVE"))?;
    let mut format = None;
    for _ in 0..MAX_CHUNKS {
        let (name, length) = (rest.get(..4)?, number(big, rest.get(4..)?)?);
        let body = rest.get(8..)?;
        let size = usize::try_from(length).ok()?;
        match name {
            b"fmt " => format = Some(Format::read(big, body.get(..size.min(MAX_FORMAT))?)?),
            b"data" => return format?.file(big, length, body),
            _ => {}
        }
        // Chunks begin at even places.
        rest = body.get(size.checked_add(size % 2)?..)?;
    }
    None
}

impl Format {
    fn read(big: bool, chunk: &[u8]) -> Option<Self> {
        let short = |place: usize| short(big, chunk.get(place..)?);
        let tag = match short(0)? {
            EXTENSIBLE => short(24)?,
            tag => tag,
        };
        // Some name the width of what a law was made from. Narrow samples lie at the upper end of whole bytes.
        let bits = match tag {
            A_LAW | MU_LAW => 8,
            _ => short(14)?.checked_next_multiple_of(8)?,
        };
        Some(Self { tag, channels: short(2)?, rate: number(big, chunk.get(4..)?)?, bits })
    }

    /// The plain file of samples that are as many bytes as `promised`, or as there are.
    fn file(&self, big: bool, promised: u32, body: &[u8]) -> Option<Plain> {
        let width = usize::from(self.bits / 8);
        let each = width.checked_mul(usize::from(self.channels)).filter(|each| *each > 0)?;
        let length = usize::try_from(promised).ok().filter(|length| *length > 0);
        let cut = length.is_none_or(|length| length > body.len());
        let data = body.get(..length.unwrap_or(body.len()).min(body.len()))?;
        let data = data.get(..data.len() - data.len() % each).filter(|data| !data.is_empty())?;
        let (bits, data) = match (self.tag, self.bits) {
            (FLOAT, 64) => (32, single(big, data)),
            _ if big => (self.bits, turned(data, width)),
            _ => (self.bits, data.to_vec()),
        };
        let known = matches!((self.tag, bits), (INTEGER, 8 | 16 | 24 | 32) | (FLOAT, 32))
            || matches!(self.tag, A_LAW | MU_LAW);
        known.then_some(())?;
        let align = (bits / 8).checked_mul(self.channels)?;
        let length = u32::try_from(data.len()).ok()?;
        let mut bytes = Vec::with_capacity(data.len() + 44);
        bytes.extend(b"RIFF");
        bytes.extend(length.checked_add(36)?.to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0");
        bytes.extend([self.tag.to_le_bytes(), self.channels.to_le_bytes()].concat());
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend(self.rate.saturating_mul(u32::from(align)).to_le_bytes());
        bytes.extend([align.to_le_bytes(), bits.to_le_bytes()].concat());
        bytes.extend(b"data");
        bytes.extend(length.to_le_bytes());
        bytes.extend(data);
        Some(Plain { bytes, cut })
    }
}

/// Samples of 64-bit floating point numbers in 32 bits.
fn single(big: bool, data: &[u8]) -> Vec<u8> {
    let (samples, _) = data.as_chunks::<8>();
    let number = |sample: &[u8; 8]| {
        if big { f64::from_be_bytes(*sample) } else { f64::from_le_bytes(*sample) }
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "audio needs no more than single precision"
    )]
    let narrow = |sample: &[u8; 8]| (number(sample) as f32).to_le_bytes();
    samples.iter().flat_map(narrow).collect()
}

/// Samples of so many bytes in the other byte order.
fn turned(data: &[u8], width: usize) -> Vec<u8> {
    data.chunks_exact(width).flat_map(|sample| sample.iter().rev().copied()).collect()
}

fn short(big: bool, bytes: &[u8]) -> Option<u16> {
    let bytes = *bytes.first_chunk()?;
    Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

fn number(big: bool, bytes: &[u8]) -> Option<u32> {
    let bytes = *bytes.first_chunk()?;
    Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}
