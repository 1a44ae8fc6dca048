//! What an exploration needs of a project: the flow, its calendars and queues, and numbers for whatever is rung.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{exit, paper};
use crate::flow::CallRule;
use crate::project;
use crate::simulation::explore::Stage;
use crate::simulation::replay::Candidate;
use crate::time::Wall;

/// Reads a flow with its project and the rules of its tests. What is wrong with them is printed; then an exit code comes
/// back.
pub(super) fn set(path: &Path, from: Wall) -> Result<(Stage, Vec<CallRule>), ExitCode> {
    let project = project::open(path).map_err(|error| paper::failed(&error, exit::UNREADABLE))?;
    let Some(flow) = project.flow(path).cloned() else {
        return Err(paper::no_flow(&project, "explore", path));
    };
    let compiled = &project.compiled;
    let tests = compiled.tests.iter().filter(|file| file.flow == flow.id);
    let mut rules: Vec<CallRule> = Vec::new();
    for rule in tests.flat_map(|file| &file.rules) {
        if !rules.contains(&rule.value) {
            rules.push(rule.value.clone());
        }
    }
    let Candidate { project, program, durations } = paper::candidate(&project, &flow)?;
    Ok((Stage { project, program, durations, from }, rules))
}
