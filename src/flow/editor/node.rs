//! The envelope of a node: its verb chooses its form.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use crate::flow::schema;

/// A verb, what it does, and the schema of its nodes.
type Verb = (&'static str, &'static str, fn(&mut SchemaGenerator) -> Schema);

const VERBS: [Verb; 18] = [
    ("say", "Plays prompts and goes on.", schema::Say::json_schema),
    (
        "menu",
        "Plays prompts and lets the caller choose by a key or by words.",
        schema::Menu::json_schema,
    ),
    (
        "collect",
        "Asks for a value: digits, an amount, a date and so on.",
        schema::Collect::json_schema,
    ),
    ("confirm", "Asks for yes or no.", schema::Confirm::json_schema),
    ("answer", "Answers questions from a FAQ.", schema::Answer::json_schema),
    ("set", "Gives variables their values.", schema::Set::json_schema),
    ("branch", "Goes the first way whose condition holds.", schema::Branch::json_schema),
    ("hours", "Goes by the opening hours of a calendar.", schema::Hours::json_schema),
    ("http", "Asks a service: `service.operation`.", schema::Http::json_schema),
    ("call", "Runs a subflow.", schema::Call::json_schema),
    ("record", "Records what the caller says.", schema::Record::json_schema),
    ("ticket", "Leaves something for people to follow up.", schema::Ticket::json_schema),
    ("note", "Writes values into the call's record.", schema::Note::json_schema),
    ("queue", "Lets the caller wait for an agent of a queue.", schema::Queue::json_schema),
    ("callback", "Has the caller called back.", schema::Callback::json_schema),
    ("transfer", "Rings a number and connects the caller.", schema::Transfer::json_schema),
    ("return", "Ends a subflow with an outcome.", schema::Return::json_schema),
    ("hangup", "Plays prompts and ends the call.", schema::Hangup::json_schema),
];

/// The schema of any node, as a reference to its definition.
pub(super) fn node(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<AnyNode>()
}

struct AnyNode;

impl JsonSchema for AnyNode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "node".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut verbs = Map::new();
        let (mut one_of_them, mut forms) = (Vec::new(), Vec::new());
        for (verb, about, form) in VERBS {
            let form = form(generator);
            verbs.insert(verb.to_owned(), json!({ "description": about }));
            one_of_them.push(json!({ "required": [verb] }));
            forms.push(json!({ "if": { "required": [verb] }, "then": form }));
        }
        json_schema!({
            "description": "A node: exactly one verb with its properties and its ways out.",
            "type": "object",
            // Offered where nothing yet tells the verb.
            "properties": verbs,
            "anyOf": one_of_them,
            "allOf": forms,
        })
    }
}

/// The names of the verbs.
#[cfg(test)]
pub(super) fn verbs() -> [&'static str; VERBS.len()] {
    VERBS.map(|(verb, _, _)| verb)
}
