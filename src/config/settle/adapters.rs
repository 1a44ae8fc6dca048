//! The adapters outside of this process: each with a name of its own, and reached in one way.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Found, calls};
use crate::config::file::{AbilityEntry, AdapterEntry};
use crate::config::settings::{Adapter, AdapterWay, Capabilities, Reach};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};

pub(super) fn settle(
    found: &mut Found,
    entries: Vec<Spanned<AdapterEntry>>,
    folder: &Path,
) -> Vec<Adapter> {
    let mut adapters = Vec::new();
    let mut names: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    for entry in entries {
        let span = entry.span;
        let mut entry = entry.value;
        let Some(name) = entry.name.take() else {
            found.add(Diagnostic::new(&MISSING_KEY, span, "an adapter needs `name:`"));
            continue;
        };
        if let Some(first) = names.insert(Arc::clone(&name.value.0), name.span) {
            let message = format!("the adapter `{}` is named twice", name.value.0);
            let finding = Diagnostic::new(&super::CONTRADICTION, name.span, message);
            found.add(finding.also(first, "first here"));
        }
        let max_calls = entry.max_calls.take();
        let max_calls = max_calls.and_then(|written| calls(found, &written, "`max_calls`"));
        let capabilities = entry.capabilities.as_ref().map(abilities);
        if let Some(reach) = reach(found, entry, span, folder) {
            adapters.push(Adapter { name: name.value.0, reach, max_calls, capabilities });
        }
    }
    adapters
}

/// How it is reached; `None` if that is not said, or not in one way.
fn reach(found: &mut Found, entry: AdapterEntry, span: Span, folder: &Path) -> Option<Reach> {
    let Some(kind) = entry.kind else {
        let finding = Diagnostic::new(&MISSING_KEY, span, "an adapter needs `kind:`");
        found.add(finding.help("write `kind: process` or `kind: socket`"));
        return None;
    };
    let (reach, stray) = match kind.value {
        AdapterWay::Process => {
            (program(found, entry.command, span).map(Reach::Process), entry.path.map(|p| p.span))
        }
        AdapterWay::Socket => {
            let path = entry.path.map(|path| folder.join(path.value));
            if path.is_none() {
                let message = "an adapter of kind `socket` needs `path:`";
                found.add(Diagnostic::new(&MISSING_KEY, span, message));
            }
            (path.map(Reach::Socket), entry.command.map(|command| command.span))
        }
    };
    if let Some(stray) = stray {
        let message = "`process` has a `command`, `socket` has a `path`, and neither has both";
        found.add(Diagnostic::new(&super::CONTRADICTION, stray, message));
    }
    reach
}

fn program(
    found: &mut Found,
    command: Option<Spanned<Vec<String>>>,
    span: Span,
) -> Option<Vec<String>> {
    match command {
        Some(command) if command.value.first().is_some_and(|program| !program.is_empty()) => {
            Some(command.value)
        }
        Some(command) => {
            let message = "`command` must name a program: `command: [./adapter]`";
            found.add(Diagnostic::new(&WRONG_FORM, command.span, message));
            None
        }
        None => {
            let message = "an adapter of kind `process` needs `command:`";
            found.add(Diagnostic::new(&MISSING_KEY, span, message));
            None
        }
    }
}

fn abilities(entry: &AbilityEntry) -> Capabilities {
    let AbilityEntry { speech, record, dial, bridge, transfer, mask } = entry;
    let said = |ability: &Option<bool>| ability.unwrap_or(false);
    Capabilities {
        speech: said(speech),
        record: said(record),
        dial: said(dial),
        bridge: said(bridge),
        transfer: said(transfer),
        mask: said(mask),
    }
}
