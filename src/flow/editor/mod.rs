//! JSON schemas for editors: they complete and check a file while it is typed.
//!
//! They are made from the very types that the compiler reads, so that both know the same keys. What takes names,
//! formulas or the graph is left to the compiler. Draft-07, because language servers for YAML know it best; without
//! `oneOf`, because its messages name no place: a node's form is chosen by `if` and `then`.

mod file;
mod node;
mod tidy;
mod words;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

pub use file::shared_sections;
use tidy::Tidy;

/// The schema of everything in the folder of flows: flow files, prompt files and parts that flows use.
#[must_use]
pub fn flow_schema() -> Value {
    let mut generator = schema_generator();
    let root = file::files(&mut generator);
    finish_schema(generator, "Sambung: call flows, prompts and parts", root)
}

/// A generator of schemas whose parts are meant for [`finish_schema`].
#[must_use]
pub fn schema_generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft07();
    settings.transforms.insert(0, Box::new(Tidy));
    settings.into_generator()
}

/// Makes one document of a schema and the definitions that it and its generator use.
#[must_use]
pub fn finish_schema(mut generator: SchemaGenerator, title: &str, mut root: Schema) -> Value {
    let definitions = generator.take_definitions(false);
    root.insert("definitions".to_owned(), Value::Object(definitions));
    for transform in generator.transforms_mut() {
        transform.transform(&mut root);
    }
    if let Some(draft) = &generator.settings().meta_schema {
        root.insert("$schema".to_owned(), draft.as_ref().into());
    }
    root.insert("title".to_owned(), title.into());
    root.to_value()
}

/// A map that has these keys and no others.
fn closed(properties: &Map<String, Value>, required: &[&str]) -> Schema {
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests;
