//! Text that crosses the border, made safe for whatever carries it on: one line, of a length that is known.
//!
//! A number, a name or a header that holds the end of a line could end up as a line of its own in a log, in SIP, or in
//! the control interface of an exchange.

use std::collections::BTreeMap;

use super::limits::{MAX_HEADER_NAME, MAX_HEADER_VALUE, MAX_HEADERS, MAX_NAME};
use crate::call::{Class, Told};

/// How the names of headers begin that a `dial` carries: no other can be set.
pub(super) const OUR_HEADERS: &str = "X-Sambung-";

/// Text without control characters, cut to `most` characters. What stood on lines stands on one.
pub(super) fn line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = plain.take(most).collect();
    cut.trim().to_owned()
}

/// A number, address or name.
pub(super) fn name(text: &str) -> String {
    line(text, MAX_NAME)
}

/// Whether a name may be taken as it is.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// What a person is told, as headers: `order no` = `A-7` is `X-Sambung-Order-No: A-7`. Nothing secret, the first
/// [`MAX_HEADERS`] of them.
pub(super) fn headers(tell: &[Told]) -> BTreeMap<String, String> {
    let open = tell.iter().filter(|told| told.class != Class::Secret);
    let header = |told: &Told| {
        let name = header_name(&told.name)?;
        Some((name, line(&told.value, MAX_HEADER_VALUE)))
    };
    open.filter_map(header).take(MAX_HEADERS).collect()
}

/// The name of a header (RFC 9110 §5.6.2, of letters, digits and `-` alone); `None` if nothing of the name is left.
fn header_name(of: &str) -> Option<String> {
    let words = of.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(MAX_HEADER_NAME).collect();
    (!name.is_empty()).then(|| OUR_HEADERS.to_owned() + name.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, value: &str, class: Class) -> Told {
        Told { name: name.into(), value: value.into(), class }
    }

    #[test]
    fn text_stands_on_one_line_of_a_length_that_is_known() {
        for (text, plain) in [
            ("+62811000111", "+62811000111"),
            ("+62\r\nX-Evil: 1", "+62  X-Evil: 1"),
            (" Sari\0\u{7f}\u{85} ", "Sari"),
            ("\u{1f600}abc", "\u{1f600}abc"),
        ] {
            assert_eq!(name(text), plain, "{text:?}");
        }
        assert_eq!(name(&"9".repeat(70_000)).len(), MAX_NAME);
        assert!(is_name("201") && !is_name("") && !is_name("2\n1") && !is_name(&"9".repeat(129)));
    }

    #[test]
    fn only_headers_of_ours_are_set_and_none_begins_another() {
        let tell = [
            told("order no", "A-7\r\nVia: x", Class::Public),
            told("pin", "4711", Class::Secret),
            told("Route:\r\nVia", "x", Class::Public),
            told("\u{e9}\u{4e2d}", "nobody", Class::Public),
            told("phone", &"0".repeat(999), Class::Personal),
        ];
        let found = headers(&tell);
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        let expected = ["X-Sambung-Order-No", "X-Sambung-Phone", "X-Sambung-Route-Via"];
        assert_eq!(names, expected);
        assert_eq!(found["X-Sambung-Order-No"], "A-7  Via: x");
        assert_eq!(found["X-Sambung-Phone"].len(), MAX_HEADER_VALUE);
        let many: Vec<Told> = (0..99).map(|n| told(&format!("n{n}"), "1", Class::Public)).collect();
        assert_eq!(headers(&many).len(), MAX_HEADERS);
    }
}
