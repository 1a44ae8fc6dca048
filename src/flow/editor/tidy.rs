//! What derived schemas need to say what the compiler means.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use super::words::about;

/// Adapts schemas to how files are read: a key without a value is an error, numbers may stand for text, and choices
/// are lists. Gives keys that say nothing about themselves their descriptions.
#[derive(Debug, Clone)]
pub(super) struct Tidy;

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        if schema.as_object().is_none() {
            return;
        }
        // `uint32` and the like are no formats of JSON Schema.
        schema.remove("format");
        without_null(schema);
        listed_choices(schema);
        numbers_for_text(schema);
        described_keys(schema);
    }
}

/// A key may be missing, but not empty.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        forms.retain(|form| form.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = forms.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only {
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    }
}

/// `oneOf` single words becomes a list of words.
fn listed_choices(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else { return };
    let mut words = Vec::new();
    for choice in choices {
        match (choice.get("const"), choice.get("enum")) {
            (Some(word), _) => words.push(word.clone()),
            (None, Some(Value::Array(several))) => words.extend(several.iter().cloned()),
            _ => return,
        }
    }
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), Value::Array(words));
}

/// Where any text will do, `12`, `0.50` and `true` are read as they are written.
fn numbers_for_text(schema: &mut Schema) {
    let narrowed = ["pattern", "enum", "const"].iter().any(|key| schema.get(*key).is_some());
    if schema.get("type").is_some_and(|name| name == "string") && !narrowed {
        schema.insert("type".to_owned(), json!(["string", "number", "boolean"]));
    }
}

/// Descriptions of keys, shown by editors.
fn described_keys(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (key, property) in properties {
        let Some(about) = about(key) else { continue };
        match property {
            Value::Object(property) => _ = property.entry("description").or_insert(about.into()),
            Value::Bool(true) => *property = json!({ "description": about }),
            _ => {}
        }
    }
}
