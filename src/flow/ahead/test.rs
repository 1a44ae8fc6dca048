//! What formulas hold a value against.

use crate::flow::expression::{BinaryOperator, Formula, Value};
use crate::flow::node::VariableIndex;

/// One thing that a formula asks of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Which part of the value is meant: the places of fields, outermost first; empty for the value itself.
    pub field: Vec<usize>,
    /// What it is held against.
    pub against: Subject,
}

/// What a value is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nothing that is known: it is read.
    Anything,
    /// A value.
    Value(Value),
    /// A length of its text, in characters.
    Length(i64),
    /// A beginning of its text.
    Start(Value),
    /// A pattern of `matches`.
    Pattern(Value),
}

/// Adds what a formula asks of a variable.
pub(super) fn collect(formula: &Formula, variable: VariableIndex, tests: &mut Vec<Test>) {
    let mut add = |field: Vec<usize>, against: Subject| {
        let test = Test { field, against };
        if !tests.contains(&test) {
            tests.push(test);
        }
    };
    match formula {
        Formula::Binary(operator, a, b) if compares(*operator) => {
            for (one, other) in [(a, b), (b, a)] {
                if let Formula::Length(inner) = &**one {
                    for field in parts_of(inner, variable) {
                        for value in constants(other) {
                            if let Value::Int(length) = value {
                                add(field.clone(), Subject::Length(length));
                            }
                        }
                    }
                } else {
                    for field in parts_of(one, variable) {
                        for value in constants(other) {
                            add(field.clone(), Subject::Value(value));
                        }
                    }
                }
            }
        }
        Formula::In(a, list) => {
            for field in parts_of(a, variable) {
                for value in constants(list) {
                    add(field.clone(), Subject::Value(value));
                }
            }
        }
        Formula::StartsWith(a, start) => {
            for field in parts_of(a, variable) {
                for value in constants(start) {
                    add(field.clone(), Subject::Start(value));
                }
            }
        }
        Formula::Matches(a, pattern) => {
            for field in parts_of(a, variable) {
                for value in constants(pattern) {
                    add(field.clone(), Subject::Pattern(value));
                }
            }
        }
        _ => {}
    }
    if let Some(field) = own(formula, variable) {
        add(field, Subject::Anything);
    }
    formula.parts().into_iter().for_each(|part| collect(part, variable, tests));
}

const fn compares(operator: BinaryOperator) -> bool {
    match operator {
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => true,
        BinaryOperator::Or
        | BinaryOperator::And
        | BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Remainder => false,
    }
}

/// The part of the variable that the formula is, if it is one.
fn own(formula: &Formula, variable: VariableIndex) -> Option<Vec<usize>> {
    match formula {
        Formula::Variable(index) if *index == variable => Some(Vec::new()),
        Formula::Field(record, place) => {
            let mut path = own(record, variable)?;
            path.push(*place);
            Some(path)
        }
        _ => None,
    }
}

/// The parts of the variable that a formula is worked out from.
fn parts_of(formula: &Formula, variable: VariableIndex) -> Vec<Vec<usize>> {
    match own(formula, variable) {
        Some(path) => vec![path],
        None => formula.parts().into_iter().flat_map(|part| parts_of(part, variable)).collect(),
    }
}

/// The constants that a formula is worked out from.
fn constants(formula: &Formula) -> Vec<Value> {
    match formula {
        Formula::Constant(Value::List(items)) => items.to_vec(),
        Formula::Constant(value) => vec![value.clone()],
        other => other.parts().into_iter().flat_map(constants).collect(),
    }
}
