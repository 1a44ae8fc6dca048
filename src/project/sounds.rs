//! The sounds of a project, ready to send.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::files::{read_bounded, wav_files};
use super::{Project, ProjectError, file_name};
use crate::call::{BEEP, HOLD_MUSIC, RINGING_TONE, SoundId};
use crate::flow::AudioFact;
use crate::media::{
    Library, Recording, UnreadableSound, WavFormat, beep, built_in_sounds, hold_music, ringing_tone,
};
use crate::time::Duration;

/// Makes a sound.
type Maker = fn() -> Recording;

/// Sounds of our own, for projects that have no file of the same name.
const OWN_SOUNDS: [(&str, Maker); 3] =
    [(HOLD_MUSIC, hold_music), (RINGING_TONE, ringing_tone), (BEEP, beep)];

/// How long the compiler takes those that loop to be; nothing depends on it.
const LOOP: Duration = Duration::from_secs(60);

/// What is known of every WAV file under a folder; our own sounds are always there.
pub(super) fn facts(folder: &Path) -> Result<BTreeMap<SoundId, AudioFact>, ProjectError> {
    let mut facts = BTreeMap::new();
    for file in wav_files(folder)? {
        let bytes = read_bounded(&file)?;
        let fact = match WavFormat::read(&bytes) {
            Ok(format) => AudioFact::Playable(format.duration),
            Err(error) => AudioFact::Unreadable(error.to_string()),
        };
        let name = file_name(file.strip_prefix(folder).unwrap_or(&file));
        facts.insert(SoundId::new(name), fact);
    }
    for (own, _) in OWN_SOUNDS {
        let duration = if own == BEEP { beep().duration() } else { LOOP };
        facts.entry(SoundId::from(own)).or_insert(AudioFact::Playable(duration));
    }
    Ok(facts)
}

/// How long the sounds last that can be played.
pub(super) fn lengths(facts: &BTreeMap<SoundId, AudioFact>) -> BTreeMap<SoundId, Duration> {
    let length = |(sound, fact): (&SoundId, &AudioFact)| match fact {
        AudioFact::Playable(length) => Some((sound.clone(), *length)),
        AudioFact::Unreadable(_) => None,
    };
    facts.iter().filter_map(length).collect()
}

/// The manifest that `sambung prompts` keeps beside the sounds, as far as it is read here.
#[derive(Debug, Deserialize)]
struct Manifest {
    files: BTreeMap<SoundId, Entry>,
}

/// What the manifest knows of a file.
#[derive(Debug, Deserialize)]
struct Entry {
    /// The hash of its words.
    text: String,
    /// The hash of its bytes.
    file: String,
}

/// The words of the sound files that the manifest still knows byte by byte. Of a file that a person has put in place
/// of another nothing is known; a manifest that cannot be read is `sambung prompts`' business.
pub(super) fn words(folder: &Path) -> Result<BTreeMap<SoundId, String>, ProjectError> {
    let path = folder.join("manifest.json");
    let mut words = BTreeMap::new();
    if !path.is_file() {
        return Ok(words);
    }
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&read_bounded(&path)?) else {
        return Ok(words);
    };
    for (sound, entry) in manifest.files {
        let file = folder.join(sound.as_str());
        if file.is_file() && hash(&read_bounded(&file)?) == entry.file {
            words.insert(sound, entry.text);
        }
    }
    Ok(words)
}

/// The first 16 hexadecimal digits of a SHA-256 sum, as the manifest writes them.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Project {
    /// How long each sound lasts that a caller may hear: of the project, else built in. Less work than the
    /// [`library`](Self::library).
    #[must_use]
    pub fn durations(&self) -> BTreeMap<SoundId, Duration> {
        let built_in = built_in_sounds().filter_map(|(name, wav)| {
            let format = WavFormat::read(wav).ok()?;
            Some((SoundId::from(name), format.duration))
        });
        built_in.chain(self.sounds.clone()).collect()
    }

    /// Every sound that a caller may hear: the built-in words, sounds of our own, and the project's WAV
    /// files, which win over all of these. Beside them the files that cannot be played, for which a tone stands in.
    ///
    /// # Errors
    /// When the folder of recordings or a file in it cannot be read.
    pub fn library(&self) -> Result<(Library, Vec<UnreadableSound>), ProjectError> {
        let mut library = Library::new();
        let mut unreadable = Vec::new();
        for (name, wav) in built_in_sounds() {
            library.add_built_in(SoundId::from(name), wav);
        }
        if let Some(folder) = &self.audio {
            for file in wav_files(folder)? {
                let name = file_name(file.strip_prefix(folder).unwrap_or(&file));
                unreadable.extend(library.add_wav(SoundId::new(name), &read_bounded(&file)?).err());
            }
        }
        for (name, sound) in OWN_SOUNDS {
            let name = SoundId::from(name);
            if library.sound(&name).is_none() {
                library.add_later(name, sound);
            }
        }
        Ok((library, unreadable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_win_over_built_in_sounds_and_broken_ones_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let audio = folder.path().join("audio");
        std::fs::create_dir_all(audio.join("en/std")).expect("makes");
        std::fs::write(folder.path().join("sambung.yaml"), "sambung: 1\n").expect("writes");
        std::fs::create_dir(folder.path().join("flows")).expect("makes");
        let project = || super::super::open(&folder.path().join("sambung.yaml")).expect("opens");
        let goodbye = SoundId::from("en/std/goodbye.wav");
        let (library, unreadable) = project().library().expect("reads");
        assert!(unreadable.is_empty());
        let built_in = library.sound(&goodbye).expect("built in").samples();
        assert!(
            library.sound(&HOLD_MUSIC.into()).is_some_and(|music| music.duration().as_secs() >= 60)
        );

        let own = Recording::from_samples(8_000, &[1_000; 80]).to_wav();
        std::fs::write(audio.join("en/std/goodbye.wav"), own).expect("writes");
        std::fs::write(audio.join("hold.wav"), b"no sound").expect("writes");
        let (library, unreadable) = project().library().expect("reads");
        assert_eq!(library.sound(&goodbye).map(|sound| sound.samples()), Some(80));
        assert_ne!(built_in, 80);
        assert_eq!(unreadable.len(), 1);
        assert_eq!(unreadable[0].sound.as_str(), "hold.wav");
        assert!(
            library.sound(&HOLD_MUSIC.into()).is_some(),
            "a caller in a queue still hears music"
        );
    }
}
