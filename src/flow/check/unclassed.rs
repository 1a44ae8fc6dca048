//! W0608: a variable that a caller fills with what is probably personal, without a class. W0609: a recording that is
//! never deleted.

use super::Rule;
use crate::flow::definition::VariableKind;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::EntryKind;
use crate::flow::source::Span;

/// W0608: no class for what is probably personal.
pub(crate) static NO_CLASS: Rule =
    Rule::warning("W0608", "a variable is filled from the caller but has no class")
        .why("Without a class it stands in clear in logs and call records.")
        .cure("Add `class: personal`; or `class: public` if anyone may see it.")
        .example("vars: { account: { type: digits } }");

/// W0609: a recording without an end.
pub(crate) static KEPT_FOR_EVER: Rule = Rule::warning("W0609", "a recording has no `keep`")
    .why("A caller's voice is personal, and is then kept until somebody remembers to delete it.")
    .cure("Say how long it is needed: `keep: 30d`.")
    .example("complain: { record: complain_ask, into: message, ok: thanks }");

/// Words in names of variables that hold personal data, in English and Indonesian.
const PERSONAL: [&str; 31] = [
    "account",
    "address",
    "alamat",
    "birth",
    "birthday",
    "card",
    "contract",
    "customer",
    "email",
    "hp",
    "identity",
    "invoice",
    "kartu",
    "ktp",
    "lahir",
    "member",
    "mobile",
    "nama",
    "name",
    "nik",
    "npwp",
    "order",
    "passport",
    "paspor",
    "patient",
    "pelanggan",
    "pesanan",
    "phone",
    "rekening",
    "telepon",
    "telp",
];

/// Whether what a caller enters is probably personal: by its type, or by the name of the variable.
pub(crate) fn is_probably_personal(
    name: &str,
    kind: VariableKind,
    entry: Option<EntryKind>,
) -> bool {
    let by_entry = match entry {
        Some(EntryKind::Account | EntryKind::Phone) => true,
        Some(EntryKind::YesNo | EntryKind::Pin) => return false,
        Some(
            EntryKind::Digits
            | EntryKind::Int
            | EntryKind::Money(_)
            | EntryKind::Date
            | EntryKind::Time
            | EntryKind::Words,
        )
        | None => false,
    };
    let by_kind = matches!(kind, VariableKind::Phone | VariableKind::Recording);
    let lower = name.to_lowercase();
    by_entry || by_kind || lower.split(['_', '-']).any(|word| PERSONAL.contains(&word))
}

/// A variable without a class that a caller fills.
pub(crate) fn no_class(name: &str, span: Span, node: Span) -> Diagnostic {
    let message = format!("`{name}` is filled from the caller but has no `class`");
    Diagnostic::new(&NO_CLASS, span, message)
        .also(node, "filled here")
        .help("add `class: personal`, or `class: public` if anyone may see it")
}

/// A message without an end.
pub(crate) fn kept_for_ever(node: Span) -> Diagnostic {
    Diagnostic::new(&KEPT_FOR_EVER, node, "this recording is kept until somebody deletes it")
        .help("say how long it is needed: `keep: 30d`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types_tell_what_is_personal() {
        for (name, kind, entry, personal) in [
            ("order_no", VariableKind::Digits, Some(EntryKind::Digits), true),
            ("nomor_rekening", VariableKind::Digits, Some(EntryKind::Digits), true),
            ("x", VariableKind::Digits, Some(EntryKind::Account), true),
            ("x", VariableKind::Recording, None, true),
            ("score", VariableKind::Int, Some(EntryKind::Int), false),
            ("reorder", VariableKind::Digits, Some(EntryKind::Digits), false),
            ("card_lost", VariableKind::Bool, Some(EntryKind::YesNo), false),
        ] {
            assert_eq!(is_probably_personal(name, kind, entry), personal, "{name}");
        }
    }
}
