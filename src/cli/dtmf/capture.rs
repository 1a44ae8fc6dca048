//! Packet captures, packet by packet: pcap (microseconds and nanoseconds) and pcapng, in both byte orders.
//!
//! Nothing but one packet is held at a time. A file that ends in the middle of a packet, as one that is still being
//! written, is read up to there.

use std::io::{self, Read};

/// The largest packet that is taken: what `tcpdump` takes at most.
const MAX_PACKET: usize = 262_144;
/// The largest block of a pcapng file: a packet, its head and its options.
const MAX_BLOCK: usize = MAX_PACKET + 65_536;
/// The most interfaces of a pcapng section.
const MAX_INTERFACES: usize = 256;

/// Why a capture cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CaptureError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    /// A length in it makes no sense.
    #[error("it is broken: {bytes} bytes for one {what}")]
    Length {
        /// Of what.
        what: &'static str,
        /// How long it says it is.
        bytes: u32,
    },
    /// Something else in it makes no sense.
    #[error("it is broken: {0}")]
    Broken(&'static str),
}

/// A packet as it was captured.
#[derive(Debug)]
pub(super) struct Packet<'a> {
    /// When, in microseconds since 1970.
    pub(super) at_micros: u64,
    /// The kind of its outermost head, as `tcpdump` numbers it (LINKTYPE).
    pub(super) link: u32,
    pub(super) bytes: &'a [u8],
}

/// A capture that is read.
#[derive(Debug)]
pub(super) struct Capture<R> {
    file: R,
    form: Form,
    big_endian: bool,
    buffer: Vec<u8>,
    cut: bool,
}

#[derive(Debug)]
enum Form {
    Pcap { link: u32, ticks: u64 },
    Pcapng { interfaces: Vec<Interface> },
}

/// An interface of a pcapng section.
#[derive(Debug, Clone, Copy)]
struct Interface {
    link: u32,
    /// Ticks of its clock in a second.
    ticks: u64,
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Whether a file that begins so is a capture.
pub(super) fn is_capture(magic: [u8; 4]) -> bool {
    u32::from_be_bytes(magic) == SECTION || pcap_clock(magic).is_some()
}

/// The byte order and the ticks of a pcap file's clock.
fn pcap_clock(magic: [u8; 4]) -> Option<(bool, u64)> {
    match u32::from_be_bytes(magic) {
        0xa1b2_c3d4 => Some((true, 1_000_000)),
        0xa1b2_3c4d => Some((true, 1_000_000_000)),
        0xd4c3_b2a1 => Some((false, 1_000_000)),
        0x4d3c_b2a1 => Some((false, 1_000_000_000)),
        _ => None,
    }
}

impl<R: Read> Capture<R> {
    /// Begins to read a file whose first four bytes were read.
    pub(super) fn open(magic: [u8; 4], file: R) -> Result<Self, CaptureError> {
        let buffer = Vec::new();
        let Some((big_endian, ticks)) = pcap_clock(magic) else {
            let form = Form::Pcapng { interfaces: Vec::new() };
            let mut capture = Self { file, form, big_endian: false, buffer, cut: false };
            if !capture.section()? {
                return Err(CaptureError::Broken("its head is cut short"));
            }
            return Ok(capture);
        };
        let form = Form::Pcap { link: 0, ticks };
        let mut capture = Self { file, form, big_endian, buffer, cut: false };
        if !capture.fill(20)? {
            return Err(CaptureError::Broken("its head is cut short"));
        }
        // The upper bits tell of frame check sequences.
        let link = capture.number(16).unwrap_or(0) & 0x0fff_ffff;
        capture.form = Form::Pcap { link, ticks };
        Ok(capture)
    }

    /// The next packet, if there is one.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        match self.form {
            Form::Pcap { link, ticks } => self.next_of_pcap(link, ticks),
            Form::Pcapng { .. } => self.next_of_pcapng(),
        }
    }

    /// Whether the file ended in the middle of a packet.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    fn next_of_pcap(&mut self, link: u32, ticks: u64) -> Result<Option<Packet<'_>>, CaptureError> {
        if !self.fill(16)? {
            return Ok(None);
        }
        let part = |place| self.number(place).unwrap_or(0);
        let (seconds, fraction, bytes) = (part(0), part(4), part(8));
        let length = within("packet", bytes, MAX_PACKET)?;
        if !self.fill(length)? {
            self.cut = true;
            return Ok(None);
        }
        let at_micros = u64::from(seconds) * 1_000_000 + u64::from(fraction) * 1_000_000 / ticks;
        Ok(Some(Packet { at_micros, link, bytes: &self.buffer }))
    }

    fn next_of_pcapng(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        loop {
            if !self.fill(4)? {
                return Ok(None);
            }
            let kind = self.number(0).unwrap_or(0);
            if kind == SECTION {
                if !self.section()? {
                    return Ok(None);
                }
                continue;
            }
            if !self.fill(4)? {
                return Ok(None);
            }
            let bytes = self.number(0).unwrap_or(0);
            let length = within("block", bytes, MAX_BLOCK)?;
            let Some(length) =
                length.checked_sub(8).filter(|length| length % 4 == 0 && *length >= 4)
            else {
                return Err(CaptureError::Length { what: "block", bytes });
            };
            if !self.fill(length)? {
                return Ok(None);
            }
            // The length stands at the end once more.
            self.buffer.truncate(length - 4);
            match kind {
                INTERFACE => self.interface()?,
                ENHANCED_PACKET | OLD_PACKET => {
                    let found = self.place_of_packet(kind);
                    if let Some((interface, ticks, place)) = found {
                        let at_micros = micros(ticks, interface.ticks);
                        let bytes = self.buffer.get(place).unwrap_or_default();
                        return Ok(Some(Packet { at_micros, link: interface.link, bytes }));
                    }
                }
                SIMPLE_PACKET => {
                    let Form::Pcapng { interfaces } = &self.form else { continue };
                    let link = interfaces.first().map_or(1, |interface| interface.link);
                    let length = self.number(0).and_then(|length| usize::try_from(length).ok());
                    let end = length.map_or(self.buffer.len(), |length| length.saturating_add(4));
                    let bytes = self.buffer.get(4..end.min(self.buffer.len())).unwrap_or_default();
                    return Ok(Some(Packet { at_micros: 0, link, bytes }));
                }
                _ => {}
            }
        }
    }

    /// Where in the buffer the packet of a block is, and when it came in the ticks of its interface.
    fn place_of_packet(&self, kind: u32) -> Option<(Interface, u64, std::ops::Range<usize>)> {
        let Form::Pcapng { interfaces } = &self.form else { return None };
        let number = self.number(0)?;
        // An old block has the count of lost packets beside the interface.
        let number = match (kind, self.big_endian) {
            (OLD_PACKET, true) => number >> 16,
            (OLD_PACKET, false) => number & 0xffff,
            _ => number,
        };
        let interface = *interfaces.get(usize::try_from(number).ok()?)?;
        let ticks = u64::from(self.number(4)?) << 32 | u64::from(self.number(8)?);
        let length = usize::try_from(self.number(12)?).ok()?;
        let end = 20_usize.checked_add(length)?;
        (end <= self.buffer.len()).then_some((interface, ticks, 20..end))
    }

    /// Reads the rest of a section's head: its byte order, and a new list of interfaces.
    fn section(&mut self) -> Result<bool, CaptureError> {
        if !self.fill(8)? {
            return Ok(false);
        }
        self.big_endian = match self.buffer.get(4..8) {
            Some([0x1a, 0x2b, 0x3c, 0x4d]) => true,
            Some([0x4d, 0x3c, 0x2b, 0x1a]) => false,
            _ => return Err(CaptureError::Broken("a section has no byte order")),
        };
        let bytes = self.number(0).unwrap_or(0);
        let length = within("section head", bytes, MAX_BLOCK)?;
        let Some(rest) = length.checked_sub(12) else {
            return Err(CaptureError::Length { what: "section head", bytes });
        };
        self.form = Form::Pcapng { interfaces: Vec::new() };
        self.fill(rest)
    }

    /// Takes note of an interface.
    fn interface(&mut self) -> Result<(), CaptureError> {
        let link = self.number(0).unwrap_or(0);
        let link = if self.big_endian { link >> 16 } else { link & 0xffff };
        let mut ticks = 1_000_000;
        let mut place = 8;
        while let Some(head) = self.number(place) {
            let (code, length) = if self.big_endian {
                (head >> 16, head & 0xffff)
            } else {
                (head & 0xffff, head >> 16)
            };
            if code == 9
                && let Some(&resolution) = self.buffer.get(place + 4)
            {
                ticks = resolution_ticks(resolution);
            }
            place += 4 + (length as usize).div_ceil(4) * 4;
            if code == 0 {
                break;
            }
        }
        let Form::Pcapng { interfaces } = &mut self.form else { return Ok(()) };
        if interfaces.len() == MAX_INTERFACES {
            return Err(CaptureError::Broken("a section has more than 256 interfaces"));
        }
        interfaces.push(Interface { link, ticks });
        Ok(())
    }

    /// The number at a place of the buffer, in the byte order of the file.
    fn number(&self, place: usize) -> Option<u32> {
        let bytes = *self.buffer.get(place..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Reads so many bytes into the buffer; `false` at the end of the file.
    fn fill(&mut self, length: usize) -> Result<bool, CaptureError> {
        self.buffer.clear();
        let read = (&mut self.file).take(length as u64).read_to_end(&mut self.buffer)?;
        self.cut |= read > 0 && read < length;
        Ok(read == length)
    }
}

/// Ticks in a second, as the option says: a power of ten, or of two.
fn resolution_ticks(resolution: u8) -> u64 {
    let exponent = u32::from(resolution & 0x7f);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u64::MAX)
}

fn micros(ticks: u64, per_second: u64) -> u64 {
    let micros = u128::from(ticks) * 1_000_000 / u128::from(per_second.max(1));
    u64::try_from(micros).unwrap_or(u64::MAX)
}

fn within(what: &'static str, bytes: u32, most: usize) -> Result<usize, CaptureError> {
    let length = usize::try_from(bytes).unwrap_or(usize::MAX);
    if length > most { Err(CaptureError::Length { what, bytes }) } else { Ok(length) }
}
