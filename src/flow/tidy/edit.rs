//! Changes inside a line. Where lines are lined up in columns, they stay lined up.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::mark::{Mark, Role, TextMark};
use crate::flow::expression::spelling;

/// A change of the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Edit {
    /// How many characters longer it makes its line.
    fn growth(&self, text: &str) -> i64 {
        let count = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        count(&self.text) - count(text.get(self.start..self.end).unwrap_or(""))
    }
}

/// Makes all changes inside lines.
pub(super) fn apply(text: &str, marks: &[Mark]) -> String {
    let mut edits: Vec<Edit> = marks.iter().flat_map(|mark| edits_of(text, mark)).collect();
    edits.sort();
    let mut columns = columns(text, marks);
    edits.extend(keep_columns(text, &edits, &mut columns));
    edits.sort();
    let mut fresh = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &edits {
        fresh.push_str(text.get(at..edit.start).unwrap_or(""));
        fresh.push_str(&edit.text);
        at = edit.end;
    }
    fresh.push_str(text.get(at..).unwrap_or(""));
    fresh
}

fn edits_of(text: &str, mark: &Mark) -> Vec<Edit> {
    match mark {
        Mark::Braces(from, to) => spaces_inside(text, *from, *to),
        Mark::Text(TextMark { place, role: Role::ChoiceKey, .. }) => {
            let quotes = [place.start..place.start + 1, place.end - 1..place.end];
            quotes.map(|quote| edit(quote, "")).to_vec()
        }
        Mark::Text(TextMark { place, role: Role::Formula, style }) => formula(text, place, *style),
        Mark::Text(TextMark { role: Role::Other, .. }) => Vec::new(),
    }
}

fn edit(place: Range<usize>, text: &str) -> Edit {
    Edit { start: place.start, end: place.end, text: text.to_owned() }
}

fn spaces_inside(text: &str, from: usize, to: usize) -> Vec<Edit> {
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let mut edits = Vec::new();
    if !blank(text.get(from + 1..).and_then(|rest| rest.chars().next())) {
        edits.push(edit(from + 1..from + 1, " "));
    }
    if !blank(text.get(..to).and_then(|before| before.chars().next_back())) {
        edits.push(edit(to..to, " "));
    }
    edits
}

/// The changes of a formula that stands in the file letter by letter: on one line, nothing escaped.
fn formula(text: &str, place: &Range<usize>, style: ScalarStyle) -> Vec<Edit> {
    let raw = text.get(place.clone()).unwrap_or("");
    let (inner, at) = match style {
        ScalarStyle::Plain => (raw, 0),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
            (inner, 1)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => return Vec::new(),
    };
    let escaped = match style {
        ScalarStyle::SingleQuoted => inner.contains("''"),
        ScalarStyle::DoubleQuoted => inner.contains('\\'),
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => false,
    };
    if escaped || inner.contains('\n') {
        return Vec::new();
    }
    let (inner, at) = inner.strip_prefix('=').map_or((inner, at), |rest| (rest, at + 1));
    let words = spelling(inner);
    let place = |range: Range<usize>| place.start + at + range.start..place.start + at + range.end;
    words.into_iter().map(|(range, word)| edit(place(range), &word)).collect()
}

/// A place on a line where something begins behind blanks.
#[derive(Debug, Clone, Copy)]
struct Stop {
    line: usize,
    /// The first of the blanks.
    blank: usize,
    /// How many blanks there are.
    width: usize,
    /// Which line the stop is on begins here.
    line_start: usize,
}

/// The stops of all lines, by column in characters.
fn columns(text: &str, marks: &[Mark]) -> BTreeMap<usize, Vec<Stop>> {
    let mut texts: Vec<&Range<usize>> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text(mark) => Some(&mark.place),
            Mark::Braces(..) => None,
        })
        .collect();
    texts.sort_by_key(|place| place.start);
    let mut columns: BTreeMap<usize, Vec<Stop>> = BTreeMap::new();
    let mut start = 0;
    for (line, content) in text.split('\n').enumerate() {
        let mut blanks: Option<usize> = None;
        for (column, (at, letter)) in content.char_indices().enumerate() {
            let at = start + at;
            let inside = {
                let next = texts.partition_point(|place| place.start <= at);
                next.checked_sub(1).is_some_and(|i| at > texts[i].start && at < texts[i].end)
            };
            if letter == ' ' && !inside {
                blanks = blanks.or(Some(at));
            } else if let Some(blank) = blanks.take() {
                if blank > start {
                    let stop = Stop { line, blank, width: at - blank, line_start: start };
                    columns.entry(column).or_default().push(stop);
                }
                if letter == '#' && !inside {
                    break;
                }
            } else if letter == '#' && !inside && column == 0 {
                break;
            }
        }
        start += content.len() + 1;
    }
    columns
}

/// Widens blanks so that columns of neighbouring lines stay where they are to each other.
fn keep_columns(text: &str, edits: &[Edit], columns: &mut BTreeMap<usize, Vec<Stop>>) -> Vec<Edit> {
    let mut added: Vec<Edit> = Vec::new();
    for stops in columns.values() {
        for run in stops.chunk_by(|a, b| a.line + 1 == b.line) {
            // One blank is no sign that somebody lined something up.
            if run.len() < 2 || run.iter().all(|stop| stop.width < 2) {
                continue;
            }
            let shift = |stop: &Stop| -> i64 {
                let before = |edit: &&Edit| edit.start >= stop.line_start && edit.end <= stop.blank;
                edits.iter().chain(&added).filter(before).map(|edit| edit.growth(text)).sum()
            };
            let shifts: Vec<i64> = run.iter().map(shift).collect();
            let widest = shifts.iter().copied().max().unwrap_or(0);
            let fresh: Vec<Edit> = run
                .iter()
                .zip(&shifts)
                .filter_map(|(stop, shift)| {
                    let more = usize::try_from(widest - shift).ok().filter(|more| *more > 0)?;
                    let end = stop.blank + stop.width;
                    Some(edit(end..end, &" ".repeat(more)))
                })
                .collect();
            added.extend(fresh);
        }
    }
    added
}
