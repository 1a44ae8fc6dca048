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
        let cut = previous.is_some_and(|s| {
            let between = text.get(s.span.end as usize..at).unwrap_or("\n");
            s.plain && s.span.end > s.span.start && between.chars().all(|c| c == ' ' || c == '\t')
        });
        findings.extend(judge(comment, cut, hash));
    }
    findings
}

/// `cut`: the comment follows a text without quotes on the same line.
fn judge(comment: &str, cut: bool, hash: Span) -> Option<Diagnostic> {
    if comment == "#:" || comment.starts_with("#: ") {
        return Some(
            Diagnostic::new(&COMMENT_LOOKS_LIKE_KEY, hash, "this comment looks like the key `#`")
                .label("everything from here on is a comment")
                .help("quote the key if it is meant as one")
                .patch(hash, "\"#\""),
        );
    }
    let touches = comment.chars().nth(1).is_some_and(|c| !c.is_whitespace());
    (cut && touches).then(|| {
        Diagnostic::new(&TEXT_ENDS_AT_HASH, hash, "the text ends at `#` here")
            .label("everything after ` #` is a comment")
            .help("quote the text if `#` belongs to it, or put a space after `#` if it does not")
    })
}
