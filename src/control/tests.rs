//! The document against the table, and rights.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::guard::Who;
use super::settings::Role;
use super::table::{Method, Needs, ROUTES};
use super::{Fault, document};

#[test]
fn the_document_has_every_route_and_no_other() {
    let document = document();
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            told.insert((path.clone(), method.clone()));
        }
    }
    let name = |method| match method {
        Method::Get => "get".to_owned(),
        Method::Post => "post".to_owned(),
    };
    let routes: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.path.to_owned(), name(route.method))).collect();
    assert_eq!(routes.len(), ROUTES.len(), "no route stands there twice");
    assert_eq!(told, routes);
    let ids: BTreeSet<&str> = ROUTES.iter().map(|route| route.id).collect();
    assert_eq!(ids.len(), ROUTES.len(), "each has a name of its own");
}

#[test]
fn every_shape_that_the_document_names_is_there_and_sound() {
    let document = document();
    let mut named = Vec::new();
    references(&document, &mut named);
    assert!(named.len() > ROUTES.len(), "{named:?}");
    for name in named {
        let shape = document.pointer(name.strip_prefix('#').expect("it is in the document"));
        assert!(shape.is_some(), "{name}");
    }
    let schemas = &document["components"]["schemas"];
    for name in schemas.as_object().expect("shapes").keys() {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": schemas } });
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let fault =
        json!({ "$ref": "#/components/schemas/Fault", "components": { "schemas": schemas } });
    let fault = jsonschema::validator_for(&fault).expect("sound");
    let told: Fault =
        serde_json::from_value(json!({ "error": { "code": "a", "message": "b" } })).expect("one");
    assert!(fault.is_valid(&serde_json::to_value(told).expect("JSON")));
    assert!(!fault.is_valid(&json!({ "error": "b" })));
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(name) if key == "$ref" => found.push(name.clone()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn each_role_opens_what_it_should() {
    let who = |role| Who { name: "x".into(), role };
    let needs = [
        Needs::Nothing,
        Needs::Read,
        Needs::See,
        Needs::Change,
        Needs::Supervise,
        Needs::SeeTickets,
        Needs::WorkTickets,
        Needs::Administer,
    ];
    let own = "sari".into();
    for (role, about, opens) in [
        (Role::Read, "sari", [true, true, true, false, false, true, false, false]),
        (Role::Agent(own), "sari", [true, false, true, true, false, true, true, false]),
        (Role::Agent("sari".into()), "budi", [true, false, false, false, false, true, true, false]),
        (Role::Supervisor, "sari", [true, true, true, true, true, true, true, false]),
        (Role::Admin, "sari", [true; 8]),
    ] {
        let about = about.into();
        let may = needs.map(|needs| who(role.clone()).may(needs, Some(&about)));
        assert_eq!(may, opens, "{role:?} about {about}");
        let unnamed = who(role.clone()).may(Needs::Change, None);
        assert_eq!(unnamed, matches!(role, Role::Supervisor | Role::Admin), "{role:?}");
    }
}
