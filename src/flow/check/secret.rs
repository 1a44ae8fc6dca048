//! E0602, E0603, E0604 and E0606: a secret goes where it must not.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::Use;
use crate::flow::source::Span;

/// E0602: a secret that is spoken.
pub(crate) static SPOKEN_SECRET: Rule = Rule::error("E0602", "a secret would be spoken")
    .why("Anyone beside the caller hears it, and it would be in the recording of the call.")
    .cure("Leave it out of the prompt, and `read_back` off; a PIN is only ever sent to the service that checks it.")
    .example("prompts: { check: 'PIN Anda {pin:digits}.' }");

/// E0603: a secret for a service that does not accept secrets.
pub(crate) static UNACCEPTED_SECRET: Rule =
    Rule::error("E0603", "a secret goes to a service that does not accept secrets")
        .why("Most services log what they are sent. One that may be given secrets says so by `accepts: secret`.")
        .cure("Send it to a service that accepts secrets, or leave it out.")
        .example("services: { orders: { base: { env: ORDERS_URL } } }\nwith: { id: =pin }");

/// E0604: a secret in an address.
pub(crate) static SECRET_IN_ADDRESS: Rule =
    Rule::error("E0604", "a secret would stand in the path or query of a request")
        .why("Addresses are logged by every server and proxy on the way.")
        .cure("Declare the parameter under `body:` of a `post`.")
        .example("operations: { login: { get: /login, query: { pin: pin } } }");

/// E0606: a secret that is written down or shown.
pub(crate) static SECRET_SHOWN: Rule =
    Rule::error("E0606", "a secret would be written down or shown to a person")
        .why("Notes, tickets and the agent's screen are kept and seen by many; a secret is wiped after its use.")
        .cure("Leave it out; tell whether it was checked instead, with a variable of yes and no.")
        .example("tell: [pin]");

/// A secret in a slot of a prompt.
pub(crate) fn spoken_secret(value: &str, prompt: &str, span: Span, node: Span) -> Diagnostic {
    let message = format!("`{value}` is secret and would be spoken in prompt `{prompt}`");
    Diagnostic::new(&SPOKEN_SECRET, span, message)
        .also(node, "the node that plays it")
        .help("leave it out of the prompt")
}

/// A secret that is read back to the caller.
pub(crate) fn read_back_secret(name: &str, node: Span) -> Diagnostic {
    let message = format!("`{name}` is secret and would be read back to the caller");
    Diagnostic::new(&SPOKEN_SECRET, node, message).help("leave `read_back` out")
}

/// A secret for a service without `accepts: secret`.
pub(crate) fn unaccepted_secret(value: &str, service: &str, span: Span) -> Diagnostic {
    let message = format!(
        "`{value}` is secret and goes to service `{service}`, which does not accept secrets"
    );
    Diagnostic::new(&UNACCEPTED_SECRET, span, message).help(format!(
        "leave it out, or write `accepts: secret` in `{service}` if it keeps them safe"
    ))
}

/// A secret in a path or query.
pub(crate) fn secret_in_address(value: &str, operation: &str, span: Span) -> Diagnostic {
    let message = format!("`{value}` is secret and would stand in the address of `{operation}`");
    Diagnostic::new(&SECRET_IN_ADDRESS, span, message)
        .help("declare the parameter under `body:` of a `post`")
}

/// A secret in a note, on a screen, in a ticket, as a skill or as a number.
pub(crate) fn secret_shown(value: &str, used: Use, span: Span) -> Diagnostic {
    let place = match used {
        Use::Tell => "on the agent's screen",
        Use::Note => "in the call record",
        Use::Ticket => "in the ticket",
        Use::Route => "among the skills of a queue",
        Use::Call => "as a number to call",
        Use::Decide | Use::Set | Use::Send(_) => "in clear text",
    };
    let message = format!("`{value}` is secret and would stand {place}");
    Diagnostic::new(&SECRET_SHOWN, span, message).help("leave it out")
}
