//! What stands for what belongs to people: other digits, other letters, other dates of the same form.
//!
//! Chosen by chance from the call's id, so that the same call gives the same bytes, and never computed from what they
//! stand for.

use serde_json::{Number, Value as Json};

use crate::call::{CallId, Digits, Symbol};
use crate::time::Date;

/// Stands for a key that no node took: a key that telephones of callers do not have, and that is no answer anywhere
/// unless a flow says so.
pub(super) const UNKNOWN: Symbol = Symbol::D;

/// Days of the years that a date stands in: 1950 to 2049, from 1970-01-01.
const FIRST_DAY: i64 = -7_305;
const DAYS: u64 = 36_525;

/// Numbers by chance: splitmix64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance(u64);

impl Chance {
    /// The chance of one call, from its id.
    pub(super) fn of(call: CallId) -> Self {
        let fold = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(call.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, fold))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        low.saturating_add_unsigned(self.below(span))
    }

    /// A digit from 0 to 9.
    pub(super) fn digit(&mut self) -> Symbol {
        let code = u8::try_from(self.below(10)).unwrap_or(0);
        Symbol::from_event_code(code).unwrap_or(UNKNOWN)
    }

    /// So many digits.
    pub(super) fn digits(&mut self, count: usize) -> Digits {
        (0..count).map(|_| self.digit()).collect()
    }

    /// A date.
    pub(super) fn date(&mut self) -> Option<Date> {
        let day = i64::try_from(self.below(DAYS)).ok()?;
        Date::from_days(FIRST_DAY + day)
    }

    /// A text of the same form: digits for digits, letters for letters, all else as it is.
    pub(super) fn text(&mut self, text: &str) -> String {
        text.chars().map(|c| self.like(c)).collect()
    }

    fn like(&mut self, c: char) -> char {
        let letter = |first: u8, at: u64| char::from(first + u8::try_from(at).unwrap_or(0));
        match c {
            '0'..='9' => self.digit().as_char(),
            'a'..='z' => letter(b'a', self.below(26)),
            'A'..='Z' => letter(b'A', self.below(26)),
            c if c.is_alphanumeric() => letter(b'a', self.below(26)),
            c => c,
        }
    }

    /// A number with as many digits before and after the point, and the same sign.
    pub(super) fn number(&mut self, number: &Number) -> Json {
        let text = number.to_string();
        let (mantissa, exponent) = text.split_at(text.find(['e', 'E']).unwrap_or(text.len()));
        let mut other = String::with_capacity(text.len());
        let mut leading = true;
        for c in mantissa.chars() {
            let digit = c.is_ascii_digit();
            // JSON knows no number that begins with 0, except 0 itself and what is below 1.
            let next = match (digit, leading, c) {
                (true, true, '0') => '0',
                (true, true, _) => char::from(b'1' + u8::try_from(self.below(9)).unwrap_or(0)),
                _ => self.like(c),
            };
            leading &= !digit;
            other.push(next);
        }
        other.push_str(exponent);
        other.parse().map_or(Json::Null, Json::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_have_the_form_and_nothing_else() {
        let mut chance = Chance::of(CallId::new(1, 2));
        for text in ["Ibu Sari, 42", "+62 811-0000-1111", "", "AB-cd 9"] {
            let other = chance.text(text);
            let form = |text: &str| {
                let class = |c: char| match c {
                    c if c.is_ascii_digit() => '9',
                    c if c.is_lowercase() => 'a',
                    c if c.is_uppercase() => 'A',
                    c => c,
                };
                text.chars().map(class).collect::<String>()
            };
            assert_eq!(form(&other), form(text));
        }
        for number in ["0", "7", "-150000", "1250.50", "0.5", "12e+3"] {
            let original: Number = number.parse().expect("a number");
            let other = chance.number(&original);
            assert_eq!(other.to_string().len(), number.len(), "{number}: {other}");
            assert!(other.is_number(), "{number}: {other}");
        }
        for _ in 0..1_000 {
            let date = chance.date().expect("a date");
            assert!((1950..=2049).contains(&date.year), "{date}");
        }
        let again = |seed| Chance::of(CallId::new(1, seed)).digits(12);
        assert_eq!(again(7), again(7), "the same call, the same bytes");
        assert_ne!(again(7), again(8));
    }
}
