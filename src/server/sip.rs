//! What the SIP adapter is told of the configuration.

use std::net::Ipv4Addr;

use crate::config::{self, Config, Phone};
use crate::runtime::MAX_LEGS_PER_CALL;
use crate::telephony::rtp;
use crate::telephony::sip::{MediaSource, Network, Password, Settings};

/// The adapter's settings.
pub(super) fn settings(config: &Config) -> Settings {
    let media = rtp::Settings {
        ports: config.rtp.ports.clone(),
        bind: config.sip.listen.first().map_or(Ipv4Addr::UNSPECIFIED.into(), |socket| socket.ip()),
        threads: config.rtp.threads.map_or(0, usize::from),
        max_streams: config.limits.calls.saturating_mul(MAX_LEGS_PER_CALL),
        ..rtp::Settings::default()
    };
    let users = config.agents.values().filter_map(|agent| match &agent.phone {
        Phone::Registered { user, password } => {
            Some((user.clone(), Password::new(password.reveal())))
        }
        Phone::Address(_) => None,
    });
    Settings {
        advertise: config.sip.advertise,
        realm: config.sip.realm.clone(),
        allow: config.sip.allow.iter().map(|n| Network::new(n.address, n.prefix)).collect(),
        users: users.collect(),
        media_source: match config.sip.media_source {
            config::MediaSource::Auto => MediaSource::Auto,
            config::MediaSource::Strict => MediaSource::Strict,
            config::MediaSource::Learn => MediaSource::Learn,
        },
        via: config.transfers.via.clone(),
        max_calls: config.limits.calls,
        ..Settings::new(config.sip.listen.clone(), media)
    }
}
