//! A project on disk: its flows, compiled, with what is known of its sound files.
//!
//! The one place that finds and reads the YAML files and recordings of a project, for every command alike. A single
//! flow file without any project around it is a project too. What `sambung.yaml` says beyond its folders, queues and
//! calendars is `config`'s business.

mod files;
mod folders;
mod sounds;
mod stamp;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;

use crate::call::SoundId;
use crate::flow::{Compiled, Facts, Flow, Sources, compile};
use crate::time::{Date, Duration};
use files::read_bounded;
use folders::Folders;

pub use stamp::Stamp;

/// The name of a project's settings file.
pub const SETTINGS: &str = "sambung.yaml";

/// A project that was read.
#[derive(Debug)]
pub struct Project {
    /// Its settings file, if it has one.
    pub settings: Option<PathBuf>,
    /// Its folder of recordings, if there is one.
    pub audio: Option<PathBuf>,
    /// Its flows, queues and calendars, and what was found in them.
    pub compiled: Compiled,
    /// The YAML files as they were read.
    pub sources: Sources,
    /// The files that were asked for, as findings name them.
    asked: BTreeSet<String>,
    /// How long the sounds of the project last.
    sounds: BTreeMap<SoundId, Duration>,
}

/// A file or folder of a project that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("read {}", path.display())]
pub struct ProjectError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Opens the project that a path belongs to: its settings file, a folder of flows, or a single flow file.
///
/// A flow file or folder belongs to the project whose `sambung.yaml`, further up, names its folder as `flows`.
/// Without one, a folder is a project of its own, and so is a file together with what it brings in by `use:`; the
/// recordings then lie in `audio` beside the folder `flows` or beside the file.
///
/// # Errors
/// When a file or folder cannot be read. What is wrong inside the files is in [`Compiled::diagnostics`].
pub fn open(path: &Path) -> Result<Project, ProjectError> {
    read(path, Folders::of(path)?, None)
}

/// As [`open`], on a day that is known: what has run out or soon will is found as well.
///
/// # Errors
/// As [`open`].
pub fn open_on(path: &Path, today: Option<Date>) -> Result<Project, ProjectError> {
    read(path, Folders::of(path)?, today)
}

/// The YAML files of a folder and the folders in it, or the one file that is named, with their contents.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn yaml_files(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, ProjectError> {
    let files = if path.is_dir() { files::yaml_files(path)? } else { vec![path.to_owned()] };
    files.into_iter().map(|file| Ok((file.clone(), read_bounded(&file)?))).collect()
}

/// Opens the project of a settings file, whatever the file's name.
///
/// # Errors
/// As [`open`]; also when the folder of flows is not there.
pub fn open_configured(settings: &Path) -> Result<Project, ProjectError> {
    read(settings, Folders::configured(settings)?, None)
}

/// As [`open_configured`], on a day that is known: what has run out or soon will is found as well.
///
/// # Errors
/// As [`open_configured`].
pub fn open_configured_on(settings: &Path, today: Option<Date>) -> Result<Project, ProjectError> {
    read(settings, Folders::configured(settings)?, today)
}

fn read(path: &Path, folders: Folders, today: Option<Date>) -> Result<Project, ProjectError> {
    let mut sources = Sources::new();
    let mut asked = BTreeSet::new();
    let mut files = match &folders.flows {
        Some(folder) => files::yaml_files(folder)?,
        None => Vec::new(),
    };
    if folders.flows.is_none() {
        files.push(path.to_owned());
    }
    let wanted = folders::identity(path);
    let everything = folders.asks_for_everything(path);
    for file in &files {
        let name = file_name(file);
        sources.add(&name, &read_bounded(file)?);
        if everything || folders::identity(file).starts_with(&wanted) {
            asked.insert(name);
        }
    }
    if let Some(settings) = &folders.settings {
        sources.add_settings(&file_name(settings), &read_bounded(settings)?);
        if everything {
            asked.insert(file_name(settings));
        }
    }
    let audio = folders.audio.as_deref().map(sounds::facts).transpose()?;
    let sounds = audio.as_ref().map(sounds::lengths).unwrap_or_default();
    let zones =
        TimeZoneDatabase::bundled().available().map(|name| Arc::from(name.as_str())).collect();
    let words = folders.audio.as_deref().map(sounds::words).transpose()?.unwrap_or_default();
    let compiled = compile(&sources, &Facts { audio, words, zones: Some(zones), today });
    let (settings, audio) = (folders.settings, folders.audio);
    Ok(Project { settings, audio, compiled, sources, asked, sounds })
}

impl Project {
    /// The flow of the file at `path`, if it has no error.
    #[must_use]
    pub fn flow(&self, path: &Path) -> Option<&Arc<Flow>> {
        let wanted = folders::identity(path);
        let mut flows = self.compiled.flows.iter();
        flows.find(|flow| {
            let file = self.compiled.path_of(&flow.id);
            file.is_some_and(|file| folders::identity(Path::new(file)) == wanted)
        })
    }

    /// Whether a file is among those that were asked for; `file` is its name in findings.
    #[must_use]
    pub fn asked_for(&self, file: &str) -> bool {
        self.asked.contains(file)
    }
}

/// How findings name a file: as it was reached, with `/` between the parts.
#[must_use]
pub fn file_name(path: &Path) -> String {
    let name = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}
