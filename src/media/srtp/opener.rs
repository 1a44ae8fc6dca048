//! Packets on their way in.

use super::cipher::{Cipher, Place};
use super::key::MasterKey;
use super::sealer::{control_ssrc, numbers};
use super::stream::Stream;

/// Sources that are known at a time under one key; the packets of a further one are refused.
const MAX_SOURCES: usize = 8;
/// The highest index of an RTP packet: 32 bits of rollovers above 16 of sequence.
pub(super) const MAX_INDEX: u64 = (1 << 48) - 1;
/// Bytes of an RTCP packet that stay open: header and source.
pub(super) const CONTROL_HEAD: usize = 8;
/// Bytes of the RTCP index.
const WORD: usize = 4;
/// The bit beside the RTCP index that says that the packet is secret.
pub(super) const ENCRYPTED: u32 = 1 << 31;

/// Why a packet was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// It is too short, or no packet at all.
    Malformed,
    /// Its tag does not prove it: it is forged, damaged, or under another key.
    Forged,
    /// It was opened before, or is too old to know.
    Repeated,
    /// It is proved, but of one source too many.
    Crowded,
}

/// Opens what arrives under one master key.
#[derive(Debug)]
pub struct Opener {
    packets: Cipher,
    control: Cipher,
    galois: bool,
    /// The sources that were proved, at most [`MAX_SOURCES`].
    streams: Vec<Stream>,
}

impl Opener {
    /// Derives the keys of a direction.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let packets = Cipher::new(master, false);
        let galois = packets.is_galois();
        Self { packets, control: Cipher::new(master, true), galois, streams: Vec::new() }
    }

    /// Proves an SRTP packet and makes it plain, in place. Returns the length of the RTP packet. One that fails changes
    /// nothing here; its bytes are of no use any more.
    ///
    /// # Errors
    /// [`Unopened`], for packets that are to be dropped and counted.
    pub fn open(&mut self, datagram: &mut [u8]) -> Result<usize, Unopened> {
        let (sequence, ssrc) = numbers(datagram).ok_or(Unopened::Malformed)?;
        let head = head_length(datagram).ok_or(Unopened::Malformed)?;
        let length =
            datagram.len().checked_sub(self.packets.tag()).filter(|length| *length >= head);
        let length = length.ok_or(Unopened::Malformed)?;
        let known = self.streams.iter().position(|stream| stream.ssrc == ssrc);
        let index = match known.and_then(|known| self.streams.get(known)) {
            Some(stream) => {
                let index = stream.index(sequence).ok_or(Unopened::Repeated)?;
                if index > MAX_INDEX || !stream.packets.is_new(index) {
                    return Err(Unopened::Repeated);
                }
                index
            }
            None => sequence.into(),
        };
        let (packet, tag) = datagram.split_at_mut(length);
        let (head, body) = packet.split_at_mut(head);
        let rollovers = u32::try_from(index >> 16).unwrap_or(u32::MAX).to_be_bytes();
        if !self.packets.open(&Place { ssrc, index }, head, (body, tag), &rollovers) {
            return Err(Unopened::Forged);
        }
        self.stream(known, ssrc)?.packets.take(index);
        Ok(length)
    }

    /// Proves an SRTCP packet and makes it plain, in place. Returns the length of the RTCP packet.
    ///
    /// # Errors
    /// [`Unopened`], for packets that are to be dropped and counted.
    pub fn open_control(&mut self, datagram: &mut [u8]) -> Result<usize, Unopened> {
        let ssrc = control_ssrc(datagram).ok_or(Unopened::Malformed)?;
        let tag_bytes = self.control.tag();
        let length = datagram.len().checked_sub(tag_bytes + WORD);
        let length = length.filter(|length| *length >= CONTROL_HEAD).ok_or(Unopened::Malformed)?;
        let (packet, rest) = datagram.split_at_mut(length);
        let (word, tag) = if self.galois {
            let (tag, word) = rest.split_at(tag_bytes);
            (word, tag)
        } else {
            rest.split_at(WORD)
        };
        let word = *word.first_chunk::<WORD>().ok_or(Unopened::Malformed)?;
        let number = u32::from_be_bytes(word);
        if number & ENCRYPTED == 0 {
            // We never agree to open RTCP.
            return Err(Unopened::Forged);
        }
        let index = u64::from(number & !ENCRYPTED);
        let known = self.streams.iter().position(|stream| stream.ssrc == ssrc);
        let is_new = |stream: &Stream| stream.control.is_new(index);
        if !known.and_then(|known| self.streams.get(known)).is_none_or(is_new) {
            return Err(Unopened::Repeated);
        }
        let (head, body) = packet.split_at_mut(CONTROL_HEAD);
        let place = Place { ssrc, index };
        let proved = if self.galois {
            let open = [&*head, &word].concat();
            self.control.open(&place, &open, (body, tag), &[])
        } else {
            self.control.open(&place, head, (body, tag), &word)
        };
        if !proved {
            return Err(Unopened::Forged);
        }
        self.stream(known, ssrc)?.control.take(index);
        Ok(length)
    }

    /// The state of a source that was just proved.
    fn stream(&mut self, known: Option<usize>, ssrc: u32) -> Result<&mut Stream, Unopened> {
        let place = match known {
            Some(place) => place,
            None if self.streams.len() < MAX_SOURCES => {
                self.streams.push(Stream::new(ssrc));
                self.streams.len() - 1
            }
            None => return Err(Unopened::Crowded),
        };
        self.streams.get_mut(place).ok_or(Unopened::Crowded)
    }
}

/// Bytes of an RTP packet that stay open: fixed header, contributing sources, extension (RFC 3711 §3.1).
pub(super) fn head_length(datagram: &[u8]) -> Option<usize> {
    let flags = *datagram.first()?;
    let mut length = 12 + usize::from(flags & 0x0f) * 4;
    if flags & 0x10 != 0 {
        let [_, _, high, low] = *datagram.get(length..)?.first_chunk::<4>()?;
        length += 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
    }
    (length <= datagram.len()).then_some(length)
}
