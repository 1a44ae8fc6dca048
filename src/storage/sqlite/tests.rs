//! Files, locks and releases; faults at every call.

mod faults;
mod files;
mod scan;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::call::CallId;
use crate::history::Fact;

/// A folder that goes with the test, and where the store is in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sambung.db");
    (folder, path)
}

fn contact(number: u64) -> CallId {
    CallId::new(number, 0)
}

fn began(number: u64) -> Fact {
    let called = "1500".into();
    let contact = contact(number);
    Fact::CallBegan { contact, caller: None, called, trunk: None, flow: None, flow_hash: None }
}
