//! What a flow declares before its nodes: its name, languages and parts, the names of its nodes, its variables.

use std::collections::BTreeMap;

use super::check_name;
use super::flow::{FlowCompiler, twice};
use super::kind::kind;
use super::library::FileKind;
use crate::call::{Class, FlowId, Language};
use crate::flow::check;
use crate::flow::definition::{VariableDefinition, VariableKind};
use crate::flow::expression::{RESERVED, Value};
use crate::flow::node::SubflowIndex;
use crate::flow::read::{Reader, read};
use crate::flow::schema::{Texts, VariableRaw};
use crate::flow::source::{Span, Spanned};

/// A node by its name, with the subflow that it belongs to.
pub(super) type NamedReader<'a> = (Spanned<String>, Reader<'a>, Option<SubflowIndex>);

impl<'a> FlowCompiler<'a> {
    pub(super) fn header(&mut self) {
        if let Some(name) = self.section("flow").and_then(read::<Spanned<String>>) {
            check_name(&name.value, name.span, "flow", &mut self.findings);
            self.id = FlowId::from(name.as_str());
            self.name = Some((self.id.clone(), name.span));
        }
        let many = self.section("languages").and_then(read::<Vec<Spanned<String>>>);
        let one = self.section("language").and_then(read::<Spanned<String>>);
        let languages = many.unwrap_or_else(|| one.into_iter().collect());
        for tag in &languages {
            if !is_language(&tag.value) {
                self.findings.push(check::bad_language(tag));
            }
            self.languages.push(Language::from(tag.as_str()));
        }
        if self.languages.is_empty() {
            self.findings.push(check::no_language(self.whole_file()));
            self.languages.push(Language::from("id"));
        }
    }

    /// The place for what the flow file as a whole lacks.
    pub(super) fn whole_file(&self) -> Span {
        self.name.as_ref().map_or(Span { file: self.file, start: 0, end: 0 }, |(_, span)| *span)
    }

    pub(super) fn uses(&mut self) {
        let patterns = self.section("use").and_then(read::<Texts>);
        let path = self.library.files.get(self.file.0 as usize).map(|file| file.path.clone());
        let folder =
            path.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
        for pattern in patterns.iter().flat_map(Texts::items) {
            let full = join(folder, &pattern.value);
            let found = self.library.matching(&full);
            if found.is_empty() {
                self.findings.push(check::unknown_file(pattern));
            }
            for file in found {
                match self.library.kind(file) {
                    FileKind::Catalogue | FileKind::Part | FileKind::Unread => {
                        if !self.files.contains(&file) {
                            self.files.push(file);
                        }
                    }
                    FileKind::Flow | FileKind::Tests | FileKind::Settings => {
                        if !pattern.value.contains('*') {
                            self.findings.push(check::not_a_part(pattern));
                        }
                    }
                }
            }
        }
        let shipped = self.library.shipped_for(&self.files);
        self.files.extend(shipped);
    }

    /// Gives every node its number, so that nodes may lead to later ones.
    pub(super) fn name_nodes(&mut self) -> Vec<NamedReader<'a>> {
        let mut readers = Vec::new();
        for (name, reader) in self.sections("nodes") {
            self.check_node_name(&name);
            if let Some(first) = self.node_names.get(&name.value) {
                self.findings.push(twice("node", &name, *first));
                continue;
            }
            self.node_names.insert(name.value.clone(), name.span);
            readers.push((name, reader, None));
        }
        let inner = self.name_subflow_nodes().into_iter();
        readers.extend(inner.map(|(name, reader, scope)| (name, reader, Some(scope))));
        readers
    }

    pub(super) fn check_node_name(&mut self, name: &Spanned<String>) {
        check_name(&name.value, name.span, "node", &mut self.findings);
        if ["back", "repeat", "none"].contains(&name.as_str()) {
            self.findings.push(check::bad_name(&name.value, name.span, "node"));
        }
    }

    pub(super) fn check_variable_name(&mut self, name: &Spanned<String>) {
        check_name(&name.value, name.span, "variable", &mut self.findings);
        if RESERVED.contains(&name.as_str()) || ["true", "false"].contains(&name.as_str()) {
            self.findings.push(check::bad_name(&name.value, name.span, "variable"));
        }
    }

    /// The type of that name; text where there is none, which is reported.
    pub(super) fn named_kind(&mut self, name: &Spanned<String>) -> VariableKind {
        kind(name, None, &self.globals.records).unwrap_or_else(|finding| {
            self.findings.push(*finding);
            VariableKind::Text
        })
    }

    pub(super) fn read_variables(&mut self) {
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        for (name, reader) in self.sections("vars") {
            self.check_variable_name(&name);
            if let Some(first) = places.get(&name.value) {
                self.findings.push(twice("variable", &name, *first));
                continue;
            }
            places.insert(name.value.clone(), name.span);
            self.declare(&name, read::<VariableRaw>(reader));
        }
    }

    pub(super) fn variable(&mut self, raw: Option<VariableRaw>) -> VariableDefinition {
        let kind = raw.as_ref().map_or(VariableKind::Text, |raw| self.named_kind(&raw.kind));
        let class = self.class(raw.as_ref().and_then(|raw| raw.class.as_ref()), kind);
        let start = raw.and_then(|raw| raw.start);
        let start = start.map_or(Value::Unset, |start| self.start_value(&start, kind));
        VariableDefinition { kind, class, start }
    }

    /// The class that is declared; a PIN is secret whatever is said.
    fn class(&mut self, declared: Option<&Spanned<Class>>, kind: VariableKind) -> Class {
        if kind == VariableKind::Pin {
            if let Some(class) = declared.filter(|class| class.value != Class::Secret) {
                self.findings.push(check::pin_is_secret(class.span));
            }
            return Class::Secret;
        }
        declared.map_or(Class::Public, |class| class.value)
    }
}

/// `id`, `en`, `en-GB`: letters, then parts of letters and digits.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let base = parts.next().unwrap_or_default();
    (2..=3).contains(&base.len())
        && base.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A path relative to a folder; `..` steps out of it.
fn join(folder: Option<&str>, path: &str) -> String {
    let mut parts: Vec<&str> = folder.map(|f| f.split('/').collect()).unwrap_or_default();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if !parts.is_empty() => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let root = if folder.is_some_and(|f| f.starts_with('/')) { "/" } else { "" };
    let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    format!("{root}{joined}")
}
