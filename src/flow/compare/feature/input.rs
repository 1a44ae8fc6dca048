//! The features of questions: time to answer, tries, and what counts as an answer.

use super::{Features, class, on_off, or_none, quoted};
use crate::flow::compare::change::Group;
use crate::flow::compare::pair::Names;
use crate::flow::node::{AnswerNode, CheckDigit, Collect, Entry, EntryKind, Input};

impl Features {
    pub(super) fn input(&mut self, input: &Input) {
        self.add(Group::Patience, "interrupting the question", &super::interrupting(input.bargein));
        self.add(Group::Patience, "the time to answer", &input.timeout);
        self.add(Group::Patience, "the time between two keys", &input.between_digits);
        self.add(Group::Patience, "the longest time for one entry", &or_none(input.max_time));
        self.add(Group::Patience, "the limit of misses at the question", &input.retry.max);
        let again = if input.retry.reprompt { "asked again" } else { "not asked again" };
        self.add(Group::Patience, "the question after a miss", &again);
        let early = if input.flush { "dropped" } else { "kept" };
        self.add(Group::Patience, "what becomes of keys pressed before", &early);
    }

    pub(super) fn collect(&mut self, names: &Names<'_>, collect: &Collect) {
        let Entry { kind, min_length, max_length, min_value, max_value, end, check } =
            collect.entry;
        self.add(Group::Entries, "what is asked for", &entry_kind(kind));
        self.add(Group::Entries, "the length of the shortest answer", &min_length);
        self.add(Group::Entries, "the length of the longest answer", &max_length);
        self.add(Group::Entries, "the smallest answer", &or_none(min_value));
        self.add(Group::Entries, "the largest answer", &or_none(max_value));
        self.add(Group::Entries, "the key that ends an answer", &or_none(end.map(quoted)));
        self.add(Group::Entries, "the check digit", &check.map_or("none", check_digit));
        let erase = or_none(collect.erase.map(quoted));
        self.add(Group::Entries, "the key that clears an answer", &erase);
        self.add(Group::Entries, "reading the answer back", &on_off(collect.read_back));
        self.add(Group::Patience, "the wait for the end key", &collect.end_wait);
        let into = quoted(names.variable(collect.into));
        self.add(Group::Values, "where the answer is kept", &into);
        self.add(Group::Unnoticed, "the class of the answer", &class(collect.class));
        self.input(&collect.input);
    }

    pub(super) fn answer(&mut self, names: &Names<'_>, answer: &AnswerNode) {
        let faq = names.flow.faqs.get(answer.faq.0 as usize);
        self.add(Group::Entries, "the FAQ", &or_none(faq.map(|faq| quoted(&faq.name))));
        let sure = f64::from(answer.confidence) / 1_000.0;
        self.add(Group::Entries, "how sure an answer must be", &sure);
        self.add(Group::Patience, "the limit of answers in one visit", &answer.max);
        self.input(&answer.input);
    }
}

fn entry_kind(kind: EntryKind) -> String {
    match kind {
        EntryKind::Digits => "digits".to_owned(),
        EntryKind::Int => "a whole number".to_owned(),
        EntryKind::Money(currency) => format!("money in {}", currency.code()),
        EntryKind::Date => "a date".to_owned(),
        EntryKind::Time => "a time of day".to_owned(),
        EntryKind::Phone => "a telephone number".to_owned(),
        EntryKind::Account => "an account number".to_owned(),
        EntryKind::Pin => "a PIN".to_owned(),
        EntryKind::YesNo => "yes or no".to_owned(),
        EntryKind::Words => "words".to_owned(),
    }
}

const fn check_digit(check: CheckDigit) -> &'static str {
    match check {
        CheckDigit::Mod10 => "mod10",
        CheckDigit::Mod11 => "mod11",
    }
}
