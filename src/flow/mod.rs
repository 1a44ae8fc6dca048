//! Call flows: from YAML bytes to a checked, immutable [`Flow`].

mod ahead;
mod built_in;
mod check;
mod compare;
mod compile;
mod data;
mod definition;
mod diagnostic;
mod diagram;
mod editor;
mod effort;
mod evaluate;
mod expression;
mod graph;
mod holidays;
mod load;
mod map;
mod node;
mod read;
mod recorded;
mod render;
mod repair;
mod revise;
mod schema;
mod script;
mod shipped;
mod source;
mod suggest;
mod tidy;
mod timing;
mod told;
mod wire;

pub use ahead::{Ahead, Subject, Test};
pub use built_in::{BUILT_IN, BUILT_IN_LANGUAGES, BuiltInWords, yes_or_no_key};
pub use check::{
    EDITION, GIVEN_TWICE, MISSING_KEY, RULES, Rule, UNKNOWN_KEY, WRONG_FORM, mock_never_used,
    never_visited,
};
pub use compare::{Change, Course, CourseStep, Group, Origin, Touch, Version, compare};
pub use compile::{
    AudioFact, Compiled, Facts, FlowFile, Recording, RecordingState, SharedPlaces, compile,
};
pub use definition::{
    Auth, CalendarDefinition, CalendarOverride, CallbackDefinition, FaqDefinition, FaqEntry,
    FieldType, Method, OperationDefinition, Parameter, ParameterPlace, QueueDefinition,
    RecordIndex, RecordType, RingDefinition, RingStrategy, ServiceDefinition, Setting,
    VariableDefinition, VariableKind,
};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Level, Patch};
pub use diagram::{Diagram, Stroke, TooManyBoxes};
pub use editor::{finish_schema, flow_schema, schema_generator, shared_sections};
pub use effort::{Effort, FlowEffort, Goal};
pub use evaluate::{EvaluateError, evaluate};
pub use expression::{
    BinaryOperator, BuiltIn, EvalError, Formula, MAX_PATTERN, MAX_TEXT, Scope, Value, spelling,
};
pub use load::{Document, MAX_BYTES, MAX_LEVELS, MAX_VALUES, Places};
pub use node::{
    Announce, AnswerNode, AnswerPolicy, Assignment, Bargein, Branch, CallNode, CallbackNode,
    CheckDigit, Choice, Collect, CommandBinding, Destination, Entry, EntryKind, FaqIndex, Flow,
    Goto, HangupNode, Hours, HttpNode, Input, Limits, MAX_ENTRY, Menu, Node, NodeIndex, NoteNode,
    OfferCallback, Piece, Place, Prompt, QueueKey, QueueKeyAction, QueueNode, RecordNode, Retry,
    ReturnNode, SURVEY_NOTES, Say, SetNode, Slot, Subflow, SubflowIndex, TicketNode, Transfer,
    VariableIndex, Verb, Way, WayKind, Words,
};
pub use read::read_yaml;
pub use recorded::words_hash;
pub use render::{Format, sarif_log};
pub use repair::repair;
pub use revise::{Hearing, revise};
pub use schema::read_time;
pub use script::{
    AgentAct, CallRule, Case, Claim, CustomerAct, Ending, Hear, Mock, MockAnswer, MockOf,
    MockReply, Queued, Rung, Staff, Step, TestFile, WishEnd,
};
pub use source::{FileId, SourceFile, Sources, Span, Spanned};
pub use suggest::nearest;
pub use tidy::tidy;
pub use wire::Wire;
