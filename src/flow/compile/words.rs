//! What callers may say instead of pressing a key.

use std::collections::BTreeMap;

use super::flow::FlowCompiler;
use crate::call::Language;
use crate::flow::node::Words;
use crate::flow::read::unknown_key;
use crate::flow::schema::WordsRaw;
use crate::flow::source::Spanned;
use crate::text;

/// Phrases per language with their places.
pub(super) type PhrasePlaces = BTreeMap<Language, Vec<Spanned<String>>>;

impl FlowCompiler<'_> {
    /// Phrases per language; a list without languages holds for all of them.
    pub(super) fn phrases(&mut self, raw: &WordsRaw) -> PhrasePlaces {
        match raw {
            WordsRaw::Text(phrase) => self.in_every_language(std::slice::from_ref(phrase)),
            WordsRaw::List(phrases) => self.in_every_language(phrases),
            WordsRaw::Map(languages) => {
                let mut places = PhrasePlaces::new();
                for (tag, phrases) in languages {
                    match self.languages.iter().find(|l| l.as_str() == tag.value) {
                        Some(language) => {
                            places.insert(language.clone(), phrases.items().to_vec());
                        }
                        None => {
                            let known: Vec<&str> =
                                self.languages.iter().map(Language::as_str).collect();
                            let owner = "the words of a flow in these languages";
                            self.findings.push(unknown_key(&tag.value, tag.span, owner, &known));
                        }
                    }
                }
                places
            }
        }
    }

    fn in_every_language(&self, phrases: &[Spanned<String>]) -> PhrasePlaces {
        self.languages.iter().map(|language| (language.clone(), phrases.to_vec())).collect()
    }
}

/// Phrases folded for comparison; those without a letter or digit are left out.
pub(super) fn folded(places: &PhrasePlaces) -> Words {
    let fold = |phrases: &Vec<Spanned<String>>| {
        let folded = phrases.iter().map(|phrase| text::words(&phrase.value));
        folded.filter(|words| !words.is_empty()).collect()
    };
    places.iter().map(|(language, phrases)| (language.clone(), fold(phrases))).collect()
}
