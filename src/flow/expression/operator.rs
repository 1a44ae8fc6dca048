//! The operators between two formulas, and what they give.

use std::cmp::Ordering;
use std::sync::Arc;

use super::formula::{EvalError, Formula, MAX_TEXT, Scope};
use super::value::Value;
use crate::call::Money;
use crate::time::Duration;

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

    /// Whether it gives a number, an amount, a span or a text, and not yes or no.
    pub(super) const fn calculates(self) -> bool {
        match self {
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder => true,
            Self::Or
            | Self::And
            | Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => false,
        }
    }

    pub(super) fn eval(
        self,
        a: &Formula,
        b: &Formula,
        scope: &dyn Scope,
    ) -> Result<Value, EvalError> {
        match self {
            Self::Or => Ok(Value::Bool(a.truth(scope)? || b.truth(scope)?)),
            Self::And => Ok(Value::Bool(a.truth(scope)? && b.truth(scope)?)),
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => {
                self.compare(&a.eval(scope)?, &b.eval(scope)?).map(Value::Bool)
            }
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder => {
                self.calculate(&a.eval(scope)?, &b.eval(scope)?)
            }
        }
    }

    /// Whether a comparison of two values holds.
    pub(super) fn compare(self, a: &Value, b: &Value) -> Result<bool, EvalError> {
        let holds: fn(Ordering) -> bool = match self {
            Self::Equal => return equal(a, b),
            Self::NotEqual => return equal(a, b).map(|same| !same),
            Self::Less => Ordering::is_lt,
            Self::LessOrEqual => Ordering::is_le,
            Self::Greater => Ordering::is_gt,
            Self::GreaterOrEqual => Ordering::is_ge,
            Self::Or
            | Self::And
            | Self::Add
            | Self::Subtract
            | Self::Multiply
            | Self::Divide
            | Self::Remainder => return Err(EvalError::WrongType),
        };
        Ok(order(a, b)?.is_some_and(holds))
    }

    /// The result of an arithmetic operator.
    pub(super) fn calculate(self, a: &Value, b: &Value) -> Result<Value, EvalError> {
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
            (Self::Add | Self::Subtract, Value::Money(a), Value::Money(b)) => {
                same_currency(*a, *b)?;
                self.amount(*a, b.minor)
            }
            (Self::Multiply | Self::Divide, Value::Money(money), Value::Int(factor))
            | (Self::Multiply, Value::Int(factor), Value::Money(money)) => {
                self.amount(*money, *factor)
            }
            (Self::Add | Self::Subtract, Value::Duration(a), Value::Duration(b)) => {
                self.span(*a, b.as_micros())
            }
            (Self::Multiply | Self::Divide, Value::Duration(span), Value::Int(factor))
            | (Self::Multiply, Value::Int(factor), Value::Duration(span)) => {
                self.span(*span, u64::try_from(*factor).map_err(|_| EvalError::Overflow)?)
            }
            _ => Err(EvalError::WrongType),
        }
    }

    fn amount(self, money: Money, by: i64) -> Result<Value, EvalError> {
        let minor = self.whole(money.minor, by)?;
        Ok(Value::Money(Money { minor, currency: money.currency }))
    }

    /// Spans never go below zero.
    fn span(self, span: Duration, by: u64) -> Result<Value, EvalError> {
        let micros = span.as_micros();
        let micros = match self {
            Self::Add => micros.checked_add(by).ok_or(EvalError::Overflow)?,
            Self::Subtract => micros.saturating_sub(by),
            Self::Multiply => micros.checked_mul(by).ok_or(EvalError::Overflow)?,
            _ => micros.checked_div(by).ok_or(EvalError::DivisionByZero)?,
        };
        Ok(Value::Duration(Duration::from_micros(micros)))
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

/// Whether two values are equal. A moment equals a date on that day, and a time of day at that minute.
pub(super) fn equal(a: &Value, b: &Value) -> Result<bool, EvalError> {
    Ok(match (a, b) {
        (Value::Money(a), Value::Money(b)) => {
            same_currency(*a, *b)?;
            a.minor == b.minor
        }
        (Value::Moment(moment), Value::Date(date)) | (Value::Date(date), Value::Moment(moment)) => {
            moment.date == *date
        }
        (Value::Moment(moment), Value::Time(time)) | (Value::Time(time), Value::Moment(moment)) => {
            moment.time == *time
        }
        (a, b) => a == b,
    })
}

/// Which of two values comes first; `None` if one has no value.
fn order(a: &Value, b: &Value) -> Result<Option<Ordering>, EvalError> {
    Ok(Some(match (a, b) {
        (Value::Unset, _) | (_, Value::Unset) => return Ok(None),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Money(a), Value::Money(b)) => {
            same_currency(*a, *b)?;
            a.minor.cmp(&b.minor)
        }
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Moment(a), Value::Moment(b)) => a.cmp(b),
        (Value::Moment(a), Value::Date(b)) => a.date.cmp(b),
        (Value::Date(a), Value::Moment(b)) => a.cmp(&b.date),
        (Value::Moment(a), Value::Time(b)) => a.time.cmp(b),
        (Value::Time(a), Value::Moment(b)) => a.cmp(&b.time),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        _ => return Err(EvalError::WrongType),
    }))
}

fn same_currency(a: Money, b: Money) -> Result<(), EvalError> {
    if a.currency == b.currency { Ok(()) } else { Err(EvalError::TwoCurrencies) }
}
