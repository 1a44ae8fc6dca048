//! What `sambung agent`, `sambung queue` and `sambung ticket` share: how the running node is reached, and how it is told.

mod columns;
mod node;

pub(super) use columns::columns;
pub(super) use node::{DeskError, Node, NodeArgs};

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use super::{exit, print};

/// Prints what came of it: text, or the same as JSON.
pub(super) fn tell<T: Serialize>(
    outcome: Result<T, DeskError>,
    json: bool,
    text: impl FnOnce(&T) -> String,
) -> ExitCode {
    let shown = match outcome {
        Ok(value) if json => match serde_json::to_string_pretty(&value) {
            Ok(text) => text + "\n",
            Err(error) => return failed(&error),
        },
        Ok(value) => text(&value),
        Err(error) => return refused(&error).into(),
    };
    let mut out = io::stdout().lock();
    match out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    print::error(error);
    exit::FINDINGS.into()
}

/// Tells what a node refused, or why none is reached, and gives the exit code.
pub(super) fn refused(error: &DeskError) -> u8 {
    match error {
        DeskError::Refused { message, .. } => eprintln!("error: {message}"),
        _ => print::error(error),
    }
    if let Some(hint) = error.hint() {
        eprintln!("hint: {hint}");
    }
    error.exit_code()
}
