//! The JSON schemas of the forms that read themselves. The others derive theirs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::calendar::HolidaysRaw;
use super::call::Call;
use super::node::{BargeinRaw, EntryType, RecordCall};
use super::script::Tree;
use super::section::PromptRaw;
use super::value::{Allow, Entries, ForPeople, Scalar, Texts, Time};
use crate::flow::source::Spanned;

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("entries_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}

/// Gives a type the schema that an expression makes.
macro_rules! schema {
    ($name:ident $label:literal, $generator:pat => $schema:expr) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $label.into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema! { Time "time", _ => json_schema!({
    "description": "A time with its unit: `250ms`, `5s`, `8m`, `1h`, `30d`, decimals allowed.",
    "type": "string",
    "pattern": r"^[0-9]+(\.[0-9]{0,3})? *(ms|s|m|h|d)$",
}) }

schema! { Scalar "scalar", _ => json_schema!({
    "description": "Text, a whole number, `true`, `false`, or a formula that begins with `=`.",
    "type": ["string", "integer", "boolean"],
}) }

schema! { Tree "any_value", _ => true.into() }

schema! { BargeinRaw "bargein", _ => json_schema!({
    "description": "Whether callers may interrupt: by keys and words, not at all, or by matching words alone.",
    "enum": [true, false, "words"],
}) }

schema! { EntryType "entry_type", _ => json_schema!({
    "description": "What callers enter; an amount of money names its currency: `money(IDR)`.",
    "anyOf": [
        { "type": "string", "enum": EntryType::names() },
        { "type": "string", "pattern": r"^money\([A-Z]{3}\)$" },
    ],
}) }

schema! { HolidaysRaw "holidays", generator => {
    let lists = generator.subschema_for::<Texts>();
    json_schema!({
        "description": "Names of lists such as `indonesia`, or days with the names of their holidays.",
        "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } },
            {
                "type": "object",
                "properties": { "use": lists },
                "additionalProperties": { "type": "string" },
            },
        ],
    })
} }

schema! { PromptRaw "prompt", generator => {
    let bargein = generator.subschema_for::<BargeinRaw>();
    json_schema!({
        "description": "A text, or texts per language and how they are played.",
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": {
                    "text": { "type": "string", "description": "Words without a language." },
                    "play": {
                        "type": "array",
                        "items": { "type": "string" },
                        "description": "The languages to play one after another.",
                    },
                    "audio": { "type": "string", "description": "A sound file without words." },
                    "bargein": bargein,
                    "about": true,
                },
                "additionalProperties": { "type": "string" },
            },
        ],
    })
} }

schema! { Call "call_node", generator => {
    let values = generator.subschema_for::<Entries<Scalar>>();
    let record_call = generator.subschema_for::<RecordCall>();
    let allow = generator.subschema_for::<Allow>();
    json_schema!({
        "description": "What a `call` node may hold. Every other key is an outcome of the subflow.",
        "type": "object",
        "properties": {
            "call": { "type": "string", "description": "The subflow." },
            "with": values,
            "returns": {
                "type": "object",
                "additionalProperties": { "type": "string" },
                "description": "Variables with the values of the subflow that they take.",
            },
            "record_call": record_call,
            "allow": allow,
            "about": true,
            "tags": true,
        },
        "required": ["call"],
        "additionalProperties": { "type": "string" },
    })
} }

impl JsonSchema for ForPeople {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "for_people".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
