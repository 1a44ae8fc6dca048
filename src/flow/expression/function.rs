//! The functions of formulas.

use std::ops::Range;

use super::fault::Fault;
use super::formula::{Formula, MAX_PATTERN};
use super::kind::Kind;
use super::lexer::Token;
use super::names::nothing;
use super::parser::{Parsed, Parser, Term};
use super::value::Value;
use crate::flow::suggest::nearest;

/// A function: how it is written, what it takes, and what it becomes.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How it is written, for messages.
    pub(super) usage: &'static str,
    /// The types that each argument may have.
    pub(super) parameters: &'static [&'static [Kind]],
    /// Whether the last two arguments are alternatives, and so must be of one type.
    pub(super) alternatives: bool,
    /// Makes the formula; called with as many arguments as there are parameters.
    pub(super) build: fn(Vec<Term>) -> (Formula, Kind),
}

/// All functions.
pub(super) static FUNCTIONS: [Function; 8] = [
    Function {
        name: "if",
        usage: "if(condition, value, other)",
        parameters: &[&[Kind::Bool], &[Kind::Any], &[Kind::Any]],
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
        parameters: &[&[Kind::Text]],
        alternatives: false,
        build: |arguments| (Formula::Length(formula(arguments.into_iter().next())), Kind::Int),
    },
    Function {
        name: "starts_with",
        usage: "starts_with(text, beginning)",
        parameters: &[&[Kind::Text], &[Kind::Text]],
        alternatives: false,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            (Formula::StartsWith(formula(terms.next()), formula(terms.next())), Kind::Bool)
        },
    },
    Function {
        name: "matches",
        usage: "matches(text, pattern)",
        parameters: &[&[Kind::Text], &[Kind::Text]],
        alternatives: false,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            (Formula::Matches(formula(terms.next()), formula(terms.next())), Kind::Bool)
        },
    },
    Function {
        name: "upper",
        usage: "upper(text)",
        parameters: &[&[Kind::Text]],
        alternatives: false,
        build: |arguments| (Formula::Upper(formula(arguments.into_iter().next())), Kind::Text),
    },
    Function {
        name: "days_between",
        usage: "days_between(date, date)",
        parameters: &[&[Kind::Date, Kind::Moment], &[Kind::Date, Kind::Moment]],
        alternatives: false,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            (Formula::DaysBetween(formula(terms.next()), formula(terms.next())), Kind::Int)
        },
    },
    Function {
        name: "is_set",
        usage: "is_set(variable)",
        parameters: &[&[Kind::Any]],
        alternatives: false,
        build: |arguments| (Formula::IsSet(formula(arguments.into_iter().next())), Kind::Bool),
    },
    Function {
        name: "default",
        usage: "default(variable, other)",
        parameters: &[&[Kind::Any], &[Kind::Any]],
        alternatives: true,
        build: |arguments| {
            let mut terms = arguments.into_iter();
            let (a, b) = (terms.next(), terms.next());
            let kind = kind(a.as_ref()).or(kind(b.as_ref()));
            (Formula::Default(formula(a), formula(b)), kind)
        },
    },
];

/// `is_open`, whose argument is the name of a calendar and no formula.
const IS_OPEN: (&str, &str) = ("is_open", "is_open(calendar)");

impl Parser<'_> {
    /// A function; the name and `(` are taken.
    pub(super) fn call(&mut self, name: &str, range: Range<usize>) -> Parsed {
        if name == IS_OPEN.0 {
            return self.is_open(&range);
        }
        let mut arguments = Vec::new();
        while self.peek() != Some(&Token::Symbol(")")) {
            arguments.push(self.or()?);
            if !self.take(",") {
                break;
            }
        }
        let end = self.place().end;
        self.expect(")")?;
        let Some(function) = FUNCTIONS.iter().find(|f| f.name == name) else {
            let known = FUNCTIONS.iter().map(|f| f.name).chain([IS_OPEN.0]);
            let near = nearest(name, known);
            let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            let mut fault =
                Fault::name(range.clone(), format!("no function named `{name}`{question}"));
            fault.instead = near.map(str::to_owned);
            self.faults.push(fault);
            return Ok(nothing(range.start..end));
        };
        if arguments.len() != function.parameters.len() {
            let message = format!("`{name}` is written `{}`", function.usage);
            return Err(Fault::syntax(range.start..end, message));
        }
        self.arguments(function, &arguments);
        let depth = arguments.iter().map(|a| a.depth).max().unwrap_or(0);
        let (formula, kind) = (function.build)(arguments);
        self.grown(formula, kind, range.start..end, depth)
    }

    fn arguments(&mut self, function: &Function, arguments: &[Term]) {
        for (argument, wanted) in arguments.iter().zip(function.parameters) {
            let fits = wanted.iter().any(|kind| argument.kind.agrees(*kind));
            if let (Some(first), false) = (wanted.first(), fits) {
                let message = format!("`{}` wants {} here", function.usage, first.words());
                self.want(argument, *first, &message);
            }
        }
        if let Some([a, b]) = arguments.last_chunk()
            && function.alternatives
            && !a.kind.agrees(b.kind)
        {
            let (one, other) = (a.kind.described(), b.kind.described());
            let message = format!("`{}` must give one type, not {one} or {other}", function.name);
            self.faults.push(Fault::types(a.range.start..b.range.end, message));
        }
        if let Some([_, pattern]) = arguments.first_chunk()
            && function.name == "matches"
            && let Formula::Constant(Value::Text(text)) = &pattern.formula
            && text.len() > MAX_PATTERN
        {
            let message = format!("a pattern has at most {MAX_PATTERN} bytes");
            self.faults.push(Fault::types(pattern.range.clone(), message));
        }
    }

    /// `is_open(shop)` or `is_open(shop, moment)`; the name and `(` are taken.
    fn is_open(&mut self, range: &Range<usize>) -> Parsed {
        let place = self.place();
        let calendar = match self.peek() {
            Some(Token::Name(name) | Token::Text(name)) => name.clone(),
            Some(Token::Int(_) | Token::Decimal(_) | Token::Symbol(_) | Token::Constant(..))
            | None => return Err(self.unexpected("the name of a calendar")),
        };
        self.next += 1;
        let at = if self.take(",") { Some(self.or()?) } else { None };
        let end = self.place().end;
        self.expect(")")?;
        let known = self.names.calendars();
        if !known.contains(&&*calendar) {
            let near = nearest(&calendar, known);
            let mut fault =
                Fault::calendar(place, format!("there is no calendar named `{calendar}`"));
            fault.instead = near.map(str::to_owned);
            self.faults.push(fault);
        }
        if let Some(at) = &at {
            self.want(at, Kind::Moment, &format!("`{}` asks about a moment", IS_OPEN.1));
        }
        let depth = at.as_ref().map_or(0, |at| at.depth);
        let formula = Formula::IsOpen(calendar.into(), at.map(|at| Box::new(at.formula)));
        self.grown(formula, Kind::Bool, range.start..end, depth)
    }
}

fn formula(term: Option<Term>) -> Box<Formula> {
    Box::new(term.map_or(Formula::Constant(Value::Unset), |term| term.formula))
}

fn kind(term: Option<&Term>) -> Kind {
    term.map_or(Kind::Any, |term| term.kind)
}
