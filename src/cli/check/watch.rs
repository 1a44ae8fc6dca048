//! `check --watch`: checks again whenever a file changes, until it is told to stop.

use std::io::{self, Write as _};

use tokio::time::sleep;

use super::{CheckArgs, CheckError, Outcome, once};
use crate::project::Stamp;
use crate::runtime::Clock;
use crate::time::Duration;

/// How often files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Checks on every change until SIGINT; gives the outcome of the last check.
pub(super) fn watch(args: &CheckArgs, color: bool) -> Result<Outcome, CheckError> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async {
        let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
        let mut seen = stamps(args);
        let mut outcome = check_and_tell(args, color)?;
        loop {
            tokio::select! {
                stop = &mut interrupted => {
                    stop?;
                    return Ok(outcome);
                }
                () = sleep(LOOK_EVERY.to_std()) => {}
            }
            let now = stamps(args);
            if now != seen {
                seen = now;
                outcome = check_and_tell(args, color)?;
            }
        }
    })
}

/// Checks once, then prints the line that ends this run's findings. A file that has gone is told and waited for.
fn check_and_tell(args: &CheckArgs, color: bool) -> Result<Outcome, CheckError> {
    let mut out = io::stdout().lock();
    let outcome = match once(args, color, &mut out) {
        Err(error @ CheckError::Output(_)) => return Err(error),
        Err(error) => {
            super::print::error(&error);
            Outcome::Unreadable
        }
        Ok(outcome) => outcome,
    };
    let time = Clock::new().wall().to_rfc3339();
    let total = match &outcome {
        Outcome::Checked(sum) => sum.line(),
        Outcome::Unreadable => "not checked".to_owned(),
    };
    writeln!(out, "---- {time}  {total} ----")?;
    out.flush()?;
    Ok(outcome)
}

/// How the files of all that is checked look; like none where they cannot be listed.
fn stamps(args: &CheckArgs) -> Vec<Stamp> {
    match &args.config {
        Some(settings) => vec![Stamp::of_configured(settings).unwrap_or_default()],
        None => args.paths.iter().map(|path| Stamp::of(path).unwrap_or_default()).collect(),
    }
}
