//! Plain definitions that a flow project makes and that `server` hands to the modules concerned:
//! variables, FAQs, queues, calendars and services.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::expression::Value;
use super::node::Prompt;
use crate::call::{Class, Currency, Digits, Language, QueueId};
use crate::time::{Date, Duration, Moment, YearlyDay};

/// A declared variable.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableDefinition {
    /// Its type.
    pub kind: VariableKind,
    /// How private it is.
    pub class: Class,
    /// Its value at the start of a call; [`Value::Unset`] if none is given.
    pub start: Value,
}

/// The type of a variable, parameter or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// Text.
    Text,
    /// Text of digits.
    Digits,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// An amount of money, of this currency if one is given.
    Money(Option<Currency>),
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A telephone number.
    Phone,
    /// A list of texts.
    List,
    /// What a caller was recorded saying.
    Recording,
    /// A personal identification number: always secret.
    Pin,
    /// A record that a service declares.
    Record(RecordIndex),
}

impl VariableKind {
    /// What it holds, in words: "a whole number".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Digits => "digits",
            Self::Int => "a whole number",
            Self::Bool => "yes or no",
            Self::Money(_) => "money",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Phone => "a telephone number",
            Self::List => "a list",
            Self::Recording => "a recording",
            Self::Pin => "a PIN",
            Self::Record(_) => "a record",
        }
    }
}

/// The place of a record type in [`Flow::records`](super::Flow::records).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordIndex(pub u32);

/// A record type that a service declares, such as `orders.Order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordType {
    /// Its name, with that of its service.
    pub name: Arc<str>,
    /// Its fields, in the order of the declaration.
    pub fields: IndexMap<Arc<str>, FieldType>,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A type of its own.
    Plain(VariableKind),
    /// Money whose currency stands in another field of the same record, by its place.
    MoneyIn(usize),
}

/// A value that the flow takes from where it runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// As it stands.
    Text(Arc<str>),
    /// From an environment variable.
    Env(Arc<str>),
    /// From a file.
    File(Arc<str>),
    /// From the project's secrets, by name.
    Secret(Arc<str>),
}

/// A service that flows may ask, as a project declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// The address that all its paths begin with.
    pub base: Setting,
    /// How we prove who we are.
    pub auth: Auth,
    /// Whether it may be given secrets, in bodies only.
    pub accepts_secret: bool,
    /// Networks besides the public ones that it may lie in, as CIDR.
    pub addresses: Vec<Arc<str>>,
    /// How long a connection may take.
    pub connect: Duration,
    /// How many requests may be under way at once.
    pub concurrency: u32,
    /// Its operations.
    pub operations: IndexMap<Arc<str>, Arc<OperationDefinition>>,
}

/// How a service knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer` (RFC 6750).
    Bearer(Setting),
    /// `Authorization: Basic` (RFC 7617): user and password.
    Basic {
        /// The user.
        user: Setting,
        /// The password.
        password: Setting,
    },
    /// A header of its own.
    Header {
        /// The header's name.
        name: Arc<str>,
        /// Its value.
        value: Setting,
    },
    /// A client certificate (RFC 8446): chain and key as PEM.
    Mtls {
        /// The certificate chain.
        cert: Setting,
        /// The key.
        key: Setting,
    },
}

/// One operation of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationDefinition {
    /// The service.
    pub service: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The method.
    pub method: Method,
    /// The path, with `{parameter}` where a value stands.
    pub path: Arc<str>,
    /// What it is given, in the order of the declaration.
    pub parameters: Vec<Parameter>,
    /// The record that it answers with; `None` if nothing is read of the answer.
    pub returns: Option<RecordIndex>,
    /// Whether money goes over the wire in minor units.
    pub minor_units: bool,
    /// Whether it may be repeated without harm.
    pub idempotent: bool,
    /// The tries, where a node does not say; 1 unless it may be repeated.
    pub tries: u32,
    /// How long one try may take.
    pub timeout: Duration,
}

/// A method of HTTP (RFC 9110).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub kind: VariableKind,
    /// Where it goes.
    pub place: ParameterPlace,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// Into the JSON body.
    Body,
    /// Into the query string.
    Query,
    /// Into the path.
    Path,
}

/// A FAQ: questions in several wordings and the prompt that answers each.
#[derive(Debug, Clone)]
pub struct FaqDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// Its entries, in the author's order.
    pub entries: Vec<FaqEntry>,
}

/// One answer of a FAQ.
#[derive(Debug, Clone)]
pub struct FaqEntry {
    /// Its name.
    pub name: Arc<str>,
    /// The key that asks for it.
    pub key: Option<Digits>,
    /// Wordings of the question, per language.
    pub ask: BTreeMap<Language, Vec<Arc<str>>>,
    /// The first wording of each language, for "did you mean"; `None` where there is none.
    pub wording: Option<Arc<Prompt>>,
    /// The answer.
    pub say: Arc<Prompt>,
}

/// A human queue as a project defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDefinition {
    /// Its name.
    pub name: QueueId,
    /// The calendar of its opening hours; `None` = always open.
    pub hours: Option<Arc<str>>,
    /// Whether callers in line are told when these end, and go where `closed` leads; else they are still served.
    pub closing_tells: bool,
    /// The most callers that may wait.
    pub max_calls: u32,
    /// How agents are chosen.
    pub strategy: RingStrategy,
    /// Whom callers reach the longer they wait, by ascending time.
    pub rings: Vec<RingDefinition>,
    /// How long one agent is rung.
    pub ring_timeout: Duration,
    /// How long an agent has after a call.
    pub wrap_up: Duration,
    /// How those are called back who asked for it; `None` = their wishes are only kept.
    pub callbacks: Option<CallbackDefinition>,
}

/// How a queue calls people back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackDefinition {
    /// Whether the customer is rung before an agent.
    pub customer_first: bool,
    /// How often each is tried.
    pub attempts: u32,
    /// How long after each try the next one follows.
    pub gaps: Vec<Duration>,
    /// When people may be called, in minutes since midnight, half-open.
    pub hours: (u16, u16),
    /// The IANA zone of numbers whose beginning does not tell; `None` = that of the queue's calendar.
    pub zone: Option<Arc<str>>,
    /// How long a wish stands.
    pub expires: Duration,
    /// The numbers and patterns of numbers that may be called.
    pub allow: Vec<Arc<str>>,
}

/// How the agent is chosen among those who are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingStrategy {
    /// Who has been idle longest.
    LongestIdle,
    /// Whose last turn is the longest ago.
    RoundRobin,
    /// Who has had the fewest calls since they logged in.
    FewestCalls,
    /// Who has talked the least since they logged in.
    LeastTalk,
    /// Who stands first in the list.
    Linear,
    /// Anybody.
    Random,
    /// Anybody, as likely as their weight says.
    Weighted,
    /// Several at the same time.
    RingAll {
        /// How many at most.
        most: u32,
    },
}

/// Whom callers reach that have waited for so long, in addition to those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingDefinition {
    /// How long, from the beginning of the wait.
    pub after: Duration,
    /// The levels of agents.
    pub levels: BTreeSet<u8>,
    /// The skills that are asked for no more.
    pub drop_skills: BTreeSet<Arc<str>>,
}

/// Opening hours as a project defines them; `calendar` checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// The IANA zone.
    pub zone: Arc<str>,
    /// Windows per weekday (0 = Monday), in minutes since midnight, half-open; an end at or before its start is on the next day.
    pub weekly: [Vec<(u16, u16)>; 7],
    /// Dates with hours of their own; no windows = closed.
    pub exceptions: BTreeMap<Date, Vec<(u16, u16)>>,
    /// Holidays of one year with their names.
    pub holidays: BTreeMap<Date, Arc<str>>,
    /// Holidays of every year with their names.
    pub yearly_holidays: BTreeMap<YearlyDay, Arc<str>>,
    /// What holds before everything else.
    pub standing: Option<CalendarOverride>,
}

/// Open or closed whatever the hours say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarOverride {
    /// Whether it is open.
    pub open: bool,
    /// Till when, by the clock on the wall in the calendar's zone; `None` = until it is taken out of the file.
    pub until: Option<Moment>,
}
