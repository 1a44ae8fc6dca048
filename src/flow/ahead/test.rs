//! What formulas hold a value against.

use crate::flow::expression::{BinaryOperator, Formula, Value};

/// One thing that a formula asks of a variable or a built-in value.
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

/// Adds what a formula asks of a name: of a variable or a built-in one.
pub(super) fn collect(formula: &Formula, name: &Formula, tests: &mut Vec<Test>) {
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
                    for field in parts_of(inner, name) {
                        for value in constants(other) {
                            if let Value::Int(length) = value {
                                add(field.clone(), Subject::Length(length));
                            }
                        }
                    }
                } else {
                    for field in parts_of(one, name) {
                        for value in constants(other) {
                            add(field.clone(), Subject::Value(value));
                        }
                    }
                }
            }
        }
        Formula::In(a, list) => {
            for field in parts_of(a, name) {
                for value in constants(list) {
                    add(field.clone(), Subject::Value(value));
                }
            }
        }
        Formula::StartsWith(a, start) => {
            for field in parts_of(a, name) {
                for value in constants(start) {
                    add(field.clone(), Subject::Start(value));
                }
            }
        }
        Formula::Matches(a, pattern) => {
            for field in parts_of(a, name) {
                for value in constants(pattern) {
                    add(field.clone(), Subject::Pattern(value));
                }
            }
        }
        _ => {}
    }
    if let Some(field) = own(formula, name) {
        add(field, Subject::Anything);
    }
    formula.parts().into_iter().for_each(|part| collect(part, name, tests));
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

/// The part of what has the name that the formula is, if it is one.
fn own(formula: &Formula, name: &Formula) -> Option<Vec<usize>> {
    match formula {
        whole if whole == name => Some(Vec::new()),
        Formula::Field(record, place) => {
            let mut path = own(record, name)?;
            path.push(*place);
            Some(path)
        }
        _ => None,
    }
}

/// The parts of what has the name that a formula is worked out from.
fn parts_of(formula: &Formula, name: &Formula) -> Vec<Vec<usize>> {
    match own(formula, name) {
        Some(path) => vec![path],
        None => formula.parts().into_iter().flat_map(|part| parts_of(part, name)).collect(),
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
