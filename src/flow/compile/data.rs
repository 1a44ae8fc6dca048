//! The data of a whole flow: its variables are given the class that they have in effect, and the rules about empty
//! variables, conditions that never decide, unread variables and privacy are asked.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::FlowCompiler;
use crate::call::Class;
use crate::flow::check;
use crate::flow::data::{self, Walked};
use crate::flow::definition::{OperationDefinition, ParameterPlace, Setting, VariableKind};
use crate::flow::diagnostic::{Diagnostic, Level};
use crate::flow::expression::{self, Formula, Value};
use crate::flow::node::{EntryKind, Flow, Node, NodeIndex, Prompt, Slot, Use, VariableIndex, Verb};
use crate::flow::schema::VariableRaw;
use crate::flow::source::{Span, Spanned};

/// Where a variable is declared.
#[derive(Debug)]
pub(super) struct Declared {
    /// Its name.
    name: Span,
    /// Whether the author says how private it is.
    has_class: bool,
}

/// A formula of a node, with the place of its text.
#[derive(Debug)]
pub(super) struct FormulaPlace {
    pub(super) node: NodeIndex,
    pub(super) span: Span,
    pub(super) formula: Formula,
}

impl FlowCompiler<'_> {
    /// Takes a variable of the present scope into the flow.
    pub(super) fn declare(&mut self, name: &Spanned<String>, raw: Option<VariableRaw>) {
        let has_class = raw.as_ref().is_some_and(|raw| raw.class.is_some());
        if let Some(start) = raw.as_ref().and_then(|raw| raw.start.as_ref())
            && raw
                .as_ref()
                .and_then(|raw| raw.class.as_ref())
                .is_some_and(|class| class.value == Class::Secret)
        {
            self.findings.push(check::clear_text(start.span));
        }
        let definition = self.variable(raw);
        self.declared.push(Declared { name: name.span, has_class });
        self.variables.insert(self.name_here(&name.value).into(), definition);
    }

    /// Asks the rules about the data of the flow, and gives its variables the class that they have in effect.
    pub(super) fn check_data(&mut self, flow: &mut Flow) {
        self.settle_classes(flow);
        let walked = data::look(flow);
        for empty in &walked.empty {
            let (span, node) = self.reading(flow, empty.node, empty.variable);
            let path: Vec<&str> = empty.path.iter().map(|n| flow.node(*n).id.as_str()).collect();
            let name = self.own_name(empty.variable);
            let finding = check::may_be_empty(&name, span, &path, node);
            self.findings.push(finding);
        }
        for (index, node) in flow.places() {
            self.check_spoken(flow, index, node);
            self.check_uses(flow, index, node);
            self.check_filled(flow, index, node);
        }
        // What is only half understood would look unread.
        if self.findings.iter().all(|finding| finding.level() != Level::Error) {
            self.check_conditions(flow, &walked);
            self.check_unread(flow);
        }
    }

    /// The class in effect of every variable, also where nodes keep a copy of it.
    fn settle_classes(&self, flow: &mut Flow) {
        let stated = (0..).map(VariableIndex).zip(&self.declared);
        let stated = stated.filter(|(_, declared)| declared.has_class).map(|(index, _)| index);
        let classes = data::classes(flow, &stated.collect());
        for (variable, class) in flow.variables.values_mut().zip(&classes) {
            variable.class = *class;
        }
        let of = |index: VariableIndex| classes.get(index.0 as usize).copied();
        for node in &mut flow.nodes {
            match &mut node.verb {
                Verb::Collect(collect) => collect.class = of(collect.into).unwrap_or(collect.class),
                Verb::Record(record) => record.class = of(record.into).unwrap_or(record.class),
                Verb::Say(_)
                | Verb::Menu(_)
                | Verb::Confirm(_)
                | Verb::Answer(_)
                | Verb::Set(_)
                | Verb::Branch(_)
                | Verb::Hours(_)
                | Verb::Http(_)
                | Verb::Call(_)
                | Verb::Ticket(_)
                | Verb::Note(_)
                | Verb::Queue(_)
                | Verb::Callback(_)
                | Verb::Transfer(_)
                | Verb::Return(_)
                | Verb::Hangup(_) => {}
            }
        }
    }

    /// The name of a variable as its own scope writes it.
    fn own_name(&self, variable: VariableIndex) -> String {
        let name = self.variables.get_index(variable.0 as usize).map_or("", |(name, _)| name);
        name.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// The formulas of a node; all of them were noted in the order of the nodes.
    fn formulas_of(&self, node: NodeIndex) -> &[FormulaPlace] {
        let start = self.formulas.partition_point(|formula| formula.node < node);
        let end = self.formulas.partition_point(|formula| formula.node <= node);
        self.formulas.get(start..end).unwrap_or_default()
    }

    /// The place of a node's name.
    fn node_place(&self, node: NodeIndex) -> Span {
        self.node_names.get_index(node.0 as usize).map(|(_, span)| *span).unwrap_or_default()
    }

    /// Where a node reads a variable, and where the node stands.
    fn reading(&self, flow: &Flow, node: NodeIndex, variable: VariableIndex) -> (Span, Span) {
        let place = self.node_place(node);
        let reads = |formula: &Formula| {
            let mut variables = BTreeSet::new();
            formula.reads(&mut variables);
            variables.contains(&variable)
        };
        let own = self.formulas_of(node).iter().find(|f| reads(&f.formula));
        if let Some(FormulaPlace { span, .. }) = own {
            let name = self.own_name(variable);
            let at = word(self.written(*span), &name);
            return (at.map_or(*span, |at| span.part(at, at + name.len())), place);
        }
        let slots = flow.node(node).verb.slots(flow).into_iter();
        let slot =
            slots.filter(|(_, slot)| reads(&slot.value)).find_map(|(p, s)| self.slot_place(p, s));
        (slot.unwrap_or(place), place)
    }

    /// Where a slot stands in the words of its prompt.
    fn slot_place(&self, prompt: &Prompt, slot: &Slot) -> Option<Span> {
        let braced = format!("{{{}}}", slot.written);
        self.prompts.texts(&prompt.id)?.values().find_map(|text| {
            let at = self.written(text.span).find(&braced)? + 1;
            Some(text.span.part(at, at + slot.written.len()))
        })
    }

    /// The place and the words of a formula at a node.
    fn formula_place(&self, node: NodeIndex, formula: &Formula) -> (Span, String) {
        let own = self.formulas_of(node).iter().find(|f| f.formula == *formula);
        match own {
            Some(FormulaPlace { span, .. }) => (*span, self.written(*span).trim().to_owned()),
            None => (self.node_place(node), "a value".to_owned()),
        }
    }

    fn check_spoken(&mut self, flow: &Flow, index: NodeIndex, node: &Node) {
        let place = self.node_place(index);
        for (prompt, slot) in node.verb.slots(flow) {
            if slot.value.class(flow) == Class::Secret {
                let span = self.slot_place(prompt, slot).unwrap_or(place);
                let value = slot.written.split(':').next().unwrap_or_default().trim();
                let finding = check::spoken_secret(value, prompt.id.as_str(), span, place);
                self.findings.push(finding);
            }
        }
        if let Verb::Collect(collect) = &node.verb
            && collect.class == Class::Secret
        {
            let name = self.own_name(collect.into);
            if collect.read_back {
                self.findings.push(check::read_back_secret(&name, place));
            }
            if !node.pauses_recording {
                self.findings.push(check::recorded_pin(&name, place));
            }
        }
    }

    fn check_uses(&mut self, flow: &Flow, index: NodeIndex, node: &Node) {
        for (formula, used) in node.verb.uses() {
            let class = formula.class(flow);
            if class == Class::Public {
                continue;
            }
            let (span, value) = self.formula_place(index, formula);
            match (used, &node.verb) {
                (Use::Send(parameter), Verb::Http(http)) => {
                    let findings = self.sent(&http.operation, parameter, class, &value, span);
                    self.findings.extend(findings);
                }
                (Use::Note | Use::Tell | Use::Ticket | Use::Route | Use::Call, _)
                    if class == Class::Secret =>
                {
                    self.findings.push(check::secret_shown(&value, used, span));
                }
                _ => {}
            }
        }
    }

    /// Personal or secret data on its way to a service.
    fn sent(
        &self,
        operation: &OperationDefinition,
        parameter: usize,
        class: Class,
        value: &str,
        span: Span,
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let full = format!("{}.{}", operation.service, operation.name);
        let place = operation.parameters.get(parameter).map(|parameter| parameter.place);
        let service = self.globals.services.get(&*operation.service).map(|(_, service)| service);
        match place {
            Some(ParameterPlace::Query | ParameterPlace::Path) if class == Class::Secret => {
                findings.push(check::secret_in_address(value, &full, span));
            }
            Some(ParameterPlace::Query) => {
                findings.push(check::personal_in_query(value, &full, span));
            }
            Some(ParameterPlace::Body | ParameterPlace::Path) | None => {
                if class == Class::Secret && service.is_some_and(|service| !service.accepts_secret)
                {
                    findings.push(check::unaccepted_secret(value, &operation.service, span));
                }
            }
        }
        if let Some(service) = service
            && let Setting::Text(base) = &service.base
            && check::is_plain_http(base)
        {
            findings.push(check::plain_http(value, class, &operation.service, span));
        }
        findings
    }

    /// What the caller fills: W0608 and W0609.
    fn check_filled(&mut self, flow: &Flow, index: NodeIndex, node: &Node) {
        let (variable, entry): (VariableIndex, Option<EntryKind>) = match &node.verb {
            Verb::Collect(collect) => (collect.into, Some(collect.entry.kind)),
            Verb::Record(record) => (record.into, None),
            _ => return,
        };
        let place = self.node_place(index);
        if let Verb::Record(record) = &node.verb
            && record.keep.is_none()
        {
            self.findings.push(check::kept_for_ever(place));
        }
        let name = self.own_name(variable);
        let kind = flow.variables.get_index(variable.0 as usize).map(|(_, variable)| variable.kind);
        if let (Some(declared), Some(kind)) = (self.declared.get(variable.0 as usize), kind)
            && !declared.has_class
            && kind != VariableKind::Pin
            && check::is_probably_personal(&name, kind, entry)
        {
            self.findings.push(check::no_class(&name, declared.name, place));
        }
    }

    fn check_conditions(&mut self, flow: &Flow, walked: &Walked) {
        let possible = data::possible(flow);
        for (index, node) in flow.places() {
            let Verb::Branch(branch) = &node.verb else { continue };
            for (number, (when, _)) in branch.arms.iter().enumerate() {
                let arm = walked.arms.get(&(index, number)).copied();
                let by_path = arm.and_then(|arm| match (arm.taken, arm.passed) {
                    (true, false) => Some(true),
                    (false, true) => Some(false),
                    (true, true) | (false, false) => None,
                });
                let Some(holds) = by_path.or_else(|| expression::always(when, &possible)) else {
                    continue;
                };
                let (span, _) = self.formula_place(index, when);
                let never = self.never(when, &possible).filter(|_| !holds);
                let never = never.as_ref().map(|(n, v, p)| (n.as_str(), v.clone(), p.clone()));
                self.findings.push(check::constant(span, holds, never));
            }
        }
    }

    /// A text that a condition compares with a variable that never has it.
    fn never(
        &self,
        when: &Formula,
        possible: &BTreeMap<VariableIndex, Vec<Value>>,
    ) -> Option<(String, String, Vec<String>)> {
        let (variable, value, values) = data::never(when, possible)?;
        let set = values.iter().filter(|value| **value != Value::Unset);
        let set = set.map(|value| format!("`{value}`")).collect();
        Some((self.own_name(variable), value.to_string(), set))
    }

    fn check_unread(&mut self, flow: &Flow) {
        let mut read = BTreeSet::new();
        for node in &flow.nodes {
            node.verb.uses().into_iter().for_each(|(formula, _)| formula.reads(&mut read));
            node.verb.slots(flow).into_iter().for_each(|(_, slot)| slot.value.reads(&mut read));
        }
        for (index, variable) in (0..).map(VariableIndex).zip(flow.variables.values()) {
            // A recording is kept whether the flow does anything with it or not.
            let kept = variable.kind == VariableKind::Recording;
            let Some(declared) = self.declared.get(index.0 as usize) else { continue };
            if !kept && !read.contains(&index) && declared.name.file == self.file {
                let name = self.own_name(index);
                self.findings.push(check::never_read(&name, declared.name));
            }
        }
    }
}

/// Where a name stands as a word of its own.
fn word(text: &str, name: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(|c| part(c) || c == '.') && !after.is_some_and(part)
    })
}
