//! Amounts of money, in whole minor units and never as a fraction.

use std::fmt;

/// A currency by its three-letter code (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units (sen, cents); negative for a debt.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Currencies without minor units (ISO 4217 list one).
const NO_DECIMALS: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];
/// Currencies of a thousand minor units.
const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

impl Currency {
    /// Reads a code of three capital letters, such as `IDR`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals its minor unit is: 2 for most, also for `IDR` (ISO 4217).
    #[must_use]
    pub fn decimals(&self) -> u32 {
        match self.code() {
            code if NO_DECIMALS.contains(&code) => 0,
            code if THREE_DECIMALS.contains(&code) => 3,
            _ => 2,
        }
    }
}

impl Money {
    /// Reads a decimal in major units, such as `150000` or `-12.50`; `None` if it is none, has more decimals than the
    /// currency, or is beyond 64 bits of minor units.
    #[must_use]
    pub fn parse(decimal: &str, currency: Currency) -> Option<Self> {
        let (negative, digits) =
            decimal.strip_prefix('-').map_or((false, decimal), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let places = currency.decimals();
        let count = u32::try_from(fraction.len()).ok().filter(|count| *count <= places)?;
        let only_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !only_digits(whole)
            || !only_digits(fraction)
            || digits.ends_with('.')
        {
            return None;
        }
        let fraction: i64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let fraction = fraction.checked_mul(10_i64.pow(places - count))?;
        let minor =
            whole.parse::<i64>().ok()?.checked_mul(10_i64.pow(places))?.checked_add(fraction)?;
        Some(Self { minor: if negative { -minor } else { minor }, currency })
    }

    /// The whole major units and the minor units beside them, both without the sign.
    #[must_use]
    pub fn parts(self) -> (u64, u64) {
        let unit = 10_u64.pow(self.currency.decimals());
        (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit)
    }

    /// The amount as a decimal in major units without the currency, as it goes over the wire: `150000`, `12.50`.
    #[must_use]
    pub fn decimal(self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, fraction) = self.parts();
        match (fraction, self.currency.decimals() as usize) {
            (0, _) => format!("{sign}{whole}"),
            (fraction, places) => format!("{sign}{whole}.{fraction:0places$}"),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Money {
    /// `IDR 150000`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_minor_units_exactly_or_not_at_all() {
        for (text, code, minor, back) in [
            ("150000", "IDR", Some(15_000_000), "150000"),
            ("12.5", "USD", Some(1_250), "12.50"),
            ("-0.01", "USD", Some(-1), "-0.01"),
            ("12.500", "USD", Some(1_250), "12.50"),
            ("0.125", "KWD", Some(125), "0.125"),
            ("700", "JPY", Some(700), "700"),
            ("700.5", "JPY", None, ""),
            ("12.505", "USD", None, ""),
            ("1e3", "USD", None, ""),
            (".5", "USD", None, ""),
            ("5.", "USD", None, ""),
            ("", "USD", None, ""),
            ("92233720368547758.07", "USD", Some(i64::MAX), "92233720368547758.07"),
            ("92233720368547758.08", "USD", None, ""),
        ] {
            let currency = Currency::parse(code).expect(code);
            let money = Money::parse(text, currency);
            assert_eq!(money.map(|m| m.minor), minor, "{text} {code}");
            assert_eq!(money.map(Money::decimal).unwrap_or_default(), back, "{text} {code}");
        }
        assert_eq!(Currency::parse("idr"), None);
        assert_eq!(Currency::parse("RUPIAH"), None);
    }
}
