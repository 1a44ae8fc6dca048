//! What lies ahead of a node: which variables are still read, and where a call can still go.

use super::*;
use crate::flow::{Facts, Format, Sources, compile};

const FLOW: &str = "
sambung: 1
flow: shop
language: en
start: ask
vars:
  code: { type: digits }
  tries: { type: int, start: 0 }
  topic: { type: text, start: none }
commands: { '0': bye }
nodes:
  ask: { collect: What is your code, into: code, as: { type: digits, min: 2, max: 4 }, ok: weigh }
  weigh:
    branch:
      - { when: 'code in [\"17\", \"18\"] or length(code) > 3', goto: bye }
    else: count
  count: { set: { tries: =tries + 1, topic: code }, next: again }
  again:
    branch:
      - { when: tries >= 3, goto: bye }
    else: ask
  bye: { hangup: Goodbye now. }
";

#[test]
fn only_what_still_decides_is_live_and_its_tests_are_known() {
    let compiled = compile(&Sources::one("shop.yaml", FLOW.as_bytes()), &Facts::default());
    let findings = compiled.diagnostics.render_all(Format::Human { color: false });
    let flow = compiled.flow().expect(&findings);
    let ahead = Ahead::of(flow);
    let place =
        |name: &str| flow.places().find(|(_, node)| node.id.as_str() == name).expect("a node").0;
    let names = |node: &str| -> Vec<&str> {
        let live = ahead.live(place(node));
        live.iter().map(|v| &**flow.variables.get_index(v.0 as usize).expect("one").0).collect()
    };
    assert_eq!(names("ask"), ["tries"], "the code is about to be asked for, the topic never read");
    assert_eq!(names("weigh"), ["code", "tries"]);
    assert_eq!(names("bye"), Vec::<&str>::new());
    assert_eq!(ahead.numbers(), -1..=4);
    let code = flow.variables.get_index_of("code").and_then(|i| u32::try_from(i).ok());
    let tests = ahead.tests(place("ask"), VariableIndex(code.expect("a variable")));
    let against: Vec<Subject> = tests.into_iter().map(|test| test.against).collect();
    assert_eq!(
        against,
        [
            Subject::Value(Value::from("17")),
            Subject::Value(Value::from("18")),
            Subject::Anything,
            Subject::Length(3),
        ]
    );
}
