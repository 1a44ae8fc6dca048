//! The YAML forms of everything in a flow file, as serde types: what may be written, not what it means.
//!
//! Each type's serde name says what it is in messages ("unknown key `nxet` in a `say` node"). Outcomes are optional
//! here, because a missing one is reported with the reason why a caller needs it.

mod calendar;
mod call;
mod json;
mod node;
mod script;
mod section;
mod service;
mod value;

pub(super) use calendar::{CalendarRaw, HolidaysRaw, OverrideRaw};
pub(super) use node::{
    AnnounceRaw, Answer, AsRaw, BargeinRaw, Branch, Call, Callback, CheckRaw, Choice, Collect,
    Command, Confirm, Hangup, Hours, Http, InputRaw, Menu, NodeRaw, Note, Number, OfferRaw, Queue,
    QueueKeyRaw, Record, RecordCall, RetryRaw, Return, Say, Set, Tell, Ticket, Transfer,
};
pub(super) use script::{
    AgentRaw, AskedRaw, BareStep, CaseRaw, CustomerRaw, EndingRaw, FaultRaw, MockRaw, MocksRaw,
    QueuedRaw, RuleRaw, RungRaw, SetupRaw, SpeakRaw, StaffRaw, StepMap, StepRaw, ThenRaw, Tree,
    WishEndRaw,
};
pub(super) use section::{
    AnswerPolicyRaw, CallbacksRaw, ClosingRaw, Defaults, FaqEntryRaw, FaqRaw, FirstRaw, LevelsRaw,
    LimitsRaw, PromptRaw, QueueRaw, RingRaw, RingStepRaw, StrategyRaw, VariableRaw,
};
pub(super) use service::{AuthRaw, OperationRaw, ServiceRaw, SettingRaw};
pub use value::read_time;
pub(super) use value::{Allow, Entries, Prompts, PromptsItem, Scalar, Texts, Time, WordsRaw};
