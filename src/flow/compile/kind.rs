//! The types that a file names: of variables, parameters and the fields of records.

use indexmap::IndexMap;

use crate::call::Currency;
use crate::flow::check;
use crate::flow::definition::{RecordIndex, RecordType, VariableKind};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Spanned;

/// The types that are always there, as files write them. `money` may name its currency: `money(IDR)`.
const KINDS: [(&str, VariableKind); 11] = [
    ("text", VariableKind::Text),
    ("digits", VariableKind::Digits),
    ("int", VariableKind::Int),
    ("bool", VariableKind::Bool),
    ("money", VariableKind::Money(None)),
    ("date", VariableKind::Date),
    ("time", VariableKind::Time),
    ("phone", VariableKind::Phone),
    ("list", VariableKind::List),
    ("recording", VariableKind::Recording),
    ("pin", VariableKind::Pin),
];

/// Reads the name of a type. `service` is the service whose own records need no prefix.
pub(super) fn kind(
    name: &Spanned<String>,
    service: Option<&str>,
    records: &IndexMap<String, RecordType>,
) -> Result<VariableKind, Box<Diagnostic>> {
    if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name.value) {
        return Ok(*kind);
    }
    if let Some(inside) = money(&name.value) {
        return Currency::parse(inside)
            .map(|currency| VariableKind::Money(Some(currency)))
            .ok_or_else(|| Box::new(check::bad_currency(name)));
    }
    let own = service.map(|service| format!("{service}.{}", name.value));
    let record = [own.as_deref(), Some(name.as_str())]
        .into_iter()
        .flatten()
        .find_map(|name| records.get_index_of(name));
    if let Some(index) = record.and_then(|index| u32::try_from(index).ok()) {
        return Ok(VariableKind::Record(RecordIndex(index)));
    }
    let mut known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    known.extend(records.keys().map(String::as_str));
    Err(Box::new(check::unknown_name("type", name, &known)))
}

/// What stands in the brackets of `money(…)`.
pub(super) fn money(name: &str) -> Option<&str> {
    name.strip_prefix("money(")?.strip_suffix(')')
}
