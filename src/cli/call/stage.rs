//! The stage of a console call: the flow, its project, and agents that one person can play.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::conversation::Conversation;
use super::outside::{self, Fault, Outside};
use super::screen::Screen;
use crate::assemble::{self, Surroundings};
use crate::call::{FlowId, Item, Origin};
use crate::cli::{exit, print};
use crate::config::{self, Disabled, Keyring};
use crate::engine::{Pattern, Route, Routes, Settings};
use crate::flow::{Flow, Verb};
use crate::media::Library;
use crate::project::{self, Project};
use crate::simulation::{ItemDuration, Rehearsal, speech_duration};
use crate::time::Wall;

/// The seed of call ids: the same script gives the same output.
const SEED: u64 = 1;

/// The most agents that may be logged in at a console.
pub(super) const MAX_AGENTS: u16 = 100;

/// A path that is no flow file: a part without `flow:`, or a folder.
#[derive(Debug, thiserror::Error)]
#[error("call {}: it is no file with a `flow:`", .0.display())]
struct NoFlow<'a>(&'a Path);

/// Everything that a call needs before it begins.
pub(super) struct Stage {
    settings: Settings,
    library: Arc<Library>,
    agents: Vec<Arc<str>>,
    outside: Outside,
    called: FlowId,
}

impl Stage {
    /// Reads a flow with its project and logs agents in. What is wrong with the flow is printed; then an exit code
    /// comes back.
    pub(super) fn set(path: &Path, agents: u16, faults: &[Fault]) -> Result<Self, ExitCode> {
        let project = project::open(path).map_err(|error| failed(&error, exit::UNREADABLE))?;
        let Some(flow) = project.flow(path).cloned() else {
            print::faults(&project.compiled.diagnostics);
            if !project.compiled.diagnostics.has_errors() {
                print::error(&NoFlow(path));
            }
            return Err(exit::FINDINGS.into());
        };
        let compiled = &project.compiled;
        let mut settings =
            assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
                .map_err(|error| failed(&error, exit::FINDINGS))?;
        settings.adapters = vec!["console".into()];
        settings.routes = Routes::new(vec![Route::new(Pattern::Default, flow.id.clone())]);
        let surroundings = surroundings(&project, &flow, path)?;
        // Nothing is dialled from a console.
        let numbers = assemble::numbers_on_paper(&flow, &surroundings.numbers);
        settings.transfers = numbers.into_iter().collect();
        settings.numbers = surroundings.numbers;
        let outside = outside::check_faults(faults, |service, operation| {
            let service = compiled.services.iter().find(|one| *one.name == *service);
            service.is_some_and(|one| one.operations.contains_key(operation))
        });
        outside.map_err(|error| failed(&error, exit::FINDINGS))?;
        let outside = Outside::new(surroundings.services, faults)
            .map_err(|error| failed(&error, exit::UNREADABLE))?;
        let agents = assemble::log_in(&mut settings, agents);
        // A recording that cannot be played is `check`'s business; here its words are read.
        let (library, _) = project.library().map_err(|error| failed(&error, exit::UNREADABLE))?;
        let called = flow.id.clone();
        Ok(Self { settings, library: Arc::new(library), agents, outside, called })
    }

    /// What is called: the flow, by its name.
    pub(super) fn called(&self) -> &str {
        self.called.as_str()
    }

    /// Begins a call in virtual time.
    pub(super) fn begin<W: Write>(self, wall: Wall, origin: Origin, out: W) -> Conversation<W> {
        let durations = self.durations();
        let mut rehearsal = Rehearsal::new(self.settings, SEED, wall, durations.clone());
        rehearsal.play_outside();
        for user in &self.agents {
            rehearsal.register(user, true);
        }
        let screen = Screen::new(out, durations);
        Conversation::begin(rehearsal, screen, self.outside, origin)
    }

    /// A prompt lasts as long as its recording, else as long as its words take to say.
    fn durations(&self) -> ItemDuration {
        let library = Arc::clone(&self.library);
        Arc::new(move |item: &Item| {
            let sound = item.sound.as_ref().and_then(|sound| library.sound(sound));
            sound.map_or_else(|| speech_duration(&item.text), |sound| sound.duration())
        })
    }

    #[cfg(feature = "speaker")]
    pub(super) fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library)
    }
}

/// Prints an error; the exit code comes back.
fn failed(error: &dyn Error, code: u8) -> ExitCode {
    print::error(error);
    ExitCode::from(code)
}

/// What the project takes from where it runs. Of what is not to be had, what this flow needs is told.
fn surroundings(project: &Project, flow: &Flow, path: &Path) -> Result<Surroundings, ExitCode> {
    let configured = match &project.settings {
        Some(file) => {
            let reading =
                config::read_file(file).map_err(|error| failed(&error, exit::UNREADABLE))?;
            reading.config.map(|config| config.keyring())
        }
        None => None,
    };
    let folder = project.settings.as_deref().unwrap_or(path).parent().unwrap_or(Path::new(""));
    let keyring = configured.unwrap_or_else(|| Keyring::at(folder.to_owned()));
    let found = assemble::surroundings(&project.compiled, &keyring);
    let asks = |item: &str| {
        flow.nodes.iter().any(|node| match &node.verb {
            Verb::Http(http) => assemble::item(&http.operation.service) == item,
            Verb::Transfer(_) => item.starts_with("number"),
            _ => false,
        })
    };
    for Disabled { item, why } in found.disabled.iter().filter(|one| asks(&one.item)) {
        eprintln!("warning: {item} is left out: {why}");
    }
    Ok(found)
}
