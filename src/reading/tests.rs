//! Readings, word for word.

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
fn indonesian_numbers() {
    hold(
        "id",
        &FORMAL,
        &[
            (SayAs::Number, "0", "nol"),
            (SayAs::Number, "10", "sepuluh"),
            (SayAs::Number, "11", "sebelas"),
            (SayAs::Number, "12", "dua belas"),
            (SayAs::Number, "19", "sembilan belas"),
            (SayAs::Number, "21", "dua puluh satu"),
            (SayAs::Number, "100", "seratus"),
            (SayAs::Number, "101", "seratus satu"),
            (SayAs::Number, "110", "seratus sepuluh"),
            (SayAs::Number, "111", "seratus sebelas"),
            (SayAs::Number, "1000", "seribu"),
            (SayAs::Number, "1001", "seribu satu"),
            (SayAs::Number, "1011", "seribu sebelas"),
            (SayAs::Number, "1100", "seribu seratus"),
            (SayAs::Number, "11000", "sebelas ribu"),
            (SayAs::Number, "21000", "dua puluh satu ribu"),
            (SayAs::Number, "101000", "seratus satu ribu"),
            (SayAs::Number, "111111", "seratus sebelas ribu seratus sebelas"),
            (SayAs::Number, "1000000", "satu juta"),
            (SayAs::Number, "1001000", "satu juta seribu"),
            (SayAs::Number, "1000000000", "satu miliar"),
            (SayAs::Number, "1000000000000", "satu triliun"),
            (
                SayAs::Number,
                "999999999999999",
                "sembilan ratus sembilan puluh sembilan triliun sembilan ratus sembilan puluh sembilan miliar \
             sembilan ratus sembilan puluh sembilan juta sembilan ratus sembilan puluh sembilan ribu \
             sembilan ratus sembilan puluh sembilan",
            ),
            (
                SayAs::Number,
                "1000000000000000",
                "satu nol nol nol, nol nol nol nol, nol nol nol nol, nol nol nol nol",
            ),
            (SayAs::Number, "3.14", "tiga koma satu empat"),
            (SayAs::Number, "-0.05", "minus nol koma nol lima"),
            (SayAs::Number, "-5", "minus lima"),
            (SayAs::Count, "3", "tiga"),
            (SayAs::Count, "1", "satu"),
            (SayAs::Ordinal, "1", "pertama"),
            (SayAs::Ordinal, "2", "kedua"),
            (SayAs::Ordinal, "3", "ketiga"),
            (SayAs::Ordinal, "10", "kesepuluh"),
            (SayAs::Ordinal, "11", "kesebelas"),
            (SayAs::Ordinal, "12", "kedua belas"),
            (SayAs::Ordinal, "21", "kedua puluh satu"),
            (SayAs::Ordinal, "100", "keseratus"),
            (SayAs::Ordinal, "111", "keseratus sebelas"),
            (SayAs::Ordinal, "215", "kedua ratus lima belas"),
            (SayAs::Ordinal, "1000", "keseribu"),
            (SayAs::Ordinal, "1001", "keseribu satu"),
            (SayAs::Ordinal, "21000", "kedua puluh satu ribu"),
            (SayAs::Ordinal, "1000000", "kesatu juta"),
            (SayAs::Year, "1998", "seribu sembilan ratus sembilan puluh delapan"),
            (SayAs::Year, "2026", "dua ribu dua puluh enam"),
        ],
    );
}

#[test]
fn indonesian_money_dates_and_times() {
    hold(
        "id",
        &FORMAL,
        &[
            (SayAs::Money, "IDR 1250500", "satu juta dua ratus lima puluh ribu lima ratus rupiah"),
            (SayAs::Money, "IDR 150000.75", "seratus lima puluh ribu rupiah"),
            (SayAs::Money, "IDR 0", "nol rupiah"),
            (SayAs::Money, "IDR -0.5", "nol rupiah"),
            (SayAs::Money, "IDR -1000", "minus seribu rupiah"),
            (SayAs::Money, "USD 12.50", "dua belas dolar Amerika lima puluh sen"),
            (SayAs::Money, "EUR 1", "satu euro"),
            (SayAs::Money, "GBP 0.01", "satu penny"),
            (SayAs::Money, "SGD 3", "tiga dolar Singapura"),
            (SayAs::Money, "MYR 2.20", "dua ringgit dua puluh sen"),
            (SayAs::Money, "JPY 700", "tujuh ratus yen"),
            (SayAs::Money, "AUD 5", "lima dolar Australia"),
            (SayAs::Money, "CHF 12.05", "dua belas koma nol lima C H F"),
            (SayAs::Money, "KWD 0.125", "nol koma satu dua lima K W D"),
            (SayAs::DateFull, "2026-08-17", "Senin, tujuh belas Agustus dua ribu dua puluh enam"),
            (SayAs::Date, "2026-08-17", "tujuh belas Agustus dua ribu dua puluh enam"),
            (SayAs::DateShort, "2026-03-06", "enam Maret"),
            (SayAs::Time, "14:30", "pukul empat belas tiga puluh"),
            (SayAs::Time, "08:05", "pukul delapan lewat lima menit"),
            (SayAs::Time, "08:00", "pukul delapan"),
            (SayAs::Time, "00:00", "pukul nol"),
            (SayAs::Duration, "60", "satu menit"),
            (SayAs::Duration, "120", "dua menit"),
            (SayAs::Duration, "3725", "satu jam dua menit lima detik"),
            (SayAs::Duration, "0", "nol detik"),
            (SayAs::Duration, "172800", "dua hari"),
            (SayAs::When, "2026-03-05T08:00", "besok pukul delapan pagi"),
            (SayAs::When, "2026-03-04T14:30", "hari ini pukul dua tiga puluh siang"),
            (SayAs::When, "2026-03-09T08:05", "hari Senin pukul delapan lewat lima menit pagi"),
            (SayAs::When, "2026-03-10T19:00", "hari Selasa pukul tujuh malam"),
            (SayAs::When, "2026-03-11T18:00", "tanggal sebelas Maret pukul enam petang"),
            (
                SayAs::When,
                "2027-01-01T00:10",
                "tanggal satu Januari dua ribu dua puluh tujuh pukul dua belas sepuluh dini hari",
            ),
            (SayAs::When, "2026-03-03T17:00", "kemarin pukul lima sore"),
            (SayAs::When, "2026-03-01", "tanggal satu Maret"),
            (SayAs::When, "2026-03-05", "besok"),
        ],
    );
    let other = Settings { minutes: Minutes::Digits, ..FORMAL };
    hold("id", &other, &[(SayAs::Time, "08:05", "pukul delapan nol lima")]);
    let conversational = Settings { clock: Clock::Conversational, ..FORMAL };
    hold(
        "id",
        &conversational,
        &[
            (SayAs::Time, "00:30", "pukul dua belas tiga puluh dini hari"),
            (SayAs::Time, "03:59", "pukul tiga lima puluh sembilan dini hari"),
            (SayAs::Time, "04:00", "pukul empat pagi"),
            (SayAs::Time, "10:00", "pukul sepuluh pagi"),
            (SayAs::Time, "11:00", "pukul sebelas siang"),
            (SayAs::Time, "12:00", "pukul dua belas siang"),
            (SayAs::Time, "14:00", "pukul dua siang"),
            (SayAs::Time, "15:00", "pukul tiga sore"),
            (SayAs::Time, "17:00", "pukul lima sore"),
            (SayAs::Time, "18:00", "pukul enam petang"),
            (SayAs::Time, "19:00", "pukul tujuh malam"),
            (SayAs::Time, "23:15", "pukul sebelas lima belas malam"),
        ],
    );
}

#[test]
fn indonesian_strings_of_digits() {
    hold(
        "id",
        &FORMAL,
        &[
            (
                SayAs::Phone,
                "081234567890",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol",
            ),
            (
                SayAs::Phone,
                "+6281234567890",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol",
            ),
            (
                SayAs::Phone,
                "08123456789",
                "nol delapan satu dua, tiga empat lima, enam tujuh delapan sembilan",
            ),
            (
                SayAs::Phone,
                "0812345678901",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol satu",
            ),
            (SayAs::Digits, "1234", "satu dua tiga empat"),
            (SayAs::Digits, "ORD-2026", "O R D, dua nol dua enam"),
            (SayAs::Digits, "ab#1*", "A B pagar satu bintang"),
            (SayAs::Digits, "é1", "é satu"),
            (SayAs::Digits, "", ""),
            (SayAs::Text, "  Ibu Siti ", "Ibu Siti"),
            (SayAs::Text, "", ""),
        ],
    );
    let kosong = Settings { indonesian_zero: IndonesianZero::Kosong, ..FORMAL };
    hold("id", &kosong, &[(SayAs::Phone, "0800", "kosong delapan kosong kosong")]);
    let words =
        read(&Subject::Int(-20), SayAs::Digits, &Language::from("id"), None, &Settings::default());
    assert_eq!(written(&words.expect("digits")), "minus dua nol");
}

#[test]
fn american_english() {
    hold(
        "en-US",
        &FORMAL,
        &[
            (SayAs::Number, "0", "zero"),
            (SayAs::Number, "21", "twenty-one"),
            (SayAs::Number, "101", "one hundred one"),
            (
                SayAs::Number,
                "1234567",
                "one million two hundred thirty-four thousand five hundred sixty-seven",
            ),
            (SayAs::Number, "-3.05", "minus three point zero five"),
            (
                SayAs::Number,
                "-9223372036854775808",
                "minus nine two two three, three seven two zero, three six eight five, four seven seven, five eight zero eight",
            ),
            (SayAs::Count, "1", "one"),
            (SayAs::Ordinal, "1", "first"),
            (SayAs::Ordinal, "2", "second"),
            (SayAs::Ordinal, "3", "third"),
            (SayAs::Ordinal, "4", "fourth"),
            (SayAs::Ordinal, "11", "eleventh"),
            (SayAs::Ordinal, "12", "twelfth"),
            (SayAs::Ordinal, "13", "thirteenth"),
            (SayAs::Ordinal, "20", "twentieth"),
            (SayAs::Ordinal, "21", "twenty-first"),
            (SayAs::Ordinal, "100", "one hundredth"),
            (SayAs::Ordinal, "101", "one hundred first"),
            (SayAs::Ordinal, "1000", "one thousandth"),
            (SayAs::Year, "1998", "nineteen ninety-eight"),
            (SayAs::Year, "1900", "nineteen hundred"),
            (SayAs::Year, "1905", "nineteen oh five"),
            (SayAs::Year, "2000", "two thousand"),
            (SayAs::Year, "2005", "two thousand five"),
            (SayAs::Year, "2010", "twenty ten"),
            (SayAs::Year, "2026", "twenty twenty-six"),
            (SayAs::Year, "2100", "twenty-one hundred"),
            (SayAs::Year, "476", "four hundred seventy-six"),
            (SayAs::Year, "-44", "minus forty-four"),
            (SayAs::Year, "10000", "ten thousand"),
        ],
    );
}

#[test]
fn american_money_dates_and_times() {
    hold(
        "en-US",
        &FORMAL,
        &[
            (SayAs::Money, "USD 1.01", "one dollar and one cent"),
            (SayAs::Money, "USD 2", "two dollars"),
            (SayAs::Money, "USD 0.50", "fifty cents"),
            (SayAs::Money, "USD 0", "zero dollars"),
            (SayAs::Money, "USD -1.20", "minus one dollar and twenty cents"),
            (SayAs::Money, "IDR 150000", "one hundred fifty thousand rupiah"),
            (SayAs::Money, "EUR 2.02", "two euros and two cents"),
            (SayAs::Money, "GBP 1.02", "one pound and two pence"),
            (SayAs::Money, "SGD 1", "one Singapore dollar"),
            (SayAs::Money, "MYR 5.50", "five ringgit and fifty sen"),
            (SayAs::Money, "JPY 1", "one yen"),
            (SayAs::Money, "AUD 3", "three Australian dollars"),
            (SayAs::Money, "NZD 3.10", "three point one zero N zee D"),
            (SayAs::DateFull, "2026-08-17", "Monday, August seventeenth, twenty twenty-six"),
            (SayAs::Date, "2026-08-17", "August seventeenth, twenty twenty-six"),
            (SayAs::DateShort, "2026-03-31", "March thirty-first"),
            (SayAs::Time, "14:30", "two thirty p.m."),
            (SayAs::Time, "08:05", "eight oh five a.m."),
            (SayAs::Time, "08:00", "eight a.m."),
            (SayAs::Time, "00:00", "midnight"),
            (SayAs::Time, "12:00", "noon"),
            (SayAs::Time, "00:01", "twelve oh one a.m."),
            (SayAs::Duration, "60", "one minute"),
            (SayAs::Duration, "120", "two minutes"),
            (SayAs::Duration, "90061", "one day one hour one minute and one second"),
            (SayAs::When, "2026-03-05T08:00", "tomorrow at eight in the morning"),
            (SayAs::When, "2026-03-04T14:30", "today at two thirty in the afternoon"),
            (SayAs::When, "2026-03-09T12:00", "on Monday at noon"),
            (SayAs::When, "2026-03-11T19:00", "on March eleventh at seven in the evening"),
            (
                SayAs::When,
                "2027-01-01T21:00",
                "on January first, twenty twenty-seven at nine at night",
            ),
            (SayAs::When, "2026-03-03", "yesterday"),
            (SayAs::Phone, "4155552671", "four one five, five five five, two six seven one"),
            (SayAs::Digits, "Z#", "zee pound"),
        ],
    );
    let oh = Settings { english_zero: EnglishZero::Oh, noon: false, doubles: true, ..FORMAL };
    hold(
        "en",
        &oh,
        &[
            (SayAs::Phone, "+44 2077", "plus four four two, oh seven seven"),
            (SayAs::Time, "00:00", "twelve a.m."),
            (SayAs::Time, "12:00", "twelve p.m."),
        ],
    );
}

#[test]
fn british_english() {
    hold(
        "en-GB",
        &FORMAL,
        &[
            (SayAs::Number, "101", "one hundred and one"),
            (SayAs::Number, "1001", "one thousand and one"),
            (SayAs::Number, "1200", "one thousand two hundred"),
            (SayAs::Number, "110120", "one hundred and ten thousand one hundred and twenty"),
            (SayAs::Number, "1000000", "one million"),
            (SayAs::Ordinal, "101", "one hundred and first"),
            (SayAs::Year, "2005", "two thousand and five"),
            (SayAs::Year, "1905", "nineteen oh five"),
            (SayAs::DateFull, "2026-08-17", "Monday the seventeenth of August, twenty twenty-six"),
            (SayAs::Date, "2026-08-17", "the seventeenth of August, twenty twenty-six"),
            (SayAs::DateShort, "2026-08-17", "the seventeenth of August"),
            (
                SayAs::When,
                "2026-03-21T08:00",
                "on the twenty-first of March at eight in the morning",
            ),
            (SayAs::Digits, "Z#", "Z hash"),
            (SayAs::Phone, "0077", "zero zero seven seven"),
        ],
    );
    let doubles = Settings { doubles: true, english_zero: EnglishZero::Oh, ..FORMAL };
    hold(
        "en-GB",
        &doubles,
        &[
            (SayAs::Phone, "020 7946 0018", "oh two oh seven, nine four six, double oh one eight"),
            (SayAs::Phone, "07770", "oh double seven seven oh"),
        ],
    );
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
