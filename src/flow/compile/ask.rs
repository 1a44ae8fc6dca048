//! The verbs that ask the caller something: `menu`, `collect`, `confirm`, `answer`.

use super::flow::FlowCompiler;
use super::input::{CommandDraft, keys};
use super::words::{PhrasePlaces, folded};
use crate::call::{Digits, Symbol};
use crate::flow::built_in::yes_no;
use crate::flow::check;
use crate::flow::node::{AnswerNode, CheckDigit, Choice, Collect, Entry, Goto, Input, Menu, Words};
use crate::flow::schema::{self, CheckRaw};
use crate::flow::source::Spanned;
use crate::time::Duration;

/// The answers of one visit of a FAQ, where nothing is said.
const MAX_ANSWERS: u32 = 4;
/// The answer threshold in per mille, where nothing is said.
const CONFIDENCE: u16 = 550;

/// How long a key that ends a full entry is still waited for, where nothing is said.
const END_WAIT: Duration = Duration::from_secs(1);

impl FlowCompiler<'_> {
    pub(super) fn menu(&mut self, raw: &schema::Menu) -> Menu {
        let commands = self.commands_here(raw.input().commands);
        let place = self.current_place();
        let mut phrases = Vec::new();
        let mut choices = Vec::new();
        for (key, choice) in raw.choices.iter().flatten() {
            let (choice, places) = self.choice(key, choice);
            phrases.push((format!("`{}`", key.value), places));
            choices.push(choice);
        }
        if choices.is_empty() {
            self.findings.push(check::no_choices(place));
        }
        self.words_clash(phrases, &commands);
        let input = self.input(&raw.menu, raw.input(), &commands, 1);
        let keys: Vec<&Digits> = choices.iter().filter_map(|c| c.keys.as_ref()).collect();
        self.announced_keys(&input, &keys, "choice");
        Menu { input, choices }
    }

    fn choice(&mut self, key: &Spanned<String>, raw: &schema::Choice) -> (Choice, PhrasePlaces) {
        let (goto, words, set) = match raw {
            schema::Choice::Text(goto) => (goto, None, None),
            schema::Choice::Map(full) => (&full.goto, full.words.as_ref(), full.set.as_ref()),
        };
        let places = words.map(|words| self.phrases(words)).unwrap_or_default();
        let digits = keys(&key.value);
        if digits.is_none() && places.is_empty() {
            self.findings.push(check::never_chosen(key));
        }
        let choice = Choice {
            name: key.as_str().into(),
            keys: digits,
            words: folded(&places),
            set: set.map(|set| self.assignments(set)).unwrap_or_default(),
            goto: self.goto(goto),
        };
        (choice, places)
    }

    /// Reports words that belong to two choices, or to a choice and a command.
    fn words_clash(&mut self, choices: Vec<(String, PhrasePlaces)>, commands: &[CommandDraft]) {
        let mut owners = choices;
        let command = |c: &CommandDraft| (format!("the command `{}`", c.keys), c.phrases.clone());
        owners.extend(commands.iter().map(command));
        self.findings.extend(check::words_clash(&owners));
    }

    /// Reports keys that a question names and that do nothing there.
    fn announced_keys(&mut self, input: &Input, keys: &[&Digits], what: &str) {
        let node = self.node_names.get_index(self.current.0 as usize);
        let Some((name, place)) = node.map(|(name, span)| (name.clone(), *span)) else { return };
        let mut known: Vec<&Digits> = keys.to_vec();
        known.extend(input.commands.iter().map(|command| &command.keys));
        let retries = input.retry.no_input.iter().chain(&input.retry.no_match);
        for prompt in input.prompts.iter().chain(retries) {
            for (language, text) in self.prompts.texts(&prompt.id).into_iter().flatten() {
                let written = self.written(text.span);
                let found =
                    check::announced_keys(language, text, written, &known, (&name, place), what);
                self.findings.extend(found);
            }
        }
    }

    pub(super) fn confirm(&mut self, raw: &schema::Confirm) -> Menu {
        let commands = self.commands_here(raw.input().commands);
        let input = self.input(&raw.confirm, raw.input(), &commands, 1);
        let (mut yes, mut no) = (Words::new(), Words::new());
        let (mut yes_places, mut no_places) = (PhrasePlaces::new(), PhrasePlaces::new());
        let place = self.current_place();
        for language in &self.languages {
            let (yes_words, no_words) = yes_no(language);
            let phrases = |words: &[&str]| words.iter().map(|w| vec![(*w).to_owned()]).collect();
            yes.insert(language.clone(), phrases(yes_words));
            no.insert(language.clone(), phrases(no_words));
            let placed = |words: &[&str]| {
                words.iter().map(|w| Spanned::new((*w).to_owned(), place)).collect()
            };
            yes_places.insert(language.clone(), placed(yes_words));
            no_places.insert(language.clone(), placed(no_words));
        }
        let built_in = vec![("`yes`".to_owned(), yes_places), ("`no`".to_owned(), no_places)];
        self.words_clash(built_in, &commands);
        let choice = |name: &str, key: u8, words: Words, goto: Goto| Choice {
            name: name.into(),
            keys: Some(Symbol::from_event_code(key).into_iter().collect()),
            words,
            set: Vec::new(),
            goto,
        };
        let choices = vec![
            choice("yes", 1, yes, self.must("confirm", "yes", raw.yes.as_ref())),
            choice("no", 2, no, self.must("confirm", "no", raw.no.as_ref())),
        ];
        let keys: Vec<&Digits> = choices.iter().filter_map(|c| c.keys.as_ref()).collect();
        self.announced_keys(&input, &keys, "answer");
        Menu { input, choices }
    }

    pub(super) fn collect(&mut self, raw: &schema::Collect) -> Option<Collect> {
        let commands = self.commands_here(raw.input().commands);
        let place = self.current_place();
        let entry = match &raw.as_ {
            Some(rules) => check::entry(rules, &mut self.findings),
            None => {
                self.findings.push(check::missing_key("a `collect` node", "as", place));
                None
            }
        };
        if let (Some(entry), Some(rules)) = (&entry, &raw.as_) {
            let bound: Vec<&Digits> = commands.iter().map(|c| &c.keys).collect();
            self.findings.extend(check::ambiguous_end(entry, rules, &bound));
        }
        let shortest = entry.map_or(1, |entry| entry.min_length);
        let input = self.input(&raw.collect, raw.input(), &commands, shortest);
        let ok = self.must("collect", "ok", raw.ok.as_ref());
        let erase = raw.erase.as_ref().and_then(|erase| self.symbol(erase));
        let Some(name) = &raw.into else {
            self.findings.push(check::missing_key("a `collect` node", "into", place));
            return None;
        };
        let into = self.variable_named(name)?;
        let (_, variable) = self.variables.get_index(into.0 as usize)?;
        let (kind, class) = (variable.kind, variable.class);
        let entry = entry?;
        if let Some(finding) = check::entry_fits(entry.kind, &name.value, kind, name.span) {
            self.findings.push(finding);
        }
        Some(Collect {
            input,
            into,
            class,
            entry: Entry {
                check: raw.as_.as_ref().and_then(|rules| rules.value.check).map(
                    |check| match check {
                        CheckRaw::Mod10 => CheckDigit::Mod10,
                        CheckRaw::Mod11 => CheckDigit::Mod11,
                    },
                ),
                ..entry
            },
            erase,
            end_wait: raw.end_wait.map_or(END_WAIT, |time| time.0),
            read_back: raw.read_back.unwrap_or(false),
            ok,
        })
    }

    fn symbol(&mut self, text: &Spanned<String>) -> Option<Symbol> {
        match keys(&text.value).as_ref().map(Digits::as_slice) {
            Some([symbol]) => Some(*symbol),
            _ => {
                self.findings.push(check::not_keys(text));
                None
            }
        }
    }

    pub(super) fn answer(&mut self, raw: &schema::Answer) -> Option<AnswerNode> {
        let commands = self.commands_here(raw.input().commands);
        let place = self.current_place();
        let silence = schema::Prompts::List(Vec::new());
        let input = self.input(raw.ask.as_ref().unwrap_or(&silence), raw.input(), &commands, 1);
        let done = self.must("answer", "done", raw.done.as_ref());
        let unknown = self.must("answer", "unknown", raw.unknown.as_ref());
        let again = raw.again.as_ref().map(|raw| self.prompts(raw)).unwrap_or_default();
        let say_back = raw.say_back.as_ref().map(|raw| self.prompts(raw)).unwrap_or_default();
        let confidence = raw.confidence.as_ref().map_or(CONFIDENCE, |confidence| {
            check::per_mille(confidence).unwrap_or_else(|finding| {
                self.findings.push(*finding);
                CONFIDENCE
            })
        });
        let Some(faq) = self.faq_names.get(raw.answer.as_str()).copied() else {
            let known: Vec<&str> = self.faq_names.keys().map(String::as_str).collect();
            self.findings.push(check::unknown_name("FAQ", &raw.answer, &known));
            return None;
        };
        if let Some(definition) = self.faqs.get(faq.0 as usize).cloned() {
            let keys: Vec<&Digits> =
                definition.entries.iter().filter_map(|e| e.key.as_ref()).collect();
            self.announced_keys(&input, &keys, "entry");
            if definition.entries.is_empty() {
                self.findings.push(check::empty_faq(place, raw.answer.as_str()));
            }
        }
        let max = raw.max.as_ref().map_or(MAX_ANSWERS, |max| max.value.max(1));
        Some(AnswerNode { input, faq, again, say_back, confidence, max, done, unknown })
    }
}
