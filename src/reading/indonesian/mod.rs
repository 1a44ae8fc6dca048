//! Indonesian, as it is spoken formally: no plural, no inflection, and "se-" for one ten, hundred or thousand.

mod clips;

pub(super) use clips::CLIPS;

use super::clip::{Clip, LETTERS, letter_index};
use super::grammar::{self, DateForm, Grammar, Line, TimeUnit};
use super::settings::{Clock, IndonesianZero, Minutes, Settings};
use crate::call::Money;
use crate::time::{ClockTime, Date};
use clips::{
    BELAS, CURRENCIES, DETIK, DINI_HARI, HARI, HASH, HUNDREDS, JAM, KESERATUS, KESERIBU, KOMA,
    KOSONG, LEWAT, MALAM, MENIT, MINUS, MONTHS, ORDINALS, PAGI, PERTAMA, PETANG, PLUS, PUKUL,
    PULUH, RATUS, SCALES, SERIBU, SIANG, SMALL, SORE, STAR, TANGGAL, TENS, TODAY, TOMORROW,
    WEEKDAYS, YESTERDAY,
};

/// The grammar of Indonesian.
#[derive(Debug)]
pub(super) struct Indonesian<'a> {
    pub settings: &'a Settings,
}

/// A number below a thousand; zero says nothing.
fn below_thousand(number: u64, line: &mut Line) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        line.say_nth(&HUNDREDS, hundreds - 1);
    }
    match rest {
        0 => {}
        1..=19 => line.say_nth(&SMALL, rest),
        _ => {
            line.say_nth(&TENS, rest / 10 - 2);
            if rest % 10 > 0 {
                line.say_nth(&SMALL, rest % 10);
            }
        }
    }
}

/// A number from the thousands down; zero says nothing.
fn grouped(number: u64, line: &mut Line) {
    let mut unit = 1_000_000_000_000;
    for scale in SCALES.iter().rev() {
        match number / unit % 1_000 {
            0 => {}
            1 if unit == 1_000 => line.say(SERIBU),
            group => {
                below_thousand(group, line);
                line.say(*scale);
            }
        }
        unit /= 1_000;
    }
    below_thousand(number % 1_000, line);
}

/// The beginning of an ordinal: its number's highest group with "ke-" before it.
fn ordinal_group(group: u64, line: &mut Line) {
    let (hundreds, tens) = (group / 100, group % 100 / 10);
    match group {
        0 => {}
        1..=11 => line.say_nth(&ORDINALS, group - 1),
        12..=19 => {
            line.say_nth(&ORDINALS, group % 10 - 1);
            line.say(BELAS);
        }
        20..=99 => {
            line.say_nth(&ORDINALS, tens - 1);
            line.say(PULUH);
            below_thousand(group % 10, line);
        }
        100..=199 => {
            line.say(KESERATUS);
            below_thousand(group % 100, line);
        }
        _ => {
            line.say_nth(&ORDINALS, hundreds - 1);
            line.say(RATUS);
            below_thousand(group % 100, line);
        }
    }
}

/// The part of the day that an hour lies in.
const fn part_of_day(hour: u8) -> Clip {
    match hour {
        0..=3 => DINI_HARI,
        4..=10 => PAGI,
        11..=14 => SIANG,
        15..=17 => SORE,
        18 => PETANG,
        _ => MALAM,
    }
}

impl Grammar for Indonesian<'_> {
    fn settings(&self) -> &Settings {
        self.settings
    }

    fn cardinal(&self, number: u64, line: &mut Line) {
        if number == 0 {
            line.say_nth(&SMALL, 0_usize);
        }
        grouped(number, line);
    }

    fn ordinal(&self, number: u64, line: &mut Line) {
        if number == 1 {
            return line.say(PERTAMA);
        }
        let mut unit = 1_000_000_000_000;
        for scale in SCALES.iter().rev() {
            match number / unit {
                0 => {}
                1 if unit == 1_000 => {
                    line.say(KESERIBU);
                    return grouped(number % unit, line);
                }
                group => {
                    ordinal_group(group, line);
                    line.say(*scale);
                    return grouped(number % unit, line);
                }
            }
            unit /= 1_000;
        }
        ordinal_group(number, line);
    }

    fn year(&self, year: u64, line: &mut Line) {
        self.cardinal(year, line);
    }

    fn digit(&self, digit: char, line: &mut Line) {
        match (digit, self.settings.indonesian_zero) {
            ('0', IndonesianZero::Kosong) => line.say(KOSONG),
            (_, IndonesianZero::Nol | IndonesianZero::Kosong) => {
                line.say_nth(&SMALL, digit.to_digit(10).unwrap_or(0));
            }
        }
    }

    fn double(&self) -> Option<Clip> {
        None
    }

    fn symbol(&self, symbol: char) -> Option<Clip> {
        match symbol {
            '*' => Some(STAR),
            '#' => Some(HASH),
            '+' => Some(PLUS),
            letter => letter_index(letter).and_then(|place| LETTERS.get(place)).copied(),
        }
    }

    fn minus(&self) -> Clip {
        MINUS
    }

    fn point(&self) -> Clip {
        KOMA
    }

    fn money(&self, money: Money, line: &mut Line) {
        let (whole, minor) = money.parts();
        let code = money.currency.code();
        let Some(currency) = CURRENCIES.iter().find(|currency| currency.code == code) else {
            return grammar::foreign_money(self, money, line);
        };
        let minor = currency.minor.filter(|_| minor > 0).map(|unit| (minor, unit));
        if whole > 0 || minor.is_none() {
            grammar::number(self, whole, line);
            line.say(currency.major);
        }
        if let Some((count, unit)) = minor {
            grammar::number(self, count, line);
            line.say(unit);
        }
    }

    fn date(&self, date: Date, form: DateForm, line: &mut Line) {
        if form == DateForm::Full {
            line.say_nth(&WEEKDAYS, date.weekday());
            line.pause();
        }
        self.cardinal(u64::try_from(date.day).unwrap_or(0), line);
        line.say_nth(&MONTHS, i16::from(date.month) - 1);
        if form != DateForm::Short {
            grammar::year_of(self, date, line);
        }
    }

    fn clock(&self, time: ClockTime, clock: Clock, line: &mut Line) {
        line.say(PUKUL);
        let hour = match clock {
            Clock::Formal => time.hour,
            Clock::Conversational => (time.hour % 12 + 11) % 12 + 1,
        };
        self.cardinal(hour.into(), line);
        match (time.minute, self.settings.minutes) {
            (0, Minutes::Past | Minutes::Digits) => {}
            (minute @ 1..=9, Minutes::Past) => {
                line.say(LEWAT);
                self.cardinal(minute.into(), line);
                line.say(MENIT);
            }
            (minute @ 1..=9, Minutes::Digits) => {
                self.cardinal(0, line);
                self.cardinal(minute.into(), line);
            }
            (minute, Minutes::Past | Minutes::Digits) => self.cardinal(minute.into(), line),
        }
        if clock == Clock::Conversational {
            line.say(part_of_day(time.hour));
        }
    }

    fn day(&self, date: Date, today: Date, line: &mut Line) {
        match date.days_since_epoch() - today.days_since_epoch() {
            -1 => line.say(YESTERDAY),
            0 => line.say(TODAY),
            1 => line.say(TOMORROW),
            2..=6 => {
                line.say(HARI);
                line.say_nth(&WEEKDAYS, date.weekday());
            }
            _ => {
                line.say(TANGGAL);
                let same = date.year == today.year;
                self.date(date, if same { DateForm::Short } else { DateForm::Plain }, line);
            }
        }
    }

    fn at(&self) -> Option<Clip> {
        None
    }

    fn and(&self) -> Option<Clip> {
        None
    }

    fn unit(&self, unit: TimeUnit, _: u64) -> Clip {
        match unit {
            TimeUnit::Days => HARI,
            TimeUnit::Hours => JAM,
            TimeUnit::Minutes => MENIT,
            TimeUnit::Seconds => DETIK,
        }
    }
}
