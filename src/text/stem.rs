//! Stems: one form for the inflections of a word, for comparing questions. Menus never stem.

use std::borrow::Cow;
use std::collections::BTreeSet;

use snowball_stemmers_rs::{Algorithm, Stemmer as Snowball};

use super::indonesian;

/// The longest word that is stemmed, in bytes; longer ones are nobody's speech and stay as they are.
const LONGEST_WORD: usize = 40;

/// Reduces the words of one language to stems.
///
/// English goes through the Snowball algorithm. Indonesian affixes are taken off only where a known root is left; a
/// word without one stays whole. Any other language keeps its words.
#[derive(Debug, Clone)]
pub struct Stemmer {
    rules: Rules,
}

#[derive(Debug, Clone)]
enum Rules {
    English,
    Indonesian { roots: BTreeSet<Box<str>> },
    None,
}

impl Stemmer {
    /// The stemmer for a language tag such as `id`, `en` or `en-GB`; only the part before the first `-` counts.
    #[must_use]
    pub fn new(language: &str) -> Self {
        let rules = match language.split('-').next() {
            Some("en") => Rules::English,
            Some("id") => Rules::Indonesian { roots: indonesian::roots().map(Box::from).collect() },
            _ => Rules::None,
        };
        Self { rules }
    }

    /// Teaches further roots, such as the words of a shop's own FAQ. Words that already lead to a root add nothing;
    /// the shortest are taken first, so that a word and its inflection give one root.
    pub fn learn<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        let mut words: Vec<&str> = words.into_iter().collect();
        words.sort_by_key(|word| (word.len(), *word));
        for word in words {
            let known = self.stem(word) != word;
            if let Rules::Indonesian { roots } = &mut self.rules
                && !known
            {
                roots.insert(Box::from(word));
            }
        }
    }

    /// The stem of a folded word.
    #[must_use]
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        if word.len() > LONGEST_WORD {
            return Cow::Borrowed(word);
        }
        match &self.rules {
            Rules::English if word.is_ascii() => Snowball::create(Algorithm::English).stem(word),
            Rules::Indonesian { roots } => indonesian::root(word, |root| roots.contains(root))
                .map_or(Cow::Borrowed(word), Cow::Owned),
            Rules::English | Rules::None => Cow::Borrowed(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stems_by_language() {
        const ROWS: &[(&str, &str, &str)] = &[
            ("en", "deliveries", "deliveri"),
            ("en-GB", "delivery", "deliveri"),
            ("en", "cancelled", "cancel"),
            ("id", "pengiriman", "kirim"),
            ("id", "pengirimannya", "kirim"),
            ("id", "dikirimkan", "kirim"),
            ("id", "ngirimin", "kirim"),
            ("id", "pembayaran", "bayar"),
            ("id", "membatalkan", "batal"),
            ("id", "dibatalin", "batal"),
            ("id", "pesanan", "pesan"),
            ("id", "memesan", "pesan"),
            ("id", "menukarkan", "tukar"),
            ("id", "penukaran", "tukar"),
            ("id", "mengembalikan", "kembali"),
            ("id", "nanya", "tanya"),
            ("id", "pertanyaan", "tanya"),
            ("id", "mengecek", "cek"),
            ("id", "memperbaiki", "baik"),
            ("id", "berlaku", "laku"),
            ("id", "mencari", "cari"),
            ("id", "kerusakan", "rusak"),
            ("id", "harga", "harga"),
            ("id", "hanya", "hanya"),
            ("id", "beli", "beli"),
            ("id", "sanan", "sanan"),
            ("id", "blablaan", "blablaan"),
            ("fr", "maisons", "maisons"),
        ];
        for (language, word, expected) in ROWS {
            assert_eq!(Stemmer::new(language).stem(word), *expected, "{language} {word}");
        }
    }

    #[test]
    fn learnt_roots_count_and_known_words_add_none() {
        let mut stemmer = Stemmer::new("id");
        assert_eq!(stemmer.stem("rompinya"), "rompinya");
        stemmer.learn(["rompinya", "rompi", "pengiriman"]);
        assert_eq!(stemmer.stem("rompinya"), "rompi");
        assert_eq!(stemmer.stem("pengiriman"), "kirim");
    }

    proptest! {
        #[test]
        fn no_word_panics(word in any::<String>()) {
            for language in ["id", "en", "xx"] {
                let _stem = Stemmer::new(language).stem(&word);
            }
        }
    }
}
