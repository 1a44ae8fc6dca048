//! The time of a call, as a person writes it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::time::Wall;

/// A time that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("write it as \"2026-12-25 10:00\" or \"2026-12-25 10:00 Asia/Jakarta\": {source}")]
pub(in crate::cli) struct MomentError {
    source: jiff::Error,
}

/// The time now.
pub(in crate::cli) fn now() -> Wall {
    Wall::from_unix_micros(Timestamp::now().as_microsecond())
}

/// A date and time of day, in the named zone or in Asia/Jakarta.
pub(in crate::cli) fn parse(written: &str) -> Result<Wall, MomentError> {
    let mut parts = written.split_whitespace();
    let (date, time) = (parts.next().unwrap_or(""), parts.next().unwrap_or("00:00"));
    let zone = parts.next().unwrap_or("Asia/Jakarta");
    let read = || {
        let civil: DateTime = format!("{date}T{time}").parse()?;
        Ok(civil.to_zoned(TimeZone::get(zone)?)?.timestamp().as_microsecond())
    };
    read().map(Wall::from_unix_micros).map_err(|source| MomentError { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_zone() {
        for (written, utc) in [
            ("2026-12-25 10:00", "2026-12-25T03:00:00.000Z"),
            ("2026-12-25 10:00 Asia/Jayapura", "2026-12-25T01:00:00.000Z"),
            ("2026-03-04 17:00:01 UTC", "2026-03-04T17:00:01.000Z"),
            ("2026-03-04", "2026-03-03T17:00:00.000Z"),
        ] {
            assert_eq!(parse(written).expect("a time").to_rfc3339(), utc, "{written}");
        }
        for wrong in
            ["", "tomorrow", "2026-13-01", "2026-12-25 25:00", "2026-12-25 10:00 Mars/Base"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
