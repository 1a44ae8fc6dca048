//! W0902 and W0903: what only a run of all tests can know.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{FileRun, Suite};
use crate::cli::suite;
use crate::flow::{Diagnostic, Format, MockOf, Span, mock_never_used, never_visited};

/// Tells nodes that no test came to, of flows that have tests, and mocks that no call asked.
pub(super) fn tell(runs: &[(&Suite, Vec<FileRun<'_>>)], out: &mut dyn Write) -> io::Result<()> {
    for (suite, runs) in runs {
        let mut found = findings(suite, runs);
        found.sort_by_key(Diagnostic::span);
        for finding in &found {
            write!(out, "{}", suite.project.compiled.diagnostics.render(finding, Format::Short))?;
        }
    }
    Ok(())
}

fn findings(suite: &Suite, runs: &[FileRun<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (flow, coverage) in suite::coverage(runs) {
        let Some(ground) = suite.grounds.get(&flow) else { continue };
        for node in coverage.unvisited(ground) {
            let place = suite.span_of(&flow, node);
            found.extend(place.map(|place| never_visited(node.as_str(), place)));
        }
    }
    let mut mocks: BTreeMap<Span, &MockOf> = BTreeMap::new();
    let mut asked: BTreeSet<Span> = BTreeSet::new();
    for run in runs {
        for case in &run.file.cases {
            mocks.extend(case.mocks.iter().map(|mock| (mock.span, &mock.of)));
        }
        asked.extend(run.verdicts.iter().flat_map(|verdict| &verdict.asked));
    }
    let unused = mocks.into_iter().filter(|(span, _)| !asked.contains(span));
    found.extend(unused.map(|(span, of)| mock_never_used(&name(of), span)));
    found
}

/// A mock as test files name it.
fn name(of: &MockOf) -> String {
    match of {
        MockOf::Operation { service, operation } => format!("{service}.{operation}"),
        MockOf::Tickets => "tickets".to_owned(),
        MockOf::Callbacks => "callbacks".to_owned(),
    }
}
