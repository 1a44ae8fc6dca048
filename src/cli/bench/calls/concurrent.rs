//! Calls at a time, each of which hears one prompt.

use super::{BenchError, Subject};
use crate::cli::bench::load::{Habit, Plan, Sound, Tally};
use crate::time::Duration;

const SECOND: i64 = 1_000_000;
/// Calls begin at this rate, or within [`MAX_RAMP`] seconds if there are more.
const RAMP: u32 = 100;
const MAX_RAMP: u32 = 10;
/// The most that can be measured: the prompt lasts a minute.
const LONGEST: Duration = Duration::from_secs(45);
/// Packets of a call in a second.
const PACKETS: i64 = 50;
/// Frames that may fall on either side of the bounds of what is measured.
const SLACK: i64 = 2;

/// What many calls at a time cost.
#[derive(Debug)]
pub(in crate::cli::bench) struct Concurrent {
    /// CPU of the server and of its media threads, per cent of one core for 100 calls.
    pub(in crate::cli::bench) cpu_per_100: f64,
    pub(in crate::cli::bench) media_per_100: f64,
    /// What the server had taken in RAM, in kB, and in open files for each call.
    pub(in crate::cli::bench) rss_per_call: f64,
    pub(in crate::cli::bench) files_per_call: f64,
    /// Whether every call was in progress at the end and heard all the time.
    pub(in crate::cli::bench) complete: bool,
    pub(in crate::cli::bench) sound: Sound,
    pub(in crate::cli::bench) tally: Tally,
}

/// Measures `calls` calls at a time for `span`, at most 45 s.
///
/// # Errors
/// [`BenchError`] where the callers or the server cannot be started.
pub(in crate::cli::bench) fn concurrent(
    subject: Subject,
    calls: u32,
    span: Duration,
) -> Result<Concurrent, BenchError> {
    let server = subject.start()?;
    let idle = server.usage();
    let mut caller = subject.callers(&server)?;
    let every = SECOND / i64::from(RAMP.max(calls / MAX_RAMP));
    let ramp = every * i64::from(calls) + SECOND;
    let span = i64::try_from(span.min(LONGEST).as_micros()).unwrap_or(SECOND);
    // They end in the order in which they began, after all was measured.
    let habit = Habit::Listen(ramp + span + SECOND);
    caller.run(Some(Plan { calls: calls as usize, every, habit }), ramp);
    caller.forget();
    let before = server.usage();
    caller.run(None, span);
    let after = server.usage();
    let heard = i64::try_from(caller.fewest_packets()).unwrap_or(i64::MAX);
    let complete = caller.talking() == calls as usize && heard >= span / SECOND * PACKETS - SLACK;
    let sound = caller.sound();
    caller.finish();
    server.stop()?;
    #[expect(clippy::cast_precision_loss, reason = "at most 45 million")]
    let seconds = span as f64 / SECOND as f64;
    let calls = f64::from(calls);
    let per_100 = |spent: f64| spent / seconds * 100.0 * 100.0 / calls;
    Ok(Concurrent {
        cpu_per_100: per_100(after.cpu - before.cpu),
        media_per_100: per_100(after.media - before.media),
        rss_per_call: (after.rss - idle.rss) / calls,
        files_per_call: (after.files - idle.files) / calls,
        complete,
        sound,
        tally: caller.tally(),
    })
}
