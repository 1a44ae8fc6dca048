//! How strings of digits fall into groups that an ear can keep.

/// How many characters the groups have, from the left, for a string of that many.
///
/// Telephone numbers set the shape: 12 are 4-4-4, 11 are 4-3-4, 13 are 4-4-5. Longer strings go in fours.
pub(super) fn groups(mut length: usize) -> Vec<usize> {
    let mut groups = Vec::new();
    while length > 13 {
        groups.push(4);
        length -= 4;
    }
    let rest: &[usize] = match length {
        0 => &[],
        1 => &[1],
        2 => &[2],
        3 => &[3],
        4 => &[4],
        5 => &[5],
        6 => &[3, 3],
        7 => &[3, 4],
        8 => &[4, 4],
        9 => &[3, 3, 3],
        10 => &[4, 3, 3],
        11 => &[4, 3, 4],
        12 => &[4, 4, 4],
        _ => &[4, 4, 5],
    };
    groups.extend(rest);
    groups
}

/// Cuts a string into its groups.
fn cut(text: &[char], groups: &[usize]) -> Vec<Vec<char>> {
    let mut rest = text.iter().copied();
    groups.iter().map(|&length| rest.by_ref().take(length).collect()).collect()
}

/// The groups of a string as its writer made them, with longer ones divided further. Whatever is neither letter, digit
/// nor `*`, `#`, `+` separates groups.
pub(super) fn of_text(text: &str) -> Vec<Vec<char>> {
    let spoken = |c: char| c.is_alphanumeric() || ['*', '#', '+'].contains(&c);
    let parts = text.split(|c| !spoken(c)).filter(|part| !part.is_empty());
    parts.flat_map(of_part).collect()
}

/// The groups of one part: letters that lead a longer number stand alone, as `ORD` in `ORD2026`.
fn of_part(part: &str) -> Vec<Vec<char>> {
    let part: Vec<char> = part.chars().collect();
    let letters = part.iter().take_while(|c| c.is_alphabetic()).count();
    let (head, tail) = part.split_at(letters);
    if head.is_empty() || tail.len() < 3 || !tail.iter().all(char::is_ascii_digit) {
        return cut(&part, &groups(part.len()));
    }
    [cut(head, &groups(head.len())), cut(tail, &groups(tail.len()))].concat()
}

/// The groups of a telephone number, `+62` read as `0`; `None` if it is none.
pub(super) fn of_phone(text: &str) -> Option<Vec<Vec<char>>> {
    let dropped = |c: &char| !c.is_whitespace() && !['-', '.', '(', ')', '/'].contains(c);
    let kept: String = text.chars().filter(dropped).collect();
    let (abroad, digits) = match kept.strip_prefix("+62") {
        Some("") => return None,
        Some(rest) => (false, format!("0{}", rest.strip_prefix('0').unwrap_or(rest))),
        None => match kept.strip_prefix('+') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, kept),
        },
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#') {
        return None;
    }
    let digits: Vec<char> = digits.chars().collect();
    // Ten digits that do not begin with the zero of a trunk call are American.
    let american = digits.len() == 10 && digits.first() != Some(&'0');
    let lengths = if american { vec![3, 3, 4] } else { groups(digits.len()) };
    let mut cut = cut(&digits, &lengths);
    if let (true, Some(first)) = (abroad, cut.first_mut()) {
        first.insert(0, '+');
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(groups: &[Vec<char>]) -> String {
        groups.iter().map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_length_is_divided_whole_and_into_short_groups() {
        for length in 0..200 {
            let groups = groups(length);
            assert_eq!(groups.iter().sum::<usize>(), length);
            assert!(groups.iter().all(|group| (1..=5).contains(group)), "{length}: {groups:?}");
        }
    }

    #[test]
    fn telephone_numbers_fall_into_their_groups() {
        for (text, expected) in [
            ("081234567890", Some("0812 3456 7890")),
            ("08123456789", Some("0812 345 6789")),
            ("0812345678901", Some("0812 3456 78901")),
            ("+6281234567890", Some("0812 3456 7890")),
            ("+62 (0)812-3456-7890", Some("0812 3456 7890")),
            ("0812345678", Some("0812 345 678")),
            ("4155552671", Some("415 555 2671")),
            ("+14155552671", Some("+1415 555 2671")),
            ("02150001234", Some("0215 000 1234")),
            ("1001", Some("1001")),
            ("*72#", Some("*72#")),
            ("anonymous", None),
            ("08x", None),
            ("+", None),
            ("+62", None),
            ("", None),
        ] {
            assert_eq!(of_phone(text).map(|groups| shown(&groups)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn order_numbers_keep_the_groups_of_their_writer() {
        for (text, expected) in [
            ("12345", "12345"),
            ("123456", "123 456"),
            ("ORD-2026-0017", "ORD 2026 0017"),
            ("AB123456", "AB 123 456"),
            ("B5K2", "B5K2"),
            ("A1", "A1"),
            ("4111111111111111", "4111 1111 1111 1111"),
            ("  - ", ""),
            ("", ""),
        ] {
            assert_eq!(shown(&of_text(text)), expected, "{text}");
        }
    }
}
