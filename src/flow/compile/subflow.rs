//! Subflows: parts of a flow with variables of their own, and the verbs that enter and leave them.

use std::ops::Range;
use std::sync::Arc;

use super::check_name;
use super::flow::{FlowCompiler, twice};
use crate::flow::check;
use crate::flow::definition::VariableKind;
use crate::flow::expression::Kind;
use crate::flow::node::{
    CallNode, NodeIndex, Place, ReturnNode, Subflow, SubflowIndex, VariableIndex,
};
use crate::flow::read::{Reader, read, unknown_key};
use crate::flow::schema::{self, Entries};
use crate::flow::shipped::SHIPPED;
use crate::flow::source::{Span, Spanned};

/// The keys of a subflow.
pub(in crate::flow) const KEYS: [&str; 7] =
    ["about", "params", "returns", "outcomes", "vars", "start", "nodes"];

/// A subflow as its section writes it.
pub(super) struct SubflowDraft<'a> {
    pub(super) name: Spanned<String>,
    entries: Vec<(Spanned<String>, Reader<'a>)>,
    variables: Range<u32>,
    params: Vec<VariableIndex>,
    returns: Vec<(Spanned<String>, VariableKind)>,
    outcomes: Vec<Spanned<String>>,
    /// Where it calls other subflows.
    pub(super) calls: Vec<(SubflowIndex, Span)>,
}

impl<'a> SubflowDraft<'a> {
    /// The value of one of its keys.
    pub(super) fn entry(&self, key: &str) -> Option<Reader<'a>> {
        self.entries.iter().find(|(name, _)| name.value == key).map(|(_, reader)| *reader)
    }
}

impl<'a> FlowCompiler<'a> {
    /// Reads what the subflows are called and how they end.
    pub(super) fn read_subflows(&mut self) {
        for (name, reader) in self.sections("subflows") {
            if !self.library.is_shipped(name.span.file) {
                check_name(&name.value, name.span, "subflow", &mut self.findings);
            }
            if let Some(first) = self.subflows.iter().find(|s| s.name.value == name.value) {
                let finding = twice("subflow", &name, first.name.span);
                self.findings.push(finding);
                continue;
            }
            let entries = reader.entries();
            for (key, _) in &entries {
                if !KEYS.contains(&key.as_str()) {
                    self.findings.push(unknown_key(&key.value, key.span, "a subflow", &KEYS));
                }
            }
            let mut draft = SubflowDraft {
                name,
                entries,
                variables: 0..0,
                params: Vec::new(),
                returns: Vec::new(),
                outcomes: Vec::new(),
                calls: Vec::new(),
            };
            let returns = draft.entry("returns").and_then(read::<Entries<Spanned<String>>>);
            for (name, kind) in returns.iter().flatten() {
                check_name(&name.value, name.span, "returned value", &mut self.findings);
                let kind = self.named_kind(kind);
                draft.returns.push((name.clone(), kind));
            }
            let outcomes = draft.entry("outcomes").and_then(read::<Vec<Spanned<String>>>);
            draft.outcomes = outcomes.unwrap_or_default();
            self.findings.extend(check::bad_outcomes(&draft.name, &draft.outcomes));
            self.subflows.push(draft);
        }
    }

    /// Gives the nodes of all subflows their numbers, after those of the flow.
    pub(super) fn name_subflow_nodes(
        &mut self,
    ) -> Vec<(Spanned<String>, Reader<'a>, SubflowIndex)> {
        let mut readers = Vec::new();
        for index in self.subflow_indexes() {
            let draft = &self.subflows[index.0 as usize];
            let owner = draft.name.value.clone();
            for (name, reader) in
                draft.entry("nodes").map(|nodes| nodes.entries()).unwrap_or_default()
            {
                self.check_node_name(&name);
                let full = Spanned::new(format!("{owner}.{}", name.value), name.span);
                if self.node_names.insert(full.value.clone(), full.span).is_none() {
                    readers.push((full, reader, index));
                }
            }
        }
        readers
    }

    pub(super) fn subflow_indexes(&self) -> impl Iterator<Item = SubflowIndex> + use<> {
        (0..u32::try_from(self.subflows.len()).unwrap_or(u32::MAX)).map(SubflowIndex)
    }

    /// Declares the variables of all subflows, after those of the flow.
    pub(super) fn read_subflow_variables(&mut self) {
        for index in self.subflow_indexes() {
            let draft = &self.subflows[index.0 as usize];
            let (params, vars) = (draft.entry("params"), draft.entry("vars"));
            self.scope = Some(index);
            let first = self.variables.len();
            let mut declared = Vec::new();
            for section in [params, vars] {
                for (name, reader) in section.map(|section| section.entries()).unwrap_or_default() {
                    let known: Option<&Spanned<String>> =
                        declared.iter().find(|known: &&Spanned<String>| known.value == name.value);
                    if let Some(known) = known {
                        let finding = twice("variable", &name, known.span);
                        self.findings.push(finding);
                        continue;
                    }
                    self.check_variable_name(&name);
                    self.declare(&name, read::<schema::VariableRaw>(reader));
                    declared.push(name);
                }
            }
            let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let count = params.map_or(0, |params| params.entries().len());
            let last = self.variables.len();
            let draft = &mut self.subflows[index.0 as usize];
            draft.params =
                (first..last.min(first + count)).map(|n| VariableIndex(place(n))).collect();
            draft.variables = place(first)..place(last);
        }
        self.scope = None;
    }

    /// A name of this scope as the whole flow knows it.
    pub(super) fn name_here(&self, name: &str) -> String {
        match self.scope.and_then(|scope| self.subflows.get(scope.0 as usize)) {
            Some(subflow) => format!("{}.{name}", subflow.name.value),
            None => name.to_owned(),
        }
    }

    pub(super) fn call(&mut self, raw: &schema::Call) -> Option<CallNode> {
        let position = self.subflows.iter().position(|s| s.name.value == raw.call.value);
        let outcomes: Vec<_> = raw
            .outcomes
            .iter()
            .filter(|(outcome, _)| outcome.value != "failed")
            .map(|(outcome, target)| (outcome.clone(), self.goto(target)))
            .collect();
        let failed = raw.outcomes.iter().find(|(outcome, _)| outcome.value == "failed");
        let failed = self.failed(failed.map(|(_, target)| target));
        let Some(index) = position.and_then(|p| u32::try_from(p).ok()).map(SubflowIndex) else {
            let known = self.subflows.iter().map(|s| s.name.as_str());
            let known: Vec<&str> =
                known.chain(SHIPPED.iter().map(|shipped| shipped.name)).collect();
            self.findings.push(check::unknown_name("subflow", &raw.call, &known));
            return None;
        };
        self.used.subflows.insert(raw.call.value.clone());
        if let Some(own) = self.scope {
            self.subflows[own.0 as usize].calls.push((index, raw.call.span));
        }
        let draft = &self.subflows[index.0 as usize];
        let declared: Vec<&str> = draft.outcomes.iter().map(Spanned::as_str).collect();
        let place = self.current_place();
        for (outcome, _) in &outcomes {
            if !declared.contains(&outcome.as_str()) {
                self.findings.push(check::unknown_outcome(raw.call.as_str(), outcome, &declared));
            }
        }
        for outcome in &declared {
            if !outcomes.iter().any(|(given, _)| given.value == *outcome) {
                self.findings.push(check::unhandled_outcome(raw.call.as_str(), outcome, place));
            }
        }
        self.enter_subflow(index);
        Some(CallNode {
            subflow: index,
            with: self.params(raw, index),
            returns: self.returned_values(raw, index),
            outcomes: outcomes.iter().map(|(name, goto)| (name.as_str().into(), *goto)).collect(),
            failed,
        })
    }

    /// The way from a `call` into its subflow.
    fn enter_subflow(&mut self, index: SubflowIndex) {
        let start =
            self.subflows[index.0 as usize].entry("start").and_then(read::<Spanned<String>>);
        let scope = self.scope.replace(index);
        if let Some(start) = start.and_then(|start| self.find_node(&start)) {
            self.graph.edge(self.current, start);
        }
        self.scope = scope;
    }

    fn params(
        &mut self,
        raw: &schema::Call,
        index: SubflowIndex,
    ) -> Vec<(VariableIndex, crate::flow::expression::Formula)> {
        let params = self.subflows[index.0 as usize].params.clone();
        let name = |compiler: &Self, param: &VariableIndex| {
            let full = compiler.variables.get_index(param.0 as usize);
            full.and_then(|(name, _)| name.rsplit('.').next()).unwrap_or_default().to_owned()
        };
        let mut given = Vec::new();
        for (key, value) in raw.with.iter().flatten() {
            let Some(param) = params.iter().find(|param| name(self, param) == key.value) else {
                let known: Vec<String> = params.iter().map(|param| name(self, param)).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                self.findings.push(check::unknown_parameter(raw.call.as_str(), key, &known));
                continue;
            };
            let kind = self.variables.get_index(param.0 as usize).map(|(_, v)| Kind::from(v.kind));
            let value = self.value(value, kind.unwrap_or(Kind::Any), &format!("`{}`", key.value));
            given.push((*param, value));
        }
        let place = raw.call.span;
        for param in &params {
            let has_start = self
                .variables
                .get_index(param.0 as usize)
                .is_some_and(|(_, v)| v.start != crate::flow::expression::Value::Unset);
            if !has_start && !given.iter().any(|(known, _)| known == param) {
                let finding =
                    check::missing_parameter(raw.call.as_str(), &name(self, param), place);
                self.findings.push(finding);
            }
        }
        given
    }

    /// `returns: { ours: theirs }`
    fn returned_values(&mut self, raw: &schema::Call, index: SubflowIndex) -> Vec<(usize, Place)> {
        let mut values = Vec::new();
        for (ours, theirs) in raw.returns.iter().flatten() {
            let returns = &self.subflows[index.0 as usize].returns;
            let Some(position) = returns.iter().position(|(name, _)| name.value == theirs.value)
            else {
                let known: Vec<&str> = returns.iter().map(|(name, _)| name.as_str()).collect();
                self.findings.push(check::unknown_name("returned value", theirs, &known));
                continue;
            };
            let kind = returns[position].1;
            let Some(variable) = self.variable_named(ours) else { continue };
            let holds = self.variables.get_index(variable.0 as usize).map(|(_, v)| v.kind);
            if let Some(holds) = holds.filter(|holds| Kind::from(*holds) != Kind::from(kind)) {
                self.findings.push(check::wrong_return(ours, holds, kind));
            }
            values.push((position, Place::Variable(variable)));
        }
        values
    }

    pub(super) fn return_(&mut self, raw: &schema::Return) -> Option<ReturnNode> {
        self.graph.exit(self.current);
        let Some(index) = self.scope else {
            self.findings.push(check::return_outside(raw.outcome.span));
            return None;
        };
        let draft = &self.subflows[index.0 as usize];
        let declared: Vec<&str> = draft.outcomes.iter().map(Spanned::as_str).collect();
        if !declared.contains(&raw.outcome.as_str()) {
            let finding = check::undeclared_outcome(draft.name.as_str(), &raw.outcome, &declared);
            self.findings.push(finding);
        }
        let mut with = Vec::new();
        for (name, value) in raw.with.iter().flatten() {
            let returns = &self.subflows[index.0 as usize].returns;
            let Some(position) = returns.iter().position(|(known, _)| known.value == name.value)
            else {
                let known: Vec<&str> = returns.iter().map(|(name, _)| name.as_str()).collect();
                self.findings.push(check::unknown_name("returned value", name, &known));
                continue;
            };
            let kind = Kind::from(returns[position].1);
            with.push((position, self.value(value, kind, &format!("`{}`", name.value))));
        }
        Some(ReturnNode { outcome: raw.outcome.as_str().into(), with })
    }

    /// The subflows, ready to run; `None` where one of them has no start.
    pub(super) fn finish_subflows(&mut self) -> Option<Vec<Subflow>> {
        self.check_recursion();
        let mut subflows = Some(Vec::new());
        for index in self.subflow_indexes() {
            let draft = &self.subflows[index.0 as usize];
            let name = draft.name.clone();
            let start = draft.entry("start").and_then(read::<Spanned<String>>);
            if draft.entry("start").is_none() {
                self.findings.push(check::missing_key("a subflow", "start", name.span));
            }
            self.scope = Some(index);
            let found = start.and_then(|start| {
                let found = self.find_node(&start);
                if found.is_none() {
                    self.findings.push(check::unknown_node(&start, &self.names_here()));
                }
                found
            });
            self.scope = None;
            match (found, &mut subflows) {
                (Some(start), Some(list)) => list.push(self.subflow(index, start)),
                _ => subflows = None,
            }
        }
        subflows
    }

    fn subflow(&self, index: SubflowIndex, start: NodeIndex) -> Subflow {
        let draft = &self.subflows[index.0 as usize];
        let given =
            |(name, kind): &(Spanned<String>, VariableKind)| (Arc::from(name.as_str()), *kind);
        Subflow {
            name: draft.name.as_str().into(),
            start,
            variables: draft.variables.clone(),
            params: draft.params.clone(),
            returns: draft.returns.iter().map(given).collect(),
            outcomes: draft.outcomes.iter().map(|outcome| outcome.as_str().into()).collect(),
        }
    }

    /// A subflow that calls itself, by itself or through others.
    fn check_recursion(&mut self) {
        for start in self.subflow_indexes() {
            let mut path = vec![start];
            if let Some(span) = self.way_back(start, &mut path) {
                // Each circle is told once, at its subflow of the lowest number.
                if path.iter().min() == Some(&start) {
                    let names: Vec<&str> = path
                        .iter()
                        .chain([&start])
                        .map(|index| self.subflows[index.0 as usize].name.as_str())
                        .collect();
                    let finding = check::recursion(&names, span);
                    self.findings.push(finding);
                }
            }
        }
    }

    /// A way from the end of `path` back to its beginning, which `path` then holds.
    fn way_back(&self, start: SubflowIndex, path: &mut Vec<SubflowIndex>) -> Option<Span> {
        let last = *path.last()?;
        for (next, span) in &self.subflows[last.0 as usize].calls {
            if *next == start {
                return Some(*span);
            }
            if !path.contains(next) {
                path.push(*next);
                if self.way_back(start, path).is_some() {
                    return Some(*span);
                }
                path.pop();
            }
        }
        None
    }
}
