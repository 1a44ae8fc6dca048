//! The nodes: each is read by its verb and lowered on its own.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::flow::FlowCompiler;
use super::input::{CommandDraft, keys};
use super::words::{PhrasePlaces, folded};
use crate::call::{Class, Digits, QueueId, Symbol};
use crate::flow::built_in::yes_no;
use crate::flow::check;
use crate::flow::expression::{Formula, Kind, Value};
use crate::flow::node::{
    AnswerNode, Branch, CheckDigit, Choice, Collect, Goto, HangupNode, Hours, Menu, Node,
    NodeIndex, NoteNode, QueueNode, Say, SetNode, Transfer, Verb, Words,
};
use crate::flow::read::{Reader, read};
use crate::flow::schema::{self, CheckRaw, NodeRaw, Scalar, Tell};
use crate::flow::source::{Span, Spanned};
use crate::time::Duration;

/// The answers of one visit of a FAQ, where nothing is said.
const MAX_ANSWERS: u32 = 4;
/// The answer threshold in per mille, where nothing is said.
const CONFIDENCE: u16 = 550;
/// The longest wait in a queue, where nothing is said.
const MAX_WAIT: Duration = Duration::from_mins(10);
/// How long a transfer rings, where nothing is said.
const TRANSFER_RING: Duration = Duration::from_secs(30);
/// The priority of a caller, where nothing is said.
const PRIORITY: i64 = 5;

/// The verbs, and how each is read.
const VERBS: [(&str, fn(Reader<'_>) -> Option<NodeRaw>); 12] = [
    ("say", |r| verb(r, NodeRaw::Say)),
    ("menu", |r| verb(r, NodeRaw::Menu)),
    ("collect", |r| verb(r, NodeRaw::Collect)),
    ("confirm", |r| verb(r, NodeRaw::Confirm)),
    ("answer", |r| verb(r, NodeRaw::Answer)),
    ("set", |r| verb(r, NodeRaw::Set)),
    ("branch", |r| verb(r, NodeRaw::Branch)),
    ("hours", |r| verb(r, NodeRaw::Hours)),
    ("note", |r| verb(r, NodeRaw::Note)),
    ("queue", |r| verb(r, NodeRaw::Queue)),
    ("transfer", |r| verb(r, NodeRaw::Transfer)),
    ("hangup", |r| verb(r, NodeRaw::Hangup)),
];

fn verb<T: DeserializeOwned>(reader: Reader<'_>, make: fn(T) -> NodeRaw) -> Option<NodeRaw> {
    read(reader).map(make)
}

impl FlowCompiler<'_> {
    /// Compiles one node; `None` if it cannot be understood.
    pub(super) fn node(
        &mut self,
        index: u32,
        name: &Spanned<String>,
        reader: Reader<'_>,
    ) -> Option<Node> {
        self.current = NodeIndex(index);
        let entries = reader.entries();
        let found: Vec<_> = VERBS
            .iter()
            .filter(|(verb, _)| entries.iter().any(|(key, _)| key.value == *verb))
            .collect();
        let raw = match found.as_slice() {
            [(_, read)] => read(reader),
            several => {
                let verbs: Vec<&str> = several.iter().map(|(verb, _)| *verb).collect();
                let keys: Vec<&Spanned<String>> = entries.iter().map(|(key, _)| key).collect();
                let known: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).collect();
                if reader.is_map() {
                    self.findings.push(check::not_one_verb(name, &verbs, &keys, &known));
                }
                None
            }
        };
        let Some(raw) = raw else {
            self.guess_ways(reader);
            return None;
        };
        let place = Span { start: name.span.start, ..reader.span() };
        self.allow(place, allow(&raw));
        let verb = self.verb(raw)?;
        Some(Node { id: self.node_id(self.current), verb })
    }

    /// Where a node that cannot be understood probably leads: to every node that it names. It counts as a way
    /// out, so that its fault causes no others.
    fn guess_ways(&mut self, reader: Reader<'_>) {
        self.graph.exit(self.current);
        for text in reader.texts() {
            if let Some(index) = self.find_node(&text) {
                self.graph.edge(self.current, index);
            }
        }
    }

    fn verb(&mut self, raw: NodeRaw) -> Option<Verb> {
        Some(match raw {
            NodeRaw::Say(raw) => Verb::Say(self.say(&raw)),
            NodeRaw::Menu(raw) => Verb::Menu(self.menu(&raw)),
            NodeRaw::Collect(raw) => Verb::Collect(self.collect(&raw)?),
            NodeRaw::Confirm(raw) => Verb::Confirm(self.confirm(&raw)),
            NodeRaw::Answer(raw) => Verb::Answer(self.answer(&raw)?),
            NodeRaw::Set(raw) => Verb::Set(SetNode {
                set: self.assignments(&raw.set),
                next: self.next(raw.next.as_ref()),
            }),
            NodeRaw::Branch(raw) => Verb::Branch(self.branch(&raw)),
            NodeRaw::Hours(raw) => Verb::Hours(self.hours(&raw)),
            NodeRaw::Note(raw) => Verb::Note(NoteNode {
                entries: self.named_values(&raw.note),
                next: self.next(raw.next.as_ref()),
            }),
            NodeRaw::Queue(raw) => Verb::Queue(self.queue(&raw)),
            NodeRaw::Transfer(raw) => Verb::Transfer(self.transfer(&raw)),
            NodeRaw::Hangup(raw) => {
                self.graph.exit(self.current);
                Verb::Hangup(HangupNode { prompts: self.prompts(&raw.hangup) })
            }
        })
    }

    /// The place of the present node's name.
    pub(super) fn current_place(&self) -> Span {
        self.node_names
            .get_index(self.current.0 as usize)
            .map(|(_, span)| *span)
            .unwrap_or_default()
    }

    /// Where an outcome leads; a target that does not exist is reported and leads to the one it resembles, so that
    /// one slip of the finger is one finding.
    pub(super) fn goto(&mut self, target: &Spanned<String>) -> Goto {
        match target.as_str() {
            "back" => return Goto::Back,
            "repeat" => return Goto::Repeat,
            "none" => {
                self.findings.push(check::none_is_for_commands(target.span));
                return Goto::Repeat;
            }
            _ => {}
        }
        if let Some(index) = self.find_node(target) {
            self.graph.edge(self.current, index);
            return Goto::Node(index);
        }
        let finding = check::unknown_node(target, &self.node_names);
        if let Some(patch) = &finding.patch {
            let near = Spanned::new(patch.text.clone(), target.span);
            if let Some(index) = self.find_node(&near) {
                self.graph.edge(self.current, index);
            }
        } else {
            self.graph.exit(self.current);
        }
        self.findings.push(finding);
        Goto::Repeat
    }

    /// An outcome that must be given.
    fn must(&mut self, verb: &str, outcome: &str, target: Option<&Spanned<String>>) -> Goto {
        match target {
            Some(target) => self.goto(target),
            None => {
                let place = self.current_place();
                self.graph.exit(self.current);
                self.findings.push(check::missing_outcome(verb, outcome, place));
                Goto::Repeat
            }
        }
    }

    /// `next` of a node that only passes on.
    fn next(&mut self, target: Option<&Spanned<String>>) -> Goto {
        if let Some(target) = target.filter(|target| target.value == "repeat") {
            self.findings.push(check::repeat_is_for_questions(target.span));
            return Goto::Repeat;
        }
        self.must("next", "next", target)
    }

    fn say(&mut self, raw: &schema::Say) -> Say {
        let prompts = self.prompts(&raw.say);
        if raw.say.items().is_empty() {
            let place = self.current_place();
            self.findings.push(check::says_nothing(place));
        }
        Say { prompts, bargein: self.bargein(raw.bargein), next: self.next(raw.next.as_ref()) }
    }

    fn menu(&mut self, raw: &schema::Menu) -> Menu {
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
    fn announced_keys(&mut self, input: &crate::flow::node::Input, keys: &[&Digits], what: &str) {
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

    fn confirm(&mut self, raw: &schema::Confirm) -> Menu {
        let commands = self.commands_here(raw.input().commands);
        let input = self.input(&raw.confirm, raw.input(), &commands, 1);
        let (mut yes, mut no) = (Words::new(), Words::new());
        for language in &self.languages {
            let (yes_words, no_words) = yes_no(language);
            let phrases = |words: &[&str]| words.iter().map(|w| vec![(*w).to_owned()]).collect();
            yes.insert(language.clone(), phrases(yes_words));
            no.insert(language.clone(), phrases(no_words));
        }
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

    fn collect(&mut self, raw: &schema::Collect) -> Option<Collect> {
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
        if let Some(finding) = check::entry_fits(entry.kind, kind, name.span) {
            self.findings.push(finding);
        }
        Some(Collect {
            input,
            into,
            class,
            entry: crate::flow::node::Entry {
                check: raw.as_.as_ref().and_then(|rules| rules.value.check).map(
                    |check| match check {
                        CheckRaw::Mod10 => CheckDigit::Mod10,
                        CheckRaw::Mod11 => CheckDigit::Mod11,
                    },
                ),
                ..entry
            },
            erase,
            read_back: raw.read_back.unwrap_or(false) && class != Class::Secret,
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

    fn answer(&mut self, raw: &schema::Answer) -> Option<AnswerNode> {
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

    fn branch(&mut self, raw: &schema::Branch) -> Branch {
        let arms = raw.branch.iter().map(|arm| (self.condition(&arm.when), self.goto(&arm.goto)));
        let arms = arms.collect();
        if raw.otherwise.is_none() {
            let place = self.current_place();
            self.graph.exit(self.current);
            self.findings.push(check::no_else(place));
        }
        let otherwise = raw.otherwise.as_ref().map_or(Goto::Repeat, |target| self.goto(target));
        Branch { arms, otherwise }
    }

    fn hours(&mut self, raw: &schema::Hours) -> Hours {
        let globals = self.globals;
        if !globals.calendars.contains_key(raw.hours.as_str()) {
            let known: Vec<&str> = globals.calendars.keys().map(String::as_str).collect();
            self.findings.push(check::unknown_name("calendar", &raw.hours, &known));
        }
        let open = self.must("hours", "open", raw.open.as_ref());
        let closed = self.must("hours", "closed", raw.closed.as_ref());
        let holiday = raw.holiday.as_ref().map_or(closed, |target| self.goto(target));
        Hours { calendar: raw.hours.as_str().into(), open, closed, holiday }
    }

    fn queue(&mut self, raw: &schema::Queue) -> QueueNode {
        self.graph.exit(self.current);
        let globals = self.globals;
        if !globals.queues.contains_key(raw.queue.as_str()) {
            let known: Vec<&str> = globals.queues.keys().map(String::as_str).collect();
            self.findings.push(check::unknown_name("queue", &raw.queue, &known));
        }
        let number = |n: i64| Formula::Constant(Value::Int(n));
        QueueNode {
            queue: QueueId::from(raw.queue.as_str()),
            skills: raw.skills.as_ref().map(|s| self.named_values(s)).unwrap_or_default(),
            priority: match &raw.priority {
                Some(priority) => self.value(priority, Kind::Int, "`priority`"),
                None => number(PRIORITY),
            },
            tell: raw.tell.as_ref().map(|tell| self.tell(tell)).unwrap_or_default(),
            greet: raw.greet.as_ref().map(|greet| self.prompts(greet)).unwrap_or_default(),
            music: raw.music.as_ref().and_then(|music| self.music(music)),
            max_wait: raw.max_wait.map_or(MAX_WAIT, |time| time.0),
            done: raw.done.as_ref().map(|target| self.goto(target)),
            too_long: self.must("queue", "too_long", raw.too_long.as_ref()),
            full: self.must("queue", "full", raw.full.as_ref()),
            closed: self.must("queue", "closed", raw.closed.as_ref()),
            unstaffed: self.must("queue", "unstaffed", raw.unstaffed.as_ref()),
        }
    }

    /// What the agent is told: names stand for their own values.
    fn tell(&mut self, raw: &Tell) -> Vec<(Arc<str>, Formula)> {
        match raw {
            Tell::Map(entries) => self.named_values(entries),
            Tell::List(names) => {
                let mut told = Vec::new();
                for name in names {
                    let value = self.formula(&name.value, 0, name.span, Kind::Any, "`tell`");
                    told.push((name.as_str().into(), value));
                }
                told
            }
        }
    }

    fn transfer(&mut self, raw: &schema::Transfer) -> Transfer {
        self.graph.exit(self.current);
        let text = |raw: &Spanned<String>| Spanned::new(Scalar::Text(raw.value.clone()), raw.span);
        let caller_id = raw.caller_id.as_ref().map(text);
        Transfer {
            to: self.value(&text(&raw.transfer), Kind::Text, "a number to call"),
            ring: raw.ring.map_or(TRANSFER_RING, |time| time.0),
            caller_id: caller_id.map(|id| self.value(&id, Kind::Text, "`caller_id`")),
            done: raw.done.as_ref().map(|target| self.goto(target)),
            busy: raw.busy.as_ref().map(|target| self.goto(target)),
            no_answer: raw.no_answer.as_ref().map(|target| self.goto(target)),
            failed: self.failed(raw.failed.as_ref()),
        }
    }
}

fn allow(raw: &NodeRaw) -> Option<&schema::Allow> {
    match raw {
        NodeRaw::Say(raw) => raw.allow.as_ref(),
        NodeRaw::Menu(raw) => raw.allow.as_ref(),
        NodeRaw::Collect(raw) => raw.allow.as_ref(),
        NodeRaw::Confirm(raw) => raw.allow.as_ref(),
        NodeRaw::Answer(raw) => raw.allow.as_ref(),
        NodeRaw::Set(raw) => raw.allow.as_ref(),
        NodeRaw::Branch(raw) => raw.allow.as_ref(),
        NodeRaw::Hours(raw) => raw.allow.as_ref(),
        NodeRaw::Note(raw) => raw.allow.as_ref(),
        NodeRaw::Queue(raw) => raw.allow.as_ref(),
        NodeRaw::Transfer(raw) => raw.allow.as_ref(),
        NodeRaw::Hangup(raw) => raw.allow.as_ref(),
    }
}
