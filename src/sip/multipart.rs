//! Multipart bodies (RFC 2046 §5.1, RFC 5621): a session description among other parts.
//!
//! Only the outermost parts are looked at, so no body can lead us deeper than it is long.

use bytes::Bytes;

/// The most parts that are looked at.
const MAX_PARTS: usize = 16;
/// The most header lines of one part that are looked at.
const MAX_LINES: usize = 32;

/// The body of the first part that is a session description, as a view into `body`.
///
/// `None` if no part is one, or the boundary occurs nowhere.
pub(super) fn session(body: &Bytes, boundary: &[u8]) -> Option<Bytes> {
    if boundary.is_empty() {
        return None;
    }
    let mark = [b"--", boundary].concat();
    let starts = boundaries(body, &mark);
    starts.iter().zip(starts.iter().skip(1)).take(MAX_PARTS).find_map(|(start, end)| {
        let part = body.get(start.after..end.at)?;
        let (head, content) = split(part);
        is_session(head).then(|| body.slice_ref(content))
    })
}

/// One line that is a boundary.
struct Boundary {
    /// Where the line break before it begins, which belongs to it.
    at: usize,
    /// Where the next line begins.
    after: usize,
}

fn boundaries(body: &[u8], mark: &[u8]) -> Vec<Boundary> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < body.len() && found.len() <= MAX_PARTS {
        let rest = body.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or_default();
        let tail = line.strip_prefix(mark).map(<[u8]>::trim_ascii);
        if matches!(tail, Some(b"" | b"--")) {
            let before = body.get(..start).unwrap_or_default();
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            let before = before.strip_suffix(b"\r").unwrap_or(before);
            found.push(Boundary { at: before.len(), after: start + length });
        }
        start += length;
    }
    found
}

/// The header lines of a part and what follows them.
fn split(part: &[u8]) -> (&[u8], &[u8]) {
    for (gap, empty) in [(&b"\r\n\r\n"[..], &b"\r\n"[..]), (&b"\n\n"[..], &b"\n"[..])] {
        if let Some(content) = part.strip_prefix(empty) {
            return (&[], content);
        }
        if let Some(at) = part.windows(gap.len()).position(|bytes| bytes == gap) {
            let (head, rest) = part.split_at(at);
            return (head, rest.get(gap.len()..).unwrap_or_default());
        }
    }
    (part, &[])
}

/// Whether a part's header lines call it a session description as it stands.
fn is_session(head: &[u8]) -> bool {
    let mut session = false;
    for line in head.split(|byte| *byte == b'\n').take(MAX_LINES) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        let word = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let named = |wanted: &[u8]| name.trim_ascii().eq_ignore_ascii_case(wanted);
        let packed = named(b"Content-Encoding") || named(b"e");
        let other = named(b"Content-Disposition") && !word.eq_ignore_ascii_case(b"session");
        if packed || other {
            return false;
        }
        if named(b"Content-Type") || named(b"c") {
            session = word.eq_ignore_ascii_case(b"application/sdp");
        }
    }
    session
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_the_parts() {
        for (name, body, found) in [
            (
                "second",
                "pre\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nc: Application/SDP;q=1\r\n\r\nv=0\r\n\r\n--b--",
                Some("v=0\r\n"),
            ),
            ("bare newlines", "--b\nContent-Type: application/sdp\n\nv=0\n--b--\n", Some("v=0")),
            (
                "white space after the boundary",
                "--b \t\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b-- \r\nend",
                Some("v=0"),
            ),
            (
                "a boundary that only begins alike",
                "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--bb\r\n--b--",
                Some("v=0\r\n--bb"),
            ),
            ("the end is missing", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0", None),
            ("no header lines", "--b\r\n\r\nv=0\r\n--b--", None),
            (
                "packed",
                "--b\r\nContent-Type: application/sdp\r\nContent-Encoding: gzip\r\n\r\nv=0\r\n--b--",
                None,
            ),
            (
                "not the session",
                "--b\r\nContent-Type: application/sdp\r\nContent-Disposition: early-session\r\n\r\nv=0\r\n--b--",
                None,
            ),
            ("nothing", "", None),
            ("marks alone", "--b--b--b\r\n--b\r\n--b\r\n--b", None),
        ] {
            let body = Bytes::from(body);
            assert_eq!(session(&body, b"b").as_deref(), found.map(str::as_bytes), "{name}");
        }
        assert_eq!(session(&Bytes::from_static(b"--\r\n--"), b""), None, "no boundary");
    }
}
