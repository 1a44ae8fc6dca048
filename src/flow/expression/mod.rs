//! Formulas: a small, total, typed language.
//!
//! Text goes in; a [`Formula`] with resolved names comes out, or a list of faults with their place inside the
//! text. There are no loops, no user functions and no side effects, so that evaluating is bounded by the length
//! of the formula. The values of a call come in through [`Scope`].

mod fault;
mod formula;
mod function;
mod kind;
mod lexer;
mod parser;
mod value;

pub use formula::{BinaryOperator, BuiltIn, EvalError, Formula, MAX_TEXT, Scope};
pub use value::Value;

pub(super) use fault::Fault;
pub(super) use kind::Kind;
pub(super) use parser::{Names, RESERVED, parse};

#[cfg(test)]
mod tests;
