//! What is open on one call between a REFER and the last word about it (RFC 3515), and how both are read and written.
//!
//! ```text
//!  their REFER ─▶ Theirs, asked ──202──▶ Theirs, told ──NOTIFY (final)──▶ closed
//!                     └──── 300–699 ──────────────────────────────────────▶ closed
//!  our REFER ───▶ Ours ── NOTIFY (final), refusal or no word in time ─────▶ closed
//! ```
//!
//! One referral of a call is open at a time. Pure: it knows no dialog and sends nothing.

use sipx_sip::headers::Address;
use sipx_sip::{HeaderName, Headers, Host, Uri};

use super::event::{Refer, Replaced};
use super::read;
use super::transaction::TransactionId;
use super::write;
use crate::time::{Duration, Instant};

/// How long the implicit subscription of a REFER lasts at most: longer than any ringing phone.
pub(super) const REFERRAL_LIMIT: Duration = Duration::from_mins(3);
/// The event package of REFER (RFC 3515 §3.1).
const PACKAGE: &str = "refer";
/// The media type that tells how a referral goes (RFC 3420).
pub(super) const SIPFRAG: &str = "message/sipfrag;version=2.0";

/// The referrals of one call.
#[derive(Debug, Default)]
pub(super) struct Referrals {
    /// The open one.
    pub(super) open: Option<Referral>,
    /// Whether there was one of theirs before: from then on the event names its REFER (RFC 3515 §2.4.6).
    pub(super) before: bool,
    /// Its place in the timetable.
    pub(super) armed: Option<Instant>,
}

/// An open referral.
#[derive(Debug)]
pub(super) enum Referral {
    /// They referred us.
    Theirs(Theirs),
    /// We referred them.
    Ours {
        /// When nothing more is waited for.
        until: Instant,
    },
}

/// Their REFER.
#[derive(Debug)]
pub(super) struct Theirs {
    /// The REFER as long as it is not answered.
    pub(super) asked: Option<TransactionId>,
    /// The value of `Event` in what we tell.
    pub(super) event: String,
    /// Whether they want to hear nothing of it (`Refer-Sub: false`, RFC 4488).
    pub(super) quiet: bool,
    /// When they are told that it came to nothing, if nothing was decided above.
    pub(super) until: Instant,
}

impl Theirs {
    pub(super) fn new(asked: TransactionId, headers: &Headers, before: bool, now: Instant) -> Self {
        let event = match before {
            false => PACKAGE.to_owned(),
            true => format!("{PACKAGE};id={}", read::sequence(headers)),
        };
        let quiet = read::text(headers, &HeaderName::ReferSub);
        let quiet = quiet.is_some_and(|value| first_token(&value).eq_ignore_ascii_case("false"));
        Self { asked: Some(asked), event, quiet, until: now + REFERRAL_LIMIT }
    }
}

impl Referral {
    /// When it is closed for want of a word.
    pub(super) const fn until(&self) -> Instant {
        match self {
            Self::Theirs(theirs) => theirs.until,
            Self::Ours { until } => *until,
        }
    }
}

/// Whom a REFER names (RFC 3515 §2.1), with what `Replaces` in it names still to be found.
///
/// `None` unless there is exactly one `Refer-To`, and it names somebody who could be called.
pub(super) fn named(headers: &Headers) -> Option<(Refer, Option<Replaces>)> {
    let mut rows = headers.get_all(&HeaderName::ReferTo);
    let (row, None) = (rows.next()?, rows.next()) else { return None };
    let mut addresses = Address::parse_list(&row.value(), "Refer-To").ok()?.into_iter();
    let (address, None) = (addresses.next()?, addresses.next()) else { return None };
    let mut uri = address.uri;
    let by_other_method = uri.params().and_then(|params| params.value("method"));
    if by_other_method.is_some_and(|method| !method.eq_ignore_ascii_case(b"INVITE")) {
        return None;
    }
    let replaces = uri.headers().and_then(|fields| fields.value("Replaces")).map(unescaped);
    let replaces = match replaces {
        Some(value) => Some(Replaces::parse(&value)?),
        None => None,
    };
    uri = stripped(&uri)?;
    let known = uri.scheme().is_sip() || uri.tel_parts().is_some();
    let host = match uri.host() {
        Some(Host::Ip(ip)) => ip.to_string(),
        Some(Host::Name(_)) => {
            String::from_utf8_lossy(&uri.host()?.to_bytes()).to_ascii_lowercase()
        }
        None => String::new(),
    };
    let refer = Refer {
        user: read::user(&uri).unwrap_or_default().into(),
        host,
        port: uri.port(),
        by: read::user_in(headers, &HeaderName::ReferredBy).map(Into::into),
        replaces: None,
    };
    known.then_some((refer, replaces))
}

/// The URI without header components and without what only REFER gives a meaning.
fn stripped(uri: &Uri) -> Option<Uri> {
    let text = uri.to_bytes();
    let plain = text.split(|byte| *byte == b'?').next()?;
    let mut uri = Uri::parse(bytes::Bytes::copy_from_slice(plain)).ok()?;
    uri.remove_param("method");
    Some(uri)
}

/// The dialog that `Replaces` names (RFC 3891 §6.1), seen from the side that is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaces {
    pub(super) call_id: Vec<u8>,
    /// The tag of the side that reads it.
    pub(super) to_tag: Vec<u8>,
    pub(super) from_tag: Vec<u8>,
    /// Whether a dialog that was answered is not to be replaced.
    pub(super) early_only: bool,
}

impl Replaces {
    /// Reads a value; `None` unless it names the Call-ID and each tag once.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let mut parts = value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let call_id = parts.next().filter(|id| !id.is_empty())?.to_vec();
        let (mut to, mut from, mut early_only) = (None, None, false);
        for part in parts {
            let (name, tag) = match part.iter().position(|byte| *byte == b'=') {
                Some(at) => (&part[..at], Some(part[at + 1..].to_vec())),
                None => (part, None),
            };
            let place = if name.eq_ignore_ascii_case(b"to-tag") {
                &mut to
            } else if name.eq_ignore_ascii_case(b"from-tag") {
                &mut from
            } else {
                early_only |= name.eq_ignore_ascii_case(b"early-only");
                continue;
            };
            if place.replace(tag.filter(|tag| !tag.is_empty())?).is_some() {
                return None;
            }
        }
        Some(Self { call_id, to_tag: to?, from_tag: from?, early_only })
    }

    /// The value as a header component of a URI (RFC 3261 §25.1 `hvalue`).
    pub(super) fn escaped(&self) -> String {
        let value =
            [&*self.call_id, b";to-tag=", &self.to_tag, b";from-tag=", &self.from_tag].concat();
        let mut out = String::with_capacity(value.len() + 16);
        for byte in value {
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    }
}

/// Decodes `%XX`; what is no such thing stays as it is.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        let code = (*byte == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?)).flatten();
        match code.and_then(|code| u8::try_from(code).ok()) {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// Whether a NOTIFY is about a REFER.
pub(super) fn is_about_refer(headers: &Headers) -> bool {
    let event = read::text(headers, &HeaderName::Event).unwrap_or_default();
    first_token(&event).eq_ignore_ascii_case(PACKAGE)
}

/// How a referral of ours goes, as a NOTIFY tells it: a status, final where nothing more will come.
pub(super) fn progress(headers: &Headers, body: &[u8]) -> u16 {
    let state = read::text(headers, &HeaderName::SubscriptionState).unwrap_or_default();
    let over = first_token(&state).eq_ignore_ascii_case("terminated");
    match (status_line(body), over) {
        // The last word was none: nobody can say how it ended.
        (None, true) | (Some(100..200), true) => 500,
        (None, false) => 100,
        (Some(status), _) => status,
    }
}

/// The status that a `message/sipfrag` body begins with (RFC 3420 §2).
fn status_line(body: &[u8]) -> Option<u16> {
    let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let text = std::str::from_utf8(line).ok()?;
    let code = text.strip_prefix("SIP/2.0 ")?.split(' ').next()?;
    code.parse().ok().filter(|code| (100..700).contains(code))
}

/// The body that tells a status.
pub(super) fn fragment(status: u16) -> bytes::Bytes {
    format!("SIP/2.0 {status} {}\r\n", super::status::phrase(status)).into()
}

fn first_token(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// The value of `Refer-To` for somebody to call, taking the place of a dialog of ours where one is given.
///
/// `None` if the text is no address that could be called.
pub(super) fn refer_to(target: &str, replaces: Option<&Replaces>) -> Option<String> {
    write::request_uri(target.as_bytes())?;
    Some(match replaces {
        Some(replaces) => format!("<{target}?Replaces={}>", replaces.escaped()),
        None => format!("<{target}>"),
    })
}

impl Refer {
    /// Notes what `Replaces` was found to name.
    pub(super) fn replacing(mut self, found: Option<Replaced>) -> Self {
        self.replaces = found;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use sipx_sip::Header;

    fn headers(rows: &[(HeaderName, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in rows {
            headers.push(Header::build(name.clone(), value.as_bytes().to_vec()).unwrap());
        }
        headers
    }

    #[test]
    fn a_refer_names_exactly_one_party_to_call() {
        let to = |value| headers(&[(HeaderName::ReferTo, value)]);
        for (value, user, host, port) in [
            ("<sip:202@pbx.example>", "202", "pbx.example", None),
            ("sip:202@10.0.0.2:5070;method=INVITE", "202", "10.0.0.2", Some(5070)),
            (
                "\"Budi\" <sip:+62215550100@PBX.example;user=phone>",
                "+62215550100",
                "pbx.example",
                None,
            ),
            ("<tel:+62-21-5550100>", "+62215550100", "", None),
            ("<sip:202@[2001:db8::1]?Subject=x>", "202", "2001:db8::1", None),
        ] {
            let (refer, replaces) = named(&to(value)).expect(value);
            assert_eq!((&*refer.user, &*refer.host, refer.port), (user, host, port), "{value}");
            assert_eq!(replaces, None, "{value}");
        }
        for value in [
            "<sip:202@a>, <sip:203@a>",
            "<sip:202@a;method=BYE>",
            "<http://a.example>",
            "<sip:202@a?Replaces=only-a-call-id>",
            "nonsense <",
        ] {
            assert!(named(&to(value)).is_none(), "{value}");
        }
        assert!(named(&headers(&[])).is_none());
        let twice =
            headers(&[(HeaderName::ReferTo, "<sip:a@b>"), (HeaderName::ReferTo, "<sip:c@d>")]);
        assert!(named(&twice).is_none(), "two rows");
    }

    #[test]
    fn replaces_is_read_as_it_is_written() {
        let known = Replaces {
            call_id: b"7@h;x=1".to_vec(),
            to_tag: b"ours".to_vec(),
            from_tag: b"th=irs".to_vec(),
            early_only: false,
        };
        let value = refer_to("sip:202@h", Some(&known)).unwrap();
        let (_, read) = named(&headers(&[(HeaderName::ReferTo, &value)])).unwrap();
        let read = read.unwrap();
        assert_eq!(read.call_id, b"7@h", "a Call-ID holds no semicolon");
        assert_eq!((&*read.to_tag, &*read.from_tag), (&b"ours"[..], &b"th=irs"[..]));
        for (value, good) in [
            ("a;to-tag=1;from-tag=2", true),
            (" a ;from-tag=2; TO-TAG=1;early-only;other=3", true),
            ("a;to-tag=1", false),
            ("a;to-tag=1;to-tag=2;from-tag=3", false),
            ("a;to-tag=;from-tag=3", false),
            (";to-tag=1;from-tag=2", false),
        ] {
            assert_eq!(Replaces::parse(value.as_bytes()).is_some(), good, "{value}");
        }
    }

    #[test]
    fn a_last_word_that_tells_nothing_is_a_failure() {
        let told = |state, body: &str| {
            progress(&headers(&[(HeaderName::SubscriptionState, state)]), body.as_bytes())
        };
        for (state, body, status) in [
            ("active;expires=60", "SIP/2.0 100 Trying\r\n", 100),
            ("active", "", 100),
            ("terminated;reason=noresource", "SIP/2.0 200 OK", 200),
            ("active", "SIP/2.0 486 Busy Here\r\nTo: x", 486),
            ("terminated", "SIP/2.0 100 Trying", 500),
            ("Terminated ;reason=timeout", "", 500),
            ("active", "SIP/2.0 999 No", 100),
        ] {
            assert_eq!(told(state, body), status, "{state} {body:?}");
        }
        assert_eq!(fragment(486), Bytes::from_static(b"SIP/2.0 486 Busy Here\r\n"));
    }
}
