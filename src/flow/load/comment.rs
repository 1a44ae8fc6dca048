//! Comments that were probably not meant as comments.

use super::build::ScalarPlace;
use crate::flow::check::{COMMENT_LOOKS_LIKE_KEY, TEXT_ENDS_AT_HASH};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{FileId, Span};

/// Looks at the comments of a file. `scalars` are all texts of the file in order: a `#` inside one is no comment.
pub(super) fn check(text: &str, file: FileId, scalars: &[ScalarPlace]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut line_end = 0;
    for (at, _) in text.match_indices('#') {
        let before = text.get(..at).unwrap_or("");
        let opens = before.is_empty() || before.ends_with([' ', '\t', '\n', '\r']);
        if at < line_end || !opens {
            continue;
        }
        let at32 = u32::try_from(at).unwrap_or(u32::MAX);
        let next = scalars.partition_point(|s| s.span.start <= at32);
        let previous = next.checked_sub(1).and_then(|i| scalars.get(i));
        if previous.is_some_and(|s| s.span.end > at32) {
            continue;
        }
        let comment = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or("");
        line_end = at + comment.len();
        let hash = Span { file, start: at32, end: at32.saturating_add(1) };
        let cut = previous.filter(|s| {
            let between = text.get(s.span.end as usize..at).unwrap_or("\n");
            s.plain && s.span.end > s.span.start && between.chars().all(|c| c == ' ' || c == '\t')
        });
        findings.extend(judge(comment, text, cut.map(|s| s.span), hash));
    }
    findings
}

/// `cut`: the text without quotes that the comment follows on the same line.
fn judge(comment: &str, text: &str, cut: Option<Span>, hash: Span) -> Option<Diagnostic> {
    if comment == "#:" || comment.starts_with("#: ") {
        return Some(
            Diagnostic::new(&COMMENT_LOOKS_LIKE_KEY, hash, "this comment looks like the key `#`")
                .label("everything from here on is a comment")
                .help("quote the key if it is meant as one")
                .fix(hash, "\"#\""),
        );
    }
    let cut = cut.filter(|_| comment.chars().nth(1).is_some_and(|c| !c.is_whitespace()))?;
    let finding = Diagnostic::new(&TEXT_ENDS_AT_HASH, hash, "the text ends at `#` here")
        .label("everything after ` #` is a comment")
        .help("quote the text if `#` belongs to it, or put a space after `#` if it does not");
    let length = u32::try_from(comment.trim_end().len()).unwrap_or(0);
    let whole = Span { end: hash.start.saturating_add(length), ..cut };
    Some(match quoted(text.get(whole.range()).unwrap_or(""), comment) {
        Some(quoted) => finding.fix(whole, quoted),
        None => finding,
    })
}

/// A text in quotes together with what was taken for a comment. `None` where that would not be the same text: it began
/// on a line before, has quotes of its own, or what follows closes a list or map or goes on after a comma.
fn quoted(whole: &str, comment: &str) -> Option<String> {
    let closes = comment.contains([',', '[', ']', '{', '}']);
    let needs_care = whole.contains(['\n', '"', '\\']);
    (!closes && !needs_care).then(|| format!("\"{whole}\""))
}
