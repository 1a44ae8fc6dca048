//! "Did you mean …?": the known name nearest to a mistyped one.

/// The known name that is most likely meant by `name`, if one is near enough: at most one slip in three letters.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().take(MAX_NAME).collect();
    let allowed = (name.len() / 3).max(1);
    known
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.chars().take(MAX_NAME).collect();
            if letters.len().abs_diff(name.len()) > allowed {
                return None;
            }
            let slips = distance(&name, &letters);
            (slips <= allowed && slips < letters.len().max(2)).then_some((slips, candidate))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// Longer names are compared by their beginnings.
const MAX_NAME: usize = 64;

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
/// (Damerau–Levenshtein, optimal string alignment); capital letters count as small ones.
fn distance(a: &[char], b: &[char]) -> usize {
    let same = |x: char, y: char| x.to_lowercase().eq(y.to_lowercase());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut best =
                (last[j] + usize::from(!same(x, y))).min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && same(x, b[j - 1]) && same(a[i - 1], y);
            if swapped {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_finger_are_found_and_other_words_are_not() {
        let known = ["order_ask", "order_again", "main", "next", "goto"];
        for (typed, meant) in [
            ("order_aks", Some("order_ask")),
            ("nxet", Some("next")),
            ("gotoo", Some("goto")),
            ("Main", Some("main")),
            ("survey", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
