//! Readings, word for word.

mod english;
mod indonesian;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::call::{Currency, Money, PromptId, SoundId};
use crate::time::{ClockTime, Date, Duration};

const FORMAL: Settings = Settings {
    indonesian_zero: IndonesianZero::Nol,
    english_zero: EnglishZero::Zero,
    minutes: Minutes::Past,
    clock: Clock::Formal,
    doubles: false,
    noon: true,
};

/// The value that a test writes: which kind it is follows from the form.
fn subject(text: &str, form: SayAs) -> Subject {
    match form {
        SayAs::Number | SayAs::Count | SayAs::Ordinal | SayAs::Year => match text.parse() {
            Ok(number) => Subject::Int(number),
            Err(_) => Subject::Decimal(Decimal::parse(text).expect(text)),
        },
        SayAs::Money => {
            let (code, amount) = text.split_once(' ').expect(text);
            let currency = Currency::parse(code).expect(text);
            Subject::Money(Money::parse(amount, currency).expect(text))
        }
        SayAs::Date | SayAs::DateShort | SayAs::DateFull => {
            Subject::Date(Date::parse(text).expect(text))
        }
        SayAs::Time => Subject::Time(ClockTime::parse(text).expect(text)),
        SayAs::Duration => Subject::Int(text.parse().expect(text)),
        SayAs::When => match Moment::parse(text) {
            Some(moment) => Subject::Moment(moment),
            None => Subject::Date(Date::parse(text).expect(text)),
        },
        SayAs::Digits | SayAs::Phone | SayAs::Text => Subject::Text(text.into()),
    }
}

/// Wednesday, 4 March 2026, ten o'clock.
fn now() -> Moment {
    Moment::parse("2026-03-04T10:00").expect("a moment")
}

fn heard(language: &str, form: SayAs, text: &str, settings: &Settings) -> String {
    let subject = subject(text, form);
    let words = read(&subject, form, &Language::from(language), Some(now()), settings);
    written(&words.unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn hold(language: &str, settings: &Settings, rows: &[(SayAs, &str, &str)]) {
    for (form, text, expected) in rows {
        let heard = heard(language, *form, text, settings);
        assert_eq!(heard, *expected, "{language}: {text} as {}", form.name());
    }
}

#[test]
fn the_default_is_the_formal_manner() {
    assert_eq!(Settings::default(), FORMAL);
}

#[test]
fn a_language_is_known_by_its_tag() {
    for (tag, expected) in [
        ("id", "seratus satu"),
        ("ID-id", "seratus satu"),
        ("en-gb", "one hundred and one"),
        ("en-AU", "one hundred one"),
        ("fr", "one hundred one"),
        ("", "one hundred one"),
    ] {
        assert_eq!(heard(tag, SayAs::Number, "101", &FORMAL), expected, "{tag}");
    }
}

#[test]
fn what_has_no_reading_is_refused_with_its_reason() {
    let english = Language::from("en");
    let text = |text: &str| Subject::Text(text.into());
    for (subject, form, expected) in [
        (Subject::Int(3), SayAs::Money, "an `int` cannot be read as `money`"),
        (text("3"), SayAs::Number, "a `text` cannot be read as `number`"),
        (Subject::Int(0), SayAs::Ordinal, "0 has no ordinal"),
        (Subject::Int(i64::MAX), SayAs::Ordinal, "9223372036854775807 has no ordinal"),
        (Subject::Int(-1), SayAs::Duration, "a duration of -1 seconds is below zero"),
        (text("anonymous"), SayAs::Phone, "the text is no telephone number"),
        (text(&"7".repeat(65)), SayAs::Digits, "the text has 65 characters, more than 64"),
        (text(&"a".repeat(1_001)), SayAs::Text, "the text has 1001 characters, more than 1000"),
        (Subject::Moment(now()), SayAs::When, "`when` needs the present moment"),
    ] {
        let error = read(&subject, form, &english, None, &FORMAL).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn words_become_sounds_with_silence_between_groups() {
    let words = read(
        &Subject::Text("AB123".into()),
        SayAs::Digits,
        &Language::from("en-GB"),
        None,
        &FORMAL,
    );
    let prompt = PromptId::from("order_tell");
    let items = items(&words.expect("digits"), &prompt, &Language::from("en-GB"));
    let shown: Vec<(&str, &str)> = items
        .iter()
        .map(|item| (item.sound.as_ref().map_or("", SoundId::as_str), &*item.text))
        .collect();
    assert_eq!(
        shown,
        [
            ("en/words/letter_a.wav", "A"),
            ("en/words/letter_b.wav", "B,"),
            ("en/words/pause.wav", ""),
            ("en/words/one.wav", "one"),
            ("en/words/two.wav", "two"),
            ("en/words/three.wav", "three"),
        ]
    );
    assert!(items.iter().all(|item| item.prompt == prompt && item.language.as_str() == "en"));
    let tied = read(&Subject::Int(21), SayAs::Number, &Language::from("fr"), None, &FORMAL);
    let tied = super::items(&tied.expect("a number"), &prompt, &Language::from("fr"));
    assert_eq!(tied.iter().map(|item| &*item.text).collect::<Vec<_>>(), ["twenty", "one"]);
    let free =
        read(&Subject::Text("semi-".into()), SayAs::Text, &Language::from("fr"), None, &FORMAL);
    let free = super::items(&free.expect("a text"), &prompt, &Language::from("fr"));
    assert_eq!(
        (free[0].sound.as_ref(), &*free[0].text, free[0].language.as_str()),
        (None, "semi-", "fr")
    );
}

#[test]
fn clips_have_plain_names_and_none_says_two_things() {
    for tag in LANGUAGES {
        let clips = clips(&Language::from(tag));
        let names: BTreeSet<&str> = clips.iter().map(|clip| clip.name).collect();
        let texts: BTreeSet<&str> = clips.iter().map(|clip| clip.text).collect();
        assert_eq!((names.len(), texts.len()), (clips.len(), clips.len()), "{tag}: named twice");
        assert!(!names.contains(PAUSE));
        for name in names {
            let plain = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(!name.is_empty() && name.chars().all(plain), "{tag}: {name}");
        }
    }
}

/// Every subject that a clip may need, in every manner.
fn corpus() -> Vec<(Subject, SayAs)> {
    let powers = (0..5).map(|power| 1_000_i64.pow(power));
    let numbers = (0..200).chain((2..10).map(|n| n * 100)).chain(powers).chain([-1]);
    let mut corpus = Vec::new();
    for number in numbers {
        corpus.push((Subject::Int(number), SayAs::Number));
        corpus.push((Subject::Int(number), SayAs::Ordinal));
        corpus.push((Subject::Int(number), SayAs::Duration));
        corpus.push((Subject::Int(number * 3_600), SayAs::Duration));
    }
    corpus.push((Subject::Int(12_000_000), SayAs::Ordinal));
    corpus.push((Subject::Int(1905), SayAs::Year));
    corpus.push((Subject::Decimal(Decimal::parse("0.5").expect("a decimal")), SayAs::Number));
    corpus.push((Subject::Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ*#+00".into()), SayAs::Digits));
    for day in 20_454..20_454 + 365 {
        let date = Date::from_days(day).expect("a day of 2026");
        corpus.push((Subject::Date(date), SayAs::DateFull));
        corpus.push((Subject::Date(date), SayAs::When));
        let time = ClockTime::new(u8::try_from(day % 24).expect("an hour"), 5).expect("a time");
        corpus.push((Subject::Moment(Moment { date, time }), SayAs::When));
        corpus.push((Subject::Time(ClockTime { minute: 0, ..time }), SayAs::Time));
    }
    for code in ["IDR", "USD", "EUR", "GBP", "SGD", "MYR", "JPY", "AUD"] {
        let currency = Currency::parse(code).expect(code);
        for minor in [1, 2, 100, 200] {
            corpus.push((Subject::Money(Money { minor, currency }), SayAs::Money));
        }
    }
    corpus
}

#[test]
fn every_clip_is_heard_somewhere() {
    let casual = Settings {
        indonesian_zero: IndonesianZero::Kosong,
        english_zero: EnglishZero::Oh,
        doubles: true,
        ..FORMAL
    };
    for (tag, manners) in [("id", &["id"][..]), ("en", &["en", "en-GB"])] {
        let mut heard: BTreeSet<&str> = BTreeSet::new();
        for manner in manners.iter().map(|tag| Language::from(*tag)) {
            for (subject, form) in corpus() {
                for settings in [&FORMAL, &casual] {
                    let words = read(&subject, form, &manner, Some(now()), settings);
                    heard.extend(words.iter().flatten().filter_map(|word| word.clip));
                }
            }
        }
        let all: BTreeSet<&str> =
            clips(&Language::from(tag)).iter().map(|clip| clip.name).collect();
        assert_eq!(heard, all, "{tag}");
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    any::<(i16, i8, i8)>().prop_map(|(year, month, day)| Date { year, month, day })
}

fn any_time() -> impl Strategy<Value = ClockTime> {
    any::<(u8, u8)>().prop_map(|(hour, minute)| ClockTime { hour, minute })
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    "-?[0-9]{1,19}\\.[0-9]{1,18}".prop_filter_map("a negative zero", |text| Decimal::parse(&text))
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let currency = prop_oneof![
        "[A-Z]{3}",
        proptest::sample::select(vec!["IDR", "USD", "GBP", "JPY", "KWD"]).prop_map(str::to_owned),
    ];
    let money = (any::<i64>(), currency).prop_map(|(minor, code)| {
        let currency = Currency::parse(&code).expect("three letters");
        Subject::Money(Money { minor, currency })
    });
    prop_oneof![
        any::<i64>().prop_map(Subject::Int),
        (-2_000_000_i64..2_000_000).prop_map(Subject::Int),
        any_decimal().prop_map(Subject::Decimal),
        ".{0,80}".prop_map(|text| Subject::Text(text.into())),
        "[+*#0-9A-Za-z -]{0,64}".prop_map(|text| Subject::Text(text.into())),
        money,
        any_date().prop_map(Subject::Date),
        any_time().prop_map(Subject::Time),
        (any_date(), any_time()).prop_map(|(date, time)| Subject::Moment(Moment { date, time })),
        any::<u64>().prop_map(|micros| Subject::Duration(Duration::from_micros(micros))),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    any::<[bool; 6]>().prop_map(|[kosong, oh, digits, conversational, doubles, noon]| Settings {
        indonesian_zero: if kosong { IndonesianZero::Kosong } else { IndonesianZero::Nol },
        english_zero: if oh { EnglishZero::Oh } else { EnglishZero::Zero },
        minutes: if digits { Minutes::Digits } else { Minutes::Past },
        clock: if conversational { Clock::Conversational } else { Clock::Formal },
        doubles,
        noon,
    })
}

proptest! {
    /// Whatever is read: no panic, not too many words, only words that there are, and no pause at the end.
    #[test]
    fn readings_are_bounded_and_made_of_clips(
        subject in any_subject(),
        settings in any_settings(),
        tag in proptest::sample::select(vec!["id", "en", "en-GB"]),
    ) {
        let language = Language::from(tag);
        for form in SayAs::ALL {
            let read = read(&subject, form, &language, Some(now()), &settings);
            let suits = forms_of(subject.kind()).contains(&form);
            let wrong = matches!(read, Err(Unreadable::WrongForm { .. }));
            prop_assert_eq!(suits, !wrong);
            let Ok(words) = read else { continue };
            prop_assert!(words.len() <= MAX_WORDS, "{} words", words.len());
            prop_assert!(words.last().is_none_or(|last| !last.pause));
            for word in &words {
                let known = |name: &str| clips(&language).iter().any(|clip| clip.name == name);
                prop_assert!(word.clip.is_none_or(known), "{word:?}");
                prop_assert!(word.clip.is_some() || matches!(subject, Subject::Text(_)), "{word:?}");
                prop_assert!(!word.text.is_empty());
            }
        }
    }

    /// Every digit of a string is heard, once and in its place.
    #[test]
    fn digits_are_heard_one_by_one(text in "[0-9]{1,64}", tag in "id|en|en-GB") {
        let language = Language::from(&*tag);
        let read = |text: &str, form| {
            let subject = Subject::Text(text.into());
            read(&subject, form, &language, None, &FORMAL).expect("digits can be read")
        };
        let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
            .map(|digit| read(digit, SayAs::Digits)[0].clip);
        let digit = |word: &Word| names.iter().position(|name| *name == word.clip);
        for form in [SayAs::Digits, SayAs::Phone] {
            let heard: Option<Vec<usize>> = read(&text, form).iter().map(digit).collect();
            let heard: String = heard.expect("digits only").iter().map(usize::to_string).collect();
            prop_assert_eq!(&heard, &text);
        }
    }

    /// Different numbers are never read alike.
    #[test]
    fn numbers_are_told_apart(one in -2_000_000_i64..2_000_000, other in any::<i64>()) {
        for tag in ["id", "en", "en-GB"] {
            let heard = |number| {
                let language = Language::from(tag);
                let words = read(&Subject::Int(number), SayAs::Number, &language, None, &FORMAL);
                written(&words.expect("numbers have words"))
            };
            prop_assert_eq!(heard(one) == heard(other), one == other);
            prop_assert!(heard(one) != heard(one + 1));
        }
    }
}
