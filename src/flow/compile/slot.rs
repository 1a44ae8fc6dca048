//! Slots in prompts: `{order.eta:date:short}` is a value that is read aloud between words that stay the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::flow::FlowCompiler;
use super::formula::formula_finding;
use crate::call::{Language, SayAs};
use crate::flow::check;
use crate::flow::definition::VariableKind;
use crate::flow::expression::{self, BuiltIn, Formula, Kind};
use crate::flow::node::Slot;
use crate::flow::source::{Span, Spanned};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextPiece {
    /// Words to be recorded.
    Words(Arc<str>),
    /// A value.
    Slot(SlotDraft),
}

/// A slot as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SlotDraft {
    /// What stands between the braces.
    pub(super) written: Arc<str>,
    /// The punctuation that follows in writing.
    pub(super) tail: Arc<str>,
    /// Its place.
    pub(super) span: Span,
}

/// Splits a text into words and slots. `written` is the text as it stands in the file, for exact places; the error is
/// the place of a brace without its partner.
pub(super) fn split(text: &Spanned<String>, written: &str) -> Result<Vec<TextPiece>, Span> {
    let mut pieces = Vec::new();
    let mut rest = text.value.as_str();
    let mut searched = 0;
    while let Some((words, after)) = rest.split_once('{') {
        if words.contains('}') {
            return Err(text.span);
        }
        push_words(&mut pieces, words);
        let Some((slot, after)) = after.split_once('}') else { return Err(text.span) };
        if slot.contains('{') {
            return Err(text.span);
        }
        let tail_length = after
            .char_indices()
            .find(|(_, c)| c.is_alphanumeric() || c.is_whitespace() || *c == '{')
            .map_or(after.len(), |(at, _)| at);
        let (tail, after) = after.split_at_checked(tail_length).unwrap_or(("", after));
        let braced = format!("{{{slot}}}");
        let place = written.get(searched..).and_then(|w| w.find(&braced)).map(|at| at + searched);
        searched = place.map_or(searched, |at| at + braced.len());
        let span = place.map_or(text.span, |at| text.span.part(at + 1, at + 1 + slot.len()));
        pieces.push(TextPiece::Slot(SlotDraft { written: slot.into(), tail: tail.into(), span }));
        rest = after;
    }
    if rest.contains('}') {
        return Err(text.span);
    }
    push_words(&mut pieces, rest);
    Ok(pieces)
}

fn push_words(pieces: &mut Vec<TextPiece>, words: &str) {
    if words.contains(char::is_alphanumeric) {
        pieces.push(TextPiece::Words(words.trim().into()));
    }
}

/// The slots of a text, as they are written, in any order.
pub(super) fn slots(pieces: &[TextPiece]) -> BTreeSet<&str> {
    let slots = pieces.iter().filter_map(|piece| match piece {
        TextPiece::Slot(slot) => Some(&*slot.written),
        TextPiece::Words(_) => None,
    });
    slots.collect()
}

/// The values that some languages of a prompt say and others do not.
pub(super) fn differing(
    texts: &BTreeMap<Language, (Span, Vec<TextPiece>)>,
) -> Option<(Language, Span, String)> {
    let value = |slot: &str| slot.split(':').next().unwrap_or_default().trim().to_owned();
    let values =
        |pieces: &[TextPiece]| slots(pieces).into_iter().map(value).collect::<BTreeSet<_>>();
    let mut languages = texts.iter();
    let (_, (_, first)) = languages.next()?;
    let first = values(first);
    languages.find_map(|(language, (span, pieces))| {
        let own = values(pieces);
        let odd = first.symmetric_difference(&own).next()?.clone();
        Some((language.clone(), *span, odd))
    })
}

impl FlowCompiler<'_> {
    /// Makes a slot for the present scope; what is wrong with it is reported.
    pub(super) fn slot(&mut self, prompt: &str, draft: &SlotDraft) -> Option<Slot> {
        let (value, form) = match draft.written.split_once(':') {
            Some((value, form)) => (value, Some(form.trim())),
            None => (&*draft.written, None),
        };
        let (formula, kind) = match expression::parse(value, &self.names()) {
            Ok(parsed) => parsed,
            Err(faults) => {
                let whole = draft.span.part(0, value.len());
                for fault in faults {
                    self.findings.push(formula_finding(fault, Some(whole), whole));
                }
                return None;
            }
        };
        let form = match form {
            None => self.usual_form(&formula, kind),
            Some(name) => match SayAs::parse(name) {
                Some(form) => Some(form),
                None => {
                    self.findings.push(check::unknown_form(name, draft.span));
                    return None;
                }
            },
        };
        match form.filter(|form| kind == Kind::Any || sayable(kind, *form)) {
            Some(form) => Some(Slot {
                value: formula,
                form,
                written: draft.written.clone(),
                tail: draft.tail.clone(),
            }),
            None => {
                self.findings.push(check::unsayable(prompt, value, kind, form, draft.span));
                None
            }
        }
    }

    /// How a value is said where the slot does not say.
    fn usual_form(&self, formula: &Formula, kind: Kind) -> Option<SayAs> {
        let variable = match formula {
            Formula::Variable(index) => {
                self.variables.get_index(index.0 as usize).map(|(_, variable)| variable.kind)
            }
            Formula::BuiltIn(BuiltIn::CallFrom | BuiltIn::CallDivertedFrom) => {
                Some(VariableKind::Phone)
            }
            _ => None,
        };
        match (variable, kind) {
            (Some(VariableKind::Digits | VariableKind::Pin), _) => Some(SayAs::Digits),
            (Some(VariableKind::Phone), _) => Some(SayAs::Phone),
            (_, Kind::Text | Kind::Any) => Some(SayAs::Text),
            (_, Kind::Int) => Some(SayAs::Number),
            (_, Kind::Money(_)) => Some(SayAs::Money),
            (_, Kind::Date) => Some(SayAs::Date),
            (_, Kind::Time) => Some(SayAs::Time),
            (_, Kind::Moment) => Some(SayAs::When),
            (_, Kind::Duration) => Some(SayAs::Duration),
            (_, Kind::Bool | Kind::List | Kind::Recording | Kind::Record(_)) => None,
        }
    }
}

/// Whether values of a type can be said in a form.
const fn sayable(kind: Kind, form: SayAs) -> bool {
    match form {
        SayAs::Text | SayAs::Phone => matches!(kind, Kind::Text),
        SayAs::Digits => matches!(kind, Kind::Text | Kind::Int),
        SayAs::Number | SayAs::Count | SayAs::Ordinal => matches!(kind, Kind::Int),
        SayAs::Money => matches!(kind, Kind::Money(_)),
        SayAs::Date | SayAs::DateShort | SayAs::DateFull => {
            matches!(kind, Kind::Date | Kind::Moment)
        }
        SayAs::Year => matches!(kind, Kind::Int | Kind::Date | Kind::Moment),
        SayAs::Time => matches!(kind, Kind::Time | Kind::Moment),
        SayAs::Duration => matches!(kind, Kind::Duration | Kind::Int),
        SayAs::When => matches!(kind, Kind::Moment | Kind::Date | Kind::Time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Result<Vec<String>, Span> {
        let spanned = Spanned::new(text.to_owned(), Span { start: 0, end: 99, ..Span::default() });
        let pieces = split(&spanned, text)?;
        Ok(pieces
            .into_iter()
            .map(|piece| match piece {
                TextPiece::Words(words) => words.to_string(),
                TextPiece::Slot(slot) => {
                    format!("<{}>{}@{}", slot.written, slot.tail, slot.span.start)
                }
            })
            .collect())
    }

    #[test]
    fn texts_split_into_words_and_slots_with_their_places() {
        for (text, pieces) in [
            ("Halo semua.", vec!["Halo semua."]),
            ("Tiba {eta:date}.", vec!["Tiba", "<eta:date>.@6"]),
            ("{a}, {b} dan {a}!", vec!["<a>,@1", "<b>@6", "dan", "<a>!@14"]),
            ("{a}{b}", vec!["<a>@1", "<b>@4"]),
            ("«{a}»", vec!["<a>»@3"]),
        ] {
            assert_eq!(texts(text).expect(text), pieces, "{text}");
        }
        for text in ["{a", "a}", "{a{b}}", "x } {y}"] {
            assert!(texts(text).is_err(), "{text}");
        }
    }
}
