//! One faulty test file per rule about tests, beside the shop's and the bank's flows.

use std::collections::BTreeSet;

use sambung::flow::{
    Compiled, Facts, Format, Level, Sources, compile, mock_never_used, never_visited,
};

/// Rules with the test files that break them.
pub(crate) const CASES: &[(&str, &str, &str)] = &[
    (
        "E0901",
        "names",
        r#"sambung: 1
tests: toko
setup:
  at: "2026-03-04 10:00 Asia/Jakrta"
  agents: { servise: 2 }
  mock: { orders.fnd: { status: 404 } }
cases:
  - name: names that are not there
    call:
      - hear: main_meun
      - at_node: order_aks
      - queued: { name: service, skills: { langage: en } }
      - transferred: "+62215550100"
      - hear: Selamat datang di toko lain.
    then:
      http: { orders.find: { with: { number: "123456" } } }
      vars: { scor: 5 }
      record: { cast: 5 }
      tickets: { complain: 1 }
rules:
  - never: { visit: pin_in, before: welcome }
"#,
    ),
    ("E0901", "flow", "tests: tokoo\ncases: []\n"),
    (
        "E0905",
        "steps",
        r#"tests: toko
cases:
  - name: steps that cannot be understood
    call:
      - { press: 1, hear: main_menu }
      - { about: nothing to do }
      - { press: 2, not: true }
      - { hear: welcome, early: true }
"#,
    ),
    (
        "E0906",
        "values",
        r#"tests: toko
cases:
  - name: values of other types
    mock:
      orders.find:
        - reply: { status: 5, total: cheap, eta: tomorrow }
        - reply: { status: paid, total: 150000 }
        - reply: nothing
        - after: 1s
      tickets: { reply: seven }
      callbacks: { body: "{}" }
    call: [hangup]
    then:
      http: { orders.find: { with: { id: a1 } } }
      vars: { score: high, order_no: 812, complaint: said }
"#,
    ),
    (
        "E0907",
        "both",
        r#"tests: toko
cases:
  - name: what cannot both be
    agents: { service: { count: 2, waiting: 30 } }
    mock:
      orders.find: { status: 500, reply: { status: paid, total: 1, eta: 2026-03-06 } }
      tickets: { fault: refused, after: 1s, slow: 2s }
    call:
      - hear: welcome
        not: true
        text: Selamat datang.
      - hangup
      - hear: goodbye
    then:
      http: { orders.find: { times: 0, with: { id: "123456" } } }
      lasts: ["> 90s", "< 10s"]
"#,
    ),
    (
        "E0606",
        "test",
        r#"tests: bank
cases:
  - name: secrets would be printed
    call: [hangup]
    then:
      http:
        core.login: { with: { pin: "123456" } }
        core.balance: { with: { token: t-1 } }
      vars: { token: t-1 }
"#,
    ),
];

fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::one("flows/t.test.yaml", text.as_bytes());
    sources.add("flows/toko.yaml", include_bytes!("../../flows/toko.yaml"));
    sources.add("flows/bank.yaml", include_bytes!("../../flows/bank.yaml"));
    let zones = ["Asia/Jakarta", "Asia/Makassar"].into_iter().map(Into::into).collect();
    compile(&sources, &Facts { zones: Some(zones), ..Facts::default() })
}

#[test]
fn every_fault_of_a_test_file_is_told_with_its_place_and_the_way_out() {
    for (code, name, text) in CASES {
        let compiled = compiled(text);
        let found = &compiled.diagnostics;
        let codes: BTreeSet<&str> = found.list.iter().map(|d| d.code()).collect();
        let printed = found.render_all(Format::Human { color: false });
        assert_eq!(codes, BTreeSet::from([*code]), "{name}\n{printed}");
        assert!(compiled.tests.is_empty(), "{name}: a faulty file of tests is not run");
        assert_eq!(compiled.flows.len(), 2, "{name}: a faulty file of tests stops no flow");
        insta::assert_snapshot!(format!("{code}_{name}"), printed);
    }
}

/// What only a run can know is said of the very places that the compiler gave.
#[test]
fn what_no_test_comes_to_is_told_where_it_stands() {
    let text = "tests: toko\ncases:\n  - name: prices\n    mock: { orders.find: { status: 500 } }\n    call: [{ press: 1 }, hangup]\n";
    let mut compiled = compiled(text);
    let place = compiled.flow_files.iter().find(|file| file.flow.as_str() == "toko");
    let node = place.and_then(|file| file.places.get("complain_kept")).expect("a node");
    let mock = compiled.tests[0].cases[0].mocks[0].span;
    let found = [never_visited("complain_kept", *node), mock_never_used("orders.find", mock)];
    assert!(found.iter().all(|finding| finding.level() == Level::Warning));
    compiled.diagnostics.list = found.to_vec();
    let printed = compiled.diagnostics.render_all(Format::Human { color: false });
    insta::assert_snapshot!("W0902_W0903_unused", printed);
}

/// The rules that only a run can break.
pub(crate) const OF_RUNS: [&str; 2] = ["W0902", "W0903"];
