//! Reading what a message says: parties, tags, routes, bodies. Bounded text only, control characters left out.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use sipx_sip::headers::misc::{Expires, MaxForwards};
use sipx_sip::headers::{
    Address, CSeq, ContactValue, ContentType, From, RecordRoute, To, Via, first_hop_end,
};
use sipx_sip::{Header, HeaderName, Headers, Host, Method, Request, Uri};

use super::event::{Contact, Contacts};
use super::multipart;
use super::status;
use super::transport::Transport;
use crate::call::{HangupCause, Party};

/// The longest text taken from one header field, in characters.
const MAX_TEXT: usize = 1_024;
/// The longest user part or display name, in characters.
const MAX_NAME: usize = 128;
/// The most contacts that one REGISTER may bring.
const MAX_CONTACTS: usize = 16;
/// The most hops that a route set may have.
const MAX_ROUTES: usize = 16;
/// The most `Reason` fields that are looked at.
const MAX_REASONS: usize = 8;
/// The most `Accept` fields that are looked at.
const MAX_ACCEPTS: usize = 16;
/// The highest `q`, in per mille.
const MOST_PREFERRED: u16 = 1_000;
/// `Max-Forwards` where none was sent (RFC 3261 §8.1.1.6).
const DEFAULT_MAX_FORWARDS: u8 = 70;

/// The value of the first field of this name as text.
pub(super) fn text(headers: &Headers, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|header| clean(&header.value(), MAX_TEXT))
}

fn clean(bytes: &[u8], limit: usize) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(limit).collect()
}

/// The value of the first field of this name, unfolded; empty if there is none.
pub(super) fn value(headers: &Headers, name: &HeaderName) -> Box<[u8]> {
    headers.get(name).map(|header| header.value().into_owned().into()).unwrap_or_default()
}

/// The tag in `From`.
pub(super) fn from_tag(headers: &Headers) -> Box<[u8]> {
    let tag = headers.typed::<From>().and_then(Result::ok).and_then(|f| f.tag().map(Into::into));
    tag.unwrap_or_default()
}

/// The tag in `To`, if it has one.
pub(super) fn to_tag(headers: &Headers) -> Option<Box<[u8]>> {
    headers.typed::<To>().and_then(Result::ok).and_then(|to| to.tag().map(Into::into))
}

/// The number in `CSeq`; 0 if there is none to read.
pub(super) fn sequence(headers: &Headers) -> u32 {
    headers.typed::<CSeq>().and_then(Result::ok).map_or(0, |cseq| cseq.sequence)
}

/// The value of `Max-Forwards`, or its usual start.
pub(super) fn max_forwards(headers: &Headers) -> u8 {
    headers.typed::<MaxForwards>().and_then(Result::ok).map_or(DEFAULT_MAX_FORWARDS, |max| max.0)
}

/// What a body holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing.
    Empty,
    /// A session description.
    Sdp(Bytes),
    /// Something else, by its type in lower case; empty if the type is missing or unreadable.
    Other(String, Bytes),
}

/// Sorts a body by its type.
pub(super) fn content(headers: &Headers, body: &Bytes) -> Content {
    if body.is_empty() {
        return Content::Empty;
    }
    match headers.typed::<ContentType>() {
        Some(Ok(kind)) if kind.is("application", "sdp") => Content::Sdp(body.clone()),
        Some(Ok(kind)) if kind.media_type == b"multipart" => {
            match multipart::session(body, &boundary(&kind)) {
                Some(sdp) => Content::Sdp(sdp),
                None => Content::Other("multipart/mixed".to_owned(), body.clone()),
            }
        }
        Some(Ok(kind)) => {
            let name = [kind.media_type.as_slice(), b"/", kind.subtype.as_slice()].concat();
            Content::Other(clean(&name, MAX_NAME), body.clone())
        }
        Some(Err(_)) | None => Content::Other(String::new(), body.clone()),
    }
}

fn boundary(kind: &ContentType) -> Vec<u8> {
    let raw = kind.param("boundary").unwrap_or_default();
    raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")).unwrap_or(raw).to_vec()
}

/// Whether a body need not be understood by those who cannot (RFC 5621 §3.4: `handling=optional`).
pub(super) fn is_optional(headers: &Headers) -> bool {
    let disposition = text(headers, &HeaderName::ContentDisposition).unwrap_or_default();
    disposition.to_ascii_lowercase().split(';').skip(1).any(|parameter| {
        parameter
            .split_once('=')
            .is_some_and(|(name, value)| name.trim() == "handling" && value.trim() == "optional")
    })
}

/// Whether the sender takes a session description in the answer (RFC 3261 §20.1: without `Accept` it does).
pub(super) fn accepts_sdp(headers: &Headers) -> bool {
    let mut rows = headers.get_all(&HeaderName::Accept).take(MAX_ACCEPTS).peekable();
    rows.peek().is_none()
        || rows.any(|row| {
            let list = clean(&row.value(), MAX_TEXT).to_ascii_lowercase();
            list.split(',').any(|range| {
                let kind = range.split(';').next().unwrap_or_default().trim();
                matches!(kind, "application/sdp" | "application/*" | "*/*")
            })
        })
}

/// The session description in a message, if it holds one.
pub(super) fn sdp(headers: &Headers, body: &Bytes) -> Option<Bytes> {
    match content(headers, body) {
        Content::Sdp(sdp) => Some(sdp),
        Content::Empty | Content::Other(..) => None,
    }
}

/// Whether the `Contact` fields, if there are any, can be read, and the first is not one that no request can go to:
/// only a registered one may bring header fields (RFC 3261 §19.1.5).
pub(super) fn has_readable_contact(request: &Request) -> bool {
    let registers = request.method == Method::Register;
    let all = request.headers.typed_all::<ContactValue>().enumerate();
    all.take(MAX_CONTACTS).all(|(index, value)| match value {
        Ok(ContactValue::Address(address)) => registers || index > 0 || !address.uri.has_headers(),
        Ok(ContactValue::Wildcard) => true,
        Err(_) => false,
    })
}

/// The URI in `From`: where requests inside the dialog go if the caller, as RFC 2543 allowed, sent no `Contact`.
pub(super) fn from_uri(headers: &Headers) -> Option<Box<[u8]>> {
    let from = address(headers, &HeaderName::From)?;
    Some(from.uri.to_bytes().to_vec().into())
}

/// The URI of the first `Contact`: where requests inside the dialog go.
pub(super) fn contact(headers: &Headers) -> Option<Box<[u8]>> {
    match headers.typed::<ContactValue>() {
        Some(Ok(ContactValue::Address(address))) => {
            let usable = address.uri.scheme().is_sip() && !address.uri.has_headers();
            usable.then(|| address.uri.to_bytes().to_vec().into())
        }
        _ => None,
    }
}

/// The `Record-Route` entries as `Route` values, in the order of the message.
pub(super) fn routes(headers: &Headers) -> Vec<Box<[u8]>> {
    let entries = headers.typed_all::<RecordRoute>().filter_map(Result::ok).take(MAX_ROUTES);
    entries.map(|route| route_value(&route.0)).collect()
}

fn route_value(address: &Address) -> Box<[u8]> {
    let mut out = b"<".to_vec();
    address.uri.write_to(&mut out);
    out.push(b'>');
    for param in &address.params {
        out.push(b';');
        out.extend_from_slice(&param.name);
        if let Some(value) = &param.value {
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
    out.into()
}

/// The user part of a URI, decoded: for `tel:` the number without visual separators.
pub(super) fn user(uri: &Uri) -> Option<String> {
    let bytes = match uri.tel_parts() {
        Some(tel) => {
            let digits = tel.subscriber().iter().filter(|b| !b"-.()".contains(b));
            digits.copied().collect()
        }
        None => uri.decoded_user()?,
    };
    // A mark instead of each control character: leaving them out would make two users of different names one.
    let marked = String::from_utf8_lossy(&bytes).replace(char::is_control, "\u{fffd}");
    let name: String = marked.chars().take(MAX_NAME).collect();
    let user = name.split(';').next().unwrap_or_default();
    (!user.is_empty()).then(|| user.to_owned())
}

/// The address in the first value of a header field.
fn address(headers: &Headers, name: &HeaderName) -> Option<Address> {
    let header = headers.get(name)?;
    Address::parse_list(&header.value(), "address").ok()?.into_iter().next()
}

/// Every address in the fields of this name, in order; none if any cannot be read.
fn addresses(headers: &Headers, name: &HeaderName) -> Vec<Address> {
    let lists = headers.get_all(name).map(|header| Address::parse_list(&header.value(), "address"));
    let lists: Result<Vec<_>, _> = lists.collect();
    lists.map(|lists| lists.into_iter().flatten().collect()).unwrap_or_default()
}

/// The user part in the first address of a header field.
pub(super) fn user_in(headers: &Headers, name: &HeaderName) -> Option<String> {
    user(&address(headers, name)?.uri)
}

/// Who calls, as `From` claims and `Privacy` lets us see.
pub(super) fn caller(headers: &Headers) -> Party {
    let Some(from) = address(headers, &HeaderName::From) else { return Party::default() };
    let number = user(&from.uri).filter(|_| !is_withheld(headers, &from.uri));
    let name = from.display_name.filter(|_| number.is_some());
    Party {
        number: number.map(Into::into),
        name: name.map(|n| clean(&n, MAX_NAME)).filter(|n| !n.is_empty()).map(Into::into),
    }
}

/// Whether the caller asked not to be named (RFC 3323 §4.1, RFC 3325 §9.3).
fn is_withheld(headers: &Headers, from: &Uri) -> bool {
    let hidden = |user: &[u8]| user.eq_ignore_ascii_case(b"anonymous");
    let private = text(headers, &HeaderName::Privacy).unwrap_or_default().to_ascii_lowercase();
    from.user().is_some_and(hidden)
        || private.split([';', ',']).any(|word| matches!(word.trim(), "id" | "user" | "full"))
}

/// The number that was called first, before the call was diverted: the oldest, and therefore last, `Diversion`
/// (RFC 5806 §5), else the first `History-Info` entry where others follow (RFC 7044 §5).
pub(super) fn diverted_from(headers: &Headers) -> Option<String> {
    let diversion = HeaderName::Other(Bytes::from_static(b"Diversion"));
    let oldest = addresses(headers, &diversion).last().and_then(|address| user(&address.uri));
    oldest.or_else(|| {
        let history = addresses(headers, &HeaderName::HistoryInfo);
        let (first, later) = history.split_first()?;
        (!later.is_empty()).then(|| user(&first.uri))?
    })
}

/// The user part of `Remote-Party-ID` (draft-ietf-sip-privacy-04), unless it is to be kept private.
pub(super) fn remote_party(headers: &Headers) -> Option<String> {
    let party = address(headers, &HeaderName::Other(Bytes::from_static(b"Remote-Party-ID")))?;
    let private = party.param("privacy").is_some_and(|level| !level.eq_ignore_ascii_case(b"off"));
    user(&party.uri).filter(|_| !private)
}

/// Whether a request has been here before: a `Via` of ours is among those that it collected (RFC 3261 §16.3).
pub(super) fn has_passed(headers: &Headers, address: SocketAddr) -> bool {
    let ours = |via: &Via| {
        let port = via.port.unwrap_or(5060);
        matches!(via.host, Host::Ip(ip) if SocketAddr::new(ip, port) == address)
    };
    headers.typed_all::<Via>().filter_map(Result::ok).any(|via| ours(&via))
}

/// The contacts of a REGISTER.
pub(super) fn contacts(headers: &Headers) -> Contacts {
    let mut list = Vec::new();
    let mut all = false;
    for value in headers.typed_all::<ContactValue>().filter_map(Result::ok).take(MAX_CONTACTS) {
        match value {
            ContactValue::Wildcard => all = true,
            ContactValue::Address(address) => list.push(Contact {
                uri: clean(&address.uri.to_bytes(), MAX_TEXT),
                expires: address.param("expires").and_then(seconds),
                preference: address.param("q").map_or(MOST_PREFERRED, preference),
            }),
        }
    }
    match (all, list.is_empty()) {
        (false, _) => Contacts::Some(list),
        (true, true) => Contacts::All,
        (true, false) => Contacts::Contradictory,
    }
}

/// A `q` parameter (RFC 3261 §25.1 `qvalue`) in per mille; what is none counts least.
fn preference(text: &[u8]) -> u16 {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = part.chars().chain(['0'; 3]).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("1", _) => MOST_PREFERRED,
        ("0" | "", Ok(part)) => part,
        _ => 0,
    }
}

fn seconds(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number alone in the first field of this name; what follows a semicolon or a comment does not count.
pub(super) fn number(headers: &Headers, name: &HeaderName) -> Option<u32> {
    let text = text(headers, name)?;
    text.split([';', '(', ' ']).next()?.trim().parse().ok()
}

/// The contacts in the answer to a REGISTER of ours, each with its own `expires`.
pub(super) fn bindings(headers: &Headers) -> Vec<(String, Option<u32>)> {
    match contacts(headers) {
        Contacts::All | Contacts::Contradictory => Vec::new(),
        Contacts::Some(list) => list.into_iter().map(|c| (c.uri, c.expires)).collect(),
    }
}

/// The entries of a `Path` or `Service-Route` field as `Route` values, in order (RFC 3327 §5, RFC 3608 §5).
pub(super) fn path(headers: &Headers, name: &HeaderName) -> Vec<String> {
    let entries = addresses(headers, name).into_iter().take(MAX_ROUTES);
    entries.map(|route| clean(&route_value(&route), MAX_TEXT)).collect()
}

/// The value of `Expires`, in seconds.
pub(super) fn expires(headers: &Headers) -> Option<u32> {
    headers.typed::<Expires>().and_then(Result::ok).map(|expires| expires.0)
}

/// What the `Via` of a request says about the way back (RFC 3261 §18.2, RFC 3581).
#[derive(Debug, Clone, Copy)]
pub(super) struct WayBack {
    /// Where responses go.
    pub(super) to: SocketAddr,
    /// Whether the sender itself (no proxy between) names another address than its datagrams come from.
    pub(super) translated: bool,
}

/// Notes in the topmost `Via` where the request really came from, and tells the way back.
///
/// `None` if the request has no readable `Via`, so that nobody can be answered.
pub(super) fn mark_source(
    headers: &mut Headers,
    from: SocketAddr,
    transport: Transport,
) -> Option<WayBack> {
    let via = headers.typed::<Via>()?.ok()?;
    let hops = headers.count(&HeaderName::Via);
    let row = headers.get(&HeaderName::Via)?.value().into_owned();
    let end = first_hop_end(&row);
    let (first, rest) = row.split_at_checked(end)?;
    let marked = [mark_hop(first, from).as_slice(), rest].concat();
    let place = headers.iter().position(|header| *header.name() == HeaderName::Via)?;
    headers.remove_first(&HeaderName::Via)?;
    headers.insert(place, Header::build(HeaderName::Via, marked).ok()?);
    // Over a connection the way back is the connection; what is sought is where a new one could lead.
    let symmetric = via.rport().is_some() && !transport.is_reliable();
    let sent_by = via.port.unwrap_or(transport.default_port());
    let port = if symmetric { from.port() } else { sent_by };
    let stranger = matches!(via.host, Host::Ip(ip) if ip != from.ip());
    Some(WayBack {
        to: SocketAddr::new(from.ip(), port),
        translated: stranger && hops == 1 && rest.is_empty(),
    })
}

fn mark_hop(hop: &[u8], from: SocketAddr) -> Vec<u8> {
    let mut out = Vec::with_capacity(hop.len() + 48);
    for (index, part) in split_parameters(hop).into_iter().enumerate() {
        let name = part.split(|b| *b == b'=').next().unwrap_or_default().trim_ascii();
        if index > 0 && name.eq_ignore_ascii_case(b"received") {
            continue;
        }
        if index > 0 {
            out.push(b';');
        }
        if index > 0 && name.eq_ignore_ascii_case(b"rport") {
            out.extend_from_slice(format!("rport={}", from.port()).as_bytes());
        } else {
            out.extend_from_slice(part.trim_ascii());
        }
    }
    out.extend_from_slice(format!(";received={}", from.ip()).as_bytes());
    out
}

/// Splits at semicolons outside quotes.
fn split_parameters(hop: &[u8]) -> Vec<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    hop.split(|byte| {
        let split = *byte == b';' && !quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        split
    })
    .collect()
}

/// The place that a URI names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The address.
    pub(super) address: SocketAddr,
    /// How messages travel there, if the URI says it.
    pub(super) transport: Option<Transport>,
}

/// The place that a URI names by number; `None` for a host name or another kind of URI.
pub(super) fn place(uri: &Uri) -> Option<Place> {
    let named = uri.transport().and_then(Transport::named);
    let transport = match (is_sips(uri), named) {
        (false, named) => named,
        (true, Some(Transport::Ws | Transport::Wss)) => Some(Transport::Wss),
        (true, Some(Transport::Udp | Transport::Tcp | Transport::Tls) | None) => {
            Some(Transport::Tls)
        }
    };
    let usual = transport.unwrap_or(Transport::Udp).default_port();
    match uri.host()? {
        Host::Ip(ip) => {
            let address = SocketAddr::new(*ip, uri.port().unwrap_or(usual));
            Some(Place { address, transport })
        }
        Host::Name(_) => None,
    }
}

/// The place that a `Route` value names by number.
pub(super) fn route_place(route: &[u8]) -> Option<Place> {
    place(&Address::parse(route, "Route").ok()?.uri)
}

/// Whether a URI wants every hop to be one that nobody can read.
pub(super) fn is_sips(uri: &Uri) -> bool {
    uri.scheme().as_bytes().eq_ignore_ascii_case(b"sips")
}

/// Whether a `Route` value is a loose router's (RFC 3261 §16.12.1.1).
pub(super) fn is_loose(route: &[u8]) -> bool {
    let address = Address::parse(route, "Route");
    address.is_ok_and(|a| a.uri.params().is_some_and(|params| params.contains("lr")))
}

/// The option tags of `Require` that are none of `known`, for `Unsupported`. What is required of proxies
/// (`Proxy-Require`) is no business of an endpoint (RFC 3261 §8.2.2.3).
pub(super) fn unsupported(headers: &Headers, known: &[&str]) -> Vec<String> {
    let rows = headers.get_all(&HeaderName::Require).map(|row| clean(&row.value(), MAX_TEXT));
    let tags: Vec<String> = rows.flat_map(|row| tags(&row)).collect();
    tags.into_iter()
        .filter(|tag| !known.iter().any(|ours| tag.eq_ignore_ascii_case(ours)))
        .collect()
}

/// Whether a list of option tags names this one.
pub(super) fn has_option(headers: &Headers, name: &HeaderName, tag: &str) -> bool {
    let mut rows = headers.get_all(name).map(|row| clean(&row.value(), MAX_TEXT));
    rows.any(|row| tags(&row).iter().any(|found| found.eq_ignore_ascii_case(tag)))
}

/// Whether `Allow` names a method; `None` without `Allow`.
pub(super) fn allows(headers: &Headers, method: &str) -> Option<bool> {
    let mut rows = headers.get_all(&HeaderName::Allow).peekable();
    rows.peek()?;
    Some(rows.any(|row| tags(&clean(&row.value(), MAX_TEXT)).iter().any(|found| found == method)))
}

fn tags(row: &str) -> Vec<String> {
    row.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}

/// Whether an address is one that a datagram can be sent to.
pub(super) fn is_reachable(address: SocketAddr) -> bool {
    let unusable = match address.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast(),
        IpAddr::V6(ip) => ip.is_unspecified() || ip.is_multicast(),
    };
    address.port() != 0 && !unusable
}

/// Why a call ends, as `Reason` says (RFC 3326); Q.850 says more than SIP where both are there.
pub(super) fn reason(headers: &Headers) -> Option<HangupCause> {
    let rows = headers.get_all(&HeaderName::Reason).take(MAX_REASONS);
    let rows: Vec<String> = rows.map(|row| clean(&row.value(), MAX_TEXT)).collect();
    let said: Vec<(&str, u16)> = rows.iter().flat_map(|row| reasons(row)).collect();
    let by = |wanted: &str| {
        let mut named = said.iter().filter(|(protocol, _)| protocol.eq_ignore_ascii_case(wanted));
        named.find_map(|(protocol, cause)| status::reason_cause(protocol, *cause))
    };
    by("Q.850").or_else(|| by("SIP"))
}

/// The protocols and causes of one row. A comma in quotation marks may split a text; what follows then has no cause.
fn reasons(row: &str) -> impl Iterator<Item = (&str, u16)> {
    row.split(',').filter_map(|value| {
        let mut parts = value.split(';');
        let protocol = parts.next()?.trim();
        let cause = parts.find_map(|part| {
            let (name, cause) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("cause").then_some(cause.trim())
        })?;
        Some((protocol, cause.parse().ok()?))
    })
}

/// The URIs of a redirection that a call can go to, the preferred one first (RFC 3261 §8.1.3.4).
pub(super) fn redirections(headers: &Headers) -> Vec<String> {
    let mut found = Vec::new();
    for value in headers.typed_all::<ContactValue>().filter_map(Result::ok).take(MAX_CONTACTS) {
        if let ContactValue::Address(address) = value {
            let usable = address.uri.scheme().is_sip() && !address.uri.has_headers();
            let weight = address.param("q").map_or(1_000, thousandths);
            let uri = clean(&address.uri.to_bytes(), MAX_TEXT);
            if usable && !found.iter().any(|(_, other)| *other == uri) {
                found.push((weight, uri));
            }
        }
    }
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, uri)| uri).collect()
}

/// A `q` value in thousandths; what is none counts as nothing.
fn thousandths(text: &[u8]) -> u16 {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let whole = whole.parse::<u16>().unwrap_or(0).min(1);
    (whole * 1_000 + digits.parse::<u16>().unwrap_or(0)).min(1_000)
}
