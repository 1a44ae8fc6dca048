//! Which types go together, and how a fault of types is told.

use super::fault::Fault;
use super::formula::Formula;
use super::kind::Kind;
use super::operator::BinaryOperator;
use super::parser::{Parsed, Parser, Term};
use super::value::Value;
use crate::call::{Currency, Money};
use crate::flow::schema::Time;
use crate::time::{ClockTime, Date};

impl Parser<'_> {
    pub(super) fn logical(&mut self, operator: BinaryOperator, left: Term, right: Term) -> Parsed {
        for side in [&left, &right] {
            let message = format!("`{}` joins conditions", operator.symbol());
            self.want(side, Kind::Bool, &message);
        }
        self.binary(operator, left, right, Kind::Bool)
    }

    /// The type that `+ - * / %` gives.
    pub(super) fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Term,
        right: &Term,
    ) -> Kind {
        if let Some(kind) = result(operator, left.kind, right.kind) {
            return kind;
        }
        let symbol = operator.symbol();
        let calculates =
            |kind| matches!(kind, Kind::Int | Kind::Money(_) | Kind::Duration | Kind::Any);
        let mut told = false;
        for side in [left, right] {
            if !calculates(side.kind) {
                told = true;
                let message = format!("`{symbol}` calculates with numbers");
                self.want(side, Kind::Int, &message);
            }
        }
        if !told {
            let (one, other) = (left.kind.described(), right.kind.described());
            let message = format!("`{symbol}` does not go between {one} and {other}");
            let mut fault = Fault::types(left.range.start..right.range.end, message);
            for (one, other) in [(left, right), (right, left)] {
                fault = with_currency(fault, one, other);
            }
            self.faults.push(fault);
        }
        Kind::Any
    }

    pub(super) fn want(&mut self, term: &Term, kind: Kind, why: &str) {
        if !term.kind.agrees(kind) {
            let message = format!("{why}, this is {}", term.kind.words());
            self.faults.push(Fault::types(term.range.clone(), message));
        }
    }

    pub(super) fn comparable(&mut self, left: &Term, right: &Term) {
        if left.kind.comparable(right.kind) {
            return;
        }
        let (one, other) = (left.kind.described(), right.kind.described());
        let message = format!("cannot compare {one} with {other}");
        let mut fault = Fault::types(left.range.start..right.range.end, message);
        for (one, other) in [(left, right), (right, left)] {
            fault = with_currency(fault, one, other);
            if let (Formula::Constant(Value::Text(text)), wanted) = (&one.formula, other.kind)
                && let Some(what) = written_without_quotes(text, wanted)
            {
                fault.range = one.range.clone();
                fault = fault.help(format!("write {what} without quotes")).instead(&**text);
            }
            if let (Formula::Constant(Value::Int(number)), Kind::Text) = (&one.formula, other.kind)
            {
                fault.range = one.range.clone();
                let help = "digits are text, not a number; write them in quotes";
                fault = fault.help(help).instead(format!("\"{number}\""));
            }
            if let (Formula::Constant(Value::Int(number)), Kind::Duration) =
                (&one.formula, other.kind)
            {
                fault.range = one.range.clone();
                fault = fault.help(format!("write a span with its unit: `{number}s`, `{number}m`"));
            }
        }
        self.faults.push(fault);
    }
}

fn result(operator: BinaryOperator, left: Kind, right: Kind) -> Option<Kind> {
    let adds = matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract);
    let scales = matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide);
    match (left, right) {
        (Kind::Any, Kind::Any) => Some(Kind::Any),
        (Kind::Text, Kind::Text | Kind::Any) | (Kind::Any, Kind::Text) => {
            (operator == BinaryOperator::Add).then_some(Kind::Text)
        }
        (Kind::Int, Kind::Int) => Some(Kind::Int),
        (Kind::Money(_), Kind::Money(_)) if adds => left.agrees(right).then(|| left.or(right)),
        (Kind::Duration, Kind::Duration) if adds => Some(Kind::Duration),
        (Kind::Money(_) | Kind::Duration, Kind::Int) if scales => Some(left),
        (Kind::Int, Kind::Money(_) | Kind::Duration) if operator == BinaryOperator::Multiply => {
            Some(right)
        }
        (Kind::Any, Kind::Int | Kind::Money(_) | Kind::Duration)
        | (Kind::Int | Kind::Money(_) | Kind::Duration, Kind::Any) => Some(Kind::Any),
        _ => None,
    }
}

/// A number beside money lacks its currency.
fn with_currency(fault: Fault, number: &Term, money: &Term) -> Fault {
    let (Formula::Constant(Value::Int(amount)), Kind::Money(currency)) =
        (&number.formula, money.kind)
    else {
        return fault;
    };
    match currency {
        Some(currency) => {
            let mut fault = fault.help("write the amount with its currency");
            fault.range = number.range.clone();
            fault.instead(format!("{currency} {amount}"))
        }
        None => fault.help(format!("write the amount with its currency, such as `IDR {amount}`")),
    }
}

/// What a text in quotes would be without them, if that is what is wanted.
fn written_without_quotes(text: &str, wanted: Kind) -> Option<&'static str> {
    let (fits, what) = match wanted {
        Kind::Int => (text.parse::<i64>().is_ok(), "the number"),
        Kind::Bool => (matches!(text, "true" | "false"), "`true` and `false`"),
        Kind::Money(_) => (amount(text).is_some(), "the amount"),
        Kind::Date => (Date::parse(text).is_some(), "the date"),
        Kind::Time => (ClockTime::parse(text).is_some(), "the time"),
        Kind::Moment => {
            (Date::parse(text).is_some() || ClockTime::parse(text).is_some(), "the date or time")
        }
        Kind::Duration => (Time::parse(text).is_some(), "the span"),
        Kind::Text | Kind::List | Kind::Recording | Kind::Record(_) | Kind::Any => return None,
    };
    fits.then_some(what)
}

/// Reads `IDR 150000`.
pub(crate) fn amount(text: &str) -> Option<Money> {
    let (currency, number) = text.split_once(' ')?;
    Money::parse(number.trim(), Currency::parse(currency)?)
}
