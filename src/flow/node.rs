//! A compiled flow: what the interpreter reads. Names are resolved, defaults merged, times parsed, words folded.
//!
//! Everything here is immutable and made by [`compile`](super::compile) alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::definition::{FaqDefinition, VariableDefinition};
use super::expression::Formula;
use crate::call::{
    Class, Digits, FlowHash, FlowId, Item, Language, NodeId, PromptId, QueueId, SoundId, Symbol,
};
use crate::time::Duration;

/// The place of a node in [`Flow::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub u32);

/// The place of a variable in [`Flow::variables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableIndex(pub u32);

/// The place of a FAQ in [`Flow::faqs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaqIndex(pub u32);

/// A call flow, ready to run.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its name.
    pub id: FlowId,
    /// The hash of its content and of everything that it uses.
    pub hash: FlowHash,
    /// Its languages, the fallback first; never empty.
    pub languages: Vec<Language>,
    /// The node where a call begins.
    pub start: NodeIndex,
    /// How an incoming call is picked up.
    pub answer: AnswerPolicy,
    /// Limits on self-service.
    pub limits: Limits,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its variables, in the order of declaration.
    pub variables: IndexMap<Arc<str>, VariableDefinition>,
    /// The FAQs that `answer` nodes use.
    pub faqs: Vec<FaqDefinition>,
    /// Where errors, limits and the loop fuse lead: the target of command `0`, else `defaults.failed`.
    pub escape: Option<Goto>,
    /// A silent node that runs when the call has ended.
    pub on_hangup: Option<NodeIndex>,
    /// Where an engine fault in a node leads.
    pub on_fault: Option<NodeIndex>,
    /// The built-in words, by name (`no_input`, `apology`, `digit_7` …), in every language of the flow.
    pub built_in: BTreeMap<&'static str, Arc<Prompt>>,
}

/// How an incoming call is picked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerPolicy {
    /// How long it rings first.
    pub after: Duration,
    /// Whether the caller hears our own ringing tone meanwhile (early media) instead of the network's.
    pub early: bool,
}

/// Limits on self-service; queue and talk time do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time in the flow over the whole call.
    pub call: Duration,
    /// Visits of one node without new information (the loop fuse).
    pub visits: u32,
    /// No-inputs and no-matches over the whole call.
    pub errors: u32,
    /// Time in menus before a person is offered.
    pub menus: Duration,
}

/// One node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name.
    pub id: NodeId,
    /// What it does.
    pub verb: Verb,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Plays prompts.
    Say(Say),
    /// Asks for one of several choices.
    Menu(Menu),
    /// Asks for a string of keys.
    Collect(Collect),
    /// Asks yes or no; its choices are named `yes` and `no`.
    Confirm(Menu),
    /// Answers spoken questions from a FAQ.
    Answer(AnswerNode),
    /// Sets variables.
    Set(SetNode),
    /// Chooses a way by conditions.
    Branch(Branch),
    /// Chooses a way by a calendar.
    Hours(Hours),
    /// Writes into the call record.
    Note(NoteNode),
    /// Waits for a human.
    Queue(QueueNode),
    /// Connects to a number.
    Transfer(Transfer),
    /// Says goodbye and ends the call.
    Hangup(HangupNode),
}

/// Where an outcome leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goto {
    /// To a node.
    Node(NodeIndex),
    /// To the previous menu; at the first one, the same as `Repeat`.
    Back,
    /// The same question again.
    Repeat,
    /// Nowhere: the command is switched off here.
    None,
}

/// A prompt with its words and recordings per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its name.
    pub id: PromptId,
    /// The barge-in rule that its catalogue entry states, if any; it wins over the node's.
    pub bargein: Option<Bargein>,
    /// The languages to play it in one after another (`play: [id, en]`); `None` = the caller's.
    pub play: Option<Vec<Language>>,
    /// What is played in each language; every language of the flow has an entry.
    pub items: BTreeMap<Language, Item>,
}

/// Whether the caller may interrupt a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bargein {
    /// Any key or speech (`true`).
    #[default]
    Any,
    /// Only a key that is or begins a valid answer, or words that match (`words`).
    Match,
    /// Nothing (`false`): it must be heard.
    None,
}

/// Plays prompts.
#[derive(Debug, Clone)]
pub struct Say {
    /// What to play.
    pub prompts: Vec<Arc<Prompt>>,
    /// Whether it may be interrupted.
    pub bargein: Bargein,
    /// Where to go then.
    pub next: Goto,
}

/// What all input verbs share.
#[derive(Debug, Clone)]
pub struct Input {
    /// The question.
    pub prompts: Vec<Arc<Prompt>>,
    /// Whether it may be interrupted.
    pub bargein: Bargein,
    /// Silence after the prompt before `no_input`.
    pub timeout: Duration,
    /// Silence between two keys.
    pub between_digits: Duration,
    /// A cap on one entry, from its first key.
    pub max_time: Option<Duration>,
    /// How often and with which words the question is asked again.
    pub retry: Retry,
    /// Commands that work here.
    pub commands: Vec<CommandBinding>,
    /// Where to go when the retries run out; `None` = the built-in apology and hang-up.
    pub failed: Option<Goto>,
    /// Whether keys typed ahead are thrown away at entry.
    pub flush: bool,
}

/// How a question is asked again.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Words after the n-th silence; past the end the last repeats. Never empty (built-in words stand in).
    pub no_input: Vec<Arc<Prompt>>,
    /// Words after the n-th wrong answer; past the end the last repeats. Never empty.
    pub no_match: Vec<Arc<Prompt>>,
    /// No-inputs and no-matches of one visit together that end it.
    pub max: u32,
    /// Whether the question follows the retry's words.
    pub reprompt: bool,
}

/// A command: a key or words that work at every question.
#[derive(Debug, Clone)]
pub struct CommandBinding {
    /// Its keys.
    pub keys: Digits,
    /// Its words.
    pub words: Words,
    /// What it does; never [`Goto::None`] (switched-off commands are left out).
    pub goto: Goto,
}

/// Phrases per language, each as folded words (see [`crate::text::words`]).
pub type Words = BTreeMap<Language, Vec<Vec<String>>>;

/// Asks for one of several choices.
#[derive(Debug, Clone)]
pub struct Menu {
    /// The question.
    pub input: Input,
    /// The choices, in the author's order.
    pub choices: Vec<Choice>,
}

/// One choice of a menu.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its name in records: the keys as written, or its own name for a speech-only choice.
    pub name: Arc<str>,
    /// Its keys; `None` for a speech-only choice.
    pub keys: Option<Digits>,
    /// Its words.
    pub words: Words,
    /// What it sets.
    pub set: Vec<Assignment>,
    /// Where it leads.
    pub goto: Goto,
}

/// One assignment.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// What is set.
    pub place: Place,
    /// To what.
    pub value: Formula,
}

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A variable of the flow.
    Variable(VariableIndex),
    /// `call.language`.
    CallLanguage,
}

/// Asks for a string of keys.
#[derive(Debug, Clone)]
pub struct Collect {
    /// The question.
    pub input: Input,
    /// Where the value goes.
    pub into: VariableIndex,
    /// How private the value is.
    pub class: Class,
    /// What counts as an answer.
    pub entry: Entry,
    /// The key that clears the entry (`erase: "*"`).
    pub erase: Option<Symbol>,
    /// Whether the entry is read back and confirmed.
    pub read_back: bool,
    /// Where to go with a value.
    pub ok: Goto,
}

/// What a collected value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its type.
    pub kind: EntryKind,
    /// The fewest keys.
    pub min_length: usize,
    /// The most keys, at most [`MAX_ENTRY`].
    pub max_length: usize,
    /// The smallest value, for `int`.
    pub min_value: Option<i64>,
    /// The largest value, for `int`.
    pub max_value: Option<i64>,
    /// The key that ends the entry.
    pub end: Option<Symbol>,
    /// The check digit rule.
    pub check: Option<CheckDigit>,
}

/// The most keys that one entry may hold.
pub const MAX_ENTRY: usize = 64;

/// The type of a collected value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Text of digits; keeps leading zeros.
    Digits,
    /// A whole number.
    Int,
}

/// A check digit rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// Luhn (ISO/IEC 7812-1 annex B).
    Mod10,
    /// Weighted modulo 11, weights 2–7 from the right.
    Mod11,
}

/// Answers questions from a FAQ.
#[derive(Debug, Clone)]
pub struct AnswerNode {
    /// The first question (`ask:`).
    pub input: Input,
    /// The FAQ.
    pub faq: FaqIndex,
    /// The question after an answer (`again:`).
    pub again: Vec<Arc<Prompt>>,
    /// What is said before an answer (`say_back:`).
    pub say_back: Vec<Arc<Prompt>>,
    /// The answer threshold in per mille.
    pub confidence: u16,
    /// The most answers in one visit.
    pub max: u32,
    /// Where to go when the caller has no further question.
    pub done: Goto,
    /// Where to go when no answer was good enough, twice.
    pub unknown: Goto,
}

/// Sets variables.
#[derive(Debug, Clone)]
pub struct SetNode {
    /// The assignments, in order.
    pub set: Vec<Assignment>,
    /// Where to go then.
    pub next: Goto,
}

/// Chooses a way by conditions.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The first that holds wins.
    pub arms: Vec<(Formula, Goto)>,
    /// Where to go when none holds.
    pub otherwise: Goto,
}

/// Chooses a way by a calendar.
#[derive(Debug, Clone)]
pub struct Hours {
    /// The calendar's name.
    pub calendar: Arc<str>,
    /// Where to go when it is open.
    pub open: Goto,
    /// Where to go when it is closed.
    pub closed: Goto,
    /// Where to go on a holiday.
    pub holiday: Goto,
}

/// Writes into the call record.
#[derive(Debug, Clone)]
pub struct NoteNode {
    /// Names and values, in order.
    pub entries: Vec<(Arc<str>, Formula)>,
    /// Where to go then.
    pub next: Goto,
}

/// Waits for a human.
#[derive(Debug, Clone)]
pub struct QueueNode {
    /// The queue.
    pub queue: QueueId,
    /// The skills asked for: name and value.
    pub skills: Vec<(Arc<str>, Formula)>,
    /// 1 (first) to 9.
    pub priority: Formula,
    /// What the agent is told: label and value.
    pub tell: Vec<(Arc<str>, Formula)>,
    /// What the caller hears on entry.
    pub greet: Vec<Arc<Prompt>>,
    /// The music while waiting.
    pub music: Option<SoundId>,
    /// The longest wait before no new offer starts.
    pub max_wait: Duration,
    /// The agent ended the conversation; `None` = the built-in goodbye and the call ends.
    pub done: Option<Goto>,
    /// The wait was over `max_wait`.
    pub too_long: Goto,
    /// The queue was full.
    pub full: Goto,
    /// The queue was closed.
    pub closed: Goto,
    /// Nobody is logged in.
    pub unstaffed: Goto,
}

/// Connects to a number.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The number (or `sip:` address).
    pub to: Formula,
    /// How long it rings.
    pub ring: Duration,
    /// The number shown to the far side.
    pub caller_id: Option<Formula>,
    /// The far side ended the conversation; `None` = the call ends.
    pub done: Option<Goto>,
    /// The far side was busy; `None` = `failed`.
    pub busy: Option<Goto>,
    /// The far side did not answer; `None` = `failed`.
    pub no_answer: Option<Goto>,
    /// It could not be connected; `None` = the built-in apology and hang-up.
    pub failed: Option<Goto>,
}

/// Says goodbye and ends the call.
#[derive(Debug, Clone)]
pub struct HangupNode {
    /// What is said first; empty = the built-in goodbye.
    pub prompts: Vec<Arc<Prompt>>,
}

impl Flow {
    /// The node at `index`.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.0 as usize]
    }

    /// The fallback language.
    #[must_use]
    pub fn fallback(&self) -> &Language {
        &self.languages[0]
    }
}

impl Verb {
    /// The verb's name in a flow file and in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Say(_) => "say",
            Self::Menu(_) => "menu",
            Self::Collect(_) => "collect",
            Self::Confirm(_) => "confirm",
            Self::Answer(_) => "answer",
            Self::Set(_) => "set",
            Self::Branch(_) => "branch",
            Self::Hours(_) => "hours",
            Self::Note(_) => "note",
            Self::Queue(_) => "queue",
            Self::Transfer(_) => "transfer",
            Self::Hangup(_) => "hangup",
        }
    }
}

impl Prompt {
    /// What is played to a caller of `language`: one item, or one per language of `play`.
    pub fn items<'a>(&'a self, language: &'a Language) -> impl Iterator<Item = &'a Item> {
        let own = std::slice::from_ref(language);
        let wanted = self.play.as_deref().unwrap_or(own);
        wanted.iter().filter_map(move |l| self.items.get(l).or_else(|| self.items.values().next()))
    }
}
