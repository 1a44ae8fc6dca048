//! From text to a typed formula, by recursive descent.
//!
//! ```text
//! or      = and { "or" and }
//! and     = not { "and" not }
//! not     = "not" not | compare
//! compare = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" sum ]
//! sum     = product { ("+" | "-") product }
//! product = factor { ("*" | "/" | "%") factor }
//! factor  = "-" factor | number | text | span | date | time | amount | "true" | "false" | list
//!         | name | function "(" … ")" | "(" or ")"
//! amount  = currency number
//! list    = "[" { sum "," } "]"
//! ```
//!
//! Types are checked on the way. Syntax faults end the reading; faults of names and types are collected.

use std::ops::Range;

use super::fault::Fault;
use super::formula::Formula;
use super::kind::Kind;
use super::lexer::{Token, tokens};
use super::names::Names;
use super::operator::BinaryOperator;
use super::value::Value;
use crate::call::{Currency, Money};

/// The most bytes of a formula.
const MAX_LENGTH: usize = 4_096;
/// The most values of a list that stands in a formula.
const MAX_LIST: usize = 256;

/// The deepest formula, in levels of operators, brackets and functions.
const MAX_DEPTH: usize = 64;

/// Reads a formula. On faults, what could be understood is lost; every fault carries its place.
pub(crate) fn parse(text: &str, names: &dyn Names) -> Result<(Formula, Kind), Vec<Fault>> {
    if text.len() > MAX_LENGTH {
        let message = format!("it has more than {MAX_LENGTH} characters");
        return Err(vec![Fault::syntax(0..text.len(), message)]);
    }
    let tokens = tokens(text).map_err(|fault| vec![fault])?;
    let mut parser =
        Parser { tokens, next: 0, end: text.len(), depth: 0, names, faults: Vec::new() };
    let result = parser.or().and_then(|term| match parser.peek() {
        None => Ok(term),
        Some(_) => Err(parser.unexpected("an operator or the end")),
    });
    match result {
        Ok(term) if parser.faults.is_empty() => Ok((term.formula, term.kind)),
        Ok(_) => Err(parser.faults),
        Err(fault) => {
            parser.faults.push(fault);
            Err(parser.faults)
        }
    }
}

/// A part of a formula that was read.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) formula: Formula,
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Its levels.
    pub(super) depth: usize,
}

pub(super) struct Parser<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    pub(super) next: usize,
    end: usize,
    depth: usize,
    pub(super) names: &'a dyn Names,
    pub(super) faults: Vec<Fault>,
}

pub(super) type Parsed = Result<Term, Fault>;

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// The place of the next token; the end of the text if there is none.
    pub(super) fn place(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    /// Takes the next token if it is this word or symbol.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let found = match self.peek() {
            Some(Token::Symbol(symbol)) => *symbol == wanted,
            Some(Token::Name(name)) => name == wanted,
            Some(Token::Int(_) | Token::Decimal(_) | Token::Text(_) | Token::Constant(..))
            | None => false,
        };
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.unexpected(&format!("`{wanted}`"))) }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Fault {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Name(name)) => format!("`{name}`"),
            Some(Token::Int(number)) => format!("`{number}`"),
            Some(Token::Decimal(number)) => format!("`{number}`"),
            Some(Token::Constant(value, _)) => format!("`{value}`"),
            Some(Token::Text(text)) => format!("`\"{text}\"`"),
            Some(Token::Symbol(symbol)) => format!("`{symbol}`"),
        };
        Fault::syntax(self.place(), format!("{wanted} is wanted here, not {found}"))
    }

    pub(super) fn or(&mut self) -> Parsed {
        let mut left = self.and()?;
        while self.take("or") {
            let right = self.and()?;
            left = self.logical(BinaryOperator::Or, left, right)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.not()?;
        while self.take("and") {
            let right = self.not()?;
            left = self.logical(BinaryOperator::And, left, right)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed {
        let start = self.place().start;
        if !self.take("not") {
            return self.compare();
        }
        self.deeper()?;
        let term = self.not()?;
        self.depth -= 1;
        self.want(&term, Kind::Bool, "`not` turns yes and no around");
        let range = start..term.range.end;
        self.grown(Formula::Not(Box::new(term.formula)), Kind::Bool, range, term.depth)
    }

    fn compare(&mut self) -> Parsed {
        let left = self.sum()?;
        let operator = match self.peek() {
            Some(Token::Symbol("==")) => BinaryOperator::Equal,
            Some(Token::Symbol("!=")) => BinaryOperator::NotEqual,
            Some(Token::Symbol("<")) => BinaryOperator::Less,
            Some(Token::Symbol("<=")) => BinaryOperator::LessOrEqual,
            Some(Token::Symbol(">")) => BinaryOperator::Greater,
            Some(Token::Symbol(">=")) => BinaryOperator::GreaterOrEqual,
            Some(Token::Name(name)) if name == "in" => {
                self.next += 1;
                return self.is_in(left, false);
            }
            Some(
                Token::Name(_)
                | Token::Int(_)
                | Token::Decimal(_)
                | Token::Constant(..)
                | Token::Text(_)
                | Token::Symbol(_),
            )
            | None => return self.maybe_not_in(left),
        };
        self.next += 1;
        let right = self.sum()?;
        self.comparable(&left, &right);
        if !matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual) {
            for side in [&left, &right] {
                if !side.kind.is_ordered() {
                    let message = format!(
                        "`{}` compares numbers, texts, money, dates and times",
                        operator.symbol()
                    );
                    self.faults.push(Fault::types(side.range.clone(), message));
                }
            }
        }
        if let Some(Token::Symbol("==" | "!=" | "<" | "<=" | ">" | ">=")) = self.peek() {
            let fault = Fault::syntax(self.place(), "one comparison at a time");
            return Err(fault.help("join comparisons with `and`"));
        }
        self.binary(operator, left, right, Kind::Bool)
    }

    /// `a not in [b]`
    fn maybe_not_in(&mut self, left: Term) -> Parsed {
        let next = self.tokens.get(self.next + 1).map(|(token, _)| token);
        let not = matches!(self.peek(), Some(Token::Name(name)) if name == "not")
            || matches!(self.peek(), Some(Token::Symbol("not")));
        if not && matches!(next, Some(Token::Name(name)) if name == "in") {
            self.next += 2;
            return self.is_in(left, true);
        }
        Ok(left)
    }

    /// `a in […]`, or `a in list`
    fn is_in(&mut self, left: Term, turned: bool) -> Parsed {
        let right = if self.peek() == Some(&Token::Symbol("[")) {
            let (list, items) = self.list()?;
            for item in &items {
                self.comparable(&left, item);
            }
            let depth = items.iter().map(|item| item.depth).max().unwrap_or(0) + 1;
            let items = items.into_iter().map(|item| item.formula).collect();
            Term { formula: Formula::List(items), kind: Kind::List, range: list, depth }
        } else {
            let right = self.sum()?;
            self.want(&right, Kind::List, "`in` wants a list after it");
            self.want(&left, Kind::Text, "a list holds texts");
            right
        };
        let range = left.range.start..right.range.end;
        let depth = left.depth.max(right.depth);
        let found = Formula::In(Box::new(left.formula), Box::new(right.formula));
        let formula = if turned { Formula::Not(Box::new(found)) } else { found };
        self.grown(formula, Kind::Bool, range, depth + usize::from(turned))
    }

    /// `[a, b]`, with its place.
    fn list(&mut self) -> Result<(Range<usize>, Vec<Term>), Fault> {
        let start = self.place().start;
        self.expect("[")?;
        let mut items = Vec::new();
        while self.peek() != Some(&Token::Symbol("]")) {
            items.push(self.sum()?);
            if !self.take(",") {
                break;
            }
        }
        let range = start..self.place().end;
        self.expect("]")?;
        if items.len() > MAX_LIST {
            let message = format!("the list has more than {MAX_LIST} values");
            return Err(Fault::syntax(range, message));
        }
        Ok((range, items))
    }

    pub(super) fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Symbol("+")) => BinaryOperator::Add,
                Some(Token::Symbol("-")) => BinaryOperator::Subtract,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = self.product()?;
            let kind = self.arithmetic(operator, &left, &right);
            left = self.binary(operator, left, right, kind)?;
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.factor()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Symbol("*")) => BinaryOperator::Multiply,
                Some(Token::Symbol("/")) => BinaryOperator::Divide,
                Some(Token::Symbol("%")) => BinaryOperator::Remainder,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = self.factor()?;
            let kind = self.arithmetic(operator, &left, &right);
            left = self.binary(operator, left, right, kind)?;
        }
    }

    fn factor(&mut self) -> Parsed {
        self.deeper()?;
        let term = self.factor_inside();
        self.depth -= 1;
        term
    }

    fn factor_inside(&mut self) -> Parsed {
        let range = self.place();
        let constant = |value, kind| Term {
            formula: Formula::Constant(value),
            kind,
            range: range.clone(),
            depth: 1,
        };
        match self.peek().cloned() {
            Some(Token::Int(number)) => {
                self.next += 1;
                Ok(constant(Value::Int(number), Kind::Int))
            }
            Some(Token::Text(text)) => {
                self.next += 1;
                Ok(constant(Value::from(&*text), Kind::Text))
            }
            Some(Token::Constant(value, kind)) => {
                self.next += 1;
                Ok(constant(value, kind))
            }
            Some(Token::Decimal(number)) => Err(decimal(&number, range)),
            Some(Token::Symbol("-")) => {
                self.next += 1;
                let term = self.factor()?;
                let range = range.start..term.range.end;
                let kind = if matches!(term.kind, Kind::Money(_)) { term.kind } else { Kind::Int };
                self.want(&term, kind, "`-` turns a number around");
                self.grown(Formula::Negate(Box::new(term.formula)), kind, range, term.depth)
            }
            Some(Token::Symbol("[")) => self.list_of_texts(),
            Some(Token::Symbol("(")) => {
                self.next += 1;
                let term = self.or()?;
                let end = self.place().end;
                self.expect(")")?;
                Ok(Term { range: range.start..end, ..term })
            }
            Some(Token::Name(name)) if !RESERVED.contains(&&*name) => {
                self.next += 1;
                match &*name {
                    "true" => Ok(constant(Value::Bool(true), Kind::Bool)),
                    "false" => Ok(constant(Value::Bool(false), Kind::Bool)),
                    _ if self.take("(") => self.call(&name, range),
                    _ => match self.amount(&name, &range)? {
                        Some(amount) => Ok(amount),
                        None => Ok(self.name(&name, range)),
                    },
                }
            }
            Some(Token::Name(_) | Token::Symbol(_)) | None => {
                Err(self.unexpected("a name, a number or a text"))
            }
        }
    }

    /// `["a", "b"]`
    fn list_of_texts(&mut self) -> Parsed {
        let (range, items) = self.list()?;
        for item in &items {
            self.want(item, Kind::Text, "a list holds texts");
        }
        let depth = items.iter().map(|item| item.depth).max().unwrap_or(0);
        let formula = Formula::List(items.into_iter().map(|item| item.formula).collect());
        self.grown(formula, Kind::List, range, depth)
    }

    /// `IDR 150000`: a currency and the amount in major units; `None` if the name begins no amount.
    fn amount(&mut self, name: &str, range: &Range<usize>) -> Result<Option<Term>, Fault> {
        let number = match self.peek() {
            Some(Token::Int(number)) => number.to_string(),
            Some(Token::Decimal(number)) => number.clone(),
            Some(Token::Name(_) | Token::Text(_) | Token::Symbol(_) | Token::Constant(..))
            | None => return Ok(None),
        };
        let Some(currency) = Currency::parse(name) else { return Ok(None) };
        let range = range.start..self.place().end;
        self.next += 1;
        let Some(money) = Money::parse(&number, currency) else {
            let message = format!("`{name} {number}` is no amount of money");
            let help = format!("`{currency}` has {} decimals at most", currency.decimals());
            return Err(Fault::syntax(range, message).help(help));
        };
        let formula = Formula::Constant(Value::Money(money));
        Ok(Some(Term { formula, kind: Kind::Money(Some(currency)), range, depth: 1 }))
    }

    pub(super) fn binary(
        &self,
        operator: BinaryOperator,
        left: Term,
        right: Term,
        kind: Kind,
    ) -> Parsed {
        let range = left.range.start..right.range.end;
        let depth = left.depth.max(right.depth);
        let formula = Formula::Binary(operator, Box::new(left.formula), Box::new(right.formula));
        self.grown(formula, kind, range, depth)
    }

    /// A formula one level above its parts, if it is not too deep.
    pub(super) fn grown(
        &self,
        formula: Formula,
        kind: Kind,
        range: Range<usize>,
        depth: usize,
    ) -> Parsed {
        if depth >= MAX_DEPTH {
            return Err(too_deep(range));
        }
        Ok(Term { formula, kind, range, depth: depth + 1 })
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(too_deep(self.place())) } else { Ok(()) }
    }
}

/// Words that cannot name a variable.
pub(crate) const RESERVED: [&str; 4] = ["and", "or", "not", "in"];

fn too_deep(range: Range<usize>) -> Fault {
    Fault::syntax(range, format!("the formula has more than {MAX_DEPTH} levels"))
        .help("set a variable first and use it here")
}

fn decimal(number: &str, range: Range<usize>) -> Fault {
    Fault::syntax(range, format!("`{number}` has decimals; numbers are whole")).help(
        "an amount of money is written with its currency (`IDR 12.50`), a share in hundredths (`total * 11 / 100`)",
    )
}
