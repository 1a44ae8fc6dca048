//! `check --fix`: applies what is certain, and nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::found::Found;
use super::{CheckArgs, CheckError};
use crate::flow::{Diagnostic, Diagnostics, Patch, repair};
use crate::time::Date;

/// How often the files are checked again after a change, at most.
const MAX_ROUNDS: usize = 8;

/// Applies certain patches until none is left, telling each on `out`; gives what is found then.
///
/// Changes after which a project had more errors than before are taken back, and the rest is left as it is.
pub(super) fn fix(
    args: &CheckArgs,
    today: Option<Date>,
    out: &mut impl Write,
) -> Result<Found, CheckError> {
    let mut found = Found::look(args, today)?;
    for _ in 0..MAX_ROUNDS {
        let before = found.sum.errors;
        let changes = changes(&found)?;
        if changes.is_empty() {
            break;
        }
        for change in &changes {
            replace(&change.file, &change.new)?;
        }
        let after = Found::look(args, today)?;
        if after.sum.errors > before {
            for change in &changes {
                replace(&change.file, &change.old)?;
            }
            writeln!(out, "nothing changed: the fixes would have brought new errors")?;
            break;
        }
        for line in changes.iter().flat_map(|change| &change.lines) {
            writeln!(out, "{line}")?;
        }
        found = after;
    }
    Ok(found)
}

/// What is to become of one file.
struct Change {
    file: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
    lines: Vec<String>,
}

/// The certain patches of the findings, by file.
fn changes(found: &Found) -> Result<Vec<Change>, CheckError> {
    let mut by_file: BTreeMap<&str, Vec<(&Diagnostics, &Diagnostic, &Patch)>> = BTreeMap::new();
    for (set, finding) in found.iter() {
        if let Some(patch) = finding.patch.as_ref().filter(|patch| patch.certain)
            && let Some(file) = set.file(patch.span.file)
        {
            by_file.entry(&file.path).or_default().push((set, finding, patch));
        }
    }
    let mut changes = Vec::new();
    for (name, patches) in by_file {
        // A link stays a link: what it leads to is changed.
        let file = fs::canonicalize(name).map_err(|source| unchanged(name, source))?;
        let old = fs::read(&file).map_err(|source| unchanged(name, source))?;
        let text = patches.first().and_then(|(set, _, patch)| set.file(patch.span.file));
        let Some(text) = text else { continue };
        // Positions count without a byte-order mark, which is kept.
        let Some(mark) = old.strip_suffix(text.text.as_bytes()) else { continue };
        let only: Vec<&Patch> = patches.iter().map(|(_, _, patch)| *patch).collect();
        let (new, applied) = repair(&text.text, &only);
        if applied == 0 {
            continue;
        }
        let lines = patches.iter().map(|(set, finding, patch)| {
            let (at, code) = (set.at(patch.span), finding.code());
            format!("{at}: fixed[{code}]: `{}`", patch.text)
        });
        let (lines, new) = (lines.collect(), [mark, new.as_bytes()].concat());
        changes.push(Change { file, old, new, lines });
    }
    Ok(changes)
}

/// Puts new content in the place of a file, whole or not at all. Its permissions stay.
fn replace(file: &Path, content: &[u8]) -> Result<(), CheckError> {
    let beside = file.with_extension("sambung-fix");
    let written = || {
        let mut new = File::create_new(&beside)?;
        new.write_all(content)?;
        new.set_permissions(fs::metadata(file)?.permissions())?;
        new.sync_all()?;
        fs::rename(&beside, file)
    };
    written().map_err(|source: io::Error| {
        // What was half written is of no use; if it cannot be removed, the next fix tells.
        if source.kind() != io::ErrorKind::AlreadyExists {
            fs::remove_file(&beside).unwrap_or_default();
        }
        unchanged(&file.to_string_lossy(), source)
    })
}

fn unchanged(file: &str, source: io::Error) -> CheckError {
    CheckError::Fix { file: file.to_owned(), source }
}
