//! Carrying out a plan: sounds are made, finished and written, the manifest is kept.

use std::collections::BTreeMap;

use super::folder::{Folder, FolderError};
use super::manifest::{Entry, Hash, Manifest};
use super::plan::{Plan, Source, State, Wanted};
use crate::call::{Language, SoundId};
use crate::media::{Recording, SAMPLE_RATE, hold_music};
use crate::speech::{Espeak, Manner, SpeechError};

/// Speaks texts; espeak-ng outside tests.
pub(super) trait Voice {
    /// The version for the manifest.
    fn version(&self) -> Result<String, SpeechError>;
    /// Speaks a text.
    fn speak(
        &self,
        language: &Language,
        text: &str,
        manner: Manner,
    ) -> Result<Recording, SpeechError>;
}

impl Voice for Espeak {
    fn version(&self) -> Result<String, SpeechError> {
        Self::version(self)
    }

    fn speak(
        &self,
        language: &Language,
        text: &str,
        manner: Manner,
    ) -> Result<Recording, SpeechError> {
        Self::speak(self, language.as_str(), text, manner)
    }
}

/// Why a sound was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum RenderError {
    /// The voice failed.
    #[error(transparent)]
    Speech(#[from] SpeechError),
    /// The voice spoke, and nothing was heard: the text has no words.
    #[error("`{sound}`: nothing is heard of the text `{text}`")]
    Silent {
        /// The sound.
        sound: SoundId,
        /// Its text.
        text: String,
    },
    /// The file could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Makes every missing and stale sound and notes recordings. The manifest is kept even when something fails midway.
pub(super) fn carry_out(
    plan: &Plan,
    wanted: &BTreeMap<SoundId, Wanted>,
    manifest: &mut Manifest,
    folder: &Folder,
    voice: &dyn Voice,
) -> Result<Vec<SoundId>, RenderError> {
    note_recordings(plan, wanted, manifest, folder);
    let made = make_all(plan, wanted, manifest, folder, voice);
    folder.keep_manifest(manifest)?;
    made
}

fn make_all(
    plan: &Plan,
    wanted: &BTreeMap<SoundId, Wanted>,
    manifest: &mut Manifest,
    folder: &Folder,
    voice: &dyn Voice,
) -> Result<Vec<SoundId>, RenderError> {
    let due = plan.sounds_in(&[State::Missing, State::Stale]);
    let due: Vec<(&SoundId, &Wanted)> = due.filter_map(|s| wanted.get_key_value(s)).collect();
    let speaks = due.iter().any(|(_, wanted)| matches!(wanted.source, Source::Words { .. }));
    let version = if speaks { Some(voice.version()?) } else { None };
    let mut made = Vec::new();
    for (sound, wanted) in due {
        let (recording, version) = match &wanted.source {
            Source::Music => (hold_music(), None),
            Source::Silence(length) => (Recording::silence(*length), None),
            Source::Words { language, text, manner } => {
                let spoken = voice.speak(language, text, *manner)?;
                let finished = match manner {
                    Manner::Sentence => spoken.finished(SAMPLE_RATE),
                    Manner::Word => spoken.finished_word(SAMPLE_RATE),
                };
                (finished, version.clone())
            }
        };
        if recording.samples.is_empty() {
            let Source::Words { text, .. } = &wanted.source else { continue };
            return Err(RenderError::Silent { sound: sound.clone(), text: text.to_string() });
        }
        let wav = recording.to_wav();
        let made_by = Some(wanted.recipe.clone());
        let entry = Entry { made_by, version, text: wanted.words.clone(), file: Hash::of(&wav) };
        manifest.files.insert(sound.clone(), entry);
        keep(manifest, folder, sound, &wav)?;
        made.push(sound.clone());
    }
    Ok(made)
}

/// Puts a rendered file in its place. The old file goes first and the manifest comes before the new one: whoever is
/// stopped in between leaves a missing file, and never a rendered one that would pass for a person's recording.
fn keep(
    manifest: &Manifest,
    folder: &Folder,
    sound: &SoundId,
    wav: &[u8],
) -> Result<(), FolderError> {
    if folder.hash(sound).is_some() {
        folder.remove(sound)?;
    }
    folder.keep_manifest(manifest)?;
    folder.write(sound, wav)
}

/// Notes for which words a person recorded a file, so that it can be told when they change.
fn note_recordings(
    plan: &Plan,
    wanted: &BTreeMap<SoundId, Wanted>,
    manifest: &mut Manifest,
    folder: &Folder,
) {
    for sound in plan.sounds_in(&[State::Recorded]) {
        if let (Some(wanted), Some(file)) = (wanted.get(sound), folder.hash(sound)) {
            let entry = Entry { made_by: None, version: None, text: wanted.words.clone(), file };
            manifest.files.insert(sound.clone(), entry);
        }
    }
}

/// Removes rendered files that nothing plays.
pub(super) fn remove_unused(
    plan: &Plan,
    manifest: &mut Manifest,
    folder: &Folder,
) -> Result<(), FolderError> {
    for sound in &plan.unused {
        folder.remove(sound)?;
        manifest.files.remove(sound);
    }
    folder.keep_manifest(manifest)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::cli::prompts::wanted;

    /// Speaks every text as a tone as long as the text, and remembers what it spoke.
    #[derive(Default)]
    struct Tone(RefCell<Vec<String>>);

    impl Voice for Tone {
        fn version(&self) -> Result<String, SpeechError> {
            Ok("1".into())
        }

        fn speak(&self, _: &Language, text: &str, _: Manner) -> Result<Recording, SpeechError> {
            self.0.borrow_mut().push(text.to_owned());
            let heard = text.chars().filter(|c| c.is_alphanumeric()).count();
            let samples: Vec<i16> =
                (0..heard * 1_000).map(|n| if n / 10 % 2 == 0 { 3_000 } else { -3_000 }).collect();
            Ok(Recording::from_samples(22_050, &samples))
        }
    }

    /// One run over a folder: what was spoken, or why it failed.
    fn build(folder: &Folder, texts: &[(&str, &str)]) -> Result<Vec<String>, RenderError> {
        let language = Language::from("id");
        let wanted = texts
            .iter()
            .map(|(sound, text)| (SoundId::from(*sound), wanted::words(&language, &(*text).into())))
            .collect();
        let mut manifest = folder.manifest()?;
        let plan = Plan::new(&wanted, &manifest, |sound| folder.hash(sound));
        let voice = Tone::default();
        carry_out(&plan, &wanted, &mut manifest, folder, &voice)?;
        Ok(voice.0.into_inner())
    }

    #[test]
    fn files_are_rendered_once_and_again_when_their_words_change() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let folder = Folder::new(place.path());
        let spoken = |texts: &[(&str, &str)]| build(&folder, texts).expect("it can be built");
        assert_eq!(spoken(&[("id/a.wav", "Halo."), ("id/b.wav", "Ya.")]), ["Halo.", "Ya."]);
        assert_eq!(spoken(&[("id/a.wav", "Halo."), ("id/b.wav", "Ya.")]), [""; 0]);
        assert_eq!(spoken(&[("id/a.wav", "Hai."), ("id/b.wav", "Ya.")]), ["Hai."]);
        std::fs::remove_file(place.path().join("id/b.wav")).expect("it is there");
        assert_eq!(spoken(&[("id/a.wav", "Hai."), ("id/b.wav", "Ya.")]), ["Ya."]);
    }

    #[test]
    fn a_persons_recording_always_wins() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let folder = Folder::new(place.path());
        let sound = SoundId::from("id/a.wav");
        build(&folder, &[("id/a.wav", "Halo.")]).expect("it can be built");
        folder.write(&sound, b"her recording").expect("writable");
        for text in ["Halo.", "Hai."] {
            let spoken = build(&folder, &[("id/a.wav", text)]).expect("it can be built");
            assert_eq!(spoken, [""; 0], "{text}");
            assert_eq!(folder.hash(&sound), Some(Hash::of(b"her recording")));
        }
        let wanted = wanted::words(&Language::from("id"), &"Hai.".into());
        let wanted = BTreeMap::from([(sound.clone(), wanted)]);
        let manifest = folder.manifest().expect("ours");
        let plan = Plan::new(&wanted, &manifest, |sound| folder.hash(sound));
        assert_eq!(plan.states.get(&sound), Some(&State::Outdated));
    }

    #[test]
    fn a_text_that_is_not_heard_is_an_error_and_leaves_the_others() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let folder = Folder::new(place.path());
        let texts = [("id/a.wav", "Halo."), ("id/b.wav", "…")];
        let error = build(&folder, &texts).expect_err("nothing to hear");
        assert_eq!(error.to_string(), "`id/b.wav`: nothing is heard of the text `…`");
        assert_eq!(folder.manifest().expect("ours").files.len(), 1);
    }

    #[test]
    fn unused_renderings_go_and_recordings_stay() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let folder = Folder::new(place.path());
        build(&folder, &[("id/a.wav", "Halo.")]).expect("it can be built");
        folder.write(&SoundId::from("id/b.wav"), b"hers").expect("writable");
        let mut manifest = folder.manifest().expect("ours");
        let plan = Plan::new(&BTreeMap::new(), &manifest, |sound| folder.hash(sound));
        remove_unused(&plan, &mut manifest, &folder).expect("removable");
        assert_eq!(folder.hash(&SoundId::from("id/a.wav")), None);
        assert!(folder.hash(&SoundId::from("id/b.wav")).is_some());
        assert!(folder.manifest().expect("ours").files.is_empty());
    }
}
