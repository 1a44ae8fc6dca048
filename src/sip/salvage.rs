//! A last answer to a request that cannot be parsed: 400 with whatever of it can be copied (RFC 3261 §8.2, §21.4.1).

use bytes::Bytes;

/// The most header lines that are looked at.
const MAX_LINES: usize = 64;
/// The longest header line that is copied, in bytes.
const MAX_LINE: usize = 1_024;
/// The header fields that a response copies, with their compact forms.
const COPIED: [(&str, &str); 5] =
    [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "")];

/// The 400 for a datagram that is a broken request; `None` for what is no request, an ACK, or lacks a `Via`,
/// `From`, `To`, `Call-ID` or `CSeq` to copy.
pub(super) fn bad_request(datagram: &[u8], tag: &str) -> Option<Bytes> {
    let mut lines = datagram.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let start = lines.next()?;
    let is_request = start.windows(4).any(|word| word == b"SIP/")
        && !start.starts_with(b"SIP/")
        && !start.starts_with(b"ACK ");
    if !is_request {
        return None;
    }
    let head: Vec<&[u8]> = lines.take_while(|line| !line.is_empty()).take(MAX_LINES).collect();
    let mut out = b"SIP/2.0 400 Bad Request\r\n".to_vec();
    for (name, compact) in COPIED {
        let mut found = false;
        for value in head.iter().filter_map(|line| field(line, name, compact)) {
            found = true;
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            if name == "To" && !value.windows(5).any(|word| word.eq_ignore_ascii_case(b";tag=")) {
                out.extend_from_slice(b";tag=");
                out.extend_from_slice(tag.as_bytes());
            }
            out.extend_from_slice(b"\r\n");
            if name != "Via" {
                break;
            }
        }
        if !found {
            return None;
        }
    }
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    Some(Bytes::from(out))
}

/// The value of a header line with this name, if it is clean enough to copy.
fn field<'a>(line: &'a [u8], name: &str, compact: &str) -> Option<&'a [u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (key, value) = line.split_at_checked(colon)?;
    let key = key.trim_ascii();
    let named = key.eq_ignore_ascii_case(name.as_bytes())
        || (!compact.is_empty() && key.eq_ignore_ascii_case(compact.as_bytes()));
    let value = value.get(1..)?.trim_ascii();
    let clean = !value.is_empty()
        && value.len() <= MAX_LINE
        && !value.iter().any(|byte| byte.is_ascii_control());
    (named && clean).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN: &str = "INVITE sip:a b@c SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\r\n\
        Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKy\r\nf: <sip:x@y>;tag=1\r\nto: <sip:z@y>\r\n\
        call-id: q\r\nCSeq: 1 INVITE\r\nnonsense\r\n\r\nbody: x\r\n";

    #[test]
    fn a_broken_request_is_answered_with_what_it_brought() {
        let answer = bad_request(BROKEN.as_bytes(), "t").expect("all five fields are there");
        assert_eq!(
            String::from_utf8_lossy(&answer),
            "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\r\n\
             Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKy\r\nFrom: <sip:x@y>;tag=1\r\n\
             To: <sip:z@y>;tag=t\r\nCall-ID: q\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn what_cannot_or_must_not_be_answered_is_not() {
        for (name, text) in [
            ("a response", BROKEN.replacen("INVITE sip:a b@c SIP/2.0", "SIP/2.0 2x0 OK", 1)),
            ("an ACK", BROKEN.replacen("INVITE", "ACK", 1)),
            ("no CSeq", BROKEN.replacen("CSeq", "CSek", 1)),
            ("no SIP", "GET / HTTP/1.1\r\n\r\n".to_owned()),
            ("nothing", String::new()),
        ] {
            assert!(bad_request(text.as_bytes(), "t").is_none(), "{name}");
        }
    }
}
