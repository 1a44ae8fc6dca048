//! The top keys of files, and what stands behind each.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{closed, node};
use crate::flow::schema::{
    AnswerPolicyRaw, CalendarRaw, CaseRaw, Command, Defaults, Entries, FaqRaw, LimitsRaw,
    PromptRaw, QueueRaw, RuleRaw, ServiceRaw, SetupRaw, Texts, VariableRaw,
};

/// What a file may hold by what it is, which its keys `flow`, `tests` and `language` tell.
pub(super) fn files(generator: &mut SchemaGenerator) -> Schema {
    let flow = flow(generator);
    let catalogue = catalogue(generator);
    let part = part(generator);
    let tests = tests(generator);
    json_schema!({
        "type": "object",
        // Offered in an empty file, where nothing yet tells what it is.
        "properties": {
            "sambung": edition(),
            "flow": { "description": "The name of the flow, which makes this a flow file." },
        },
        "if": { "required": ["flow"] },
        "then": flow,
        "else": {
            "if": { "required": ["tests"] },
            "then": tests,
            "else": { "if": { "required": ["language"] }, "then": catalogue, "else": part },
        },
    })
}

fn flow(generator: &mut SchemaGenerator) -> Schema {
    let mut keys = parts(generator);
    keys.extend(texts(&["flow", "language", "start", "on_hangup", "on_fault", "humans"]));
    keys.insert("languages".to_owned(), json!({ "type": "array", "items": { "type": "string" } }));
    add::<Defaults>(&mut keys, "defaults", generator);
    add::<LimitsRaw>(&mut keys, "limits", generator);
    add::<Entries<Command>>(&mut keys, "commands", generator);
    add::<AnswerPolicyRaw>(&mut keys, "answer", generator);
    add::<Texts>(&mut keys, "use", generator);
    let mut flow = closed(&keys, &["sambung", "flow", "start"]);
    flow.insert(
        "anyOf".to_owned(),
        json!([{ "required": ["language"] }, { "required": ["languages"] }]),
    );
    flow
}

fn catalogue(generator: &mut SchemaGenerator) -> Schema {
    let mut keys = texts(&["language"]);
    keys.insert("sambung".to_owned(), edition());
    keys.insert("about".to_owned(), true.into());
    add::<Entries<PromptRaw>>(&mut keys, "prompts", generator);
    closed(&keys, &["language"])
}

fn tests(generator: &mut SchemaGenerator) -> Schema {
    let mut keys = texts(&["tests"]);
    keys.insert("sambung".to_owned(), edition());
    keys.insert("about".to_owned(), true.into());
    add::<SetupRaw>(&mut keys, "setup", generator);
    add::<Vec<CaseRaw>>(&mut keys, "cases", generator);
    add::<Vec<RuleRaw>>(&mut keys, "rules", generator);
    closed(&keys, &["tests", "cases"])
}

fn part(generator: &mut SchemaGenerator) -> Schema {
    closed(&parts(generator), &[])
}

/// The keys that flow files and parts share.
fn parts(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut keys = shared_sections(generator);
    keys.remove("answer");
    keys.insert("sambung".to_owned(), edition());
    keys.insert("about".to_owned(), true.into());
    keys.insert("nodes".to_owned(), nodes(generator));
    let subflow = subflow(generator);
    keys.insert(
        "subflows".to_owned(),
        json!({ "type": "object", "additionalProperties": subflow }),
    );
    add::<Entries<VariableRaw>>(&mut keys, "vars", generator);
    add::<Entries<PromptRaw>>(&mut keys, "prompts", generator);
    add::<Entries<FaqRaw>>(&mut keys, "faq", generator);
    keys
}

/// The sections that flows and the project's settings share: `answer`, `calendars`, `queues`, `services`.
#[must_use]
pub fn shared_sections(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut keys = Map::new();
    add::<AnswerPolicyRaw>(&mut keys, "answer", generator);
    add::<Entries<CalendarRaw>>(&mut keys, "calendars", generator);
    add::<Entries<QueueRaw>>(&mut keys, "queues", generator);
    add::<Entries<ServiceRaw>>(&mut keys, "services", generator);
    keys
}

fn subflow(generator: &mut SchemaGenerator) -> Schema {
    let mut keys = texts(&["start"]);
    keys.insert("about".to_owned(), true.into());
    add::<Entries<VariableRaw>>(&mut keys, "params", generator);
    add::<Entries<VariableRaw>>(&mut keys, "vars", generator);
    add::<Entries<String>>(&mut keys, "returns", generator);
    add::<Vec<String>>(&mut keys, "outcomes", generator);
    keys.insert("nodes".to_owned(), nodes(generator));
    closed(&keys, &[])
}

fn nodes(generator: &mut SchemaGenerator) -> Value {
    json!({ "type": "object", "additionalProperties": node::node(generator) })
}

fn edition() -> Value {
    json!({ "const": 1, "description": "The edition of the language: 1." })
}

fn texts(names: &[&str]) -> Map<String, Value> {
    names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect()
}

fn add<T: schemars::JsonSchema>(
    keys: &mut Map<String, Value>,
    name: &str,
    generator: &mut SchemaGenerator,
) {
    keys.insert(name.to_owned(), generator.subschema_for::<T>().to_value());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::compile::{CATALOGUE_KEYS, FLOW_KEYS, PART_KEYS, SUBFLOW_KEYS, TEST_KEYS};
    use crate::flow::editor::schema_generator;

    #[test]
    fn files_have_the_top_keys_that_the_compiler_knows() {
        let generator = &mut schema_generator();
        for (schema, known) in [
            (flow(generator), FLOW_KEYS.as_slice()),
            (catalogue(generator), &CATALOGUE_KEYS),
            (part(generator), &PART_KEYS),
            (tests(generator), &TEST_KEYS),
            (subflow(generator), &SUBFLOW_KEYS),
        ] {
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut keys: Vec<_> = properties.into_iter().flat_map(Map::keys).collect();
            let mut known = known.to_vec();
            keys.sort();
            known.sort_unstable();
            assert_eq!(keys, known);
        }
    }
}
