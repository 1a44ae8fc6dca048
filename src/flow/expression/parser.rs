//! From text to a typed formula, by recursive descent.
//!
//! ```text
//! or      = and { "or" and }
//! and     = not { "and" not }
//! not     = "not" not | compare
//! compare = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" list ]
//! sum     = product { ("+" | "-") product }
//! product = factor { ("*" | "/" | "%") factor }
//! factor  = "-" factor | number | text | "true" | "false" | name | function "(" … ")" | "(" or ")"
//! ```
//!
//! Types are checked on the way. Syntax faults end the reading; faults of names and types are collected.

use std::ops::Range;

use super::fault::Fault;
use super::formula::{BinaryOperator, BuiltIn, Formula};
use super::function::FUNCTIONS;
use super::kind::Kind;
use super::lexer::{Token, tokens};
use super::value::Value;
use crate::flow::node::VariableIndex;
use crate::flow::suggest::nearest;

/// The deepest formula, in levels of operators, brackets and functions.
const MAX_DEPTH: usize = 64;

/// The names that a formula may use beside the built-in ones.
pub(crate) trait Names {
    /// The variable of this name, with its type.
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)>;
    /// All names of variables, for suggestions.
    fn variables(&self) -> Vec<&str>;
}

/// Reads a formula. On faults, what could be understood is lost; every fault carries its place.
pub(crate) fn parse(text: &str, names: &dyn Names) -> Result<(Formula, Kind), Vec<Fault>> {
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

struct Parser<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    end: usize,
    depth: usize,
    names: &'a dyn Names,
    faults: Vec<Fault>,
}

type Parsed = Result<Term, Fault>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// The place of the next token; the end of the text if there is none.
    fn place(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    /// Takes the next token if it is this word or symbol.
    fn take(&mut self, wanted: &str) -> bool {
        let found = match self.peek() {
            Some(Token::Symbol(symbol)) => *symbol == wanted,
            Some(Token::Name(name)) => name == wanted,
            Some(Token::Int(_) | Token::Text(_)) | None => false,
        };
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.unexpected(&format!("`{wanted}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Name(name)) => format!("`{name}`"),
            Some(Token::Int(number)) => format!("`{number}`"),
            Some(Token::Text(text)) => format!("`\"{text}\"`"),
            Some(Token::Symbol(symbol)) => format!("`{symbol}`"),
        };
        Fault::syntax(self.place(), format!("{wanted} is wanted here, not {found}"))
    }

    fn or(&mut self) -> Parsed {
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
                return self.list(left, false);
            }
            Some(Token::Name(_) | Token::Int(_) | Token::Text(_) | Token::Symbol(_)) | None => {
                return self.maybe_not_in(left);
            }
        };
        self.next += 1;
        let right = self.sum()?;
        self.comparable(&left, &right);
        if !matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual) {
            for side in [&left, &right] {
                if side.kind == Kind::Bool {
                    let message = format!("`{}` compares numbers or texts", operator.symbol());
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
            return self.list(left, true);
        }
        Ok(left)
    }

    fn list(&mut self, left: Term, turned: bool) -> Parsed {
        self.expect("[")?;
        let (mut items, mut depth) = (Vec::new(), left.depth);
        while self.peek() != Some(&Token::Symbol("]")) {
            let item = self.sum()?;
            self.comparable(&left, &item);
            depth = depth.max(item.depth);
            items.push(item.formula);
            if !self.take(",") {
                break;
            }
        }
        let end = self.place().end;
        self.expect("]")?;
        let range = left.range.start..end;
        let found = Formula::In(Box::new(left.formula), items);
        let formula = if turned { Formula::Not(Box::new(found)) } else { found };
        self.grown(formula, Kind::Bool, range, depth + usize::from(turned))
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Symbol("+")) => BinaryOperator::Add,
                Some(Token::Symbol("-")) => BinaryOperator::Subtract,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = self.product()?;
            let kind = match (left.kind, right.kind) {
                (Kind::Text, Kind::Text | Kind::Any) | (Kind::Any, Kind::Text)
                    if operator == BinaryOperator::Add =>
                {
                    Kind::Text
                }
                _ => self.numbers(operator, &left, &right),
            };
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
            let kind = self.numbers(operator, &left, &right);
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
            Some(Token::Symbol("-")) => {
                self.next += 1;
                let term = self.factor()?;
                self.want(&term, Kind::Int, "`-` turns a number around");
                let range = range.start..term.range.end;
                self.grown(Formula::Negate(Box::new(term.formula)), Kind::Int, range, term.depth)
            }
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
                    _ => Ok(self.name(&name, range)),
                }
            }
            Some(Token::Name(_) | Token::Symbol(_)) | None => {
                Err(self.unexpected("a name, a number or a text"))
            }
        }
    }

    /// A variable or a built-in name.
    fn name(&mut self, name: &str, range: Range<usize>) -> Term {
        if let Some((index, kind)) = self.names.variable(name) {
            return Term { formula: Formula::Variable(index), kind, range, depth: 1 };
        }
        if let Some(found) = BuiltIn::ALL.into_iter().find(|b| b.name() == name) {
            let kind = found.kind();
            return Term { formula: Formula::BuiltIn(found), kind, range, depth: 1 };
        }
        let built_in = BuiltIn::ALL.iter().map(|b| b.name());
        let near = nearest(name, self.names.variables().into_iter().chain(built_in));
        let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let message = format!("no variable named `{name}`{question}");
        let mut fault = Fault::name(range.clone(), message);
        match near {
            Some(near) => fault = fault.instead(near),
            None => {
                fault = fault.help(format!(
                    "text needs quotes: `\"{name}\"`; variables are declared under `vars:`"
                ))
            }
        }
        self.faults.push(fault);
        Term { formula: Formula::Constant(Value::Unset), kind: Kind::Any, range, depth: 1 }
    }

    /// A function; the name and `(` are taken.
    fn call(&mut self, name: &str, range: Range<usize>) -> Parsed {
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
            let near = nearest(name, FUNCTIONS.iter().map(|f| f.name));
            let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            let mut fault =
                Fault::name(range.clone(), format!("no function named `{name}`{question}"));
            fault.instead = near.map(str::to_owned);
            self.faults.push(fault);
            let formula = Formula::Constant(Value::Unset);
            return Ok(Term { formula, kind: Kind::Any, range: range.start..end, depth: 1 });
        };
        if arguments.len() != function.parameters.len() {
            let message = format!("`{name}` is written `{}`", function.usage);
            return Err(Fault::syntax(range.start..end, message));
        }
        for (argument, wanted) in arguments.iter().zip(function.parameters) {
            let message = format!("`{}` wants {} here", function.usage, wanted.words());
            self.want(argument, *wanted, &message);
        }
        let depth = arguments.iter().map(|a| a.depth).max().unwrap_or(0);
        if let Some([a, b]) = arguments.last_chunk()
            && function.alternatives
            && !a.kind.agrees(b.kind)
        {
            let (one, other) = (a.kind.words(), b.kind.words());
            let message = format!("`{name}` must give one type, not {one} or {other}");
            self.faults.push(Fault::types(a.range.start..b.range.end, message));
        }
        let (formula, kind) = (function.build)(arguments);
        self.grown(formula, kind, range.start..end, depth)
    }

    fn logical(&mut self, operator: BinaryOperator, left: Term, right: Term) -> Parsed {
        for side in [&left, &right] {
            let message = format!("`{}` joins conditions", operator.symbol());
            self.want(side, Kind::Bool, &message);
        }
        self.binary(operator, left, right, Kind::Bool)
    }

    fn numbers(&mut self, operator: BinaryOperator, left: &Term, right: &Term) -> Kind {
        for side in [left, right] {
            let message = format!("`{}` calculates with numbers", operator.symbol());
            self.want(side, Kind::Int, &message);
        }
        Kind::Int
    }

    fn want(&mut self, term: &Term, kind: Kind, why: &str) {
        if !term.kind.agrees(kind) {
            let message = format!("{why}, this is {}", term.kind.words());
            self.faults.push(Fault::types(term.range.clone(), message));
        }
    }

    fn comparable(&mut self, left: &Term, right: &Term) {
        if left.kind.agrees(right.kind) {
            return;
        }
        let message = format!("cannot compare {} with {}", left.kind.words(), right.kind.words());
        let range = left.range.start..right.range.end;
        let mut fault = Fault::types(range, message);
        for (one, other) in [(left, right), (right, left)] {
            if let (Formula::Constant(Value::Text(text)), Kind::Int) = (&one.formula, other.kind)
                && text.parse::<i64>().is_ok()
            {
                fault.range = one.range.clone();
                fault = fault.help("write the number without quotes").instead(&**text);
            }
            if let (Formula::Constant(Value::Int(number)), Kind::Text) = (&one.formula, other.kind)
            {
                fault.range = one.range.clone();
                let help = "digits are text, not a number; write them in quotes";
                fault = fault.help(help).instead(format!("\"{number}\""));
            }
        }
        self.faults.push(fault);
    }

    fn binary(&self, operator: BinaryOperator, left: Term, right: Term, kind: Kind) -> Parsed {
        let range = left.range.start..right.range.end;
        let depth = left.depth.max(right.depth);
        let formula = Formula::Binary(operator, Box::new(left.formula), Box::new(right.formula));
        self.grown(formula, kind, range, depth)
    }

    /// A formula one level above its parts, if it is not too deep.
    fn grown(&self, formula: Formula, kind: Kind, range: Range<usize>, depth: usize) -> Parsed {
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
