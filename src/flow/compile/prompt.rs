//! Prompts: the catalogue of a flow, the texts that nodes hold themselves, and the sounds that belong to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::flow::{FlowCompiler, twice};
use super::{AudioFact, Facts, Recording, check_name};
use crate::call::{FlowId, Item, Language, PromptId, SoundId};
use crate::flow::check;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Bargein, Piece, Prompt};
use crate::flow::read::{read, unknown_key};
use crate::flow::schema::{BargeinRaw, PromptRaw, Prompts, PromptsItem};
use crate::flow::source::{Span, Spanned};

/// Everything that a flow can play.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// Named prompts.
    named: IndexMap<String, Entry>,
    /// Texts that stand in nodes, by their names.
    literal: IndexMap<String, Entry>,
}

/// One prompt with what is known about its origin.
#[derive(Debug)]
struct Entry {
    prompt: Arc<Prompt>,
    /// Its words with their places.
    texts: BTreeMap<Language, Spanned<String>>,
    /// The sound file that is to hold the words of each language.
    wanted: BTreeMap<Language, SoundId>,
    /// A sound without words.
    audio: Option<(SoundId, Span)>,
}

/// A prompt as its sections write it, before its sounds are looked up.
#[derive(Debug, Default)]
struct Draft {
    name: Span,
    texts: BTreeMap<Language, Spanned<String>>,
    play: Option<Vec<Language>>,
    audio: Option<Spanned<String>>,
    bargein: Option<Bargein>,
}

impl Catalogue {
    /// Every text with the sound file that is to hold it.
    pub(super) fn recordings(&self, flow: &FlowId) -> Vec<Recording> {
        let mut recordings = Vec::new();
        for entry in self.entries() {
            for (language, sound) in &entry.wanted {
                let Some(text) = entry.texts.get(language) else { continue };
                recordings.push(Recording {
                    sound: sound.clone(),
                    language: language.clone(),
                    text: text.as_str().into(),
                    prompt: entry.prompt.id.clone(),
                    flow: flow.clone(),
                });
            }
        }
        recordings
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.named.values().chain(self.literal.values())
    }

    /// The names and lengths of the sounds that exist, for the flow's hash.
    pub(super) fn sounds(&self, facts: &Facts) -> Vec<String> {
        let mut sounds = BTreeSet::new();
        let pieces = self.entries().flat_map(|entry| entry.prompt.pieces.values().flatten());
        for piece in pieces {
            if let (Piece::Words(Item { sound: Some(sound), .. }), Some(audio)) =
                (piece, &facts.audio)
            {
                sounds.insert(format!("{sound} {:?}\n", audio.get(sound)));
            }
        }
        sounds.into_iter().collect()
    }

    /// Missing recordings: an error for a sound that is named, one note per language for words without a sound.
    pub(super) fn missing_sounds(&self, facts: &Facts) -> Vec<Diagnostic> {
        let Some(audio) = &facts.audio else { return Vec::new() };
        let mut findings = Vec::new();
        let mut unspoken: BTreeMap<&Language, Vec<(&str, Span)>> = BTreeMap::new();
        for entry in self.entries() {
            if let Some((sound, span)) = &entry.audio {
                match audio.get(sound) {
                    Some(AudioFact::Playable(_)) => {}
                    Some(AudioFact::Unreadable(why)) => {
                        findings.push(check::unreadable_sound(*span, sound, why));
                    }
                    None => findings.push(check::missing_sound(*span, sound)),
                }
            }
            for (language, text) in &entry.texts {
                let pieces = entry.prompt.pieces.get(language);
                let sound = pieces.and_then(|pieces| match pieces.first() {
                    Some(Piece::Words(item)) => item.sound.as_ref(),
                    Some(Piece::Slot(_)) | None => None,
                });
                match sound.map(|s| (s, audio.get(s))) {
                    Some((_, Some(AudioFact::Playable(_)))) => {}
                    Some((sound, Some(AudioFact::Unreadable(why)))) => {
                        findings.push(check::unreadable_sound(text.span, sound, why));
                    }
                    Some((_, None)) | None => {
                        let list = unspoken.entry(language).or_default();
                        list.push((entry.prompt.id.as_str(), text.span));
                    }
                }
            }
        }
        for (language, prompts) in unspoken {
            findings.push(check::unspoken(language, &prompts));
        }
        findings
    }

    /// The words of a prompt with their places, by its id.
    pub(super) fn texts(&self, id: &PromptId) -> Option<&BTreeMap<Language, Spanned<String>>> {
        let entry = self.named.get(id.as_str()).or_else(|| self.literal.get(id.as_str()));
        entry.map(|entry| &entry.texts)
    }
}

impl FlowCompiler<'_> {
    pub(super) fn read_prompts(&mut self) {
        let mut drafts: IndexMap<String, Draft> = IndexMap::new();
        let catalogues = self.catalogues();
        for (name, reader) in self.sections("prompts") {
            check_name(&name.value, name.span, "prompt", &mut self.findings);
            let tag = catalogues.iter().find(|(file, _)| *file == name.span.file);
            let language = tag.and_then(|(_, tag)| read::<String>(*tag)).map(Language::new);
            if let Some(first) = drafts.get(&name.value)
                && language.is_none()
            {
                self.findings.push(twice("prompt", &name, first.name));
                continue;
            }
            let raw = read::<PromptRaw>(reader).unwrap_or_default();
            let draft = drafts
                .entry(name.value.clone())
                .or_insert_with(|| Draft { name: name.span, ..Draft::default() });
            let mut findings = self.merge(draft, raw, language);
            self.findings.append(&mut findings);
        }
        for (name, draft) in drafts {
            let entry = self.entry(&name, draft);
            self.prompts.named.insert(name, entry);
        }
    }

    /// Takes what one section says about a prompt into its draft.
    fn merge(
        &self,
        draft: &mut Draft,
        raw: PromptRaw,
        catalogue: Option<Language>,
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut texts: Vec<(Language, Spanned<String>)> = Vec::new();
        if let Some(text) = raw.text {
            texts.push((catalogue.unwrap_or_else(|| self.languages[0].clone()), text));
        }
        for (tag, text) in raw.texts {
            if self.languages.iter().any(|l| l.as_str() == tag.value) {
                texts.push((Language::from(tag.as_str()), text));
            } else if self.files.first() == Some(&tag.span.file) {
                let mut known: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
                known.extend(["text", "play", "audio", "bargein"]);
                findings.push(unknown_key(&tag.value, tag.span, "a prompt", &known));
            }
        }
        for (language, text) in texts {
            if let Some(first) = draft.texts.get(&language) {
                let name = Spanned::new(language.to_string(), text.span);
                findings.push(twice("the text in language", &name, first.span));
            } else {
                draft.texts.insert(language, text);
            }
        }
        let (mut play, known) = (Vec::new(), &self.languages);
        for tag in raw.play.iter().flatten() {
            match known.iter().find(|l| l.as_str() == tag.value) {
                Some(language) => play.push(language.clone()),
                None => {
                    let names: Vec<&str> = known.iter().map(|l| l.as_str()).collect();
                    findings.push(check::unknown_name("language", tag, &names));
                }
            }
        }
        draft.play = draft.play.take().or((!play.is_empty()).then_some(play));
        draft.audio = draft.audio.take().or(raw.audio);
        draft.bargein = draft.bargein.or(raw.bargein.map(bargein));
        findings
    }

    /// A named prompt with its sounds: the flow's own recording first, then the project's.
    fn entry(&mut self, name: &str, draft: Draft) -> Entry {
        let id = PromptId::from(name);
        if let Some(audio) = &draft.audio {
            let sound = SoundId::from(audio.as_str());
            if !check::is_sound_path(&audio.value) {
                self.findings.push(check::bad_sound_path(audio));
            }
            let item = |language: &Language| {
                let text = draft.texts.get(language).map_or("", |text| text.as_str());
                let (prompt, language) = (id.clone(), language.clone());
                let item = Item {
                    prompt,
                    language: language.clone(),
                    sound: Some(sound.clone()),
                    text: text.into(),
                };
                (language, vec![Piece::Words(item)])
            };
            let pieces = self.languages.iter().map(item).collect();
            let prompt =
                Arc::new(Prompt { id: id.clone(), bargein: draft.bargein, play: None, pieces });
            let (texts, wanted) = (BTreeMap::new(), BTreeMap::new());
            let audio = Some((sound, audio.span));
            return Entry { prompt, texts, wanted, audio };
        }
        self.check_languages(name, &draft);
        self.check_words(name, &draft);
        let own = |language: &Language| format!("{language}/{}/{name}.wav", self.id);
        let shared = |language: &Language| format!("{language}/{name}.wav");
        self.with_sounds(id, draft, &[&own, &shared])
    }

    /// A prompt whose words are recorded in the first of some files that exists.
    fn with_sounds(
        &self,
        id: PromptId,
        draft: Draft,
        candidates: &[&dyn Fn(&Language) -> String],
    ) -> Entry {
        let mut pieces: BTreeMap<Language, Vec<Piece>> = BTreeMap::new();
        let mut wanted = BTreeMap::new();
        for (language, text) in &draft.texts {
            let mut paths = candidates.iter().map(|path| SoundId::new(path(language)));
            let exists = |sound: &SoundId| {
                self.facts.audio.as_ref().is_some_and(|audio| audio.contains_key(sound))
            };
            let first = paths.clone().next();
            let sound = paths.find(exists);
            wanted.extend(sound.clone().or(first).map(|sound| (language.clone(), sound)));
            let (prompt, text) = (id.clone(), text.as_str().into());
            let item = Item { prompt, language: language.clone(), sound, text };
            pieces.insert(language.clone(), vec![Piece::Words(item)]);
        }
        for language in &self.languages {
            if let (false, Some(other)) =
                (pieces.contains_key(language), pieces.values().next().cloned())
            {
                pieces.insert(language.clone(), other);
            }
        }
        let prompt = Arc::new(Prompt { id, bargein: draft.bargein, play: draft.play, pieces });
        Entry { prompt, texts: draft.texts, wanted, audio: None }
    }

    /// Every language that is played must have words.
    fn check_languages(&mut self, name: &str, draft: &Draft) {
        let played = draft.play.as_ref().unwrap_or(&self.languages);
        if !draft.texts.is_empty() {
            for language in played.iter().filter(|l| !draft.texts.contains_key(*l)) {
                self.findings.push(check::no_text(name, draft.name, language));
            }
        }
    }

    fn check_words(&mut self, name: &str, draft: &Draft) {
        for text in draft.texts.values() {
            let finding = check::braces(name, text, self.written(text.span));
            self.findings.extend(finding);
            if text.value.trim().is_empty() {
                self.findings.push(check::empty_text(name, text.span));
            }
        }
    }

    /// The prompts at a place of a node; names that nothing has are reported.
    pub(super) fn prompts(&mut self, raw: &Prompts) -> Vec<Arc<Prompt>> {
        raw.items().into_iter().filter_map(|item| self.prompt(item)).collect()
    }

    fn prompt(&mut self, item: PromptsItem) -> Option<Arc<Prompt>> {
        match item {
            PromptsItem::Text(text) if !text.value.contains(char::is_whitespace) => {
                let entry = self.prompts.named.get(&text.value);
                if entry.is_none() {
                    let known: Vec<&str> = self.prompts.named.keys().map(String::as_str).collect();
                    self.findings.push(check::unknown_prompt(&text, &known));
                }
                entry.map(|entry| Arc::clone(&entry.prompt))
            }
            PromptsItem::Text(text) => Some(self.literal(text)),
            PromptsItem::Map(text) => Some(self.literal(text.text)),
        }
    }

    /// A text that stands in a node: the same words in every language.
    fn literal(&mut self, text: Spanned<String>) -> Arc<Prompt> {
        let name = self.literal_name(&text.value);
        if let Some(entry) = self.prompts.literal.get(&name) {
            return Arc::clone(&entry.prompt);
        }
        if self.languages.len() > 1 {
            self.findings.push(check::literal_text(text.span, self.languages.len()));
        }
        let language = self.languages[0].clone();
        let draft = Draft {
            name: text.span,
            texts: BTreeMap::from([(language, text)]),
            ..Draft::default()
        };
        self.check_words(&name, &draft);
        let path = |language: &Language| format!("{language}/{}/{name}.wav", self.id);
        let entry = self.with_sounds(PromptId::new(name.as_str()), draft, &[&path]);
        let prompt = Arc::clone(&entry.prompt);
        self.prompts.literal.insert(name, entry);
        prompt
    }

    /// The name of a literal text: a hash of eight digits, or of sixteen where another text has the same eight.
    fn literal_name(&self, text: &str) -> String {
        let sum = Sha256::digest(text.as_bytes());
        let name = |bytes: usize| {
            let digits: String = sum.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect();
            format!("text-{digits}")
        };
        let short = name(4);
        let taken = self.prompts.literal.get(&short);
        let by_another = taken.is_some_and(|entry| entry.texts.values().any(|t| t.value != text));
        if by_another { name(8) } else { short }
    }

    /// A sound that loops: a prompt with `audio:`.
    pub(super) fn music(&mut self, name: &Spanned<String>) -> Option<SoundId> {
        let found = self.prompts.named.get(&name.value).map(|entry| entry.audio.clone());
        match found {
            Some(Some((sound, _))) => Some(sound),
            Some(None) => {
                self.findings.push(check::not_music(name));
                None
            }
            None => {
                let known: Vec<&str> = self.prompts.named.keys().map(String::as_str).collect();
                self.findings.push(check::unknown_prompt(name, &known));
                None
            }
        }
    }
}

/// A rule of interruption.
pub(super) const fn bargein(raw: BargeinRaw) -> Bargein {
    match raw {
        BargeinRaw::Any => Bargein::Any,
        BargeinRaw::Match => Bargein::Match,
        BargeinRaw::None => Bargein::None,
    }
}
