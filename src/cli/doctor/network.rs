//! Sockets and addresses.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;

use super::finding::Finding;
use crate::config::{Config, Listen, Transport};

/// RTP ports that are tried, evenly over the range.
const TRIED: usize = 32;
/// Ports of a call: audio and its reports, for the caller and for an agent.
const PORTS_PER_CALL: usize = 4;

/// Looks at what is listened on and what others are told.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut findings: Vec<Finding> = config.sip.listen.iter().copied().map(socket).collect();
    findings.push(ports(&config.rtp.ports, config.limits.calls));
    findings.extend(lent(&config.rtp.ports));
    findings.push(address(config));
    findings
}

/// Whether a socket can be had.
fn socket(listen: Listen) -> Finding {
    let what = format!("{}:{}", name(listen.transport), listen.address);
    let bound = match listen.transport {
        Transport::Udp => UdpSocket::bind(listen.address).map(|_| ()),
        Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
            TcpListener::bind(listen.address).map(|_| ())
        }
    };
    match bound {
        Ok(()) => Finding::well(what, "free"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Finding::note(what, "in use: by Sambung itself, if it runs")
                .cure("if it does not: another program listens there; stop it or take another port")
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Finding::mend(what, "the system does not allow it")
                .cure("ports below 1024 need CAP_NET_BIND_SERVICE")
        }
        Err(error) => Finding::mend(what, format!("cannot be had: {error}"))
            .cure("listen on an address that this machine has, or on 0.0.0.0"),
    }
}

fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
        Transport::Ws => "ws",
        Transport::Wss => "wss",
    }
}

/// Whether there are ports enough for audio, and whether others use them.
fn ports(range: &RangeInclusive<u16>, calls: usize) -> Finding {
    let (first, last) = (*range.start(), *range.end());
    let what = format!("RTP ports {first}-{last}");
    let count = usize::from(last.saturating_sub(first)) + 1;
    let wanted = calls.saturating_mul(PORTS_PER_CALL);
    if count < wanted {
        let enough = count / PORTS_PER_CALL;
        return Finding::note(what, format!("enough for {enough} bridged calls, not for {calls}"))
            .cure("widen `rtp.ports`, or lower `limits.calls`");
    }
    let step = (count / TRIED).max(1);
    let taken = range
        .clone()
        .step_by(step)
        .filter(|port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port)).is_err())
        .count();
    if taken == 0 {
        return Finding::well(what, "free");
    }
    Finding::note(what, format!("{taken} of {TRIED} that were tried are in use"))
        .cure("by Sambung itself, if calls are in progress; else choose other `rtp.ports`")
}

/// Whether the system lends ports of the range to other programs.
fn lent(range: &RangeInclusive<u16>) -> Option<Finding> {
    let read = |name: &str| fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).ok();
    let (first, last) = (*range.start(), *range.end());
    let lent = read("ip_local_port_range")?;
    let mut bounds = lent.split_whitespace().filter_map(|word| word.parse::<u16>().ok());
    let (low, high) = (bounds.next()?, bounds.next()?);
    let reserved = read("ip_local_reserved_ports").unwrap_or_default();
    let is_kept = reserved.trim().split(',').any(|kept| kept == format!("{first}-{last}"));
    let overlap = first <= high && low <= last && !is_kept;
    overlap.then(|| {
        let text = format!("the system lends {low}-{high} to any program, RTP ports among them");
        Finding::note("RTP ports", text)
            .cure(format!("sysctl -w net.ipv4.ip_local_reserved_ports={first}-{last}"))
    })
}

/// What others are told to call, and whether they can.
fn address(config: &Config) -> Finding {
    let what = "address";
    if let Some(advertised) = config.sip.advertise {
        let ours = UdpSocket::bind((advertised, 0)).is_ok();
        let how = if ours { "this machine has it" } else { "behind a NAT that forwards the ports" };
        let finding = Finding::well(what, format!("others are told {advertised}: {how}"));
        return if ours {
            finding
        } else {
            finding.cure("let the NAT forward the SIP ports and `rtp.ports` to this machine")
        };
    }
    let fixed = config.sip.listen.iter().map(|listen| listen.address.ip());
    match fixed.filter(|address| !address.is_unspecified()).min().or_else(outward) {
        None => Finding::note(what, "no way leads out of this machine"),
        Some(address) if is_private(address) => Finding::note(
            what,
            format!("others are told {address}, which only this network can reach"),
        )
        .cure("for a trunk or phones beyond a NAT set `sip.advertise` to the public address"),
        Some(address) => Finding::well(what, format!("others are told {address}")),
    }
}

/// The address by which this machine reaches others. Nothing is sent.
fn outward() -> Option<IpAddr> {
    // An address for documentation (RFC 5737): only the way to it is looked up.
    let elsewhere = SocketAddr::from(([192, 0, 2, 1], 9));
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(elsewhere).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// Whether an address means nothing outside its own network.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64.0.0/10: carriers share it among customers (RFC 6598).
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || a == 100 && b & 0xc0 == 64
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn a_port_in_use_is_told_from_a_free_one() {
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = taken.local_addr().expect("bound");
        let listen = Listen { transport: Transport::Udp, address };
        assert!(socket(listen).to_string().contains("in use"));
        drop(taken);
        assert_eq!(socket(listen).level, Level::Well);
        let foreign = "192.0.2.1:5060".parse().expect("an address");
        let elsewhere = socket(Listen { transport: Transport::Udp, address: foreign });
        assert_eq!(elsewhere.level, Level::Mend, "{elsewhere}");
    }

    #[test]
    fn ports_are_counted_against_calls() {
        let few = ports(&(40_000..=40_099), 1_000);
        assert!(few.to_string().contains("enough for 25 bridged calls"), "{few}");
    }

    #[test]
    fn private_addresses_are_known() {
        for (address, private) in [
            ("10.1.2.3", true),
            ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("203.0.113.7", false),
            ("127.0.0.1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_private(address.parse().expect(address)), private, "{address}");
        }
    }
}
