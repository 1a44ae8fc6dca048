//! Meaning, faults with their places, and limits of formulas.

use std::cell::Cell;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::call::{Currency, Money};
use crate::flow::definition::{FieldType, RecordIndex, RecordType, VariableKind};
use crate::flow::node::VariableIndex;
use crate::time::{ClockTime, Date, Duration, Moment};

struct Vars;

static IDR: LazyLock<Option<Currency>> = LazyLock::new(|| Currency::parse("IDR"));

static NAMES: LazyLock<[(&str, Kind); 11]> = LazyLock::new(|| {
    [
        ("topic", Kind::Text),
        ("score", Kind::Int),
        ("vip", Kind::Bool),
        ("nothing", Kind::Int),
        ("order", Kind::Record(RecordIndex(0))),
        ("limit", Kind::Money(*IDR)),
        ("due", Kind::Date),
        ("tags", Kind::List),
        ("lost", Kind::Record(RecordIndex(0))),
        ("dollars", Kind::Money(Currency::parse("USD"))),
        ("at", Kind::Time),
    ]
});

/// A variable of each type, and a record with an amount in the currency of its other field.
fn value(index: usize) -> Value {
    let money = |minor| Value::Money(Money { minor, currency: IDR.expect("a currency") });
    let order = [Value::from("paid"), money(15_000_000), Value::Date(day("2026-08-17"))];
    [
        Value::from("order"),
        Value::Int(4),
        Value::Bool(true),
        Value::Unset,
        Value::Record(order.into()),
        money(10_000_000),
        Value::Date(day("2026-08-17")),
        Value::List([Value::from("gold"), Value::from("order")].into()),
        Value::Unset,
        Value::Money(Money { minor: 1_250, currency: Currency::parse("USD").expect("a currency") }),
        Value::Time(ClockTime::parse("08:05").expect("a time")),
    ][index]
        .clone()
}

fn day(text: &str) -> Date {
    Date::parse(text).expect(text)
}

static ORDER: LazyLock<RecordType> = LazyLock::new(|| {
    let fields = [
        ("status", FieldType::Plain(VariableKind::Text)),
        ("total", FieldType::MoneyIn(0)),
        ("eta", FieldType::Plain(VariableKind::Date)),
    ];
    let fields = fields.into_iter().map(|(name, field)| (name.into(), field)).collect();
    RecordType { name: "orders.Order".into(), fields }
});

impl Names for Vars {
    fn variable(&self, name: &str) -> Option<(VariableIndex, Kind)> {
        let at = NAMES.iter().position(|(n, _)| *n == name)?;
        Some((VariableIndex(u32::try_from(at).expect("few")), NAMES[at].1))
    }

    fn variables(&self) -> Vec<&str> {
        NAMES.iter().map(|(n, _)| *n).collect()
    }

    fn record(&self, _: RecordIndex) -> Option<&RecordType> {
        Some(&ORDER)
    }

    fn calendars(&self) -> Vec<&str> {
        vec!["shop"]
    }
}

impl Scope for Vars {
    fn variable(&self, index: VariableIndex) -> Value {
        value(index.0 as usize)
    }

    fn built_in(&self, name: BuiltIn) -> Value {
        match name {
            BuiltIn::CallFrom => Value::from("+62811"),
            BuiltIn::CallLanguage => Value::from("id"),
            BuiltIn::QueueWait => Value::Duration(Duration::from_secs(150)),
            BuiltIn::Now => Value::Moment(Moment::parse("2026-08-17T09:30").expect("a moment")),
            _ => Value::Unset,
        }
    }

    fn is_open(&self, calendar: &str, _: Option<Moment>) -> Value {
        if calendar == "shop" { Value::Bool(true) } else { Value::Unset }
    }

    fn next_open(&self, _: &str) -> Value {
        Value::Moment(Moment::parse("2026-08-18T08:00").expect("a moment"))
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
        ("topic in tags and not ('silver' in tags)", "Bool(true)"),
        ("topic not in tags", "Bool(false)"),
        ("tags == [\"gold\", topic]", "Bool(true)"),
        ("upper(call.language) + '-' + 'é'", "Text(\"ID-é\")"),
        ("matches(call.from, '+62*') and not matches('0812', '###')", "Bool(true)"),
        ("call.from ≠ topic", "Bool(true)"),
    ] {
        assert_eq!(eval(text), expected, "{text}");
    }
}

#[test]
fn records_money_dates_and_spans_are_values_too() {
    for (text, expected) in [
        ("order.status == 'paid'", "Bool(true)"),
        ("order.total > limit and order.total >= IDR 150000", "Bool(true)"),
        ("order.total - IDR 0.50 == IDR 149999.50", "Bool(true)"),
        ("order.total * 11 / 100 == IDR 16500", "Bool(true)"),
        ("-limit < 2 * limit", "Bool(true)"),
        ("lost.total > limit or is_set(lost.status)", "Bool(false)"),
        ("order.eta == due and order.eta < 2026-12-25", "Bool(true)"),
        ("days_between(now, 2026-08-20) - days_between(due, order.eta)", "Int(3)"),
        ("now > 08:00 and now < at", "Bool(false)"),
        ("now == 2026-08-17 and now >= due", "Bool(true)"),
        ("queue.wait > 2m and queue.wait <= 150s", "Bool(true)"),
        ("queue.wait - 1h == 0s and 90s * 2 > queue.wait / 1", "Bool(true)"),
        ("is_open(shop) and shop.next_open > now", "Bool(true)"),
        ("is_open(shop, shop.next_open)", "Bool(true)"),
        ("default(lost.eta, 2027-01-01) > due", "Bool(true)"),
        ("order.total == dollars", "the amounts are of different currencies"),
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
        ("call.tongue == 'id'", "E0501 0..11: no variable named `call.tongue`"),
        ("lenght(topic)", "E0501 0..6: no function named `lenght`; did you mean `length`?"),
        ("score == \"4\"", "E0503 9..12: cannot compare a number with text"),
        ("topic == 812", "E0503 9..12: cannot compare text with a number"),
        ("score in [1, 'x']", "E0503 0..16: cannot compare a number with text"),
        ("score in tags", "E0503 0..5: a list holds texts, this is a number"),
        ("topic in topic", "E0503 9..14: `in` wants a list after it, this is text"),
        ("[1] == tags", "E0503 1..2: a list holds texts, this is a number"),
        (
            "order.totl > limit",
            "E0501 6..10: `orders.Order` has no field `totl`; did you mean `total`?",
        ),
        ("order.weight == 1", "E0501 6..12: `orders.Order` has no field `weight`"),
        ("topic.length == 1", "E0501 6..12: `topic` is text and has no fields"),
        (
            "order > lost",
            "E0503 0..5: `>` compares numbers, texts, money, dates and times | \
          E0503 8..12: `>` compares numbers, texts, money, dates and times",
        ),
        ("order.total > 5", "E0503 0..15: cannot compare money with a number"),
        ("limit == 5", "E0503 9..10: cannot compare money in IDR with a number"),
        ("limit == dollars", "E0503 0..16: cannot compare money in IDR with money in USD"),
        ("limit + 5", "E0503 8..9: `+` does not go between money in IDR and a number"),
        ("limit * limit", "E0503 0..13: `*` does not go between money in IDR and money in IDR"),
        ("due < '2026-08-17'", "E0503 6..18: cannot compare a date with text"),
        ("queue.wait > 60", "E0503 13..15: cannot compare a span of time with a number"),
        ("due == at", "E0503 0..9: cannot compare a date with a time of day"),
        ("limit > USD 5", "E0503 0..13: cannot compare money in IDR with money in USD"),
        ("IDR 0.001 > limit", "E0505 0..9: formula: `IDR 0.001` is no amount of money"),
        ("score > 0.5", "E0505 8..11: formula: `0.5` has decimals; numbers are whole"),
        ("due == 2026-02-30", "E0505 7..17: formula: there is no such day: `2026-02-30`"),
        (
            "at > 8:30",
            "E0505 5..9: formula: this is no time of day from `00:00` to `23:59`: `8:30`",
        ),
        ("is_open(shpo)", "E0104 8..12: there is no calendar named `shpo`"),
        ("is_open(5)", "E0505 8..9: formula: the name of a calendar is wanted here, not `5`"),
        ("shop.opens > now", "E0501 5..10: a calendar has only `shop.next_open`, not `opens`"),
        ("upper(score)", "E0503 6..11: `upper(text)` wants text here, this is a number"),
        (
            "days_between(due, at)",
            "E0503 18..20: `days_between(date, date)` wants a date here, this is a time of day",
        ),
        (
            "vip < true",
            "E0503 0..3: `<` compares numbers, texts, money, dates and times | \
             E0503 6..10: `<` compares numbers, texts, money, dates and times",
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
fn other_spellings_of_operators_are_known_with_their_repair() {
    for (text, ours) in [
        ("a && !b||c", "a and not b or c"),
        ("(!a)&&(b ≤ 3)", "(not a) and (b <= 3)"),
        ("a and not b", "a and not b"),
        ("topic == '&&'", "topic == '&&'"),
    ] {
        let mut written = text.to_owned();
        for (range, repair) in spelling(text).into_iter().rev() {
            written.replace_range(range, &repair);
        }
        assert_eq!(written, ours, "{text}");
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
        "order", "order.total", "limit", "due", "tags", "now", "queue.wait", "IDR", "90s", "2026-08-17", "08:05",
        "upper(", "matches(", "days_between(", "is_open(", "shop", "shop.next_open", "0.5",
    ]), 0..30)) {
        drop(eval(&words.join(" ")));
    }
}
