//! Typed values with places, and all faults in one run.

use serde::Deserialize;

use super::*;
use crate::flow::render::Format;

#[derive(Debug, Deserialize)]
#[serde(rename = "a route")]
struct Route {
    to: Option<Spanned<String>>,
    flow: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "the settings")]
struct Settings {
    ports: u16,
    routes: Vec<Route>,
    names: Option<BTreeMap<String, OneOrMany>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename = "$shape", rename_all = "lowercase")]
enum OneOrMany {
    Text(String),
    List(Vec<String>),
}

fn short(text: &str) -> String {
    let (_, found) = read_yaml::<Settings>("s.yaml", text.as_bytes());
    found.render_all(Format::Short)
}

#[test]
fn a_clean_file_is_read_with_places_and_numbers_as_text() {
    let text = "ports: 7\nroutes: [{to: 100, flow: toko}]\nnames: {a: x, b: [y, z]}\n";
    let (settings, found) = read_yaml::<Settings>("s.yaml", text.as_bytes());
    assert_eq!(found.list, []);
    let settings = settings.expect("clean");
    assert_eq!((settings.ports, settings.routes.len()), (7, 1));
    let to = settings.routes[0].to.as_ref().expect("given");
    assert_eq!((to.as_str(), found.files[0].slice(to.span)), ("100", "100"));
    assert_eq!(settings.routes[0].flow, "toko");
    let names = settings.names.expect("given");
    assert_eq!(names["a"], OneOrMany::Text("x".into()));
    assert_eq!(names["b"], OneOrMany::List(vec!["y".into(), "z".into()]));
}

#[test]
fn all_faults_come_in_one_run() {
    let text =
        "ports: many\nruotes: 1\nroutes: [{to: 1, flow: {name}}, {fow: x}]\nnames: {a: {}, b: }\n";
    insta::assert_snapshot!(short(text));
}
