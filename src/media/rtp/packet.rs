//! RTP packets as bytes, RFC 3550 §5.1. Nothing is allocated; a payload is a slice of the datagram.

/// Bytes of the fixed header, which is all that we ever write.
pub const RTP_HEADER: usize = 12;

/// The fixed header of an RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    /// Audio: the first packet of a talk-spurt. Telephone-event: the first packet of a key.
    pub marker: bool,
    /// The payload type, 0–127.
    pub payload_type: u8,
    /// Counts packets, modulo 2¹⁶.
    pub sequence: u16,
    /// The time of the first sample in units of the codec's clock, modulo 2³².
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
}

/// A packet that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// Its header.
    pub header: RtpHeader,
    /// Its payload, without padding.
    pub payload: &'a [u8],
}

impl RtpHeader {
    /// Writes the twelve bytes.
    pub fn write(&self, out: &mut [u8; RTP_HEADER]) {
        let marker = u8::from(self.marker) << 7;
        out[0] = 0x80;
        out[1] = marker | (self.payload_type & 0x7f);
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
    }
}

impl<'a> RtpPacket<'a> {
    /// Reads a datagram; `None` if it is not an RTP packet, or an RTCP packet on the same port (RFC 5761 §4).
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (fixed, rest) = datagram.split_first_chunk::<RTP_HEADER>()?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        let payload_type = kind & 0x7f;
        if flags >> 6 != 2 || (64..=95).contains(&payload_type) {
            return None;
        }
        let rest = rest.get(usize::from(flags & 0x0f) * 4..)?;
        let rest = if flags & 0x10 == 0 { rest } else { after_extension(rest)? };
        let payload = if flags & 0x20 == 0 { rest } else { without_padding(rest)? };
        let header = RtpHeader {
            marker: kind & 0x80 != 0,
            payload_type,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
        };
        Some(Self { header, payload })
    }
}

/// Skips the header extension, RFC 3550 §5.3.1.
fn after_extension(bytes: &[u8]) -> Option<&[u8]> {
    let ([_, _, high, low], rest) = bytes.split_first_chunk::<4>()?;
    rest.get(usize::from(u16::from_be_bytes([*high, *low])) * 4..)
}

/// Cuts off the padding, whose last byte counts it all.
fn without_padding(bytes: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*bytes.last()?);
    if count == 0 {
        return None;
    }
    bytes.get(..bytes.len().checked_sub(count)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn datagrams_are_read_or_refused() {
        let head = |flags: u8, kind: u8| {
            let mut bytes = vec![flags, kind, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
            bytes.extend([0xaa; 8]);
            bytes
        };
        let with = |flags: u8, tail: &[u8]| [&head(flags, 0)[..12], tail].concat();
        for (name, datagram, payload) in [
            ("plain", head(0x80, 0), Some(8)),
            ("header alone", head(0x80, 0)[..12].to_vec(), Some(0)),
            ("cut short", head(0x80, 0)[..11].to_vec(), None),
            ("version 1", head(0x40, 0), None),
            ("RTCP sender report", head(0x80, 200), None),
            ("one contributing source", head(0x81, 0), Some(4)),
            ("three contributing sources in eight bytes", head(0x83, 0), None),
            ("extension of one word", with(0x90, &[0, 0, 0, 1, 9, 9, 9, 9, 7]), Some(1)),
            ("extension longer than the packet", with(0x90, &[0, 0, 0, 2, 9, 9, 9, 9]), None),
            ("padding of two", with(0xa0, &[7, 7, 0, 2]), Some(2)),
            ("padding of none", with(0xa0, &[7, 7, 0, 0]), None),
            ("padding of more than there is", with(0xa0, &[7, 7, 0, 5]), None),
            ("padding flag without payload", with(0xa0, &[]), None),
        ] {
            assert_eq!(RtpPacket::parse(&datagram).map(|p| p.payload.len()), payload, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            marker: bool, payload_type in 0..64_u8, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let header = RtpHeader { marker, payload_type, sequence, timestamp, ssrc };
            let mut fixed = [0; RTP_HEADER];
            header.write(&mut fixed);
            let datagram = [&fixed[..], &payload].concat();
            prop_assert_eq!(RtpPacket::parse(&datagram), Some(RtpPacket { header, payload: &payload }));
        }

        #[test]
        fn no_datagram_panics(
            flags in 0x80..=0xbf_u8, datagram in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            prop_assert!(RtpPacket::parse(&datagram).is_none_or(|p| p.payload.len() <= datagram.len()));
            let datagram = [&[flags], &datagram[..]].concat();
            prop_assert!(RtpPacket::parse(&datagram).is_none_or(|p| p.payload.len() <= datagram.len()));
        }
    }
}
