//! Questions about names and their answers as they travel (RFC 1035 §4), for the few records that are asked for.
//!
//! Bytes of strangers: every length is checked, every loop has a bound, and what does not fit the question is no answer.

use super::names::{Naptr, Srv};
use crate::time::Duration;

/// The longest name, in bytes.
const MAX_NAME: usize = 253;
/// The longest part of a name, in bytes.
const MAX_LABEL: usize = 63;
/// The most pointers that one name may follow.
const MAX_POINTERS: usize = 16;
/// The most records of one answer that are looked at.
const MAX_RECORDS: usize = 64;
/// Recursion is asked for.
const ASKS: u16 = 0x0100;
/// The flag of an answer, of one that was cut short, and the code inside.
const ANSWERS: u16 = 0x8000;
const CUT_SHORT: u16 = 0x0200;
const CODE: u16 = 0x000f;
/// The class of the Internet.
const INTERNET: u16 = 1;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// SRV (RFC 2782).
    Srv,
    /// NAPTR (RFC 3403).
    Naptr,
}

impl Kind {
    const fn number(self) -> u16 {
        match self {
            Self::Srv => 33,
            Self::Naptr => 35,
        }
    }
}

/// A record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    /// A server.
    Srv(Srv),
    /// A service.
    Naptr(Naptr),
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// These records, which hold so long; `None` = nothing was said about that.
    Records(Vec<Record>, Option<Duration>),
    /// More than fits: to be asked again over a stream.
    CutShort,
}

/// A question about a name; `None` if that cannot be one.
pub(super) fn question(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len() + 18);
    for word in [id, ASKS, 1, 0, 0, 0] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    if name.is_empty() || name.len() > MAX_NAME || !name.is_ascii() {
        return None;
    }
    for label in name.split('.') {
        if label.is_empty() || label.len() > MAX_LABEL {
            return None;
        }
        out.push(u8::try_from(label.len()).ok()?);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out.extend_from_slice(&kind.number().to_be_bytes());
    out.extend_from_slice(&INTERNET.to_be_bytes());
    Some(out)
}

/// Reads the answer to a question; `None` if it is none, or one that tells nothing.
pub(super) fn read(message: &[u8], id: u16, name: &str, kind: Kind) -> Option<Reply> {
    let mut at = Reader { message, at: 0 };
    let (got, flags) = (at.word()?, at.word()?);
    if got != id || flags & ANSWERS == 0 {
        return None;
    }
    let (questions, answers) = (at.word()?, at.word()?);
    at.skip(4)?;
    let asked = (questions == 1).then(|| at.name()).flatten()?;
    let same = asked.eq_ignore_ascii_case(name) && at.word()? == kind.number();
    if !same || at.word()? != INTERNET {
        return None;
    }
    match flags & CODE {
        // There is no such name: then there are no records.
        3 => return Some(Reply::Records(Vec::new(), None)),
        0 => {}
        _ => return None,
    }
    if flags & CUT_SHORT != 0 {
        return Some(Reply::CutShort);
    }
    let mut records = Vec::new();
    let mut lasts: Option<u32> = None;
    for _ in 0..usize::from(answers).min(MAX_RECORDS) {
        at.name()?;
        let (number, class) = (at.word()?, at.word()?);
        let seconds = (u32::from(at.word()?) << 16) | u32::from(at.word()?);
        let length = usize::from(at.word()?);
        let end = at.at.checked_add(length).filter(|end| *end <= message.len())?;
        lasts = Some(lasts.map_or(seconds, |lasts| lasts.min(seconds)));
        if (number, class) == (kind.number(), INTERNET) {
            records.push(at.record(kind)?);
        }
        at.at = end;
    }
    Some(Reply::Records(records, lasts.map(|seconds| Duration::from_secs(seconds.into()))))
}

/// Reads on in a message.
struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.message.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.message.len())?;
        Some(())
    }

    /// A string with its length before it.
    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        let bytes = self.message.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// A name without its last dot, wherever its parts stand (RFC 1035 §4.1.4).
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        let mut jumped = None;
        let mut pointers = 0;
        loop {
            let length = self.byte()?;
            match length >> 6 {
                0 if length == 0 => break,
                0 => {
                    let end = self.at.checked_add(usize::from(length))?;
                    let label = std::str::from_utf8(self.message.get(self.at..end)?).ok()?;
                    if label.contains('.') || name.len() + label.len() > MAX_NAME {
                        return None;
                    }
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(label);
                    self.at = end;
                }
                3 => {
                    let to = (usize::from(length & 0x3f) << 8) | usize::from(self.byte()?);
                    pointers += 1;
                    if pointers > MAX_POINTERS {
                        return None;
                    }
                    jumped.get_or_insert(self.at);
                    self.at = to;
                }
                _ => return None,
            }
        }
        self.at = jumped.unwrap_or(self.at);
        Some(name)
    }

    fn record(&mut self, kind: Kind) -> Option<Record> {
        Some(match kind {
            Kind::Srv => Record::Srv(Srv {
                priority: self.word()?,
                weight: self.word()?,
                port: self.word()?,
                target: self.name()?,
            }),
            Kind::Naptr => {
                let (order, preference) = (self.word()?, self.word()?);
                let (flags, service) = (self.text()?, self.text()?);
                // Rules that rewrite names are not followed (RFC 3263 §4.1 has none).
                self.text()?;
                let replacement = self.name()?;
                Record::Naptr(Naptr { order, preference, flags, service, replacement })
            }
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The answer of a server to a question: records with their owner as a pointer to the name that was asked for.
    pub(in crate::telephony::sip::locate) fn reply(
        question: &[u8],
        flags: u16,
        records: &[(u16, u32, Vec<u8>)],
    ) -> Vec<u8> {
        let mut out = question.to_vec();
        out[2..4].copy_from_slice(&(ANSWERS | flags).to_be_bytes());
        out[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        for (kind, seconds, content) in records {
            out.extend_from_slice(&[0xc0, 12]);
            out.extend_from_slice(&kind.to_be_bytes());
            out.extend_from_slice(&INTERNET.to_be_bytes());
            out.extend_from_slice(&seconds.to_be_bytes());
            out.extend_from_slice(&u16::try_from(content.len()).unwrap().to_be_bytes());
            out.extend_from_slice(content);
        }
        out
    }

    /// `a.` before the name that was asked for, with priority 1, weight 2 and this port.
    pub(in crate::telephony::sip::locate) fn server(port: u16) -> Vec<u8> {
        let mut out = vec![0, 1, 0, 2];
        out.extend_from_slice(&port.to_be_bytes());
        out.extend_from_slice(&[1, b'a', 0xc0, 12]);
        out
    }

    const NAME: &str = "_sip._udp.telko.example";

    #[test]
    fn servers_and_services_are_read() {
        let asked = question(7, NAME, Kind::Srv).unwrap();
        let answer = reply(&asked, 0, &[(5, 300, vec![0xc0, 12]), (33, 60, server(5062))]);
        let target = format!("a.{NAME}");
        let server = Srv { priority: 1, weight: 2, port: 5062, target };
        let told = Reply::Records(vec![Record::Srv(server)], Some(Duration::from_secs(60)));
        assert_eq!(read(&answer, 7, "_SIP._udp.Telko.example", Kind::Srv), Some(told));

        let asked = question(8, "telko.example", Kind::Naptr).unwrap();
        let mut content = vec![0, 50, 0, 10, 1, b's', 7];
        content.extend_from_slice(b"SIP+D2U\x00\x04_sip\x04_udp\xc0\x0c");
        let service = Naptr {
            order: 50,
            preference: 10,
            flags: "s".into(),
            service: "SIP+D2U".into(),
            replacement: NAME.into(),
        };
        let answer = reply(&asked, 0, &[(35, 9, content)]);
        let told = Reply::Records(vec![Record::Naptr(service)], Some(Duration::from_secs(9)));
        assert_eq!(read(&answer, 8, "telko.example", Kind::Naptr), Some(told));
    }

    #[test]
    fn what_does_not_fit_the_question_is_no_answer() {
        let asked = question(7, NAME, Kind::Srv).unwrap();
        let good = || reply(&asked, 0, &[(33, 60, server(5062))]);
        let nothing = Some(Reply::Records(Vec::new(), None));
        assert_eq!(read(&good(), 6, NAME, Kind::Srv), None, "another id");
        assert_eq!(read(&good(), 7, "other.example", Kind::Srv), None, "another name");
        assert_eq!(read(&good(), 7, NAME, Kind::Naptr), None, "another kind");
        assert_eq!(read(&asked, 7, NAME, Kind::Srv), None, "a question");
        assert_eq!(read(&reply(&asked, 2, &[]), 7, NAME, Kind::Srv), None, "a failure");
        assert_eq!(read(&reply(&asked, 3, &[]), 7, NAME, Kind::Srv), nothing, "no such name");
        let cut = reply(&asked, CUT_SHORT, &[]);
        assert_eq!(read(&cut, 7, NAME, Kind::Srv), Some(Reply::CutShort));
        // A pointer to itself, a length beyond the end, a name that is none.
        for content in [vec![0, 1, 0, 2, 0, 9, 0xc0, 80], vec![0; 3], vec![0, 1, 0, 2, 0, 9, 0x80]]
        {
            assert_eq!(read(&reply(&asked, 0, &[(33, 60, content)]), 7, NAME, Kind::Srv), None);
        }
        for name in ["", ".", "a..b", &"x".repeat(64), &"x.".repeat(130), "ü.example"] {
            assert_eq!(question(1, name, Kind::Srv), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics(cut in 0usize..90, at in 0usize..90, byte: u8) {
            let asked = question(7, NAME, Kind::Srv).unwrap();
            let mut answer = reply(&asked, 0, &[(33, 60, server(5062)), (33, 60, server(1))]);
            if let Some(place) = answer.get_mut(at) {
                *place = byte;
            }
            answer.truncate(answer.len().saturating_sub(cut));
            drop(read(&answer, 7, NAME, Kind::Srv));
        }
    }
}
