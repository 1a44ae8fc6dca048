//! Keys said aloud: "satu", "press one", "bintang".

/// Words around a spoken key that carry nothing: "tekan tombol satu, ya", "press number one please".
const FILLERS: [&str; 20] = [
    "tekan", "pencet", "pilih", "tombol", "nomor", "nomer", "angka", "pilihan", "yang", "ya",
    "tolong", "press", "push", "dial", "key", "number", "option", "choice", "the", "please",
];

/// The telephone key (`0`–`9`, `*`, `#`) that one folded word names, in Indonesian or English, or as a figure.
#[must_use]
pub fn digit_word(word: &str) -> Option<char> {
    Some(match word {
        "0" | "nol" | "kosong" | "zero" => '0',
        "1" | "satu" | "one" => '1',
        "2" | "dua" | "two" => '2',
        "3" | "tiga" | "three" => '3',
        "4" | "empat" | "four" => '4',
        "5" | "lima" | "five" => '5',
        "6" | "enam" | "six" => '6',
        "7" | "tujuh" | "seven" => '7',
        "8" | "delapan" | "eight" => '8',
        "9" | "sembilan" | "nine" => '9',
        "bintang" | "star" | "asterisk" => '*',
        "pagar" | "hash" | "pound" => '#',
        _ => return None,
    })
}

/// The keys that an utterance names, if it names nothing else: "tekan satu" gives `1`, "one two 34" gives `1234`.
///
/// `None` if any word is neither a key, a figure nor a filler, or if no key is named. The words must be folded.
#[must_use]
pub fn spoken_keys(words: &[String]) -> Option<String> {
    let mut keys = String::new();
    for word in words {
        if let Some(key) = digit_word(word) {
            keys.push(key);
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            keys.push_str(word);
        } else if !FILLERS.contains(&word.as_str()) {
            return None;
        }
    }
    (!keys.is_empty()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words;

    #[test]
    fn keys_can_be_said() {
        const ROWS: &[(&str, Option<&str>)] = &[
            ("Satu", Some("1")),
            ("tekan satu, ya", Some("1")),
            ("Press number one, please!", Some("1")),
            ("kosong delapan satu dua", Some("0812")),
            ("nine 8 seven", Some("987")),
            ("12 34", Some("1234")),
            ("tombol pagar", Some("#")),
            ("star", Some("*")),
            ("harga satu barang", None),
            ("tekan", None),
            ("", None),
        ];
        for (said, expected) in ROWS {
            assert_eq!(spoken_keys(&words(said)).as_deref(), *expected, "{said}");
        }
    }
}
