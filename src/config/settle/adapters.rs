//! The adapters outside of this process: each with a name of its own, and reached in one way.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::{Found, calls, secrets};
use crate::config::file::{AbilityEntry, AdapterEntry, CertificateSection, MediaEntry};
use crate::config::settings::{Adapter, AdapterWay, Capabilities, Disabled, Reach, WebSocketDoor};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};

/// The adapters that can be used, and those that cannot for want of a token.
pub(super) fn settle(
    found: &mut Found,
    entries: Vec<Spanned<AdapterEntry>>,
    folder: &Path,
) -> (Vec<Adapter>, Vec<Disabled>) {
    let (mut adapters, mut disabled) = (Vec::new(), Vec::new());
    let mut names: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    let mut doors: BTreeMap<SocketAddr, Span> = BTreeMap::new();
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
        if let Some(listen) = &entry.listen
            && let Some(first) = doors.insert(listen.value.0, listen.span)
        {
            let message = "two adapters connect at the same address";
            let finding = Diagnostic::new(&super::CONTRADICTION, listen.span, message);
            found.add(finding.also(first, "first here"));
        }
        let max_calls = entry.max_calls.take();
        let max_calls = max_calls.and_then(|written| calls(found, &written, "`max_calls`"));
        let capabilities = entry.capabilities.as_ref().map(abilities);
        let name = name.value.0;
        match reach(found, entry, span, folder) {
            Some(Ok(reach)) => adapters.push(Adapter { name, reach, max_calls, capabilities }),
            Some(Err(why)) => disabled.push(Disabled { item: format!("adapter `{name}`"), why }),
            None => {}
        }
    }
    (adapters, disabled)
}

/// How it is reached, or why it cannot be for now; `None` if that is not said, or not in one way.
fn reach(
    found: &mut Found,
    mut entry: AdapterEntry,
    span: Span,
    folder: &Path,
) -> Option<Result<Reach, String>> {
    let Some(kind) = entry.kind.take() else {
        let finding = Diagnostic::new(&MISSING_KEY, span, "an adapter needs `kind:`");
        found.add(finding.help("write `kind: process`, `kind: socket` or `kind: websocket`"));
        return None;
    };
    strays(found, kind.value, &entry);
    match kind.value {
        AdapterWay::Process => program(found, entry.command, span).map(Reach::Process).map(Ok),
        AdapterWay::Socket => {
            let path = entry.path.map(|path| folder.join(path.value));
            if path.is_none() {
                let message = "an adapter of kind `socket` needs `path:`";
                found.add(Diagnostic::new(&MISSING_KEY, span, message));
            }
            path.map(Reach::Socket).map(Ok)
        }
        AdapterWay::WebSocket => door(found, entry, span, folder),
    }
}

/// Keys that belong to another kind.
fn strays(found: &mut Found, kind: AdapterWay, entry: &AdapterEntry) {
    let (process, socket) = (kind == AdapterWay::Process, kind == AdapterWay::Socket);
    let door = kind == AdapterWay::WebSocket;
    let written = [
        (entry.command.as_ref().map(|key| key.span), process, "`command` belongs to `process`"),
        (entry.path.as_ref().map(|key| key.span), socket, "`path` belongs to `socket`"),
        (entry.listen.as_ref().map(|key| key.span), door, "`listen` belongs to `websocket`"),
        (entry.token.as_ref().map(|key| key.span), door, "`token` belongs to `websocket`"),
        (entry.origins.as_ref().map(|key| key.span), door, "`origins` belongs to `websocket`"),
        (entry.tls.as_ref().map(|key| key.span), door, "`tls` belongs to `websocket`"),
    ];
    for (span, fits, message) in written {
        if let Some(span) = span.filter(|_| !fits) {
            found.add(Diagnostic::new(&super::CONTRADICTION, span, message));
        }
    }
}

/// The door of one that connects by WebSocket, or why its token is not to be had.
fn door(
    found: &mut Found,
    entry: AdapterEntry,
    span: Span,
    folder: &Path,
) -> Option<Result<Reach, String>> {
    let (Some(listen), Some(token)) = (entry.listen, entry.token) else {
        let message = "an adapter of kind `websocket` needs `listen:` and `token:`";
        let finding = Diagnostic::new(&MISSING_KEY, span, message);
        found.add(finding.help("write `listen: \"127.0.0.1:7070\", token: { env: NAME }`"));
        return None;
    };
    let address = listen.value.0;
    if entry.tls.is_none() && !address.ip().is_loopback() {
        let message =
            "others than this machine can connect here, and the token would travel in clear";
        let finding = Diagnostic::new(&super::CONTRADICTION, listen.span, message);
        found.add(
            finding.help("add `tls: { certificate: FILE, key: FILE }`, or listen on 127.0.0.1"),
        );
    }
    let origins = entry.origins.map(|origins| origins.value).unwrap_or_default();
    let tls = entry.tls.map(|tls| {
        let CertificateSection { certificate, key } = tls.value;
        (folder.join(certificate), folder.join(key))
    });
    let place = secrets::place(found, token, "a token")?;
    let door = place
        .fetch_token(folder)
        .map(|token| Reach::WebSocket(WebSocketDoor { listen: address, token, origins, tls }));
    Some(door.map_err(|error| error.to_string()))
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
    let AbilityEntry { media, speech, record, dial, bridge, transfer, mask } = entry;
    let samples = *media == Some(MediaEntry::Pcm);
    let said = |ability: &Option<bool>| ability.unwrap_or(false);
    Capabilities {
        speech: said(speech),
        record: said(record) || samples,
        dial: said(dial),
        bridge: said(bridge) || samples,
        samples,
        transfer: said(transfer),
        mask: said(mask),
    }
}
