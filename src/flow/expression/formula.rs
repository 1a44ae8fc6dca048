//! The compiled form of a formula and its evaluation.

use std::cmp::Ordering;
use std::sync::Arc;

use super::kind::Kind;
use super::value::Value;
use crate::call::Class;
use crate::flow::node::{Flow, VariableIndex};
use crate::time::Moment;

/// The most bytes that a text joined by `+` may have, so that a loop of joins stays small.
pub const MAX_TEXT: usize = 4_096;

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
    /// `a in [b, c]`
    In(Box<Self>, Vec<Self>),
    /// `if(condition, a, b)`: only the branch that is taken is evaluated.
    If(Box<Self>, Box<Self>, Box<Self>),
    /// `length(a)`: characters of a text.
    Length(Box<Self>),
    /// `starts_with(a, b)`
    StartsWith(Box<Self>, Box<Self>),
    /// `is_set(a)`
    IsSet(Box<Self>),
    /// `default(a, b)`: `b` where `a` has no value.
    Default(Box<Self>, Box<Self>),
}

/// A value that every call has, whatever the flow declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// `call.from`: the caller's number, text; personal; no value when withheld.
    CallFrom,
    /// `call.to`: the called number, text.
    CallTo,
    /// `call.language`: the tag of the language that the caller hears, text.
    CallLanguage,
    /// `call.id`: the call's id, text.
    CallId,
    /// `queue.position`: the place in line counted from 1, a whole number; no value outside a queue.
    QueuePosition,
    /// `queue.wait`: how long the caller has waited in the present or last queue, a span; no value before one.
    QueueWait,
    /// `now`: the date and time of day at the flow's own place.
    Now,
    /// `fault`: why the last `http`, `ticket` or `callback` came to nothing, text; no value before one did.
    Fault,
}

/// An operator between two formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `or`; the right side is evaluated only if the left one is false.
    Or,
    /// `and`; the right side is evaluated only if the left one is true.
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`: adds numbers, joins texts.
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: whole-number division towards zero.
    Divide,
    /// `%`: what `/` leaves, with the sign of the left side.
    Remainder,
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

/// Why a formula has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A number is outside the whole numbers of 64 bits, or a text longer than [`MAX_TEXT`].
    #[error("the result is too large")]
    Overflow,
    /// The right side of `/` or `%` is 0.
    #[error("division by zero")]
    DivisionByZero,
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
            Self::Negate(a) => match a.eval(scope)? {
                Value::Unset => Value::Unset,
                Value::Int(n) => Value::Int(n.checked_neg().ok_or(EvalError::Overflow)?),
                _ => return Err(EvalError::WrongType),
            },
            Self::Binary(operator, a, b) => operator.eval(a, b, scope)?,
            Self::In(a, list) => {
                let value = a.eval(scope)?;
                for item in list {
                    if item.eval(scope)? == value {
                        return Ok(Value::Bool(true));
                    }
                }
                Value::Bool(false)
            }
            Self::If(condition, a, b) => {
                if condition.truth(scope)? {
                    a.eval(scope)?
                } else {
                    b.eval(scope)?
                }
            }
            Self::Length(a) => match a.eval(scope)? {
                Value::Unset => Value::Unset,
                Value::Text(text) => {
                    Value::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
                }
                _ => return Err(EvalError::WrongType),
            },
            Self::StartsWith(a, b) => match (a.eval(scope)?, b.eval(scope)?) {
                (Value::Text(text), Value::Text(start)) => Value::Bool(text.starts_with(&*start)),
                (Value::Unset, _) | (_, Value::Unset) => Value::Bool(false),
                _ => return Err(EvalError::WrongType),
            },
            Self::IsSet(a) => Value::Bool(a.eval(scope)? != Value::Unset),
            Self::Default(a, b) => match a.eval(scope)? {
                Value::Unset => b.eval(scope)?,
                value => value,
            },
        })
    }

    /// How private the result is: the strictest class of everything the formula reads.
    ///
    /// Whether a value is set, and how long it is, is as private as the value.
    #[must_use]
    pub fn class(&self, flow: &Flow) -> Class {
        match self {
            Self::Constant(_) => Class::Public,
            Self::Variable(index) => flow
                .variables
                .get_index(index.0 as usize)
                .map_or(Class::Public, |(_, variable)| variable.class),
            Self::BuiltIn(name) => name.class(),
            Self::Not(a) | Self::Negate(a) | Self::Length(a) | Self::IsSet(a) => a.class(flow),
            Self::Binary(_, a, b) | Self::StartsWith(a, b) | Self::Default(a, b) => {
                a.class(flow).max(b.class(flow))
            }
            Self::In(a, list) => list.iter().fold(a.class(flow), |c, item| c.max(item.class(flow))),
            Self::If(condition, a, b) => {
                condition.class(flow).max(a.class(flow)).max(b.class(flow))
            }
        }
    }

    fn truth(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        match self.eval(scope)? {
            Value::Bool(yes) => Ok(yes),
            Value::Unset => Ok(false),
            _ => Err(EvalError::WrongType),
        }
    }
}

impl BuiltIn {
    /// Every built-in name.
    pub const ALL: [Self; 8] = [
        Self::CallFrom,
        Self::CallTo,
        Self::CallLanguage,
        Self::CallId,
        Self::QueuePosition,
        Self::QueueWait,
        Self::Now,
        Self::Fault,
    ];

    /// The name as formulas write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallFrom => "call.from",
            Self::CallTo => "call.to",
            Self::CallLanguage => "call.language",
            Self::CallId => "call.id",
            Self::QueuePosition => "queue.position",
            Self::QueueWait => "queue.wait",
            Self::Now => "now",
            Self::Fault => "fault",
        }
    }

    /// Its type.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::CallFrom | Self::CallTo | Self::CallLanguage | Self::CallId | Self::Fault => {
                Kind::Text
            }
            Self::QueuePosition => Kind::Int,
            Self::QueueWait => Kind::Duration,
            Self::Now => Kind::Moment,
        }
    }

    /// How private the value is.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::CallFrom => Class::Personal,
            Self::CallTo
            | Self::CallLanguage
            | Self::CallId
            | Self::QueuePosition
            | Self::QueueWait
            | Self::Now
            | Self::Fault => Class::Public,
        }
    }
}

impl BinaryOperator {
    /// The operator as formulas write it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    fn eval(self, a: &Formula, b: &Formula, scope: &dyn Scope) -> Result<Value, EvalError> {
        match self {
            Self::Or => Ok(Value::Bool(a.truth(scope)? || b.truth(scope)?)),
            Self::And => Ok(Value::Bool(a.truth(scope)? && b.truth(scope)?)),
            Self::Equal => Ok(Value::Bool(a.eval(scope)? == b.eval(scope)?)),
            Self::NotEqual => Ok(Value::Bool(a.eval(scope)? != b.eval(scope)?)),
            Self::Less => compare(a, b, scope, Ordering::is_lt),
            Self::LessOrEqual => compare(a, b, scope, Ordering::is_le),
            Self::Greater => compare(a, b, scope, Ordering::is_gt),
            Self::GreaterOrEqual => compare(a, b, scope, Ordering::is_ge),
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder => {
                self.calculate(&a.eval(scope)?, &b.eval(scope)?)
            }
        }
    }

    fn calculate(self, a: &Value, b: &Value) -> Result<Value, EvalError> {
        match (self, a, b) {
            (_, Value::Unset, _) | (_, _, Value::Unset) => Ok(Value::Unset),
            (_, Value::Int(a), Value::Int(b)) => self.whole(*a, *b).map(Value::Int),
            (Self::Add, Value::Text(a), Value::Text(b)) => {
                if a.len() + b.len() > MAX_TEXT {
                    return Err(EvalError::Overflow);
                }
                let joined: Arc<str> = [&**a, &**b].concat().into();
                Ok(Value::Text(joined))
            }
            _ => Err(EvalError::WrongType),
        }
    }

    fn whole(self, a: i64, b: i64) -> Result<i64, EvalError> {
        match self {
            Self::Add => a.checked_add(b).ok_or(EvalError::Overflow),
            Self::Subtract => a.checked_sub(b).ok_or(EvalError::Overflow),
            Self::Multiply => a.checked_mul(b).ok_or(EvalError::Overflow),
            Self::Divide | Self::Remainder if b == 0 => Err(EvalError::DivisionByZero),
            Self::Divide => a.checked_div(b).ok_or(EvalError::Overflow),
            Self::Remainder => a.checked_rem(b).ok_or(EvalError::Overflow),
            Self::Or
            | Self::And
            | Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => Err(EvalError::WrongType),
        }
    }
}

fn compare(
    a: &Formula,
    b: &Formula,
    scope: &dyn Scope,
    holds: fn(Ordering) -> bool,
) -> Result<Value, EvalError> {
    match (a.eval(scope)?, b.eval(scope)?) {
        (Value::Int(a), Value::Int(b)) => Ok(Value::Bool(holds(a.cmp(&b)))),
        (Value::Text(a), Value::Text(b)) => Ok(Value::Bool(holds(a.cmp(&b)))),
        (Value::Unset, _) | (_, Value::Unset) => Ok(Value::Bool(false)),
        _ => Err(EvalError::WrongType),
    }
}
