//! What is told and taken of the data of callers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose data it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct CallerNumber {
    /// Their number, as it calls.
    pub(in crate::control) number: String,
}

/// Who is to be forgotten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Erasing {
    /// Their number, as it calls.
    pub(in crate::control) number: String,
    /// Whether it is to be done; otherwise it is only told how much it would be.
    #[serde(default)]
    pub(in crate::control) confirm: bool,
}

/// What was, or would be, forgotten of a caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasedView {
    /// Their number, masked.
    pub caller: String,
    /// How many contacts.
    pub contacts: u64,
    /// How many recordings.
    pub recordings: u64,
    /// Whether it was done.
    pub done: bool,
    /// Files of recordings that could not be deleted: somebody has to do it by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// What was let go of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpiredView {
    /// How much of each class.
    pub classes: BTreeMap<String, u64>,
}
