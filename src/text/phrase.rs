//! Word matching in menus: whole words, no stemming, Indonesian clitics forgiven on the spoken side.
//!
//! General stemmers turn *pesanan* (order) into *sanan* and make *pesan* (message) and *pesanan* collide, so a menu
//! never stems. A clitic changes no meaning: who says *pesananku* wants *pesanan*.

/// Possessive clitics: my, your, his/her/the.
const POSSESSIVES: [&str; 3] = ["nya", "ku", "mu"];

/// Particles that may follow a word or its possessive.
const PARTICLES: [&str; 2] = ["lah", "kah"];

/// Tells whether a spoken word is the wanted one, with at most one possessive and one particle after it.
///
/// Both must be folded (see [`words`](crate::text::words)).
#[must_use]
pub fn same_word(spoken: &str, wanted: &str) -> bool {
    let Some(rest) = spoken.strip_prefix(wanted) else { return false };
    if rest.is_empty() {
        return true;
    }
    !wanted.is_empty() && is_clitics(rest)
}

/// Tells whether `phrase` occurs in `spoken`: all its words, one after another, each the same by [`same_word`].
///
/// An empty phrase occurs nowhere.
#[must_use]
pub fn contains_phrase(spoken: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty()
        && spoken
            .windows(phrase.len())
            .any(|heard| heard.iter().zip(phrase).all(|(s, w)| same_word(s, w)))
}

/// Tells whether a word's ending consists of a possessive, a particle, or both in this order.
fn is_clitics(ending: &str) -> bool {
    let particle = |rest: &str| PARTICLES.contains(&rest);
    particle(ending)
        || POSSESSIVES.iter().any(|possessive| {
            ending.strip_prefix(possessive).is_some_and(|rest| rest.is_empty() || particle(rest))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words;

    #[test]
    fn only_clitics_are_forgiven() {
        const ROWS: &[(&str, &str, bool)] = &[
            ("harga", "harga", true),
            ("harganya", "harga", true),
            ("pesananku", "pesanan", true),
            ("pesananmu", "pesanan", true),
            ("bantulah", "bantu", true),
            ("bisakah", "bisa", true),
            ("pesanankulah", "pesanan", true),
            ("pesanan", "pesan", false),
            ("memesan", "pesan", false),
            ("harga", "harganya", false),
            ("lahku", "", false),
            ("pesanlahku", "pesan", false),
            ("orders", "order", false),
            ("", "", true),
        ];
        for (spoken, wanted, expected) in ROWS {
            assert_eq!(same_word(spoken, wanted), *expected, "{spoken} / {wanted}");
        }
    }

    #[test]
    fn phrases_are_whole_and_contiguous() {
        const ROWS: &[(&str, &str, bool)] = &[
            ("saya mau status pesanan saya", "status pesanan", true),
            ("status pesanannya dong", "Status pesanan", true),
            ("status dari pesanan", "status pesanan", false),
            ("restatus pesanan", "status pesanan", false),
            ("pesanan", "status pesanan", false),
            ("apa saja", "", false),
            ("", "harga", false),
        ];
        for (spoken, phrase, expected) in ROWS {
            assert_eq!(
                contains_phrase(&words(spoken), &words(phrase)),
                *expected,
                "{spoken} / {phrase}"
            );
        }
    }
}
