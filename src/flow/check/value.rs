//! E0011 beyond what the YAML form shows: values that a key cannot take. E0904: allowances.

use super::{FORMULA_WANTED, Rule, WRONG_FORM};
use crate::flow::definition::VariableKind;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::{Kind, Value};
use crate::flow::source::{Span, Spanned};

/// E0904: an `allow` that allows nothing.
pub(crate) static NOT_ALLOWABLE: Rule =
    Rule::error("E0904", "only warnings and notes can be allowed")
        .why("An error stops the flow because callers would be harmed; it has to be mended.")
        .cure("Mend the error and remove it from `allow`.")
        .example("allow: [E0202]");

/// A value that its key cannot take.
pub(crate) fn wrong_value(key: &str, span: Span, wanted: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, span, format!("`{key}` must be {wanted}"))
}

/// A number outside its range.
pub(crate) fn out_of_range(key: &str, span: Span, range: &str) -> Diagnostic {
    wrong_value(key, span, range)
}

/// Keys that are none.
pub(crate) fn not_keys(text: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is no key of a telephone", text.value);
    Diagnostic::new(&WRONG_FORM, text.span, message)
        .help("the keys are `0` to `9`, `\"*\"` and `\"#\"`")
}

/// A choice that nobody can choose.
pub(crate) fn never_chosen(name: &Spanned<String>) -> Diagnostic {
    let message =
        format!("choice `{}` can never be chosen: it is no key and has no words", name.value);
    Diagnostic::new(&WRONG_FORM, name.span, message)
        .help("use a key (`1`), or give it `words:` for callers to say")
}

/// A threshold as per mille.
pub(crate) fn per_mille(raw: &Spanned<f64>) -> Result<u16, Box<Diagnostic>> {
    if !(0.0..=1.0).contains(&raw.value) {
        return Err(Box::new(wrong_value("confidence", raw.span, "a number from 0 to 1")));
    }
    // 0–1000 fits, and `as` saturates.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range 0 to 1 was checked above"
    )]
    Ok((raw.value * 1000.0).round() as u16)
}

/// A language tag that is none.
pub(crate) fn bad_language(tag: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is no language tag", tag.value);
    Diagnostic::new(&WRONG_FORM, tag.span, message).help("write `id`, `en`, `en-GB` or the like")
}

/// A `use:` that names a flow, tests or the settings.
pub(crate) fn not_a_part(pattern: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is no part that a flow can use", pattern.value);
    Diagnostic::new(&WRONG_FORM, pattern.span, message)
        .help("a part has sections such as `prompts`, `faq`, `nodes` or `queues`, and no `flow:`")
}

/// An `allow` of an error.
pub(crate) fn cannot_allow(code: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` cannot be allowed; only warnings and notes can", code.value);
    Diagnostic::new(&NOT_ALLOWABLE, code.span, message)
}

/// Whether a start value fits the variable's type.
pub(crate) fn fits(kind: VariableKind, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Unset)
        | (VariableKind::Text | VariableKind::Phone, Value::Text(_))
        | (VariableKind::Int, Value::Int(_))
        | (VariableKind::Bool, Value::Bool(_))
        | (VariableKind::Date, Value::Date(_))
        | (VariableKind::Time, Value::Time(_))
        | (VariableKind::List, Value::List(_)) => true,
        (VariableKind::Money(wanted), Value::Money(money)) => {
            wanted.is_none_or(|wanted| wanted == money.currency)
        }
        (VariableKind::Digits, Value::Text(text)) => text.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// A PIN that is declared to be less than secret.
pub(crate) fn pin_is_secret(span: Span) -> Diagnostic {
    wrong_value("class", span, "left out or `secret`: a PIN is always secret")
}

/// A start value of another type.
pub(crate) fn wrong_start(kind: VariableKind, span: Span) -> Diagnostic {
    let wanted = match kind {
        VariableKind::Text => "text in quotes",
        VariableKind::Digits => "digits in quotes, such as `\"0812\"`",
        VariableKind::Bool => "`true` or `false`",
        VariableKind::Phone => "a telephone number in quotes",
        VariableKind::Money(_) => "an amount with its currency, such as `IDR 150000`",
        VariableKind::Date => "a date, such as `2026-08-17`",
        VariableKind::Time => "a time of day, such as `08:05`",
        VariableKind::Pin | VariableKind::Recording | VariableKind::Record(_) => {
            "left out: it is filled in the call"
        }
        VariableKind::List => "a list of texts, such as `'=[\"id\", \"en\"]'`",
        VariableKind::Int => kind.words(),
    };
    wrong_value("start", span, wanted)
}

/// A constant of another type than its place wants.
pub(crate) fn wrong_constant(
    span: Span,
    place: &str,
    wanted: Kind,
    found: Kind,
    written: &str,
) -> Diagnostic {
    let finding = wrong_kind(span, place, wanted, found);
    match (wanted, found) {
        (Kind::Text, Kind::Int | Kind::Bool) => {
            finding.help("quote it to make it text").patch(span, format!("\"{written}\""))
        }
        _ => finding.help("a value that begins with `=` is a formula"),
    }
}

/// A formula of another type than its place wants.
pub(crate) fn wrong_kind(span: Span, place: &str, wanted: Kind, found: Kind) -> Diagnostic {
    let message = format!("{place} must be {}, this is {}", wanted.words(), found.words());
    Diagnostic::new(&FORMULA_WANTED, span, message)
}
