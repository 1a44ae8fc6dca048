//! The audio folder on disk.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::manifest::{FILE, Hash, Manifest, ManifestError};
use crate::call::SoundId;

/// The audio folder of a project.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

/// A file of the audio folder that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    /// The manifest is there and makes no sense.
    #[error("{}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ManifestError,
    },
    /// The system refused.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The name would lead out of the folder.
    #[error("`{sound}` is no name of a file under the audio folder")]
    Name {
        /// The sound.
        sound: SoundId,
    },
}

impl Folder {
    /// The folder at a path; it need not exist yet.
    pub(super) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Reads the manifest; without one, an empty manifest.
    pub(super) fn manifest(&self) -> Result<Manifest, FolderError> {
        let path = self.root.join(FILE);
        match fs::read(&path) {
            Ok(json) => {
                Manifest::read(&json).map_err(|source| FolderError::Manifest { path, source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
            Err(source) => Err(FolderError::File { path, source }),
        }
    }

    /// Writes the manifest, if it differs from what is there.
    pub(super) fn keep_manifest(&self, manifest: &Manifest) -> Result<(), FolderError> {
        let path = self.root.join(FILE);
        let json = manifest.write();
        if fs::read(&path).is_ok_and(|there| there == json)
            || manifest.files.is_empty() && !path.exists()
        {
            return Ok(());
        }
        replace(&path, &json)
    }

    /// The hash of a sound's file; `None` if there is no such file or it cannot be read.
    pub(super) fn hash(&self, sound: &SoundId) -> Option<Hash> {
        fs::read(self.path(sound).ok()?).ok().map(|bytes| Hash::of(&bytes))
    }

    /// Writes a sound's file, all or nothing, and makes its folders.
    pub(super) fn write(&self, sound: &SoundId, wav: &[u8]) -> Result<(), FolderError> {
        replace(&self.path(sound)?, wav)
    }

    /// Removes a sound's file.
    pub(super) fn remove(&self, sound: &SoundId) -> Result<(), FolderError> {
        let path = self.path(sound)?;
        fs::remove_file(&path).map_err(|source| FolderError::File { path, source })
    }

    fn path(&self, sound: &SoundId) -> Result<PathBuf, FolderError> {
        let name = Path::new(sound.as_str());
        let inside = name.components().all(|part| matches!(part, Component::Normal(_)));
        if inside && name.extension().is_some() {
            Ok(self.root.join(name))
        } else {
            Err(FolderError::Name { sound: sound.clone() })
        }
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever reads half of it.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let draft = path.with_extension("part");
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&draft, bytes))
        .and_then(|()| fs::rename(&draft, path));
    written.map_err(|source| FolderError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_whole_and_only_inside() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let folder = Folder::new(place.path().join("audio"));
        assert_eq!(folder.manifest().expect("none yet"), Manifest::default());
        let sound = SoundId::from("id/halo/welcome.wav");
        assert_eq!(folder.hash(&sound), None);
        folder.write(&sound, b"wav").expect("writable");
        assert_eq!(folder.hash(&sound), Some(Hash::of(b"wav")));
        let there: Vec<_> = fs::read_dir(place.path().join("audio/id/halo")).unwrap().collect();
        assert_eq!(there.len(), 1, "no draft is left");
        for name in ["../x.wav", "/x.wav", "id/../../x.wav", "x", ""] {
            assert!(folder.write(&SoundId::from(name), b"").is_err(), "{name}");
        }
    }

    #[test]
    fn a_broken_manifest_is_said_and_not_overwritten() {
        let place = tempfile::tempdir().expect("a folder for the test");
        fs::write(place.path().join(FILE), "{").unwrap();
        let error = Folder::new(place.path()).manifest().expect_err("broken").to_string();
        assert!(error.contains(FILE), "{error}");
    }
}
