//! What the files of a project looked like at one moment: enough to see that one of them has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ProjectError;
use super::files::{wav_files, yaml_files};
use super::folders::Folders;

/// The size and the last change of every file of a project, by path. Two that are equal mean that nothing changed,
/// as far as the file system tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    texts: BTreeMap<PathBuf, Look>,
    sounds: BTreeMap<PathBuf, Look>,
}

/// Bytes and last change; `None` for a file that has just gone.
type Look = Option<(u64, Option<SystemTime>)>;

impl Stamp {
    /// Looks at the project that a path belongs to, as [`open`](super::open) finds it.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn of(path: &Path) -> Result<Self, ProjectError> {
        let folders = Folders::of(path)?;
        let alone = folders.flows.is_none().then(|| path.to_owned());
        Self::look(&folders, alone)
    }

    /// Looks at the project of a settings file, as [`open_configured`](super::open_configured) finds it.
    ///
    /// # Errors
    /// When the settings cannot be read or a folder cannot be listed.
    pub fn of_configured(settings: &Path) -> Result<Self, ProjectError> {
        Self::look(&Folders::configured(settings)?, None)
    }

    /// Whether the recordings are the same in both.
    #[must_use]
    pub fn has_sounds_of(&self, other: &Self) -> bool {
        self.sounds == other.sounds
    }

    fn look(folders: &Folders, alone: Option<PathBuf>) -> Result<Self, ProjectError> {
        let listed = folders.flows.as_deref().map(yaml_files).transpose()?.unwrap_or_default();
        let texts = listed.into_iter().chain(folders.settings.clone()).chain(alone);
        let sounds = folders.audio.as_deref().map(wav_files).transpose()?.unwrap_or_default();
        let looks = |files: &mut dyn Iterator<Item = PathBuf>| {
            files.map(|file| (file.clone(), look(&file))).collect()
        };
        Ok(Self { texts: looks(&mut texts.into_iter()), sounds: looks(&mut sounds.into_iter()) })
    }
}

fn look(file: &Path) -> Look {
    let seen = fs::metadata(file).ok()?;
    Some((seen.len(), seen.modified().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_and_sounds_are_told_from_texts() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
            fs::write(path, text).expect("written");
        };
        let settings = folder.path().join("sambung.yaml");
        write("sambung.yaml", "sambung: 1\n");
        write("flows/a.yaml", "a");
        write("audio/id/a.wav", "a");
        let stamp = || Stamp::of_configured(&settings).expect("listed");
        let first = stamp();
        assert_eq!(first, stamp());
        assert_eq!(first, Stamp::of(&folder.path().join("flows")).expect("listed"));
        write("flows/a.yaml", "ab");
        let second = stamp();
        assert!(first != second && first.has_sounds_of(&second));
        write("audio/id/b.wav", "b");
        assert!(!stamp().has_sounds_of(&second), "a new recording");
        fs::remove_file(folder.path().join("flows/a.yaml")).expect("removed");
        assert_ne!(stamp(), second);
    }
}
