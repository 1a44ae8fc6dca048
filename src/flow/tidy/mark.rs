//! Where the texts and braces of a file stand.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A text or a pair of braces, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// A text: a key or a value.
    Text(TextMark),
    /// The opening and the closing brace of a map with something in it.
    Braces(usize, usize),
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextMark {
    /// Where it stands, quotes included; for a block, its lines.
    pub(super) place: Range<usize>,
    /// What it is.
    pub(super) role: Role,
    /// How it is written.
    pub(super) style: ScalarStyle,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The key of a choice in digits that need no quotes.
    ChoiceKey,
    /// A formula; behind `=` if it begins with one.
    Formula,
    /// Anything else.
    Other,
}

/// Sections whose texts are spoken, not computed.
const SPOKEN: [&str; 2] = ["prompts", "faq"];
/// The longest key of a choice that is written without quotes.
const MAX_KEY: usize = 9;

/// A map or list that is open.
struct Frame {
    /// The brace that opens it.
    brace: Option<usize>,
    is_map: bool,
    /// The last key.
    key: String,
    /// Whether the value of the last key comes next.
    wants_value: bool,
    empty: bool,
}

/// The marks of a text that can be read without a fault.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    // The parser counts characters.
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(text.len());
    let mut marks = Vec::new();
    let mut open: Vec<Frame> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        let place = byte(span.start.index())..byte(span.end.index());
        match event {
            Event::Scalar(value, style, ..) => {
                let role = role(&value, style, &open);
                marks.push(Mark::Text(TextMark {
                    place: bounded(text, place, &value, style),
                    role,
                    style,
                }));
                note(&mut open, Some(&value));
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                note(&mut open, None);
                let is_map = matches!(event, Event::MappingStart(..));
                let brace =
                    text.get(place.start..).is_some_and(|rest| is_map && rest.starts_with('{'));
                let brace = brace.then_some(place.start);
                let (key, wants_value) = (String::new(), false);
                open.push(Frame { brace, is_map, key, wants_value, empty: true });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(frame) = open.pop() else { continue };
                let close = text.get(place.clone()).is_some_and(|end| end.starts_with('}'));
                let close = close.then_some(place.start);
                if let (Some(from), Some(to), false) = (frame.brace, close, frame.empty) {
                    marks.push(Mark::Braces(from, to));
                }
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::Alias(_) => {}
        }
    }
    marks
}

/// Notes that a value began in the innermost frame: a key where a map waits for one.
fn note(open: &mut [Frame], text: Option<&str>) {
    let Some(frame) = open.last_mut() else { return };
    frame.empty = false;
    if frame.is_map && !frame.wants_value {
        text.unwrap_or_default().clone_into(&mut frame.key);
    }
    frame.wants_value = frame.is_map && !frame.wants_value;
}

fn role(value: &str, style: ScalarStyle, open: &[Frame]) -> Role {
    let Some((last, outer)) = open.split_last() else { return Role::Other };
    let is_key = last.is_map && !last.wants_value;
    if is_key {
        let of_choices = outer.last().is_some_and(|frame| frame.key == "choices");
        let digits = value.bytes().all(|b| b.is_ascii_digit()) && value.len() <= MAX_KEY;
        // Other tools read `012` as an octal number.
        let plain = value == "0" || (digits && !value.is_empty() && !value.starts_with('0'));
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        return if of_choices && plain && quoted { Role::ChoiceKey } else { Role::Other };
    }
    let spoken = open.first().is_some_and(|frame| SPOKEN.contains(&frame.key.as_str()));
    let condition = last.key == "when";
    if !spoken && (condition || value.starts_with('=')) { Role::Formula } else { Role::Other }
}

/// The place of a text. That of a block begins with the line below its sign, and ends with its last line that is part of
/// what it says.
fn bounded(text: &str, place: Range<usize>, value: &str, style: ScalarStyle) -> Range<usize> {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return place;
    }
    let sign =
        text.get(..place.start).map_or(0, |before| before.trim_end_matches([' ', '\n']).len());
    let line_end = text.get(sign..).and_then(|rest| rest.find('\n'));
    let start = line_end.map_or(place.start, |end| sign + end + 1).min(place.start);
    if place.end == text.len() && !text.ends_with('\n') {
        // The end of the last line is as good as a line end: blanks before it are part of the block.
        return start..place.end + 1;
    }
    // A last line of blanks alone may be deeper than the block and thus a part of it.
    let last = value.strip_suffix('\n').unwrap_or(value).rsplit('\n').next();
    if last.is_none_or(|line| line.trim().is_empty()) {
        return start..place.end;
    }
    let lines = text.get(place.clone()).unwrap_or("");
    let kept = lines.trim_end_matches(['\n', ' ']).len();
    let rest = lines.get(kept..).and_then(|rest| rest.find('\n'));
    start..place.start + rest.map_or(lines.len(), |end| kept + end + 1)
}
