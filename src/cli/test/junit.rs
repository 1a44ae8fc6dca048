//! The results as `JUnit` XML.

use super::tell::failure;
use super::{FileRun, Suite};
use crate::simulation::trial::Verdict;

/// One `testsuite` per file, one `testcase` per case; times are those of the calls, not of the machine.
pub(super) fn junit(runs: &[(&Suite, Vec<FileRun<'_>>)]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (suite, runs) in runs {
        for run in runs {
            xml.push_str(&suite_of(suite, run));
        }
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite_of(suite: &Suite, run: &FileRun<'_>) -> String {
    let failed = run.verdicts.iter().filter(|verdict| !verdict.is_passed()).count();
    let mut xml = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">\n",
        escape(&run.file.path),
        run.verdicts.len()
    );
    for verdict in &run.verdicts {
        xml.push_str(&case_of(suite, run, verdict));
    }
    xml.push_str("  </testsuite>\n");
    xml
}

fn case_of(suite: &Suite, run: &FileRun<'_>, verdict: &Verdict) -> String {
    let ms = verdict.lasted.as_millis();
    let mut xml = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{}.{:03}\"",
        escape(run.file.flow.as_str()),
        escape(&verdict.case),
        ms / 1_000,
        ms % 1_000
    );
    let Some(first) = verdict.differences.first() else {
        xml.push_str("/>\n");
        return xml;
    };
    let message = format!("expected {}, found {}", first.expected, first.found);
    xml.push_str(&format!(
        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        escape(&message),
        escape(&failure(suite, run, verdict))
    ));
    xml
}

/// Text as XML 1.0 may hold it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        assert_eq!(escape("a<b> & \"c\"\u{7}\n"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\n");
    }
}
