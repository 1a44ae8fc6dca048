//! Packets on their way out.

use super::cipher::{Cipher, Place};
use super::key::MasterKey;
use super::opener::{CONTROL_HEAD, ENCRYPTED, MAX_INDEX, head_length};
use super::stream::Stream;

/// Protects what we send with one master key.
#[derive(Debug)]
pub struct Sealer {
    packets: Cipher,
    control: Cipher,
    galois: bool,
    /// The source that is sent by; another one begins anew.
    stream: Option<Stream>,
    /// The index of the next RTCP packet.
    next_control: u32,
}

impl Sealer {
    /// Derives the keys of a direction.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let packets = Cipher::new(master, false);
        let galois = packets.is_galois();
        let control = Cipher::new(master, true);
        Self { packets, control, galois, stream: None, next_control: 0 }
    }

    /// Protects the RTP packet in the first `length` bytes of `datagram`. Returns its new length: at most
    /// [`MAX_SRTP_OVERHEAD`](super::MAX_SRTP_OVERHEAD) more.
    ///
    /// `None` = it is no RTP packet, `datagram` has no room, or a packet of the same number was sealed before: its key
    /// stream must never serve twice.
    pub fn seal(&mut self, datagram: &mut [u8], length: usize) -> Option<usize> {
        let (sequence, ssrc) = numbers(datagram.get(..length)?)?;
        let head = head_length(datagram.get(..length)?)?;
        let stream = match &mut self.stream {
            Some(stream) if stream.ssrc == ssrc => stream,
            other => other.insert(Stream::new(ssrc)),
        };
        let index = stream.index(sequence).filter(|index| *index <= MAX_INDEX)?;
        if !stream.packets.is_new(index) {
            return None;
        }
        let whole = length.checked_add(self.packets.tag())?;
        let (packet, proof) = datagram.get_mut(..whole)?.split_at_mut(length);
        let (head, body) = packet.split_at_mut(head);
        let rollovers = u32::try_from(index >> 16).unwrap_or(u32::MAX).to_be_bytes();
        let tag = self.packets.seal(&Place { ssrc, index }, head, body, &rollovers);
        proof.copy_from_slice(tag.get(..proof.len())?);
        stream.packets.take(index);
        Some(whole)
    }

    /// Protects the RTCP packet in the first `length` bytes of `datagram`. Returns its new length.
    ///
    /// `None` = it is no RTCP packet, there is no room, or 2³¹ packets were sealed.
    pub fn seal_control(&mut self, datagram: &mut [u8], length: usize) -> Option<usize> {
        let ssrc = control_ssrc(datagram.get(..length)?)?;
        let index = self.next_control;
        let word = index.checked_add(ENCRYPTED)?.to_be_bytes();
        let tag_bytes = self.control.tag();
        let whole = length.checked_add(tag_bytes + word.len())?;
        let (packet, rest) = datagram.get_mut(..whole)?.split_at_mut(length);
        let (head, body) = packet.split_at_mut(CONTROL_HEAD);
        let place = Place { ssrc, index: index.into() };
        if self.galois {
            let open = [&*head, &word].concat();
            let tag = self.control.seal(&place, &open, body, &[]);
            let (proof, index) = rest.split_at_mut(tag_bytes);
            proof.copy_from_slice(tag.get(..tag_bytes)?);
            index.copy_from_slice(&word);
        } else {
            let tag = self.control.seal(&place, head, body, &word);
            let (index, proof) = rest.split_at_mut(word.len());
            index.copy_from_slice(&word);
            proof.copy_from_slice(tag.get(..tag_bytes)?);
        }
        self.next_control += 1;
        Some(whole)
    }
}

/// The sequence number and source of an RTP packet.
pub(super) fn numbers(datagram: &[u8]) -> Option<(u16, u32)> {
    let [flags, _, s0, s1, _, _, _, _, i0, i1, i2, i3] = *datagram.first_chunk::<12>()?;
    let number = (u16::from_be_bytes([s0, s1]), u32::from_be_bytes([i0, i1, i2, i3]));
    (flags >> 6 == 2).then_some(number)
}

/// The source of an RTCP packet.
pub(super) fn control_ssrc(datagram: &[u8]) -> Option<u32> {
    let [flags, _, _, _, i0, i1, i2, i3] = *datagram.first_chunk::<CONTROL_HEAD>()?;
    (flags >> 6 == 2).then_some(u32::from_be_bytes([i0, i1, i2, i3]))
}
