//! The only road from YAML to a runnable [`Flow`]: files in, checked flows, queues and calendars out.
//!
//! All files are compiled together, because queues and calendars are known to the whole project and a name given
//! twice is an error that shows both places. Faults are collected, never thrown: a node that cannot be understood
//! costs its own faults and nothing else.

mod ask;
mod calendar;
mod called_back;
mod connect;
mod data;
mod declare;
mod faq;
mod flow;
mod formula;
mod globals;
mod input;
mod kind;
mod library;
mod node;
mod outside;
mod prompt;
mod ring;
mod script;
mod service;
mod shipped;
mod slot;
mod subflow;
mod waiting;
mod whole;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::check::{self, GIVEN_TWICE};
use super::definition::{CalendarDefinition, QueueDefinition, ServiceDefinition};
use super::diagnostic::{Diagnostic, Diagnostics, Level};
use super::effort::FlowEffort;
use super::node::Flow;
use super::read::Context;
use super::script::TestFile;
use super::source::{FileId, Sources, Span};
use crate::call::{FlowId, Language, NodeId, PromptId, SoundId};
use crate::time::{Date, Duration};
use flow::{FlowCompiler, FlowDraft, Spoken, Used};
use globals::Globals;
#[cfg(test)]
pub(super) use library::{CATALOGUE_KEYS, FLOW_KEYS, PART_KEYS, TEST_KEYS};
use library::{FileKind, Library};
#[cfg(test)]
pub(super) use node::verb_names;
use script::Tested;
#[cfg(test)]
pub(super) use subflow::KEYS as SUBFLOW_KEYS;

/// What the compiler is told about the world outside the YAML files.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The sound files; `None` = not known, so that no sound is missed and no prompt has one.
    pub audio: Option<BTreeMap<SoundId, AudioFact>>,
    /// The words of the sound files of which these are known, as [`words_hash`](super::words_hash) gives them.
    pub words: BTreeMap<SoundId, String>,
    /// The names of all time zones; `None` = not known, so that every name is taken.
    pub zones: Option<BTreeSet<Arc<str>>>,
    /// The day on which the check is made; `None` = not known, so that nothing is said of lists that run out.
    pub today: Option<Date>,
}

/// What is known about a sound file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioFact {
    /// It can be played and lasts so long.
    Playable(Duration),
    /// It cannot be played, for this reason.
    Unreadable(String),
}

/// What came out of a compilation.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// The flows without a fault, in the order of their files.
    pub flows: Vec<Arc<Flow>>,
    /// The human queues.
    pub queues: Vec<QueueDefinition>,
    /// The opening hours.
    pub calendars: Vec<CalendarDefinition>,
    /// The services that flows ask.
    pub services: Vec<ServiceDefinition>,
    /// Every text that a caller may hear, with the sound file that is to hold it; built-in words are not among them.
    pub recordings: Vec<Recording>,
    /// What callers need to reach people, answers and the end: every flow whose nodes are all understood.
    pub efforts: Vec<FlowEffort>,
    /// What was found, in file order.
    pub diagnostics: Diagnostics,
    /// The test files without a fault whose flow has none either, in the order of their paths.
    pub tests: Vec<TestFile>,
    /// All test files, by their place among the files of [`Compiled::diagnostics`].
    pub test_files: BTreeSet<FileId>,
    /// What was looked at: every flow, those with errors too.
    pub flow_files: Vec<FlowFile>,
    /// Where queues, calendars and services are defined.
    pub shared_places: SharedPlaces,
}

/// Where the names stand that all flows of a project share; see [`Diagnostics::at`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedPlaces {
    /// The queues.
    pub queues: BTreeMap<Arc<str>, Span>,
    /// The calendars.
    pub calendars: BTreeMap<Arc<str>, Span>,
    /// The services.
    pub services: BTreeMap<Arc<str>, Span>,
}

/// A flow file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFile {
    /// Its flow.
    pub flow: FlowId,
    /// Its path, as findings name it.
    pub path: Arc<str>,
    /// How many nodes it has.
    pub nodes: usize,
    /// Where its name stands; see [`Diagnostics::at`].
    pub name: Span,
    /// Where each node stands.
    pub places: BTreeMap<NodeId, Span>,
    /// Where each named prompt stands.
    pub prompts: BTreeMap<PromptId, Span>,
}

/// A text and the sound file that is to hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The file, whether it exists or not: `id/toko/welcome.wav`.
    pub sound: SoundId,
    /// The language of the words.
    pub language: Language,
    /// The words.
    pub text: Arc<str>,
    /// The prompt they belong to.
    pub prompt: PromptId,
    /// The flow that plays them.
    pub flow: FlowId,
    /// What is known of the file.
    pub state: RecordingState,
}

/// What is known of the sound file of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingState {
    /// There is no such file.
    Missing,
    /// It is there; nobody noted which words it holds.
    Unknown,
    /// It holds these words.
    Same,
    /// It holds other words.
    Other,
}

impl Compiled {
    /// The first flow without a fault: for projects of a single file.
    #[must_use]
    pub fn flow(&self) -> Option<&Arc<Flow>> {
        self.flows.first()
    }

    /// The names of all flows, those with errors too.
    pub fn flow_names(&self) -> impl Iterator<Item = &FlowId> {
        self.flow_files.iter().map(|file| &file.flow)
    }

    /// The path of the file that a flow stands in.
    #[must_use]
    pub fn path_of(&self, flow: &FlowId) -> Option<&str> {
        self.flow_files.iter().find(|file| file.flow == *flow).map(|file| &*file.path)
    }
}

/// Compiles all flows of a project. A flow is left out if anything that it uses has an error.
#[must_use]
pub fn compile(sources: &Sources, facts: &Facts) -> Compiled {
    let library = Library::load(sources);
    let contexts: Vec<Context<'_>> = library.files.iter().map(Context::new).collect();
    library.check_keys(&contexts);
    let mut globals = Globals::read(&library, &contexts, facts);
    let test_files = library.of_kind(FileKind::Tests).collect();
    let mut drafts = Drafts::default();
    for id in library.of_kind(FileKind::Flow) {
        let draft = FlowCompiler::new(&library, &contexts, &globals, facts, id).compile();
        drafts.add(draft, &library.files[id.0 as usize].path);
    }
    let (tests, in_tests) = script::compile(&library, &contexts, &globals, facts, &drafts.tested());
    let Drafts { flows, used, recordings, efforts, files: flow_files, mut findings, .. } = drafts;
    findings.append(&mut globals.findings);
    let left_out = contexts.iter().map(Context::left_out).sum();
    findings.extend(contexts.into_iter().flat_map(Context::into_findings));
    findings.extend(library.findings);
    if !findings.iter().any(|finding| finding.level() == Level::Error) {
        findings.extend(unused(&globals, &used));
    }
    findings.extend(in_tests);
    let broken: BTreeSet<FileId> = findings
        .iter()
        .filter(|finding| finding.level() == Level::Error)
        .map(|finding| finding.span().file)
        .collect();
    let sound = |(flow, files): (Flow, BTreeSet<FileId>)| {
        files.is_disjoint(&broken).then(|| Arc::new(flow))
    };
    let flows: Vec<Arc<Flow>> = flows.into_iter().filter_map(sound).collect();
    let tests = script::sound(tests, &flows, &broken, &library.files);
    let mut diagnostics = Diagnostics { files: library.files, list: findings, left_out };
    diagnostics.sort();
    let shared_places = SharedPlaces {
        queues: places_of(&globals.queues),
        calendars: places_of(&globals.calendars),
        services: places_of(&globals.services),
    };
    Compiled {
        flows,
        queues: globals.queues.into_values().map(|(_, queue)| queue).collect(),
        calendars: globals.calendars.into_values().map(|(_, calendar)| calendar).collect(),
        services: globals.services.into_values().map(|(_, service)| service).collect(),
        recordings,
        efforts,
        diagnostics,
        tests,
        test_files,
        flow_files,
        shared_places,
    }
}

/// Where the names of one kind stand.
fn places_of<T>(named: &IndexMap<String, (Span, T)>) -> BTreeMap<Arc<str>, Span> {
    named.iter().map(|(name, (span, _))| (name.as_str().into(), *span)).collect()
}

/// What the flow files of a project gave.
#[derive(Default)]
struct Drafts {
    /// The flows that can be understood, with the files that each is made of.
    flows: Vec<(Flow, BTreeSet<FileId>)>,
    /// Everything that has the name of a flow: where it is named, its place in `flows`, and what it can say.
    names: BTreeMap<FlowId, (Span, Option<usize>, Spoken)>,
    files: Vec<FlowFile>,
    recordings: Vec<Recording>,
    efforts: Vec<FlowEffort>,
    used: Vec<Used>,
    findings: Vec<Diagnostic>,
}

impl Drafts {
    fn add(&mut self, draft: FlowDraft, path: &Arc<str>) {
        self.findings.extend(draft.findings);
        self.recordings.extend(draft.recordings);
        self.used.push(draft.used);
        self.efforts.extend(draft.effort);
        let place = draft.flow.as_ref().map(|_| self.flows.len());
        self.flows.extend(draft.flow.map(|flow| (flow, draft.files)));
        let Some((name, span)) = draft.name else { return };
        self.files.push(FlowFile {
            flow: name.clone(),
            path: path.clone(),
            nodes: draft.places.len(),
            name: span,
            places: draft.places,
            prompts: draft.prompts,
        });
        if let Some((first, ..)) = self.names.get(&name) {
            self.findings.push(same_flow(&name, span, *first));
        } else {
            self.names.insert(name, (span, place, draft.spoken));
        }
    }

    /// The flows as test files name them.
    fn tested(&self) -> BTreeMap<&FlowId, Tested<'_>> {
        let flow = |place: &Option<usize>| place.and_then(|at| self.flows.get(at)).map(|(f, _)| f);
        let names = self.names.iter();
        names.map(|(name, (_, at, spoken))| (name, Tested { flow: flow(at), spoken })).collect()
    }
}

/// Queues, calendars, services and prompts that no flow uses. A project without flows defines them for others.
fn unused(globals: &Globals, used: &[Used]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if used.is_empty() {
        return findings;
    }
    let hours: BTreeSet<&str> =
        globals.queues.values().filter_map(|(_, queue)| queue.hours.as_deref()).collect();
    for (name, (span, _)) in &globals.calendars {
        let named = used.iter().any(|used| used.calendars.contains(name));
        if !named && !hours.contains(name.as_str()) {
            findings.push(check::unused("calendar", name, *span));
        }
    }
    for (name, (span, _)) in &globals.queues {
        if !used.iter().any(|used| used.queues.contains(name)) {
            findings.push(check::unused("queue", name, *span));
        }
    }
    for (name, (span, _)) in &globals.services {
        if !used.iter().any(|used| used.services.contains(name)) {
            findings.push(check::unused("service", name, *span));
        }
    }
    let mut played: BTreeMap<Span, (&str, bool)> = BTreeMap::new();
    for (place, (name, plays)) in used.iter().flat_map(|used| &used.prompts) {
        played.entry(*place).or_insert((name, false)).1 |= plays;
    }
    for (place, (name, _)) in played.into_iter().filter(|(_, (_, plays))| !plays) {
        findings.push(check::never_played(name, place));
    }
    findings
}

fn same_flow(name: &FlowId, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, second, format!("there are two flows named `{name}`"))
        .label("named again here")
        .also(first, "first named here")
}

/// Whether a name may be given to a node, prompt, variable or the like.
fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && name.len() <= MAX_NAME
}

/// The longest name, in bytes.
const MAX_NAME: usize = 64;

/// Reports a name that cannot be one.
fn check_name(name: &str, span: Span, what: &str, findings: &mut Vec<Diagnostic>) {
    if !is_name(name) {
        findings.push(check::bad_name(name, span, what));
    }
}

#[cfg(test)]
mod tests;
