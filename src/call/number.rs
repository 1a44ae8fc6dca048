//! Telephone numbers that may be called: patterns of them, the dangerous ones, and the list of what is allowed.
//!
//! A number that is dialled is an optional `+` and digits, never anything else, so that no key of a caller can become
//! a dial string. A pattern never reaches a dangerous number: who wants to call one writes it out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pattern::fits_pattern;

/// The most characters of a number or of a pattern of numbers.
const MAX_NUMBER: usize = 32;

/// Emergency and public service numbers, as they are dialled in many countries.
const EMERGENCY: &[&str] = &[
    "000", "08", "15", "17", "18", "100", "101", "102", "103", "104", "108", "110", "111", "112",
    "113", "114", "115", "116", "117", "118", "119", "120", "122", "123", "129", "133", "144",
    "190", "191", "192", "193", "194", "197", "198", "199", "911", "988", "990", "991", "992",
    "993", "994", "995", "996", "997", "998", "999",
];
/// How numbers begin whose caller pays the called side: with their country's code, and as dialled inside it.
const PREMIUM: &[&str] = &[
    "+979", "+808", "+1900", "+1976", "+31900", "+31906", "+31909", "+3289", "+3389", "+34803",
    "+34806", "+34807", "+39166", "+39178", "+39892", "+39899", "+41900", "+41901", "+41906",
    "+43900", "+43930", "+449", "+4487", "+4484", "+49137", "+49900", "+60600", "+61190", "+62809",
    "+64900", "+651900", "+81990", "+90900", "+911900", "0900", "0809", "1900", "0190",
];
/// Satellite phones and networks that belong to no country.
const SATELLITE: &[&str] = &["+870", "+878", "+881", "+882", "+883", "+888", "+991"];
/// How an international number begins that is not written with `+`.
const INTERNATIONAL: &[&str] = &["00", "011", "0011", "010"];
/// The country codes of ITU-T E.164 that are assigned, the free phone code 800 among them.
const COUNTRIES: &[&str] = &[
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
    "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98", "211",
    "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228",
    "229", "230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241",
    "242", "243", "244", "245", "246", "247", "248", "249", "250", "251", "252", "253", "254",
    "255", "256", "257", "258", "260", "261", "262", "263", "264", "265", "266", "267", "268",
    "269", "290", "291", "297", "298", "299", "350", "351", "352", "353", "354", "355", "356",
    "357", "358", "359", "370", "371", "372", "373", "374", "375", "376", "377", "378", "380",
    "381", "382", "383", "385", "386", "387", "389", "420", "421", "423", "500", "501", "502",
    "503", "504", "505", "506", "507", "508", "509", "590", "591", "592", "593", "594", "595",
    "596", "597", "598", "599", "670", "672", "673", "674", "675", "676", "677", "678", "679",
    "680", "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "800",
    "850", "852", "853", "855", "856", "880", "886", "960", "961", "962", "963", "964", "965",
    "966", "967", "968", "970", "971", "972", "973", "974", "975", "976", "977", "992", "993",
    "994", "995", "996", "998",
];

/// Whether a text is a number that can be dialled: an optional `+` and 1–32 digits.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (1..=MAX_NUMBER).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a number is dangerous to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Help is called there.
    Emergency,
    /// The caller pays the called side.
    Premium,
    /// A satellite phone, or a network of no country.
    Satellite,
    /// An international number that is not written with `+`.
    International,
    /// No country has this code.
    Unlisted,
}

/// Why a number is dangerous to call; `None` if nothing is known against it.
#[must_use]
pub fn danger(number: &str) -> Option<Danger> {
    let begins = |list: &[&str]| list.iter().any(|prefix| number.starts_with(prefix));
    let national = number.strip_prefix('+');
    if EMERGENCY.contains(&number) {
        Some(Danger::Emergency)
    } else if begins(PREMIUM) {
        Some(Danger::Premium)
    } else if begins(SATELLITE) {
        Some(Danger::Satellite)
    } else if begins(INTERNATIONAL) {
        Some(Danger::International)
    } else if national.is_some_and(|n| !COUNTRIES.iter().any(|code| n.starts_with(code))) {
        Some(Danger::Unlisted)
    } else {
        None
    }
}

/// A pattern of telephone numbers such as `+62*` or `62???`: `*` stands for any digits, `?` and `#` for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumberPattern(Arc<str>);

impl NumberPattern {
    /// Reads a pattern of at most 32 characters; `None` if it is not one. A number is a pattern of itself.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('+').unwrap_or(text);
        let known = |byte: u8| byte.is_ascii_digit() || b"*?#".contains(&byte);
        let fits = (1..=MAX_NUMBER).contains(&rest.len()) && rest.bytes().all(known);
        fits.then(|| Self(text.into()))
    }

    /// Whether a number fits. What is no number never does.
    #[must_use]
    pub fn fits(&self, number: &str) -> bool {
        // A wildcard at the front stands for digits: only a written `+` means one.
        let same_form = self.0.starts_with('+') == number.starts_with('+');
        let any = &*self.0 == "*";
        is_number(number) && (same_form || any) && fits_pattern(number, &self.0)
    }

    /// How many digits it names: of two patterns that fit, the one that names more is the more specific.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.0.bytes().filter(u8::is_ascii_digit).count()
    }

    /// Whether it stands for one number alone.
    #[must_use]
    pub fn is_number(&self) -> bool {
        is_number(&self.0)
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whom flows and agents may call: numbers and addresses one by one, and patterns of numbers. By default nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    exact: BTreeSet<Arc<str>>,
    patterns: BTreeSet<NumberPattern>,
}

impl AllowList {
    /// Whether this number or address may be called. A pattern allows no dangerous number.
    #[must_use]
    pub fn contains(&self, to: &str) -> bool {
        self.exact.contains(to)
            || (danger(to).is_none() && self.patterns.iter().any(|pattern| pattern.fits(to)))
    }

    /// Adds a number, an address, or a pattern of numbers.
    pub fn insert(&mut self, to: Arc<str>) {
        match NumberPattern::read(&to).filter(|pattern| !pattern.is_number()) {
            Some(pattern) => self.patterns.insert(pattern),
            None => self.exact.insert(to),
        };
    }
}

impl Extend<Arc<str>> for AllowList {
    fn extend<I: IntoIterator<Item = Arc<str>>>(&mut self, list: I) {
        list.into_iter().for_each(|to| self.insert(to));
    }
}

impl<const N: usize> From<[Arc<str>; N]> for AllowList {
    fn from(list: [Arc<str>; N]) -> Self {
        list.into_iter().collect()
    }
}

impl FromIterator<Arc<str>> for AllowList {
    fn from_iter<I: IntoIterator<Item = Arc<str>>>(list: I) -> Self {
        let mut allowed = Self::default();
        allowed.extend(list);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reaches_numbers_and_nothing_else() {
        for (pattern, number, fits) in [
            ("+62*", "+62811", true),
            ("+62*", "62811", false),
            ("62???", "62123", true),
            ("62???", "621234", false),
            ("2##", "201", true),
            ("*", "+62811", true),
            ("*", "201", true),
            ("*", "201@evil.example", false),
            ("+62*", "+62811;phone-context=x", false),
            ("2??", "2*1", false),
            ("2??", "2#1", false),
            ("+62*", "+62%31", false),
            ("?62811", "+62811", false),
            ("*", "", false),
        ] {
            let read = NumberPattern::read(pattern).expect(pattern);
            assert_eq!(read.fits(number), fits, "{number} in {pattern}");
        }
        for text in ["", "+", "+62 *", "sip:a@b", "6+2", "[0-9]*", &"1".repeat(33)] {
            assert_eq!(NumberPattern::read(text), None, "{text}");
        }
    }

    #[test]
    fn dangerous_numbers_are_known() {
        for (number, expected) in [
            ("+62215550100", None),
            ("0811234567", None),
            ("201", None),
            ("112", Some(Danger::Emergency)),
            ("911", Some(Danger::Emergency)),
            ("+19005550100", Some(Danger::Premium)),
            ("+97912345678", Some(Danger::Premium)),
            ("0809123456", Some(Danger::Premium)),
            ("+881612345678", Some(Danger::Satellite)),
            ("+88312345678", Some(Danger::Satellite)),
            ("0062811", Some(Danger::International)),
            ("01162811", Some(Danger::International)),
            ("+999123", Some(Danger::Unlisted)),
            ("+210123", Some(Danger::Unlisted)),
        ] {
            assert_eq!(danger(number), expected, "{number}");
        }
    }

    #[test]
    fn a_dangerous_number_must_be_written_out() {
        let list =
            |items: &[&str]| -> AllowList { items.iter().map(|item| (*item).into()).collect() };
        let allowed = list(&["*", "112", "sip:desk@192.0.2.9"]);
        for (to, contained) in [
            ("+62811", true),
            ("112", true),
            ("911", false),
            ("+19005550100", false),
            ("sip:desk@192.0.2.9", true),
            ("sip:desk@192.0.2.9;x=1", false),
            ("sip:other@192.0.2.9", false),
            ("*", false),
        ] {
            assert_eq!(allowed.contains(to), contained, "{to}");
        }
        assert!(!AllowList::default().contains("+62811"), "nobody by default");
    }
}
