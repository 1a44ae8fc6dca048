//! The verbs that reach outside the call: `http`, `record`, `ticket`.

use std::sync::Arc;

use super::flow::FlowCompiler;
use super::input::keys;
use super::service::MAX_TRIES;
use crate::call::{Class, Digits, Symbol};
use crate::flow::check;
use crate::flow::definition::{OperationDefinition, RecordIndex, VariableKind};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::{Formula, Kind};
use crate::flow::node::{HttpNode, RecordNode, TicketNode, VariableIndex};
use crate::flow::schema;
use crate::flow::schema::{Entries, Scalar, Texts, Time};
use crate::flow::source::Spanned;
use crate::time::Duration;

/// The longest message, where nothing is said.
const MESSAGE: Duration = Duration::from_secs(120);
/// The longest message that may be asked for.
const MAX_MESSAGE: Duration = Duration::from_mins(120);
/// Silence after the last word that ends a message, where nothing is said.
const SILENCE: Duration = Duration::from_secs(5);
/// The longest such silence.
const MAX_SILENCE: Duration = Duration::from_secs(60);

impl FlowCompiler<'_> {
    pub(super) fn http(&mut self, raw: &schema::Http) -> Option<HttpNode> {
        let operation = self.operation(&raw.http);
        let ok = self.must("http", "ok", raw.ok.as_ref());
        let failed = self.must("http", "failed", raw.failed.as_ref());
        let not_found = raw.not_found.as_ref().map_or(failed, |target| self.goto(target));
        let into = raw.into.as_ref().and_then(|name| self.variable_named(name));
        let wait = raw.wait.as_ref().map(|wait| self.prompts(wait)).unwrap_or_default();
        let forget = raw.forget.as_ref().map_or(&[][..], Texts::items);
        let forget = forget.iter().filter_map(|name| self.variable_named(name)).collect();
        let operation = operation?;
        if let (Some(into), Some(name)) = (into, &raw.into) {
            let finding = self.answer_fits(&operation, into, name);
            self.findings.extend(finding);
        }
        let with = self.arguments(raw.with.as_ref(), &operation, &raw.http);
        let tries = raw.tries.as_ref().map_or(operation.tries, |tries| {
            if !(1..=MAX_TRIES).contains(&tries.value) {
                self.findings.push(check::out_of_range("tries", tries.span, "from 1 to 5"));
            }
            if operation.idempotent { tries.value.clamp(1, MAX_TRIES) } else { 1 }
        });
        Some(HttpNode { operation, with, into, wait, tries, forget, ok, not_found, failed })
    }

    /// The operation that `SERVICE.OPERATION` names.
    fn operation(&mut self, name: &Spanned<String>) -> Option<Arc<OperationDefinition>> {
        let globals = self.globals;
        let (service, operation) = name.value.split_once('.').unwrap_or((&name.value, ""));
        self.used.services.insert(service.to_owned());
        if let Some((_, definition)) = globals.services.get(service) {
            if let Some(found) = definition.operations.get(operation) {
                return Some(Arc::clone(found));
            }
            let known: Vec<String> =
                definition.operations.keys().map(|o| format!("{service}.{o}")).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.findings.push(check::unknown_name("service operation", name, &known));
            return None;
        }
        let all = globals.services.values().flat_map(|(_, service)| {
            service.operations.keys().map(move |operation| format!("{}.{operation}", service.name))
        });
        let known: Vec<String> = all.collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.findings.push(check::unknown_name("service operation", name, &known));
        None
    }

    /// The answer of an operation against the variable that takes it.
    fn answer_fits(
        &self,
        operation: &OperationDefinition,
        into: VariableIndex,
        name: &Spanned<String>,
    ) -> Option<Diagnostic> {
        let (_, variable) = self.variables.get_index(into.0 as usize)?;
        let record = |index: RecordIndex| {
            self.globals.records.get_index(index.0 as usize).map(|(name, _)| name.as_str())
        };
        let given = match operation.returns {
            Some(returns) if variable.kind == VariableKind::Record(returns) => return None,
            Some(returns) => record(returns),
            None => None,
        };
        let holds = match variable.kind {
            VariableKind::Record(index) => record(index).map(|name| format!("`{name}`")),
            other => Some(other.words().to_owned()),
        };
        let full = format!("{}.{}", operation.service, operation.name);
        Some(check::wrong_answer(&full, given, name, &holds.unwrap_or_default()))
    }

    fn arguments(
        &mut self,
        with: Option<&Entries<Spanned<Scalar>>>,
        operation: &OperationDefinition,
        place: &Spanned<String>,
    ) -> Vec<(usize, Formula)> {
        let mut arguments = Vec::new();
        let full = format!("{}.{}", operation.service, operation.name);
        for (name, value) in with.into_iter().flatten() {
            let position = operation.parameters.iter().position(|p| *p.name == *name.value);
            let Some(position) = position else {
                let known: Vec<&str> = operation.parameters.iter().map(|p| &*p.name).collect();
                self.findings.push(check::unknown_parameter(&full, name, &known));
                continue;
            };
            if let Scalar::Text(text) = &value.value
                && !text.starts_with('=')
                && (check::is_secret_name(&name.value) || check::looks_like_key(text))
            {
                self.findings.push(check::clear_text(value.span));
            }
            let wanted = Kind::from(operation.parameters[position].kind);
            let formula = self.value(value, wanted, &format!("`{}`", name.value));
            arguments.push((position, formula));
        }
        for (position, parameter) in operation.parameters.iter().enumerate() {
            if !arguments.iter().any(|(given, _)| *given == position) {
                self.findings.push(check::missing_parameter(&full, &parameter.name, place.span));
            }
        }
        arguments
    }

    pub(super) fn record(&mut self, raw: &schema::Record) -> Option<RecordNode> {
        let place = self.current_place();
        let prompts = self.prompts(&raw.record);
        if prompts.is_empty() {
            let name = self.node_id(self.current);
            self.findings.push(check::no_prompt(name.as_str(), place));
        }
        let max = self.within(raw.max.as_ref(), "max", MAX_MESSAGE).unwrap_or(MESSAGE);
        let silence = self.within(raw.silence.as_ref(), "silence", MAX_SILENCE).unwrap_or(SILENCE);
        let ok = self.must("record", "ok", raw.ok.as_ref());
        let empty = self.failed(raw.empty.as_ref());
        let hung_up = raw.hung_up.as_ref().map(|target| self.goto(target));
        let end = self.record_end(raw.end.as_ref());
        let Some(name) = &raw.into else {
            self.findings.push(check::missing_key("a `record` node", "into", place));
            return None;
        };
        let into = self.variable_named(name)?;
        let class = self.class_of(into);
        let keep = raw.keep.map(|time| time.0);
        Some(RecordNode { prompts, into, class, max, silence, end, keep, ok, empty, hung_up })
    }

    /// The key that ends a message: `#` where nothing is said, any key for `any`.
    fn record_end(&mut self, raw: Option<&Spanned<String>>) -> Option<Symbol> {
        let Some(end) = raw else { return Some(Symbol::POUND) };
        if end.value == "any" {
            return None;
        }
        match keys(&end.value).as_ref().map(Digits::as_slice) {
            Some([symbol]) => Some(*symbol),
            _ => {
                self.findings.push(check::wrong_value("end", end.span, "one key, or `any`"));
                None
            }
        }
    }

    /// A time above zero and at most `limit`.
    fn within(
        &mut self,
        time: Option<&Spanned<Time>>,
        key: &str,
        limit: Duration,
    ) -> Option<Duration> {
        let time = time?;
        if time.value.0 > limit || time.value.0.is_zero() {
            let range = format!("above 0 and at most {limit}");
            self.findings.push(check::out_of_range(key, time.span, &range));
        }
        Some(time.value.0.min(limit).max(Duration::from_secs(1)))
    }

    pub(super) fn ticket(&mut self, raw: &schema::Ticket) -> TicketNode {
        let with = raw.with.as_ref().map(|with| self.named_values(with)).unwrap_or_default();
        let recording =
            raw.recording.as_ref().map(|value| self.value(value, Kind::Recording, "`recording`"));
        TicketNode {
            kind: raw.ticket.as_str().into(),
            with,
            recording,
            due: raw.due.map(|time| time.0),
            into: raw.into.as_ref().and_then(|name| self.variable_named(name)),
            ok: self.must("ticket", "ok", raw.ok.as_ref()),
            failed: self.must("ticket", "failed", raw.failed.as_ref()),
        }
    }

    /// How private a variable is.
    pub(super) fn class_of(&self, index: VariableIndex) -> Class {
        let variable = self.variables.get_index(index.0 as usize);
        variable.map_or(Class::Public, |(_, variable)| variable.class)
    }
}
