//! The JSON schema of `sambung.yaml`, for editors.

use schemars::{JsonSchema as _, json_schema};
use serde_json::Value;

use super::control::{TokenEntry, TokenMap};
use super::file::{File, SecretEntry, SecretMap};
use crate::flow::{finish_schema, schema_generator, shared_sections};

/// The schema of `sambung.yaml`, with the sections that flows read from it.
#[must_use]
pub fn settings_schema() -> Value {
    let mut generator = schema_generator();
    let mut root = File::json_schema(&mut generator);
    let shared = shared_sections(&mut generator);
    if let Some(Value::Object(keys)) = root.get_mut("properties") {
        keys.extend(shared);
        let edition =
            json_schema!({ "const": 1, "description": "The edition of the configuration: 1." });
        keys.insert("sambung".to_owned(), edition.to_value());
    }
    finish_schema(generator, "Sambung: settings of a project", root)
}

impl schemars::JsonSchema for SecretEntry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "secret_entry".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // Text would be the secret itself, which is refused.
        generator.subschema_for::<SecretMap>()
    }
}

impl schemars::JsonSchema for TokenEntry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "token_entry".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<TokenMap>()
    }
}
