//! What every language answers, and the readings that are the same in all of them once it has.

use std::sync::Arc;

use super::clip::Clip;
use super::settings::{Clock, Settings};
use super::subject::{Decimal, Subject};
use super::word::Word;
use super::{MAX_SPELLED, MAX_TEXT, Unreadable, grouping};
use crate::call::{Money, SayAs};
use crate::time::{ClockTime, Date, Duration, Moment};

/// The largest number that has words: 999 trillion and all below the next. What lies beyond is read digit by digit.
pub(super) const MOST: u64 = 999_999_999_999_999;

/// How much of a date is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    /// Day and month.
    Short,
    /// With the year.
    Plain,
    /// With the weekday before and the year after.
    Full,
}

/// The units of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    Days,
    Hours,
    Minutes,
    Seconds,
}

/// The grammar of a language: what it says, put on a line.
pub(super) trait Grammar {
    /// The choices of the project.
    fn settings(&self) -> &Settings;
    /// A number of at most [`MOST`].
    fn cardinal(&self, number: u64, line: &mut Line);
    /// The ordinal of a number from 1 to [`MOST`].
    fn ordinal(&self, number: u64, line: &mut Line);
    /// A year after Christ of at most four digits.
    fn year(&self, year: u64, line: &mut Line);
    /// A digit within a string of digits.
    fn digit(&self, digit: char, line: &mut Line);
    /// The word before two of the same digit, where the language has one and the project wants it.
    fn double(&self) -> Option<Clip>;
    /// The name of a letter or of `*`, `#`, `+`.
    fn symbol(&self, symbol: char) -> Option<Clip>;
    /// The word before a number below zero.
    fn minus(&self) -> Clip;
    /// The word for the decimal point.
    fn point(&self) -> Clip;
    /// An amount of money that is not below zero.
    fn money(&self, money: Money, line: &mut Line);
    /// A date.
    fn date(&self, date: Date, form: DateForm, line: &mut Line);
    /// A time of day.
    fn clock(&self, time: ClockTime, clock: Clock, line: &mut Line);
    /// A day as seen from today, as an answer to "when?".
    fn day(&self, date: Date, today: Date, line: &mut Line);
    /// The word between a day and a time of day, if there is one.
    fn at(&self) -> Option<Clip>;
    /// The word before the last of several units, if there is one.
    fn and(&self) -> Option<Clip>;
    /// The name of a unit of which there are so many.
    fn unit(&self, unit: TimeUnit, count: u64) -> Clip;
}

/// The words of a reading so far.
#[derive(Debug, Default)]
pub(super) struct Line {
    words: Vec<Word>,
}

impl Line {
    pub(super) fn say(&mut self, clip: Clip) {
        self.words.push(Word { clip: Some(clip.name), text: clip.text.into(), pause: false });
    }

    /// Says a word that belongs together with the next one.
    pub(super) fn say_tied(&mut self, clip: Clip) {
        let text = format!("{}-", clip.text).into();
        self.words.push(Word { clip: Some(clip.name), text, pause: false });
    }

    /// Says a word of a table, if the table has it.
    pub(super) fn say_nth(&mut self, clips: &[Clip], place: impl TryInto<usize>) {
        if let Some(clip) = place.try_into().ok().and_then(|place: usize| clips.get(place)) {
            self.say(*clip);
        }
    }

    /// Says what has no clip.
    pub(super) fn say_free(&mut self, text: impl Into<Arc<str>>) {
        self.words.push(Word { clip: None, text: text.into(), pause: false });
    }

    /// Pauses after what was said last.
    pub(super) fn pause(&mut self) {
        if let Some(last) = self.words.last_mut() {
            last.pause = true;
        }
    }

    /// Takes the last word back.
    pub(super) fn pop(&mut self) -> Option<Word> {
        self.words.pop()
    }

    /// All words, with no pause behind the last.
    pub(super) fn into_words(mut self) -> Vec<Word> {
        if let Some(last) = self.words.last_mut() {
            last.pause = false;
        }
        self.words
    }
}

/// Reads a subject in one of its forms.
pub(super) fn read(
    grammar: &impl Grammar,
    subject: &Subject,
    form: SayAs,
    now: Option<Moment>,
    line: &mut Line,
) -> Result<(), Unreadable> {
    match subject {
        Subject::Int(number) => return int(grammar, *number, form, line),
        Subject::Decimal(number) => decimal(grammar, number, line),
        Subject::Text(text) => return self::text(grammar, text, form, line),
        Subject::Money(amount) => money(grammar, *amount, line),
        Subject::Date(date) if form == SayAs::When => {
            grammar.day(*date, now.ok_or(Unreadable::NoNow)?.date, line);
        }
        Subject::Date(date) => self::date(grammar, *date, form, line),
        Subject::Time(time) => grammar.clock(*time, grammar.settings().clock, line),
        Subject::Moment(moment) if form == SayAs::When => {
            grammar.day(moment.date, now.ok_or(Unreadable::NoNow)?.date, line);
            grammar.at().into_iter().for_each(|at| line.say(at));
            grammar.clock(moment.time, Clock::Conversational, line);
        }
        Subject::Moment(moment) if form == SayAs::Time => {
            grammar.clock(moment.time, grammar.settings().clock, line);
        }
        Subject::Moment(moment) => date(grammar, moment.date, form, line),
        Subject::Duration(span) => duration(grammar, *span, line),
    }
    Ok(())
}

fn int(grammar: &impl Grammar, value: i64, form: SayAs, line: &mut Line) -> Result<(), Unreadable> {
    match form {
        SayAs::Ordinal => match u64::try_from(value) {
            Ok(place @ 1..=MOST) => grammar.ordinal(place, line),
            Ok(_) | Err(_) => return Err(Unreadable::NoOrdinal { number: value }),
        },
        SayAs::Digits => {
            sign(grammar, value < 0, line);
            digits(grammar, &value.unsigned_abs().to_string(), line);
        }
        SayAs::Year => year(grammar, value, line),
        SayAs::Duration => {
            let seconds = u64::try_from(value)
                .map_err(|_| Unreadable::NegativeDuration { seconds: value })?;
            spans(grammar, seconds, line);
        }
        SayAs::Number
        | SayAs::Count
        | SayAs::Phone
        | SayAs::Money
        | SayAs::Date
        | SayAs::DateShort
        | SayAs::DateFull
        | SayAs::Time
        | SayAs::When
        | SayAs::Text => {
            sign(grammar, value < 0, line);
            number(grammar, value.unsigned_abs(), line);
        }
    }
    Ok(())
}

fn sign(grammar: &impl Grammar, negative: bool, line: &mut Line) {
    if negative {
        line.say(grammar.minus());
    }
}

/// A number in words, or digit by digit where it has none.
pub(super) fn number<G: Grammar + ?Sized>(grammar: &G, number: u64, line: &mut Line) {
    if number <= MOST {
        grammar.cardinal(number, line);
    } else {
        digits(grammar, &number.to_string(), line);
    }
}

fn year(grammar: &impl Grammar, year: i64, line: &mut Line) {
    match u64::try_from(year) {
        Ok(year @ 1..=9_999) => grammar.year(year, line),
        Ok(_) | Err(_) => {
            sign(grammar, year < 0, line);
            number(grammar, year.unsigned_abs(), line);
        }
    }
}

fn decimal(grammar: &impl Grammar, decimal: &Decimal, line: &mut Line) {
    sign(grammar, decimal.negative, line);
    number(grammar, decimal.whole, line);
    if !decimal.fraction.is_empty() {
        point(grammar, &decimal.fraction, line);
    }
}

/// The point and the digits behind it, one by one.
fn point<G: Grammar + ?Sized>(grammar: &G, fraction: &str, line: &mut Line) {
    line.say(grammar.point());
    for digit in fraction.chars().filter_map(|c| c.to_digit(10)) {
        grammar.cardinal(digit.into(), line);
    }
}

fn money(grammar: &impl Grammar, money: Money, line: &mut Line) {
    // The rupiah has no smaller unit that anybody uses.
    let (whole, _) = money.parts();
    let nothing = money.minor == 0 || (money.currency.code() == "IDR" && whole == 0);
    sign(grammar, money.minor < 0 && !nothing, line);
    grammar.money(money, line);
}

/// An amount of a currency without a name: the number and the letters of its code.
pub(super) fn foreign_money<G: Grammar>(grammar: &G, money: Money, line: &mut Line) {
    let (whole, minor) = money.parts();
    number(grammar, whole, line);
    if minor > 0 {
        let places = money.currency.decimals() as usize;
        point(grammar, &format!("{minor:0places$}"), line);
    }
    let letters = money.currency.code().chars().filter_map(|letter| grammar.symbol(letter));
    letters.for_each(|letter| line.say(letter));
}

fn date(grammar: &impl Grammar, date: Date, form: SayAs, line: &mut Line) {
    match form {
        SayAs::Year => year(grammar, date.year.into(), line),
        SayAs::DateShort => grammar.date(date, DateForm::Short, line),
        SayAs::DateFull => grammar.date(date, DateForm::Full, line),
        SayAs::Date
        | SayAs::Number
        | SayAs::Count
        | SayAs::Ordinal
        | SayAs::Digits
        | SayAs::Phone
        | SayAs::Money
        | SayAs::Time
        | SayAs::Duration
        | SayAs::When
        | SayAs::Text => grammar.date(date, DateForm::Plain, line),
    }
}

/// The year of a date.
pub(super) fn year_of<G: Grammar>(grammar: &G, date: Date, line: &mut Line) {
    year(grammar, date.year.into(), line);
}

fn duration(grammar: &impl Grammar, span: Duration, line: &mut Line) {
    spans(grammar, span.as_secs(), line);
}

/// Days, hours, minutes and seconds; those of which there are none are left out.
fn spans(grammar: &impl Grammar, seconds: u64, line: &mut Line) {
    let all = [
        (seconds / 86_400, TimeUnit::Days),
        (seconds / 3_600 % 24, TimeUnit::Hours),
        (seconds / 60 % 60, TimeUnit::Minutes),
        (seconds % 60, TimeUnit::Seconds),
    ];
    let some: Vec<(u64, TimeUnit)> = all.into_iter().filter(|(count, _)| *count > 0).collect();
    let some = if some.is_empty() { vec![(0, TimeUnit::Seconds)] } else { some };
    let several = some.len() > 1;
    for (at, (count, unit)) in some.iter().enumerate() {
        if let (true, Some(and)) = (several && at + 1 == some.len(), grammar.and()) {
            line.say(and);
        }
        number(grammar, *count, line);
        line.say(grammar.unit(*unit, *count));
    }
}

fn text(
    grammar: &impl Grammar,
    text: &str,
    form: SayAs,
    line: &mut Line,
) -> Result<(), Unreadable> {
    let text = text.trim();
    let most = if form == SayAs::Text { MAX_TEXT } else { MAX_SPELLED };
    let length = text.chars().count();
    if length > most {
        return Err(Unreadable::TooLong { length, most });
    }
    match form {
        SayAs::Text => {
            if !text.is_empty() {
                line.say_free(text);
            }
        }
        SayAs::Phone => {
            let groups = grouping::of_phone(text).ok_or(Unreadable::NoPhone)?;
            spelled(grammar, &groups, line);
        }
        SayAs::Digits
        | SayAs::Number
        | SayAs::Count
        | SayAs::Ordinal
        | SayAs::Money
        | SayAs::Date
        | SayAs::DateShort
        | SayAs::DateFull
        | SayAs::Year
        | SayAs::Time
        | SayAs::Duration
        | SayAs::When => spelled(grammar, &grouping::of_text(text), line),
    }
    Ok(())
}

fn digits<G: Grammar + ?Sized>(grammar: &G, digits: &str, line: &mut Line) {
    spelled(grammar, &grouping::of_text(digits), line);
}

/// Letters and digits one by one, with a pause after each group.
fn spelled<G: Grammar + ?Sized>(grammar: &G, groups: &[Vec<char>], line: &mut Line) {
    for group in groups {
        let mut rest = group.as_slice();
        while let [first, tail @ ..] = rest {
            rest = tail;
            if !first.is_ascii_digit() {
                match grammar.symbol(*first) {
                    Some(clip) => line.say(clip),
                    // A letter of another script; a voice may know it.
                    None => line.say_free(first.to_string()),
                }
                continue;
            }
            if let (Some(double), [second, tail @ ..]) = (grammar.double(), rest)
                && first == second
            {
                line.say(double);
                rest = tail;
            }
            grammar.digit(*first, line);
        }
        line.pause();
    }
}
