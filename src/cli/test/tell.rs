//! What came of the tests, for people.

use std::io::{self, Write};

use super::{FileRun, Suite};
use crate::flow::MockOf;
use crate::simulation::trial::{Difference, Verdict};
use crate::time::Duration;

/// Where a line of the call so far is broken.
const WIDTH: usize = 110;

/// Prints one line per file, then the cases that failed in it.
pub(super) fn tell(runs: &[(&Suite, Vec<FileRun<'_>>)], out: &mut dyn Write) -> io::Result<()> {
    let all = || runs.iter().flat_map(|(_, runs)| runs);
    let widest = all().map(|run| run.file.path.chars().count()).max().unwrap_or(0);
    for (suite, runs) in runs {
        for run in runs {
            writeln!(out, "{:widest$}   {}", run.file.path, sum(&run.verdicts))?;
            for verdict in run.verdicts.iter().filter(|verdict| !verdict.is_passed()) {
                write!(out, "{}", failure(suite, run, verdict))?;
            }
        }
    }
    if all().count() > 1 {
        let verdicts: Vec<&Verdict> = all().flat_map(|run| &run.verdicts).collect();
        writeln!(out, "{:widest$}   {}", "all", sum(verdicts))?;
    }
    Ok(())
}

/// `5 passed, 1 failed   14 min 12 s of calls`
fn sum<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> String {
    let (mut passed, mut failed, mut lasted) = (0_u32, 0_u32, Duration::ZERO);
    for verdict in verdicts {
        *(if verdict.is_passed() { &mut passed } else { &mut failed }) += 1;
        lasted += verdict.lasted;
    }
    let failed = if failed > 0 { format!(", {failed} FAILED") } else { String::new() };
    format!("{passed} passed{failed}   {} of calls", in_words(lasted))
}

/// `14 min 12 s`
fn in_words(span: Duration) -> String {
    match (span.as_secs() / 60, span.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// A case that failed: where, what was expected, what was found, and the call so far.
pub(super) fn failure(suite: &Suite, run: &FileRun<'_>, verdict: &Verdict) -> String {
    let mut text = format!(" FAIL {}\n", verdict.case);
    for difference in &verdict.differences {
        text.push_str(&differs(suite, run, difference));
    }
    let heard = verdict.differences.iter().map(|one| one.heard).max().unwrap_or(0);
    text.push_str(&call_so_far(verdict.story.get(..heard).unwrap_or(&verdict.story)));
    for of in &verdict.unmocked {
        if let MockOf::Operation { service, operation } = of {
            text.push_str(&format!(
                "   note: `{service}.{operation}` was asked and has no mock: it was not to be had\n"
            ));
        }
    }
    text
}

fn differs(suite: &Suite, run: &FileRun<'_>, difference: &Difference) -> String {
    let Difference { span, node, expected, found, .. } = difference;
    let step = suite.line(*span).map(|(path, line)| format!("   {path}:{line}\n"));
    let place = node.as_ref().map(|node| match suite.place_of(&run.file.flow, node) {
        Some((path, line)) => format!("   {path}:{line}  {node}\n"),
        None => format!("   {node}\n"),
    });
    let (step, place) = (step.unwrap_or_default(), place.unwrap_or_default());
    format!("{step}{place}     expected  {expected}\n     found     {found}\n")
}

/// The call in short, in lines that fit.
fn call_so_far(story: &[String]) -> String {
    let mut text = String::from("   call so far:");
    let mut width = text.chars().count();
    for thing in story {
        let wide = thing.chars().count() + 2;
        if width + wide > WIDTH {
            text.push_str("\n               ");
            width = 15;
        }
        text.push_str("  ");
        text.push_str(thing);
        width += wide;
    }
    if story.is_empty() {
        text.push_str("  nothing");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_calls_are_told_in_lines_that_fit() {
        let story: Vec<String> = (0..40).map(|n| format!("prompt_{n}")).collect();
        let text = call_so_far(&story);
        assert!(text.lines().count() > 3, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let words: Vec<&str> = text.split_whitespace().skip(3).collect();
        assert_eq!(words, story, "nothing is lost");
        assert_eq!(call_so_far(&[]), "   call so far:  nothing\n");
        assert_eq!(in_words(Duration::from_secs(852)), "14 min 12 s");
    }
}
