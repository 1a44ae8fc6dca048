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
