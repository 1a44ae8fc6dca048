//! The functions of formulas.

use super::formula::Formula;
use super::kind::Kind;
use super::parser::Term;
use super::value::Value;

/// A function: how it is written, what it takes, and what it becomes.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How it is written, for messages.
    pub(super) usage: &'static str,
    pub(super) parameters: &'static [Kind],
    /// Whether the last two arguments are alternatives, and so must be of one type.
    pub(super) alternatives: bool,
    /// Makes the formula; called with as many arguments as there are parameters.
    pub(super) build: fn(Vec<Term>) -> (Formula, Kind),
}

/// All functions.
pub(super) static FUNCTIONS: [Function; 5] = [
    Function {
        name: "if",
        usage: "if(condition, value, other)",
        parameters: &[Kind::Bool, Kind::Any, Kind::Any],
        alternatives: true,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            let (condition, a, b) = (formula(terms.next()), terms.next(), terms.next());
            let kind = kind(a.as_ref()).or(kind(b.as_ref()));
            (Formula::If(condition, formula(a), formula(b)), kind)
        },
    },
    Function {
        name: "length",
        usage: "length(text)",
        parameters: &[Kind::Text],
        alternatives: false,
        build: |arguments| (Formula::Length(formula(arguments.into_iter().next())), Kind::Int),
    },
    Function {
        name: "starts_with",
        usage: "starts_with(text, beginning)",
        parameters: &[Kind::Text, Kind::Text],
        alternatives: false,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            (Formula::StartsWith(formula(terms.next()), formula(terms.next())), Kind::Bool)
        },
    },
    Function {
        name: "is_set",
        usage: "is_set(variable)",
        parameters: &[Kind::Any],
        alternatives: false,
        build: |arguments| (Formula::IsSet(formula(arguments.into_iter().next())), Kind::Bool),
    },
    Function {
        name: "default",
        usage: "default(variable, other)",
        parameters: &[Kind::Any, Kind::Any],
        alternatives: true,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            let (a, b) = (terms.next(), terms.next());
            let kind = kind(a.as_ref()).or(kind(b.as_ref()));
            (Formula::Default(formula(a), formula(b)), kind)
        },
    },
];

fn formula(term: Option<Term>) -> Box<Formula> {
    Box::new(term.map_or(Formula::Constant(Value::Unset), |term| term.formula))
}

fn kind(term: Option<&Term>) -> Kind {
    term.map_or(Kind::Any, |term| term.kind)
}
