//! English, American and British, word for word.

use super::*;

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
