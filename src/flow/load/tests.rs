//! What is refused, where, and that nothing makes the loader panic.

use super::*;

fn codes(text: &str) -> Vec<(&'static str, usize)> {
    let (file, _, findings) = load("t.yaml", text.as_bytes(), FileId(0));
    findings.iter().map(|f| (f.code(), file.line_column(f.span().start).0)).collect()
}

#[test]
fn what_is_refused_is_refused_at_its_line() {
    let rows: &[(&str, &[(&str, usize)])] = &[
        ("a: 1\n\"a\": 2\na: 3\n", &[("E0002", 2), ("E0002", 3)]),
        ("1: x\n\"1\": z\n", &[("E0002", 2)]),
        (
            "a: &x 1\nb: *x\nc: !t 2\n<<: {d: 1}\n",
            &[("E0004", 1), ("E0004", 2), ("E0004", 3), ("E0004", 4)],
        ),
        ("x: {{ a }}\n", &[("E0007", 1)]),
        ("a: 1\n---\nb: 2\n", &[("E0001", 2)]),
        ("a:\n\tb: 1\n", &[("E0001", 2)]),
        ("*: back\n", &[("E0001", 1)]),
        ("say: Untuk jam buka: tekan 1\n", &[("E0001", 1)]),
        ("say: tekan #1 sekarang\n", &[("W0005", 1)]),
        ("say: tekan # satu\nt: \"tekan #1\"\nu: |\n  tekan #1\n  #: x\nv: 1 # x\n", &[]),
        ("commands:\n  #: repeat\n  \"*\": back\n", &[("W0006", 2)]),
        ("a: no\nb: [yes]\nno: 1\nc: \"no\"\n", &[("W0008", 1), ("W0008", 2)]),
        ("", &[]),
        ("\u{feff}a: 1\n", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(&codes(text), expected, "{text:?}");
    }
}

#[test]
fn limits_hold() {
    assert_eq!(codes(&"[".repeat(20_000)), [("E0009", 1)]);
    assert_eq!(codes(&format!("a: [{}]", "1,".repeat(MAX_VALUES))), [("E0009", 1)]);
    assert_eq!(codes(&" ".repeat(MAX_BYTES + 1)), [("E0009", 1)]);
    assert_eq!(load("t", &[b'a', b':', b' ', 0xff], FileId(0)).2[0].code(), "E0001");
}

#[test]
fn places_are_bytes_of_the_right_text() {
    let text = "é: ü # x\nb: {c: [d, 'e f']}\n";
    let (file, document, _) = load("t", text.as_bytes(), FileId(0));
    let Places::Map(_, entries) = document.expect("reads").places else { panic!("a map") };
    assert_eq!(file.slice(entries[0].0), "é");
    assert_eq!(file.slice(entries[0].1.span()), "ü");
    assert_eq!(file.slice(entries[1].1.span()), "{c: [d, 'e f']}");
}

mod never_panics {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            load("t", &bytes, FileId(0));
        }

        #[test]
        fn on_yaml_like_text(text in "[a-c0-9 \\n:#\\-\\[\\]{},&*!|>'\"?\\t%@é]{0,120}") {
            load("t", text.as_bytes(), FileId(0));
        }
    }
}
