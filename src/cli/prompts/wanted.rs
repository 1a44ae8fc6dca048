//! Which sounds a set of flows plays, and what each can be made of.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::manifest::Hash;
use super::plan::{Source, Wanted};
use crate::call::{HOLD_MUSIC, Language, SoundId};
use crate::flow::{BUILT_IN, BUILT_IN_LANGUAGES, Compiled, Recording, Verb};
use crate::reading;
use crate::speech::{Espeak, Manner};
use crate::time::Duration;

/// How the hold music is made. Its number grows when it makes other bytes.
const MUSIC_RECIPE: &str = "sambung music 1";

/// How silence is made, before its length in milliseconds.
const SILENCE_RECIPE: &str = "sambung silence";

/// How words become a prompt after the voice has spoken. Its number grows when the same voice comes out differently.
const FINISH: &str = "finish 1";

/// Two flows want one file to say different words.
#[derive(Debug, thiserror::Error)]
#[error("`{sound}` is to say two things: `{first}` and `{second}`")]
pub(super) struct TwoTexts {
    sound: SoundId,
    first: String,
    second: String,
}

/// The code of the finding that a flow names a sound file that is not there.
pub(super) const BROKEN_SOUND: &str = "E0306";

/// The sounds that compiled flows play: their words, and the hold music if one asks for it.
pub(super) fn by_flows(compiled: &Compiled) -> Result<BTreeMap<SoundId, Wanted>, TwoTexts> {
    let mut wanted = by_recordings(&compiled.recordings)?;
    if plays_music(compiled) || misses_music(compiled) {
        wanted.insert(SoundId::from(HOLD_MUSIC), music());
    }
    Ok(wanted)
}

/// Whether a queue of a flow without faults plays the hold music.
fn plays_music(compiled: &Compiled) -> bool {
    compiled.flows.iter().flat_map(|flow| &flow.nodes).any(|node| match &node.verb {
        Verb::Queue(queue) => {
            queue.music.as_ref().is_some_and(|music| music.as_str() == HOLD_MUSIC)
        }
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Answer(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Note(_)
        | Verb::Callback(_)
        | Verb::Return(_)
        | Verb::Transfer(_)
        | Verb::Hangup(_) => false,
    })
}

/// Whether a flow is at fault for naming the hold music where its file is missing.
fn misses_music(compiled: &Compiled) -> bool {
    let findings = &compiled.diagnostics;
    findings.list.iter().filter(|finding| finding.rule.code == BROKEN_SOUND).any(|finding| {
        let span = finding.span();
        findings.files.get(span.file.0 as usize).is_some_and(|file| file.slice(span) == HOLD_MUSIC)
    })
}

/// The sounds that are embedded in the program: the built-in words, the words of readings, and the hold music beside
/// them.
pub(super) fn built_in() -> BTreeMap<SoundId, Wanted> {
    let languages = BUILT_IN_LANGUAGES.map(Language::from);
    let items = languages.iter().flat_map(|l| BUILT_IN.iter().map(|words| words.item(l)));
    let mut wanted: BTreeMap<SoundId, Wanted> =
        items.filter_map(|item| Some((item.sound?, words(&item.language, &item.text)))).collect();
    wanted.extend(reading::LANGUAGES.into_iter().flat_map(clips));
    wanted.insert(SoundId::from(HOLD_MUSIC), music());
    wanted
}

/// The clips of the readings in a language, and the pause between them.
fn clips(tag: &'static str) -> impl Iterator<Item = (SoundId, Wanted)> {
    let language = Language::from(tag);
    let pause = (reading::sound(tag, reading::PAUSE), silence(reading::PAUSE_LENGTH));
    reading::clips(&language)
        .iter()
        .map(move |clip| {
            let wanted = spoken(&language, &clip.text.into(), Manner::Word);
            (reading::sound(tag, clip.name), wanted)
        })
        .chain([pause])
}

fn by_recordings(recordings: &[Recording]) -> Result<BTreeMap<SoundId, Wanted>, TwoTexts> {
    let mut wanted: BTreeMap<SoundId, Wanted> = BTreeMap::new();
    for recording in recordings {
        let new = words(&recording.language, &recording.text);
        match wanted.entry(recording.sound.clone()) {
            Entry::Vacant(free) => {
                free.insert(new);
            }
            Entry::Occupied(taken) => {
                if let Source::Words { text, .. } = &taken.get().source
                    && taken.get().words != new.words
                {
                    let (first, second) = (text.to_string(), recording.text.to_string());
                    return Err(TwoTexts { sound: recording.sound.clone(), first, second });
                }
            }
        }
    }
    Ok(wanted)
}

/// A sound that says words.
pub(super) fn words(language: &Language, text: &Arc<str>) -> Wanted {
    spoken(language, text, Manner::Sentence)
}

fn spoken(language: &Language, text: &Arc<str>, manner: Manner) -> Wanted {
    Wanted {
        source: Source::Words { language: language.clone(), text: Arc::clone(text), manner },
        words: Hash::of_words(language, text),
        recipe: format!("{}, {FINISH}", Espeak::recipe(language.as_str(), manner)),
    }
}

fn silence(length: Duration) -> Wanted {
    Wanted {
        source: Source::Silence(length),
        words: Hash::of(&[]),
        recipe: format!("{SILENCE_RECIPE} {}", length.as_millis()),
    }
}

fn music() -> Wanted {
    Wanted { source: Source::Music, words: Hash::of(&[]), recipe: MUSIC_RECIPE.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{FlowId, PromptId};
    use crate::flow::RecordingState;
    use crate::media::built_in_sounds;

    fn recording(sound: &str, text: &str) -> Recording {
        Recording {
            sound: sound.into(),
            language: Language::from("id"),
            text: text.into(),
            prompt: PromptId::from("welcome"),
            flow: FlowId::from("halo"),
            state: RecordingState::Missing,
        }
    }

    #[test]
    fn one_file_says_one_thing() {
        let two = [recording("id/a.wav", "Halo."), recording("id/a.wav", "Halo.")];
        assert_eq!(by_recordings(&two).expect("the same words").len(), 1);
        let two = [recording("id/a.wav", "Halo."), recording("id/a.wav", "Hai.")];
        let error = by_recordings(&two).expect_err("other words").to_string();
        assert_eq!(error, "`id/a.wav` is to say two things: `Halo.` and `Hai.`");
    }

    /// What `flow` says, `media` has as sound: every built-in word, in every language, and nothing else.
    #[test]
    fn all_built_in_words_are_embedded() {
        let wanted: Vec<String> = built_in().keys().map(ToString::to_string).collect();
        let mut embedded: Vec<String> =
            built_in_sounds().map(|(name, _)| name.to_owned()).collect();
        embedded.push(HOLD_MUSIC.to_owned());
        embedded.sort();
        assert_eq!(wanted, embedded);
    }
}
