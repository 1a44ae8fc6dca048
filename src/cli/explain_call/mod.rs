//! `sambung explain-call`: why a caller heard what they heard.
//!
//! A journal is played again on the flow, up to the moment that is asked about; what the call counted and waited for
//! there is told, and what every other key would have done. A call record holds only the steps, and only they are told.

mod moment;
mod other_key;
mod source;
mod stage;
mod timeline;
mod visit;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{exit, print};
use crate::call::CallJournal;
use crate::simulation::replay::Retelling;
use crate::time::{Duration, Instant};
use source::Source;
use stage::Stage;

/// Say why a caller heard what they heard.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --at the whole call is told, step by step. With it, that moment: what played, how the call came there, what it
counted and waited for, and what every other key would have done.

Exit codes: 0 told, 2 no such call or moment, 3 a file could not be read.")]
pub(crate) struct ExplainCallArgs {
    /// A file of journals, or of call records, one on each line
    file: PathBuf,
    /// The call, by its id or the end of it; needed where the file has several
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// The moment, in seconds since the call was offered, such as `12.4s`
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    at: Option<Duration>,
    /// The flow file, or the folder of the project
    #[arg(long, value_name = "PATH", default_value = "flows")]
    flow: PathBuf,
}

/// Reads `12.4s`, `12.4` or `1m`.
fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "write seconds, such as `12.4s`".to_owned();
    let number = text.strip_suffix('s').unwrap_or(text);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > MOST_DECIMALS {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let micros: u64 = format!("{part:0<MOST_DECIMALS$}").parse().map_err(|_| wrong())?;
    whole
        .checked_mul(1_000_000)
        .and_then(|seconds| seconds.checked_add(micros))
        .map(Duration::from_micros)
        .ok_or_else(wrong)
}

/// The decimals of a second that are read: microseconds.
const MOST_DECIMALS: usize = 6;

/// Explains one call.
pub(crate) fn run(args: &ExplainCallArgs) -> ExitCode {
    let source = match source::read(&args.file, args.call.as_deref()) {
        Ok(source) => source,
        Err(error) => {
            print::error(&error);
            return if error.is_usage() { exit::USAGE } else { exit::UNREADABLE }.into();
        }
    };
    let told = match source {
        Source::Journal(journal) => match of_journal(args, &journal) {
            Ok(told) => told,
            Err(code) => return code,
        },
        Source::Record(record) => Ok(timeline::of_record(&record, args.at)),
    };
    let text = match told {
        Ok(text) => text,
        Err(TooLate { end }) => {
            eprintln!("error: the call was over by then; it ended at {end} s");
            return exit::USAGE.into();
        }
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

/// The call was over before the moment that is asked about.
struct TooLate {
    end: Instant,
}

/// Plays the call again and tells of it; an exit code where the flow cannot be had.
fn of_journal(
    args: &ExplainCallArgs,
    journal: &CallJournal,
) -> Result<Result<String, TooLate>, ExitCode> {
    let stage = Stage::set(&args.flow, journal)?;
    let mut retelling = Retelling::new(stage.setting.clone(), journal);
    let mut text = stage.head(journal);
    match args.at {
        None => {
            retelling.run_to_end();
            text.push_str(&timeline::of_journal(&stage, journal, &retelling));
        }
        Some(at) => {
            let moment = Instant::ZERO + at;
            let last = journal.events.last().map_or(Duration::ZERO, |entry| entry.at);
            let end = Instant::ZERO + last;
            retelling.run_until(moment);
            if moment > end || retelling.solo().is_over() {
                return Ok(Err(TooLate { end }));
            }
            text.push_str(&moment::told(&stage, &retelling));
        }
    }
    Ok(Ok(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_to_the_microsecond() {
        for (text, micros) in [
            ("12.4s", Some(12_400_000)),
            ("12.4", Some(12_400_000)),
            ("0s", Some(0)),
            ("3.000001", Some(3_000_001)),
            ("1m", None),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1.2345678", None),
            ("99999999999999999999", None),
        ] {
            let found = seconds(text).ok().map(Duration::as_micros);
            assert_eq!(found, micros, "{text}");
        }
    }
}
