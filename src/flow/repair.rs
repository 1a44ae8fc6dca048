//! Applying proposed changes to the text of a file.

use super::diagnostic::Patch;

/// The text with the patches applied; all else stays byte for byte. Of two that overlap the earlier one is taken, and
/// one that does not lie in the text is left out. Beside it how many were applied.
#[must_use]
pub fn repair(text: &str, patches: &[&Patch]) -> (String, usize) {
    let mut patches = patches.to_vec();
    patches.sort_by_key(|patch| patch.span);
    let mut out = String::with_capacity(text.len());
    let (mut done, mut applied) = (0, 0);
    for patch in patches {
        let range = patch.span.range();
        if applied > 0 && range.start < done {
            continue;
        }
        if let Some(kept) = text.get(done..range.start)
            && text.is_char_boundary(range.end)
        {
            out.push_str(kept);
            out.push_str(&patch.text);
            done = range.end;
            applied += 1;
        }
    }
    out.push_str(text.get(done..).unwrap_or(""));
    (out, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::source::{FileId, Span};

    #[test]
    fn patches_are_applied_in_order_and_never_over_each_other() {
        let patch = |start, end, text: &str| Patch {
            span: Span { file: FileId(0), start, end },
            text: text.to_owned(),
            certain: true,
        };
        for (patches, expected) in [
            (vec![], ("a é: no\r\n", 0)),
            (vec![patch(5, 7, "\"no\"")], ("a é:\"no\"o\r\n", 1)),
            (vec![patch(6, 8, "ya"), patch(0, 1, "b")], ("b é: ya\r\n", 2)),
            (vec![patch(0, 4, "x"), patch(2, 4, "y"), patch(4, 4, "z")], ("xz: no\r\n", 2)),
            (vec![patch(3, 4, "half a letter"), patch(90, 99, "far")], ("a é: no\r\n", 0)),
        ] {
            let (text, applied) = repair("a é: no\r\n", &patches.iter().collect::<Vec<_>>());
            assert_eq!((text.as_str(), applied), expected, "{patches:?}");
        }
    }
}
