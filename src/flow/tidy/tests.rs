//! What is tidied, what stays, and that the files say the same as before.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn tidied(text: &str) -> String {
    match tidy("t.yaml", text.as_bytes()) {
        Ok(Some(tidy)) => tidy,
        Ok(None) => text.to_owned(),
        Err(found) => panic!("{:?}", found.list),
    }
}

#[test]
fn what_is_tidied_and_what_stays() {
    let cases: &[(&str, &str, &str)] = &[
        ("blanks at line ends", "a: 1  \nb: 2\t\n", "a: 1\nb: 2\n"),
        ("line ends", "a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\nb: |\n  x\n  y\n"),
        ("no last line end", "a: 1", "a: 1\n"),
        ("empty lines", "\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("blanks alone", "a: 1\n   \n \nb: 2\n", "a: 1\n\nb: 2\n"),
        ("comments", "# one  \n\n\n# two\na: 1 # three \n", "# one\n\n# two\na: 1 # three\n"),
        ("a block", "a: |\n  x  \n\n\n  y\nb: 1\n", "a: |\n  x  \n\n\n  y\nb: 1\n"),
        ("behind a block", "a: |\n  x\n\n\nb: 1\n", "a: |\n  x\n\nb: 1\n"),
        ("a block that keeps its end", "a: |+\n  x\n\n\nb: 1\n", "a: |+\n  x\n\n\nb: 1\n"),
        ("a text of lines", "a: \"x\n\n\n  y\"  \n", "a: \"x\n\n\n  y\"\n"),
        ("braces", "a: {b: 1}\nc: {}\nd: [{e: 1 }]\n", "a: { b: 1 }\nc: {}\nd: [{ e: 1 }]\n"),
        ("braces in a text", "a: \"{b}\" # {c}\n", "a: \"{b}\" # {c}\n"),
        ("braces of lines", "a: {\n  b: 1\n  }\n", "a: {\n  b: 1\n  }\n"),
        ("beyond ASCII", "ä: {é: ü}  # ö  \n", "ä: { é: ü }  # ö\n"),
        (
            "keys of choices",
            "choices: { \"1\": a, '12': b, \"*\": c, \"012\": d, \"0\": e }\nx: { \"1\": a }\n",
            "choices: { 1: a, 12: b, \"*\": c, \"012\": d, 0: e }\nx: { \"1\": a }\n",
        ),
        (
            "formulas",
            "x:\n  - { when: a&&b, goto: c }\n  - { when: '!a || b == \"!\"', goto: c }\nset: { t: =a && b, u: a && b }\n",
            "x:\n  - { when: a and b, goto: c }\n  - { when: 'not a or b == \"!\"', goto: c }\nset: { t: =a and b, u: a && b }\n",
        ),
        (
            "an escaped formula",
            "when: \"a && b == \\\"c\\\"\"\n",
            "when: \"a && b == \\\"c\\\"\"\n",
        ),
        ("spoken texts", "prompts: { a: \"= b && c\" }\n", "prompts: { a: \"= b && c\" }\n"),
        ("a byte-order mark", "\u{feff}a: 1\n", "a: 1\n"),
        ("nothing", "", ""),
    ];
    for (name, text, expected) in cases {
        assert_eq!(tidied(text), *expected, "{name}");
        assert_eq!(tidied(expected), *expected, "{name}, again");
    }
}

#[test]
fn columns_stay_lined_up() {
    for (name, text, expected) in [
        (
            "every line changes alike",
            "choices:\n  \"1\": {goto: a,   words: x}\n  \"2\": {goto: bcd, words: y}\n",
            "choices:\n  1: { goto: a,   words: x }\n  2: { goto: bcd, words: y }\n",
        ),
        (
            "some lines change",
            "a: {b: 1}    # one\nc: 2         # two\nd: {e: 1}\n",
            "a: { b: 1 }    # one\nc: 2           # two\nd: { e: 1 }\n",
        ),
        (
            "keys that keep their quotes",
            "choices:\n  \"1\":  a      # one\n  \"*\":  back   # star\n",
            "choices:\n  1:    a      # one\n  \"*\":  back   # star\n",
        ),
        (
            "nothing was lined up",
            "a: {b: 1} # one\nc: 2 # two\n",
            "a: { b: 1 } # one\nc: 2 # two\n",
        ),
    ] {
        assert_eq!(tidied(text), expected, "{name}");
        assert_eq!(tidied(expected), expected, "{name}, again");
    }
}

#[test]
fn a_broken_file_is_left_alone_with_the_reason() {
    for (text, code) in [("a: [1\n", "E0001"), ("a: 1\na: 2\n", "E0002"), ("a: &x 1\n", "E0004")] {
        let found = tidy("t.yaml", text.as_bytes()).expect_err(text);
        assert_eq!(found.list[0].code(), code, "{text}");
    }
}

/// Pieces of YAML that are put together line by line; most files made of them are broken, many are not.
const PIECES: &[&str] = &[
    "a: 1",
    "b: {c: 1}",
    "choices:",
    "  \"1\": x",
    "  \"*\":   y # c",
    "  2: {goto: z,  words: [q]}",
    "",
    "   ",
    "# comment  ",
    "t: |",
    "u: >-",
    "v: |+",
    "  line  ",
    "  - {when: a&&b, goto: c}",
    "- x",
    "s: \"p",
    "  q\"",
    "when: '!x || y'   # z",
    "w: it''s && b",
    "k:",
    "  deep: { x: {y: 1},   z: [1, {o: 2}]}",
    "p: d",
    "    e  ",
    "f: =a&&!b  # same",
    "\t",
    "m: {}",
    "prompts: { n: {id: \"= a && b\"} }",
];

proptest! {
    #[test]
    fn a_file_says_the_same_afterwards_and_stays_as_it_is(
        lines in vec((0..PIECES.len(), 0_usize..3), 0..14),
        ends in 0_usize..3,
    ) {
        let text: String = lines
            .iter()
            .enumerate()
            .map(|(at, (piece, blanks))| {
                // Keys that are the same twice break a file.
                let piece = PIECES[*piece].replacen(": ", &format!("{at}: "), usize::from(*blanks > 0));
                format!("{piece}{}{}", " ".repeat(*blanks), ["\n", "\r\n", "\n"][ends])
            })
            .collect();
        if let Ok(Some(once)) = tidy("t.yaml", text.as_bytes()) {
            prop_assert_eq!(tidied(&once), once.clone(), "of {:?}", text);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), yaml in "[a-c:{}\\[\\]'\"|>#&!= \n\r\t1-]{0,60}") {
        drop(tidy("t.yaml", &bytes));
        drop(tidy("t.yaml", yaml.as_bytes()));
    }
}

#[test]
fn shipped_flows_are_tidy() {
    for (name, text) in [
        ("halo", include_str!("../../../flows/halo.yaml")),
        ("toko", include_str!("../../../flows/toko.yaml")),
        ("sambung", include_str!("../../../sambung.yaml")),
    ] {
        assert_eq!(tidied(text), text, "{name}");
    }
}
