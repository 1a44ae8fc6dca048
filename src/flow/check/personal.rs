//! W0605 and E0610: personal data on its way to a service.

use super::Rule;
use crate::call::Class;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// W0605: personal data in a query string.
pub(crate) static PERSONAL_IN_QUERY: Rule = Rule::warning(
    "W0605",
    "personal data would stand in a query string",
)
.why("Query strings are logged by servers and proxies on the way.")
.cure("Declare the parameter under `body:` of a `post`, or under `path:`.")
.example(
    "operations: { find: { get: /orders, query: { phone: phone } } }\nwith: { phone: =call.from }",
);

/// E0610: personal data over plain http.
pub(crate) static PLAIN_HTTP: Rule =
    Rule::error("E0610", "personal or secret data would go over plain http")
        .why("Anyone on the network between can read it.")
        .cure("Give the service an address that begins with `https://`; plain http is for this computer only.")
        .example("services: { orders: { base: 'http://orders.example' } }\nwith: { phone: =call.from }");

/// Personal data in a query string.
pub(crate) fn personal_in_query(value: &str, operation: &str, span: Span) -> Diagnostic {
    let message =
        format!("`{value}` is personal and would stand in the query string of `{operation}`");
    Diagnostic::new(&PERSONAL_IN_QUERY, span, message)
        .help("declare the parameter under `body:` of a `post`, or under `path:`")
}

/// Personal or secret data for a service without encryption.
pub(crate) fn plain_http(value: &str, class: Class, service: &str, span: Span) -> Diagnostic {
    let class = if class == Class::Secret { "secret" } else { "personal" };
    let message = format!("`{value}` is {class} and goes to service `{service}` over plain http");
    Diagnostic::new(&PLAIN_HTTP, span, message)
        .help(format!("give `{service}` a `base:` that begins with `https://`"))
}

/// Whether an address is plain http to another computer.
pub(crate) fn is_plain_http(base: &str) -> bool {
    let Some(rest) = base.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let loopback = name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    !loopback
}

#[cfg(test)]
mod tests {
    use super::is_plain_http;

    #[test]
    fn plain_http_is_for_this_computer_only() {
        for (base, plain) in [
            ("http://orders.example/v1", true),
            ("http://10.0.0.5:8080", true),
            ("http://127.0.0.1.example", true),
            ("http://127.0.0.1:8080/x", false),
            ("http://[::1]:80", false),
            ("http://localhost", false),
            ("https://orders.example", false),
            ("", false),
        ] {
            assert_eq!(is_plain_http(base), plain, "{base}");
        }
    }
}
