//! Test files: scripts of callers, held against the flow that they test.
//!
//! Every name is looked up in the flow or the project, and every value in a mock or a claim has the type that the
//! service or the flow declares, so that a test that runs looks at something that is there.

mod around;
mod back;
mod claim;
mod mock;
mod rule;
mod step;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::Facts;
use super::flow::Spoken;
use super::globals::Globals;
use super::library::{FileKind, Library};
use crate::call::{FlowId, NodeId, PromptId, QueueId};
use crate::flow::check::{self, GIVEN_TWICE};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Flow, Verb};
use crate::flow::read::{Context, read};
use crate::flow::schema::{CaseRaw, SetupRaw};
use crate::flow::script::{Case, TestFile};
use crate::flow::source::{FileId, SourceFile, Span, Spanned};
use around::Around;

/// A flow that tests may name.
pub(super) struct Tested<'a> {
    /// The flow; `None` if it is not understood, which is reported elsewhere.
    pub(super) flow: Option<&'a Flow>,
    /// What it can say.
    pub(super) spoken: &'a Spoken,
}

/// The test files of a project, and what was found in them.
pub(super) fn compile<'a>(
    library: &'a Library,
    contexts: &'a [Context<'a>],
    globals: &'a Globals,
    facts: &'a Facts,
    flows: &BTreeMap<&FlowId, Tested<'a>>,
) -> (Vec<TestFile>, Vec<Diagnostic>) {
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    for id in library.of_kind(FileKind::Tests) {
        let entry = |key: &str| library.entry(id, contexts, key);
        let Some(name) = entry("tests").and_then(read::<Spanned<String>>) else { continue };
        let flow = FlowId::from(name.as_str());
        let Some(tested) = flows.get(&flow) else {
            let known: Vec<&str> = flows.keys().map(|flow| flow.as_str()).collect();
            findings.push(check::unknown_in_test("flow", &name, &known));
            continue;
        };
        let place = id.0 as usize;
        let (Some(own), Some(source), Some(context)) =
            (tested.flow, library.files.get(place), contexts.get(place))
        else {
            continue;
        };
        let mut compiler = TestCompiler {
            globals,
            facts,
            flow: own,
            spoken: tested.spoken,
            source,
            context,
            findings: Vec::new(),
        };
        let setup = entry("setup").and_then(read::<SetupRaw>).unwrap_or_default();
        let setup = compiler.around(&setup);
        let mut cases = Vec::new();
        let mut names: IndexMap<String, Span> = IndexMap::new();
        if entry("cases").is_none() {
            compiler.findings.push(check::missing_key("a test file", "cases", name.span));
        }
        for item in entry("cases").map(|cases| cases.items()).unwrap_or_default() {
            let Some(raw) = read::<CaseRaw>(item) else { continue };
            if let Some(first) = names.get(&raw.name.value) {
                compiler.findings.push(same_case(&raw.name, *first));
            }
            names.entry(raw.name.value.clone()).or_insert(raw.name.span);
            cases.push(compiler.case(&raw, &setup));
        }
        let rules = entry("rules").map(|rules| rules.items()).unwrap_or_default();
        let rules = rules.into_iter().filter_map(|item| compiler.rule(item)).collect();
        findings.append(&mut compiler.findings);
        files.push(TestFile { path: source.path.clone(), flow, cases, rules });
    }
    (files, findings)
}

fn same_case(name: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, name.span, format!("there are two cases named `{}`", name.value))
        .label("named again here")
        .also(first, "first named here")
}

/// The compiler of one test file.
struct TestCompiler<'a> {
    globals: &'a Globals,
    facts: &'a Facts,
    flow: &'a Flow,
    spoken: &'a Spoken,
    source: &'a SourceFile,
    context: &'a Context<'a>,
    findings: Vec<Diagnostic>,
}

impl TestCompiler<'_> {
    fn case(&mut self, raw: &CaseRaw, setup: &Around) -> Case {
        let own = self.around(&raw.setup());
        let around = own.over(setup);
        let steps = self.steps(&raw.call);
        let then = raw.then.as_ref().map(|then| self.claims(then)).unwrap_or_default();
        let origin = around.origin();
        Case {
            name: raw.name.as_str().into(),
            span: raw.name.span,
            at: around.at,
            origin,
            env: around.env,
            agents: around.agents,
            mocks: around.mocks.into_values().collect(),
            steps,
            then,
        }
    }

    /// A place without the blanks after it, which a map over several lines ends with.
    fn tight(&self, span: Span) -> Span {
        span.part(0, self.written(span).trim_end().len())
    }

    /// What stands in the file at a place.
    fn written(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// The node of that name; a missing one is reported.
    fn node(&mut self, name: &Spanned<String>) -> Option<NodeId> {
        if let Some(node) = self.flow.nodes.iter().find(|node| node.id.as_str() == name.value) {
            return Some(node.id.clone());
        }
        let known: Vec<&str> = self.flow.nodes.iter().map(|node| node.id.as_str()).collect();
        self.findings.push(check::unknown_in_test("node", name, &known));
        None
    }

    /// The queue of that name; a missing one is reported.
    fn queue(&mut self, name: &Spanned<String>) -> Option<QueueId> {
        if let Some((_, queue)) = self.globals.queues.get(&name.value) {
            return Some(queue.name.clone());
        }
        let known: Vec<&str> = self.globals.queues.keys().map(String::as_str).collect();
        self.findings.push(check::unknown_in_test("queue", name, &known));
        None
    }

    /// The prompt of that name, or the one that stands in a node and begins with these words.
    fn prompt(&mut self, name: &Spanned<String>) -> Option<PromptId> {
        if name.value.contains(char::is_whitespace) {
            let words = name.value.trim();
            let literal = &self.spoken.literal;
            let exact = literal.iter().find(|(_, text)| text.trim() == words);
            let mut begun = literal.iter().filter(|(_, text)| text.trim().starts_with(words));
            let found = exact.or_else(|| begun.next().filter(|_| begun.next().is_none()));
            if found.is_none() {
                self.findings.push(check::unheard(name));
            }
            return found.map(|(id, _)| id.clone());
        }
        if let Some(id) = self.spoken.named.iter().find(|id| id.as_str() == name.value) {
            return Some(id.clone());
        }
        let short = name.value.strip_prefix("std/").unwrap_or(&name.value);
        if let Some(built_in) = self.flow.built_in.get(short) {
            return Some(built_in.id.clone());
        }
        let known: Vec<&str> = self.spoken.named.iter().map(PromptId::as_str).collect();
        self.findings.push(check::unknown_in_test("prompt", name, &known));
        None
    }

    /// What every node of the flow does.
    fn verbs(&self) -> impl Iterator<Item = &Verb> {
        self.flow.nodes.iter().map(|node| &node.verb)
    }
}

/// The files of tests in which nothing is wrong, for flows that run.
pub(super) fn sound(
    files: Vec<TestFile>,
    flows: &[Arc<Flow>],
    broken: &BTreeSet<FileId>,
    sources: &[SourceFile],
) -> Vec<TestFile> {
    let wrong = |path: &str| {
        broken.iter().any(|id| sources.get(id.0 as usize).is_some_and(|file| &*file.path == path))
    };
    let runs = |id: &FlowId| flows.iter().any(|flow| flow.id == *id);
    files.into_iter().filter(|file| runs(&file.flow) && !wrong(&file.path)).collect()
}

#[cfg(test)]
mod tests;
