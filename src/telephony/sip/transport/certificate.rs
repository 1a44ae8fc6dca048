//! Until when a certificate holds: the one field of X.509 that an operator must be warned of.

use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};

use crate::time::{Date, Duration};

/// DER tags (ITU-T X.690 §8) on the way to the field.
const SEQUENCE: u8 = 0x30;
/// The explicit version of a certificate (RFC 5280 §4.1).
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When a certificate is valid (RFC 5280 §4.1.2.5), in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    /// The first moment.
    pub(super) from: u64,
    /// The last moment.
    pub(super) until: u64,
}

/// How a certificate stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It holds for longer than the notice.
    Good,
    /// It expires within the notice.
    Expires {
        /// Full days left.
        days: u64,
    },
    /// It has expired.
    Expired,
    /// It does not hold yet.
    NotYet,
}

impl Validity {
    /// Reads it; `None` if the certificate is not as RFC 5280 has it.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (body, _) = field(certificate, SEQUENCE)?;
        let (mut rest, _) = field(body, SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            rest = field(rest, VERSION)?.1;
        }
        // Serial number, algorithm, issuer.
        for _ in 0..3 {
            rest = field(rest, *rest.first()?)?.1;
        }
        let (validity, _) = field(rest, SEQUENCE)?;
        let (from, rest) = time(validity)?;
        let (until, _) = time(rest)?;
        Some(Self { from, until })
    }

    /// How it stands at `now` for those who want `notice` before it ends.
    pub(super) fn standing(self, now: UnixTime, notice: Duration) -> Standing {
        let now = now.as_secs();
        let left = self.until.saturating_sub(now);
        if now < self.from {
            Standing::NotYet
        } else if now > self.until {
            Standing::Expired
        } else if left <= notice.as_secs() {
            Standing::Expires { days: left / (24 * 60 * 60) }
        } else {
            Standing::Good
        }
    }
}

/// The content of the field at the start of `bytes`, and what follows it.
fn field(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    if head[0] != tag {
        return None;
    }
    let (length, rest) = match head[1] {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let octets = usize::from(long & 0x7f);
            let (digits, rest) = rest.split_at_checked(octets).filter(|_| octets <= 4)?;
            let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

/// The time at the start of `bytes` in seconds since 1970, and what follows it.
fn time(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let tag = *bytes.first()?;
    let (text, rest) = field(bytes, tag)?;
    let digits = text.strip_suffix(b"Z")?;
    let number = |from: usize, count: usize| {
        let digits = digits.get(from..from + count)?;
        digits.iter().try_fold(0_u64, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u64::from(digit - b'0'))
        })
    };
    let (year, at) = match tag {
        UTC_TIME => match number(0, 2)? {
            year @ 50.. => (1900 + year, 2),
            year => (2000 + year, 2),
        },
        GENERALIZED_TIME => (number(0, 4)?, 4),
        _ => return None,
    };
    let part = |from| i8::try_from(number(from, 2)?).ok();
    let date = Date::new(i16::try_from(year).ok()?, part(at)?, part(at + 2)?)?;
    // What lies before 1970 counts as its first day.
    let days = u64::try_from(date.days_since_epoch()).unwrap_or(0);
    let seconds = number(at + 4, 2)? * 3_600 + number(at + 6, 2)? * 60 + number(at + 8, 2)?;
    Some((days * 86_400 + seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_until_when_it_holds() {
        for (from, until, expected) in [
            ((2020, 1, 1), (2049, 12, 31), Validity { from: 1_577_836_800, until: 2_524_521_600 }),
            ((2020, 1, 1), (2050, 1, 2), Validity { from: 1_577_836_800, until: 2_524_694_400 }),
        ] {
            let mut parameters = rcgen::CertificateParams::new(["a.example".to_owned()]).unwrap();
            parameters.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
            parameters.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = parameters.self_signed(&key).unwrap();
            assert_eq!(Validity::of(certificate.der()), Some(expected));
            for length in 0..certificate.der().len().min(400) {
                let cut = certificate.der().get(..length).unwrap_or_default();
                assert_eq!(Validity::of(&cut.into()), None, "cut to {length}");
            }
        }
    }

    #[test]
    fn an_end_that_is_near_is_noticed() {
        let day = 24 * 60 * 60;
        let validity = Validity { from: 100 * day, until: 200 * day };
        for (now, expected) in [
            (99 * day, Standing::NotYet),
            (150 * day, Standing::Good),
            (170 * day, Standing::Expires { days: 30 }),
            (200 * day, Standing::Expires { days: 0 }),
            (200 * day + 1, Standing::Expired),
        ] {
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now));
            assert_eq!(validity.standing(now, Duration::from_secs(30 * day)), expected);
        }
    }
}
