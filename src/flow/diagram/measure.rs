//! How wide text is, without a font: the widths of Helvetica and its look-alikes, with room for wider ones.

/// The widths of the characters from space to `~` in thousandths of the text size (Helvetica, Adobe Core 14).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// The width of Latin letters and other narrow characters beyond ASCII.
const OTHER: u16 = 600;
/// The width of East Asian characters and pictures.
const WIDE: u16 = 1_000;
/// The first character that is counted as wide (Hangul Jamo, U+1100).
const FIRST_WIDE: char = '\u{1100}';
/// Room for fonts that are wider than Helvetica.
const SPARE: f64 = 1.12;

/// The width of a text of this size in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let letter = |c: char| {
        let ascii = u32::from(c).checked_sub(32).and_then(|at| usize::try_from(at).ok());
        match ascii.and_then(|at| WIDTHS.get(at)) {
            Some(&width) => width,
            None if c >= FIRST_WIDE && !('\u{2000}'..'\u{2e80}').contains(&c) => WIDE,
            None => OTHER,
        }
    };
    text.chars().map(|c| f64::from(letter(c))).sum::<f64>() / 1_000.0 * size * SPARE
}

/// Breaks a text into at most `lines` lines of at most `room` pixels; what is left over becomes `…`.
pub(super) fn wrap(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = wrapped.len() == lines;
        match wrapped.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(last) if full => {
                *last = cut(&format!("{last} {word}"), size, room);
                return wrapped;
            }
            _ => wrapped.push(cut(word, size, room)),
        }
    }
    wrapped
}

/// A text that fits into `room`, with `…` where it was cut.
pub(super) fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if width(&format!("{kept}{letter}…"), size) > room {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end_matches([' ', ',', '.', ':', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_what_is_left_over_is_cut() {
        let text = "Selamat datang di Toko Maju. Untuk jam buka, tekan 1.";
        let lines = wrap(text, 10.0, 120.0, 2);
        assert_eq!(lines, ["Selamat datang di Toko", "Maju. Untuk jam buka…"]);
        assert!(lines.iter().all(|line| width(line, 10.0) <= 120.0));
        assert_eq!(wrap("Terima kasih.", 10.0, 120.0, 2), ["Terima kasih."]);
        assert_eq!(wrap("", 10.0, 120.0, 2), Vec::<String>::new());
        assert_eq!(cut("Donaudampfschifffahrt", 10.0, 60.0), "Donauda…");
    }
}
