//! Prompts: the catalogue of a flow, the texts that nodes hold themselves, and the sounds that belong to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::flow::{FlowCompiler, Spoken, twice};
use super::slot::{SlotDraft, TextPiece, differing, split};
use super::{AudioFact, Facts, Recording, RecordingState, check_name};
use crate::call::{FlowId, Item, Language, PromptId, SoundId};
use crate::flow::check;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Bargein, Piece, Prompt, Slot, SubflowIndex};
use crate::flow::read::{read, unknown_key};
use crate::flow::recorded::words_hash;
use crate::flow::schema::{BargeinRaw, PromptRaw, Prompts, PromptsItem};
use crate::flow::shipped::PREFIX;
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
    id: PromptId,
    bargein: Option<Bargein>,
    play: Option<Vec<Language>>,
    /// Its words with their places.
    texts: BTreeMap<Language, Spanned<String>>,
    /// The words in pieces, with the sound file that is to hold each and whether it exists.
    pieces: BTreeMap<Language, Vec<EntryPiece>>,
    /// A sound without words.
    audio: Option<(SoundId, Span)>,
    /// The place of its name.
    place: Span,
    /// Whether it is music that a queue plays.
    music: bool,
    /// The prompt as each scope plays it; one for all where it has no slots.
    made: BTreeMap<Option<SubflowIndex>, Arc<Prompt>>,
}

/// A piece of an entry.
#[derive(Debug)]
enum EntryPiece {
    /// Words, with the file that is to hold them.
    Words { text: Arc<str>, wanted: SoundId, exists: bool },
    /// A sound without words.
    Sound(SoundId, Arc<str>),
    /// A value.
    Slot(SlotDraft),
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

/// Where an entry stands in the catalogue.
#[derive(Debug)]
enum Place {
    Named(String),
    Literal(String),
}

impl Entry {
    /// The pieces of all languages.
    fn all_pieces(&self) -> impl Iterator<Item = (&Language, &EntryPiece)> {
        self.pieces.iter().flat_map(|(language, pieces)| pieces.iter().map(move |p| (language, p)))
    }

    /// The prompt, its slots filled in the order of [`Entry::all_pieces`]; a faulty one is left out. A language of
    /// the flow without words gets those of another, which is reported elsewhere.
    fn prompt(&self, languages: &[Language], slots: Vec<(Language, Option<Slot>)>) -> Prompt {
        let mut slots = slots.into_iter().map(|(_, slot)| slot);
        let mut pieces: BTreeMap<Language, Vec<Piece>> = BTreeMap::new();
        for (language, own) in &self.pieces {
            let mut list = Vec::new();
            for piece in own {
                list.extend(match piece {
                    EntryPiece::Words { text, wanted, exists } => Some(Piece::Words(Item {
                        prompt: self.id.clone(),
                        language: language.clone(),
                        sound: exists.then(|| wanted.clone()),
                        text: text.clone(),
                    })),
                    EntryPiece::Sound(sound, text) => Some(Piece::Words(Item {
                        prompt: self.id.clone(),
                        language: language.clone(),
                        sound: Some(sound.clone()),
                        text: text.clone(),
                    })),
                    EntryPiece::Slot(_) => slots.next().flatten().map(Piece::Slot),
                });
            }
            pieces.insert(language.clone(), list);
        }
        for language in languages {
            if let (false, Some(other)) =
                (pieces.contains_key(language), pieces.values().next().cloned())
            {
                pieces.insert(language.clone(), other);
            }
        }
        Prompt { id: self.id.clone(), bargein: self.bargein, play: self.play.clone(), pieces }
    }
}

impl Catalogue {
    /// Where the named prompts stand.
    pub(super) fn places(&self) -> BTreeMap<PromptId, Span> {
        self.named.values().map(|entry| (entry.id.clone(), entry.place)).collect()
    }

    /// Every text with the sound file that is to hold it.
    pub(super) fn recordings(&self, flow: &FlowId, facts: &Facts) -> Vec<Recording> {
        let mut recordings = Vec::new();
        for entry in self.entries() {
            for (language, piece) in entry.all_pieces() {
                let EntryPiece::Words { text, wanted, exists } = piece else { continue };
                let state = match facts.words.get(wanted) {
                    _ if !exists => RecordingState::Missing,
                    None => RecordingState::Unknown,
                    Some(known) if *known == words_hash(language, text) => RecordingState::Same,
                    Some(_) => RecordingState::Other,
                };
                recordings.push(Recording {
                    sound: wanted.clone(),
                    language: language.clone(),
                    text: text.clone(),
                    prompt: entry.id.clone(),
                    flow: flow.clone(),
                    state,
                });
            }
        }
        recordings
    }

    fn entry(&self, place: &Place) -> Option<&Entry> {
        match place {
            Place::Named(name) => self.named.get(name),
            Place::Literal(name) => self.literal.get(name),
        }
    }

    fn entry_mut(&mut self, place: &Place) -> Option<&mut Entry> {
        match place {
            Place::Named(name) => self.named.get_mut(name),
            Place::Literal(name) => self.literal.get_mut(name),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.named.values().chain(self.literal.values())
    }

    /// The names and lengths of the sounds that exist, for the flow's hash.
    pub(super) fn sounds(&self, facts: &Facts) -> Vec<String> {
        let mut sounds = BTreeSet::new();
        for (_, piece) in self.entries().flat_map(Entry::all_pieces) {
            let sound = match piece {
                EntryPiece::Words { wanted, exists: true, .. } => wanted,
                EntryPiece::Sound(sound, _) => sound,
                EntryPiece::Words { exists: false, .. } | EntryPiece::Slot(_) => continue,
            };
            if let Some(audio) = &facts.audio {
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
            for (language, piece) in entry.all_pieces() {
                let EntryPiece::Words { wanted, .. } = piece else { continue };
                let Some(text) = entry.texts.get(language) else { continue };
                match audio.get(wanted) {
                    Some(AudioFact::Playable(_)) => {}
                    Some(AudioFact::Unreadable(why)) => {
                        findings.push(check::unreadable_sound(text.span, wanted, why));
                    }
                    None => {
                        let list = unspoken.entry(language).or_default();
                        if !list.contains(&(entry.id.as_str(), text.span)) {
                            list.push((entry.id.as_str(), text.span));
                        }
                    }
                }
            }
        }
        for (language, prompts) in unspoken {
            findings.push(check::unspoken(language, &prompts));
        }
        findings
    }

    /// Everything that tests can name.
    pub(super) fn spoken(&self) -> Spoken {
        let words = |entry: &Entry| {
            let texts = entry.texts.values();
            texts.map(|text| (entry.id.clone(), text.value.clone())).collect::<Vec<_>>()
        };
        Spoken {
            named: self.named.values().map(|entry| entry.id.clone()).collect(),
            literal: self.literal.values().flat_map(words).collect(),
        }
    }

    /// Named prompts by their places, and whether anything plays them.
    pub(super) fn played(&self) -> BTreeMap<Span, (String, bool)> {
        let plays = |entry: &Entry| entry.music || !entry.made.is_empty();
        let named = self.named.iter();
        named.map(|(name, entry)| (entry.place, (name.clone(), plays(entry)))).collect()
    }

    /// Texts whose recording is known to hold other words, one finding each.
    pub(super) fn other_words(&self, facts: &Facts) -> Vec<Diagnostic> {
        let mut findings = BTreeMap::new();
        for entry in self.entries() {
            for (language, piece) in entry.all_pieces() {
                let EntryPiece::Words { text, wanted, exists: true } = piece else { continue };
                let Some(place) = entry.texts.get(language) else { continue };
                let known = facts.words.get(wanted);
                if known.is_some_and(|known| *known != words_hash(language, text)) {
                    let finding =
                        || check::other_words(entry.id.as_str(), language, place.span, wanted);
                    findings.entry(place.span).or_insert_with(finding);
                }
            }
        }
        findings.into_values().collect()
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
            let piece = |language: &Language| {
                let text = draft.texts.get(language).map_or("", |text| text.as_str());
                (language.clone(), vec![EntryPiece::Sound(sound.clone(), text.into())])
            };
            return Entry {
                pieces: self.languages.iter().map(piece).collect(),
                texts: BTreeMap::new(),
                audio: Some((sound.clone(), audio.span)),
                id,
                bargein: draft.bargein,
                play: None,
                place: draft.name,
                music: false,
                made: BTreeMap::new(),
            };
        }
        self.check_languages(name, &draft);
        self.check_words(name, &draft);
        self.with_sounds(id, draft, true)
    }

    /// A prompt whose words are recorded in the flow's own folder, or in the project's where that is `shared`.
    fn with_sounds(&mut self, id: PromptId, draft: Draft, shared: bool) -> Entry {
        let mut texts = BTreeMap::new();
        for (language, text) in &draft.texts {
            let pieces = split(text, self.written(text.span)).unwrap_or_else(|span| {
                self.findings.push(check::lonely_brace(id.as_str(), span));
                Vec::new()
            });
            texts.insert(language.clone(), (text.span, pieces));
        }
        if let Some((language, span, value)) = differing(&texts) {
            self.findings.push(check::slots_differ(id.as_str(), &language, &value, span));
        }
        let mut pieces = BTreeMap::new();
        for (language, (_, texts)) in texts {
            let own = self.sounded(&id, &language, texts, shared);
            pieces.insert(language, own);
        }
        Entry {
            id,
            bargein: draft.bargein,
            play: draft.play,
            texts: draft.texts,
            pieces,
            audio: None,
            place: draft.name,
            music: false,
            made: BTreeMap::new(),
        }
    }

    /// The pieces of a text with their sound files: `NAME.wav` for a text of one piece, `NAME.1.wav` and on where
    /// values stand between the words.
    fn sounded(
        &self,
        id: &PromptId,
        language: &Language,
        texts: Vec<TextPiece>,
        shared: bool,
    ) -> Vec<EntryPiece> {
        let single = texts.len() == 1;
        let mut number = 0;
        let mut pieces = Vec::new();
        for piece in texts {
            pieces.push(match piece {
                TextPiece::Slot(slot) => EntryPiece::Slot(slot),
                TextPiece::Words(text) => {
                    number += 1;
                    let name = if single { format!("{id}") } else { format!("{id}.{number}") };
                    let own = SoundId::new(format!("{language}/{}/{name}.wav", self.id));
                    let common = SoundId::new(format!("{language}/{name}.wav"));
                    let exists = |sound: &SoundId| {
                        self.facts.audio.as_ref().is_some_and(|audio| audio.contains_key(sound))
                    };
                    let wanted =
                        if shared && !exists(&own) && exists(&common) { common } else { own };
                    EntryPiece::Words { text, exists: exists(&wanted), wanted }
                }
            });
        }
        pieces
    }

    /// The prompt of an entry as the present scope plays it.
    fn make(&mut self, place: &Place) -> Option<Arc<Prompt>> {
        let entry = self.prompts.entry(place)?;
        let slots: Vec<(Language, SlotDraft)> = entry
            .all_pieces()
            .filter_map(|(language, piece)| match piece {
                EntryPiece::Slot(slot) => Some((language.clone(), slot.clone())),
                EntryPiece::Words { .. } | EntryPiece::Sound(..) => None,
            })
            .collect();
        let scope = if slots.is_empty() { None } else { self.scope };
        if let Some(made) = entry.made.get(&scope) {
            return Some(Arc::clone(made));
        }
        let id = entry.id.clone();
        let mut ready = Vec::new();
        for (language, slot) in slots {
            ready.push((language, self.slot(id.as_str(), &slot)));
        }
        let entry = self.prompts.entry(place)?;
        let prompt = Arc::new(entry.prompt(&self.languages, ready));
        let made = self.prompts.entry_mut(place)?;
        made.made.insert(scope, Arc::clone(&prompt));
        Some(prompt)
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
            PromptsItem::Text(text) if text.value.starts_with(PREFIX) => self.built_in_words(&text),
            PromptsItem::Text(text) if !text.value.contains(char::is_whitespace) => {
                if !self.prompts.named.contains_key(&text.value) {
                    let known: Vec<&str> = self.prompts.named.keys().map(String::as_str).collect();
                    if check::is_said(&text.value, &known) && !self.is_cut_short(text.span) {
                        self.findings.push(check::word_is_said(&text));
                        return self.literal(text);
                    }
                    self.findings.push(check::unknown_prompt(&text, &known));
                }
                self.make(&Place::Named(text.value))
            }
            PromptsItem::Text(text) => self.literal(text),
            PromptsItem::Map(text) => self.literal(text.text),
        }
    }

    /// Whether a comment follows a text at once, so that it may have been longer.
    fn is_cut_short(&self, text: Span) -> bool {
        let file = self.library.files.get(text.file.0 as usize);
        let rest = file.and_then(|file| file.text.get(text.end as usize..)).unwrap_or("");
        rest.starts_with(" #")
    }

    /// A text that stands in a node: the same words in every language.
    pub(super) fn literal(&mut self, text: Spanned<String>) -> Option<Arc<Prompt>> {
        let name = self.literal_name(&text.value);
        if !self.prompts.literal.contains_key(&name) {
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
            let entry = self.with_sounds(PromptId::new(name.as_str()), draft, false);
            self.prompts.literal.insert(name.clone(), entry);
        }
        self.make(&Place::Literal(name))
    }

    /// The wording of a question of a FAQ, to be asked back.
    pub(super) fn wording(
        &mut self,
        name: &str,
        texts: BTreeMap<Language, Spanned<String>>,
    ) -> Option<Arc<Prompt>> {
        let name = format!("faq-{name}");
        if texts.is_empty() {
            return None;
        }
        let draft = Draft { texts, ..Draft::default() };
        let entry = self.with_sounds(PromptId::new(name.as_str()), draft, false);
        self.prompts.literal.insert(name.clone(), entry);
        self.make(&Place::Literal(name))
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
        let found = self.prompts.named.get_mut(&name.value).map(|entry| {
            entry.music = true;
            entry.audio.clone()
        });
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
