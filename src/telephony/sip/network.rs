//! A range of addresses, as access lists name it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that share their first bits with one: `127.0.0.0/8`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The range of `address` with the first `prefix` bits fixed: 0–32, for IPv6 0–128; more count as all.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Self {
        let width = if address.is_ipv4() { 32 } else { 128 };
        Self { address, prefix: prefix.min(width) }
    }

    /// All of IPv4 and all of IPv6.
    #[must_use]
    pub fn everywhere() -> [Self; 2] {
        [Self::new(Ipv4Addr::UNSPECIFIED.into(), 0), Self::new(Ipv6Addr::UNSPECIFIED.into(), 0)]
    }

    /// Whether the range is so wide that being in it says little of anybody: wider than an IPv4 /8 or an IPv6 /16.
    #[must_use]
    pub const fn is_wide(&self) -> bool {
        let narrowest = if self.address.is_ipv4() { 8 } else { 16 };
        self.prefix < narrowest
    }

    /// Whether `address` lies in the range. An IPv4 address mapped into IPv6 counts as itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, width) = bits(self.address);
        let (theirs, other) = bits(address.to_canonical());
        let free = width - u32::from(self.prefix);
        width == other && (ours ^ theirs).checked_shr(free).unwrap_or(0) == 0
    }
}

/// An address as a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u32::from(v4).into(), 32),
        IpAddr::V6(v6) => (v6.into(), 128),
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_shares_their_bits() {
        for (range, prefix, address, inside) in [
            ("127.0.0.0", 8, "127.1.2.3", true),
            ("127.0.0.0", 8, "128.0.0.1", false),
            ("127.0.0.0", 8, "::ffff:127.0.0.1", true),
            ("192.0.2.7", 32, "192.0.2.7", true),
            ("192.0.2.7", 32, "192.0.2.6", false),
            ("192.0.2.7", 99, "192.0.2.6", false),
            ("192.0.2.7", 31, "192.0.2.6", true),
            ("0.0.0.0", 0, "203.0.113.1", true),
            ("0.0.0.0", 0, "2001:db8::1", false),
            ("2001:db8::", 32, "2001:db8:1::1", true),
            ("2001:db8::", 32, "2001:db9::1", false),
            ("::", 0, "2001:db9::1", true),
        ] {
            let range = Network::new(range.parse().expect(range), prefix);
            assert_eq!(
                range.contains(address.parse().expect(address)),
                inside,
                "{address} in {range:?}"
            );
        }
    }
}
