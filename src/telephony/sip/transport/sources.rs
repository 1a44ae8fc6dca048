//! How many connections there may be, in all and from one source, and which gives way to a new one.
//!
//! A connection is *proven* once it serves a call or a registration that was let in. Only unproven ones give way, the
//! oldest first, so that connections which only wait cannot keep a phone out.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

use super::connection::ConnectionId;

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// In all.
    pub total: usize,
    /// From one source: an IPv4 address or an IPv6 network of 64 bits.
    pub per_source: usize,
    /// From one source while no call or registration of theirs was let in.
    pub unproven_per_source: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { total: 8_192, per_source: 2_048, unproven_per_source: 256 }
    }
}

/// What is to be done with a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Take it.
    Take,
    /// Take it and close this one.
    Replace(ConnectionId),
    /// Close it.
    Refuse,
}

/// Connections by where they come from.
#[derive(Debug)]
pub(super) struct Sources {
    limits: ConnectionLimits,
    by_source: BTreeMap<IpAddr, Source>,
    /// Older ones have lower numbers.
    unproven: BTreeSet<ConnectionId>,
    total: usize,
}

#[derive(Debug, Default)]
struct Source {
    total: usize,
    unproven: BTreeSet<ConnectionId>,
}

impl Sources {
    /// No connections yet.
    pub(super) const fn new(limits: ConnectionLimits) -> Self {
        Self { limits, by_source: BTreeMap::new(), unproven: BTreeSet::new(), total: 0 }
    }

    /// Judges a connection from `address` before it is added.
    pub(super) fn judge(&self, address: IpAddr) -> Admission {
        let source = self.by_source.get(&source_of(address));
        if let Some(source) = source {
            let oldest = source.unproven.first();
            let full = source.total >= self.limits.per_source
                || source.unproven.len() >= self.limits.unproven_per_source;
            if full {
                return oldest.map_or(Admission::Refuse, |oldest| Admission::Replace(*oldest));
            }
        }
        if self.total < self.limits.total {
            return Admission::Take;
        }
        self.unproven.first().map_or(Admission::Refuse, |oldest| Admission::Replace(*oldest))
    }

    /// Counts a connection, not yet proven.
    pub(super) fn add(&mut self, id: ConnectionId, address: IpAddr) {
        let source = self.by_source.entry(source_of(address)).or_default();
        source.total += 1;
        source.unproven.insert(id);
        self.unproven.insert(id);
        self.total += 1;
    }

    /// Notes that a connection is proven.
    pub(super) fn prove(&mut self, id: ConnectionId, address: IpAddr) {
        self.unproven.remove(&id);
        if let Some(source) = self.by_source.get_mut(&source_of(address)) {
            source.unproven.remove(&id);
        }
    }

    /// Counts a connection no more. Each one that was added is removed once.
    pub(super) fn remove(&mut self, id: ConnectionId, address: IpAddr) {
        self.prove(id, address);
        self.total = self.total.saturating_sub(1);
        let source = source_of(address);
        if let Some(held) = self.by_source.get_mut(&source) {
            held.total = held.total.saturating_sub(1);
            if held.total == 0 {
                self.by_source.remove(&source);
            }
        }
    }
}

/// What one host or household has: an IPv4 address, or an IPv6 network of 64 bits.
fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_oldest_that_proved_nothing_gives_way() {
        let limits = ConnectionLimits { total: 5, per_source: 3, unproven_per_source: 2 };
        let mut sources = Sources::new(limits);
        let (one, two, third) = (at("192.0.2.1"), at("2001:db8::1"), at("192.0.2.3"));
        let take = |sources: &mut Sources, number, address| {
            let judged = sources.judge(address);
            if let Admission::Replace(old) = judged {
                sources.remove(old, address);
            }
            if judged != Admission::Refuse {
                sources.add(ConnectionId(number), address);
            }
            judged
        };
        assert_eq!(take(&mut sources, 1, one), Admission::Take);
        assert_eq!(take(&mut sources, 2, one), Admission::Take);
        assert_eq!(take(&mut sources, 3, one), Admission::Replace(ConnectionId(1)));
        sources.prove(ConnectionId(2), one);
        sources.prove(ConnectionId(3), one);
        assert_eq!(take(&mut sources, 4, one), Admission::Take);
        sources.prove(ConnectionId(4), one);
        assert_eq!(take(&mut sources, 5, one), Admission::Refuse, "three that serve calls");
        assert_eq!(take(&mut sources, 6, two), Admission::Take);
        assert_eq!(take(&mut sources, 7, at("2001:db8::2")), Admission::Take, "the same network");
        assert_eq!(sources.judge(at("2001:db8::3")), Admission::Replace(ConnectionId(6)));
        assert_eq!(sources.judge(third), Admission::Replace(ConnectionId(6)), "no room at all");
        sources.prove(ConnectionId(6), two);
        sources.prove(ConnectionId(7), two);
        assert_eq!(sources.judge(third), Admission::Refuse);
        for (number, address) in [(2, one), (3, one), (4, one), (6, two), (7, two)] {
            sources.remove(ConnectionId(number), address);
        }
        assert_eq!((sources.total, sources.by_source.len(), sources.unproven.len()), (0, 0, 0));
    }
}
