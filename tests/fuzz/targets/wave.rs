//! WAV files however they are written, as `sambung dtmf` reads them. Seeds: `audio/`.
//!
//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz wave`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../parsers.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod parsers;

thread_local! {
    static PARSERS: std::cell::RefCell<parsers::Parsers> = std::cell::RefCell::default();
}

fuzz_target!(|bytes: &[u8]| PARSERS.with_borrow_mut(|parsers| parsers.wave(bytes)));
