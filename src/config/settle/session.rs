//! `sip.session`: within which time calls are to be refreshed (RFC 4028).

use super::Found;
use crate::config::file::SessionSection;
use crate::config::settings::Session;
use crate::flow::{Diagnostic, WRONG_FORM};
use crate::time::Duration;

/// The shortest interval that RFC 4028 §4 allows.
const SHORTEST: Duration = Duration::from_secs(90);
/// The longest that can be set.
const LONGEST: Duration = Duration::from_mins(24 * 60);

/// Settles the section.
pub(super) fn settle(found: &mut Found, section: Option<SessionSection>) -> Session {
    let mut session = Session::default();
    let Some(section) = section else { return session };
    for (time, what, place) in [
        (section.expires, "`session.expires`", None),
        (section.min, "`session.min`", Some(&mut session.min)),
    ] {
        let Some(time) = time else { continue };
        let span = match time.value.0 {
            Some(span) if (SHORTEST..=LONGEST).contains(&span) => Some(span),
            None if place.is_none() => None,
            Some(_) | None => {
                let message = format!("{what} may be from {SHORTEST} to {LONGEST}");
                found.add(Diagnostic::new(&WRONG_FORM, time.span, message));
                continue;
            }
        };
        match (place, span) {
            (Some(min), Some(span)) => *min = span,
            (_, span) => session.expires = span,
        }
    }
    session
}
