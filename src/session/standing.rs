//! Where a call stands at a moment, with everything that it counts and waits for: for people who ask why a caller heard
//! what they heard. Nothing here changes a call.

use super::Session;
use super::collector::Collector;
use super::playback::Playback;
use super::state::State;
use crate::call::PlayId;
use crate::flow::NodeIndex;
use crate::time::{Duration, Instant};

/// A call at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The node that the call is at.
    pub node: Option<NodeIndex>,
    /// What plays over any music, and for how long it has.
    pub playing: Option<(PlayId, Duration)>,
    /// The misses of the present question.
    pub misses: Option<Misses>,
    /// What the call has spent of its limits.
    pub spent: Spent,
    /// What will happen by itself, soonest first. The end of what plays is not among them: the telephone knows it.
    pub timers: Vec<Timer>,
    /// How many keys wait for the next question.
    pub typed_ahead: usize,
}

/// The misses of one question, of this visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misses {
    /// How often nothing came.
    pub no_inputs: u32,
    /// How often what came was no answer.
    pub no_matches: u32,
    /// How many of both together end the question.
    pub limit: u32,
}

/// What a call has spent, each beside its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The misses of the whole call.
    pub errors: (u32, u32),
    /// The time in the flow; the limit is longer once it has led to a person.
    pub flow: (Duration, Duration),
    /// The time in menus; at the limit a person is offered.
    pub menus: (Duration, Duration),
    /// The visits of the present node since something new became known.
    pub visits: (u32, u32),
}

/// Something that happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// What, in words.
    pub what: &'static str,
    /// When.
    pub due: Instant,
}

impl Session {
    /// How the call stands at `now`.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Standing {
        let node = self.state.node();
        let (misses, limit) = match &self.state {
            State::Asking(asking) => {
                let input = self.program.flow.node(asking.node).verb.input();
                (Some((asking.no_inputs, asking.no_matches)), input.map_or(0, |i| i.retry.max))
            }
            _ => (None, 0),
        };
        let outside = self.state.spending();
        let mut timers: Vec<Timer> = self.state.timers();
        timers.extend(self.budget.ends(outside).map(|due| Timer { what: FLOW_LIMIT, due }));
        timers.sort_by_key(|timer| timer.due);
        Standing {
            node,
            playing: self.state.playback().and_then(|playback| playback.present(now)),
            misses: misses.map(|(no_inputs, no_matches)| Misses { no_inputs, no_matches, limit }),
            spent: self.budget.spent(now, outside, node),
            timers,
            typed_ahead: self.type_ahead.waiting(now),
        }
    }
}

/// The name of the timer of the whole call.
const FLOW_LIMIT: &str = "the time in the flow is used up";

impl State {
    /// What the state waits for, each with its time.
    fn timers(&self) -> Vec<Timer> {
        let one =
            |what, due: Option<Instant>| due.map(|due| Timer { what, due }).into_iter().collect();
        match self {
            Self::Ringing { answer_at } => one("the call is answered", Some(*answer_at)),
            Self::Asking(asking) if asking.playback.is_playing() => Vec::new(),
            Self::Asking(asking) => one(waits_for(&asking.collector), asking.collector.deadline()),
            Self::Waiting(waiting) => waiting.timers(),
            Self::Recording(taping) if taping.listens() => {
                one("the recording counts as failed", taping.deadline())
            }
            Self::Queued(line) => one("something is said in line", line.deadline()),
            Self::Parted(parted) => {
                one("what is asked of the outside is given up", Some(parted.until))
            }
            Self::Leaving { until, .. } => {
                one("the end of the leg is no longer waited for", Some(*until))
            }
            Self::Saying { .. }
            | Self::Recording(_)
            | Self::Dialling { .. }
            | Self::Answering
            | Self::Talking { .. }
            | Self::Transferring { .. }
            | Self::Ended
            | Self::Moving => Vec::new(),
        }
    }
}

/// What an entry waits for once nothing plays.
const fn waits_for(collector: &Collector) -> &'static str {
    if collector.has_keys() {
        "the entry is taken as it is"
    } else {
        "the question counts as missed"
    }
}

impl Playback {
    /// The part that plays, and for how long it has.
    fn present(&self, now: Instant) -> Option<(PlayId, Duration)> {
        self.front().map(|(id, since)| (id, now.since(since)))
    }
}
