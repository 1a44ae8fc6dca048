//! The evaluation: callers' own words over twenty entries per language, with floors for how often they are understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Entry, Faq, Settings, Verdict};
use crate::call::Language;

/// One language's part of the evaluation.
struct Table {
    language: Language,
    faq: Faq,
    wordings: Vec<(usize, &'static str)>,
    questions: Vec<(usize, &'static str)>,
    unrelated: Vec<&'static str>,
}

impl Table {
    /// Reads a table; `evaluation/id.txt` explains its form.
    fn read(language: &str, text: &'static str) -> Self {
        let language = Language::from(language);
        let mut entries: Vec<Entry> = Vec::new();
        let (mut wordings, mut questions, mut unrelated) = (Vec::new(), Vec::new(), Vec::new());
        for line in text.lines() {
            let (mark, rest) = line.split_once(' ').expect("a mark and a text");
            let last = entries.len().saturating_sub(1);
            match mark {
                "#" => {}
                "=" => entries.push(Entry { name: Arc::from(rest), ask: BTreeMap::new() }),
                "+" => {
                    entries[last].ask.entry(language.clone()).or_default().push(Arc::from(rest));
                    wordings.push((last, rest));
                }
                "-" => questions.push((last, rest)),
                "!" => unrelated.push(rest),
                _ => panic!("unknown mark in: {line}"),
            }
        }
        let faq = Faq::build(&entries, &Settings::default());
        Self { language, faq, wordings, questions, unrelated }
    }

    fn first(&self, question: &str) -> Option<usize> {
        self.faq.rank(&self.language, question).first().map(|ranked| ranked.entry)
    }

    fn count(&self, holds: impl Fn(usize, &Verdict) -> bool) -> usize {
        let verdict = |question| self.faq.ask(&self.language, question);
        self.questions.iter().filter(|(entry, question)| holds(*entry, &verdict(question))).count()
    }
}

fn tables() -> [Table; 2] {
    [
        Table::read("id", include_str!("evaluation/id.txt")),
        Table::read("en", include_str!("evaluation/en.txt")),
    ]
}

/// Who asks differently is still understood: the right entry comes first, and rarely is another one given as the answer.
#[test]
fn own_words_find_their_entry() {
    // Per language the least questions whose entry is ranked first (90 % and 77 % of 60), the least that are answered
    // at once, and the most that get a wrong answer without being asked back.
    const FLOORS: [(&str, usize, usize, usize); 2] = [("id", 54, 40, 2), ("en", 47, 32, 3)];
    for (table, (language, first, sure, wrong)) in tables().iter().zip(FLOORS) {
        assert_eq!(table.language.as_str(), language);
        assert_eq!(table.questions.len(), 60, "{language}");
        let firsts =
            table.questions.iter().filter(|(entry, q)| table.first(q) == Some(*entry)).count();
        assert!(firsts >= first, "{language}: {firsts} first");
        let right = table.count(|own, v| matches!(v, Verdict::Sure { entry } if *entry == own));
        assert!(right >= sure, "{language}: {right} answered");
        let other = table.count(|own, v| matches!(v, Verdict::Sure { entry } if *entry != own));
        assert!(other <= wrong, "{language}: {other} answered wrongly");
    }
}

#[test]
fn questions_of_no_entry_get_no_answer() {
    for table in tables() {
        assert_eq!(table.unrelated.len(), 20);
        for question in &table.unrelated {
            let verdict = table.faq.ask(&table.language, question);
            assert!(!matches!(verdict, Verdict::Sure { .. }), "{question}: {verdict:?}");
        }
    }
}

#[test]
fn an_authors_own_wording_is_certain() {
    for table in tables() {
        for (entry, wording) in &table.wordings {
            let ranking = table.faq.rank(&table.language, &format!("{}!", wording.to_uppercase()));
            assert_eq!(
                ranking.first().map(|r| (r.entry, r.confidence)),
                Some((*entry, 1000)),
                "{wording}"
            );
            let verdict = table.faq.ask(&table.language, wording);
            assert_eq!(verdict, Verdict::Sure { entry: *entry }, "{wording}");
        }
    }
}

#[test]
fn an_empty_faq_or_question_knows_nothing() {
    let [table, _] = tables();
    let other = Language::from("fr");
    for (language, text) in
        [(&table.language, ""), (&table.language, "?!"), (&other, "berapa harganya")]
    {
        assert_eq!(table.faq.ask(language, text), Verdict::Unknown, "{language} {text}");
    }
    let empty = Faq::build(&[], &Settings::default());
    assert_eq!(empty.ask(&table.language, "berapa harganya"), Verdict::Unknown);
    let none =
        [Entry { name: "x".into(), ask: BTreeMap::from([(other.clone(), vec!["".into()])]) }];
    assert_eq!(Faq::build(&none, &Settings::default()).ask(&other, "bonjour"), Verdict::Unknown);
}

proptest! {
    #[test]
    fn any_wording_and_question_are_survived(wording in any::<String>(), question in any::<String>()) {
        for tag in ["id", "en", "fr"] {
            let language = Language::from(tag);
            let ask = BTreeMap::from([(language.clone(), vec![Arc::from(wording.as_str())])]);
            let entries = [Entry { name: "x".into(), ask }];
            let ranking = Faq::build(&entries, &Settings::default()).rank(&language, &question);
            prop_assert!(ranking.iter().all(|r| r.entry == 0 && r.confidence <= 1000));
        }
    }
}
