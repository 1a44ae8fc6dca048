//! What an exploration needs of a project: the flow, its calendars and queues, and numbers for whatever is rung.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crate::assemble;
use crate::call::Item;
use crate::cli::{exit, print};
use crate::flow::{CallRule, Destination, Setting, Verb};
use crate::project;
use crate::simulation::explore::Stage;
use crate::simulation::speech_duration;
use crate::time::Wall;

/// The number that stands for every one that comes from where the project runs.
const NUMBER: &str = "+62215550100";

/// A path that is no flow file: a part without `flow:`, or a folder.
#[derive(Debug, thiserror::Error)]
#[error("explore {}: it is no file with a `flow:`", .0.display())]
struct NoFlow<'a>(&'a Path);

/// Reads a flow with its project and the rules of its tests. What is wrong with them is printed; then an exit code comes
/// back.
pub(super) fn set(path: &Path, from: Wall) -> Result<(Stage, Vec<CallRule>), ExitCode> {
    let project = project::open(path).map_err(|error| failed(&error, exit::UNREADABLE))?;
    let Some(flow) = project.flow(path).cloned() else {
        print::faults(&project.compiled.diagnostics);
        if !project.compiled.diagnostics.has_errors() {
            print::error(&NoFlow(path));
        }
        return Err(exit::FINDINGS.into());
    };
    let compiled = &project.compiled;
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .map_err(|error| failed(&error, exit::FINDINGS))?;
    let numbers = flow.nodes.iter().filter_map(|node| match &node.verb {
        Verb::Transfer(transfer) => match &transfer.to {
            Destination::Setting(
                setting @ (Setting::Env(_) | Setting::File(_) | Setting::Secret(_)),
            ) => Some((setting.clone(), Arc::from(NUMBER))),
            Destination::Setting(Setting::Text(_)) | Destination::Formula(_) => None,
        },
        _ => None,
    });
    settings.numbers = numbers.collect::<BTreeMap<_, _>>();
    let tests = compiled.tests.iter().filter(|file| file.flow == flow.id);
    let mut rules: Vec<CallRule> = Vec::new();
    for rule in tests.flat_map(|file| &file.rules) {
        if !rules.contains(&rule.value) {
            rules.push(rule.value.clone());
        }
    }
    let program = settings.programs.get(&flow.id).cloned();
    let program = program.ok_or(ExitCode::from(exit::FINDINGS))?;
    let (library, _) = project.library().map_err(|error| failed(&error, exit::UNREADABLE))?;
    let durations = Arc::new(move |item: &Item| {
        let sound = item.sound.as_ref().and_then(|sound| library.sound(sound));
        sound.map_or_else(|| speech_duration(&item.text), |sound| sound.duration())
    });
    Ok((Stage { project: Arc::new(settings), program, durations, from }, rules))
}

fn failed(error: &dyn Error, code: u8) -> ExitCode {
    print::error(error);
    ExitCode::from(code)
}
