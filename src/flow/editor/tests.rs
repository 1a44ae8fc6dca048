//! What every schema must be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{flow_schema, node, words};
use crate::flow::compile::verb_names;

#[test]
fn the_schema_has_the_verbs_that_the_compiler_knows() {
    assert_eq!(node::verbs().to_vec(), verb_names());
}

/// All keys of properties, and all keywords that are used.
fn collect(schema: &Value, keys: &mut BTreeSet<String>, keywords: &mut BTreeSet<String>) {
    let Some(map) = schema.as_object() else { return };
    for (keyword, value) in map {
        keywords.insert(keyword.clone());
        match (keyword.as_str(), value) {
            ("properties" | "definitions", Value::Object(members)) => {
                if keyword == "properties" {
                    keys.extend(members.keys().cloned());
                }
                members.values().for_each(|member| collect(member, keys, keywords));
            }
            (_, Value::Array(members)) => {
                members.iter().for_each(|member| collect(member, keys, keywords));
            }
            (_, one) => collect(one, keys, keywords),
        }
    }
}

#[test]
fn every_described_key_is_one_and_no_keyword_is_used_that_editors_misread() {
    let (mut keys, mut keywords) = (BTreeSet::new(), BTreeSet::new());
    collect(&flow_schema(), &mut keys, &mut keywords);
    let idle: Vec<_> = words::described().filter(|key| !keys.contains(*key)).collect();
    assert!(idle.is_empty(), "described, but no key of a flow: {idle:?}");
    for keyword in ["oneOf", "format", "unevaluatedProperties"] {
        assert!(!keywords.contains(keyword), "{keyword}");
    }
    assert!(keywords.contains("then") && keys.contains("between_digits"));
}
