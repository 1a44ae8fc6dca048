//! Our registration at a trunk (RFC 3261 §10.2).
//!
//! ```text
//!            ┌────────────── refresh ──────────────┐
//!            ▼                                     │
//! Due ──▶ Asking ── 200 ──▶ Registered ────────────┘
//!  ▲         ├── 423 ──▶ Due at once, for longer
//!  └─ wait ──┴── anything else, or nothing
//!
//! any ── stop ──▶ Leaving ──▶ Gone
//! ```

use crate::sip::ask::{Answer, AskId};
use crate::sip::chance::Chance;
use crate::time::{Duration, Instant};

/// The shortest wait after a failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait after a failure, and the one after a refusal of our credentials.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// The longest wait that a far side may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(60);
/// The longest registration that a far side may insist on.
const MAX_EXPIRES: Duration = Duration::from_mins(24 * 60);
/// The shortest time between two registrations.
const SHORTEST: Duration = Duration::from_secs(2);
/// The part of the granted time after which it is refreshed, in percent: between these two.
const REFRESH: (u64, u64) = (70, 85);
/// How far a wait is spread, in percent of itself.
const JITTER: (u64, u64) = (75, 125);

/// How far the registration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be asked for at this time.
    Due { at: Instant },
    /// Asked for.
    Asking { ask: AskId },
    /// Granted; to be asked for again at this time, while it still holds.
    Registered { refresh: Instant },
    /// To be taken back.
    Leaving { ask: Option<AskId> },
    /// Taken back.
    Gone,
}

/// What came of a registration, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stands now and did not before.
    Registered,
    /// It was refreshed, or taken back.
    Unchanged,
    /// It failed; it is tried again after this time.
    Failed { wait: Duration },
}

/// Our registration at one trunk.
#[derive(Debug)]
pub(super) struct Registering {
    state: State,
    /// Whether calls can come: it stood at the last answer.
    stands: bool,
    /// How long is asked for.
    pub(super) expires: Duration,
    /// The last number in `CSeq`.
    pub(super) cseq: u32,
    failures: u32,
}

impl Registering {
    pub(super) fn new(now: Instant, expires: Duration) -> Self {
        Self { state: State::Due { at: now }, stands: false, expires, cseq: 0, failures: 0 }
    }

    /// Whether calls can come.
    pub(super) const fn stands(&self) -> bool {
        self.stands
    }

    /// When something is to be asked.
    pub(super) const fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Due { at } => Some(at),
            State::Registered { refresh } => Some(refresh),
            State::Leaving { ask: None } => Some(Instant::ZERO),
            State::Asking { .. } | State::Leaving { ask: Some(_) } | State::Gone => None,
        }
    }

    /// Begins to ask; the time to ask for, zero to take it back. `None` if nothing is due.
    pub(super) fn begin(&mut self, now: Instant, ask: AskId) -> Option<Duration> {
        match self.state {
            State::Due { at } | State::Registered { refresh: at } if at <= now => {
                self.state = State::Asking { ask };
                Some(self.expires)
            }
            State::Leaving { ask: None } => {
                self.state = State::Leaving { ask: Some(ask) };
                Some(Duration::ZERO)
            }
            State::Due { .. }
            | State::Registered { .. }
            | State::Asking { .. }
            | State::Leaving { ask: Some(_) }
            | State::Gone => None,
        }
    }

    /// Nothing could be asked, because no address is known: later.
    pub(super) fn postpone(&mut self, now: Instant, chance: &mut Chance) {
        let wait = self.back_off(chance);
        self.state = State::Due { at: now + wait };
    }

    /// Takes the registration back, if it may stand.
    pub(super) fn stop(&mut self) {
        self.state = match self.state {
            State::Due { .. } if !self.stands => State::Gone,
            State::Leaving { .. } | State::Gone => return,
            State::Due { .. } | State::Asking { .. } | State::Registered { .. } => {
                State::Leaving { ask: None }
            }
        };
    }

    /// Whether an answer is awaited under this number.
    pub(super) fn awaits(&self, id: AskId) -> bool {
        match self.state {
            State::Asking { ask } | State::Leaving { ask: Some(ask) } => ask == id,
            State::Due { .. }
            | State::Registered { .. }
            | State::Leaving { ask: None }
            | State::Gone => false,
        }
    }

    /// Takes the answer that was awaited.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        answer: &Answer,
        chance: &mut Chance,
    ) -> Outcome {
        self.cseq = self.cseq.max(answer.cseq);
        if matches!(self.state, State::Leaving { .. }) {
            self.state = State::Gone;
            self.stands = false;
            return Outcome::Unchanged;
        }
        match answer.status {
            Some(200..=299) => {
                let granted =
                    answer.expires.map_or(self.expires, |s| Duration::from_secs(s.into()));
                let (low, high) = REFRESH;
                let refresh = part(granted, chance.between(low, high)).max(SHORTEST);
                self.state = State::Registered { refresh: now + refresh };
                self.failures = 0;
                let stood = std::mem::replace(&mut self.stands, true);
                if stood { Outcome::Unchanged } else { Outcome::Registered }
            }
            Some(423) if self.lengthen(answer.min_expires) => {
                self.state = State::Due { at: now };
                Outcome::Unchanged
            }
            status => {
                let refused = matches!(status, Some(401 | 403 | 407));
                let asked = answer.retry_after.map(|s| Duration::from_secs(s.into()));
                let asked = asked.map(|wait| wait.min(MAX_RETRY_AFTER));
                let own = self.back_off(chance);
                let wait = asked.unwrap_or(if refused { LONGEST_WAIT } else { own });
                self.state = State::Due { at: now + wait };
                self.stands = false;
                Outcome::Failed { wait }
            }
        }
    }

    /// Asks for longer from now on, if the far side wants that and it is reasonable.
    fn lengthen(&mut self, least: Option<u32>) -> bool {
        let least = least.map(|seconds| Duration::from_secs(seconds.into()));
        match least.filter(|least| *least > self.expires && *least <= MAX_EXPIRES) {
            Some(least) => {
                self.expires = least;
                true
            }
            None => false,
        }
    }

    fn back_off(&mut self, chance: &mut Chance) -> Duration {
        let wait = FIRST_WAIT.times(1 << self.failures.min(16)).min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        let (low, high) = JITTER;
        part(wait, chance.between(low, high)).min(LONGEST_WAIT)
    }
}

fn part(span: Duration, percent: u64) -> Duration {
    Duration::from_micros(span.as_micros() / 100 * percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registering() -> (Registering, Chance) {
        (Registering::new(Instant::ZERO, Duration::from_mins(10)), Chance::new([7; 32]))
    }

    fn answer(status: u16) -> Answer {
        Answer { status: Some(status), cseq: 2, ..Answer::default() }
    }

    /// Asks at the next deadline and is answered; the outcome and when the next deadline is.
    fn round(
        machine: &mut Registering,
        chance: &mut Chance,
        answer: &Answer,
    ) -> (Outcome, Option<Duration>) {
        let now = machine.deadline().expect("something is due");
        assert!(machine.begin(now, AskId(1)).is_some() && machine.awaits(AskId(1)));
        let outcome = machine.answered(now, answer, chance);
        (outcome, machine.deadline().map(|at| at.since(now)))
    }

    #[test]
    fn it_is_refreshed_before_it_ends() {
        let (mut machine, mut chance) = registering();
        let granted = Answer { expires: Some(100), ..answer(200) };
        let (outcome, next) = round(&mut machine, &mut chance, &granted);
        assert_eq!(outcome, Outcome::Registered);
        assert!((70..=85).contains(&next.expect("a refresh").as_secs()), "{next:?}");
        let (outcome, _) = round(&mut machine, &mut chance, &granted);
        assert_eq!((outcome, machine.stands()), (Outcome::Unchanged, true));
    }

    #[test]
    fn failures_wait_longer_and_longer_and_never_too_long() {
        let (mut machine, mut chance) = registering();
        let mut waits = Vec::new();
        for _ in 0..14 {
            let (outcome, next) = round(&mut machine, &mut chance, &Answer::default());
            assert!(matches!(outcome, Outcome::Failed { .. }));
            waits.push(next.expect("another try").as_millis());
        }
        assert!((750..=1_250).contains(&waits[0]), "{waits:?}");
        assert!(waits[13] >= 225_000 && waits.iter().all(|wait| *wait <= 300_000), "{waits:?}");
    }

    #[test]
    fn what_the_far_side_wants_is_heeded() {
        let (mut machine, mut chance) = registering();
        let brief = Answer { min_expires: Some(1_800), ..answer(423) };
        let (outcome, next) = round(&mut machine, &mut chance, &brief);
        assert_eq!((outcome, next), (Outcome::Unchanged, Some(Duration::ZERO)));
        assert_eq!(machine.expires, Duration::from_secs(1_800));
        let (outcome, _) = round(&mut machine, &mut chance, &brief);
        assert!(matches!(outcome, Outcome::Failed { .. }), "the same once more is a failure");
        let later = Answer { retry_after: Some(90), ..answer(503) };
        let (_, next) = round(&mut machine, &mut chance, &later);
        assert_eq!(next, Some(Duration::from_secs(90)));
        let (_, next) = round(&mut machine, &mut chance, &answer(403));
        assert_eq!(next, Some(LONGEST_WAIT), "a wrong password is not tried in a row");
    }

    #[test]
    fn it_is_taken_back_once() {
        let (mut machine, mut chance) = registering();
        machine.stop();
        assert_eq!(machine.deadline(), None, "nothing to take back");
        let (mut machine, _) = registering();
        round(&mut machine, &mut chance, &answer(200));
        machine.stop();
        assert_eq!(machine.begin(Instant::ZERO, AskId(9)), Some(Duration::ZERO));
        machine.stop();
        assert_eq!(machine.begin(Instant::ZERO, AskId(10)), None);
        machine.answered(Instant::ZERO, &answer(200), &mut chance);
        assert_eq!((machine.deadline(), machine.stands()), (None, false));
    }
}
