//! Messages out of a stream: by their `Content-Length` (RFC 3261 §18.3), with the keepalives between them
//! (RFC 5626 §3.5.1).
//!
//! It knows no sockets and no time. Every byte is looked at a bounded number of times, however slowly they come.

use bytes::{Buf as _, Bytes, BytesMut};

/// The longest start line and header of a message, in bytes.
const MAX_HEAD: usize = 24 * 1024;
/// The longest body, in bytes: what the user agent refuses is still taken from the stream up to here.
const MAX_BODY: usize = 64 * 1024;
/// What ends a line.
const CRLF: &[u8] = b"\r\n";
/// What ends a head; between messages it asks whether we are there.
const DOUBLE_CRLF: &[u8] = b"\r\n\r\n";

/// What a stream holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// One message, in a buffer of its own.
    Message(Bytes),
    /// A message after which nothing can be told apart any more: its length is wrong or too much. It wants an answer,
    /// then the end of the connection.
    Last(Bytes),
    /// Two line ends: an answer of one is wanted.
    Ping,
}

/// Why a stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message has a head of more than {MAX_HEAD} bytes")]
pub(super) struct Endless;

/// Reads one stream.
#[derive(Debug, Default)]
pub(super) struct Framer {
    /// What has arrived and was not given out.
    buffer: BytesMut,
    /// How far the end of the head was sought.
    scanned: usize,
    /// The length of the message at the start of the buffer, once it is known.
    length: Option<usize>,
}

impl Framer {
    /// Where arriving bytes are put, at the end.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Whether a message has begun and is not complete. Line ends begin none.
    pub(super) fn is_inside(&self) -> bool {
        !DOUBLE_CRLF.starts_with(&self.buffer)
    }

    /// The next thing that is complete.
    ///
    /// # Errors
    /// [`Endless`] when the head of a message has no end within bounds.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Endless> {
        if self.length.is_none() && self.scanned == 0 && self.skip_line_ends() {
            return Ok(Some(Frame::Ping));
        }
        let length = match self.length {
            Some(length) => length,
            None => match self.head()? {
                None => return Ok(None),
                Some(head) => match self.body_length(head) {
                    Some(body) => head + body,
                    None => return Ok(Some(Frame::Last(self.take(head)))),
                },
            },
        };
        if self.buffer.len() < length {
            self.length = Some(length);
            return Ok(None);
        }
        Ok(Some(Frame::Message(self.take(length))))
    }

    /// Drops line ends before a message; `true` once for every two of them.
    fn skip_line_ends(&mut self) -> bool {
        if self.buffer.starts_with(DOUBLE_CRLF) {
            self.buffer.advance(DOUBLE_CRLF.len());
            return true;
        }
        // One line end may be the first half of a question; it is only dropped when something else follows.
        let half = DOUBLE_CRLF.starts_with(&self.buffer);
        if !half && self.buffer.starts_with(CRLF) {
            self.buffer.advance(CRLF.len());
        }
        false
    }

    /// The length of the head, its empty line included.
    fn head(&mut self) -> Result<Option<usize>, Endless> {
        let from = self.scanned.saturating_sub(DOUBLE_CRLF.len() - 1);
        let window = self.buffer.get(from..).unwrap_or_default();
        let end = window.windows(DOUBLE_CRLF.len()).position(|bytes| bytes == DOUBLE_CRLF);
        match end.map(|end| from + end + DOUBLE_CRLF.len()) {
            Some(head) if head <= MAX_HEAD => Ok(Some(head)),
            None if self.buffer.len() < MAX_HEAD => {
                // Lone line ends are judged anew with the next byte.
                let half = DOUBLE_CRLF.starts_with(&self.buffer);
                self.scanned = if half { 0 } else { self.buffer.len() };
                Ok(None)
            }
            Some(_) | None => Err(Endless),
        }
    }

    /// The length of the body: 0 where none is named, `None` where it cannot be believed.
    fn body_length(&self, head: usize) -> Option<usize> {
        let head = self.buffer.get(..head).unwrap_or_default();
        let mut found = None;
        for line in unfolded(head).iter().skip(1) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (name, value) = line.split_at_checked(colon)?;
            let name = name.trim_ascii_end();
            if !name.eq_ignore_ascii_case(b"content-length") && !name.eq_ignore_ascii_case(b"l") {
                continue;
            }
            let length =
                number(value.get(1..)?.trim_ascii()).filter(|length| *length <= MAX_BODY)?;
            if found.is_some_and(|before| before != length) {
                return None;
            }
            found = Some(length);
        }
        Some(found.unwrap_or(0))
    }

    fn take(&mut self, length: usize) -> Bytes {
        self.scanned = 0;
        self.length = None;
        Bytes::copy_from_slice(&self.buffer.split_to(length))
    }
}

/// The lines of a head, continuation lines joined to what they continue.
fn unfolded(head: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match lines.last_mut() {
            Some(last) if matches!(line.first(), Some(b' ' | b'\t')) => {
                last.extend_from_slice(line)
            }
            _ => lines.push(line.to_vec()),
        }
    }
    lines
}

fn number(text: &[u8]) -> Option<usize> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        format!("OPTIONS sip:a SIP/2.0\r\nVia: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// What a stream gives when it arrives in pieces of `step` bytes.
    fn read(stream: &[u8], step: usize) -> Result<Vec<Frame>, Endless> {
        let mut framer = Framer::default();
        let mut frames = Vec::new();
        for piece in stream.chunks(step) {
            framer.buffer().extend_from_slice(piece);
            while let Some(frame) = framer.next()? {
                let last = matches!(frame, Frame::Last(_));
                frames.push(frame);
                if last {
                    return Ok(frames);
                }
            }
        }
        Ok(frames)
    }

    fn whole(text: &str) -> Frame {
        Frame::Message(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn messages_and_keepalives_come_out_however_they_were_cut() {
        let (one, two) = (message(""), message("v=0\r\n\r\nOPTIONS sip:b SIP/2.0\r\n"));
        let compact = "OPTIONS sip:a SIP/2.0\r\nl :\r\n 3\r\n\r\nabc".to_owned();
        let without = "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n".to_owned();
        for (name, stream, expected) in [
            ("nothing", String::new(), vec![]),
            ("one", one.clone(), vec![whole(&one)]),
            ("two at once", format!("{one}{two}"), vec![whole(&one), whole(&two)]),
            ("a line end before", format!("\r\n{one}"), vec![whole(&one)]),
            (
                "a ping between",
                format!("{one}\r\n\r\n{two}"),
                vec![whole(&one), Frame::Ping, whole(&two)],
            ),
            ("two pings and a half", "\r\n\r\n\r\n\r\n\r\n".into(), vec![Frame::Ping, Frame::Ping]),
            ("compact and folded", format!("{compact}{one}"), vec![whole(&compact), whole(&one)]),
            ("no length", format!("{without}{one}"), vec![whole(&without), whole(&one)]),
            (
                "the same length twice",
                "A b c\r\nl: 1\r\nContent-Length: 1\r\n\r\nx".into(),
                vec![whole("A b c\r\nl: 1\r\nContent-Length: 1\r\n\r\nx")],
            ),
            ("half a body", two.strip_suffix('\n').expect("ends so").to_owned(), vec![]),
        ] {
            for step in [1, 2, 3, 7, 1_000] {
                assert_eq!(
                    read(stream.as_bytes(), step).as_deref(),
                    Ok(&*expected),
                    "{name} by {step}"
                );
            }
        }
    }

    #[test]
    fn a_length_that_cannot_be_believed_ends_the_stream_with_its_head() {
        for length in ["-1", "1x", "", "65537", "99999999999999999999999", "5\r\nl: 6", "0x10"] {
            let text = format!("OPTIONS sip:a SIP/2.0\r\nContent-Length: {length}\r\n\r\n");
            for step in [1, 1_000] {
                let frames = read(format!("{text}body").as_bytes(), step);
                assert_eq!(frames, Ok(vec![Frame::Last(text.clone().into())]), "{length}");
            }
        }
    }

    #[test]
    fn a_head_without_end_is_given_up() {
        for step in [1, 4_096] {
            assert_eq!(read(&vec![b'a'; MAX_HEAD + 1], step), Err(Endless));
        }
        let mut framer = Framer::default();
        framer.buffer().extend_from_slice(&vec![b'a'; MAX_HEAD - 1]);
        assert_eq!(framer.next(), Ok(None));
    }
}
