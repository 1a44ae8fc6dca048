//! A formula on its own, outside any flow: read, checked and worked out.

use indexmap::IndexMap;

use super::definition::{RecordIndex, RecordType};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::expression::{BuiltIn, EvalError, Kind, Names, Scope, Value, parse};
use super::node::VariableIndex;
use super::source::{FileId, SourceFile, Span};
use crate::time::Moment;

/// Why a formula has no value.
#[derive(Debug)]
pub enum EvaluateError {
    /// It cannot be read, or its types do not fit; the only file of the findings is the formula.
    Faults(Diagnostics),
    /// It came to nothing.
    Eval(EvalError),
}

/// Works a formula out with these variables, whose names may have dots, at the time `now`. What else a call knows, such
/// as `call.from`, has no value unless it is among the variables; there are no calendars.
///
/// # Errors
/// When the formula has a fault, or no value.
pub fn evaluate(
    text: &str,
    variables: &IndexMap<String, Value>,
    now: Moment,
) -> Result<Value, EvaluateError> {
    let alone = Alone { variables, now };
    match parse(text, &alone) {
        Ok((formula, _)) => formula.eval(&alone).map_err(EvaluateError::Eval),
        Err(faults) => {
            let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
            let whole = Span { file: FileId(0), start: 0, end };
            let findings = faults.into_iter().map(|fault| {
                let span = whole.part(fault.range.start, fault.range.end);
                let mut finding = Diagnostic::new(fault.rule, span, fault.message);
                finding.help = fault.help;
                match fault.instead {
                    Some(instead) => finding.patch(span, instead),
                    None => finding,
                }
            });
            let (list, files) = (findings.collect(), vec![SourceFile::new("formula", text)]);
            Err(EvaluateError::Faults(Diagnostics { files, list, left_out: 0 }))
        }
    }
}

/// All that there is: some variables and the time.
struct Alone<'a> {
    variables: &'a IndexMap<String, Value>,
    now: Moment,
}

impl Names for Alone<'_> {
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)> {
        let (index, _, value) = self.variables.get_full(name)?;
        let kind = match value {
            Value::Text(_) => Kind::Text,
            Value::Int(_) => Kind::Int,
            Value::Bool(_) => Kind::Bool,
            Value::Money(money) => Kind::Money(Some(money.currency)),
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::Moment(_) => Kind::Moment,
            Value::Duration(_) => Kind::Duration,
            Value::List(_) => Kind::List,
            Value::Recording(_) => Kind::Recording,
            Value::Unset | Value::Record(_) => Kind::Any,
        };
        Some((VariableIndex(u32::try_from(index).ok()?), kind))
    }

    fn variables(&self) -> Vec<&str> {
        self.variables.keys().map(String::as_str).collect()
    }

    fn record(&self, _: RecordIndex) -> Option<&RecordType> {
        None
    }

    fn calendars(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Scope for Alone<'_> {
    fn variable(&self, index: VariableIndex) -> Value {
        let found = self.variables.get_index(index.0 as usize);
        found.map_or(Value::Unset, |(_, value)| value.clone())
    }

    fn built_in(&self, name: BuiltIn) -> Value {
        if name == BuiltIn::Now { Value::Moment(self.now) } else { Value::Unset }
    }

    fn is_open(&self, _: &str, _: Option<Moment>) -> Value {
        Value::Unset
    }

    fn next_open(&self, _: &str) -> Value {
        Value::Unset
    }
}
