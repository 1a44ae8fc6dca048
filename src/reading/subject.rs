//! What can be read aloud.

use std::sync::Arc;

use crate::call::{Money, SayAs};
use crate::time::{ClockTime, Date, Duration, Moment};

/// The most digits behind the point of a decimal.
const MAX_DECIMALS: usize = 18;

/// A value that is to be read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A whole number.
    Int(i64),
    /// A number with decimals.
    Decimal(Decimal),
    /// Text, which may be an order number, a telephone number or a name.
    Text(Arc<str>),
    /// An amount of money.
    Money(Money),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(ClockTime),
    /// A date and a time of day.
    Moment(Moment),
    /// A span of time; less than a second is not said.
    Duration(Duration),
}

/// A number with decimals, digit by digit as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    pub(super) negative: bool,
    pub(super) whole: u64,
    /// Digits only; empty if there was no point.
    pub(super) fraction: Arc<str>,
}

/// The kinds of [`Subject`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// [`Subject::Int`]
    Int,
    /// [`Subject::Decimal`]
    Decimal,
    /// [`Subject::Text`]
    Text,
    /// [`Subject::Money`]
    Money,
    /// [`Subject::Date`]
    Date,
    /// [`Subject::Time`]
    Time,
    /// [`Subject::Moment`]
    Moment,
    /// [`Subject::Duration`]
    Duration,
}

impl Decimal {
    /// Reads a decimal such as `3.14`, `-0.5` or `7`; `None` if it is none.
    ///
    /// Refused are also a negative zero, an exponent, a point without digits on both sides, a whole part beyond 64 bits
    /// and more than 18 digits behind the point. Zeros at the end stay: they are read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let only_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !only_digits(whole)
            || !only_digits(fraction)
            || fraction.len() > MAX_DECIMALS
        {
            return None;
        }
        let whole = whole.parse().ok()?;
        let zero = whole == 0 && fraction.bytes().all(|digit| digit == b'0');
        (!(negative && zero)).then(|| Self { negative, whole, fraction: fraction.into() })
    }
}

impl Subject {
    /// Which kind of value it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Int(_) => Kind::Int,
            Self::Decimal(_) => Kind::Decimal,
            Self::Text(_) => Kind::Text,
            Self::Money(_) => Kind::Money,
            Self::Date(_) => Kind::Date,
            Self::Time(_) => Kind::Time,
            Self::Moment(_) => Kind::Moment,
            Self::Duration(_) => Kind::Duration,
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Int,
        Self::Decimal,
        Self::Text,
        Self::Money,
        Self::Date,
        Self::Time,
        Self::Moment,
        Self::Duration,
    ];

    /// The kind as error messages name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Money => "money",
            Self::Date => "date",
            Self::Time => "time",
            Self::Moment => "moment",
            Self::Duration => "duration",
        }
    }

    /// "a" or "an".
    pub(super) const fn article(self) -> &'static str {
        match self {
            Self::Int => "an",
            Self::Decimal
            | Self::Text
            | Self::Money
            | Self::Date
            | Self::Time
            | Self::Moment
            | Self::Duration => "a",
        }
    }
}

/// The forms in which a kind of value can be read; the first is the one that it has by nature.
#[must_use]
pub const fn forms_of(kind: Kind) -> &'static [SayAs] {
    match kind {
        Kind::Int => &[
            SayAs::Number,
            SayAs::Count,
            SayAs::Ordinal,
            SayAs::Digits,
            SayAs::Year,
            SayAs::Duration,
        ],
        Kind::Decimal => &[SayAs::Number],
        Kind::Text => &[SayAs::Text, SayAs::Digits, SayAs::Phone],
        Kind::Money => &[SayAs::Money],
        Kind::Date => &[SayAs::Date, SayAs::DateShort, SayAs::DateFull, SayAs::Year, SayAs::When],
        Kind::Time => &[SayAs::Time],
        Kind::Moment => {
            &[SayAs::When, SayAs::Date, SayAs::DateShort, SayAs::DateFull, SayAs::Year, SayAs::Time]
        }
        Kind::Duration => &[SayAs::Duration],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        for text in ["3.14", "-0.5", "7", "-7", "0", "0.10", "18446744073709551615.5"] {
            let decimal = Decimal::parse(text).expect(text);
            let sign = if decimal.negative { "-" } else { "" };
            let point = if decimal.fraction.is_empty() { "" } else { "." };
            assert_eq!(format!("{sign}{}{point}{}", decimal.whole, decimal.fraction), text);
        }
        let long = format!("0.{}", "1".repeat(19));
        for text in [
            "",
            "-",
            ".",
            ".5",
            "5.",
            "-0",
            "-0.00",
            "NaN",
            "inf",
            "1e3",
            "+1",
            "1,5",
            "1.2.3",
            "٣",
            &long,
            "18446744073709551616",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
