//! Values and formulas in a flow file.

use std::sync::Arc;

use indexmap::IndexMap;

use super::flow::FlowCompiler;
use crate::flow::check;
use crate::flow::definition::VariableDefinition;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::{self, Fault, Formula, Kind, Names, Value};
use crate::flow::node::{Assignment, Place, VariableIndex};
use crate::flow::schema::{Entries, Scalar};
use crate::flow::source::{Span, Spanned};

/// The variables of a flow as a formula sees them.
struct VariableNames<'a>(&'a IndexMap<Arc<str>, VariableDefinition>);

impl Names for VariableNames<'_> {
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)> {
        let (index, _, definition) = self.0.get_full(name)?;
        Some((VariableIndex(u32::try_from(index).ok()?), Kind::from(definition.kind)))
    }

    fn variables(&self) -> Vec<&str> {
        self.0.keys().map(AsRef::as_ref).collect()
    }
}

impl FlowCompiler<'_> {
    /// A value: a formula after `=`, else the text, number or truth value as it stands.
    pub(super) fn value(&mut self, raw: &Spanned<Scalar>, wanted: Kind, place: &str) -> Formula {
        let (formula, kind) = match &raw.value {
            Scalar::Text(text) => match text.strip_prefix('=') {
                Some(formula) => return self.formula(formula, 1, raw.span, wanted, place),
                None => (Value::from(text.as_str()), Kind::Text),
            },
            Scalar::Int(number) => (Value::Int(*number), Kind::Int),
            Scalar::Bool(yes) => (Value::Bool(*yes), Kind::Bool),
        };
        if wanted != Kind::Any && wanted != kind {
            let written = self.written(raw.span).to_owned();
            self.findings.push(check::wrong_constant(raw.span, place, wanted, kind, &written));
        }
        Formula::Constant(formula)
    }

    /// A condition: always a formula.
    pub(super) fn condition(&mut self, raw: &Spanned<Scalar>) -> Formula {
        match &raw.value {
            Scalar::Text(text) => {
                let (formula, skipped) = match text.strip_prefix('=') {
                    Some(rest) if !rest.starts_with('=') => (rest, 1),
                    _ => (text.as_str(), 0),
                };
                self.formula(formula, skipped, raw.span, Kind::Bool, "`when`")
            }
            Scalar::Bool(yes) => Formula::Constant(Value::Bool(*yes)),
            Scalar::Int(_) => {
                self.findings.push(check::wrong_kind(raw.span, "`when`", Kind::Bool, Kind::Int));
                Formula::Constant(Value::Unset)
            }
        }
    }

    /// Reads a formula whose text begins `skipped` bytes inside the scalar at `span`.
    pub(super) fn formula(
        &mut self,
        text: &str,
        skipped: usize,
        span: Span,
        wanted: Kind,
        place: &str,
    ) -> Formula {
        match expression::parse(text, &VariableNames(&self.variables)) {
            Ok((formula, kind)) => {
                if wanted != Kind::Any && kind != Kind::Any && wanted != kind {
                    self.findings.push(check::wrong_kind(span, place, wanted, kind));
                }
                formula
            }
            Err(faults) => {
                let whole = self.text_span(span, skipped, text);
                for fault in faults {
                    self.findings.push(formula_finding(fault, whole, span));
                }
                Formula::Constant(Value::Unset)
            }
        }
    }

    /// The place of a formula's text inside a scalar, if the scalar is written without escapes.
    fn text_span(&self, span: Span, skipped: usize, text: &str) -> Option<Span> {
        let written = self.written(span);
        let quote = usize::from(written.starts_with(['"', '\'']));
        let start = quote + skipped;
        let found = written.get(start..start + text.len()) == Some(text);
        found.then(|| span.part(start, start + text.len()))
    }

    /// `set:`: places and their values.
    pub(super) fn assignments(&mut self, raw: &Entries<Spanned<Scalar>>) -> Vec<Assignment> {
        let mut assignments = Vec::new();
        for (name, value) in raw {
            if name.value == "call.language" {
                if let Scalar::Text(tag) = &value.value
                    && !tag.starts_with('=')
                    && !self.languages.iter().any(|l| l.as_str() == tag)
                {
                    let known: Vec<&str> = self.languages.iter().map(|l| l.as_str()).collect();
                    let tag = Spanned::new(tag.clone(), value.span);
                    self.findings.push(check::unknown_name("language", &tag, &known));
                }
                let value = self.value(value, Kind::Text, "`call.language`");
                assignments.push(Assignment { place: Place::CallLanguage, value });
                continue;
            }
            let Some(variable) = self.variable_named(name) else { continue };
            let wanted = self.kind_of(&name.value).unwrap_or(Kind::Any);
            let value = self.value(value, wanted, &format!("`{}`", name.value));
            assignments.push(Assignment { place: Place::Variable(variable), value });
        }
        assignments
    }

    /// The variable of a name; a missing one is reported.
    pub(super) fn variable_named(&mut self, name: &Spanned<String>) -> Option<VariableIndex> {
        if let Some(index) = self.variables.get_index_of(name.as_str()) {
            return u32::try_from(index).ok().map(VariableIndex);
        }
        let known: Vec<&str> = self.variables.keys().map(AsRef::as_ref).collect();
        self.findings.push(check::unknown_variable(name, &known));
        None
    }

    /// Names with their values, for `note`, `skills` and `tell`.
    pub(super) fn named_values(
        &mut self,
        raw: &Entries<Spanned<Scalar>>,
    ) -> Vec<(Arc<str>, Formula)> {
        let named = raw.iter().map(|(name, value)| {
            let place = format!("`{}`", name.value);
            (name.as_str().into(), self.value(value, Kind::Any, &place))
        });
        named.collect()
    }
}

/// A fault of a formula as a finding. `text` is the place of the formula's text, if it is known exactly.
fn formula_finding(fault: Fault, text: Option<Span>, scalar: Span) -> Diagnostic {
    let span = text.map_or(scalar, |span| span.part(fault.range.start, fault.range.end));
    let mut finding = Diagnostic::new(fault.rule, span, fault.message);
    if let Some(help) = fault.help {
        finding = finding.help(help);
    }
    match fault.instead {
        Some(instead) if text.is_some() => finding.patch(span, instead),
        _ => finding,
    }
}
