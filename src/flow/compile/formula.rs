//! Values and formulas in a flow file.

use std::sync::Arc;

use indexmap::IndexMap;

use super::data::FormulaPlace;
use super::flow::FlowCompiler;
use crate::flow::check;
use crate::flow::definition::{RecordIndex, RecordType, VariableDefinition, VariableKind};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::{self, Fault, Formula, Kind, Names, Value};
use crate::flow::node::{Assignment, Place, VariableIndex};
use crate::flow::schema::{Entries, Scalar, Time};
use crate::flow::source::{Span, Spanned};
use crate::time::{ClockTime, Date, Moment};

/// What a formula can name where it stands: in a subflow only that subflow's own variables.
pub(super) struct VariableNames<'a> {
    variables: &'a IndexMap<Arc<str>, VariableDefinition>,
    /// What stands before the names of the present scope: `SUBFLOW.`, or nothing.
    prefix: String,
    records: &'a IndexMap<String, RecordType>,
    calendars: Vec<&'a str>,
}

impl Names for VariableNames<'_> {
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)> {
        if name.contains('.') {
            return None;
        }
        let (index, _, definition) = self.variables.get_full(&*format!("{}{name}", self.prefix))?;
        Some((VariableIndex(u32::try_from(index).ok()?), Kind::from(definition.kind)))
    }

    fn variables(&self) -> Vec<&str> {
        let inside = self.variables.keys().filter_map(|name| name.strip_prefix(&*self.prefix));
        inside.filter(|name| !name.contains('.')).collect()
    }

    fn record(&self, index: RecordIndex) -> Option<&RecordType> {
        self.records.get_index(index.0 as usize).map(|(_, record)| record)
    }

    fn calendars(&self) -> Vec<&str> {
        self.calendars.clone()
    }
}

impl FlowCompiler<'_> {
    /// The names that a formula of the present scope may use.
    pub(super) fn names(&self) -> VariableNames<'_> {
        VariableNames {
            variables: &self.variables,
            prefix: self.name_here(""),
            records: &self.globals.records,
            calendars: self.globals.calendars.keys().map(String::as_str).collect(),
        }
    }

    /// A value: a formula after `=`, else the text, number or truth value as it stands.
    pub(super) fn value(&mut self, raw: &Spanned<Scalar>, wanted: Kind, place: &str) -> Formula {
        if let Scalar::Text(text) = &raw.value
            && let Some(formula) = text.strip_prefix('=')
        {
            return self.formula(formula, 1, raw.span, wanted, place);
        }
        let (value, kind) = constant(&raw.value, wanted);
        if !wanted.agrees(kind) {
            let written = self.written(raw.span).to_owned();
            self.findings.push(check::wrong_constant(raw.span, place, wanted, kind, &written));
        }
        Formula::Constant(value)
    }

    /// The value of a variable at the start of a call; [`Value::Unset`] if it does not fit, which is reported.
    pub(super) fn start_value(&mut self, raw: &Spanned<Scalar>, kind: VariableKind) -> Value {
        let wanted = Kind::from(kind);
        let formula = match &raw.value {
            Scalar::Text(text) => text.strip_prefix('='),
            Scalar::Int(_) | Scalar::Bool(_) => None,
        };
        let (value, found) = match formula {
            Some(formula) => {
                let nothing = VariableNames { variables: &IndexMap::new(), ..self.names() };
                let parsed = expression::parse(formula, &nothing);
                let value =
                    parsed.ok().and_then(|(formula, found)| Some((formula.constant()?, found)));
                value.unwrap_or((Value::Unset, Kind::Bool))
            }
            None => constant(&raw.value, wanted),
        };
        if !wanted.agrees(found) || value == Value::Unset || !check::fits(kind, &value) {
            self.findings.push(check::wrong_start(kind, raw.span));
            return Value::Unset;
        }
        value
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
        match expression::parse(text, &self.names()) {
            Ok((formula, kind)) => {
                if !wanted.agrees(kind) {
                    self.findings.push(check::wrong_kind(span, place, wanted, kind));
                }
                let span = self.text_span(span, skipped, text).unwrap_or(span);
                let (node, own) = (self.current, formula.clone());
                self.formulas.push(FormulaPlace { node, span, formula: own });
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
        let names = self.names();
        if let Some((index, _)) = names.variable(&name.value) {
            return Some(index);
        }
        let finding = check::unknown_variable(name, &names.variables());
        self.findings.push(finding);
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

/// A value that is no formula, of the type that is wanted if it can be read as one.
fn constant(raw: &Scalar, wanted: Kind) -> (Value, Kind) {
    let text = match raw {
        Scalar::Int(number) => return (Value::Int(*number), Kind::Int),
        Scalar::Bool(yes) => return (Value::Bool(*yes), Kind::Bool),
        Scalar::Text(text) => text,
    };
    let value = match wanted {
        Kind::Money(_) => expression::amount(text)
            .map(|money| (Value::Money(money), Kind::Money(Some(money.currency)))),
        Kind::Date => Date::parse(text).map(|date| (Value::Date(date), wanted)),
        Kind::Time => ClockTime::parse(text).map(|time| (Value::Time(time), wanted)),
        Kind::Moment => Moment::parse(text).map(|moment| (Value::Moment(moment), wanted)),
        Kind::Duration => Time::parse(text).map(|time| (Value::Duration(time.0), wanted)),
        Kind::Text
        | Kind::Int
        | Kind::Bool
        | Kind::List
        | Kind::Recording
        | Kind::Record(_)
        | Kind::Any => None,
    };
    value.unwrap_or((Value::from(text.as_str()), Kind::Text))
}

/// A fault of a formula as a finding. `text` is the place of the formula's text, if it is known exactly.
pub(super) fn formula_finding(fault: Fault, text: Option<Span>, scalar: Span) -> Diagnostic {
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
