//! RTCP packets as bytes, RFC 3550 §6: sender and receiver reports with a CNAME out, reports and goodbyes in.

/// Bytes of the longest compound packet that we write: a sender report of one block, and a CNAME.
pub const MAX_REPORT: usize = 28 + 24 + 8 + 2 + CNAME + 4;
/// Most packets that are looked at in one compound packet.
const MAX_PACKETS: usize = 16;
/// Characters of a CNAME: 96 random bits (RFC 7022 §4.2).
pub const CNAME: usize = 24;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;

/// What the sender of a stream says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// A clock in 2⁻³² s; its zero is anywhere.
    pub ntp: u64,
    /// The same moment in the clock of the stream.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub octets: u32,
}

/// What the receiver of a stream says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// Whose stream.
    pub ssrc: u32,
    /// The share lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; duplicates can make it negative. 24 bits.
    pub lost: i32,
    /// The newest sequence number with its wraps above 16 bits.
    pub newest: u32,
    /// Interarrival jitter in units of the stream's clock.
    pub jitter: u32,
    /// The middle 32 bits of the newest sender report's clock; 0 = none came.
    pub last_report: u32,
    /// The time since it came in 2⁻¹⁶ s.
    pub delay: u32,
}

/// One packet of a compound packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlPacket<'a> {
    /// A report of a party that sends.
    SenderReport {
        /// Who.
        ssrc: u32,
        /// What they send.
        sent: SenderInfo,
        /// What they receive.
        blocks: &'a [u8],
    },
    /// A report of a party that only receives.
    ReceiverReport {
        /// Who.
        ssrc: u32,
        /// What they receive.
        blocks: &'a [u8],
    },
    /// A party leaves.
    Goodbye,
    /// Something else.
    Other,
}

/// Whether a datagram is RTCP rather than RTP on the same port (RFC 5761 §4).
#[must_use]
pub fn is_control(datagram: &[u8]) -> bool {
    matches!(datagram, [flags, 192..=223, ..] if flags >> 6 == 2)
}

/// Reads a compound packet; `None` unless it is one from its first byte to its last (RFC 3550 appendix A.2).
#[must_use]
pub fn parse_control(datagram: &[u8]) -> Option<Vec<ControlPacket<'_>>> {
    let mut rest = datagram;
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let (head, _) = rest.split_first_chunk::<4>()?;
        let [flags, kind, high, low] = *head;
        let length = usize::from(u16::from_be_bytes([high, low])) * 4 + 4;
        let (packet, after) = rest.split_at_checked(length)?;
        let padded = flags & 0x20 != 0;
        if flags >> 6 != 2 || packets.len() == MAX_PACKETS || padded && !after.is_empty() {
            return None;
        }
        packets.push(one(kind, usize::from(flags & 0x1f), packet.get(4..)?)?);
        rest = after;
    }
    (!packets.is_empty()).then_some(packets)
}

fn one(kind: u8, count: usize, body: &[u8]) -> Option<ControlPacket<'_>> {
    match kind {
        SENDER_REPORT => {
            let (ssrc, rest) = word(body)?;
            let (high, rest) = word(rest)?;
            let (low, rest) = word(rest)?;
            let (timestamp, rest) = word(rest)?;
            let (packets, rest) = word(rest)?;
            let (octets, rest) = word(rest)?;
            let ntp = (u64::from(high) << 32) | u64::from(low);
            let sent = SenderInfo { ntp, timestamp, packets, octets };
            Some(ControlPacket::SenderReport { ssrc, sent, blocks: rest.get(..count * 24)? })
        }
        RECEIVER_REPORT => {
            let (ssrc, rest) = word(body)?;
            Some(ControlPacket::ReceiverReport { ssrc, blocks: rest.get(..count * 24)? })
        }
        GOODBYE => Some(ControlPacket::Goodbye),
        _ => Some(ControlPacket::Other),
    }
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

impl ReportBlock {
    /// The block about `ssrc` among the blocks of a report.
    #[must_use]
    pub fn about(blocks: &[u8], ssrc: u32) -> Option<Self> {
        blocks.chunks_exact(24).filter_map(Self::read).find(|block| block.ssrc == ssrc)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (ssrc, rest) = word(bytes)?;
        let (losses, rest) = word(rest)?;
        let (newest, rest) = word(rest)?;
        let (jitter, rest) = word(rest)?;
        let (last_report, rest) = word(rest)?;
        let (delay, _) = word(rest)?;
        let [fraction_lost, ..] = losses.to_be_bytes();
        // The sign of 24 bits is brought to the top and down again.
        let lost = (losses << 8).cast_signed() >> 8;
        Some(Self { ssrc, fraction_lost, lost, newest, jitter, last_report, delay })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let [_, a, b, c] = self.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        out.extend(self.ssrc.to_be_bytes());
        out.extend([self.fraction_lost, a, b, c]);
        for word in [self.newest, self.jitter, self.last_report, self.delay] {
            out.extend(word.to_be_bytes());
        }
    }
}

/// Writes a report with the sender's CNAME, and a goodbye if it is the last.
pub(super) fn write_report(
    ssrc: u32,
    sent: Option<SenderInfo>,
    block: Option<ReportBlock>,
    cname: &[u8; CNAME],
    last: bool,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(MAX_REPORT + 8);
    let kind = if sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    let words = 1 + if sent.is_some() { 5 } else { 0 } + if block.is_some() { 6 } else { 0 };
    head(&mut out, u8::from(block.is_some()), kind, words);
    out.extend(ssrc.to_be_bytes());
    if let Some(sent) = sent {
        out.extend(sent.ntp.to_be_bytes());
        for word in [sent.timestamp, sent.packets, sent.octets] {
            out.extend(word.to_be_bytes());
        }
    }
    if let Some(block) = block {
        block.write(&mut out);
    }
    // One chunk: the source, a CNAME of 24 characters, and zeros up to a whole word.
    head(&mut out, 1, SOURCE_DESCRIPTION, 8);
    out.extend(ssrc.to_be_bytes());
    out.extend([1, CNAME.to_le_bytes()[0]]);
    out.extend(cname);
    out.extend([0; 2]);
    if last {
        head(&mut out, 1, GOODBYE, 1);
        out.extend(ssrc.to_be_bytes());
    }
    out
}

fn head(out: &mut Vec<u8>, count: u8, kind: u8, words: u16) {
    out.extend([0x80 | count, kind]);
    out.extend(words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 9,
        fraction_lost: 12,
        lost: -3,
        newest: 70_000,
        jitter: 44,
        last_report: 5,
        delay: 6,
    };
    const SENT: SenderInfo =
        SenderInfo { ntp: (1 << 40) | 7, timestamp: 8, packets: 9, octets: 10 };

    #[test]
    fn what_is_written_is_read() {
        let bytes = write_report(7, Some(SENT), Some(BLOCK), b"0123456789abcdef01234567", true);
        assert!(is_control(&bytes) && bytes.len() <= MAX_REPORT + 8);
        let packets = parse_control(&bytes).expect("our own");
        let [
            ControlPacket::SenderReport { ssrc: 7, sent: SENT, blocks },
            ControlPacket::Other,
            ControlPacket::Goodbye,
        ] = packets[..]
        else {
            panic!("{packets:?}")
        };
        assert_eq!(ReportBlock::about(blocks, 9), Some(BLOCK));
        assert_eq!(ReportBlock::about(blocks, 8), None);
        let bytes = write_report(7, None, None, b"0123456789abcdef01234567", false);
        let packets = parse_control(&bytes).expect("our own");
        assert_eq!(packets[0], ControlPacket::ReceiverReport { ssrc: 7, blocks: &[] });
    }

    #[test]
    fn what_is_no_compound_packet_is_refused() {
        let whole = write_report(7, Some(SENT), Some(BLOCK), &[b'x'; CNAME], false);
        for length in 0..whole.len() {
            let read = parse_control(&whole[..length]);
            assert_eq!(read.is_some(), length == 52, "cut to {length}: the report alone is whole");
        }
        let mut padded = whole.clone();
        padded[0] |= 0x20;
        assert!(parse_control(&padded).is_none(), "padding before the end");
        let mut version = whole.clone();
        version[0] &= 0x3f;
        assert!(parse_control(&version).is_none());
        let mut counts = whole;
        counts[0] |= 0x1f;
        assert!(parse_control(&counts).is_none(), "more blocks than there are");
        assert!(parse_control(&[0x81, 203, 0, 0].repeat(17)).is_none(), "too many");
        assert!(!is_control(&[0x80, 0, 0, 0]) && !is_control(&[0x80]));
    }

    proptest! {
        #[test]
        fn no_datagram_panics(kind in 200..204_u8, datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
            let whole = [&[0x81, kind, 0, u8::try_from(datagram.len() / 4).unwrap()], &datagram[..]].concat();
            for datagram in [&datagram, &whole] {
                for packet in parse_control(datagram).unwrap_or_default() {
                    if let ControlPacket::ReceiverReport { blocks, .. } = packet {
                        prop_assert!(ReportBlock::about(blocks, 1).is_none_or(|block| block.ssrc == 1));
                    }
                }
            }
        }
    }
}
