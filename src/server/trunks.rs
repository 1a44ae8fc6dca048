//! What the SIP adapter is told of trunks.

use std::sync::Arc;

use crate::call::NumberPattern;
use crate::config::{Config, Trunk, TrunkIdentity};
use crate::sip::{Identity, Login, Registration, TrunkLimits, TrunkSettings};
use crate::telephony::sip::{Network, TrunkLine, route};

/// The name of the trunk that `transfers.via` stands for.
const VIA: &str = "via";

/// The trunks of a configuration; that of `transfers.via` last, for all numbers that no other is for.
pub(super) fn lines(config: &Config) -> Vec<TrunkLine> {
    let node = &config.sip.realm;
    let trunks = config.trunks.iter().map(|(name, trunk)| line(name, trunk, node));
    let via = config.transfers.via.as_ref().map(|via| gateway(via, node));
    trunks.chain(via).collect()
}

fn line(name: &Arc<str>, trunk: &Trunk, node: &Arc<str>) -> TrunkLine {
    let patterns = |list: &[Arc<str>]| list.iter().filter_map(|n| NumberPattern::read(n)).collect();
    let caller_ids: Vec<NumberPattern> = patterns(&trunk.caller_ids);
    let first = caller_ids.iter().find(|pattern| pattern.is_number());
    let login = trunk.login.as_ref();
    let user = login.map(|login| login.user.clone());
    let own_number = first.map(|pattern| pattern.as_str().into()).or_else(|| user.clone());
    let register = trunk.register.zip(user);
    let settings = TrunkSettings {
        name: name.clone(),
        domain: trunk.addresses.first().map(|address| domain(address)).unwrap_or_default(),
        ways: Vec::new(),
        routes: trunk.proxy.iter().map(|proxy| route(proxy)).collect(),
        login: login.map(|login| Login {
            user: login.user.clone(),
            password: login.password.reveal().into(),
            realm: login.realm.clone(),
        }),
        register: register.map(|(expires, user)| Registration { user, expires }),
        keepalive: trunk.keepalive,
        numbers: patterns(&trunk.numbers),
        caller_ids,
        own_number: own_number.unwrap_or_else(|| node.clone()),
        identity: match trunk.identity {
            TrunkIdentity::Asserted => Identity::Asserted,
            TrunkIdentity::RemoteParty => Identity::RemoteParty,
            TrunkIdentity::None => Identity::None,
        },
        limits: TrunkLimits {
            incoming: trunk.incoming.unwrap_or(usize::MAX),
            outgoing: trunk.outgoing,
            per_day: trunk.per_day,
            length: trunk.length,
        },
        accepts: true,
    };
    let addresses = match &trunk.proxy {
        Some(proxy) => vec![proxy.clone()],
        None => trunk.addresses.clone(),
    };
    let from = trunk.from.iter().map(|n| Network::new(n.address, n.prefix)).collect();
    TrunkLine { settings, addresses, from }
}

/// A gateway that numbers go through and nothing comes from. It is shown whatever number a flow wants.
fn gateway(via: &Arc<str>, node: &Arc<str>) -> TrunkLine {
    let any = || NumberPattern::read("*").into_iter().collect();
    let settings = TrunkSettings {
        name: VIA.into(),
        domain: domain(via),
        ways: Vec::new(),
        routes: Vec::new(),
        login: None,
        register: None,
        keepalive: None,
        numbers: any(),
        caller_ids: any(),
        own_number: node.clone(),
        identity: Identity::None,
        limits: TrunkLimits::default(),
        accepts: false,
    };
    TrunkLine { settings, addresses: vec![via.clone()], from: Vec::new() }
}

/// The host of a `sip:` address, with its port.
fn domain(address: &str) -> Arc<str> {
    let rest = address.split_once(':').map_or(address, |(_, rest)| rest);
    rest.split([';', '?']).next().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_stands_behind_the_trunks() {
        let text = "sambung: 1\n\
                    trunks:\n  telko:\n    address: [\"sip:sip.telko.example:5080;transport=udp\"]\n    \
                    caller_id: [\"+6221*\", \"+62215550100\"]\n    numbers: [\"+62*\"]\n\
                    transfers: { allow: [\"+62*\"], via: \"sip:192.0.2.10\" }\n";
        let reading =
            crate::config::read("sambung.yaml", text.as_bytes(), std::path::Path::new(""));
        let lines = lines(&reading.config.expect("clean"));
        let [telko, via] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(&*telko.settings.domain, "sip.telko.example:5080");
        assert_eq!(&*telko.settings.own_number, "+62215550100");
        assert_eq!((&*via.settings.name, via.settings.accepts), ("via", false));
        for (wanted, shown) in [
            (Some("+62215550199"), "+62215550199"),
            (Some("+62811"), "+62215550100"),
            (Some("evil@x"), "+62215550100"),
            (None, "+62215550100"),
        ] {
            assert_eq!(&*telko.settings.shown(wanted).number, shown, "{wanted:?}");
        }
    }
}
