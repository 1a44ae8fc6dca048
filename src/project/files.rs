//! Listing and reading files, within limits.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::ProjectError;

/// The most folders inside each other that are looked into.
const MAX_DEPTH: usize = 8;
/// The most files of one kind that a project may have.
const MAX_FILES: usize = 100_000;
/// The most bytes that are read of one file; what is longer is refused by its reader.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// The YAML files under a folder, in order.
pub(super) fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    collect(folder, &["yaml", "yml"])
}

/// The WAV files under a folder, in order; none if there is no such folder.
pub(super) fn wav_files(folder: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    if folder.is_dir() { collect(folder, &["wav"]) } else { Ok(Vec::new()) }
}

/// Reads a file, or as much of it as shows that it is too long.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, ProjectError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(source) => Err(ProjectError { path: path.to_owned(), source }),
    }
}

fn collect(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, ProjectError> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |source| ProjectError { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let fits = path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x));
            if path.is_dir() && depth < MAX_DEPTH {
                folders.push((path, depth + 1));
            } else if fits && files.len() < MAX_FILES {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
