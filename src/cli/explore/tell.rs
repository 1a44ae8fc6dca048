//! What an exploration found, on the screen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::simulation::explore::{Report, Verdict};

/// The most lines of a way that are shown; of a longer one the beginning and the end.
const MOST_LINES: usize = 24;

/// Prints a report; `saved` holds the file of each counterexample, where they were saved.
pub(super) fn tell(
    path: &Path,
    report: &Report,
    saved: &[PathBuf],
    out: &mut impl Write,
) -> io::Result<()> {
    let complete = if report.complete { "complete" } else { "there are more" };
    writeln!(
        out,
        "{}: explored {} states, {} moves: {complete}",
        path.display(),
        grouped(report.states),
        grouped(report.moves)
    )?;
    let mut saved = saved.iter();
    for finding in &report.findings {
        match &finding.verdict {
            Verdict::Proved => writeln!(out, "  proved  {}", finding.what)?,
            Verdict::NotFound(calls) => {
                let calls = grouped(usize::try_from(*calls).unwrap_or(usize::MAX));
                writeln!(out, "  no counterexample in {calls} calls: {}", finding.what)?;
            }
            Verdict::Open(why) => {
                writeln!(out, "  open    {}", finding.what)?;
                writeln!(out, "          {why}")?;
            }
            Verdict::Failed(found) => {
                writeln!(out, "  FAILED  {}: {}", finding.what, found.what)?;
                if !found.world.is_empty() {
                    writeln!(out, "          with {}", found.world)?;
                }
                let skipped = found.lines.len().saturating_sub(MOST_LINES);
                let from = if skipped > 0 { MOST_LINES / 2 } else { found.lines.len() };
                for (nth, line) in found.lines.iter().enumerate() {
                    if nth == from {
                        writeln!(out, "            … {skipped} more")?;
                    }
                    if nth < from || nth >= from + skipped {
                        writeln!(out, "            {line}")?;
                    }
                }
                if let Some(file) = saved.next() {
                    writeln!(out, "          saved {}", file.display())?;
                }
            }
        }
    }
    Ok(())
}

/// A number with its thousands apart: `19,377`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [(7, "7"), (123, "123"), (1_234, "1,234"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
