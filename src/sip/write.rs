//! Building messages, so that no text from anywhere can end a header line or begin another.

use std::net::SocketAddr;

use bytes::Bytes;
use sipx_sip::headers::{Address, To};
use sipx_sip::{Header, HeaderName, Headers, Message, Request, Response, StatusCode, Uri};

use super::status::phrase;
use super::transport::Transport;

/// The methods that are answered with something else than 405 (RFC 3261 §20.5).
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, REGISTER";
/// The extensions that may be required of us (RFC 3261 §20.37).
pub(super) const SUPPORTED: &str = "replaces, norefersub";
/// The option tag of provisional answers that are acknowledged (RFC 3262).
pub(super) const RELIABLE: &str = "100rel";
/// The only body type that a session is negotiated with.
pub(super) const SDP: &str = "application/sdp";
/// The body types that are understood in INVITE and UPDATE, the second where it holds the first.
pub(super) const ACCEPT: &str = "application/sdp, multipart/mixed";
/// The longest display name that is sent, in characters.
const MAX_DISPLAY: usize = 80;
/// The longest value of one header field that is sent, in bytes.
const MAX_VALUE: usize = 4_096;

/// Appends a header field. Control characters become spaces; a name that is no token leaves the field out.
pub(super) fn add(headers: &mut Headers, name: HeaderName, value: impl AsRef<[u8]>) {
    let flat: Vec<u8> = value
        .as_ref()
        .iter()
        .take(MAX_VALUE)
        .map(|byte| if byte.is_ascii_control() { b' ' } else { *byte })
        .collect();
    if let Ok(header) = Header::build(name, flat) {
        headers.push(header);
    }
}

/// As [`add`], before all others.
pub(super) fn add_first(headers: &mut Headers, name: HeaderName, value: impl AsRef<[u8]>) {
    let mut alone = Headers::new();
    add(&mut alone, name, value);
    if let Some(header) = alone.iter().next() {
        headers.insert(0, header.clone());
    }
}

/// Header fields that the message itself needs; an order from above must not double them.
fn is_ours(name: &HeaderName) -> bool {
    matches!(
        name,
        HeaderName::Via
            | HeaderName::From
            | HeaderName::To
            | HeaderName::CallId
            | HeaderName::CSeq
            | HeaderName::MaxForwards
            | HeaderName::ContentLength
            | HeaderName::ContentType
            | HeaderName::Route
            | HeaderName::RecordRoute
    )
}

/// Appends header fields from above, as text.
pub(super) fn add_all(headers: &mut Headers, extra: &[(String, String)]) {
    for (name, value) in extra {
        let name = HeaderName::parse(&Bytes::copy_from_slice(name.as_bytes()));
        if !is_ours(&name) {
            add(headers, name, value);
        }
    }
}

/// The response that RFC 3261 §8.2.6.2 asks for: the copied headers, and `tag` in a `To` that has none.
pub(super) fn response(request: &Request, status: u16, tag: Option<u64>) -> Response {
    let code =
        StatusCode::new(status).or_else(|| StatusCode::new(500)).expect("500 is a status code");
    let mut response = Response::new(code, phrase(code.code()));
    for name in
        [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq]
    {
        for header in request.headers.get_all(&name) {
            match tag {
                Some(tag) if name == HeaderName::To && !has_tag(request) => {
                    let mut value = header.value().into_owned();
                    value.extend_from_slice(format!(";tag={}", tag_text(tag)).as_bytes());
                    add(&mut response.headers, HeaderName::To, value);
                }
                _ => response.headers.push(header.clone()),
            }
        }
    }
    response
}

fn has_tag(request: &Request) -> bool {
    matches!(request.headers.typed::<To>(), Some(Ok(to)) if to.tag().is_some())
}

/// Copies `Record-Route` into a response that makes a dialog (RFC 3261 §12.1.1).
pub(super) fn copy_record_route(request: &Request, headers: &mut Headers) {
    for header in request.headers.get_all(&HeaderName::RecordRoute) {
        headers.push(header.clone());
    }
}

/// Ends a message: a session description with its type, and its length.
pub(super) fn body(headers: &mut Headers, content: &Bytes) {
    body_of(headers, SDP, content);
}

/// Ends a message: the body with its type, and its length.
pub(super) fn body_of(headers: &mut Headers, kind: &str, content: &Bytes) {
    if !content.is_empty() {
        add(headers, HeaderName::ContentType, kind);
    }
    add(headers, HeaderName::ContentLength, content.len().to_string());
}

/// The bytes of a response.
pub(super) fn response_bytes(response: &Response) -> Bytes {
    let mut out = Vec::with_capacity(512);
    response.write_to(&mut out);
    Bytes::from(out.into_boxed_slice())
}

/// The bytes of a request.
pub(super) fn request_bytes(request: &Request) -> Bytes {
    let mut out = Vec::with_capacity(512);
    request.write_to(&mut out);
    Bytes::from(out.into_boxed_slice())
}

/// The bytes of a message.
pub(super) fn message_bytes(message: &Message) -> Bytes {
    let mut out = Vec::with_capacity(512);
    message.write_to(&mut out);
    Bytes::from(out.into_boxed_slice())
}

/// A tag as it is written: 16 hexadecimal digits.
pub(super) fn tag_text(tag: u64) -> String {
    format!("{tag:016x}")
}

/// The number in a tag of ours; `None` for a tag that we cannot have written.
pub(super) fn tag_number(tag: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(tag).ok()?;
    if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    u64::from_str_radix(text, 16).ok()
}

/// The `Via` of a request of ours (RFC 3261 §8.1.1.7, RFC 3581).
pub(super) fn via(transport: Transport, advertised: SocketAddr, branch: u64) -> String {
    format!("SIP/2.0/{} {advertised};rport;branch=z9hG4bK{branch:016x}", transport.in_via())
}

/// Where others reach us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doorstep {
    /// The address that they use.
    pub(super) address: SocketAddr,
    /// How messages travel there.
    pub(super) transport: Transport,
    /// Whether every hop must be one that nobody can read (RFC 3261 §8.1.1.8, §12.1.1).
    pub(super) sips: bool,
}

/// The `Contact` of this side.
pub(super) fn contact(doorstep: Doorstep) -> String {
    let Doorstep { address, transport, sips } = doorstep;
    let scheme = if sips { "sips" } else { "sip" };
    format!("<{scheme}:{address}{}>", transport.parameter(sips))
}

/// The host part of a URI for an address.
pub(super) fn host(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// The value of `From` without its tag: `"Name" <sip:user@host>`; the anonymous one of RFC 3323 without a user.
pub(super) fn identity(user: Option<&str>, display: Option<&str>, host: &str) -> String {
    match user {
        None => "\"Anonymous\" <sip:anonymous@anonymous.invalid>".to_owned(),
        Some(user) => {
            let uri = format!("<sip:{}@{host}>", escaped_user(user));
            match display.map(quoted).filter(|name| name.len() > 2) {
                Some(name) => format!("{name} {uri}"),
                None => uri,
            }
        }
    }
}

/// Percent-encodes what may not stand in the user part of a URI (RFC 3261 §25.1 `user`).
pub(super) fn escaped_user(user: &str) -> String {
    let mut out = String::with_capacity(user.len());
    for byte in user.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A quoted string (RFC 3261 §25.1): quotes and backslashes escaped, control characters left out, shortened.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()).take(MAX_DISPLAY) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// Reads a request URI that a request of ours may go to: `sip:`, `sips:` or `tel:`, no header components.
pub(super) fn request_uri(text: &[u8]) -> Option<Uri> {
    let uri = Uri::parse(Bytes::copy_from_slice(text)).ok()?;
    let known = uri.scheme().is_sip() || uri.tel_parts().is_some();
    (known && !uri.has_headers()).then_some(uri)
}

/// The URI inside a `Route` value, for a strict router.
pub(super) fn route_uri(route: &[u8]) -> Option<Uri> {
    Address::parse(route, "Route").ok().map(|address| address.uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_from_above_can_end_a_header_line() {
        let mut headers = Headers::new();
        add_all(
            &mut headers,
            &[
                ("Call-Info".into(), "<http://x>\r\nInjected: yes".into()),
                ("X-Tell\r\nInjected".into(), "left out".into()),
                ("via".into(), "ours alone".into()),
                ("User-to-User".into(), "00 \u{0}end".into()),
            ],
        );
        let mut out = Vec::new();
        headers.write_to(&mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "Call-Info: <http://x>  Injected: yes\r\nUser-to-User: 00  end\r\n"
        );
    }

    #[test]
    fn names_are_quoted_and_users_escaped() {
        for (user, display, expected) in [
            (Some("201"), None, "<sip:201@h>"),
            (Some("201"), Some("Sari \"S\" \\"), "\"Sari \\\"S\\\" \\\\\" <sip:201@h>"),
            (Some("a@b>c"), Some("\r\n"), "<sip:a%40b%3Ec@h>"),
            (None, Some("x"), "\"Anonymous\" <sip:anonymous@anonymous.invalid>"),
        ] {
            assert_eq!(identity(user, display, "h"), expected);
        }
    }

    #[test]
    fn only_tags_of_our_own_form_are_read_back() {
        for (text, number) in [
            ("00000000000000ff", Some(255)),
            ("ff", None),
            ("00000000000000FF", None),
            ("+0000000000000ff", None),
            ("", None),
        ] {
            assert_eq!(tag_number(text.as_bytes()), number, "{text}");
        }
        assert_eq!(tag_number(tag_text(u64::MAX).as_bytes()), Some(u64::MAX));
    }

    #[test]
    fn only_addresses_to_call_are_request_uris() {
        for (text, good) in [
            ("sip:201@10.0.0.1:5070;transport=udp", true),
            ("tel:+62215550100", true),
            ("sip:a@b?Route=x", false),
            ("http://a.example", false),
            ("sip:a b@c", false),
            ("sip:a@b\r\nX: y", false),
            ("", false),
        ] {
            assert_eq!(request_uri(text.as_bytes()).is_some(), good, "{text}");
        }
    }
}
