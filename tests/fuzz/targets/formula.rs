//! Any text as the condition of a branch, as a value, and as words with slots.
//!
//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz formula`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sambung::flow::{Facts, Sources, compile};

fuzz_target!(|formula: &str| {
    // JSON's quotes are YAML's.
    let [when, set, say] = [formula.to_owned(), format!("={formula}"), format!("{{{formula}}} x")]
        .map(|text| serde_json::to_string(&text).expect("text is JSON"));
    let text = format!(
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\n\
         vars: {{ score: {{ type: int }}, topic: {{ type: text }}, order: {{ type: digits }}, done: {{ type: bool }} }}\n\
         calendars: {{ shop: {{ zone: Asia/Jakarta, open: {{}} }} }}\n\
         nodes:\n  a: {{ branch: [ {{ when: {when}, goto: b }} ], else: b }}\n  b: {{ set: {{ topic: {set} }}, next: c }}\n\
         \x20 c: {{ say: {say}, next: d }}\n  d: {{ hangup: Sampai jumpa. }}\n"
    );
    let compiled = compile(&Sources::one("fuzz.yaml", text.as_bytes()), &Facts::default());
    for finding in &compiled.diagnostics.list {
        let span = finding.labels[0].span;
        let file = &compiled.diagnostics.files[span.file.0 as usize];
        assert!(file.text.get(span.range()).is_some(), "{finding:?}");
    }
});
