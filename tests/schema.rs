//! The schemas for editors agree with the compiler: on every shipped file, and on what is wrong with broken ones.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use sambung::config::{read, settings_schema};
use sambung::flow::{Diagnostics, Facts, Sources, compile, flow_schema, read_yaml};
use serde_json::Value;

/// A flow of one language around some nodes that end in `b`.
fn around(nodes: &str) -> String {
    format!(
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n{nodes}  b: {{ hangup: Sampai jumpa. }}\n"
    )
}

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema")
}

/// What the schema says against a file; empty if nothing.
fn schema_faults(validator: &Validator, yaml: &str) -> Vec<String> {
    let (value, findings) = read_yaml::<Value>("t.yaml", yaml.as_bytes());
    assert!(value.is_some(), "no YAML: {yaml}\n{:?}", codes(&findings));
    let value = value.unwrap_or_default();
    validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

/// The codes of errors.
fn codes(findings: &Diagnostics) -> Vec<&'static str> {
    let errors = findings.list.iter().filter(|f| f.level() == sambung::flow::Level::Error);
    errors.map(sambung::flow::Diagnostic::code).collect()
}

fn flow_codes(yaml: &str) -> Vec<&'static str> {
    let sources = Sources::one("t.yaml", yaml.as_bytes());
    codes(&compile(&sources, &Facts::default()).diagnostics)
}

/// Nodes that are well.
const GOOD: &[&str] = &[
    "  a: { say: Halo., next: b }\n",
    "  a: { say: [Halo., { text: Pagi }], bargein: words, next: b, about: { any: [1, thing] } }\n",
    "  a: { menu: Pilih., choices: { 1: b, 2: { goto: b, words: [dua] } }, failed: b, timeout: 1.5s }\n",
    "  a: { menu: Pilih., choices: { 1: b }, retry: { noinput: Halo?, max: 2 }, failed: b }\n",
    "  a: { confirm: Benarkah?, yes: b, no: b, failed: b }\n",
    "  a: { transfer: \"+62215550100\", ring: 20s, failed: b, allow: [W0703] }\n",
    "  a: { note: { n: 1, yes: true, t: \"=1 + 1\" }, next: b }\n",
];

/// Nodes that both refuse.
const BROKEN: &[&str] = &[
    "  a: { sya: Halo., next: b }\n",
    "  a: { next: b }\n",
    "  a: {}\n",
    "  a: [say]\n",
    "  a: halo\n",
    "  a: { say: Halo., nxet: b }\n",
    "  a: { say: Halo., next: [b] }\n",
    "  a: { say: Halo., next: { goto: b } }\n",
    "  a: { say: Halo., bargein: maybe, next: b }\n",
    "  a: { say: Halo., bargein: 1, next: b }\n",
    "  a: { say: Halo., bargein: true, timeout: 1s, next: b }\n",
    "  a: { say: { txt: Halo }, next: b }\n",
    "  a: { say: [[Halo.]], next: b }\n",
    "  a: { say: Halo., hangup: Sampai jumpa., next: b }\n",
    "  a: { say: Halo., record_call: stop, next: b }\n",
    "  a: { say: Halo., allow: W0301, next: b }\n",
    "  a: { menu: Pilih., choices: [b], failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: { gotoo: b } }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: { goto: b, set: [x] } }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: { goto: b, words: { id: { a: b } } } }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, timeout: 5, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, timeout: fast, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, timeout: -5s, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, flush: soon, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, retry: 3, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, retry: { max: many }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, retry: { max: -1 }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, retry: { silence: Halo? }, failed: b }\n",
    "  a: { menu: Pilih., choices: { 1: b }, commands: [b], failed: b }\n",
    "  a: { collect: Nomor?, into: n, as: digits, ok: b, failed: b }\n",
    "  a: { collect: Nomor?, into: n, as: { type: digit }, ok: b, failed: b }\n",
    "  a: { collect: Nomor?, into: n, as: { min: 3 }, ok: b, failed: b }\n",
    "  a: { collect: Nomor?, into: n, as: { type: money(rupiah) }, ok: b, failed: b }\n",
    "  a: { collect: Nomor?, into: n, as: { type: digits, check: mod9 }, ok: b, failed: b }\n",
    "  a: { confirm: Benarkah?, yes: b, no: b, ok: b, failed: b }\n",
    "  a: { answer: faq, confidence: high, done: b, unknown: b, failed: b }\n",
    "  a: { branch: { when: x }, else: b }\n",
    "  a: { branch: [{ if: x, goto: b }], else: b }\n",
    "  a: { branch: [{ when: x }], else: b }\n",
    "  a: { set: [x], next: b }\n",
    "  a: { set: { x: [1] }, next: b }\n",
    "  a: { note: { x: 1.5 }, next: b }\n",
    "  a: { http: s.o, tries: two, ok: b, not_found: b, failed: b }\n",
    "  a: { queue: [q], done: b }\n",
    "  a: { queue: q, offer_callback: { after: 1m }, done: b }\n",
    "  a: { queue: q, keys: { 1: { languages: en } }, done: b }\n",
    "  a: { queue: q, announce: { place: true }, done: b }\n",
    "  a: { transfer: { numbers: \"+62\" }, failed: b }\n",
    "  a: { transfer: \"+62\", allow_number: 1.5, failed: b }\n",
    "  a: { record: Bicaralah., into: r, keep: forever, ok: b }\n",
];

/// Nodes of which only the compiler knows that they are wrong: names, the graph, formulas, outcomes that are missing.
const COMPILER_ONLY: &[&str] = &[
    "  a: { say: Halo., next: c }\n",
    "  a: { say: Halo. }\n",
    "  a: { say: Halo., next: a }\n",
    "  a: { branch: [{ when: \"1 +\", goto: b }], else: b }\n",
    "  a: { set: { nothing: 1 }, next: b }\n",
    "  a: { queue: nowhere, done: b }\n",
    "  a: { menu: Pilih., choices: { x1: b }, failed: b }\n",
    "  a: { http: no.service, ok: b, not_found: b, failed: b }\n",
];

/// Whole files that both refuse.
const BROKEN_FILES: &[&str] = &[
    "flow: t\nlanguage: id\nstart: a\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 2\nflow: t\nlanguage: id\nstart: a\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nstart: a\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nlanguage: id\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnode: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nlanguage: id\nstart: a\nlimits: { calls: 1 }\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nlanguage: id\nstart: a\nvars: { x: { class: public } }\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nflow: t\nlanguage: id\nstart: a\nvars: { x: { type: int, class: private } }\nnodes: { a: { hangup: Halo. } }\n",
    "sambung: 1\nqueues: { q: { ring: { strategy: fastest } } }\n",
    "sambung: 1\ncalendars: { c: { open: { mon: \"08:00-17:00\" } } }\n",
    "sambung: 1\nservices: { s: { base: { env: A, file: b } } }\n",
    "sambung: 1\nlanguage: id\nnodes: {}\n",
    "sambung: 1\nflow: t\nlanguage: id\nstart: a\nsubflows: { s: { begin: a } }\nnodes: { a: { hangup: Halo. } }\n",
];

/// The codes of errors in a test file beside the smallest shipped flow.
fn test_codes(yaml: &str) -> Vec<&'static str> {
    let mut sources = Sources::one("t.test.yaml", yaml.as_bytes());
    sources.add("halo.yaml", include_bytes!("../flows/halo.yaml"));
    codes(&compile(&sources, &Facts::default()).diagnostics)
}

/// A test file with one case of these lines.
fn around_case(lines: &str) -> String {
    format!("sambung: 1\ntests: halo\ncases:\n  - name: a\n{lines}")
}

/// What a case may hold.
const GOOD_CASES: &[&str] = &[
    "    call: [hangup]\n",
    "    call: [silence, transferred, end]\n",
    "    call: [{ press: 1 }, { press: [1, \"*\", \"0812#\"], early: true }, { say: [ya, tidak] }]\n",
    "    call: [{ hear: Kami buka setiap hari, text: Halo }, { hear: [apology], not: true }]\n",
    "    call: [{ speak: 2s }, { speak: { for: 2s } }, { wait: 1.5m }, { agent: hangs_up }]\n",
    "    call: [{ at_node: hours, about: anything }, { transferred: \"+62215550100\" }, { end: transfer }]\n",
    "    at: 2026-03-04 10:00 Asia/Jakarta\n    caller: withheld\n    env: { A: \"1\" }\n    call: []\n",
    "    mock: { tickets: { reply: \"1\" }, callbacks: [{ status: 500 }, { fault: timeout }] }\n    call: []\n",
    "    call: []\n    then: { recordings: 0, callbacks: 1, lasts: [\"> 1s\", \"< 2m\"], log_never_has: a }\n",
];

/// Cases that both refuse.
const BROKEN_CASES: &[&str] = &[
    "    calls: [hangup]\n",
    "    call: hangup\n",
    "    call: [silent]\n",
    "    call: [{ hear: { prompt: hours } }]\n",
    "    call: [{ herr: hours }]\n",
    "    call: [{ wait: 5 }]\n",
    "    call: [{ speak: { long: 5s } }]\n",
    "    call: [{ agent: dances }]\n",
    "    call: [{ press: 1, early: soon }]\n",
    "    call: [{ queued: { queue: service } }]\n",
    "    call: [{ end: somehow }]\n",
    "    agents: { service: many }\n    call: []\n",
    "    agents: { service: { busy: true } }\n    call: []\n",
    "    mock: { tickets: { fault: broken } }\n    call: []\n",
    "    mock: { tickets: { status: fine } }\n    call: []\n",
    "    mock: { tickets: { replies: 1 } }\n    call: []\n",
    "    env: [A]\n    call: []\n",
    "    call: []\n    then: { recordings: many }\n",
    "    call: []\n    then: { logs: many }\n",
    "    call: []\n    then: { http: { a.b: 1 } }\n",
    "    call: []\nrules: [{ every call end in: [queue] }]\n",
    "    call: []\nrules: [{ every call ends in: [sleep] }]\n",
    "    call: []\nrules: [{ no silence longer: 8 }]\n",
    "    call: []\nrules: [{ log never has: [private] }]\n",
    "    call: []\nrules: [{ never: { visit: menu } }]\n",
    "    call: []\nsetup: { at: [1] }\n",
    "    call: []\ncase: []\n",
];

#[test]
fn test_files_are_taken_and_refused_alike() {
    let schema = validator(&flow_schema());
    let mut faults = Vec::new();
    let good = GOOD_CASES.iter().map(|lines| (lines, true));
    for (lines, well) in good.chain(BROKEN_CASES.iter().map(|lines| (lines, false))) {
        let yaml = around_case(lines);
        let (schema, compiler) = (schema_faults(&schema, &yaml), test_codes(&yaml));
        if schema.is_empty() != well || compiler.is_empty() != well {
            faults.push(format!("{lines}  schema {schema:?}, compiler {compiler:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn shipped_files_satisfy_the_schema() {
    let flows = validator(&flow_schema());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in fs::read_dir(root.join("flows")).expect("the folder").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "yaml") {
            let text = fs::read_to_string(entry.path()).expect("a flow");
            let none: [String; 0] = [];
            assert_eq!(schema_faults(&flows, &text), none, "{}", entry.path().display());
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} flows");
    let text = fs::read_to_string(root.join("sambung.yaml")).expect("the settings");
    assert!(schema_faults(&validator(&settings_schema()), &text).is_empty());
}

#[test]
fn what_is_well_or_known_to_the_compiler_alone_passes_the_schema() {
    let flows = validator(&flow_schema());
    let good = GOOD.iter().map(|nodes| (nodes, true));
    let mut faults = Vec::new();
    for (nodes, known) in good.chain(COMPILER_ONLY.iter().map(|nodes| (nodes, false))) {
        let yaml = around(nodes);
        let (schema, compiler) = (schema_faults(&flows, &yaml), flow_codes(&yaml));
        if !schema.is_empty() || compiler.is_empty() != known {
            faults.push(format!("{nodes}  schema {schema:?}, compiler {compiler:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_broken_is_refused_by_schema_and_compiler() {
    let flows = validator(&flow_schema());
    let nodes = BROKEN.iter().map(|nodes| around(nodes));
    let mut faults = Vec::new();
    for yaml in nodes.chain(BROKEN_FILES.iter().map(|file| (*file).to_owned())) {
        let (schema, compiler) = (schema_faults(&flows, &yaml), flow_codes(&yaml));
        if schema.is_empty() || compiler.is_empty() {
            faults.push(format!("{yaml}  schema {schema:?}, compiler {compiler:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn settings_that_are_broken_are_refused_by_schema_and_reader() {
    let settings = validator(&settings_schema());
    for yaml in [
        "languages: [id]\n",
        "sambung: 2\n",
        "sambung: 1\nlanguage: id\n",
        "sambung: 1\nlanguages: id\n",
        "sambung: 1\nsip: { listn: [] }\n",
        "sambung: 1\nsip: { media_source: any }\n",
        "sambung: 1\nroutes: { default: a }\n",
        "sambung: 1\nroutes: [{ too: 1, flow: a }]\n",
        "sambung: 1\nlimits: { calls: many }\n",
        "sambung: 1\nsecrets: { A: clear }\n",
        "sambung: 1\nagents: [sari]\n",
        "sambung: 1\nadapters: [x]\n",
    ] {
        assert!(!schema_faults(&settings, yaml).is_empty(), "the schema takes {yaml}");
        let reading = read("sambung.yaml", yaml.as_bytes(), Path::new(""));
        assert!(reading.findings.has_errors(), "the program takes {yaml}");
    }
}

#[test]
fn the_shipped_schema_is_that_of_this_program() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows/sambung.schema.json");
    let shipped = fs::read_to_string(shipped).unwrap_or_default();
    let same = shipped == format!("{:#}\n", flow_schema());
    assert!(same, "run: cargo run -- schema --out flows/sambung.schema.json");
}
