//! Call flows: from YAML bytes to a checked, immutable [`Flow`].

mod definition;
mod expression;
mod node;

pub use definition::{
    CalendarDefinition, Date, FaqDefinition, FaqEntry, QueueDefinition, RingStrategy,
    VariableDefinition, VariableKind,
};
pub use expression::{BinaryOperator, BuiltIn, EvalError, Formula, MAX_TEXT, Scope, Value};
pub use node::{
    AnswerNode, AnswerPolicy, Assignment, Bargein, Branch, CheckDigit, Choice, Collect,
    CommandBinding, Entry, EntryKind, FaqIndex, Flow, Goto, HangupNode, Hours, Input, Limits,
    MAX_ENTRY, Menu, Node, NodeIndex, NoteNode, Place, Prompt, QueueNode, Retry, Say, SetNode,
    Transfer, VariableIndex, Verb, Words,
};
