//! One flow: its settings and names first, then its nodes, then the checks of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::data::{Declared, FormulaPlace};
use super::globals::Globals;
use super::input::CommandDraft;
use super::library::{FileKind, Library};
use super::prompt::Catalogue;
use super::subflow::SubflowDraft;
use super::{Facts, Recording};
use crate::call::{FlowHash, FlowId, Language, NodeId, PromptId};
use crate::flow::check::{self, GIVEN_TWICE};
use crate::flow::definition::{FaqDefinition, VariableDefinition};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::effort::FlowEffort;
use crate::flow::expression::{Formula, Kind};
use crate::flow::graph::Graph;
use crate::flow::node::{
    AnswerPolicy, FaqIndex, Flow, Goto, Limits, Node, NodeIndex, Prompt, SURVEY_NOTES, Subflow,
    SubflowIndex, VariableIndex, Verb,
};
use crate::flow::read::{Context, Reader, read};
use crate::flow::schema::{AnswerPolicyRaw, Defaults, LimitsRaw};
use crate::flow::source::{FileId, Span, Spanned};
use crate::flow::{built_in, schema};
use crate::time::Duration;

/// How long a call rings before it is answered, where neither flow nor project says.
const ANSWER_AFTER: Duration = Duration::from_secs(1);
/// Self-service time of a whole call, where the flow does not say.
const CALL_LIMIT: Duration = Duration::from_mins(60);
/// Visits of one node without new information, where the flow does not say.
const VISIT_LIMIT: u32 = 8;
/// No-inputs and no-matches of a whole call, where the flow does not say.
const ERROR_LIMIT: u32 = 6;
/// Time in menus before a person is offered, where the flow does not say.
const MENU_LIMIT: Duration = Duration::from_secs(180);

/// The compiler of one flow file and the parts that it uses.
pub(super) struct FlowCompiler<'a> {
    pub(super) library: &'a Library,
    pub(super) contexts: &'a [Context<'a>],
    pub(super) globals: &'a Globals,
    pub(super) facts: &'a Facts,
    pub(super) file: FileId,
    /// The flow file and every part that it uses.
    pub(super) files: Vec<FileId>,
    pub(super) id: FlowId,
    pub(super) name: Option<(FlowId, Span)>,
    pub(super) languages: Vec<Language>,
    pub(super) built_in: BTreeMap<&'static str, Arc<Prompt>>,
    pub(super) defaults: Defaults,
    pub(super) commands: Vec<CommandDraft>,
    pub(super) node_names: IndexMap<String, Span>,
    pub(super) variables: IndexMap<Arc<str>, VariableDefinition>,
    /// Where each variable is declared.
    pub(super) declared: Vec<Declared>,
    /// The formulas of the nodes.
    pub(super) formulas: Vec<FormulaPlace>,
    pub(super) prompts: Catalogue,
    pub(super) faqs: Vec<FaqDefinition>,
    pub(super) faq_names: IndexMap<String, FaqIndex>,
    pub(super) graph: Graph,
    /// The node that is being compiled.
    pub(super) current: NodeIndex,
    /// Nodes whose `failed` is nowhere set.
    pub(super) without_failed: Vec<(String, Span)>,
    /// The subflows, by [`SubflowIndex`].
    pub(super) subflows: Vec<SubflowDraft<'a>>,
    /// The subflow whose names are looked up first; `None` = the flow itself.
    pub(super) scope: Option<SubflowIndex>,
    /// What nodes name of what the project shares.
    pub(super) used: Used,
    /// What callers need to reach people, answers and the end.
    pub(super) effort: Option<FlowEffort>,
    /// Warnings that nodes allow.
    allowed: BTreeMap<FileId, Vec<(Span, String)>>,
    pub(super) findings: Vec<Diagnostic>,
}

/// The names that the nodes of a flow use, to tell what nothing uses.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) calendars: BTreeSet<String>,
    pub(super) queues: BTreeSet<String>,
    pub(super) services: BTreeSet<String>,
    pub(super) subflows: BTreeSet<String>,
    /// Named prompts by their places, and whether anything plays them.
    pub(super) prompts: BTreeMap<Span, (String, bool)>,
}

/// The prompts of a flow, by which tests name them.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Those with a name.
    pub(super) named: Vec<PromptId>,
    /// Those that stand in nodes, with their words.
    pub(super) literal: Vec<(PromptId, String)>,
}

/// What a flow file gave.
pub(super) struct FlowDraft {
    /// Its name and where it stands.
    pub(super) name: Option<(FlowId, Span)>,
    /// The flow, if it can be understood at all.
    pub(super) flow: Option<Flow>,
    /// The files that it is made of.
    pub(super) files: BTreeSet<FileId>,
    /// Where its nodes stand.
    pub(super) places: BTreeMap<NodeId, Span>,
    /// Where its named prompts stand.
    pub(super) prompts: BTreeMap<PromptId, Span>,
    pub(super) recordings: Vec<Recording>,
    /// What it can say.
    pub(super) spoken: Spoken,
    pub(super) used: Used,
    pub(super) effort: Option<FlowEffort>,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> FlowCompiler<'a> {
    pub(super) fn new(
        library: &'a Library,
        contexts: &'a [Context<'a>],
        globals: &'a Globals,
        facts: &'a Facts,
        file: FileId,
    ) -> Self {
        Self {
            library,
            contexts,
            globals,
            facts,
            file,
            files: vec![file],
            id: FlowId::from(""),
            name: None,
            languages: Vec::new(),
            built_in: BTreeMap::new(),
            defaults: Defaults::default(),
            commands: Vec::new(),
            node_names: IndexMap::new(),
            variables: IndexMap::new(),
            declared: Vec::new(),
            formulas: Vec::new(),
            prompts: Catalogue::default(),
            faqs: Vec::new(),
            faq_names: IndexMap::new(),
            graph: Graph::default(),
            current: NodeIndex(0),
            without_failed: Vec::new(),
            subflows: Vec::new(),
            scope: None,
            used: Used::default(),
            effort: None,
            allowed: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    pub(super) fn compile(mut self) -> FlowDraft {
        self.header();
        self.built_in = built_in::prompts(&self.languages);
        self.uses();
        self.read_subflows();
        let node_readers = self.name_nodes();
        self.graph = Graph::new(self.node_names.len());
        self.read_variables();
        self.read_subflow_variables();
        self.read_prompts();
        self.read_faqs();
        self.defaults = self.section("defaults").and_then(read).unwrap_or_default();
        self.read_commands();
        let nodes: Vec<Option<Node>> = (0_u32..)
            .zip(&node_readers)
            .map(|(i, (name, reader, scope))| {
                self.scope = *scope;
                self.node(i, name, *reader)
            })
            .collect();
        self.scope = None;
        let start = self.start();
        let (on_hangup, on_fault) = (self.silent_node(&nodes), self.node_key("on_fault"));
        let escape = self.escape();
        self.check_whole(start, &[on_hangup, on_fault], escape);
        let subflows = self.finish_subflows();
        self.unused_subflows();
        let roots = Roots { start, on_hangup, on_fault, escape };
        let mut flow = self.finish(nodes, &roots, subflows);
        if let Some(flow) = &mut flow {
            self.check_data(flow);
            self.advise(flow, &node_readers);
        }
        self.used.prompts = self.prompts.played();
        self.drop_allowed();
        FlowDraft {
            name: self.name,
            flow,
            places: self.node_names.iter().map(|(n, at)| (NodeId::new(n.as_str()), *at)).collect(),
            files: self.files.into_iter().collect(),
            prompts: self.prompts.places(),
            recordings: self.prompts.recordings(&self.id, self.facts),
            spoken: self.prompts.spoken(),
            used: self.used,
            effort: self.effort,
            findings: self.findings,
        }
    }

    /// The value of a top key of the flow file.
    pub(super) fn section(&self, key: &str) -> Option<Reader<'a>> {
        self.library.entry(self.file, self.contexts, key)
    }

    /// The flow's `commands:`.
    pub(super) fn flow_commands(&self) -> Option<Reader<'a>> {
        self.section("commands")
    }

    /// The entries of a section in the flow file and in every part that it uses.
    pub(super) fn sections(&self, key: &str) -> Vec<(Spanned<String>, Reader<'a>)> {
        let files = self.files.iter();
        let sections = files.filter_map(|file| self.library.entry(*file, self.contexts, key));
        sections.flat_map(|section| section.entries()).collect()
    }

    /// The catalogue files among the used ones, with their languages.
    pub(super) fn catalogues(&self) -> Vec<(FileId, Reader<'a>)> {
        let catalogues =
            self.files.iter().filter(|file| self.library.kind(**file) == FileKind::Catalogue);
        catalogues
            .filter_map(|file| Some((*file, self.library.entry(*file, self.contexts, "language")?)))
            .collect()
    }

    fn start(&mut self) -> Option<NodeIndex> {
        if self.section("start").is_none() {
            self.findings.push(check::no_start(self.whole_file()));
        }
        self.node_key("start")
    }

    /// A top key that names a node.
    fn node_key(&mut self, key: &str) -> Option<NodeIndex> {
        let name = self.section(key).and_then(read::<Spanned<String>>)?;
        let index = self.find_node(&name);
        if index.is_none() {
            self.findings.push(check::unknown_node(&name, &self.names_here()));
        }
        index
    }

    /// `on_hangup` must lead to a node that says and asks nothing: nobody is there to hear it.
    fn silent_node(&mut self, nodes: &[Option<Node>]) -> Option<NodeIndex> {
        let index = self.node_key("on_hangup")?;
        if let Some(Some(node)) = nodes.get(index.0 as usize) {
            let silent = match &node.verb {
                Verb::Set(_)
                | Verb::Branch(_)
                | Verb::Hours(_)
                | Verb::Http(_)
                | Verb::Ticket(_)
                | Verb::Callback(_)
                | Verb::Note(_) => true,
                Verb::Say(_)
                | Verb::Menu(_)
                | Verb::Collect(_)
                | Verb::Confirm(_)
                | Verb::Answer(_)
                | Verb::Queue(_)
                | Verb::Call(_)
                | Verb::Record(_)
                | Verb::Return(_)
                | Verb::Transfer(_)
                | Verb::Hangup(_) => false,
            };
            if !silent && let Some(name) = self.section("on_hangup") {
                self.findings.push(check::not_silent(name.span(), node.verb.name()));
            }
        }
        Some(index)
    }

    /// The node of that name in the present scope.
    pub(super) fn find_node(&self, name: &Spanned<String>) -> Option<NodeIndex> {
        let index = self.node_names.get_index_of(&self.name_here(&name.value))?;
        u32::try_from(index).ok().map(NodeIndex)
    }

    /// The nodes that can be led to in the present scope, by the names that it writes.
    pub(super) fn names_here(&self) -> IndexMap<String, Span> {
        let prefix = self.name_here("");
        let own = self.node_names.iter().filter_map(|(name, span)| {
            let rest = name.strip_prefix(&prefix)?;
            (!rest.contains('.')).then(|| (rest.to_owned(), *span))
        });
        own.collect()
    }

    /// Subflows of the flow file itself that no `call` names.
    fn unused_subflows(&mut self) {
        for subflow in &self.subflows {
            let name = &subflow.name;
            if name.span.file == self.file && !self.used.subflows.contains(&name.value) {
                self.findings.push(check::unused("subflow", &name.value, name.span));
            }
        }
    }

    /// Where errors and limits lead: the target of command `0`, else `defaults.failed`.
    fn escape(&mut self) -> Option<Goto> {
        let zero = self.commands.iter().find(|command| command.keys.to_string() == "0");
        let name =
            zero.map(|command| command.goto.clone()).or_else(|| self.defaults.failed.clone());
        match name?.value.as_str() {
            "back" => Some(Goto::Back),
            "none" => None,
            name => self
                .node_names
                .get_index_of(name)
                .and_then(|i| u32::try_from(i).ok())
                .map(|i| Goto::Node(NodeIndex(i))),
        }
    }

    fn check_whole(
        &mut self,
        start: Option<NodeIndex>,
        roots: &[Option<NodeIndex>],
        escape: Option<Goto>,
    ) {
        let escape = match escape {
            Some(Goto::Node(index)) => Some(index),
            Some(Goto::Back | Goto::Repeat | Goto::None | Goto::Failed) | None => None,
        };
        if let Some(start) = start {
            let roots = roots.iter().flatten().copied().chain(escape).chain([start]);
            let reached = self.graph.reached_from(roots);
            self.findings.extend(check::unreachable(&self.node_names, &reached));
            self.findings.extend(check::traps(&self.graph, &self.node_names, &reached));
        }
        self.findings.extend(check::without_failed(&self.without_failed));
        self.findings.extend(self.prompts.missing_sounds(self.facts));
        self.findings.extend(self.prompts.other_words(self.facts));
    }

    fn finish(
        &self,
        nodes: Vec<Option<Node>>,
        roots: &Roots,
        subflows: Option<Vec<Subflow>>,
    ) -> Option<Flow> {
        let policy: AnswerPolicyRaw = self.section("answer").and_then(read).unwrap_or_default();
        let project = &self.globals.answer;
        let limits: LimitsRaw = self.section("limits").and_then(read).unwrap_or_default();
        let nodes = nodes.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Flow {
            id: self.id.clone(),
            hash: self.hash(),
            languages: self.languages.clone(),
            start: roots.start?,
            answer: AnswerPolicy {
                after: policy.after.or(project.after).map_or(ANSWER_AFTER, |time| time.0),
                early: policy.early.or(project.early).unwrap_or(false),
            },
            limits: Limits {
                call: limits.call.map_or(CALL_LIMIT, |time| time.0),
                visits: limits.visits.map_or(VISIT_LIMIT, |n| n.value.max(1)),
                errors: limits.errors.map_or(ERROR_LIMIT, |n| n.value.max(1)),
                menus: limits.menus.map_or(MENU_LIMIT, |time| time.0),
            },
            surveys: surveys(&nodes),
            nodes,
            variables: self.variables.clone(),
            records: self.globals.records.values().cloned().collect(),
            subflows: subflows?,
            home: self.globals.calendars.keys().next().map(|name| name.as_str().into()),
            faqs: self.faqs.clone(),
            escape: roots.escape,
            on_hangup: roots.on_hangup,
            on_fault: roots.on_fault,
            built_in: self.built_in.clone(),
        })
    }

    /// The hash of everything that the flow is made of: its files, and the sounds with their lengths.
    fn hash(&self) -> FlowHash {
        let mut hash = Sha256::new();
        for file in self.files.iter().filter_map(|file| self.library.files.get(file.0 as usize)) {
            hash.update(file.text.len().to_le_bytes());
            hash.update(file.text.as_bytes());
        }
        for line in self.prompts.sounds(self.facts) {
            hash.update(line.as_bytes());
        }
        let digits: String =
            hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        FlowHash::new(digits)
    }

    /// Notes which warnings the node at `span` allows.
    pub(super) fn allow(&mut self, node: Span, codes: Option<&schema::Allow>) {
        for code in codes.into_iter().flat_map(schema::Allow::codes) {
            if !code.value.starts_with(['W', 'N']) {
                self.findings.push(check::cannot_allow(code));
            }
            self.allowed.entry(node.file).or_default().push((node, code.value.clone()));
        }
    }

    /// Drops the warnings that stand inside a node which allows them.
    fn drop_allowed(&mut self) {
        let allowed = std::mem::take(&mut self.allowed);
        self.findings.retain(|finding| {
            let span = finding.span();
            !allowed.get(&span.file).into_iter().flatten().any(|(node, code)| {
                code == finding.code() && node.start <= span.start && span.start < node.end
            })
        });
    }

    /// The file's text at a place, as it was written.
    pub(super) fn written(&self, span: Span) -> &str {
        self.library.files.get(span.file.0 as usize).map_or("", |file| file.slice(span))
    }

    /// The type of a variable.
    pub(super) fn kind_of(&self, name: &str) -> Option<Kind> {
        let name = self.name_here(name);
        self.variables.get(name.as_str()).map(|variable| Kind::from(variable.kind))
    }

    /// The id of a node.
    pub(super) fn node_id(&self, index: NodeIndex) -> NodeId {
        let name = self.node_names.get_index(index.0 as usize).map_or("", |(name, _)| name);
        NodeId::from(name)
    }
}

/// The nodes that fill what a note keeps as an answer about the service.
fn surveys(nodes: &[Node]) -> BTreeMap<NodeIndex, &'static str> {
    let mut kept: BTreeMap<VariableIndex, &'static str> = BTreeMap::new();
    for node in nodes {
        let Verb::Note(note) = &node.verb else { continue };
        for (name, value) in &note.entries {
            let question = SURVEY_NOTES.into_iter().find(|question| **question == **name);
            if let (Some(question), Formula::Variable(variable)) = (question, value) {
                kept.insert(*variable, question);
            }
        }
    }
    let asks = |(index, node): (u32, &Node)| match &node.verb {
        Verb::Collect(collect) => kept.get(&collect.into).map(|name| (NodeIndex(index), *name)),
        _ => None,
    };
    (0_u32..).zip(nodes).filter_map(asks).collect()
}

/// Where a flow begins, and where it goes when something ends.
struct Roots {
    start: Option<NodeIndex>,
    on_hangup: Option<NodeIndex>,
    on_fault: Option<NodeIndex>,
    escape: Option<Goto>,
}

/// A second definition inside one flow.
pub(super) fn twice(what: &str, name: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, name.span, format!("{what} `{}` is given twice", name.value))
        .label("given again here")
        .also(first, "first given here")
}
