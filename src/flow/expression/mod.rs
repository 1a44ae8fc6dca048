//! Formulas: a small, total, typed language.
//!
//! Text goes in; a [`Formula`] with resolved names comes out, or a list of faults with their place inside the
//! text. There are no loops, no user functions and no side effects, so that evaluating is bounded by the length
//! of the formula. The values of a call come in through [`Scope`].

mod formula;
mod value;

pub use formula::{BinaryOperator, BuiltIn, EvalError, Formula, MAX_TEXT, Scope};
pub use value::Value;
