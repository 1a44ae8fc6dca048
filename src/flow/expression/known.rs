//! Which variables surely have a value: what a formula needs of that, and what a condition tells about it.

use std::collections::BTreeSet;

use super::built_in::BuiltIn;
use super::formula::Formula;
use super::operator::BinaryOperator;
use super::value::Value;
use crate::flow::node::VariableIndex;

/// The most cases that a condition is split into; beyond that it tells nothing.
const MAX_CASES: usize = 16;

/// A set of variables, such as those that surely have a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variables(Vec<u64>);

impl Variables {
    /// Whether the variable is in the set.
    pub(crate) fn has(&self, variable: VariableIndex) -> bool {
        let (word, bit) = place(variable);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Puts a variable in.
    pub(crate) fn insert(&mut self, variable: VariableIndex) {
        let (word, bit) = place(variable);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Takes a variable out.
    pub(crate) fn remove(&mut self, variable: VariableIndex) {
        let (word, bit) = place(variable);
        if let Some(bits) = self.0.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Whether every variable of the set is in the other one.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let bits = |at| other.0.get(at).copied().unwrap_or(0);
        self.0.iter().enumerate().all(|(at, own)| own & !bits(at) == 0)
    }

    /// The variables that are in both sets.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }
}

fn place(variable: VariableIndex) -> (usize, u64) {
    (variable.0 as usize / 64, 1 << (variable.0 % 64))
}

impl Formula {
    /// Every variable that it reads.
    pub(crate) fn reads(&self, found: &mut BTreeSet<VariableIndex>) {
        if let Self::Variable(index) = self {
            found.insert(*index);
        }
        for part in self.parts() {
            part.reads(found);
        }
    }

    /// The variables that it needs a value of and that may have none, where those in `set` surely have one.
    ///
    /// `is_set(x)` and `default(x, y)` need none of `x`, and what follows `is_set(x) and` or stands in a branch of
    /// `if` may rely on the condition.
    pub(crate) fn needs(&self, set: &Variables, doubtful: &Variables) -> BTreeSet<VariableIndex> {
        let mut missing = BTreeSet::new();
        match self {
            Self::Variable(index) => {
                if !set.has(*index) {
                    missing.insert(*index);
                }
            }
            Self::IsSet(_) => {}
            Self::Default(_, other) => missing = other.needs(set, doubtful),
            Self::Binary(operator @ (BinaryOperator::And | BinaryOperator::Or), a, b) => {
                missing = a.needs(set, doubtful);
                for case in a.cases(set, doubtful, *operator == BinaryOperator::And) {
                    missing.append(&mut b.needs(&case, doubtful));
                }
            }
            Self::If(condition, a, b) => {
                missing = condition.needs(set, doubtful);
                for (holds, branch) in [(true, a), (false, b)] {
                    for case in condition.cases(set, doubtful, holds) {
                        missing.append(&mut branch.needs(&case, doubtful));
                    }
                }
            }
            other => {
                for part in other.parts() {
                    missing.append(&mut part.needs(set, doubtful));
                }
            }
        }
        missing
    }

    /// What is known where the condition holds, or where it does not: one set per case, none if it cannot be.
    ///
    /// A variable that is in `doubtful` may turn out empty although it was set.
    pub(crate) fn cases(
        &self,
        set: &Variables,
        doubtful: &Variables,
        holds: bool,
    ) -> Vec<Variables> {
        let after = |first: &Self, first_holds: bool, second: &Self, second_holds: bool| {
            let cases = first.cases(set, doubtful, first_holds).into_iter();
            cases.flat_map(|case| second.cases(&case, doubtful, second_holds)).collect::<Vec<_>>()
        };
        let cases = match self {
            Self::Constant(Value::Bool(yes)) if *yes != holds => Vec::new(),
            Self::Not(a) => a.cases(set, doubtful, !holds),
            Self::Binary(BinaryOperator::And, a, b) if holds => after(a, true, b, true),
            Self::Binary(BinaryOperator::Or, a, b) if !holds => after(a, false, b, false),
            Self::Binary(BinaryOperator::And, a, b) => {
                let mut cases = a.cases(set, doubtful, false);
                cases.extend(after(a, true, b, false));
                cases
            }
            Self::Binary(BinaryOperator::Or, a, b) => {
                let mut cases = a.cases(set, doubtful, true);
                cases.extend(after(a, false, b, true));
                cases
            }
            Self::IsSet(a) => match (a.root(), holds) {
                (Some(variable), true) => {
                    let mut known = set.clone();
                    known.insert(variable);
                    vec![known]
                }
                (Some(variable), false)
                    if matches!(**a, Self::Variable(_))
                        && set.has(variable)
                        && !doubtful.has(variable) =>
                {
                    Vec::new()
                }
                (Some(_) | None, _) => vec![set.clone()],
            },
            _ => vec![set.clone()],
        };
        if cases.len() > MAX_CASES { vec![set.clone()] } else { cases }
    }

    /// The variable whose value, or a field of it, this is.
    fn root(&self) -> Option<VariableIndex> {
        match self {
            Self::Variable(index) => Some(*index),
            Self::Field(record, _) => record.root(),
            _ => None,
        }
    }

    /// Whether it may give no value although all that it needs is set.
    pub(crate) fn may_be_empty(&self, doubtful: &Variables) -> bool {
        match self {
            Self::Variable(index) => doubtful.has(*index),
            Self::BuiltIn(name) => match name {
                BuiltIn::CallFrom
                | BuiltIn::CallName
                | BuiltIn::CallTrunk
                | BuiltIn::CallDivertedFrom
                | BuiltIn::QueuePosition
                | BuiltIn::QueueWait
                | BuiltIn::Fault => true,
                BuiltIn::CallAsserted
                | BuiltIn::CallTo
                | BuiltIn::CallLanguage
                | BuiltIn::CallId
                | BuiltIn::CallSurveyed
                | BuiltIn::Now => false,
            },
            Self::NextOpen(_) => true,
            Self::Constant(value) => *value == Value::Unset,
            Self::If(_, a, b) => a.may_be_empty(doubtful) || b.may_be_empty(doubtful),
            Self::Default(_, other) => other.may_be_empty(doubtful),
            Self::Negate(_)
            | Self::Field(..)
            | Self::Length(_)
            | Self::Upper(_)
            | Self::DaysBetween(..) => {
                self.parts().into_iter().any(|part| part.may_be_empty(doubtful))
            }
            Self::Binary(operator, a, b) => {
                operator.calculates() && (a.may_be_empty(doubtful) || b.may_be_empty(doubtful))
            }
            Self::Not(_)
            | Self::List(_)
            | Self::In(..)
            | Self::StartsWith(..)
            | Self::Matches(..)
            | Self::IsOpen(..)
            | Self::IsSet(_) => false,
        }
    }
}
