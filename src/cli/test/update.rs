//! `--update`: `hear` in the files becomes what was heard.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::{Suite, TestArgs, TestError, play};
use crate::flow::{Hearing, Span, revise};
use crate::simulation::trial::{Manner, Revision};

/// Plays the tests and rewrites the steps that heard something else.
pub(super) fn update(suite: &Suite, args: &TestArgs, err: &mut dyn Write) -> Result<(), TestError> {
    for (_, runs) in play(std::slice::from_ref(suite), args, Manner::Revise) {
        for run in runs {
            let all = run.verdicts.iter().flat_map(|verdict| &verdict.revisions);
            let revisions: BTreeMap<Span, &Revision> = all.map(|one| (one.span, one)).collect();
            let hearings: Vec<Hearing<'_>> = revisions.values().map(|one| hearing(one)).collect();
            let sources = &suite.project.sources;
            let Some((_, bytes)) = sources.iter().find(|(path, _)| **path == run.file.path) else {
                continue;
            };
            if let Some(text) = revise(&run.file.path, bytes, &hearings) {
                let path = PathBuf::from(&*run.file.path);
                fs::write(&path, text).map_err(|source| TestError::Write { path, source })?;
                let steps = if hearings.len() == 1 { "step" } else { "steps" };
                writeln!(err, "updated: {} {steps} of {}", hearings.len(), run.file.path)?;
            }
        }
    }
    Ok(())
}

fn hearing(revision: &Revision) -> Hearing<'_> {
    let text = revision.text.as_deref();
    Hearing { step: revision.span, prompts: &revision.prompts, text }
}
