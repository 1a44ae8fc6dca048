//! Where an outgoing INVITE goes: from a `sip:` address to host and port, and from a name to an address.

use std::net::{IpAddr, SocketAddr};

use tokio::time::timeout;

use crate::time::Duration;

/// The port of SIP over UDP where none is written (RFC 3261 §19.1.2).
const SIP_PORT: u16 = 5060;
/// How long the search for a name may take.
const LOOKUP_LIMIT: Duration = Duration::from_secs(3);
/// Longest address taken, in bytes.
const MAX_URI_BYTES: usize = 512;

/// The place that a `sip:` address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// An address as it stands.
    Known(SocketAddr),
    /// A name to be looked up, and the port.
    Named(String, u16),
}

/// The place of a `sip:` address that can be reached over UDP; `None` for anything else.
pub(super) fn place(uri: &str) -> Option<Place> {
    let plain = uri.len() <= MAX_URI_BYTES && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let (scheme, rest) = uri.split_once(':').filter(|_| plain)?;
    if !scheme.eq_ignore_ascii_case("sip") {
        return None;
    }
    let mut parts = rest.split(['?', ';']);
    let host = parts.next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let other_transport = |parameter: &str| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("transport") && !value.eq_ignore_ascii_case("udp")
        })
    };
    if parts.any(other_transport) {
        return None;
    }
    if let Ok(address) = host.parse::<SocketAddr>() {
        return Some(Place::Known(address));
    }
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Place::Known(SocketAddr::new(address, SIP_PORT)));
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (host, SIP_PORT),
    };
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    is_name.then(|| Place::Named(name.to_owned(), port))
}

/// The address of a number behind the trunk `via`, a `sip:` address without a user.
pub(super) fn number_at(number: &str, via: &str) -> Option<String> {
    let dialled = !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'*'));
    let (scheme, host) = via.split_once(':')?;
    dialled.then(|| format!("{scheme}:{number}@{host}"))
}

/// Looks a name up, preferring an address of the family that our sockets have.
pub(super) async fn look_up(name: String, port: u16, ipv4: bool) -> Option<SocketAddr> {
    let lookup = timeout(LOOKUP_LIMIT.to_std(), tokio::net::lookup_host((name, port)));
    lookup.await.ok()?.ok()?.find(|address| address.is_ipv4() == ipv4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_their_place() {
        let known = |address: &str| Some(Place::Known(address.parse().expect(address)));
        let named = |name: &str, port| Some(Place::Named(name.to_owned(), port));
        for (uri, expected) in [
            ("sip:budi@127.0.0.1:5070", known("127.0.0.1:5070")),
            ("SIP:127.0.0.1", known("127.0.0.1:5060")),
            ("sip:b@[2001:db8::1]:5070;transport=UDP", known("[2001:db8::1]:5070")),
            ("sip:b@[2001:db8::1]", known("[2001:db8::1]:5060")),
            ("sip:budi:secret@pbx.example;user=phone", named("pbx.example", 5060)),
            ("sip:budi@pbx.example:5080?Subject=x", named("pbx.example", 5080)),
            ("sip:budi@pbx.example;transport=tcp", None),
            ("sips:budi@pbx.example", None),
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
