//! English, American and British.

mod clips;

pub(super) use clips::CLIPS;

use super::clip::{Clip, LETTERS, letter_index};
use super::grammar::{self, DateForm, Grammar, Line, TimeUnit};
use super::settings::{Clock, EnglishZero, Settings};
use super::word::Word;
use crate::call::Money;
use crate::time::{ClockTime, Date};
use clips::{
    AFTERNOON, AM, AND, AT, CURRENCIES, DAYS, DOUBLE, EVENING, HASH, HOURS, LARGE, LARGE_ORDINALS,
    MIDNIGHT, MINUS, MINUTES, MONTHS, MORNING, NIGHT, NOON, OF, OH, ON, PLUS, PM, POINT, POUND_KEY,
    SECONDS, SMALL, SMALL_ORDINALS, STAR, TENS, TENS_ORDINALS, THE, TODAY, TOMORROW, WEEKDAYS,
    YESTERDAY, ZEE,
};

/// The grammar of English.
#[derive(Debug)]
pub(super) struct English<'a> {
    pub settings: &'a Settings,
    /// British, else American.
    pub british: bool,
}

/// The one of two forms that suits so many.
fn plural(forms: [Clip; 2], count: u64) -> Clip {
    let [one, several] = forms;
    if count == 1 { one } else { several }
}

/// A number below a hundred; zero says nothing.
fn below_hundred(number: u64, line: &mut Line) {
    match (number / 10, number % 10) {
        (0, 0) => {}
        (0 | 1, _) => line.say_nth(&SMALL, number),
        (tens, 0) => line.say_nth(&TENS, tens - 2),
        (tens, unit) => {
            if let Some(clip) = usize::try_from(tens - 2).ok().and_then(|at| TENS.get(at)) {
                line.say_tied(*clip);
            }
            line.say_nth(&SMALL, unit);
        }
    }
}

/// The ordinal of a number's last word.
fn ordinal_of(word: &Word) -> Option<Clip> {
    let name = word.clip?;
    let place = |clips: &[Clip]| clips.iter().position(|clip| clip.name == name);
    let found = |clips: &[Clip], at: usize| clips.get(at).copied();
    place(&SMALL)
        .and_then(|at| found(&SMALL_ORDINALS, at.checked_sub(1)?))
        .or_else(|| place(&TENS).and_then(|at| found(&TENS_ORDINALS, at)))
        .or_else(|| place(&LARGE).and_then(|at| found(&LARGE_ORDINALS, at)))
}

/// The part of the day that an hour lies in.
const fn part_of_day(hour: u8) -> Clip {
    match hour {
        0..=11 => MORNING,
        12..=17 => AFTERNOON,
        18..=20 => EVENING,
        _ => NIGHT,
    }
}

impl English<'_> {
    fn below_thousand(&self, number: u64, line: &mut Line) {
        let (hundreds, rest) = (number / 100, number % 100);
        if hundreds > 0 {
            line.say_nth(&SMALL, hundreds);
            line.say_nth(&LARGE, 0_usize);
            if self.british && rest > 0 {
                line.say(AND);
            }
        }
        below_hundred(rest, line);
    }

    fn day_and_month(&self, date: Date, line: &mut Line) {
        let month = i16::from(date.month) - 1;
        let day = u64::try_from(date.day).unwrap_or(0);
        if self.british {
            line.say(THE);
            self.ordinal(day, line);
            line.say(OF);
            line.say_nth(&MONTHS, month);
        } else {
            line.say_nth(&MONTHS, month);
            self.ordinal(day, line);
        }
    }
}

impl Grammar for English<'_> {
    fn settings(&self) -> &Settings {
        self.settings
    }

    fn cardinal(&self, number: u64, line: &mut Line) {
        if number == 0 {
            return line.say_nth(&SMALL, 0_usize);
        }
        let mut unit = 1_000_000_000_000;
        for scale in LARGE.iter().skip(1).rev() {
            let group = number / unit % 1_000;
            if group > 0 {
                self.below_thousand(group, line);
                line.say(*scale);
            }
            unit /= 1_000;
        }
        let last = number % 1_000;
        if self.british && number > last && (1..100).contains(&last) {
            line.say(AND);
        }
        self.below_thousand(last, line);
    }

    fn ordinal(&self, number: u64, line: &mut Line) {
        self.cardinal(number, line);
        if let Some(last) = line.pop() {
            match ordinal_of(&last) {
                Some(ordinal) => line.say(ordinal),
                None => line.say_nth(&SMALL, 0_usize),
            }
        }
    }

    fn year(&self, year: u64, line: &mut Line) {
        match (year / 100, year % 100) {
            (0..=9, _) => self.cardinal(year, line),
            (century, 0..=9) if century % 10 == 0 => self.cardinal(year, line),
            (century, 0) => {
                below_hundred(century, line);
                line.say_nth(&LARGE, 0_usize);
            }
            (century, rest) => {
                below_hundred(century, line);
                if rest < 10 {
                    line.say(OH);
                }
                below_hundred(rest, line);
            }
        }
    }

    fn digit(&self, digit: char, line: &mut Line) {
        match (digit, self.settings.english_zero) {
            ('0', EnglishZero::Oh) => line.say(OH),
            (_, EnglishZero::Zero | EnglishZero::Oh) => {
                line.say_nth(&SMALL, digit.to_digit(10).unwrap_or(0));
            }
        }
    }

    fn double(&self) -> Option<Clip> {
        (self.british && self.settings.doubles).then_some(DOUBLE)
    }

    fn symbol(&self, symbol: char) -> Option<Clip> {
        match symbol {
            '*' => Some(STAR),
            '#' => Some(if self.british { HASH } else { POUND_KEY }),
            '+' => Some(PLUS),
            'z' | 'Z' if !self.british => Some(ZEE),
            letter => letter_index(letter).and_then(|place| LETTERS.get(place)).copied(),
        }
    }

    fn minus(&self) -> Clip {
        MINUS
    }

    fn point(&self) -> Clip {
        POINT
    }

    fn money(&self, money: Money, line: &mut Line) {
        let (whole, minor) = money.parts();
        let code = money.currency.code();
        let Some(currency) = CURRENCIES.iter().find(|currency| currency.code == code) else {
            return grammar::foreign_money(self, money, line);
        };
        let minor = currency.minor.filter(|_| minor > 0).map(|forms| (minor, forms));
        if whole > 0 || minor.is_none() {
            grammar::number(self, whole, line);
            line.say(plural(currency.major, whole));
        }
        if let Some((count, forms)) = minor {
            if whole > 0 {
                line.say(AND);
            }
            grammar::number(self, count, line);
            line.say(plural(forms, count));
        }
    }

    fn date(&self, date: Date, form: DateForm, line: &mut Line) {
        if form == DateForm::Full {
            line.say_nth(&WEEKDAYS, date.weekday());
            if !self.british {
                line.pause();
            }
        }
        self.day_and_month(date, line);
        if form != DateForm::Short {
            line.pause();
            grammar::year_of(self, date, line);
        }
    }

    fn clock(&self, time: ClockTime, clock: Clock, line: &mut Line) {
        match (time.hour, time.minute) {
            (0, 0) if self.settings.noon => return line.say(MIDNIGHT),
            (12, 0) if self.settings.noon => return line.say(NOON),
            _ => {}
        }
        below_hundred(u64::from((time.hour % 12 + 11) % 12 + 1), line);
        if (1..10).contains(&time.minute) {
            line.say(OH);
        }
        below_hundred(time.minute.into(), line);
        line.say(match clock {
            Clock::Formal if time.hour < 12 => AM,
            Clock::Formal => PM,
            Clock::Conversational => part_of_day(time.hour),
        });
    }

    fn day(&self, date: Date, today: Date, line: &mut Line) {
        match date.days_since_epoch() - today.days_since_epoch() {
            -1 => line.say(YESTERDAY),
            0 => line.say(TODAY),
            1 => line.say(TOMORROW),
            2..=6 => {
                line.say(ON);
                line.say_nth(&WEEKDAYS, date.weekday());
            }
            _ => {
                line.say(ON);
                let same = date.year == today.year;
                self.date(date, if same { DateForm::Short } else { DateForm::Plain }, line);
            }
        }
    }

    fn at(&self) -> Option<Clip> {
        Some(AT)
    }

    fn and(&self) -> Option<Clip> {
        Some(AND)
    }

    fn unit(&self, unit: TimeUnit, count: u64) -> Clip {
        let forms = match unit {
            TimeUnit::Days => DAYS,
            TimeUnit::Hours => HOURS,
            TimeUnit::Minutes => MINUTES,
            TimeUnit::Seconds => SECONDS,
        };
        plural(forms, count)
    }
}
