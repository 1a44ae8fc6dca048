//! `hear` steps of a test file rewritten in the text of the file: comments, quotes and columns elsewhere stay.

use super::load::{Places, load};
use super::source::{FileId, SourceFile, Span};

/// What a `hear` is to say.
#[derive(Debug, Clone, Copy)]
pub struct Hearing<'a> {
    /// The step, as [`TestFile`](super::TestFile) tells its place.
    pub step: Span,
    /// The prompts, by name or by their words.
    pub prompts: &'a [String],
    /// The words of the last one; `None` leaves what stands there.
    pub text: Option<&'a str>,
}

/// Rewrites steps of a test file; `None` where nothing can be changed. Steps that are not there are passed over.
#[must_use]
pub fn revise(path: &str, bytes: &[u8], hearings: &[Hearing<'_>]) -> Option<String> {
    let (file, document, _) = load(path, bytes, FileId::default());
    let places = document?.places;
    let mut edits: Vec<(Span, String)> = Vec::new();
    for hearing in hearings {
        let Some(entries) = map_at(&places, hearing.step) else { continue };
        for (key, value) in entries {
            let written = match (file.slice(*key).trim_matches(['"', '\'']), hearing.text) {
                ("hear", _) => prompts(hearing.prompts),
                ("text", Some(text)) => quoted(text),
                _ => continue,
            };
            edits.push((trimmed(&file, value.span()), written));
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    edits.dedup_by_key(|(span, _)| span.start);
    let mut text = file.text.to_string();
    let mut changed = false;
    for (span, written) in edits {
        if text.get(span.range()).is_some_and(|old| old != written) {
            text.replace_range(span.range(), &written);
            changed = true;
        }
    }
    changed.then_some(text)
}

/// The entries of the map that begins at a place.
fn map_at(places: &Places, wanted: Span) -> Option<&[(Span, Places)]> {
    match places {
        Places::Scalar(_) => None,
        Places::List(_, items) => items.iter().find_map(|item| map_at(item, wanted)),
        Places::Map(span, entries) if span.start == wanted.start => Some(entries),
        Places::Map(_, entries) => entries.iter().find_map(|(_, value)| map_at(value, wanted)),
    }
}

/// A place without the white space and the comments after it: the parser takes a value to reach up to the next one.
fn trimmed(file: &SourceFile, span: Span) -> Span {
    let slice = file.slice(span);
    let end = match slice.chars().next() {
        Some(quote @ ('"' | '\'')) => closing(slice, quote).unwrap_or(slice.len()),
        Some('[') => slice.rfind(']').map_or(slice.len(), |at| at + 1),
        _ => {
            let comment =
                |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
            let after: usize = slice.lines().rev().take_while(comment).map(|l| l.len() + 1).sum();
            let lines = slice.get(..slice.len().saturating_sub(after)).unwrap_or(slice);
            let last = lines.rfind('\n').map_or(0, |at| at + 1);
            let tail = lines.get(last..).unwrap_or("");
            tail.find(" #").map_or(lines.len(), |at| last + at)
        }
    };
    span.part(0, slice.get(..end).unwrap_or(slice).trim_end().len())
}

/// The byte after the closing quote of a text in quotes.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = c == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'');
        if (quote == '"' && c == '\\') || (quote == '\'' && doubled) {
            chars.next();
        } else if c == quote {
            return Some(at + c.len_utf8());
        }
    }
    None
}

fn prompts(names: &[String]) -> String {
    let name = |name: &String| {
        let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
        if plain { name.clone() } else { quoted(name) }
    };
    match names {
        [one] => name(one),
        several => format!("[{}]", several.iter().map(name).collect::<Vec<_>>().join(", ")),
    }
}

/// A text in double quotes (YAML 1.2 §7.3.1).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"tests: shop    # of the shop
cases:
  - name: one
    call:
      - hear: welcome          # at once
      - hear: [a, "b"]
        text: "Old words."     # read aloud
      - { hear: c, not: true }
      - hear:
          - d
          - e                  # the last one
      - hear: 'it''s # so'     # in quotes
        text: "say \"#\""      # with marks
      - press: 1               # the first choice
"##;

    /// The place of the step that begins with these words.
    fn step(words: &str) -> Span {
        let start = FILE.find(words).expect("there");
        let (_, document, _) = load("t", FILE.as_bytes(), FileId::default());
        let mut found = None;
        collect(&document.expect("good YAML").places, &mut |span| {
            if span.start as usize == start {
                found = Some(span);
            }
        });
        found.expect("a step")
    }

    fn collect(places: &Places, take: &mut impl FnMut(Span)) {
        match places {
            Places::Scalar(_) => {}
            Places::List(_, items) => items.iter().for_each(|item| collect(item, take)),
            Places::Map(span, entries) => {
                take(*span);
                entries.iter().for_each(|(_, value)| collect(value, take));
            }
        }
    }

    #[test]
    fn only_what_is_heard_is_changed() {
        let names = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let (one, two) = (names(&["hello"]), names(&["b", "std/goodbye", "Speak now, please."]));
        let hearings = [
            Hearing { step: step("hear: welcome"), prompts: &one, text: None },
            Hearing { step: step("hear: [a"), prompts: &two, text: Some("He said \"no\".") },
            Hearing { step: step("hear:\n"), prompts: &one, text: None },
            Hearing { step: step("hear: 'it"), prompts: &one, text: Some("Hello.") },
        ];
        let revised = revise("t", FILE.as_bytes(), &hearings).expect("changed");
        insta::assert_snapshot!(revised);
        assert_eq!(revise("t", revised.as_bytes(), &[]), None);
        assert_eq!(revise("t", b"a: [", &hearings), None);
        let same = [Hearing { step: step("{ hear: c"), prompts: &names(&["c"]), text: None }];
        assert_eq!(revise("t", FILE.as_bytes(), &same), None, "nothing to change");
    }
}
