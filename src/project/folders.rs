//! Where the parts of a project lie.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::files::read_bounded;
use super::{ProjectError, SETTINGS};
use crate::flow::read_yaml;

/// The folders of a project.
#[derive(Debug)]
pub(super) struct Folders {
    /// The settings file, if the project has one.
    pub(super) settings: Option<PathBuf>,
    /// The folder of flows; `None` for a flow file that stands alone.
    pub(super) flows: Option<PathBuf>,
    /// The folder of recordings, if there is one.
    pub(super) audio: Option<PathBuf>,
}

/// How far up a project's settings are looked for.
const LEVELS_UP: usize = 6;

impl Folders {
    /// The folders of the project that a file or folder belongs to.
    pub(super) fn of(path: &Path) -> Result<Self, ProjectError> {
        let path = present(path);
        let seen =
            fs::metadata(&path).map_err(|source| ProjectError { path: path.clone(), source })?;
        if seen.is_file() && path.file_name().is_some_and(|name| name == SETTINGS) {
            return Self::configured(&path);
        }
        let wanted = identity(&path);
        for root in roots(&path) {
            let settings = root.join(SETTINGS);
            if !settings.is_file() {
                continue;
            }
            let folders = Self::configured(&settings)?;
            let inside = folders.flows.as_deref().is_some_and(|f| wanted.starts_with(identity(f)));
            if inside || wanted == identity(&root) {
                return Ok(folders);
            }
        }
        Self::alone(&path, seen.is_dir())
    }

    /// The folders that a settings file names; `flows` and `audio` beside it where it is silent.
    pub(super) fn configured(settings: &Path) -> Result<Self, ProjectError> {
        let bytes = read_bounded(settings)?;
        // What is wrong with the file, `config` tells in full.
        let (keys, _) = read_yaml::<BTreeMap<String, Value>>("", &bytes);
        let keys = keys.unwrap_or_default();
        let root = present(settings.parent().unwrap_or(Path::new("")));
        let folder = |key: &str| {
            let name = keys.get(key).and_then(Value::as_str).unwrap_or(key);
            if root == Path::new(".") { PathBuf::from(name) } else { root.join(name) }
        };
        let (flows, audio) = (Some(folder("flows")), Some(folder("audio")));
        Ok(Self { settings: Some(settings.to_owned()), flows, audio })
    }

    /// A folder or file without a project around it.
    fn alone(path: &Path, is_folder: bool) -> Result<Self, ProjectError> {
        let parent = || present(path.parent().unwrap_or(Path::new("")));
        let folder = if is_folder { path.to_owned() } else { parent() };
        let base = match folder.parent() {
            Some(above) if folder.file_name().is_some_and(|name| name == "flows") => present(above),
            _ => folder.clone(),
        };
        let audio = Some(base.join("audio")).filter(|audio| audio.is_dir());
        let uses = is_folder || {
            let (keys, _) = read_yaml::<BTreeMap<String, Value>>("", &read_bounded(path)?);
            // A test file is nothing without its flow.
            keys.is_some_and(|keys| keys.contains_key("use") || keys.contains_key("tests"))
        };
        Ok(Self { settings: None, flows: uses.then_some(folder), audio })
    }

    /// Whether a path means the whole project and not a part of its flows.
    pub(super) fn asks_for_everything(&self, path: &Path) -> bool {
        let wanted = identity(path);
        let root = self.settings.as_deref().and_then(Path::parent).map(present);
        let wholes = [self.settings.clone(), root, self.flows.clone()];
        wholes.iter().flatten().any(|whole| identity(whole) == wanted)
    }
}

/// The folders above a path, the nearest first, `..` included where the path is relative.
fn roots(path: &Path) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = path.ancestors().map(present).take(LEVELS_UP).collect();
    if path.is_relative() {
        roots.extend(["..", "../.."].map(PathBuf::from));
    }
    roots
}

/// The same path, `.` where it is empty.
fn present(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() }
}

/// A path as the system knows it, so that two ways to one file are the same.
pub(super) fn identity(path: &Path) -> PathBuf {
    let path = present(path);
    fs::canonicalize(&path).unwrap_or(path)
}
