//! Any bytes as a flow: read, compiled, every finding printed. Seeds: the shipped flows.
//!
//! `cp flows/*.yaml tests/fuzz/corpus/loader/`, then `cargo +nightly fuzz run --fuzz-dir tests/fuzz loader`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sambung::flow::{Facts, Format, Sources, compile};

fuzz_target!(|bytes: &[u8]| {
    let compiled = compile(&Sources::one("fuzz.yaml", bytes), &Facts::default());
    let printed = compiled.diagnostics.render_all(Format::Short);
    assert!(compiled.diagnostics.list.is_empty() == printed.is_empty(), "every finding is printed");
});
