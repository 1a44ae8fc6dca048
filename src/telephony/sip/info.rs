//! Keys in SIP INFO bodies: `application/dtmf-relay` (`Signal=5`) and `application/dtmf` (`5`).

use crate::call::Symbol;

/// The media type whose body names fields.
pub(super) const RELAY: &str = "application/dtmf-relay";
/// The media type whose body is the key alone.
const PLAIN: &str = "application/dtmf";

/// The key that an INFO body of this media type (lower case, no parameters) names.
pub(super) fn key(content_type: &str, body: &[u8]) -> Option<Symbol> {
    let text = std::str::from_utf8(body).ok()?;
    let signal = match content_type {
        PLAIN => text.trim(),
        RELAY => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then_some(value.trim())
        })?,
        _ => return None,
    };
    symbol(signal)
}

/// A key as phones write it: its character, or its event code of RFC 4733 from 10 up.
fn symbol(signal: &str) -> Option<Symbol> {
    let mut chars = signal.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => Symbol::from_char(only),
        _ => signal.parse().ok().and_then(Symbol::from_event_code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_both_bodies() {
        for (content_type, body, key_named) in [
            (RELAY, "Signal=5\r\nDuration=160\r\n", Some('5')),
            (RELAY, "Duration=160\nsignal = # \n", Some('#')),
            (RELAY, "Signal=*", Some('*')),
            (RELAY, "Signal=11", Some('#')),
            (RELAY, "Signal=16", None),
            (RELAY, "Signal=", None),
            (RELAY, "5", None),
            (PLAIN, "5", Some('5')),
            (PLAIN, " d\r\n", Some('D')),
            (PLAIN, "10", Some('*')),
            (PLAIN, "", None),
            ("text/plain", "5", None),
        ] {
            let read = key(content_type, body.as_bytes()).map(Symbol::as_char);
            assert_eq!(read, key_named, "{content_type} {body:?}");
        }
        assert_eq!(key(PLAIN, &[0xff]), None);
    }
}
