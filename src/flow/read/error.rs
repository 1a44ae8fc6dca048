//! Why a value could not be read, before it is put into words for the author.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::flow::check::{MISSING_KEY, WRONG_FORM};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;
use crate::flow::suggest::nearest;

/// The fault of one value.
#[derive(Debug)]
pub(crate) struct ReadError {
    fault: Fault,
    /// The place, once it is known.
    pub(super) span: Option<Span>,
    /// The name of the innermost key, for the message.
    pub(super) name: Option<String>,
    /// The keys and list items on the way to the value, innermost first.
    pub(super) keys: Vec<Span>,
}

#[derive(Debug)]
enum Fault {
    /// What the value should have been: "a time such as `5s`".
    Expected(String),
    /// A whole sentence.
    Says(String),
    /// A key that must be there is not.
    Missing { owner: &'static str, key: &'static str },
    /// None of a few words.
    NotOneOf { found: String, words: &'static [&'static str] },
    /// A finding that is complete.
    Complete(Box<Diagnostic>),
    /// Follows from a fault that is reported already.
    Consequence,
}

impl ReadError {
    const fn of(fault: Fault) -> Self {
        Self { fault, span: None, name: None, keys: Vec::new() }
    }

    pub(super) fn expected(what: impl Into<String>) -> Self {
        Self::of(Fault::Expected(what.into()))
    }

    pub(super) fn complete(finding: Diagnostic) -> Self {
        Self::of(Fault::Complete(Box::new(finding)))
    }

    pub(super) const fn consequence() -> Self {
        Self::of(Fault::Consequence)
    }

    /// The error at a place, unless it has one already.
    pub(super) fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// The error inside the value of a key.
    pub(super) fn under(mut self, name: &str, key: Span) -> Self {
        self.name.get_or_insert_with(|| name.to_owned());
        self.keys.push(key);
        self
    }

    /// The error inside an item of a list.
    pub(super) fn inside(mut self, item: Span) -> Self {
        self.keys.push(item);
        self
    }

    /// The error as seen by the struct that was being read: a key that is missing because it was set aside is
    /// no news, and one that is truly missing is said of `owner`.
    pub(super) fn in_struct(
        mut self,
        owner: &'static str,
        place: Span,
        set_aside: impl Fn(&str) -> bool,
    ) -> Self {
        if let Fault::Missing { owner: unnamed @ "", key } = &mut self.fault {
            if set_aside(key) {
                self.fault = Fault::Consequence;
            } else {
                *unnamed = owner;
                self.span.get_or_insert(place);
            }
        }
        self
    }

    /// The error in words; `None` if it only follows from another one.
    pub(super) fn into_finding(self, whole: Span) -> Option<Diagnostic> {
        let span = self.span.unwrap_or(whole);
        let name = self.name.map_or_else(|| "this".to_owned(), |name| format!("`{name}`"));
        Some(match self.fault {
            Fault::Consequence => return None,
            Fault::Complete(finding) => *finding,
            Fault::Expected(what) => {
                Diagnostic::new(&WRONG_FORM, span, format!("{name} must be {what}"))
            }
            Fault::Says(text) => Diagnostic::new(&WRONG_FORM, span, text),
            Fault::Missing { owner, key } => {
                Diagnostic::new(&MISSING_KEY, span, format!("{owner} needs `{key}:`"))
            }
            Fault::NotOneOf { found, words } => {
                let near = nearest(&found, words.iter().copied());
                let message = format!("{name} cannot be `{found}`");
                Diagnostic::new(&WRONG_FORM, span, message)
                    .help(format!("it can be {}", either(words)))
                    .did_you_mean(near)
            }
        })
    }
}

/// `a`, `b` or `c`
fn either(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl Error for ReadError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::of(Fault::Says(text.to_string()))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn missing_field(key: &'static str) -> Self {
        Self::of(Fault::Missing { owner: "", key })
    }

    fn unknown_variant(found: &str, words: &'static [&'static str]) -> Self {
        Self::of(Fault::NotOneOf { found: found.to_owned(), words })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.fault)
    }
}

impl std::error::Error for ReadError {}
