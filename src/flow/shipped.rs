//! Subflows that ship with the program, named `std/…`: a flow calls one like a subflow of its own.
//!
//! Their files are parts like any other, embedded, and taken into a flow only where one of its nodes calls them. The
//! words that they say are among the built-in ones, so that they are spoken in every language of those.

use serde_yaml::Value;

/// A file of shipped subflows.
#[derive(Debug)]
pub(super) struct Shipped {
    /// The subflow, as `call` names it.
    pub(super) name: &'static str,
    /// The path of its file, as messages name it.
    pub(super) path: &'static str,
    /// The file.
    pub(super) text: &'static str,
}

/// All of them.
pub(super) const SHIPPED: [Shipped; 1] =
    [Shipped { name: "std/csat", path: "std/csat.yaml", text: include_str!("std/csat.yaml") }];

/// What the names of shipped things begin with: subflows, and the built-in words.
pub(super) const PREFIX: &str = "std/";

/// Whether a node somewhere in `value` calls the subflow `name`. As deep as the reader of files lets values be.
pub(super) fn calls(value: &Value, name: &str) -> bool {
    match value {
        Value::Mapping(map) => map.iter().any(|(key, value)| {
            (key.as_str() == Some("call") && value.as_str() == Some(name)) || calls(value, name)
        }),
        Value::Sequence(list) => list.iter().any(|value| calls(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {
            false
        }
    }
}
