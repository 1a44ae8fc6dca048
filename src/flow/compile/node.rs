//! The nodes: each is read by its verb and lowered on its own. Here stand the verbs that only say and decide.

use serde::de::DeserializeOwned;

use super::flow::FlowCompiler;
use crate::flow::check;
use crate::flow::expression::Kind;
use crate::flow::node::{
    Branch, Goto, HangupNode, Hours, Node, NodeIndex, NoteNode, Say, SetNode, Verb,
};
use crate::flow::read::{Reader, read};
use crate::flow::schema::{self, NodeRaw};
use crate::flow::source::{Span, Spanned};

/// Reads a node as one verb.
type ReadVerb = fn(Reader<'_>) -> Option<NodeRaw>;

/// The verbs, and how each is read.
const VERBS: [(&str, ReadVerb); 18] = [
    ("say", |r| verb(r, NodeRaw::Say)),
    ("menu", |r| verb(r, NodeRaw::Menu)),
    ("collect", |r| verb(r, NodeRaw::Collect)),
    ("confirm", |r| verb(r, NodeRaw::Confirm)),
    ("answer", |r| verb(r, NodeRaw::Answer)),
    ("set", |r| verb(r, NodeRaw::Set)),
    ("branch", |r| verb(r, NodeRaw::Branch)),
    ("hours", |r| verb(r, NodeRaw::Hours)),
    ("http", |r| verb(r, NodeRaw::Http)),
    ("call", |r| verb(r, NodeRaw::Call)),
    ("record", |r| verb(r, NodeRaw::Record)),
    ("ticket", |r| verb(r, NodeRaw::Ticket)),
    ("note", |r| verb(r, NodeRaw::Note)),
    ("queue", |r| verb(r, NodeRaw::Queue)),
    ("callback", |r| verb(r, NodeRaw::Callback)),
    ("transfer", |r| verb(r, NodeRaw::Transfer)),
    ("return", |r| verb(r, NodeRaw::Return)),
    ("hangup", |r| verb(r, NodeRaw::Hangup)),
];

/// The names of the verbs.
#[cfg(test)]
pub(in crate::flow) fn verb_names() -> Vec<&'static str> {
    VERBS.iter().map(|(verb, _)| *verb).collect()
}

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
        let pauses = record_call(&raw).is_some();
        let verb = self.verb(raw)?;
        Some(Node {
            id: self.node_id(self.current),
            verb,
            subflow: self.scope,
            pauses_recording: pauses,
        })
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
            NodeRaw::Http(raw) => Verb::Http(self.http(&raw)?),
            NodeRaw::Call(raw) => Verb::Call(self.call(&raw)?),
            NodeRaw::Record(raw) => Verb::Record(self.record(&raw)?),
            NodeRaw::Ticket(raw) => Verb::Ticket(self.ticket(&raw)),
            NodeRaw::Return(raw) => Verb::Return(self.return_(&raw)?),
            NodeRaw::Queue(raw) => Verb::Queue(self.queue(&raw)),
            NodeRaw::Callback(raw) => Verb::Callback(self.callback(&raw)),
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
        let finding = check::unknown_node(target, &self.names_here());
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
    pub(super) fn must(
        &mut self,
        verb: &str,
        outcome: &str,
        target: Option<&Spanned<String>>,
    ) -> Goto {
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
        self.used.calendars.insert(raw.hours.value.clone());
        let at = raw.at.as_ref().map(|at| self.value(at, Kind::Moment, "`at`"));
        let closed = self.must("hours", "closed", raw.closed.as_ref());
        let holiday = raw.holiday.as_ref().map_or(closed, |target| self.goto(target));
        Hours { calendar: raw.hours.as_str().into(), at, open, closed, holiday }
    }
}

/// Takes one key that every verb has.
macro_rules! common {
    ($raw:expr, $key:ident) => {
        match $raw {
            NodeRaw::Say(raw) => raw.$key.as_ref(),
            NodeRaw::Menu(raw) => raw.$key.as_ref(),
            NodeRaw::Collect(raw) => raw.$key.as_ref(),
            NodeRaw::Confirm(raw) => raw.$key.as_ref(),
            NodeRaw::Answer(raw) => raw.$key.as_ref(),
            NodeRaw::Set(raw) => raw.$key.as_ref(),
            NodeRaw::Branch(raw) => raw.$key.as_ref(),
            NodeRaw::Hours(raw) => raw.$key.as_ref(),
            NodeRaw::Http(raw) => raw.$key.as_ref(),
            NodeRaw::Call(raw) => raw.$key.as_ref(),
            NodeRaw::Record(raw) => raw.$key.as_ref(),
            NodeRaw::Ticket(raw) => raw.$key.as_ref(),
            NodeRaw::Note(raw) => raw.$key.as_ref(),
            NodeRaw::Queue(raw) => raw.$key.as_ref(),
            NodeRaw::Callback(raw) => raw.$key.as_ref(),
            NodeRaw::Transfer(raw) => raw.$key.as_ref(),
            NodeRaw::Return(raw) => raw.$key.as_ref(),
            NodeRaw::Hangup(raw) => raw.$key.as_ref(),
        }
    };
}

fn allow(raw: &NodeRaw) -> Option<&schema::Allow> {
    common!(raw, allow)
}

fn record_call(raw: &NodeRaw) -> Option<&schema::RecordCall> {
    common!(raw, record_call)
}
