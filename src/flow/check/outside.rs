//! W0805 and E0806: what a flow must not do to the world outside by itself.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::Verb;
use crate::flow::source::Span;

/// W0805: a write that would be done twice.
pub(crate) static UNSAFE_REPEAT: Rule = Rule::warning(
    "W0805",
    "a repeated POST without `idempotent: true`; it is not repeated",
)
.why("A request whose answer is lost may have been carried out: a second one would order or block twice.")
.cure("Write `idempotent: true` at the operation if the service recognises repeated requests, or leave `tries` out.")
.example("operations: { order: { post: /orders, tries: 2 } }");

/// E0806: a call that costs or alarms.
pub(crate) static RESTRICTED_NUMBER: Rule =
    Rule::error("E0806", "a transfer to an emergency or premium number")
        .why("A slip here sends callers to the police or to an expensive line, and each such call costs or blocks others.")
        .cure("Correct the number; where it is meant, write `allow_number: true` in the node.")
        .example("help: { transfer: \"112\" }");

/// Emergency numbers: police, general, fire, search and rescue, ambulances and disasters in Indonesia; 911, 999 and
/// 000 elsewhere.
const EMERGENCY: [&str; 11] =
    ["110", "112", "113", "115", "117", "118", "119", "129", "911", "999", "000"];

/// How numbers begin that cost more than a usual call: value-added services in Indonesia, and premium rates.
const PREMIUM: [&str; 3] = ["0809", "0900", "1900"];

/// Looks at requests that are tried again although they must not be.
pub(crate) fn repeats(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, node, site) in subject.nodes() {
        let Verb::Http(http) = &node.verb else { continue };
        let wanted = site.number("tries").is_some_and(|tries| tries > 1);
        if wanted && !http.operation.idempotent && http.tries < 2 {
            let operation = format!("{}.{}", http.operation.service, http.operation.name);
            findings.push(unsafe_repeat(&operation, site.key(&["tries"])));
        }
    }
}

/// A request is to be repeated that must not be.
pub(crate) fn unsafe_repeat(operation: &str, place: Span) -> Diagnostic {
    let message =
        format!("`{operation}` is no request that may be repeated: `tries` above 1 has no effect");
    Diagnostic::new(&UNSAFE_REPEAT, place, message).help(
        "write `idempotent: true` at the operation if repeating does no harm, or leave `tries` out",
    )
}

/// An emergency or premium number that a transfer would ring.
pub(crate) fn restricted_number(number: &str, place: Span) -> Option<Diagnostic> {
    let message = format!("`{number}` is {} number", restricted(number)?);
    let finding = Diagnostic::new(&RESTRICTED_NUMBER, place, message);
    Some(finding.help("where it is meant, write `allow_number: true` in the node"))
}

/// What kind of number it is that no flow may ring by mistake.
fn restricted(number: &str) -> Option<&'static str> {
    if number.contains(char::is_alphabetic) {
        // A `sip:` address is a place of its own.
        return None;
    }
    let plain: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let national = plain.strip_prefix("+62").map_or(plain.clone(), |rest| format!("0{rest}"));
    if EMERGENCY.contains(&&*plain) {
        Some("an emergency")
    } else if PREMIUM.iter().any(|start| national.starts_with(start)) {
        Some("a premium")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cost_or_alarm_are_known() {
        for (number, kind) in [
            ("112", Some("an emergency")),
            ("911", Some("an emergency")),
            ("0809-1-234567", Some("a premium")),
            ("+62 809 1234567", Some("a premium")),
            ("0900123456", Some("a premium")),
            ("+62215550100", None),
            ("1125", None),
            ("sip:112@pbx.example", None),
            ("08091", Some("a premium")),
        ] {
            assert_eq!(restricted(number), kind, "{number}");
        }
    }
}
