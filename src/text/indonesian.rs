//! Indonesian word formation, read backwards: affixes come off only where a known root remains.
//!
//! Formal (*mengirimkan*, *pengirimannya*) and colloquial forms (*ngirimin*, *nanya*) are both known. Roots come from
//! `roots_id.txt`, the vocabulary of customer service, and from whatever the asker adds.

/// How many prefixes one word may carry (*mem-per-*, *di-per-*, *ke-ber-*).
const MOST_PREFIXES: usize = 2;

/// Particles and possessives, outermost first.
const CLITICS: [&[&str]; 2] = [&["lah", "kah", "pun"], &["nya", "ku", "mu"]];

/// Derivational suffixes; *-in* is colloquial for *-kan* and *-i*.
const SUFFIXES: [&str; 4] = ["kan", "an", "in", "i"];

/// Prefixes and the sounds that they may have swallowed (an empty sound = nothing was swallowed).
const PREFIXES: [(&str, &[&str]); 30] = [
    ("menge", &[""]),
    ("penge", &[""]),
    ("meng", &["", "k"]),
    ("peng", &["", "k"]),
    ("meny", &["s"]),
    ("peny", &["s"]),
    ("mem", &["", "p"]),
    ("pem", &["", "p"]),
    ("men", &["", "t"]),
    ("pen", &["", "t"]),
    ("me", &[""]),
    ("per", &[""]),
    ("pel", &[""]),
    ("pe", &[""]),
    ("ber", &[""]),
    ("bel", &[""]),
    ("be", &[""]),
    ("ter", &[""]),
    ("te", &[""]),
    ("di", &[""]),
    ("ke", &[""]),
    ("se", &[""]),
    ("nge", &[""]),
    ("ng", &["", "k"]),
    ("ny", &["s", "c"]),
    ("n", &["t", "c"]),
    ("m", &["p"]),
    ("ku", &[""]),
    ("kau", &[""]),
    ("ka", &[""]),
];

/// The shipped roots.
pub(super) fn roots() -> impl Iterator<Item = &'static str> {
    include_str!("roots_id.txt").split_whitespace()
}

/// The known root of a word: the one that needs the fewest letters taken off, or `None`.
pub(super) fn root(word: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    if known(word) {
        return Some(word.to_owned());
    }
    let mut best: Option<String> = None;
    let mut forms = without_suffixes(word);
    for _ in 0..=MOST_PREFIXES {
        for form in &forms {
            if known(form) && best.as_ref().is_none_or(|b| form.len() > b.len()) {
                best = Some(form.clone());
            }
        }
        if best.is_some() {
            return best;
        }
        forms = forms.iter().flat_map(|form| without_prefix(form)).collect();
    }
    None
}

/// The word as it stands and with one particle, one possessive and one suffix taken off in every possible way.
fn without_suffixes(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    for layer in CLITICS.into_iter().chain([&SUFFIXES[..]]) {
        let shorter: Vec<String> = forms
            .iter()
            .flat_map(|form| layer.iter().filter_map(|suffix| form.strip_suffix(suffix)))
            .map(str::to_owned)
            .collect();
        forms.extend(shorter);
    }
    forms
}

/// Every reading of a word with one prefix taken off.
fn without_prefix(word: &str) -> Vec<String> {
    PREFIXES
        .iter()
        .filter_map(|(prefix, sounds)| Some((word.strip_prefix(prefix)?, sounds)))
        .flat_map(|(rest, sounds)| sounds.iter().map(move |sound| format!("{sound}{rest}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_without_doubles() {
        let roots: Vec<&str> = roots().collect();
        assert!(roots.len() > 500, "{}", roots.len());
        for pair in roots.windows(2) {
            assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
        }
        assert!(roots.iter().all(|r| r.len() >= 2 && r.bytes().all(|b| b.is_ascii_lowercase())));
    }
}
