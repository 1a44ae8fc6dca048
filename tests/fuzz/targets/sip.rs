//! SIP messages: what each does to a user agent in the midst of others like it.
//!
//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz sip`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../parsers.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod parsers;

thread_local! {
    static PARSERS: std::cell::RefCell<parsers::Parsers> = std::cell::RefCell::default();
}

fuzz_target!(|bytes: &[u8]| PARSERS.with_borrow_mut(|parsers| parsers.sip(bytes)));
