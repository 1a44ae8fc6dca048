//! From values with places to typed values, through serde, with every fault at its place.
//!
//! [`read`] deserializes one thing. When a key inside it is wrong, that key is reported, set aside and the
//! reading begins again without it: one run reports all faults of the thing and still gives what is left.
//! Keys that a struct does not know are reported with the nearest name that it does know. No `flatten` and no
//! `untagged` is needed, both of which would lose the places: an enum that serde knows as [`SHAPE`] is chosen by
//! the shape of the value.

mod deserializer;
mod error;
mod spanned;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_yaml::Value;

use super::check::{UNKNOWN_KEY, WRONG_FORM};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::load::{self, Places};
use super::source::{FileId, SourceFile, Span, Spanned};
use super::suggest::nearest;

/// The serde name of an enum whose variants `text`, `list` and `map` are chosen by the shape of the value.
pub(crate) const SHAPE: &str = "$shape";

/// A value with its place, ready to be read as a type.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    value: &'a Value,
    places: &'a Places,
    /// The key whose value this is.
    key: Option<(&'a str, Span)>,
    context: &'a Context<'a>,
}

/// What one reading shares.
pub(crate) struct Context<'a> {
    file: &'a SourceFile,
    /// Keys that were found wrong and are passed over.
    broken: RefCell<BTreeSet<Span>>,
    /// By place and code, so that reading a thing again says nothing twice.
    findings: RefCell<BTreeMap<(Span, &'static str), Diagnostic>>,
    /// How many were beyond the bound.
    left_out: Cell<usize>,
}

impl<'a> Context<'a> {
    pub(crate) const fn new(file: &'a SourceFile) -> Self {
        let broken = RefCell::new(BTreeSet::new());
        Self { file, broken, findings: RefCell::new(BTreeMap::new()), left_out: Cell::new(0) }
    }

    /// Everything that was found wrong so far.
    pub(crate) fn into_findings(self) -> Vec<Diagnostic> {
        self.findings.into_inner().into_values().collect()
    }

    /// Whether anything was found of a code that `is` accepts.
    pub(crate) fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.findings.borrow().keys().any(|(_, code)| is(code))
    }

    /// Whether anything was found inside a place: what is left of it may lack what was found wrong.
    pub(crate) fn any_within(&self, span: Span) -> bool {
        let within = |found: &Span| {
            found.file == span.file && span.start <= found.start && found.end <= span.end
        };
        self.findings.borrow().keys().any(|(found, _)| within(found))
    }

    /// Notes a finding, once.
    pub(crate) fn report(&self, finding: Diagnostic) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() < MAX_FINDINGS {
            findings.entry((finding.span(), finding.code())).or_insert(finding);
        } else if !findings.contains_key(&(finding.span(), finding.code())) {
            self.left_out.set(self.left_out.get() + 1);
        }
    }

    /// How many findings were beyond the bound.
    pub(crate) fn left_out(&self) -> usize {
        self.left_out.get()
    }
}

/// The most findings of one file; a file with more of them is no flow at all.
const MAX_FINDINGS: usize = 1_000;

/// The most faults that are looked for in one thing.
const MAX_FAULTS: usize = 100;

/// Reads one thing as a type. What is wrong goes to the context's findings; `None` if nothing useful is left.
pub(crate) fn read<T: DeserializeOwned>(reader: Reader<'_>) -> Option<T> {
    for _ in 0..MAX_FAULTS {
        match T::deserialize(reader) {
            Ok(value) => return Some(value),
            Err(error) => {
                let mut broken = reader.context.broken.borrow_mut();
                let aside = error.keys.iter().find(|key| !broken.contains(key)).copied();
                if let Some(finding) = error.into_finding(reader.places.span()) {
                    reader.context.report(finding);
                }
                broken.insert(aside?);
            }
        }
    }
    None
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(
        value: &'a Value,
        places: &'a Places,
        context: &'a Context<'a>,
    ) -> Self {
        Self { value, places, key: None, context }
    }

    /// The place of the value.
    pub(crate) const fn span(&self) -> Span {
        self.places.span()
    }

    /// Whether the value is a map.
    pub(crate) const fn is_map(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// Whether an alias stands here, which is refused already.
    fn is_alias(&self) -> bool {
        self.value.is_null() && self.context.file.slice(self.span()).starts_with('*')
    }

    /// The keys of a map with readers of their values; a finding if it is no map.
    pub(crate) fn entries(&self) -> Vec<(Spanned<String>, Self)> {
        let (Value::Mapping(map), Places::Map(_, places)) = (self.value, self.places) else {
            if self.is_alias() {
                return Vec::new();
            }
            let what = self.key.map_or_else(|| "this".to_owned(), |(key, _)| format!("`{key}`"));
            let message = format!("{what} must be a map: keys with their values");
            self.context.report(Diagnostic::new(&WRONG_FORM, self.span(), message));
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(places.len());
        for ((key, value), (key_span, value_places)) in map.iter().zip(places) {
            let key = key.as_str().unwrap_or_default();
            let reader = Reader {
                value,
                places: value_places,
                key: Some((key, *key_span)),
                context: self.context,
            };
            entries.push((Spanned::new(key.to_owned(), *key_span), reader));
        }
        entries
    }

    /// Readers of the items of a list; a finding if it is no list.
    pub(crate) fn items(&self) -> Vec<Self> {
        let (Value::Sequence(items), Places::List(_, places)) = (self.value, self.places) else {
            if !self.is_alias() {
                let what =
                    self.key.map_or_else(|| "this".to_owned(), |(key, _)| format!("`{key}`"));
                let message = format!("{what} must be a list");
                self.context.report(Diagnostic::new(&WRONG_FORM, self.span(), message));
            }
            return Vec::new();
        };
        let item = |(value, places)| Reader { value, places, key: None, context: self.context };
        items.iter().zip(places).map(item).collect()
    }

    /// All texts inside the value, at any depth.
    pub(crate) fn texts(&self) -> Vec<Spanned<String>> {
        let mut texts = Vec::new();
        collect_texts(self.value, self.places, &mut texts);
        texts
    }
}

fn collect_texts(value: &Value, places: &Places, texts: &mut Vec<Spanned<String>>) {
    match (value, places) {
        (Value::String(text), Places::Scalar(span)) => {
            texts.push(Spanned::new(text.clone(), *span));
        }
        (Value::Sequence(items), Places::List(_, places)) => {
            for (item, place) in items.iter().zip(places) {
                collect_texts(item, place, texts);
            }
        }
        (Value::Mapping(map), Places::Map(_, places)) => {
            for ((_, item), (_, place)) in map.iter().zip(places) {
                collect_texts(item, place, texts);
            }
        }
        _ => {}
    }
}

/// An unknown key, with the known one that was probably meant.
pub(crate) fn unknown_key(key: &str, span: Span, owner: &str, known: &[&str]) -> Diagnostic {
    let near = nearest(key, known.iter().copied());
    let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let message = format!("unknown key `{key}` in {owner}{question}");
    let finding = Diagnostic::new(&UNKNOWN_KEY, span, message);
    match near {
        Some(name) => finding.did_you_mean(Some(name)),
        None => finding.help(format!("it may have {}", list(known))),
    }
}

/// `a`, `b` and `c`
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Reads a YAML file that is no flow, such as the project's settings, with the flow loader's rules and messages:
/// double keys, unknown keys and wrong values are reported at their places, all in one run.
///
/// Fields of type [`Spanned`] know where they stand, for findings of the caller's own. Structs say what they are
/// by their serde name (`#[serde(rename = "a route")]`), which messages use: "unknown key `x` in a route".
#[must_use]
pub fn read_yaml<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> (Option<T>, Diagnostics) {
    let (file, document, mut list) = load::load(path, bytes, FileId(0));
    let (mut result, mut left_out) = (None, 0);
    if let Some(document) = document {
        let context = Context::new(&file);
        result = read(Reader::new(&document.value, &document.places, &context));
        left_out = context.left_out();
        list.extend(context.into_findings());
    }
    let mut diagnostics = Diagnostics { files: vec![file], list, left_out };
    diagnostics.sort();
    if diagnostics.has_errors() {
        result = None;
    }
    (result, diagnostics)
}

#[cfg(test)]
mod tests;
