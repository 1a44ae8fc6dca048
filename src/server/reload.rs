//! A changed project, taken over while calls go on: on SIGHUP and, if asked for, whenever a file changes.
//!
//! ```text
//! SIGHUP, change ─▶ read ─ the same ────────────────────────▶ nothing
//!                    │└─── has errors ─▶ told, the one before stays
//!                    └──── sound ─▶ new sounds ─▶ publish ─▶ new calls
//! ```
//!
//! A call stays with the project that it began with. What cannot change while the node runs is told.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::errands::ServicesInUse;
use super::prepare::{Draft, PrepareError};
use crate::assemble::Surroundings;
use crate::call::{AgentId, FlowHash, FlowId, QueueId};
use crate::config::{Agent, Config, Control, Disabled, Member};
use crate::control::{Token, Tokens};
use crate::engine;
use crate::flow::{Diagnostics, Level};
use crate::history::{Fact, Row};
use crate::media::{Library, UnreadableSound};
use crate::project::Stamp;
use crate::runtime::{Clock, Gone, Handle};
use crate::storage::HistorySlot;
use crate::time::Duration;

/// How often files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is in service.
#[derive(Debug)]
pub(super) struct Served {
    draft: Draft,
    started: Arc<Started>,
}

impl Served {
    /// What a node is started with.
    pub(super) fn new(draft: Draft, config: Config) -> Self {
        let queues = draft.project.compiled.queues.iter().map(|queue| queue.name.clone()).collect();
        Self { draft, started: Arc::new(Started { config, queues }) }
    }
}

/// What the node was started with.
#[derive(Debug)]
struct Started {
    config: Config,
    queues: BTreeSet<QueueId>,
}

/// What reads the project anew.
#[derive(Debug)]
pub(super) struct Reload {
    pub(super) settings: PathBuf,
    pub(super) served: Arc<Served>,
    pub(super) handle: Handle,
    pub(super) library: watch::Sender<Arc<Library>>,
    pub(super) services: ServicesInUse,
    /// The way to other tokens of the control interface, if there is one.
    pub(super) tokens: Option<Tokens>,
    pub(super) clock: Clock,
    pub(super) slot: HistorySlot,
}

/// What came of reading the project.
enum Reading {
    /// It is what is in service, but for what stands outside of it, such as a renewed key of a service, or a token.
    Unchanged(Surroundings, Option<Vec<Token>>),
    /// It has errors.
    Broken([Diagnostics; 2]),
    /// It can be served.
    Sound(Box<Next>),
}

/// A project that can be served.
struct Next {
    served: Served,
    engine: engine::Settings,
    surroundings: Surroundings,
    /// Who may do what by the control interface; `None` = nothing is said of it.
    tokens: Option<Vec<Token>>,
    /// `None` where no recording has changed.
    library: Option<(Library, Vec<UnreadableSound>)>,
}

impl Reload {
    /// Reloads on every `hangup` and, with `watch`, on every change of a file. Runs until the node is gone.
    pub(super) async fn run(mut self, mut hangup: Signal, watch: bool) {
        let mut seen = self.served.draft.stamp.clone();
        loop {
            tokio::select! {
                Some(()) = hangup.recv() => {}
                stamp = changed(&self.settings, &seen), if watch => seen = stamp,
            }
            if self.reload().await.is_err() {
                return;
            }
        }
    }

    async fn reload(&mut self) -> Result<(), Gone> {
        let begun = self.clock.now();
        let (path, served) = (self.settings.clone(), Arc::clone(&self.served));
        let next = match spawn_blocking(move || read(&path, &served)).await {
            Ok(Ok(Reading::Unchanged(surroundings, tokens))) => {
                self.settle_in(surroundings, tokens);
                tracing::info!("The project is unchanged.");
                return Ok(());
            }
            Ok(Ok(Reading::Broken(findings))) => {
                findings.iter().for_each(tell);
                let errors: usize = findings.iter().map(|found| found.count(Level::Error)).sum();
                tracing::error!(errors, "The project has errors; the one before stays in service.");
                return Ok(());
            }
            Ok(Ok(Reading::Sound(next))) => *next,
            Ok(Err(error)) => {
                let why = std::error::Error::source(&error).map(ToString::to_string);
                let why = why.unwrap_or_default();
                tracing::error!(%error, why, "The project cannot be read; the one before stays in service.");
                return Ok(());
            }
            Err(error) => {
                tracing::error!(%error, "Reading the project failed; the one before stays in service.");
                return Ok(());
            }
        };
        next.served.draft.findings.iter().for_each(tell);
        for item in only_at_start(&next.served.started, &next.served.draft) {
            tracing::warn!(item, "This change needs a restart.");
        }
        if let Some((library, unreadable)) = next.library {
            for sound in &unreadable {
                tracing::warn!(sound = %sound.sound, error = %sound.source, "A sound cannot be played; a tone stands in.");
            }
            self.library.send_replace(Arc::new(library));
        }
        self.settle_in(next.surroundings, next.tokens);
        self.handle.publish(Box::new(next.engine)).await?;
        let changed = changed_flows(&self.served.draft, &next.served.draft);
        let (revision, what) = (revision(&next.served.draft), changed.as_str().into());
        self.slot.keep(Row::new(self.clock.wall(), Fact::ConfigChanged { revision, what }));
        self.served = Arc::new(next.served);
        let elapsed_ms = self.clock.now().since(begun).as_millis();
        tracing::info!(changed, elapsed_ms, "Reloaded: new calls follow the project as it is now.");
        Ok(())
    }

    /// Takes over what the project finds around it.
    fn settle_in(&mut self, surroundings: Surroundings, tokens: Option<Vec<Token>>) {
        if let (Some(door), Some(tokens)) = (&self.tokens, tokens) {
            door.renew(tokens);
        }
        for Disabled { item, why } in &surroundings.disabled {
            tracing::warn!(item, why, "Left out.");
        }
        self.services.renew(surroundings.services);
    }
}

/// Reads the project and holds it against what is in service.
fn read(settings: &Path, served: &Served) -> Result<Reading, PrepareError> {
    let draft = Draft::read(settings)?;
    let Some(config) = &draft.config else { return Ok(Reading::Broken(draft.findings)) };
    let surroundings = draft.surroundings(config);
    let tokens = config.control.as_ref().map(super::control::tokens);
    if draft.is_same(&served.draft) {
        return Ok(Reading::Unchanged(surroundings, tokens));
    }
    let engine = draft.engine(config, &surroundings)?;
    let library = if draft.stamp.has_sounds_of(&served.draft.stamp) {
        None
    } else {
        Some(draft.project.library()?)
    };
    let served = Served { draft, started: Arc::clone(&served.started) };
    Ok(Reading::Sound(Box::new(Next { served, engine, surroundings, tokens, library })))
}

/// Waits until the files are no longer as they were `seen`, and nobody is writing them any more.
async fn changed(settings: &Path, seen: &Stamp) -> Stamp {
    let mut last = seen.clone();
    loop {
        sleep(LOOK_EVERY.to_std()).await;
        let now = look(settings).await;
        if now == last && now != *seen {
            return now;
        }
        last = now;
    }
}

/// How the files look now; like none at all where they cannot be listed.
async fn look(settings: &Path) -> Stamp {
    let settings = settings.to_owned();
    let stamp = spawn_blocking(move || Stamp::of_configured(&settings).unwrap_or_default());
    stamp.await.unwrap_or_default()
}

/// Logs what was found.
fn tell(findings: &Diagnostics) {
    for finding in &findings.list {
        let (at, code, found) = (findings.at(finding.span()), finding.code(), &finding.message);
        match finding.level() {
            Level::Error => tracing::error!(at, code, found, "An error in the project."),
            Level::Warning => tracing::warn!(at, code, found, "A warning about the project."),
            Level::Note => tracing::info!(at, code, found, "A note about the project."),
        }
    }
}

/// What has changed since the node was started and cannot change while it runs.
fn only_at_start(started: &Started, draft: &Draft) -> Vec<&'static str> {
    let Some(now) = &draft.config else { return Vec::new() };
    // Every key is named, so that whoever adds one decides here.
    let Config {
        folder: _,
        languages: _,
        flows: _,
        audio: _,
        safe_flow: _,
        safe_number: _,
        sip,
        rtp,
        adapters,
        routes: _,
        agents,
        trunks,
        control,
        agent_codes: _,
        transfers,
        pop_url: _,
        records,
        journals,
        store,
        recordings,
        tickets,
        callbacks,
        resume: _,
        record_talks: _,
        retention,
        limits,
        secrets: _,
        disabled: _,
    } = now;
    let Started { config: started, queues } = started;
    let changed = [
        ("sip", *sip != started.sip),
        ("rtp", *rtp != started.rtp),
        ("adapters", *adapters != started.adapters),
        ("agents", !are_same(agents, &started.agents, queues)),
        ("trunks", *trunks != started.trunks),
        ("control", doors(control.as_ref()) != doors(started.control.as_ref())),
        ("transfers.via", transfers.via != started.transfers.via),
        ("records", *records != started.records),
        ("journals", *journals != started.journals),
        ("store", *store != started.store),
        ("recordings", *recordings != started.recordings),
        ("tickets", *tickets != started.tickets),
        ("callbacks", *callbacks != started.callbacks),
        ("retention", *retention != started.retention),
        ("limits", *limits != started.limits),
    ];
    changed.into_iter().filter(|(_, changed)| *changed).map(|(item, _)| item).collect()
}

/// Where the control interface is; its tokens change at once.
fn doors(control: Option<&Control>) -> Option<(SocketAddr, Option<SocketAddr>)> {
    control.map(|control| (control.listen, control.metrics))
}

/// Whether agents differ at most in how they serve queues, and in serving some that the node did not start with: both
/// hold at once.
fn are_same(
    now: &BTreeMap<AgentId, Agent>,
    started: &BTreeMap<AgentId, Agent>,
    queues: &BTreeSet<QueueId>,
) -> bool {
    let fixed = |agents: &BTreeMap<AgentId, Agent>| -> BTreeMap<AgentId, Agent> {
        let mut agents = agents.clone();
        for agent in agents.values_mut() {
            agent.queues.retain(|(queue, _)| queues.contains(queue));
            agent.queues.iter_mut().for_each(|(_, member)| *member = Member::default());
        }
        agents
    };
    fixed(now) == fixed(started)
}

/// What a project is known by: a hash over the names and contents of its files.
fn revision(draft: &Draft) -> Arc<str> {
    let mut hash = Sha256::new();
    for (path, bytes) in draft.project.sources.iter() {
        for part in [path.as_bytes(), &**bytes] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")).into()
}

/// The flows that are new, gone or of another content, by name.
fn changed_flows(old: &Draft, new: &Draft) -> String {
    let hashes = |draft: &Draft| -> BTreeMap<FlowId, FlowHash> {
        let flows = draft.project.compiled.flows.iter();
        flows.map(|flow| (flow.id.clone(), flow.hash.clone())).collect()
    };
    let (old, new) = (hashes(old), hashes(new));
    let names: BTreeSet<&FlowId> = old.keys().chain(new.keys()).collect();
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    changed.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
