//! The manifest beside the sounds: which files were rendered from which words, so that a person's recording is known
//! and left alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::call::{Language, SoundId};
use crate::flow::words_hash;

/// The manifest's place under the audio folder.
pub(super) const FILE: &str = "manifest.json";

/// The form of the manifest that this program reads and writes.
const FORM: u32 = 1;

/// The first 16 hexadecimal digits of a SHA-256 sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Hash(String);

impl Hash {
    /// The hash of a file's bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let sum = Sha256::digest(bytes);
        Self(sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hash of words in a language.
    pub(super) fn of_words(language: &Language, text: &str) -> Self {
        Self(words_hash(language, text))
    }
}

/// All known sound files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// The form; always [`FORM`].
    manifest: u32,
    /// The files by their path under the audio folder.
    pub files: BTreeMap<SoundId, Entry>,
}

/// One sound file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// How it was made: engine, voice and speed; `None` = a person recorded it.
    pub made_by: Option<String>,
    /// The engine's version, for information only: another version makes no file stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The words that it says.
    pub text: Hash,
    /// Its bytes.
    pub file: Hash,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManifestError {
    /// It is no JSON of the expected form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It was written by another version of the program.
    #[error("it has form {0}, this program knows form {FORM}")]
    Form(u32),
}

impl Default for Manifest {
    fn default() -> Self {
        Self { manifest: FORM, files: BTreeMap::new() }
    }
}

impl Manifest {
    /// Reads a manifest.
    pub(super) fn read(json: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(json)?;
        if manifest.manifest == FORM {
            Ok(manifest)
        } else {
            Err(ManifestError::Form(manifest.manifest))
        }
    }

    /// Writes a manifest: sorted, one property a line, so that a difference shows what changed.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("maps with text keys become JSON");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut manifest = Manifest::default();
        let text = Hash::of_words(&Language::from("id"), "Halo.");
        let file = Hash::of(b"wav");
        assert_ne!(text, Hash::of_words(&Language::from("en"), "Halo."));
        let rendered = Entry {
            made_by: Some("espeak-ng id 160".into()),
            version: Some("1.51".into()),
            text: text.clone(),
            file: file.clone(),
        };
        manifest.files.insert(SoundId::from("id/a.wav"), rendered);
        let recorded = Entry { made_by: None, version: None, text, file };
        manifest.files.insert(SoundId::from("id/b.wav"), recorded);
        assert_eq!(Manifest::read(&manifest.write()).expect("its own form"), manifest);
    }

    #[test]
    fn other_forms_are_refused() {
        for json in
            ["", "{}", "[]", r#"{"manifest":2,"files":{}}"#, r#"{"manifest":1,"files":{},"x":1}"#]
        {
            assert!(Manifest::read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
