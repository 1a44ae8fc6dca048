//! The compiled form of a formula and its evaluation.

use std::sync::Arc;

use super::built_in::BuiltIn;
use super::operator::BinaryOperator;
use super::result;
use super::value::Value;
use crate::call::Class;
use crate::flow::node::{Flow, VariableIndex};
use crate::time::Moment;

/// The most bytes that a text joined by `+` may have, so that a loop of joins stays small.
pub const MAX_TEXT: usize = 4_096;

/// The most bytes of a pattern of `matches`, so that its time grows with the text alone.
pub const MAX_PATTERN: usize = 128;

/// A compiled formula: names are resolved, types agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// A constant.
    Constant(Value),
    /// A variable of the flow.
    Variable(VariableIndex),
    /// A value that every call has.
    BuiltIn(BuiltIn),
    /// `not a`
    Not(Box<Self>),
    /// `-a`
    Negate(Box<Self>),
    /// `a and b`, `a == b`, `a + b` …
    Binary(BinaryOperator, Box<Self>, Box<Self>),
    /// `order.status`: a field of a record, by its place in the record's type.
    Field(Box<Self>, usize),
    /// `["paid", "packing"]`
    List(Vec<Self>),
    /// `a in b`, where `b` is a list.
    In(Box<Self>, Box<Self>),
    /// `if(condition, a, b)`: only the branch that is taken is evaluated.
    If(Box<Self>, Box<Self>, Box<Self>),
    /// `length(a)`: characters of a text.
    Length(Box<Self>),
    /// `starts_with(a, b)`
    StartsWith(Box<Self>, Box<Self>),
    /// `matches(a, b)`: the text `a` as a whole fits the pattern `b`, in which `*` stands for any characters, `?` for
    /// one, and `#` for one digit.
    Matches(Box<Self>, Box<Self>),
    /// `upper(a)`: the text in capital letters.
    Upper(Box<Self>),
    /// `is_open(calendar)` or `is_open(calendar, moment)`: whether a calendar is open, now or then.
    IsOpen(Arc<str>, Option<Box<Self>>),
    /// `calendar.next_open`: when a calendar opens next.
    NextOpen(Arc<str>),
    /// `days_between(a, b)`: the days from the date `a` to the date `b`; below 0 if `b` is earlier.
    DaysBetween(Box<Self>, Box<Self>),
    /// `is_set(a)`
    IsSet(Box<Self>),
    /// `default(a, b)`: `b` where `a` has no value.
    Default(Box<Self>, Box<Self>),
}

/// Where a formula finds its values.
pub trait Scope {
    /// The value of a variable; [`Value::Unset`] if it has none yet.
    fn variable(&self, index: VariableIndex) -> Value;
    /// The value of a built-in name; [`Value::Unset`] if it has none now.
    fn built_in(&self, name: BuiltIn) -> Value;
    /// Whether a calendar is open, now or at a moment of its own zone; [`Value::Unset`] if there is no such calendar.
    fn is_open(&self, calendar: &str, at: Option<Moment>) -> Value;
    /// When a calendar opens next, as a moment of its own zone: now if it is open; [`Value::Unset`] if never.
    fn next_open(&self, calendar: &str) -> Value;
}

/// Where nothing has a value.
struct NoScope;

impl Scope for NoScope {
    fn variable(&self, _: VariableIndex) -> Value {
        Value::Unset
    }

    fn built_in(&self, _: BuiltIn) -> Value {
        Value::Unset
    }

    fn is_open(&self, _: &str, _: Option<Moment>) -> Value {
        Value::Unset
    }

    fn next_open(&self, _: &str) -> Value {
        Value::Unset
    }
}

/// Why a formula has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A number is outside the whole numbers of 64 bits, a span is negative, or a text is longer than [`MAX_TEXT`].
    #[error("the result is too large")]
    Overflow,
    /// The right side of `/` or `%` is 0.
    #[error("division by zero")]
    DivisionByZero,
    /// Two amounts of money of different currencies stand beside each other.
    #[error("the amounts are of different currencies")]
    TwoCurrencies,
    /// A pattern of `matches` is longer than [`MAX_PATTERN`] bytes.
    #[error("the pattern is too long")]
    LongPattern,
    /// A value is not of the type that the formula was compiled for.
    #[error("a value has the wrong type")]
    WrongType,
}

impl Formula {
    /// Works the formula out.
    ///
    /// A value that is not set takes part as follows: it equals only another value that is not set; it is
    /// neither below nor above anything; as a condition it is false; arithmetic with it gives no value.
    ///
    /// # Errors
    /// Arithmetic beyond 64 bits or division by zero; a wrong type cannot occur in a formula that
    /// [`compile`](crate::flow::compile) made, as long as the scope gives values of the declared types.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Value, EvalError> {
        Ok(match self {
            Self::Constant(value) => value.clone(),
            Self::Variable(index) => scope.variable(*index),
            Self::BuiltIn(name) => scope.built_in(*name),
            Self::Not(a) => Value::Bool(!a.truth(scope)?),
            Self::Negate(a) => result::negate(&a.eval(scope)?)?,
            Self::Binary(operator, a, b) => operator.eval(a, b, scope)?,
            Self::Field(record, place) => result::field(&record.eval(scope)?, *place)?,
            Self::List(items) => {
                Value::List(items.iter().map(|item| item.eval(scope)).collect::<Result<_, _>>()?)
            }
            Self::In(a, list) => result::is_in(&a.eval(scope)?, &list.eval(scope)?)?,
            Self::If(condition, a, b) => {
                if condition.truth(scope)? {
                    a.eval(scope)?
                } else {
                    b.eval(scope)?
                }
            }
            Self::Length(a) => result::length(&a.eval(scope)?)?,
            Self::StartsWith(a, b) => result::starts_with(&a.eval(scope)?, &b.eval(scope)?)?,
            Self::Matches(a, b) => result::matches(&a.eval(scope)?, &b.eval(scope)?)?,
            Self::Upper(a) => result::upper(&a.eval(scope)?)?,
            Self::IsOpen(calendar, at) => match at.as_ref().map(|at| at.eval(scope)).transpose()? {
                None => scope.is_open(calendar, None),
                Some(Value::Moment(moment)) => scope.is_open(calendar, Some(moment)),
                Some(Value::Unset) => Value::Unset,
                Some(_) => return Err(EvalError::WrongType),
            },
            Self::NextOpen(calendar) => scope.next_open(calendar),
            Self::DaysBetween(a, b) => result::days_between(&a.eval(scope)?, &b.eval(scope)?)?,
            Self::IsSet(a) => Value::Bool(a.eval(scope)? != Value::Unset),
            Self::Default(a, b) => match a.eval(scope)? {
                Value::Unset => b.eval(scope)?,
                value => value,
            },
        })
    }

    /// Its value, if that is the same in every call.
    pub(crate) fn constant(&self) -> Option<Value> {
        let varies = match self {
            Self::Variable(_) | Self::BuiltIn(_) | Self::IsOpen(..) | Self::NextOpen(_) => true,
            Self::Constant(_)
            | Self::Not(_)
            | Self::Negate(_)
            | Self::Binary(..)
            | Self::Field(..)
            | Self::List(_)
            | Self::In(..)
            | Self::If(..)
            | Self::Length(_)
            | Self::StartsWith(..)
            | Self::Matches(..)
            | Self::Upper(_)
            | Self::DaysBetween(..)
            | Self::IsSet(_)
            | Self::Default(..) => false,
        };
        if varies || self.parts().into_iter().any(|part| part.constant().is_none()) {
            return None;
        }
        self.eval(&NoScope).ok()
    }

    /// How private the result is: the strictest class of everything the formula reads.
    ///
    /// Whether a value is set, and how long it is, is as private as the value.
    #[must_use]
    pub fn class(&self, flow: &Flow) -> Class {
        self.class_by(&|index| {
            let variable = flow.variables.get_index(index.0 as usize);
            variable.map_or(Class::Public, |(_, variable)| variable.class)
        })
    }

    /// The same, where `of` tells the class of a variable.
    pub(crate) fn class_by(&self, of: &dyn Fn(VariableIndex) -> Class) -> Class {
        let own = match self {
            Self::Variable(index) => of(*index),
            Self::BuiltIn(name) => name.class(),
            Self::Constant(_)
            | Self::Not(_)
            | Self::Negate(_)
            | Self::Binary(..)
            | Self::Field(..)
            | Self::List(_)
            | Self::In(..)
            | Self::If(..)
            | Self::Length(_)
            | Self::StartsWith(..)
            | Self::Matches(..)
            | Self::Upper(_)
            | Self::IsOpen(..)
            | Self::NextOpen(_)
            | Self::DaysBetween(..)
            | Self::IsSet(_)
            | Self::Default(..) => Class::Public,
        };
        self.parts().into_iter().fold(own, |class, part| class.max(part.class_by(of)))
    }

    /// The formulas that it is made of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Constant(_) | Self::Variable(_) | Self::BuiltIn(_) | Self::NextOpen(_) => {
                Vec::new()
            }
            Self::Not(a)
            | Self::Negate(a)
            | Self::Length(a)
            | Self::Upper(a)
            | Self::Field(a, _)
            | Self::IsSet(a) => vec![a],
            Self::IsOpen(_, at) => at.iter().map(|at| &**at).collect(),
            Self::Binary(_, a, b)
            | Self::In(a, b)
            | Self::StartsWith(a, b)
            | Self::Matches(a, b)
            | Self::DaysBetween(a, b)
            | Self::Default(a, b) => vec![a, b],
            Self::List(items) => items.iter().collect(),
            Self::If(condition, a, b) => vec![condition, a, b],
        }
    }

    pub(super) fn truth(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        match self.eval(scope)? {
            Value::Bool(yes) => Ok(yes),
            Value::Unset => Ok(false),
            _ => Err(EvalError::WrongType),
        }
    }
}
