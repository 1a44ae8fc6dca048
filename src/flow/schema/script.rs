//! The forms of test files: `setup`, cases with their steps, mocks and claims, and rules for every call.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::{Entries, ForPeople, Scalar, Texts, Time};
use crate::call::Class;
use crate::flow::source::Spanned;

/// A value of any form, with the places of everything in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with decimals; what stands in the file says it exactly.
    Decimal,
    /// `true` or `false`.
    Bool(bool),
    /// Several.
    List(Vec<Spanned<Self>>),
    /// By name.
    Map(Entries<Spanned<Self>>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Int(number))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Decimal)
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(yes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(Entries(entries)))
    }
}

/// `setup`: what is around every case that does not say otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`setup`")]
#[schemars(rename = "test_setup", deny_unknown_fields)]
pub(crate) struct SetupRaw {
    pub(crate) at: Option<Spanned<String>>,
    pub(crate) caller: Option<Spanned<String>>,
    pub(crate) called: Option<Spanned<String>>,
    pub(crate) caller_name: Option<Spanned<String>>,
    pub(crate) asserted: Option<bool>,
    pub(crate) trunk: Option<Spanned<String>>,
    pub(crate) diverted_from: Option<Spanned<String>>,
    pub(crate) env: Option<Entries<Spanned<String>>>,
    pub(crate) agents: Option<Entries<StaffRaw>>,
    pub(crate) mock: Option<Entries<MocksRaw>>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// A case: one call, with what differs around it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a case")]
#[schemars(rename = "test_case", deny_unknown_fields)]
pub(crate) struct CaseRaw {
    pub(crate) name: Spanned<String>,
    at: Option<Spanned<String>>,
    caller: Option<Spanned<String>>,
    called: Option<Spanned<String>>,
    caller_name: Option<Spanned<String>>,
    asserted: Option<bool>,
    trunk: Option<Spanned<String>>,
    diverted_from: Option<Spanned<String>>,
    env: Option<Entries<Spanned<String>>>,
    agents: Option<Entries<StaffRaw>>,
    mock: Option<Entries<MocksRaw>>,
    pub(crate) call: Vec<Spanned<StepRaw>>,
    pub(crate) then: Option<ThenRaw>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

impl CaseRaw {
    /// What differs around this case.
    pub(crate) fn setup(&self) -> SetupRaw {
        SetupRaw {
            at: self.at.clone(),
            caller: self.caller.clone(),
            called: self.called.clone(),
            caller_name: self.caller_name.clone(),
            asserted: self.asserted,
            trunk: self.trunk.clone(),
            diverted_from: self.diverted_from.clone(),
            env: self.env.clone(),
            agents: self.agents.clone(),
            mock: self.mock.clone(),
            _about: None,
        }
    }
}

/// The agents of a queue: how many, or more about them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "test_staff", untagged)]
pub(crate) enum StaffRaw {
    /// So many, all of them free.
    Text(u32),
    /// So many, and whether they are free.
    Map(StaffMap),
}

/// The agents of a queue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "the agents of a queue")]
#[schemars(rename = "test_staff_map", deny_unknown_fields)]
pub(crate) struct StaffMap {
    pub(crate) count: u32,
    pub(crate) busy: Option<bool>,
    pub(crate) waiting: Option<Spanned<u32>>,
}

/// What a mock answers: always the same, or to one request after another.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "test_mocks", untagged)]
pub(crate) enum MocksRaw {
    /// One after another; the last one again and again.
    List(Vec<Spanned<MockRaw>>),
    /// Always the same.
    Map(Spanned<MockRaw>),
}

/// One answer of a mock: at most one of `reply`, `body` and `fault`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a mock")]
#[schemars(rename = "test_mock", deny_unknown_fields)]
pub(crate) struct MockRaw {
    pub(crate) reply: Option<Spanned<Tree>>,
    pub(crate) body: Option<Spanned<String>>,
    pub(crate) status: Option<Spanned<u16>>,
    pub(crate) fault: Option<Spanned<FaultRaw>>,
    pub(crate) after: Option<Spanned<Time>>,
    pub(crate) slow: Option<Spanned<Time>>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// How a service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "test_fault")]
pub(crate) enum FaultRaw {
    /// It does not answer in time.
    Timeout,
    /// Nobody listens there.
    Refused,
    /// Its name leads nowhere.
    Dns,
    /// It breaks off in the middle of its answer.
    HangupDuring,
}

/// A step of a call.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "test_step", untagged)]
pub(crate) enum StepRaw {
    /// A step that needs no more than its name.
    Text(BareStep),
    /// A step and more about it.
    Map(Box<StepMap>),
}

/// A step that needs no more than its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "test_bare_step")]
pub(crate) enum BareStep {
    /// The caller says nothing until the question is missed.
    Silence,
    /// The caller hangs up.
    Hangup,
    /// A number is rung, whichever.
    Transferred,
    /// The call is over, however.
    End,
}

/// A step: exactly one verb, and what belongs to it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a step")]
#[schemars(rename = "test_step_map", deny_unknown_fields)]
pub(crate) struct StepMap {
    pub(crate) hear: Option<Texts>,
    pub(crate) text: Option<Spanned<String>>,
    pub(crate) not: Option<bool>,
    pub(crate) press: Option<Texts>,
    pub(crate) say: Option<Texts>,
    pub(crate) early: Option<bool>,
    pub(crate) wait: Option<Time>,
    pub(crate) speak: Option<SpeakRaw>,
    pub(crate) agent: Option<AgentRaw>,
    pub(crate) queued: Option<QueuedRaw>,
    pub(crate) transferred: Option<Spanned<String>>,
    pub(crate) at_node: Option<Spanned<String>>,
    pub(crate) end: Option<EndingRaw>,
    pub(crate) rung: Option<RungRaw>,
    #[serde(rename = "for")]
    pub(crate) span: Option<Time>,
    pub(crate) customer: Option<CustomerRaw>,
    pub(crate) callback: Option<WishEndRaw>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// How long the caller speaks.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "test_speak", untagged)]
pub(crate) enum SpeakRaw {
    /// So long.
    Text(Time),
    /// `{ for: 20s }`
    Map(SpeakMap),
}

/// How long the caller speaks.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename = "`speak`")]
#[schemars(rename = "test_speak_map", deny_unknown_fields)]
pub(crate) struct SpeakMap {
    #[serde(rename = "for")]
    pub(crate) length: Time,
}

/// What a person at our side does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "test_agent")]
pub(crate) enum AgentRaw {
    /// Picks up.
    Answers,
    /// Declines.
    Rejects,
    /// Is on the phone already.
    IsBusy,
    /// Hangs up, or stops ringing.
    HangsUp,
    /// One of those who are busy ends the talk with another caller.
    ComesFree,
}

/// Whom the node rings for a wish to be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "test_rung")]
pub(crate) enum RungRaw {
    /// An agent of the queue.
    Agent,
    /// The customer.
    Customer,
    /// Nobody, `for` so long.
    Nobody,
}

/// What the customer who is called back does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "test_customer")]
pub(crate) enum CustomerRaw {
    /// Picks up.
    Answers,
    /// Presses 1.
    Confirms,
    /// Presses 2: they no longer want it.
    Declines,
    /// Is on the phone already.
    IsBusy,
    /// Does not take the call.
    Rejects,
    /// Lets it ring.
    DoesNotAnswer,
    /// A machine picks up and presses no key.
    MachineAnswers,
    /// Hangs up.
    HangsUp,
    /// Calls once more by themselves: the steps that follow are of that call.
    CallsAgain,
}

/// How a wish to be called back ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "test_wish_end")]
pub(crate) enum WishEndRaw {
    /// Agent and customer talked.
    Done,
    /// The customer called by themselves and was served.
    CalledAgain,
    /// Every try failed.
    Exhausted,
    /// Its time was over.
    Expired,
    /// The customer said that they no longer want it.
    Declined,
    /// An older wish of the same number for the same queue stands for it.
    Merged,
    /// The number may not be called.
    NotAllowed,
}

/// A stay in a queue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "test_queued", untagged)]
pub(crate) enum QueuedRaw {
    /// The queue.
    Text(Spanned<String>),
    /// The queue and more.
    Map(QueuedMap),
}

/// A stay in a queue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`queued`")]
#[schemars(rename = "test_queued_map", deny_unknown_fields)]
pub(crate) struct QueuedMap {
    pub(crate) name: Spanned<String>,
    pub(crate) skills: Option<Entries<Spanned<Scalar>>>,
    pub(crate) priority: Option<Spanned<u8>>,
}

/// How a call ends for the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "test_ending")]
pub(crate) enum EndingRaw {
    /// With a person, or in line for one.
    Queue,
    /// We hung up.
    Hangup,
    /// With a number that was rung.
    Transfer,
    /// With a wish to be called back.
    Callback,
}

/// What must be true of a call afterwards.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`then`")]
#[schemars(rename = "test_then", deny_unknown_fields)]
pub(crate) struct ThenRaw {
    pub(crate) http: Option<Entries<AskedRaw>>,
    pub(crate) vars: Option<Entries<Spanned<Tree>>>,
    pub(crate) record: Option<Entries<Spanned<Scalar>>>,
    pub(crate) recordings: Option<Spanned<u32>>,
    pub(crate) tickets: Option<Entries<u32>>,
    pub(crate) callbacks: Option<Spanned<u32>>,
    pub(crate) lasts: Option<Texts>,
    pub(crate) log_never_has: Option<Texts>,
}

/// How an operation was asked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "an `http` claim")]
#[schemars(rename = "test_asked", deny_unknown_fields)]
pub(crate) struct AskedRaw {
    pub(crate) times: Option<u32>,
    pub(crate) with: Option<Entries<Spanned<Tree>>>,
}

/// What holds in every call: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a rule")]
#[schemars(rename = "test_rule", deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct RuleRaw {
    #[serde(rename = "every call ends in")]
    pub(crate) ends_in: Option<EndingsRaw>,
    #[serde(rename = "no silence longer")]
    pub(crate) no_silence_longer: Option<Time>,
    #[serde(rename = "never longer in flow")]
    pub(crate) never_longer_in_flow: Option<Time>,
    #[serde(rename = "log never has")]
    pub(crate) log_never_has: Option<Vec<Spanned<Class>>>,
    pub(crate) never: Option<NeverRaw>,
}

/// Ways to end, several of which may be right.
pub(crate) type EndingsRaw = Vec<Spanned<EndingRaw>>;

/// A node that must not come before another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`never`")]
#[schemars(rename = "test_never", deny_unknown_fields)]
pub(crate) struct NeverRaw {
    pub(crate) visit: Spanned<String>,
    pub(crate) before: Spanned<String>,
}
