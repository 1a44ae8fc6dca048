//! A look at a message without parsing it: what kind it is, and the few header fields that decide whether it is
//! parsed at all.
//!
//! It only ever makes the guard drop a message. What is heard is read anew by the one parser, so that nothing can be
//! smuggled past it by being written strangely.

/// The most header lines looked at.
const MAX_LINES: usize = 48;
/// The most bytes looked at.
const MAX_BYTES: usize = 4_096;
/// `User-Agent`s of programs that look for victims, in lower case: what they begin with.
const SCANNERS: [&[u8]; 18] = [
    b"friendly-scanner",
    b"friendly-request",
    b"sipvicious",
    b"svmap",
    b"svwar",
    b"svcrack",
    b"sipcli",
    b"sip-scan",
    b"sipsak",
    b"sipptk",
    b"sundayddr",
    b"iwar",
    b"sivus",
    b"smap",
    b"vaxsipuseragent",
    b"vaxasip",
    b"pplsip",
    b"gulp",
];

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Register,
    Ack,
    /// Any other request.
    Request,
    Response,
    /// Neither.
    Unreadable,
}

/// What a glance shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance<'a> {
    pub(super) kind: Kind,
    user_agent: Option<&'a [u8]>,
    from: Option<&'a [u8]>,
    to: Option<&'a [u8]>,
    authorization: Option<&'a [u8]>,
}

impl<'a> Glance<'a> {
    pub(super) fn of(datagram: &'a [u8]) -> Self {
        let head = datagram.get(..MAX_BYTES).unwrap_or(datagram);
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut glance = Self {
            kind: kind(lines.find(|line| !line.is_empty()).unwrap_or_default()),
            user_agent: None,
            from: None,
            to: None,
            authorization: None,
        };
        for line in lines.take_while(|line| !line.is_empty()).take(MAX_LINES) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (name, value) = line.split_at(colon);
            let (name, value) = (name.trim_ascii(), value.get(1..).unwrap_or_default());
            let is = |long: &[u8]| name.eq_ignore_ascii_case(long);
            let place = if is(b"User-Agent") {
                &mut glance.user_agent
            } else if is(b"From") || is(b"f") {
                &mut glance.from
            } else if is(b"To") || is(b"t") {
                &mut glance.to
            } else if is(b"Authorization") {
                &mut glance.authorization
            } else {
                continue;
            };
            place.get_or_insert(value.trim_ascii());
        }
        glance
    }

    /// Whether it says itself that it looks for victims.
    pub(super) fn is_scanner(&self) -> bool {
        let agent = self.user_agent.unwrap_or_default();
        SCANNERS.iter().any(|name| {
            agent.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        })
    }

    /// The user it is for: of its credentials, else of `From`.
    pub(super) fn user(&self) -> Option<&'a [u8]> {
        let named = self.authorization.and_then(|value| {
            let start = find(value, b"username=\"")?;
            until(value.get(start..)?, b'"')
        });
        named.or_else(|| {
            let from = self.from?;
            let start = find(from, b"sip:").or_else(|| find(from, b"sips:"))?;
            until(from.get(start..)?, b'@')
        })
    }

    /// The tag in `To`.
    pub(super) fn tag_of_to(&self) -> Option<&'a str> {
        let to = self.to?;
        let tag = to.get(find(to, b";tag=")?..)?;
        let end = tag.iter().position(|byte| matches!(byte, b';' | b' ' | b'>' | b','));
        std::str::from_utf8(tag.get(..end.unwrap_or(tag.len()))?).ok()
    }
}

fn kind(line: &[u8]) -> Kind {
    if line.starts_with(b"SIP/2.0 ") {
        return Kind::Response;
    }
    let mut words = line.split(|byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let whole = words.next().is_some() && words.next().is_some_and(|word| word == b"SIP/2.0");
    match method {
        _ if !whole => Kind::Unreadable,
        b"REGISTER" => Kind::Register,
        b"ACK" => Kind::Ack,
        _ => Kind::Request,
    }
}

/// Where what follows `needle` begins, whatever case it is in.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let at = text.windows(needle.len()).position(|part| part.eq_ignore_ascii_case(needle))?;
    Some(at + needle.len())
}

fn until(text: &[u8], end: u8) -> Option<&[u8]> {
    text.get(..text.iter().position(|byte| *byte == end)?)
}
