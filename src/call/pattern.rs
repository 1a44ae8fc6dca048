//! Patterns of texts, as `matches` in a formula and numbers in the configuration have them: `*` stands for any
//! characters, `?` for one, and `#` for one digit.
//!
//! The pattern must fit the whole text. There is no escape: a text with a `*` of its own is compared with `==`. The
//! time is at most the length of the text times the length of the pattern, which is bounded.

/// Whether the whole text fits the pattern.
#[must_use]
pub fn fits_pattern(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut part) = (0, 0);
    // The last `*` and where in the text it stops; it takes one more character each time the rest does not fit.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(at) {
        match pattern.get(part) {
            Some('*') => {
                star = Some((part, at));
                part += 1;
            }
            Some(&wanted) if fits(wanted, c) => {
                at += 1;
                part += 1;
            }
            Some(_) | None => {
                let Some((place, end)) = star else { return false };
                star = Some((place, end + 1));
                (part, at) = (place + 1, end + 1);
            }
        }
    }
    pattern.iter().skip(part).all(|rest| *rest == '*')
}

fn fits(wanted: char, c: char) -> bool {
    match wanted {
        '?' => true,
        '#' => c.is_ascii_digit(),
        wanted => wanted == c,
    }
}

#[cfg(test)]
mod tests {
    use super::fits_pattern;

    #[test]
    fn patterns_fit_whole_texts() {
        for (text, pattern, fits) in [
            ("+62811", "+62*", true),
            ("+62811", "62*", false),
            ("0812", "####", true),
            ("081", "####", false),
            ("08123", "####", false),
            ("081a", "####", false),
            ("a-b-c", "*-?", true),
            ("abcabd", "*ab?", true),
            ("abcabd", "*abc", false),
            ("", "*", true),
            ("", "?", false),
            ("", "", true),
            ("é", "?", true),
            ("aaaa", "**a*", true),
        ] {
            assert_eq!(fits_pattern(text, pattern), fits, "{text} {pattern}");
        }
    }

    #[test]
    fn the_worst_pattern_ends_soon() {
        let text = "a".repeat(4_096);
        let pattern = format!("{}b", "a*".repeat(60));
        assert!(!fits_pattern(&text, &pattern));
    }
}
