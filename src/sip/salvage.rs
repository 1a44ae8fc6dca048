//! A last answer to a request that cannot be parsed: a refusal with whatever of it can be copied (RFC 3261 §8.2, §21.4.1).

use bytes::Bytes;

/// The most header lines that are looked at.
const MAX_LINES: usize = 160;
/// The longest header line that is copied, in bytes.
const MAX_LINE: usize = 1_024;
/// The header fields that a response copies, with their compact forms.
const COPIED: [(&str, &str); 5] =
    [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "")];

/// The refusal of a datagram that is a broken request; `None` for what is no request, an ACK, or brings no `Via` that
/// can be copied, or neither `Call-ID` nor `CSeq` to be known by. What else is missing stays missing.
pub(super) fn refusal(datagram: &[u8], tag: &str, status: u16, phrase: &str) -> Option<Bytes> {
    let lines = unfolded(datagram);
    let (start, head) = lines.split_first()?;
    let is_request = start.windows(4).any(|word| word.eq_ignore_ascii_case(b"SIP/"))
        && !start.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"SIP/"))
        && !start.trim_ascii_start().starts_with(b"ACK ");
    if !is_request {
        return None;
    }
    let mut out = format!("SIP/2.0 {status} {phrase}\r\n").into_bytes();
    let mut found = [false; COPIED.len()];
    for ((name, compact), found) in COPIED.iter().zip(&mut found) {
        for value in head.iter().filter_map(|line| field(line, name, compact)) {
            *found = true;
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            if *name == "To" && !has_tag(value) {
                out.extend_from_slice(b";tag=");
                out.extend_from_slice(tag.as_bytes());
            }
            out.extend_from_slice(b"\r\n");
            if *name != "Via" {
                break;
            }
        }
    }
    let [via, _, _, call_id, cseq] = found;
    if !via || !(call_id || cseq) {
        return None;
    }
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    Some(Bytes::from(out))
}

/// Whether a `To` already has a tag.
fn has_tag(value: &[u8]) -> bool {
    value.split(|byte| *byte == b';').skip(1).any(|parameter| {
        let name = parameter.split(|byte| *byte == b'=').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(b"tag")
    })
}

/// The lines up to the first empty one, each with those that continue it (RFC 3261 §7.3.1).
fn unfolded(datagram: &[u8]) -> Vec<Vec<u8>> {
    let lines = datagram.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut whole: Vec<Vec<u8>> = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()).take(MAX_LINES) {
        match whole.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                last.push(b' ');
                last.extend_from_slice(line.trim_ascii_start());
            }
            _ => whole.push(line.to_vec()),
        }
    }
    whole
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
        let answer = refusal(BROKEN.as_bytes(), "t", 400, "Malformed").expect("five fields");
        assert_eq!(
            String::from_utf8_lossy(&answer),
            "SIP/2.0 400 Malformed\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\r\n\
             Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKy\r\nFrom: <sip:x@y>;tag=1\r\n\
             To: <sip:z@y>;tag=t\r\nCall-ID: q\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn what_cannot_or_must_not_be_answered_is_not() {
        for (name, text) in [
            ("a response", BROKEN.replacen("INVITE sip:a b@c SIP/2.0", "SIP/2.0 2x0 OK", 1)),
            ("an ACK", BROKEN.replacen("INVITE", "ACK", 1)),
            ("nothing to know it by", BROKEN.replacen("CSeq", "A", 1).replacen("call-id", "B", 1)),
            ("no Via", BROKEN.replace("v:", "w:").replace("Via", "Wia")),
            ("no SIP", "GET / HTTP/1.1\r\n\r\n".to_owned()),
            ("nothing", String::new()),
        ] {
            assert!(refusal(text.as_bytes(), "t", 400, "x").is_none(), "{name}");
        }
    }

    #[test]
    fn folded_and_missing_fields_are_no_reason_for_silence() {
        for (name, from, to, line) in [
            (
                "folded",
                "to: <sip:z@y>",
                "To:\r\n\t<sip:z@y>\r\n ;TAG = 9",
                "\r\nTo: <sip:z@y> ;TAG = 9\r\n",
            ),
            ("no To", "to: <sip:z@y>\r\n", "", "\r\nFrom: <sip:x@y>;tag=1\r\nCall-ID: q\r\n"),
            ("no From", "f: <sip:x@y>;tag=1\r\n", "", "\r\nTo: <sip:z@y>;tag=t\r\n"),
            ("no CSeq", "CSeq: 1 INVITE\r\n", "", "\r\nCall-ID: q\r\nContent-Length: 0\r\n"),
            ("the end is missing", "nonsense\r\n\r\nbody: x\r\n", "", "\r\nCSeq: 1 INVITE\r\n"),
        ] {
            let text = BROKEN.replacen(from, to, 1);
            let answer = refusal(text.as_bytes(), "t", 400, "x").expect(name);
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.contains(line), "{name}: {answer}");
        }
    }
}
