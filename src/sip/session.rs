//! Session timers (RFC 4028): what both sides ask for, what that comes to, and when somebody must act.
//!
//! Everything here is computed from header fields and the present time; who sends what is decided in `agent`.

use sipx_sip::session::{MinSe, Refresher, SessionExpires};
use sipx_sip::{HeaderName, Headers};

use super::read;
use super::settings::Settings;
use crate::time::{Duration, Instant};

/// The extension's option tag.
pub(super) const OPTION: &str = "timer";
/// The shortest interval that anybody may ask for (RFC 4028 §4), in seconds.
pub(super) const SHORTEST: u64 = 90;
/// The longest interval that is taken at its word, in seconds: a day.
const LONGEST: u64 = 86_400;
/// How long before the end the side that waits gives up: this, or a third of a short interval (RFC 4028 §10).
const EARLY: u64 = 32;

/// A call that ends unless it is refreshed in time.
///
/// ```text
///  refresher:  start ── interval/2: refresh ──▶ start again
///  the other:  start ── interval − 32 s: BYE
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionTimer {
    /// The interval agreed on, in seconds.
    pub(super) seconds: u64,
    /// Whether we refresh.
    pub(super) ours: bool,
    /// When we refresh; `None` = they do, or ours is on its way.
    pub(super) refresh_at: Option<Instant>,
    /// When the call ends if nobody has.
    pub(super) expires: Instant,
}

impl SessionTimer {
    /// Starts an interval.
    pub(super) fn start(now: Instant, seconds: u64, ours: bool) -> Self {
        let seconds = seconds.clamp(SHORTEST, LONGEST);
        let patience = if ours { seconds } else { seconds - EARLY.min(seconds / 3) };
        Self {
            seconds,
            ours,
            refresh_at: ours.then(|| now + Duration::from_secs(seconds / 2)),
            expires: now + Duration::from_secs(patience),
        }
    }

    /// When something must be done.
    pub(super) fn deadline(&self) -> Instant {
        self.refresh_at.map_or(self.expires, |at| at.min(self.expires))
    }

    /// Tries again when half of what is left is over.
    pub(super) fn again(&mut self, now: Instant) {
        let left = self.expires.since(now).as_millis() / 2;
        self.refresh_at = self.ours.then(|| now + Duration::from_millis(left));
    }

    /// `Session-Expires` of a request of ours: the roles stay as they are (RFC 4028 §7.4).
    pub(super) fn header(&self) -> String {
        format!("{};refresher={}", self.seconds, if self.ours { "uac" } else { "uas" })
    }
}

/// What a request of theirs comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The call has no timer.
    Untimed,
    /// It has one.
    Timed {
        /// The interval, in seconds.
        seconds: u64,
        /// Whether we refresh.
        ours: bool,
    },
    /// They ask for less than we bear: 422 with this `Min-SE`, in seconds.
    TooBrief(u64),
}

/// What an INVITE or UPDATE of theirs comes to (RFC 4028 §9).
pub(super) fn answer(headers: &Headers, settings: &Settings) -> Answer {
    let supports = read::has_option(headers, &HeaderName::Supported, OPTION)
        || read::has_option(headers, &HeaderName::Require, OPTION);
    let theirs = min_se(headers).unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST);
    let floor = settings.session_min.as_secs().max(SHORTEST);
    let wish = settings.session_expires.map(|span| span.as_secs().max(floor));
    match headers.typed::<SessionExpires>().and_then(Result::ok) {
        None => match wish {
            Some(seconds) if supports => Answer::Timed { seconds: seconds.max(theirs), ours: true },
            Some(_) | None => Answer::Untimed,
        },
        Some(asked) if asked.interval.as_secs() < floor => match supports {
            true => Answer::TooBrief(floor),
            // A proxy asks on behalf of somebody who could make nothing of a 422.
            false => Answer::Untimed,
        },
        Some(asked) => {
            let seconds = asked.interval.as_secs();
            // It may be shortened, never lengthened, and never below what they bear.
            let seconds = wish.map_or(seconds, |wish| seconds.min(wish.max(theirs)));
            let ours = !supports || asked.refresher != Some(Refresher::Uac);
            Answer::Timed { seconds, ours }
        }
    }
}

/// What a 2xx to a request of ours says (RFC 4028 §7.2): the interval in seconds, and whether we refresh.
pub(super) fn agreed(headers: &Headers) -> Option<(u64, bool)> {
    let said = headers.typed::<SessionExpires>()?.ok()?;
    Some((said.interval.as_secs(), said.refresher != Some(Refresher::Uas)))
}

/// The value of `Min-SE`, in seconds.
pub(super) fn min_se(headers: &Headers) -> Option<u64> {
    headers.typed::<MinSe>().and_then(Result::ok).map(|min| min.0.as_secs())
}

/// Whether `Session-Expires` and `Min-SE` can be read where they are there.
pub(super) fn is_readable(headers: &Headers) -> bool {
    !matches!(headers.typed::<SessionExpires>(), Some(Err(_)))
        && !matches!(headers.typed::<MinSe>(), Some(Err(_)))
}

/// The interval to ask for after a 422, in seconds; `None` if they want more than is sensible, or no more than was
/// asked for already.
pub(super) fn raised(headers: &Headers, asked: u64) -> Option<u64> {
    min_se(headers).filter(|min| *min > asked && *min <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use sipx_sip::Header;

    fn headers(lines: &[(&'static str, &'static str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in lines {
            let name = HeaderName::parse(&Bytes::from_static(name.as_bytes()));
            headers.push(Header::build(name, value.as_bytes().to_vec()).unwrap());
        }
        headers
    }

    #[test]
    fn requests_of_theirs_are_answered_by_the_table() {
        const KNOWS: (&str, &str) = ("Supported", "100rel, TIMER");
        let timed = |seconds, ours| Answer::Timed { seconds, ours };
        for (name, lines, expected) in [
            ("nothing said", vec![], Answer::Untimed),
            ("known to them", vec![KNOWS], timed(1_800, true)),
            ("known, with more", vec![KNOWS, ("Min-SE", "3600")], timed(3_600, true)),
            (
                "they refresh",
                vec![KNOWS, ("Session-Expires", "600;refresher=uac")],
                timed(600, false),
            ),
            ("we refresh", vec![KNOWS, ("x", "600;refresher=uas")], timed(600, true)),
            ("nobody chosen", vec![KNOWS, ("Session-Expires", "600")], timed(600, true)),
            ("long", vec![KNOWS, ("Session-Expires", "7200")], timed(1_800, true)),
            (
                "long by need",
                vec![KNOWS, ("Session-Expires", "7200"), ("Min-SE", "5000")],
                timed(5_000, true),
            ),
            ("brief", vec![KNOWS, ("Session-Expires", "100")], Answer::TooBrief(120)),
            ("a proxy's", vec![("Session-Expires", "600;refresher=uac")], timed(600, true)),
            ("a proxy's, brief", vec![("Session-Expires", "60")], Answer::Untimed),
            ("required", vec![("Require", "timer"), ("Session-Expires", "120")], timed(120, true)),
        ] {
            let mut settings = Settings::new(Vec::new());
            settings.session_min = Duration::from_secs(120);
            assert_eq!(answer(&headers(&lines), &settings), expected, "{name}");
        }
        let mut off = Settings::new(Vec::new());
        off.session_expires = None;
        assert_eq!(answer(&headers(&[KNOWS]), &off), Answer::Untimed, "we ask for none");
        let asked = headers(&[KNOWS, ("Session-Expires", "7200")]);
        assert_eq!(answer(&asked, &off), timed(7_200, true), "but take what they ask for");
    }

    #[test]
    fn each_side_acts_in_its_time() {
        let at = |secs| Instant::ZERO + Duration::from_secs(secs);
        let ours = SessionTimer::start(Instant::ZERO, 1_800, true);
        assert_eq!((ours.refresh_at, ours.expires), (Some(at(900)), at(1_800)));
        assert_eq!(ours.header(), "1800;refresher=uac");
        let theirs = SessionTimer::start(Instant::ZERO, 1_800, false);
        assert_eq!((theirs.refresh_at, theirs.deadline()), (None, at(1_768)));
        let short = SessionTimer::start(Instant::ZERO, 5, false);
        assert_eq!(
            (short.seconds, short.expires),
            (90, at(60)),
            "never shorter than the RFC allows"
        );
    }

    #[test]
    fn a_422_is_followed_only_upwards() {
        for (said, expected) in
            [("200", Some(200)), ("100", None), ("99", None), ("90000", None), ("x", None)]
        {
            let lines = [("Min-SE", said)];
            assert_eq!(raised(&headers(&lines), 100), expected, "{said}");
        }
    }
}
