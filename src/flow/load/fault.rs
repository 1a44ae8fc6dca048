//! The wording of everything that can be wrong with a file before its meaning is looked at.

use super::{MAX_BYTES, MAX_LEVELS, MAX_VALUES};
use crate::flow::check::{
    GIVEN_TWICE, KEY_IS_NO_TEXT, LOOKS_LIKE_BOOL, NOT_YAML, REUSE, TOO_LARGE,
};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{FileId, Span};

/// A syntax fault, with plain help for the usual causes.
pub(super) fn syntax(
    text: &str,
    file: FileId,
    at: usize,
    parser_says: &str,
    open_bracket: Option<Span>,
) -> Diagnostic {
    let start = at.min(text.len());
    let next = text.get(start..).and_then(|rest| rest.chars().next());
    let end = start + next.filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    let bytes = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let span = Span { file, start: bytes(start), end: bytes(end) };
    if parser_says.contains("recursion limit") {
        return too_large(span, &format!("more than {MAX_LEVELS} levels"));
    }
    let says = match open_bracket {
        Some(_) if parser_says.contains("indentation") => "the brackets are not closed".to_owned(),
        _ => plain(parser_says),
    };
    let mut finding = Diagnostic::new(&NOT_YAML, span, format!("YAML: {says}"));
    let line = text.get(..start).and_then(|t| t.rsplit('\n').next()).unwrap_or("");
    if let Some(bracket) = open_bracket {
        finding = finding.also(bracket, "this bracket is still open");
    }
    match cause(line, next, parser_says) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// The parser's words in ours.
fn plain(parser_says: &str) -> String {
    let text = match parser_says {
        s if s.contains("unknown anchor") => "`*` begins an alias here",
        s if s.contains("mapping values are not allowed") => "a `:` is not possible here",
        s if s.contains("tabs disallowed") || s.contains("tab") => "a tab stands where spaces must",
        s if s.contains("simple key expect") => "there is no `:` after this key",
        s if s.contains("illegal placement of ':'") => "a `:` is not possible here",
        s if s.contains("quoted scalar") && s.contains("end of stream") => {
            "the quotes that begin here are never closed"
        }
        s if s.contains("trailing content") => "something follows the closing quote",
        s => s,
    };
    text.replace("`@'", "`@`").replace("`%'", "`%`").replace("``'", "a backtick")
}

fn cause(line: &str, next: Option<char>, parser_says: &str) -> Option<String> {
    if parser_says.contains("tab") || (line.trim().is_empty() && line.contains('\t')) {
        return Some("indent with spaces; YAML takes no tabs".to_owned());
    }
    if next == Some('*') {
        return Some("put the star into quotes: `\"*\":` as a key, `\"*\"` as a value".to_owned());
    }
    if let Some(c @ ('%' | '@' | '`')) = next {
        return Some(format!("text that begins with `{c}` needs quotes around it"));
    }
    if parser_says.contains("mapping values") {
        return Some(
            "text that holds a colon and a space needs quotes around it; else look at the indentation"
                .to_owned(),
        );
    }
    if parser_says.contains("trailing content") {
        return Some(
            "write an apostrophe inside '…' twice, or use \"…\" around the text".to_owned(),
        );
    }
    None
}

pub(super) fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_YAML, span, "YAML: the file is not UTF-8 from here on")
        .help("save the file as UTF-8")
}

pub(super) fn second_document(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_YAML, span, "YAML: a second document begins here")
        .help("put it into a file of its own")
}

pub(super) fn too_large(span: Span, what: &str) -> Diagnostic {
    let megabytes = MAX_BYTES / 1_000_000;
    Diagnostic::new(&TOO_LARGE, span, format!("the file is too large or nested too deep: {what}"))
        .help(format!(
            "a file may have {megabytes} MB, {MAX_LEVELS} levels and {MAX_VALUES} values; split it with `use:`"
        ))
}

pub(super) fn reuse(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&REUSE, span, format!("{what} are not allowed in a flow"))
        .help("name a prompt, use `defaults` or `commands`, or repeat the few lines")
}

pub(super) fn given_twice(key: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, second, format!("`{key}` is given twice"))
        .label("given again here")
        .also(first, "first given here")
}

pub(super) fn key_is_no_text(span: Span) -> Diagnostic {
    Diagnostic::new(&KEY_IS_NO_TEXT, span, "a key must be plain text, not a map or a list")
        .help("text in braces needs quotes around it: `\"{name}\"`")
}

/// Words that YAML 1.1 tools take for truth values.
const YAML_1_1: [&str; 12] =
    ["no", "off", "on", "yes", "No", "Off", "On", "Yes", "NO", "OFF", "ON", "YES"];

pub(super) fn looks_like_bool(text: &str, span: Span) -> Option<Diagnostic> {
    YAML_1_1.contains(&text).then(|| {
        Diagnostic::new(
            &LOOKS_LIKE_BOOL,
            span,
            format!("`{text}` is text here, but other YAML tools read it as true or false"),
        )
        .help("quote it")
        .fix(span, format!("\"{text}\""))
    })
}
