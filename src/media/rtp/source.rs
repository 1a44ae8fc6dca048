//! Whose packets count: the signalled address, or one that is learnt once behind NAT.
//!
//! ```text
//!  Strict ───────────────────────────────▶ Fixed(signalled)
//!  Learn ─▶ Learning ─ 8 in sequence ────▶ Fixed(learnt)
//!               └───── window over ──────▶ Fixed(signalled)
//! ```

use std::net::{IpAddr, SocketAddr};

use super::packet::RtpHeader;
use crate::time::{Duration, Instant};

/// How long after it was signalled an address may still be learnt.
pub const LEARN_WINDOW: Duration = Duration::from_secs(5);
/// How many packets of one source, in sequence, make its address the learnt one.
const LEARN_PACKETS: u8 = 8;
/// How many addresses are watched at a time while learning.
const MAX_CANDIDATES: usize = 4;

/// How the address that media comes from is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourcePolicy {
    /// Only the signalled address and port.
    Strict,
    /// The signalled address, or another port or address that is learnt once, and only from the host that signals.
    Learn {
        /// The host that the signalling comes from.
        signalling: IpAddr,
    },
}

/// What is to be done with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// It counts, and from now on media comes from and goes to its address alone.
    Learnt,
    /// Drop it.
    Foreign,
}

/// The lock on the source of a stream.
#[derive(Debug, Clone)]
pub struct Source {
    remote: SocketAddr,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Fixed,
    Learning { signalling: IpAddr, until: Instant, candidates: [Option<Candidate>; MAX_CANDIDATES] },
}

/// An address that may be learnt.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    next: u16,
    count: u8,
}

impl Source {
    /// Locks on `remote`, as the policy says, from `now` on.
    #[must_use]
    pub fn new(remote: SocketAddr, policy: SourcePolicy, now: Instant) -> Self {
        let state = match policy {
            SourcePolicy::Strict => State::Fixed,
            SourcePolicy::Learn { signalling } => State::Learning {
                signalling: signalling.to_canonical(),
                until: now + LEARN_WINDOW,
                candidates: [None; MAX_CANDIDATES],
            },
        };
        Self { remote: canonical(remote), state }
    }

    /// Where our packets go.
    #[must_use]
    pub const fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Whether the address is settled, so that the socket may be bound to it.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        matches!(self.state, State::Fixed)
    }

    /// Ends the learning if its window is over. Returns whether it ended just now.
    pub fn settle(&mut self, now: Instant) -> bool {
        match self.state {
            State::Learning { until, .. } if now >= until => {
                self.state = State::Fixed;
                true
            }
            State::Learning { .. } | State::Fixed => false,
        }
    }

    /// Judges a packet by where it comes from.
    pub fn judge(&mut self, from: SocketAddr, header: &RtpHeader) -> Verdict {
        let from = canonical(from);
        let expected = from == self.remote;
        match &mut self.state {
            State::Fixed if expected => Verdict::Accepted,
            State::Fixed => Verdict::Foreign,
            State::Learning { signalling, candidates, .. } => {
                if !expected && from.ip() != *signalling {
                    return Verdict::Foreign;
                }
                if watch(candidates, from, header) >= LEARN_PACKETS {
                    self.remote = from;
                    self.state = State::Fixed;
                    return Verdict::Learnt;
                }
                if expected { Verdict::Accepted } else { Verdict::Foreign }
            }
        }
    }
}

/// Counts the packet for its candidate; a full table keeps those that it has. Returns how many came in sequence.
fn watch(
    candidates: &mut [Option<Candidate>; MAX_CANDIDATES],
    from: SocketAddr,
    header: &RtpHeader,
) -> u8 {
    let next = header.sequence.wrapping_add(1);
    for candidate in candidates.iter_mut().flatten() {
        if candidate.from == from {
            let goes_on = candidate.ssrc == header.ssrc && candidate.next == header.sequence;
            let count = if goes_on { candidate.count + 1 } else { 1 };
            *candidate = Candidate { from, ssrc: header.ssrc, next, count };
            return count;
        }
    }
    if let Some(free) = candidates.iter_mut().find(|candidate| candidate.is_none()) {
        *free = Some(Candidate { from, ssrc: header.ssrc, next, count: 1 });
        return 1;
    }
    0
}

/// The address as itself, not as an IPv4 address mapped into IPv6.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALLED: &str = "192.168.1.5:4000";
    const OUTSIDE: &str = "203.0.113.7:31000";

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn learning() -> Source {
        let policy = SourcePolicy::Learn { signalling: address(OUTSIDE).ip() };
        Source::new(address(SIGNALLED), policy, Instant::ZERO)
    }

    fn packet(ssrc: u32, sequence: u16) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 0, sequence, timestamp: 0, ssrc }
    }

    #[test]
    fn strict_takes_the_signalled_address_alone() {
        let mut source = Source::new(address(SIGNALLED), SourcePolicy::Strict, Instant::ZERO);
        for (from, verdict) in [
            (SIGNALLED, Verdict::Accepted),
            ("192.168.1.5:4002", Verdict::Foreign),
            (OUTSIDE, Verdict::Foreign),
            ("[::ffff:192.168.1.5]:4000", Verdict::Accepted),
        ] {
            assert_eq!(source.judge(address(from), &packet(1, 1)), verdict, "{from}");
        }
    }

    #[test]
    fn the_eighth_packet_in_sequence_from_the_signalling_host_is_learnt_once() {
        let mut source = learning();
        for sequence in 0..7_u16 {
            let sequence = 65_533_u16.wrapping_add(sequence);
            assert_eq!(source.judge(address(OUTSIDE), &packet(9, sequence)), Verdict::Foreign);
        }
        assert_eq!(source.judge(address(OUTSIDE), &packet(9, 4)), Verdict::Learnt);
        assert_eq!(source.remote(), address(OUTSIDE));
        for sequence in 0..20 {
            let other = address("203.0.113.7:31002");
            assert_eq!(source.judge(other, &packet(9, sequence)), Verdict::Foreign);
        }
        assert_eq!(source.judge(address(SIGNALLED), &packet(9, 5)), Verdict::Foreign);
    }

    #[test]
    fn gaps_changes_of_source_strangers_and_late_comers_teach_nothing() {
        let mut source = learning();
        for n in 0..40_u16 {
            assert_eq!(source.judge(address(OUTSIDE), &packet(1, n * 2)), Verdict::Foreign, "gaps");
            let changing = packet(u32::from(n), n);
            assert_eq!(source.judge(address("203.0.113.7:5"), &changing), Verdict::Foreign);
            let stranger = address("198.51.100.9:4000");
            assert_eq!(source.judge(stranger, &packet(1, n)), Verdict::Foreign, "stranger");
        }
        assert!(!source.settle(Instant::from_micros(4_999_999)));
        assert!(source.settle(Instant::from_micros(5_000_000)));
        for sequence in 100..120 {
            assert_eq!(source.judge(address(OUTSIDE), &packet(1, sequence)), Verdict::Foreign);
        }
        assert_eq!(source.judge(address(SIGNALLED), &packet(1, 1)), Verdict::Accepted);
    }

    #[test]
    fn the_signalled_address_counts_from_its_first_packet_and_ends_the_learning() {
        let mut source = learning();
        for sequence in 0..7 {
            assert_eq!(source.judge(address(SIGNALLED), &packet(1, sequence)), Verdict::Accepted);
        }
        assert_eq!(source.judge(address(SIGNALLED), &packet(1, 7)), Verdict::Learnt);
        assert!(source.is_fixed());
    }
}
