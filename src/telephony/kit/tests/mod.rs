//! The adapters of this process under the kit: the same scenarios, with a shim in the place of lines.

mod house;
mod paper;
mod words;

use std::any::Any;

use tokio::task::JoinSet;

pub(in crate::telephony) use house::{Far, key, plug};
pub(in crate::telephony) use words::{length, sound};

use super::stage::{Reach, Stage};
use super::{Outcome, SCENARIOS, Scenario, Verdict, play};
use crate::runtime::Clock;
use crate::telephony::remote::transport::Plug;

/// Scenarios that are played at a time.
const AT_ONCE: usize = 16;

/// Scenarios about lines, about music that has an end, and about samples that pass through a node: not asked of any
/// adapter of this process.
const OF_LINES: &[&str] = &[
    "heartbeat",
    "acknowledge",
    "unknown-command",
    "unknown-field",
    "seen-before",
    "junk",
    "oversize",
    "music",
    "audio",
    "audio-noise",
    "reconnect",
    "resend",
    "farewell",
];

/// An adapter on stage, and what must live as long as it does.
pub(in crate::telephony) struct Held {
    pub(in crate::telephony) plug: Plug,
    pub(in crate::telephony) keep: Box<dyn Any + Send>,
}

/// Plays every scenario with an adapter of its own. `cannot` are those that it says it cannot be asked.
pub(in crate::telephony) async fn keeps_the_contract<F>(make: impl Fn(Clock) -> F, cannot: &[&str])
where
    F: Future<Output = Held> + Send + 'static,
{
    let (mut playing, mut verdicts) = (JoinSet::new(), Vec::new());
    for scenario in SCENARIOS {
        if playing.len() >= AT_ONCE {
            verdicts.extend(playing.join_next().await);
        }
        let clock = Clock::new();
        playing.spawn(one(scenario, make(clock), clock));
    }
    verdicts.extend(playing.join_all().await.into_iter().map(Ok));
    let verdicts: Vec<Verdict> = verdicts.into_iter().map(|v| v.expect("no panic")).collect();
    let named = |what: &dyn Fn(&Outcome) -> bool| -> Vec<&str> {
        SCENARIOS
            .iter()
            .filter(|s| verdicts.iter().any(|v| v.name == s.name && what(&v.outcome)))
            .map(|s| s.name)
            .collect()
    };
    let failed: Vec<&Verdict> =
        verdicts.iter().filter(|v| matches!(v.outcome, Outcome::Failed(_))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let expected: Vec<&str> = SCENARIOS
        .iter()
        .map(|scenario| scenario.name)
        .filter(|name| OF_LINES.contains(name) || cannot.contains(name))
        .collect();
    assert_eq!(named(&|outcome| matches!(outcome, Outcome::NotRun(_))), expected, "not asked");
}

async fn one(
    scenario: &'static Scenario,
    held: impl Future<Output = Held>,
    clock: Clock,
) -> Verdict {
    let Held { plug, keep } = held.await;
    let stage = Stage::new(plug, clock, Reach::Inside);
    let verdict = play(scenario, stage).await;
    drop(keep);
    verdict
}
