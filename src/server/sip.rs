//! What the SIP adapter is told of the configuration.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::trunks;
use crate::config::{self, Config, DigestHash, Phone};
use crate::runtime::MAX_LEGS_PER_CALL;
use crate::telephony::rtp;
use crate::telephony::sip::{
    Algorithm, Codec, GuardSettings, MediaSource, Network, Password, Preferences, Reliability,
    Security, Settings, Socket, TlsFiles, Transport,
};

/// The adapter's settings.
pub(super) fn settings(config: &Config) -> Settings {
    let media = rtp::Settings {
        ports: config.rtp.ports.clone(),
        bind: media_address(
            &config.sip.listen.iter().map(|listen| listen.address).collect::<Vec<_>>(),
        ),
        threads: config.rtp.threads.map_or(0, usize::from),
        max_streams: config.limits.calls.saturating_mul(MAX_LEGS_PER_CALL),
        ..rtp::Settings::default()
    };
    let users = config.agents.values().filter_map(|agent| match &agent.phone {
        Phone::Registered { user, password } => {
            Some((user.clone(), Password::new(password.reveal())))
        }
        Phone::Address(_) | Phone::Afar { .. } => None,
    });
    Settings {
        advertise: config.sip.advertise,
        realm: config.sip.realm.clone(),
        allow: networks(&config.sip.allow),
        agents_from: networks(&config.sip.agents_from),
        guard: GuardSettings {
            answer_strangers: config.sip.guard.answer_strangers,
            messages: config.sip.guard.messages,
            ban: config.sip.guard.ban,
        },
        digests: config.sip.digest.iter().map(algorithm).collect(),
        users: users.collect(),
        media_source: match config.sip.media_source {
            config::MediaSource::Auto => MediaSource::Auto,
            config::MediaSource::Strict => MediaSource::Strict,
            config::MediaSource::Learn => MediaSource::Learn,
        },
        keys_in_audio: match config.sip.dtmf {
            config::Dtmf::Auto => false,
            config::Dtmf::Inband => true,
        },
        audio: audio(&config.rtp),
        outbound: config.sip.outbound.clone(),
        redirects: redirects(config),
        session_expires: config.sip.session.expires,
        session_min: config.sip.session.min,
        reliable: match config.sip.reliable {
            config::Reliable::Off => Reliability::Off,
            config::Reliable::Supported => Reliability::Supported,
            config::Reliable::Required => Reliability::Required,
        },
        srtp: match config.rtp.srtp {
            config::Srtp::Off => Security::Off,
            config::Srtp::Optional => Security::Optional,
            config::Srtp::Required => Security::Required,
        },
        trunks: trunks::lines(config),
        max_calls: config.limits.calls,
        tls: config.sip.tls.as_ref().map(tls),
        ..Settings::new(config.sip.listen.iter().map(socket).collect(), media)
    }
}

fn socket(listen: &config::Listen) -> Socket {
    let transport = match listen.transport {
        config::Transport::Udp => Transport::Udp,
        config::Transport::Tcp => Transport::Tcp,
        config::Transport::Tls => Transport::Tls,
        config::Transport::Ws => Transport::Ws,
        config::Transport::Wss => Transport::Wss,
    };
    Socket::new(transport, listen.address)
}

/// Tries the certificate of the configuration as a start does. Tells for how many more full days it holds; `None`
/// inside where it does not hold now.
#[must_use]
pub fn try_certificate(config: &Config) -> Option<Result<Option<u64>, Box<dyn Error>>> {
    let files = config.sip.tls.as_ref().map(tls)?;
    Some(files.try_out().map_err(Into::into))
}

/// Where a SIP address leads, as calls find it by the records of its name: addresses in the order in which they are
/// tried, and whether each is reached over a stream without encryption; encrypted ones are left out. Takes a few
/// seconds at most; `None` where it leads nowhere.
#[must_use]
pub fn whereabouts(address: &str) -> Option<Vec<(SocketAddr, bool)>> {
    let all = crate::telephony::sip::whereabouts(address);
    let plain = all.iter().filter_map(|(address, transport)| match transport {
        Transport::Udp => Some((*address, false)),
        Transport::Tcp => Some((*address, true)),
        Transport::Tls | Transport::Ws | Transport::Wss => None,
    });
    (!all.is_empty()).then(|| plain.collect())
}

fn tls(files: &config::TlsFiles) -> TlsFiles {
    TlsFiles {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        client_ca: files.client_ca.clone(),
        server_ca: files.server_ca.clone(),
    }
}

/// Where a redirected call may go on: the addresses of agents, and those that flows may transfer to.
fn redirects(config: &Config) -> Vec<Arc<str>> {
    let agents = config.agents.values().filter_map(|agent| match &agent.phone {
        Phone::Address(address) => Some(address.clone()),
        Phone::Registered { .. } | Phone::Afar { .. } => None,
    });
    let named = config.transfers.allow.iter().filter(|to| to.starts_with("sip:")).cloned();
    agents.chain(named).collect()
}

fn networks(written: &[config::Network]) -> Vec<Network> {
    written.iter().map(|range| Network::new(range.address, range.prefix)).collect()
}

fn algorithm(hash: &DigestHash) -> Algorithm {
    match hash {
        DigestHash::Sha256 => Algorithm::Sha256,
        DigestHash::Md5 => Algorithm::Md5,
    }
}

/// Codecs and packet time: a list of codecs in the configuration decides over the order of callers.
fn audio(rtp: &config::Rtp) -> Preferences {
    let named = |codec: &config::Codec| match codec {
        config::Codec::Pcmu => Codec::Pcmu,
        config::Codec::Pcma => Codec::Pcma,
        config::Codec::G722 => Codec::G722,
        config::Codec::Opus => Codec::Opus,
    };
    let codecs = rtp.codecs.as_ref().map(|codecs| codecs.iter().map(named).collect());
    Preferences {
        ours_first: codecs.is_some(),
        packet_time: rtp.packet_time,
        codecs: codecs.unwrap_or_else(|| Codec::ALL.to_vec()),
    }
}

/// Where media is received: on the address that SIP listens on, if it is one; else on all of IPv4, and of IPv6 if SIP
/// listens there too. A socket on all of IPv6 takes IPv4 as well.
fn media_address(listen: &[SocketAddr]) -> IpAddr {
    let mut addresses = listen.iter().map(SocketAddr::ip);
    match addresses.next() {
        Some(first) if addresses.all(|address| address == first) => first,
        _ if listen.iter().any(SocketAddr::is_ipv6) => Ipv6Addr::UNSPECIFIED.into(),
        _ => Ipv4Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_received_where_sip_is() {
        for (listen, media) in [
            (&["127.0.0.1:5060"][..], "127.0.0.1"),
            (&["0.0.0.0:5060", "0.0.0.0:5070"], "0.0.0.0"),
            (&["192.0.2.1:5060", "192.0.2.2:5060"], "0.0.0.0"),
            (&["[::]:5060", "0.0.0.0:5060"], "::"),
            (&["[::1]:5060"], "::1"),
            (&["[::1]:5060", "[2001:db8::1]:5060"], "::"),
        ] {
            let sockets: Vec<SocketAddr> =
                listen.iter().map(|socket| socket.parse().expect("a socket")).collect();
            assert_eq!(
                media_address(&sockets),
                media.parse::<IpAddr>().expect("one"),
                "{listen:?}"
            );
        }
    }
}
