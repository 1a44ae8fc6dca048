//! What is to be done about each sound of a project: pure comparison of words, manifest and files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::manifest::{Hash, Manifest};
use crate::call::{Language, SoundId};
use crate::speech::Manner;
use crate::time::Duration;

/// A sound that a flow plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Where it comes from.
    pub source: Source,
    /// The hash of its words.
    pub words: Hash,
    /// How it would be made now, as the manifest says it.
    pub recipe: String,
}

/// What a sound can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Words in a language.
    Words {
        /// The language.
        language: Language,
        /// The words.
        text: Arc<str>,
        /// Whether they are a whole text, or joined to others.
        manner: Manner,
    },
    /// So long a silence.
    Silence(Duration),
    /// The hold music of our own generator.
    Music,
}

/// How a wanted sound stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// There is no file.
    Missing,
    /// The file was rendered from other words or by another recipe.
    Stale,
    /// The file was rendered from these very words.
    Fresh,
    /// A person recorded the file.
    Recorded,
    /// A person recorded the file when the words were others.
    Outdated,
}

/// All sounds of a project and how they stand.
#[derive(Debug)]
pub(super) struct Plan {
    /// The wanted sounds, in order of name.
    pub states: BTreeMap<SoundId, State>,
    /// Rendered files that nothing plays any more.
    pub unused: Vec<SoundId>,
}

impl Plan {
    /// Compares what is wanted with the manifest and the files; `files` gives the hash of an existing file.
    pub(super) fn new(
        wanted: &BTreeMap<SoundId, Wanted>,
        manifest: &Manifest,
        files: impl Fn(&SoundId) -> Option<Hash>,
    ) -> Self {
        let states = wanted
            .iter()
            .map(|(sound, wanted)| (sound.clone(), state(sound, wanted, manifest, files(sound))))
            .collect();
        let unused = manifest
            .files
            .iter()
            .filter(|(sound, entry)| {
                !wanted.contains_key(*sound)
                    && entry.made_by.is_some()
                    && files(sound).as_ref() == Some(&entry.file)
            })
            .map(|(sound, _)| sound.clone())
            .collect();
        Self { states, unused }
    }

    /// The sounds in one of some states.
    pub(super) fn sounds_in<'a>(
        &'a self,
        states: &'a [State],
    ) -> impl Iterator<Item = &'a SoundId> {
        self.states.iter().filter(|(_, state)| states.contains(state)).map(|(sound, _)| sound)
    }
}

fn state(sound: &SoundId, wanted: &Wanted, manifest: &Manifest, file: Option<Hash>) -> State {
    let Some(file) = file else { return State::Missing };
    // Whatever the manifest does not know byte by byte, a person has put there.
    let Some(entry) = manifest.files.get(sound).filter(|entry| entry.file == file) else {
        return State::Recorded;
    };
    let same_words = entry.text == wanted.words;
    match &entry.made_by {
        Some(recipe) if same_words && *recipe == wanted.recipe => State::Fresh,
        Some(_) => State::Stale,
        None if same_words => State::Recorded,
        None => State::Outdated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::prompts::manifest::Entry;

    fn wanted(text: &str) -> Wanted {
        let language = Language::from("id");
        let words = Hash::of_words(&language, text);
        Wanted {
            source: Source::Words { language, text: text.into(), manner: Manner::Sentence },
            words,
            recipe: "voice 1".into(),
        }
    }

    fn entry(made_by: Option<&str>, text: &str, file: &str) -> Entry {
        let text = Hash::of_words(&Language::from("id"), text);
        Entry {
            made_by: made_by.map(str::to_owned),
            version: None,
            text,
            file: Hash::of(file.as_bytes()),
        }
    }

    #[test]
    fn every_state_is_told_apart() {
        // (name, the manifest's entry, the file's bytes, expected)
        let rows: [(&str, Option<Entry>, Option<&str>, State); 9] = [
            ("nothing", None, None, State::Missing),
            ("deleted", Some(entry(Some("voice 1"), "Halo.", "ours")), None, State::Missing),
            ("ours", Some(entry(Some("voice 1"), "Halo.", "ours")), Some("ours"), State::Fresh),
            (
                "other words",
                Some(entry(Some("voice 1"), "Hai.", "ours")),
                Some("ours"),
                State::Stale,
            ),
            (
                "other voice",
                Some(entry(Some("voice 0"), "Halo.", "ours")),
                Some("ours"),
                State::Stale,
            ),
            (
                "replaced",
                Some(entry(Some("voice 1"), "Hai.", "ours")),
                Some("hers"),
                State::Recorded,
            ),
            ("new", None, Some("hers"), State::Recorded),
            ("hers", Some(entry(None, "Halo.", "hers")), Some("hers"), State::Recorded),
            ("hers, other words", Some(entry(None, "Hai.", "hers")), Some("hers"), State::Outdated),
        ];
        let sound = SoundId::from("id/a.wav");
        for (name, entry, file, expected) in rows {
            let mut manifest = Manifest::default();
            manifest.files.extend(entry.map(|entry| (sound.clone(), entry)));
            let wanted = BTreeMap::from([(sound.clone(), wanted("Halo."))]);
            let plan = Plan::new(&wanted, &manifest, |_| file.map(|f| Hash::of(f.as_bytes())));
            assert_eq!(plan.states.get(&sound), Some(&expected), "{name}");
            assert!(plan.unused.is_empty(), "{name}");
        }
    }

    #[test]
    fn only_rendered_files_are_called_unused() {
        let mut manifest = Manifest::default();
        for (name, made_by, file) in [
            ("a", Some("v"), "a"),
            ("b", None, "b"),
            ("c", Some("v"), "ours"),
            ("d", Some("v"), "gone"),
        ] {
            manifest.files.insert(SoundId::from(name), entry(made_by, "Halo.", file));
        }
        let file = |sound: &SoundId| match sound.as_str() {
            "c" => Some(Hash::of(b"replaced by a person")),
            "d" => None,
            name => Some(Hash::of(name.as_bytes())),
        };
        let plan = Plan::new(&BTreeMap::new(), &manifest, file);
        assert_eq!(plan.unused, [SoundId::from("a")]);
    }
}
