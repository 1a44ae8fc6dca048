//! Formulas: a small, total, typed language.
//!
//! Text goes in; a [`Formula`] with resolved names comes out, or a list of faults with their place inside the
//! text. There are no loops, no user functions and no side effects, so that evaluating is bounded by the length
//! of the formula. The values of a call come in through [`Scope`].

mod built_in;
mod fault;
mod formula;
mod function;
mod kind;
mod known;
mod lexer;
mod names;
mod operator;
mod parser;
mod possible;
mod result;
mod types;
mod value;

pub use built_in::BuiltIn;
pub use formula::{EvalError, Formula, MAX_PATTERN, MAX_TEXT, Scope};
pub use lexer::spelling;
pub use operator::BinaryOperator;
pub use value::Value;

pub(super) use fault::Fault;
pub(super) use kind::Kind;
pub(super) use known::Variables;
pub(super) use names::Names;
pub(super) use parser::{RESERVED, parse};
pub(super) use possible::always;
pub(super) use types::amount;

#[cfg(test)]
mod tests;
