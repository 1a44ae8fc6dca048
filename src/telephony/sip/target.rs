//! Where an outgoing INVITE goes: from a `sip:` address to host and port, and from a name to an address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::call::LegId;
use crate::sip::{DialogId, Transport};

/// Longest address taken, in bytes.
const MAX_URI_BYTES: usize = 512;

/// The place that a `sip:` or `sips:` address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Where it is.
    pub(super) host: Host,
    /// How it is reached.
    pub(super) transport: Transport,
    /// Whether the address says so; if not, its name may say otherwise.
    pub(super) fixed: bool,
}

/// Where a place is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// An address as it stands.
    Known(SocketAddr),
    /// A name to be looked up, and the port if one is written.
    Named(String, Option<u16>),
}

/// Whose place is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// A call on this leg.
    Dial(LegId),
    /// A call that was redirected.
    Redirect(DialogId),
}

/// One of the spots where a place is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// Where it is.
    pub(super) address: SocketAddr,
    /// How it is reached.
    pub(super) transport: Transport,
    /// The name that it was looked up by: its certificate must bear it.
    pub(super) name: Option<Arc<str>>,
}

/// The place of an address that can be called; `None` for anything else. A WebSocket is none: its phones connect to
/// us.
pub(super) fn place(uri: &str) -> Option<Place> {
    let plain = uri.len() <= MAX_URI_BYTES && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let (scheme, rest) = uri.split_once(':').filter(|_| plain)?;
    let secure = scheme.eq_ignore_ascii_case("sips");
    if !secure && !scheme.eq_ignore_ascii_case("sip") {
        return None;
    }
    let mut parts = rest.split(['?', ';']);
    let host = parts.next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut named = parts.filter_map(|parameter| parameter.split_once('='));
    let named = named.find(|(name, _)| name.eq_ignore_ascii_case("transport"));
    let named = named.map(|(_, value)| Transport::named(value.as_bytes()));
    let fixed = secure || named.is_some();
    let transport = match (secure, named) {
        (false, None) => Transport::Udp,
        (false, Some(named)) => named?,
        // Under `sips` TLS is what TCP means (RFC 3261 §26.2.2).
        (true, None | Some(Some(Transport::Tcp | Transport::Tls))) => Transport::Tls,
        (true, Some(_)) => return None,
    };
    if matches!(transport, Transport::Ws | Transport::Wss) {
        return None;
    }
    Some(Place { host: host_of(host, transport.default_port())?, transport, fixed })
}

/// The host in `host`, `host:port` or `[host]:port`.
fn host_of(host: &str, usual_port: u16) -> Option<Host> {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return Some(Host::Known(address));
    }
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Host::Known(SocketAddr::new(address, usual_port)));
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (host, None),
    };
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    is_name.then(|| Host::Named(name.to_owned(), port))
}

/// The address of a number behind the trunk `via`, a `sip:` address without a user.
pub(super) fn number_at(number: &str, via: &str) -> Option<String> {
    let dialled = !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'*'));
    let (scheme, host) = via.split_once(':')?;
    dialled.then(|| format!("{scheme}:{number}@{host}"))
}

/// A proxy's address as a `Route` value: it routes loosely.
#[must_use]
pub fn route(proxy: &str) -> String {
    if proxy.contains(";lr") { format!("<{proxy}>") } else { format!("<{proxy};lr>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_their_place() {
        let by = |transport, host| Some(Place { host, transport, fixed: true });
        let open = |host| Some(Place { host, transport: Transport::Udp, fixed: false });
        let at = |address: &str| Host::Known(address.parse().expect(address));
        let known = |address: &str| open(at(address));
        let called = |name: &str, port| Host::Named(name.to_owned(), port);
        let named = |name: &str, port| open(called(name, port));
        for (uri, expected) in [
            ("sip:budi@127.0.0.1:5070", known("127.0.0.1:5070")),
            ("SIP:127.0.0.1", known("127.0.0.1:5060")),
            (
                "sip:b@[2001:db8::1]:5070;transport=UDP",
                by(Transport::Udp, at("[2001:db8::1]:5070")),
            ),
            ("sip:b@[2001:db8::1]", known("[2001:db8::1]:5060")),
            ("sip:budi:secret@pbx.example;user=phone", named("pbx.example", None)),
            ("sip:budi@pbx.example:5080?Subject=x", named("pbx.example", Some(5080))),
            ("sip:b@pbx.example;transport=tcp", by(Transport::Tcp, called("pbx.example", None))),
            ("sip:b@192.0.2.7;Transport=TLS", by(Transport::Tls, at("192.0.2.7:5061"))),
            ("sips:budi@pbx.example", by(Transport::Tls, called("pbx.example", None))),
            ("sips:[::1]:5071;transport=tcp", by(Transport::Tls, at("[::1]:5071"))),
            ("sips:budi@pbx.example;transport=udp", None),
            ("sip:b@pbx.example;transport=ws", None),
            ("sip:b@pbx.example;transport=sctp", None),
            ("tel:+62215550100", None),
            ("sip:", None),
            ("sip:b@pbx.example:99999", None),
            ("sip:b@pbx example", None),
            ("budi", None),
        ] {
            assert_eq!(place(uri), expected, "{uri}");
        }
    }

    #[test]
    fn a_number_is_dialled_only_if_it_is_one() {
        let via = "sip:trunk.example:5062";
        let dialled = number_at("+62215550100", via);
        assert_eq!(dialled.as_deref(), Some("sip:+62215550100@trunk.example:5062"));
        for number in ["", "1@evil.example", "1;x=y", "sip:1", "1#2", "12 3"] {
            assert_eq!(number_at(number, via), None, "{number}");
        }
    }
}
