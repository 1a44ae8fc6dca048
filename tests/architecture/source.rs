//! Reads Rust source text far enough to see which modules it names: comments and literals are blanked, test
//! modules cut away, `use` trees spread out. It knows nothing of the table or of the rules.

/// One source file, ready to be looked at.
pub(crate) struct Source {
    /// Its place below `src/`, with `/`.
    pub(crate) place: String,
    /// Whether it opens with `//!`.
    pub(crate) has_docs: bool,
    /// Lines without its inline tests.
    pub(crate) lines: usize,
    /// Its code: comments and literals blanked, inline tests cut away.
    pub(crate) code: String,
}

/// A path named in the code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The absolute path without the leading `crate`, such as `["call", "LegId"]`.
    pub(crate) path: Vec<String>,
}

impl Source {
    /// Reads `text`, found at `place` below `src/`.
    pub(crate) fn new(place: &str, text: &str) -> Self {
        let code = without_tests(&blanked(text));
        Self {
            place: place.to_owned(),
            has_docs: text.trim_start().starts_with("//!"),
            lines: code.lines().count(),
            code,
        }
    }

    /// The module the file is: `call/id.rs` and `call/mod.rs` are `call::id` and `call`.
    pub(crate) fn module(&self) -> Vec<String> {
        let stem = self.place.trim_end_matches(".rs");
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        stem.split('/').map(str::to_owned).collect()
    }

    /// Whether the whole file is tests of the module beside it.
    pub(crate) fn is_tests(&self) -> bool {
        self.module().iter().any(|part| part == "tests")
    }

    /// Every path that starts at the crate's root, `super` and `self` resolved.
    pub(crate) fn mentions(&self) -> Vec<Mention> {
        let roots = [("crate", Vec::new()), ("self", self.module()), ("super", self.parent())];
        let mut found = Vec::new();
        for (root, base) in roots {
            for at in words(&self.code, root) {
                let after = self.code.split_at(at + root.len()).1.trim_start();
                let Some(rest) = after.strip_prefix("::") else { continue };
                let line = self.line_of(at);
                let mut paths = Vec::new();
                spread(rest, &mut base.clone(), &mut paths);
                found.extend(paths.into_iter().map(|path| Mention { line, path }));
            }
        }
        found
    }

    /// The lines on which `needle` stands as a whole word.
    pub(crate) fn lines_with(&self, needle: &str) -> Vec<usize> {
        words(&self.code, needle).map(|at| self.line_of(at)).collect()
    }

    fn parent(&self) -> Vec<String> {
        let mut module = self.module();
        module.pop();
        module
    }

    fn line_of(&self, at: usize) -> usize {
        self.code.split_at(at).0.matches('\n').count() + 1
    }
}

/// Every place where `needle` stands in `code` and is no part of a longer word.
fn words<'a>(code: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let open_end = needle.ends_with(part_of_word);
    let open_start = needle.starts_with(part_of_word);
    code.match_indices(needle).map(|(at, _)| at).filter(move |&at| {
        let before = code.split_at(at).0.chars().next_back();
        let after = code.split_at(at + needle.len()).1.chars().next();
        let goes_on = open_start && before.is_some_and(part_of_word)
            || open_end && after.is_some_and(part_of_word);
        !goes_on
    })
}

/// Spreads the `use` tree or path at the start of `rest` into whole paths below `base`; returns what follows it.
fn spread<'a>(rest: &'a str, base: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'a str {
    let depth = base.len();
    let mut rest = rest.trim_start();
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (segment, after) = rest.split_at(end);
        if !segment.is_empty() {
            base.push(segment.to_owned());
        }
        rest = after;
        let Some(next) = rest.trim_start().strip_prefix("::") else { break };
        rest = next.trim_start();
        if segment.is_empty() {
            break;
        }
    }
    if let Some(mut inner) = rest.strip_prefix('{') {
        loop {
            inner = inner.trim_start();
            if inner.is_empty() || inner.starts_with('}') {
                break;
            }
            inner = spread(inner, base, paths);
            // Past a rename (`as Other`) and the comma.
            inner = inner.trim_start_matches(|c: char| c != ',' && c != '}');
            inner = inner.strip_prefix(',').unwrap_or(inner);
        }
        rest = inner.strip_prefix('}').unwrap_or(inner);
    } else {
        paths.push(base.clone());
    }
    base.truncate(depth);
    rest
}

/// `text` with comments, strings and characters turned into blanks; every line stays where it is.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied().unwrap_or(' ');
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next == '/' => until(chars, at, |i| chars[i] == '\n'),
        '/' if next == '*' => block_comment_end(chars, at),
        '"' => quoted_end(chars, at, '"'),
        '\'' if next == '\\' || chars.get(at + 2) == Some(&'\'') => quoted_end(chars, at, '\''),
        'r' if !in_word || chars[at - 1] == 'b' => raw_end(chars, at).unwrap_or(at),
        _ => at,
    }
}

fn until(chars: &[char], from: usize, stop: impl Fn(usize) -> bool) -> usize {
    (from..chars.len()).find(|&i| stop(i)).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let quote = until(chars, at + 1, |i| chars[i] != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - at - 1;
    let closes = |i: usize| {
        chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n).is_some_and(|&c| c == '#'))
    };
    Some((until(chars, quote + 1, closes) + 1 + hashes).min(chars.len()))
}

/// `code` without its `#[cfg(test)] mod … { … }`; a `#[cfg(test)] mod tests;` line goes as well.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (before, from) = rest.split_at(at);
        let item_end = item_end(from);
        out.push_str(before);
        rest = from.split_at(item_end).1;
    }
    out.push_str(rest);
    out
}

/// Where the item at the start of `code` ends: after its `;` or its closing brace.
fn item_end(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(code: &str) -> Vec<String> {
        let source = Source::new("sip/agent.rs", code);
        source.mentions().into_iter().map(|mention| mention.path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_however_they_are_written() {
        for (code, expected) in [
            ("use crate::call::LegId;", vec!["call::LegId"]),
            ("use crate::call::{LegId, Digits as Keys};", vec!["call::LegId", "call::Digits"]),
            ("use crate::a::{b::{C, D}, e::F};", vec!["a::b::C", "a::b::D", "a::e::F"]),
            ("use crate :: call\n  :: LegId;", vec!["call::LegId"]),
            ("fn f() -> crate::time::Instant { x() }", vec!["time::Instant"]),
            ("use super::dialog::Dialog;", vec!["sip::dialog::Dialog"]),
            ("use crate::text::*;", vec!["text"]),
            ("use crate::{call::LegId, time};", vec!["call::LegId", "time"]),
            ("// crate::runtime::Handle\n/* crate::a::B /* */ */", vec![]),
            (r##"let a = "crate::a::B"; let b = r#"crate::c::D"#; let c = '"';"##, vec![]),
            ("let c = b'\\''; fn f<'a>() -> crate::call::X<'a> {}", vec!["call::X"]),
            ("let mycrate::x = 1;", vec![]),
        ] {
            assert_eq!(paths(code), expected, "{code}");
        }
    }

    #[test]
    fn tests_are_cut_away_and_not_counted() {
        let text = "//! Docs.\nfn a() {}\n#[cfg(test)]\nmod tests {\n  use crate::b::C;\n  {}\n}\n";
        let source = Source::new("call/id.rs", text);
        assert!(source.has_docs);
        assert_eq!(source.mentions(), []);
        assert_eq!(source.lines_with("tests"), Vec::<usize>::new());
        assert!(source.lines < 4, "{}", source.lines);
    }
}
