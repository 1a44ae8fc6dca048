//! Whole files through the compiler.

use super::*;
use crate::call::Digits;
use crate::flow::render::Format;
use crate::flow::{Goto, Verb};

const HALO: &str = include_str!("../../../flows/halo.yaml");
const TOKO: &str = include_str!("../../../flows/toko.yaml");

fn compiled(text: &str) -> Compiled {
    compile(&Sources::one("flows/t.yaml", text.as_bytes()), &Facts::default())
}

fn clean(text: &str) -> Arc<Flow> {
    let compiled = compiled(text);
    let errors =
        compiled.diagnostics.count(Level::Error) + compiled.diagnostics.count(Level::Warning);
    assert_eq!(errors, 0, "{}", compiled.diagnostics.render_all(Format::Human { color: false }));
    compiled.flow().expect("no error").clone()
}

#[test]
fn the_shipped_flows_are_clean() {
    let halo = clean(HALO);
    assert_eq!(halo.id, FlowId::from("halo"));
    let Verb::Menu(menu) = &halo.node(halo.start).verb else { panic!("halo begins with a menu") };
    assert_eq!(menu.choices[1].keys, Digits::parse("0"));
    assert_eq!(menu.input.retry.no_input[0].id, PromptId::from("std/no_input"));
    assert_eq!(menu.input.failed, None);

    let toko = clean(TOKO);
    assert_eq!(toko.nodes.len(), 17);
    assert!(matches!(toko.escape, Some(Goto::Node(_))));
}

#[test]
fn the_settings_say_how_calls_are_picked_up_where_a_flow_does_not() {
    let silent =
        "sambung: 1\nflow: a\nlanguage: en\nstart: bye\nnodes: { bye: { hangup: Bye now. } }\n";
    let own = silent.replace("flow: a", "flow: b\nanswer: { after: 3s }");
    let mut sources = Sources::one("flows/a.yaml", silent.as_bytes());
    sources.add("flows/b.yaml", own.as_bytes());
    sources.add_settings("sambung.yaml", b"sambung: 1\nanswer: { after: 250ms, early: true }\n");
    let compiled = compile(&sources, &Facts::default());
    let policies: Vec<_> = compiled.flows.iter().map(|flow| flow.answer).collect();
    let early = |after| crate::flow::AnswerPolicy { after, early: true };
    assert_eq!(policies, [early(Duration::from_millis(250)), early(Duration::from_secs(3))]);

    sources.add_settings("sambung.yaml", b"sambung: 1\nanswer: { after: 1, late: true }\n");
    let findings = compile(&sources, &Facts::default()).diagnostics.render_all(Format::Short);
    assert!(findings.starts_with("sambung.yaml:2:"), "{findings}");
    assert_eq!(findings.lines().count(), 2, "{findings}");
}
