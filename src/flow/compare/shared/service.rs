//! Services: what changed of how they are asked.

use crate::flow::compare::change::Group;
use crate::flow::compare::formula::setting;
use crate::flow::compile::Compiled;
use crate::flow::definition::{
    Auth, FieldType, Method, OperationDefinition, Parameter, ParameterPlace, RecordType,
    ServiceDefinition, VariableKind,
};

/// The record types of a project.
pub(super) fn types(compiled: &Compiled) -> &[RecordType] {
    compiled.flows.first().map_or(&[], |flow| &flow.records)
}

/// What changed of a service; each version with its record types.
pub(super) fn differences(
    (was, old_types): (&ServiceDefinition, &[RecordType]),
    (now, new_types): (&ServiceDefinition, &[RecordType]),
) -> Vec<(Group, String)> {
    let name = &now.name;
    let mut lines = Vec::new();
    for ((group, what, was), (_, _, now)) in whole(was).into_iter().zip(whole(now)) {
        if was != now {
            lines.push((group, format!("{what} `{name}` was {was}, now {now}")));
        }
    }
    for (operation, was) in &was.operations {
        let Some(now) = now.operations.get(operation) else {
            lines.push((Group::Services, format!("`{name}.{operation}` is gone")));
            continue;
        };
        let (was, now) = (traits(was, old_types), traits(now, new_types));
        for ((what, was), (_, now)) in was.into_iter().zip(now) {
            if was != now {
                let line = format!("{what} `{name}.{operation}` was {was}, now {now}");
                lines.push((Group::Services, line));
            }
        }
    }
    for operation in now.operations.keys().filter(|key| !was.operations.contains_key(*key)) {
        lines.push((Group::Services, format!("`{name}.{operation}` is new")));
    }
    lines
}

/// What holds for all operations of a service.
fn whole(service: &ServiceDefinition) -> [(Group, &'static str, String); 6] {
    let ServiceDefinition {
        name: _,
        base,
        auth,
        accepts_secret,
        addresses,
        connect,
        concurrency,
        operations: _,
    } = service;
    let how = match auth {
        Auth::None => "nothing".to_owned(),
        Auth::Bearer(token) => format!("a bearer token {}", setting(token)),
        Auth::Basic { user, password } => {
            format!("the user {} with the password {}", setting(user), setting(password))
        }
        Auth::Header { name, value } => format!("the header `{name}` {}", setting(value)),
        Auth::Mtls { cert, key } => format!("the certificate {} {}", setting(cert), setting(key)),
    };
    [
        (Group::Services, "the address of", setting(base)),
        (Group::Services, "the time to connect to", connect.to_string()),
        (Group::Services, "the limit of requests at once to", concurrency.to_string()),
        (Group::Unnoticed, "what we prove who we are by to", how),
        (Group::Unnoticed, "taking secrets by", accepts_secret.to_string()),
        (Group::Unnoticed, "the list of networks of", format!("[{}]", addresses.join(", "))),
    ]
}

/// What one operation is.
fn traits(operation: &OperationDefinition, types: &[RecordType]) -> [(&'static str, String); 6] {
    let OperationDefinition {
        service: _,
        name: _,
        method,
        path,
        parameters,
        returns,
        minor_units,
        idempotent,
        // Told at the nodes, which may say otherwise.
        tries: _,
        timeout,
    } = operation;
    let method = match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let given: Vec<String> = parameters.iter().map(parameter).collect();
    let reply = returns.and_then(|index| types.get(index.0 as usize));
    [
        ("the request of", format!("`{method} {path}`")),
        ("what is given to", format!("({})", given.join(", "))),
        ("what is read of the reply of", reply.map_or_else(|| "nothing".to_owned(), record)),
        ("money in minor units for", minor_units.to_string()),
        ("being repeatable of", idempotent.to_string()),
        ("the time for one try of", timeout.to_string()),
    ]
}

fn parameter(parameter: &Parameter) -> String {
    let place = match parameter.place {
        ParameterPlace::Body => "body",
        ParameterPlace::Query => "query",
        ParameterPlace::Path => "path",
    };
    format!("{}: {} in the {place}", parameter.name, kind(parameter.kind))
}

fn record(record: &RecordType) -> String {
    let fields: Vec<String> = record
        .fields
        .iter()
        .map(|(name, field)| match field {
            FieldType::Plain(plain) => format!("{name}: {}", kind(*plain)),
            FieldType::MoneyIn(other) => {
                let currency = record.fields.get_index(*other).map_or("?", |(name, _)| name);
                format!("{name}: money in {currency}")
            }
        })
        .collect();
    format!("({})", fields.join(", "))
}

/// A type in words, with its currency.
fn kind(kind: VariableKind) -> String {
    match kind {
        VariableKind::Money(Some(currency)) => format!("money in {}", currency.code()),
        other => other.words().to_owned(),
    }
}
