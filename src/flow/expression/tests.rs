//! Meaning, faults with their places, and limits of formulas.

use std::cell::Cell;

use proptest::prelude::*;

use super::*;
use crate::flow::node::VariableIndex;
use crate::time::Moment;

struct Vars;

const NAMES: [(&str, Kind); 4] =
    [("topic", Kind::Text), ("score", Kind::Int), ("vip", Kind::Bool), ("nothing", Kind::Int)];

impl Names for Vars {
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)> {
        let at = NAMES.iter().position(|(n, _)| *n == name)?;
        Some((VariableIndex(u32::try_from(at).expect("four")), NAMES[at].1))
    }

    fn variables(&self) -> Vec<&str> {
        NAMES.iter().map(|(n, _)| *n).collect()
    }
}

impl Scope for Vars {
    fn variable(&self, index: VariableIndex) -> Value {
        [Value::from("order"), Value::Int(4), Value::Bool(true), Value::Unset][index.0 as usize]
            .clone()
    }

    fn built_in(&self, name: BuiltIn) -> Value {
        match name {
            BuiltIn::CallFrom => Value::from("+62811"),
            BuiltIn::CallLanguage => Value::from("id"),
            _ => Value::Unset,
        }
    }

    fn is_open(&self, calendar: &str, _: Option<Moment>) -> Value {
        if calendar == "shop" { Value::Bool(true) } else { Value::Unset }
    }

    fn next_open(&self, _: &str) -> Value {
        Value::Unset
    }
}

fn eval(text: &str) -> String {
    match parse(text, &Vars) {
        Ok((formula, _)) => match formula.eval(&Vars) {
            Ok(value) => format!("{value:?}"),
            Err(error) => error.to_string(),
        },
        Err(faults) => faults
            .iter()
            .map(|f| format!("{} {:?}: {}", f.rule.code, f.range, f.message))
            .collect::<Vec<_>>()
            .join(" | "),
    }
}

#[test]
fn formulas_mean_what_they_say() {
    for (text, expected) in [
        ("1 + 2 * 3", "Int(7)"),
        ("(1 + 2) * 3 - -1", "Int(10)"),
        ("7 / 2 * 10 + 7 % 4", "Int(33)"),
        ("-7 / 2", "Int(-3)"),
        ("topic == \"order\"", "Bool(true)"),
        ("topic == 'order' and not (score < 4)", "Bool(true)"),
        ("score > 4 or vip", "Bool(true)"),
        ("score > 4 || !vip && true", "Bool(false)"),
        ("topic in [\"order\", \"question\"]", "Bool(true)"),
        ("topic not in [\"order\"]", "Bool(false)"),
        ("score in []", "Bool(false)"),
        ("if(topic == \"order\", 2, 5)", "Int(2)"),
        ("length(call.language)", "Int(2)"),
        ("starts_with(call.from, \"+62\")", "Bool(true)"),
        ("is_set(nothing) or is_set(call.to)", "Bool(false)"),
        ("default(nothing, 9) + score", "Int(13)"),
        ("topic + \"-\" + call.language", "Text(\"order-id\")"),
        ("nothing == 0", "Bool(false)"),
        ("nothing < 5 or nothing > 5", "Bool(false)"),
        ("nothing + 1", "Unset"),
        ("not true == false", "Bool(true)"),
    ] {
        assert_eq!(eval(text), expected, "{text}");
    }
}

#[test]
fn nothing_is_evaluated_that_is_not_needed_and_nothing_overflows() {
    for (text, expected) in [
        ("vip or 1 / 0 == 1", "Bool(true)"),
        ("not vip and 1 / 0 == 1", "Bool(false)"),
        ("if(vip, 1, 1 / 0)", "Int(1)"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "the result is too large"),
        ("(-9223372036854775807 - 1) / -1", "the result is too large"),
        ("(-9223372036854775807 - 1) % -1", "the result is too large"),
    ] {
        assert_eq!(eval(text), expected, "{text}");
    }
}

#[test]
fn faults_carry_their_place() {
    for (text, expected) in [
        ("topik == 1", "E0501 0..5: no variable named `topik`; did you mean `topic`?"),
        ("call.lang == 'id'", "E0501 0..9: no variable named `call.lang`"),
        ("lenght(topic)", "E0501 0..6: no function named `lenght`; did you mean `length`?"),
        ("score == \"4\"", "E0503 9..12: cannot compare a number with text"),
        ("topic == 812", "E0503 9..12: cannot compare text with a number"),
        ("score in [1, 'x']", "E0503 0..16: cannot compare a number with text"),
        (
            "vip < true",
            "E0503 0..3: `<` compares numbers or texts | E0503 6..10: `<` compares numbers or texts",
        ),
        ("topic + 1", "E0503 0..5: `+` calculates with numbers, this is text"),
        ("not score", "E0503 4..9: `not` turns yes and no around, this is a number"),
        ("score and vip", "E0503 0..5: `and` joins conditions, this is a number"),
        ("if(vip, 1, 'x')", "E0503 8..14: `if` must give one type, not a number or text"),
        ("topic = 'order'", "E0505 6..7: formula: `=` does not compare"),
        ("topic == 'order", "E0505 9..15: formula: these quotes are never closed"),
        ("1 < 2 < 3", "E0505 6..7: formula: one comparison at a time"),
        ("score > ", "E0505 8..8: formula: a name, a number or a text is wanted here, not the end"),
        ("(score", "E0505 6..6: formula: `)` is wanted here, not the end"),
        ("score 4", "E0505 6..7: formula: an operator or the end is wanted here, not `4`"),
        ("0812 == topic", "E0505 0..4: formula: `0812` is no number"),
        ("score @ 4", "E0505 6..7: formula: `@` means nothing in a formula"),
        ("length(topic, 1)", "E0505 0..16: formula: `length` is written `length(text)`"),
        ("", "E0505 0..0: formula: a name, a number or a text is wanted here, not the end"),
    ] {
        assert_eq!(eval(text), expected, "{text}");
    }
}

#[test]
fn depth_is_bounded_in_every_direction() {
    let deep = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(eval(&deep(60)), "Int(1)");
    for text in [deep(65), "not ".repeat(65) + "vip", "-".repeat(65) + "1", "1 + ".repeat(65) + "1"]
    {
        assert!(eval(&text).contains("more than 64 levels"), "{text}");
    }
}

#[test]
fn an_unused_branch_does_not_ask_for_its_variables() {
    struct Counting(Cell<u32>);
    impl Scope for Counting {
        fn variable(&self, _: VariableIndex) -> Value {
            self.0.set(self.0.get() + 1);
            Value::Bool(true)
        }
        fn built_in(&self, _: BuiltIn) -> Value {
            Value::Unset
        }
        fn is_open(&self, _: &str, _: Option<Moment>) -> Value {
            Value::Unset
        }
        fn next_open(&self, _: &str) -> Value {
            Value::Unset
        }
    }
    let (formula, _) = parse("vip or vip and vip", &Vars).expect("a formula");
    let scope = Counting(Cell::new(0));
    assert_eq!(formula.eval(&scope), Ok(Value::Bool(true)));
    assert_eq!(scope.0.get(), 1);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z0-9 .,\"'()\\[\\]<>=!&|+*/%é-]{0,60}") {
        drop(eval(&text));
    }

    #[test]
    fn no_words_make_it_panic(words in proptest::collection::vec(prop::sample::select(vec![
        "topic", "score", "vip", "nothing", "and", "or", "not", "in", "[", "]", "(", ")", ",", "1", "'x'", "==",
        "<", "+", "-", "*", "/", "%", "if(", "length(", "default(", "is_set(", "true", "9223372036854775807",
    ]), 0..30)) {
        drop(eval(&words.join(" ")));
    }
}
