//! Folding: the same letters for the same word, however it is capitalised, accented or punctuated.

/// Folds case and Latin accents and drops apostrophes and combining marks; everything else stays.
///
/// `Jum'at` becomes `jumat`, `Café` becomes `cafe`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\'' | '\u{2019}' | '\u{2018}' | '\u{02bc}' | '\u{0300}'..='\u{036f}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            _ => folded.push(base_letter(letter)),
        }
    }
    folded
}

/// Splits a text into folded words: what lies between characters that are neither letter nor digit.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The letter without its accent, for the lower-case letters of Latin-1 and Latin Extended-A.
const fn base_letter(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' | 'ŧ' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_folded_and_split() {
        const ROWS: &[(&str, &str, &[&str])] = &[
            ("case", "Halo DUNIA", &["halo", "dunia"]),
            ("punctuation", " Ya, (tentu)! ", &["ya", "tentu"]),
            ("reduplication", "barang-barang", &["barang", "barang"]),
            ("apostrophe", "what's Jum\u{2019}at", &["whats", "jumat"]),
            ("accents", "Café Ångström façade", &["cafe", "angstrom", "facade"]),
            ("combining", "e\u{301}clair", &["eclair"]),
            ("ligatures", "Straße cœur", &["strasse", "coeur"]),
            ("digits", "tekan 1 (satu)", &["tekan", "1", "satu"]),
            ("other scripts", "こんにちは 你好", &["こんにちは", "你好"]),
            ("nothing", " ... ", &[]),
        ];
        for (name, input, expected) in ROWS {
            assert_eq!(words(input), *expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn folding_any_text_twice_changes_nothing_more(text in any::<String>()) {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }
    }
}
