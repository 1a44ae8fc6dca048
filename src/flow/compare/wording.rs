//! Word by word: what of a text is gone and what is new.

/// The most words of a text that are compared one by one; longer texts are told as a whole.
const MAX_WORDS: usize = 600;

/// How many words that stay are shown on each side of those that change.
const AROUND: usize = 4;

/// A stretch of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Same,
    Gone,
    New,
}

/// The difference of two texts in one line: `… tekan [-2-] {+3+}. Untuk …`, words that are gone and that are new.
pub(super) fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_whitespace().collect(), new.split_whitespace().collect());
    let mut line: Vec<String> = Vec::new();
    let stretches = stretches(&old, &new);
    let last = stretches.len().saturating_sub(1);
    for (at, (kind, words)) in stretches.iter().enumerate() {
        let text = words.join(" ");
        line.push(match kind {
            Stretch::Gone => format!("[-{text}-]"),
            Stretch::New => format!("{{+{text}+}}"),
            Stretch::Same => around(words, at > 0, at < last),
        });
    }
    line.join(" ")
}

/// Words that stay, only those next to a change.
fn around(words: &[&str], after: bool, before: bool) -> String {
    let kept = AROUND * (usize::from(after) + usize::from(before));
    if words.len() <= kept {
        return words.join(" ");
    }
    let mut parts = Vec::new();
    if after {
        parts.extend(words.iter().take(AROUND));
    }
    parts.push(&"…");
    if before {
        parts.extend(words.iter().skip(words.len() - AROUND));
    }
    parts.into_iter().copied().collect::<Vec<_>>().join(" ")
}

/// The texts as stretches, by the longest common subsequence of words.
fn stretches<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Stretch, Vec<&'t str>)> {
    let mut list: Vec<(Stretch, Vec<&str>)> = Vec::new();
    if old.len() > MAX_WORDS || new.len() > MAX_WORDS {
        return vec![(Stretch::Gone, old.to_vec()), (Stretch::New, new.to_vec())];
    }
    let lengths = common(old, new);
    let (mut a, mut b) = (0, 0);
    let mut put = |kind: Stretch, word| match list.last_mut() {
        Some((last, words)) if *last == kind => words.push(word),
        _ => list.push((kind, vec![word])),
    };
    while a < old.len() || b < new.len() {
        match (old.get(a), new.get(b)) {
            (Some(was), Some(now)) if was == now => {
                put(Stretch::Same, *was);
                (a, b) = (a + 1, b + 1);
            }
            (Some(was), now) if now.is_none() || lengths[a + 1][b] >= lengths[a][b + 1] => {
                put(Stretch::Gone, *was);
                a += 1;
            }
            (_, Some(now)) => {
                put(Stretch::New, *now);
                b += 1;
            }
            (_, None) => break,
        }
    }
    list
}

/// How many words each pair of ends has in common, in order.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<u16>> {
    let mut lengths = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a][b] = if old[a] == new[b] {
                lengths[a + 1][b + 1].saturating_add(1)
            } else {
                lengths[a + 1][b].max(lengths[a][b + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_gone_and_new_stand_out() {
        for (old, new, line) in [
            ("Tekan 1.", "Tekan 1.", "…"),
            ("Tekan 1.", "Tekan 2.", "Tekan [-1.-] {+2.+}"),
            ("", "Halo.", "{+Halo.+}"),
            ("Halo.", "", "[-Halo.-]"),
            ("a b c d e f g h i j", "a b c d e X g h i j", "… b c d e [-f-] {+X+} g h i j"),
            ("x a b c d e f g h i j y", "a b c d e f g h i j", "[-x-] a b c d … g h i j [-y-]"),
            (
                "Tekan satu sekarang",
                "Sekarang tekan satu",
                "[-Tekan-] {+Sekarang tekan+} satu [-sekarang-]",
            ),
        ] {
            let found = difference(old, new);
            assert_eq!(found, line, "{old} / {new}");
        }
    }

    #[test]
    fn a_text_beyond_the_bound_is_told_as_a_whole() {
        let long = "kata ".repeat(MAX_WORDS + 1);
        let found = difference(&long, "kata");
        assert!(found.starts_with("[-kata kata") && found.ends_with("{+kata+}"), "{found}");
    }
}
