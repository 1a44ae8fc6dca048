//! Captured packets to UDP datagrams: what stands around them on networks of all kinds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::fragments::Fragment;

/// A datagram on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Datagram<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) payload: &'a [u8],
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried<'a> {
    Whole(Datagram<'a>),
    Part(Fragment<'a>),
}

/// The most heads in front of the datagram that are skipped: VLAN tags and IPv6 extensions.
const MAX_HEADS: usize = 8;

/// The UDP datagram, or the fragment of one, in a packet of a link of that kind; `None` if it carries neither.
pub(super) fn datagram(link: u32, packet: &[u8]) -> Option<Carried<'_>> {
    let (protocol, network) = match link {
        // BSD loopback: the address family in the byte order of whoever captured.
        0 | 108 => return by_version(packet.get(4..)?),
        // Ethernet
        1 => (between(packet, 12)?, packet.get(14..)?),
        // PPP
        9 => return ppp(packet),
        // Raw IP, as three systems number it, or of one version.
        12 | 14 | 101 | 228 | 229 => return by_version(packet),
        // Linux cooked, versions 1 and 2
        113 => (between(packet, 14)?, packet.get(16..)?),
        276 => (between(packet, 0)?, packet.get(20..)?),
        _ => return None,
    };
    let (mut protocol, mut network) = (protocol, network);
    for _ in 0..MAX_HEADS {
        match protocol {
            0x0800 => return ipv4(network),
            0x86dd => return ipv6(network),
            // PPP over Ethernet (RFC 2516)
            0x8864 => return ppp(network.get(6..)?),
            // VLAN
            0x8100 | 0x88a8 => {
                protocol = between(network, 2)?;
                network = network.get(4..)?;
            }
            _ => return None,
        }
    }
    None
}

/// The 16-bit number at a place.
fn between(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(place..)?.first_chunk()?))
}

/// A frame of PPP (RFC 1661, RFC 1662): its address and control may be left out.
fn ppp(frame: &[u8]) -> Option<Carried<'_>> {
    let frame = frame.strip_prefix(&[0xff, 0x03]).unwrap_or(frame);
    match frame {
        [0, 0x21 | 0x57, packet @ ..] | [0x21 | 0x57, packet @ ..] => by_version(packet),
        _ => None,
    }
}

fn by_version(packet: &[u8]) -> Option<Carried<'_>> {
    match packet.first()? >> 4 {
        4 => ipv4(packet),
        6 => ipv6(packet),
        _ => None,
    }
}

fn ipv4(packet: &[u8]) -> Option<Carried<'_>> {
    let head = packet.first_chunk::<20>()?;
    let head_length = usize::from(head[0] & 0x0f) * 4;
    let fragment = u16::from_be_bytes([head[6], head[7]]) & 0x3fff;
    if head[0] >> 4 != 4 || head_length < 20 || head[9] != 17 {
        return None;
    }
    let address = |place: usize| Some(Ipv4Addr::from(*packet.get(place..)?.first_chunk::<4>()?));
    let total = usize::from(u16::from_be_bytes([head[2], head[3]]));
    // A network card that cuts packets itself leaves no length.
    let end = if total == 0 { packet.len() } else { total.min(packet.len()) };
    let (from, to) = (address(12)?.into(), address(16)?.into());
    let bytes = packet.get(head_length..end)?;
    if fragment == 0 {
        return udp(from, to, bytes).map(Carried::Whole);
    }
    let id = u32::from(u16::from_be_bytes([head[4], head[5]]));
    let offset = usize::from(fragment & 0x1fff) * 8;
    Some(Carried::Part(Fragment { from, to, id, offset, more: fragment & 0x2000 != 0, bytes }))
}

fn ipv6(packet: &[u8]) -> Option<Carried<'_>> {
    let head = packet.first_chunk::<40>()?;
    if head[0] >> 4 != 6 {
        return None;
    }
    let address = |place: usize| Some(Ipv6Addr::from(*packet.get(place..)?.first_chunk::<16>()?));
    let (from, to) = (IpAddr::from(address(8)?), IpAddr::from(address(24)?));
    let mut next = head[6];
    let mut rest = packet.get(40..)?;
    for _ in 0..MAX_HEADS {
        match next {
            17 => return udp(from, to, rest).map(Carried::Whole),
            // Hop-by-hop options, routing, destination options: each says how long it is.
            0 | 43 | 60 => {
                let [following, length] = *rest.first_chunk::<2>()?;
                next = following;
                rest = rest.get((usize::from(length) + 1) * 8..)?;
            }
            44 => {
                let (head, bytes) = rest.split_first_chunk::<8>()?;
                let place = usize::from(u16::from_be_bytes([head[2], head[3]]));
                let id = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
                let (offset, more) = (place & 0xfff8, place & 1 != 0);
                let part = Fragment { from, to, id, offset, more, bytes };
                return (head[0] == 17).then_some(Carried::Part(part));
            }
            _ => return None,
        }
    }
    None
}

/// The datagram that an IP packet carries.
pub(super) fn udp(from: IpAddr, to: IpAddr, packet: &[u8]) -> Option<Datagram<'_>> {
    let length = usize::from(between(packet, 4)?);
    // A packet that was captured in part is of use as far as it goes.
    let payload = packet.get(8..length.clamp(8, packet.len().max(8)))?;
    let port = |place| between(packet, place);
    Some(Datagram {
        from: SocketAddr::new(from, port(0)?),
        to: SocketAddr::new(to, port(2)?),
        payload,
    })
}
