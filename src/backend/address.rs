//! Which addresses a service may be reached at: the guard against requests that are led astray (SSRF).
//!
//! What is checked is the address that a connection is about to be made to, after its name was looked up, and again
//! at each redirect. By default only addresses of the public internet pass.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Which addresses a service may be reached at: the public ones, and these ranges whatever they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressRules(pub Vec<AddressRange>);

/// A range of addresses, such as `10.1.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    /// Its first address.
    pub address: IpAddr,
    /// How many leading bits count: 0–32, or 0–128 for IPv6.
    pub prefix: u8,
}

/// Text that is no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a range of addresses is written like `10.1.0.0/16`, or as one address")]
pub struct NoRange;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Anyone on the internet may have it.
    Public,
    /// A private network (RFC 1918, RFC 6598, RFC 4193).
    Private,
    /// This machine.
    Loopback,
    /// This wire; clouds keep their metadata service here.
    LinkLocal,
    /// Anything else: multicast, documentation, tunnels, unassigned.
    Reserved,
}

impl Scope {
    /// Its name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link-local",
            Self::Reserved => "reserved",
        }
    }
}

impl AddressRules {
    /// Whether a connection to `address` may be made. An IPv4 address in an IPv6 wrapping counts as itself.
    #[must_use]
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = unwrapped(address);
        match scope(address) {
            Scope::Public => true,
            Scope::Private | Scope::Loopback | Scope::LinkLocal | Scope::Reserved => {
                self.0.iter().any(|range| range.contains(address))
            }
        }
    }
}

impl AddressRange {
    /// Whether the range holds `address`; an IPv4 range holds no IPv6 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(range), IpAddr::V4(address)) => {
                same_start(range.to_bits().into(), address.to_bits().into(), 32, self.prefix)
            }
            (IpAddr::V6(range), IpAddr::V6(address)) => {
                same_start(range.to_bits(), address.to_bits(), 128, self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NoRange)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| NoRange)?;
        if prefix <= most { Ok(Self { address, prefix }) } else { Err(NoRange) }
    }
}

/// Whether two numbers of `width` bits agree in their first `prefix` bits.
const fn same_start(one: u128, other: u128, width: u32, prefix: u8) -> bool {
    let free = width.saturating_sub(prefix as u32);
    // A shift by all 128 bits is no shift at all, so that range is told apart.
    free >= 128 || (one >> free) == (other >> free)
}

/// An IPv4-mapped address (RFC 4291 §2.5.5.2) as the IPv4 address that the system would connect to.
fn unwrapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// What an address is for.
pub(super) fn scope(address: IpAddr) -> Scope {
    match unwrapped(address) {
        IpAddr::V4(four) => scope_of_four(four),
        IpAddr::V6(six) => scope_of_six(six),
    }
}

/// The IPv4 ranges that are not public: the IANA special-purpose registry, RFC 6890 and what followed it.
const FOUR: &[(Ipv4Addr, u8, Scope)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, Scope::Reserved),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Scope::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Scope::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Scope::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Scope::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Scope::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Scope::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Scope::Reserved),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Scope::Reserved),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Scope::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Scope::Reserved),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Scope::Reserved),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Scope::Reserved),
    // Multicast, the unassigned rest and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3, Scope::Reserved),
];

/// The IPv6 ranges that are told by name; of the rest only global unicast (`2000::/3`) is public.
const SIX: &[(Ipv6Addr, u8, Scope)] = &[
    (Ipv6Addr::LOCALHOST, 128, Scope::Loopback),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Scope::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Scope::LinkLocal),
    // Special assignments, Teredo among them, which wraps any IPv4 address.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Scope::Reserved),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Scope::Reserved),
    // 6to4 wraps any IPv4 address as well.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Scope::Reserved),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Scope::Reserved),
];

/// The well-known prefix of NAT64 (RFC 6052): its last 32 bits are the IPv4 address that is reached.
const NAT64: AddressRange =
    AddressRange { address: IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0)), prefix: 96 };
/// Global unicast, RFC 4291 §2.4 and the IANA registry.
const GLOBAL: AddressRange =
    AddressRange { address: IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)), prefix: 3 };

fn scope_of_four(four: Ipv4Addr) -> Scope {
    let within = |(start, prefix, _): &&(Ipv4Addr, u8, Scope)| {
        AddressRange { address: IpAddr::V4(*start), prefix: *prefix }.contains(IpAddr::V4(four))
    };
    FOUR.iter().find(within).map_or(Scope::Public, |(.., scope)| *scope)
}

fn scope_of_six(six: Ipv6Addr) -> Scope {
    let address = IpAddr::V6(six);
    if NAT64.contains(address) {
        let [.., a, b, c, d] = six.octets();
        return scope_of_four(Ipv4Addr::new(a, b, c, d));
    }
    let within = |(start, prefix, _): &&(Ipv6Addr, u8, Scope)| {
        AddressRange { address: IpAddr::V6(*start), prefix: *prefix }.contains(address)
    };
    match SIX.iter().find(within) {
        Some((.., scope)) => *scope,
        None if GLOBAL.contains(address) => Scope::Public,
        None => Scope::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_its_scope() {
        for (address, expected) in [
            ("8.8.8.8", Scope::Public),
            ("103.10.1.7", Scope::Public),
            ("172.32.0.1", Scope::Public),
            ("172.15.255.255", Scope::Public),
            ("100.128.0.1", Scope::Public),
            ("192.0.1.1", Scope::Public),
            ("223.255.255.255", Scope::Public),
            ("0.0.0.0", Scope::Reserved),
            ("0.1.2.3", Scope::Reserved),
            ("10.0.0.1", Scope::Private),
            ("10.255.255.255", Scope::Private),
            ("100.64.0.1", Scope::Private),
            ("127.0.0.1", Scope::Loopback),
            ("127.255.255.254", Scope::Loopback),
            ("169.254.169.254", Scope::LinkLocal),
            ("169.254.170.2", Scope::LinkLocal),
            ("172.16.0.1", Scope::Private),
            ("172.31.255.255", Scope::Private),
            ("192.0.0.192", Scope::Reserved),
            ("192.0.2.1", Scope::Reserved),
            ("192.88.99.1", Scope::Reserved),
            ("192.168.0.1", Scope::Private),
            ("198.18.0.1", Scope::Reserved),
            ("198.19.255.255", Scope::Reserved),
            ("198.51.100.9", Scope::Reserved),
            ("203.0.113.9", Scope::Reserved),
            ("224.0.0.1", Scope::Reserved),
            ("240.0.0.1", Scope::Reserved),
            ("255.255.255.255", Scope::Reserved),
            ("2606:4700::1111", Scope::Public),
            ("2400:9800::1", Scope::Public),
            ("2001:4860::8888", Scope::Public),
            ("::", Scope::Reserved),
            ("::1", Scope::Loopback),
            ("::7f00:1", Scope::Reserved),
            ("::ffff:8.8.8.8", Scope::Public),
            ("::ffff:127.0.0.1", Scope::Loopback),
            ("::ffff:169.254.169.254", Scope::LinkLocal),
            ("::ffff:10.0.0.1", Scope::Private),
            ("64:ff9b::808:808", Scope::Public),
            ("64:ff9b::7f00:1", Scope::Loopback),
            ("64:ff9b::a9fe:a9fe", Scope::LinkLocal),
            ("64:ff9b:1::7f00:1", Scope::Reserved),
            ("100::1", Scope::Reserved),
            ("2001::7f00:1", Scope::Reserved),
            ("2001:db8::1", Scope::Reserved),
            ("2002:7f00:1::", Scope::Reserved),
            ("3fff::1", Scope::Reserved),
            ("5f00::1", Scope::Reserved),
            ("fc00::1", Scope::Private),
            ("fd00:ec2::254", Scope::Private),
            ("fe80::1", Scope::LinkLocal),
            ("fec0::1", Scope::Reserved),
            ("ff02::1", Scope::Reserved),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(scope(address), expected, "{address}");
            let public = expected == Scope::Public;
            assert_eq!(AddressRules::default().allow(address), public, "{address} by default");
        }
    }

    #[test]
    fn a_range_opens_itself_and_nothing_else() {
        let range = |text: &str| text.parse::<AddressRange>().expect("a range");
        let rules =
            AddressRules(vec![range("127.0.0.0/8"), range("10.1.2.0/23"), range("fd12::/16")]);
        for (address, allowed) in [
            ("127.9.9.9", true),
            ("::ffff:127.0.0.1", true),
            ("::1", false),
            ("10.1.2.1", true),
            ("10.1.3.255", true),
            ("10.1.4.0", false),
            ("169.254.169.254", false),
            ("fd12::9", true),
            ("fd13::9", false),
        ] {
            assert_eq!(rules.allow(address.parse().expect("an address")), allowed, "{address}");
        }
        assert!(range("0.0.0.0/0").contains(IpAddr::V4(Ipv4Addr::BROADCAST)), "all of IPv4");
        assert!(range("::/0").contains(IpAddr::V6(Ipv6Addr::LOCALHOST)), "all of IPv6");
        assert!(!range("0.0.0.0/0").contains(IpAddr::V6(Ipv6Addr::LOCALHOST)), "IPv4 only");
    }

    #[test]
    fn a_range_is_written_with_its_prefix_or_as_one_address() {
        for text in ["127.0.0.1", "127.0.0.1/32", "10.0.0.0/0", "::1", "::/128", "fd00::/8"] {
            assert!(text.parse::<AddressRange>().is_ok(), "{text}");
        }
        for text in [
            "",
            "/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "::/129",
            "10.1/16",
            "localhost",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(text.parse::<AddressRange>(), Err(NoRange), "{text}");
        }
    }
}
