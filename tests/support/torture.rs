//! Reads the torture sets of `tests/torture`: messages that a user agent meets on bad days, and what it should say.
//! Used by the user agent's own tests and by the run against a whole server.

/// What a message should come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is understood, whatever those above say to it.
    Accepted,
    /// Nothing is said.
    Silence,
    /// This status, with this header field: a name, and its value unless that is left open.
    Status(u16, Option<(String, Option<String>)>),
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The section whose point it makes, with the RFC.
    pub(crate) name: String,
    /// What it should come to.
    pub(crate) answer: Answer,
    /// The datagram.
    pub(crate) bytes: Vec<u8>,
}

/// Every message of both sets, in order.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = set("RFC 4475", include_str!("../torture/rfc4475.txt"));
    cases.extend(set("RFC 5118", include_str!("../torture/rfc5118.txt")));
    cases
}

fn set(rfc: &str, text: &str) -> Vec<Case> {
    let mut parts = text.split("\n@@ ");
    assert!(parts.next().is_some(), "a set begins with a word about itself");
    parts.map(|part| case(rfc, part)).collect()
}

fn case(rfc: &str, part: &str) -> Case {
    let (title, message) = part.split_once('\n').expect("a title ends its line");
    let mut fields = title.splitn(3, " | ");
    let mut field = || fields.next().expect("section, answer and point");
    let (section, asked, point) = (field(), field(), field());
    Case { name: format!("{rfc} {section}, {point}"), answer: answer(asked), bytes: bytes(message) }
}

fn answer(asked: &str) -> Answer {
    match asked {
        "accept" => Answer::Accepted,
        "drop" => Answer::Silence,
        _ => {
            let (status, header) = asked.split_once(' ').unwrap_or((asked, ""));
            let header = header.split_once(':').map(|(name, value)| {
                let value = value.trim();
                (name.to_owned(), (!value.is_empty()).then(|| value.to_owned()))
            });
            Answer::Status(status.parse().expect("a status is a number"), header)
        }
    }
}

/// The datagram that a text means: CRLF at the end of each line, `⟨…⟩` replaced.
fn bytes(message: &str) -> Vec<u8> {
    let (head, body) = message.split_once("\n\n").unwrap_or((message.trim_end_matches('\n'), ""));
    let body = spelled(body, 0);
    let mut out = spelled(head, body.len());
    out.extend_from_slice(b"\r\n\r\n");
    out.extend(body);
    out
}

fn spelled(text: &str, length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let lines = text.replace('\n', "\r\n");
    let mut rest = lines.as_str();
    while let Some((before, after)) = rest.split_once('⟨') {
        out.extend_from_slice(before.as_bytes());
        let (mark, after) = after.split_once('⟩').expect("a mark is closed");
        match mark.split_once('*') {
            Some((times, what)) => {
                let times = times.parse().expect("a repetition says how often");
                out.extend(what.repeat(times).into_bytes());
            }
            None if mark == "len" => out.extend(length.to_string().into_bytes()),
            None => out.push(u8::from_str_radix(mark, 16).expect("a byte in hexadecimal")),
        }
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
