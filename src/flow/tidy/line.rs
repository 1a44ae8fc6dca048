//! Line ends and empty lines.

use super::mark::Mark;

/// Takes blanks from line ends and empty lines that are too many, except inside texts.
pub(super) fn tidy_lines(text: &str, marks: &[Mark]) -> String {
    let mut texts: Vec<(usize, usize)> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text(mark) => Some((mark.place.start, mark.place.end)),
            Mark::Braces(..) => None,
        })
        .collect();
    texts.sort_unstable();
    let inside = |at: usize| {
        let next = texts.partition_point(|(start, _)| *start <= at);
        next.checked_sub(1).is_some_and(|i| at < texts[i].1)
    };
    let mut fresh = String::with_capacity(text.len());
    let mut empty_before = true;
    let mut start = 0;
    let mut kept = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        // To some readers a tab below a block is a part of it.
        let doubtful = line.contains('\t') && line.trim().is_empty();
        if inside(end) || doubtful {
            fresh.push_str(line);
            fresh.push('\n');
            empty_before = false;
            kept = fresh.len();
        } else {
            let line = line.trim_end_matches([' ', '\t']);
            if !line.is_empty() || !empty_before {
                fresh.push_str(line);
                fresh.push('\n');
            }
            empty_before = line.is_empty();
            if !line.is_empty() {
                kept = fresh.len();
            }
        }
        start = end + 1;
    }
    // Nothing but empty lines is left behind the last line.
    fresh.truncate(kept);
    fresh
}
