//! The `OpenAPI` 3.1 document, made of the table of routes and the shapes of what is told.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::refusal::Fault;
use super::table::{Gives, Method, Needs, ROUTES, Route};
use super::view::{
    AgentChange, AgentList, AgentView, CallList, CallerNumber, ContactChange, ContactView,
    ErasedView, Erasing, ExpiredView, Explained, NodeView, OfferList, QueueDetail, QueueList,
    Standing, TicketAssignment, TicketClosing, TicketDetail, TicketList, TicketNote,
};

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let method = match route.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[method] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sambung: control of agents and queues",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.about,
        "x-needs": needs(route.needs),
        "security": security(route.needs),
        "parameters": parameters(route),
        "responses": {
            "200": { "description": "Done.", "content": content(route) },
            "default": {
                "description": "Not done, and why.",
                "content": { "application/json": { "schema": reference("Fault") } },
            },
        },
    });
    if let Some(takes) = route.takes {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(takes) } },
        });
    }
    operation
}

/// Whether a token must be shown, as `OpenAPI` says it.
fn security(needs: Needs) -> Value {
    match needs {
        Needs::Nothing => json!([]),
        Needs::Figures => json!([{}, { "token": [] }]),
        Needs::Read
        | Needs::See
        | Needs::Change
        | Needs::Supervise
        | Needs::SeeTickets
        | Needs::WorkTickets
        | Needs::Administer => json!([{ "token": [] }]),
    }
}

/// What a route needs, for people.
const fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Nothing => "nothing",
        Needs::Figures => "read, supervisor or admin; nothing on this machine",
        Needs::Read => "read, supervisor or admin",
        Needs::See => "read, supervisor, admin, or the agent whom it is about",
        Needs::Change => "supervisor, admin, or the agent whom it is about",
        Needs::Supervise => "supervisor or admin",
        Needs::SeeTickets => "read, supervisor, admin or any agent",
        Needs::WorkTickets => "supervisor, admin or any agent",
        Needs::Administer => "admin",
    }
}

fn content(route: &Route) -> Value {
    match route.gives {
        Gives::Shape(schema) => json!({ "application/json": { "schema": reference(schema) } }),
        Gives::Json => json!({ "application/json": { "schema": {} } }),
        Gives::Events => json!({ "text/event-stream": { "schema": { "type": "string" } } }),
        Gives::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn parameters(route: &Route) -> Value {
    let named = route.path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let in_path = named.map(|(name, _)| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let in_query = route.query.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.about,
            "required": parameter.required,
            "schema": { "type": if parameter.number { "integer" } else { "string" } },
        })
    });
    let in_header = (route.method == Method::Post).then(|| {
        json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Who repeats an order by the same key within ten minutes is told what came of the first.",
            "required": false,
            "schema": { "type": "string", "maxLength": super::keys::MAX_KEY },
        })
    });
    in_path.chain(in_query).chain(in_header).collect()
}

/// The shapes by name.
fn schemas() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    shape::<AgentChange>(&mut generator);
    shape::<AgentList>(&mut generator);
    shape::<AgentView>(&mut generator);
    shape::<CallList>(&mut generator);
    shape::<CallerNumber>(&mut generator);
    shape::<ContactChange>(&mut generator);
    shape::<ContactView>(&mut generator);
    shape::<ErasedView>(&mut generator);
    shape::<Erasing>(&mut generator);
    shape::<ExpiredView>(&mut generator);
    shape::<Explained>(&mut generator);
    shape::<Fault>(&mut generator);
    shape::<NodeView>(&mut generator);
    shape::<OfferList>(&mut generator);
    shape::<QueueDetail>(&mut generator);
    shape::<QueueList>(&mut generator);
    shape::<Standing>(&mut generator);
    shape::<TicketAssignment>(&mut generator);
    shape::<TicketClosing>(&mut generator);
    shape::<TicketDetail>(&mut generator);
    shape::<TicketList>(&mut generator);
    shape::<TicketNote>(&mut generator);
    Value::Object(generator.take_definitions(true))
}

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) {
    // What matters is left in the generator: the definition under its name.
    let _reference = generator.subschema_for::<T>();
}
