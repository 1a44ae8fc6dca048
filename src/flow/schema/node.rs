//! The forms of the verbs.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::service::SettingRaw;
use super::value::{Allow, Entries, ForPeople, Prompts, Scalar, Texts, Time, WordsRaw};

pub(crate) use super::call::Call;
use crate::call::Currency;
use crate::flow::node::EntryKind;
use crate::flow::source::Spanned;

/// The name of a node, or `back`, `repeat` or `none`.
type Target = Option<Spanned<String>>;

/// Declares a verb: its serde name, its type and its own keys; `input` adds the keys of all input verbs.
macro_rules! verb {
    ($label:literal $name:ident { $($key:ident $($rename:literal)? : $type:ty,)* }) => {
        #[doc = concat!("What ", $label, " may hold.")]
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(rename = $label)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[serde(rename = $rename)])? pub(crate) $key: $type,)*
            #[serde(rename = "about")]
            _about: Option<ForPeople>,
            #[serde(rename = "tags")]
            _tags: Option<ForPeople>,
            pub(crate) record_call: Option<RecordCall>,
            pub(crate) allow: Option<Allow>,
        }
    };
    (input $label:literal $name:ident { $($key:ident $($rename:literal)? : $type:ty,)* }) => {
        verb! { $label $name {
            $($key $($rename)? : $type,)*
            timeout: Option<Time>,
            between_digits: Option<Time>,
            max_time: Option<Time>,
            bargein: Option<BargeinRaw>,
            retry: Option<RetryRaw>,
            commands: Option<Entries<Command>>,
            failed: Target,
            flush: Option<bool>,
        } }

        impl $name {
            /// The keys that all input verbs share.
            pub(crate) const fn input(&self) -> InputRaw<'_> {
                InputRaw {
                    timeout: self.timeout,
                    between_digits: self.between_digits,
                    max_time: self.max_time,
                    bargein: self.bargein,
                    retry: self.retry.as_ref(),
                    commands: self.commands.as_ref(),
                    failed: self.failed.as_ref(),
                    flush: self.flush,
                }
            }
        }
    };
}

/// The keys that all input verbs share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InputRaw<'a> {
    pub(crate) timeout: Option<Time>,
    pub(crate) between_digits: Option<Time>,
    pub(crate) max_time: Option<Time>,
    pub(crate) bargein: Option<BargeinRaw>,
    pub(crate) retry: Option<&'a RetryRaw>,
    pub(crate) commands: Option<&'a Entries<Command>>,
    pub(crate) failed: Option<&'a Spanned<String>>,
    pub(crate) flush: Option<bool>,
}

/// A node, by its verb.
#[derive(Debug, Clone)]
pub(crate) enum NodeRaw {
    Say(Say),
    Menu(Menu),
    Collect(Collect),
    Confirm(Confirm),
    Answer(Answer),
    Set(Set),
    Branch(Branch),
    Hours(Hours),
    Http(Http),
    Call(Call),
    Record(Record),
    Ticket(Ticket),
    Note(Note),
    Queue(Queue),
    Callback(Callback),
    Transfer(Transfer),
    Return(Return),
    Hangup(Hangup),
}

/// What becomes of the recording of the call at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "record_call")]
pub(crate) enum RecordCall {
    /// It pauses.
    Pause,
}

verb! { "a `say` node" Say {
    say: Prompts,
    bargein: Option<BargeinRaw>,
    next: Target,
} }

verb! { input "a `menu` node" Menu {
    menu: Prompts,
    choices: Option<Entries<Choice>>,
} }

verb! { input "a `collect` node" Collect {
    collect: Prompts,
    into: Option<Spanned<String>>,
    as_ "as": Option<Spanned<AsRaw>>,
    erase: Option<Spanned<String>>,
    end_wait: Option<Time>,
    read_back: Option<bool>,
    ok: Target,
} }

verb! { input "a `confirm` node" Confirm {
    confirm: Prompts,
    yes: Target,
    no: Target,
} }

verb! { input "an `answer` node" Answer {
    answer: Spanned<String>,
    ask: Option<Prompts>,
    again: Option<Prompts>,
    say_back: Option<Prompts>,
    confidence: Option<Spanned<f64>>,
    max: Option<Spanned<u32>>,
    done: Target,
    unknown: Target,
} }

verb! { "a `set` node" Set {
    set: Entries<Spanned<Scalar>>,
    next: Target,
} }

verb! { "a `branch` node" Branch {
    branch: Vec<Arm>,
    otherwise "else": Target,
} }

verb! { "an `hours` node" Hours {
    hours: Spanned<String>,
    at: Option<Spanned<Scalar>>,
    open: Target,
    closed: Target,
    holiday: Target,
} }

verb! { "an `http` node" Http {
    http: Spanned<String>,
    with: Option<Entries<Spanned<Scalar>>>,
    into: Option<Spanned<String>>,
    wait: Option<Prompts>,
    tries: Option<Spanned<u32>>,
    forget: Option<Texts>,
    ok: Target,
    not_found: Target,
    failed: Target,
} }

verb! { "a `record` node" Record {
    record: Prompts,
    into: Option<Spanned<String>>,
    max: Option<Spanned<Time>>,
    silence: Option<Spanned<Time>>,
    end: Option<Spanned<String>>,
    keep: Option<Time>,
    ok: Target,
    empty: Target,
    hung_up: Target,
} }

verb! { "a `ticket` node" Ticket {
    ticket: Spanned<String>,
    with: Option<Entries<Spanned<Scalar>>>,
    recording: Option<Spanned<Scalar>>,
    due: Option<Time>,
    into: Option<Spanned<String>>,
    ok: Target,
    failed: Target,
} }

verb! { "a `callback` node" Callback {
    callback: Spanned<String>,
    to: Option<Spanned<Scalar>>,
    within: Option<Time>,
    greet: Option<Prompts>,
    ok: Target,
    failed: Target,
} }

verb! { "a `return` node" Return {
    outcome "return": Spanned<String>,
    with: Option<Entries<Spanned<Scalar>>>,
} }

verb! { "a `note` node" Note {
    note: Entries<Spanned<Scalar>>,
    next: Target,
} }

verb! { "a `queue` node" Queue {
    queue: Spanned<String>,
    skills: Option<Entries<Spanned<Scalar>>>,
    priority: Option<Spanned<Scalar>>,
    tell: Option<Tell>,
    greet: Option<Prompts>,
    whisper: Option<Prompts>,
    music: Option<Spanned<String>>,
    every: Option<Entries<Prompts>>,
    announce: Option<AnnounceRaw>,
    keys: Option<Entries<QueueKeyRaw>>,
    offer_callback: Option<OfferRaw>,
    max_wait: Option<Time>,
    done: Target,
    too_long: Target,
    full: Target,
    closed: Target,
    unstaffed: Target,
    called_back: Target,
} }

verb! { "a `transfer` node" Transfer {
    transfer: Number,
    allow_number: Option<bool>,
    ring: Option<Time>,
    caller_id: Option<Spanned<String>>,
    done: Target,
    busy: Target,
    no_answer: Target,
    failed: Target,
} }

verb! { "a `hangup` node" Hangup {
    hangup: Prompts,
} }

/// A number to ring: as the flow says, or as the node it runs on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "number_to_ring", untagged)]
pub(crate) enum Number {
    Text(Spanned<String>),
    Map(NumberFull),
}

/// A number with its origin.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`transfer`")]
#[schemars(rename = "number_from_outside", deny_unknown_fields)]
pub(crate) struct NumberFull {
    pub(crate) number: Spanned<SettingRaw>,
}

/// The offer to be called back instead of waiting.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`offer_callback`")]
#[schemars(rename = "offer_callback", deny_unknown_fields)]
pub(crate) struct OfferRaw {
    pub(crate) after: Time,
    pub(crate) say: Prompts,
    pub(crate) key: Option<Spanned<String>>,
}

/// What is said of a wait by itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`announce`")]
#[schemars(rename = "announce", deny_unknown_fields)]
pub(crate) struct AnnounceRaw {
    pub(crate) position: Option<bool>,
    pub(crate) wait: Option<bool>,
    pub(crate) comfort: Option<Prompts>,
    pub(crate) every: Option<Spanned<Time>>,
}

/// What a key does while the caller waits: `callback`, `repeat`, or the node that it leads to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "queue_key", untagged)]
pub(crate) enum QueueKeyRaw {
    Text(Spanned<String>),
    Map(QueueKeyFull),
}

/// A key that changes the language.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a key of a queue")]
#[schemars(rename = "queue_key_language", deny_unknown_fields)]
pub(crate) struct QueueKeyFull {
    pub(crate) language: Spanned<String>,
}

/// `true`, `false` or `words`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BargeinRaw {
    Any,
    Match,
    None,
}

impl<'de> Deserialize<'de> for BargeinRaw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BargeinVisitor;
        impl Visitor<'_> for BargeinVisitor {
            type Value = BargeinRaw;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`true`, `false` or `words`")
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<BargeinRaw, E> {
                Ok(if yes { BargeinRaw::Any } else { BargeinRaw::None })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<BargeinRaw, E> {
                match text {
                    "words" => Ok(BargeinRaw::Match),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(BargeinVisitor)
    }
}

/// How a question is asked again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`retry`")]
#[schemars(rename = "retry", deny_unknown_fields)]
pub(crate) struct RetryRaw {
    pub(crate) noinput: Option<Prompts>,
    pub(crate) nomatch: Option<Prompts>,
    pub(crate) max: Option<Spanned<u32>>,
    pub(crate) reprompt: Option<bool>,
}

/// A choice: a target, or a target with words and assignments.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "choice", untagged)]
pub(crate) enum Choice {
    Text(Spanned<String>),
    Map(ChoiceFull),
}

/// A choice with words and assignments.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a choice")]
#[schemars(rename = "choice_with_words", deny_unknown_fields)]
pub(crate) struct ChoiceFull {
    pub(crate) goto: Spanned<String>,
    pub(crate) words: Option<WordsRaw>,
    pub(crate) set: Option<Entries<Spanned<Scalar>>>,
}

/// A command: a target, or a target with words.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "command", untagged)]
pub(crate) enum Command {
    Text(Spanned<String>),
    Map(CommandFull),
}

/// A command with words.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a command")]
#[schemars(rename = "command_with_words", deny_unknown_fields)]
pub(crate) struct CommandFull {
    pub(crate) goto: Spanned<String>,
    pub(crate) words: Option<WordsRaw>,
}

/// What a collected value looks like.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`as`")]
#[schemars(rename = "as", deny_unknown_fields)]
pub(crate) struct AsRaw {
    #[serde(rename = "type")]
    pub(crate) kind: EntryType,
    pub(crate) min: Option<Spanned<i64>>,
    pub(crate) max: Option<Spanned<i64>>,
    pub(crate) length: Option<Spanned<u32>>,
    pub(crate) digits: Option<Spanned<u32>>,
    pub(crate) end: Option<Spanned<String>>,
    pub(crate) check: Option<CheckRaw>,
}

/// The type of a collected value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryType(pub(crate) EntryKind);

/// The types of collected values as files write them; `money` names its currency: `money(IDR)`.
const ENTRY_TYPES: [(&str, EntryKind); 9] = [
    ("digits", EntryKind::Digits),
    ("int", EntryKind::Int),
    ("date", EntryKind::Date),
    ("time", EntryKind::Time),
    ("phone", EntryKind::Phone),
    ("account", EntryKind::Account),
    ("pin", EntryKind::Pin),
    ("yesno", EntryKind::YesNo),
    ("words", EntryKind::Words),
];

impl EntryType {
    /// The names of all types but `money`.
    pub(crate) fn names() -> [&'static str; ENTRY_TYPES.len()] {
        ENTRY_TYPES.map(|(name, _)| name)
    }
}

impl<'de> Deserialize<'de> for EntryType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryTypeVisitor;
        impl Visitor<'_> for EntryTypeVisitor {
            type Value = EntryType;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "`digits`, `int`, `money(IDR)`, `date`, `time`, `phone`, `account`, `pin`, \
                     `yesno` or `words`",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<EntryType, E> {
                let money = || {
                    let code = text.strip_prefix("money(")?.strip_suffix(')')?;
                    Currency::parse(code).map(EntryKind::Money)
                };
                let named = ENTRY_TYPES.iter().find(|(name, _)| *name == text);
                named
                    .map(|(_, kind)| *kind)
                    .or_else(money)
                    .map(EntryType)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(EntryTypeVisitor)
    }
}

/// A check digit rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "check")]
pub(crate) enum CheckRaw {
    Mod10,
    Mod11,
}

/// One way of a `branch`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a way of `branch`")]
#[schemars(rename = "branch_way", deny_unknown_fields)]
pub(crate) struct Arm {
    pub(crate) when: Spanned<Scalar>,
    pub(crate) goto: Spanned<String>,
}

/// What the agent is told: names, or labels with values.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "tell", untagged)]
pub(crate) enum Tell {
    List(Vec<Spanned<String>>),
    Map(Entries<Spanned<Scalar>>),
}
