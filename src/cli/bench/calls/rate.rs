//! New calls every second, each with a key.

use super::{BenchError, Subject};
use crate::cli::bench::load::{Habit, Plan, Sound, Tally};
use crate::time::Duration;

const SECOND: i64 = 1_000_000;
/// How long the last calls last after the last one began, in µs.
const LAST: i64 = 6 * SECOND;

/// What so many new calls every second cost.
#[derive(Debug)]
pub(in crate::cli::bench) struct Rate {
    /// CPU seconds of the server for 1,000 calls; of it, those of its media threads, and of those that write down what
    /// happened.
    pub(in crate::cli::bench) cpu_per_1000: f64,
    pub(in crate::cli::bench) media_per_1000: f64,
    pub(in crate::cli::bench) history_per_1000: f64,
    /// What an ended call leaves in the server's RAM for the time of repetitions, in kB: by how much a second round of
    /// as many calls makes it grow, right after a first one that ended. What the system's allocator took for the calls
    /// themselves, the first round took once and for all, and the second uses again.
    pub(in crate::cli::bench) kept_per_call: f64,
    pub(in crate::cli::bench) sound: Sound,
    pub(in crate::cli::bench) tally: Tally,
}

/// Measures `per_second` new calls a second for `span`.
///
/// # Errors
/// [`BenchError`] where the callers or the server cannot be started.
pub(in crate::cli::bench) fn rate(
    subject: Subject,
    per_second: u32,
    span: Duration,
    seed: u64,
) -> Result<Rate, BenchError> {
    let server = subject.start()?;
    let idle = server.usage();
    let mut caller = subject.callers(&server)?;
    let seconds = u32::try_from(span.as_secs().max(1)).unwrap_or(u32::MAX);
    let calls = per_second.saturating_mul(seconds);
    let habit = Habit::Press { seed };
    let every = SECOND / i64::from(per_second);
    let plan = || Some(Plan { calls: calls as usize, every, habit });
    let round = i64::from(seconds) * SECOND + LAST;
    caller.run(plan(), round);
    caller.finish();
    let after = server.usage();
    let mut second = subject.callers(&server)?;
    second.run(plan(), round);
    second.finish();
    let twice = server.usage();
    server.stop()?;
    let calls = f64::from(calls);
    let per_1000 = |seconds: f64| seconds * 1_000.0 / calls;
    Ok(Rate {
        cpu_per_1000: per_1000(after.cpu - idle.cpu),
        media_per_1000: per_1000(after.media - idle.media),
        history_per_1000: per_1000(after.history - idle.history),
        kept_per_call: (twice.rss - after.rss) / calls,
        sound: caller.sound(),
        tally: caller.tally(),
    })
}
