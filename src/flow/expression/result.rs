//! What fields, functions and the operators of one side give for the values of a call.

use super::formula::{EvalError, MAX_PATTERN, MAX_TEXT};
use super::operator::equal;
use super::value::Value;
use crate::call::{Money, fits_pattern};
use crate::time::Date;

type Evaluated = Result<Value, EvalError>;

/// `-a`
pub(super) fn negate(value: &Value) -> Evaluated {
    match value {
        Value::Unset => Ok(Value::Unset),
        Value::Int(n) => n.checked_neg().map(Value::Int).ok_or(EvalError::Overflow),
        Value::Money(Money { minor, currency }) => {
            let minor = minor.checked_neg().ok_or(EvalError::Overflow)?;
            Ok(Value::Money(Money { minor, currency: *currency }))
        }
        _ => Err(EvalError::WrongType),
    }
}

/// `order.status`
pub(super) fn field(record: &Value, place: usize) -> Evaluated {
    match record {
        Value::Unset => Ok(Value::Unset),
        Value::Record(fields) => Ok(fields.get(place).cloned().unwrap_or(Value::Unset)),
        _ => Err(EvalError::WrongType),
    }
}

/// `a in list`
pub(super) fn is_in(wanted: &Value, list: &Value) -> Evaluated {
    let items = match list {
        Value::List(items) => items,
        Value::Unset => return Ok(Value::Bool(false)),
        _ => return Err(EvalError::WrongType),
    };
    for item in items.iter() {
        if equal(item, wanted)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// `length(text)`
pub(super) fn length(value: &Value) -> Evaluated {
    match value {
        Value::Unset => Ok(Value::Unset),
        Value::Text(text) => {
            Ok(Value::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)))
        }
        _ => Err(EvalError::WrongType),
    }
}

/// `starts_with(text, beginning)`
pub(super) fn starts_with(text: &Value, start: &Value) -> Evaluated {
    match (text, start) {
        (Value::Text(text), Value::Text(start)) => Ok(Value::Bool(text.starts_with(&**start))),
        (Value::Unset, _) | (_, Value::Unset) => Ok(Value::Bool(false)),
        _ => Err(EvalError::WrongType),
    }
}

/// `matches(text, pattern)`
pub(super) fn matches(text: &Value, pattern: &Value) -> Evaluated {
    match (text, pattern) {
        (Value::Text(_), Value::Text(pattern)) if pattern.len() > MAX_PATTERN => {
            Err(EvalError::LongPattern)
        }
        (Value::Text(text), Value::Text(pattern)) => Ok(Value::Bool(fits_pattern(text, pattern))),
        (Value::Unset, _) | (_, Value::Unset) => Ok(Value::Bool(false)),
        _ => Err(EvalError::WrongType),
    }
}

/// `upper(text)`
pub(super) fn upper(value: &Value) -> Evaluated {
    match value {
        Value::Unset => Ok(Value::Unset),
        Value::Text(text) => {
            let upper = text.to_uppercase();
            if upper.len() > MAX_TEXT {
                return Err(EvalError::Overflow);
            }
            Ok(Value::Text(upper.into()))
        }
        _ => Err(EvalError::WrongType),
    }
}

/// `days_between(from, to)`
pub(super) fn days_between(from: &Value, to: &Value) -> Evaluated {
    Ok(match (date(from)?, date(to)?) {
        (Some(from), Some(to)) => Value::Int(to.days_since_epoch() - from.days_since_epoch()),
        _ => Value::Unset,
    })
}

fn date(value: &Value) -> Result<Option<Date>, EvalError> {
    match value {
        Value::Date(date) => Ok(Some(*date)),
        Value::Moment(moment) => Ok(Some(moment.date)),
        Value::Unset => Ok(None),
        _ => Err(EvalError::WrongType),
    }
}
