//! The English words that are recorded, for both sides of the ocean.

use crate::reading::clip::{Clip, LETTERS, clip, count, joined, plain};

/// 0–19.
pub(super) const SMALL: [Clip; 20] = [
    plain("zero"),
    plain("one"),
    plain("two"),
    plain("three"),
    plain("four"),
    plain("five"),
    plain("six"),
    plain("seven"),
    plain("eight"),
    plain("nine"),
    plain("ten"),
    plain("eleven"),
    plain("twelve"),
    plain("thirteen"),
    plain("fourteen"),
    plain("fifteen"),
    plain("sixteen"),
    plain("seventeen"),
    plain("eighteen"),
    plain("nineteen"),
];

/// 20, 30 … 90.
pub(super) const TENS: [Clip; 8] = [
    plain("twenty"),
    plain("thirty"),
    plain("forty"),
    plain("fifty"),
    plain("sixty"),
    plain("seventy"),
    plain("eighty"),
    plain("ninety"),
];

/// 100, and the names of the groups of three digits from the thousands up.
pub(super) const LARGE: [Clip; 5] =
    [plain("hundred"), plain("thousand"), plain("million"), plain("billion"), plain("trillion")];

/// The ordinals of [`SMALL`] from 1 on.
pub(super) const SMALL_ORDINALS: [Clip; 19] = [
    plain("first"),
    plain("second"),
    plain("third"),
    plain("fourth"),
    plain("fifth"),
    plain("sixth"),
    plain("seventh"),
    plain("eighth"),
    plain("ninth"),
    plain("tenth"),
    plain("eleventh"),
    plain("twelfth"),
    plain("thirteenth"),
    plain("fourteenth"),
    plain("fifteenth"),
    plain("sixteenth"),
    plain("seventeenth"),
    plain("eighteenth"),
    plain("nineteenth"),
];

/// The ordinals of [`TENS`].
pub(super) const TENS_ORDINALS: [Clip; 8] = [
    plain("twentieth"),
    plain("thirtieth"),
    plain("fortieth"),
    plain("fiftieth"),
    plain("sixtieth"),
    plain("seventieth"),
    plain("eightieth"),
    plain("ninetieth"),
];

/// The ordinals of [`LARGE`].
pub(super) const LARGE_ORDINALS: [Clip; 5] = [
    plain("hundredth"),
    plain("thousandth"),
    plain("millionth"),
    plain("billionth"),
    plain("trillionth"),
];

/// Zero in years and minutes, and among digits if so chosen.
pub(super) const OH: Clip = plain("oh");
/// Between hundreds and the rest in British English, and before the last of several.
pub(super) const AND: Clip = plain("and");
/// Below zero.
pub(super) const MINUS: Clip = plain("minus");
/// The decimal point.
pub(super) const POINT: Clip = plain("point");
/// Before two of the same digit.
pub(super) const DOUBLE: Clip = plain("double");

/// `*`
pub(super) const STAR: Clip = plain("star");
/// `#`, as it is called in British English
pub(super) const HASH: Clip = plain("hash");
/// `#`, as it is called in American English
pub(super) const POUND_KEY: Clip = plain("pound");
/// `+`
pub(super) const PLUS: Clip = plain("plus");
/// The last letter, as it is called in American English.
pub(super) const ZEE: Clip = clip("letter_zee", "zee");

/// Monday to Sunday.
pub(super) const WEEKDAYS: [Clip; 7] = [
    clip("monday", "Monday"),
    clip("tuesday", "Tuesday"),
    clip("wednesday", "Wednesday"),
    clip("thursday", "Thursday"),
    clip("friday", "Friday"),
    clip("saturday", "Saturday"),
    clip("sunday", "Sunday"),
];

/// January to December.
pub(super) const MONTHS: [Clip; 12] = [
    clip("january", "January"),
    clip("february", "February"),
    clip("march", "March"),
    clip("april", "April"),
    clip("may", "May"),
    clip("june", "June"),
    clip("july", "July"),
    clip("august", "August"),
    clip("september", "September"),
    clip("october", "October"),
    clip("november", "November"),
    clip("december", "December"),
];

/// Days as seen from today.
pub(super) const TODAY: Clip = plain("today");
pub(super) const TOMORROW: Clip = plain("tomorrow");
pub(super) const YESTERDAY: Clip = plain("yesterday");

/// Before a date, a time of day, an ordinal, and a month.
pub(super) const ON: Clip = plain("on");
pub(super) const AT: Clip = plain("at");
pub(super) const THE: Clip = plain("the");
pub(super) const OF: Clip = plain("of");

/// The halves and the parts of the day.
pub(super) const AM: Clip = clip("am", "a.m.");
pub(super) const PM: Clip = clip("pm", "p.m.");
pub(super) const NOON: Clip = plain("noon");
pub(super) const MIDNIGHT: Clip = plain("midnight");
pub(super) const MORNING: Clip = clip("in_the_morning", "in the morning");
pub(super) const AFTERNOON: Clip = clip("in_the_afternoon", "in the afternoon");
pub(super) const EVENING: Clip = clip("in_the_evening", "in the evening");
pub(super) const NIGHT: Clip = clip("at_night", "at night");

/// The units of time: of one, of several.
pub(super) const DAYS: [Clip; 2] = [plain("day"), plain("days")];
pub(super) const HOURS: [Clip; 2] = [plain("hour"), plain("hours")];
pub(super) const MINUTES: [Clip; 2] = [plain("minute"), plain("minutes")];
/// One second sounds like the second in a row.
pub(super) const SECONDS: [Clip; 2] = [SMALL_ORDINALS[1], plain("seconds")];

/// A currency: its code, its unit and the smaller one that is said, each of one and of several.
pub(super) struct Unit {
    pub code: &'static str,
    pub major: [Clip; 2],
    pub minor: Option<[Clip; 2]>,
}

const RUPIAH: Clip = plain("rupiah");
const DOLLARS: [Clip; 2] = [plain("dollar"), plain("dollars")];
const CENTS: [Clip; 2] = [plain("cent"), plain("cents")];
const EUROS: [Clip; 2] = [plain("euro"), plain("euros")];
const POUNDS: [Clip; 2] = [POUND_KEY, plain("pounds")];
const PENCE: [Clip; 2] = [plain("penny"), plain("pence")];
const SINGAPORE: [Clip; 2] =
    [clip("singapore_dollar", "Singapore dollar"), clip("singapore_dollars", "Singapore dollars")];
const AUSTRALIA: [Clip; 2] = [
    clip("australian_dollar", "Australian dollar"),
    clip("australian_dollars", "Australian dollars"),
];
const RINGGIT: Clip = plain("ringgit");
const SEN: Clip = plain("sen");
const YEN: Clip = plain("yen");

/// The currencies that have names; others are spelled.
pub(super) const CURRENCIES: [Unit; 8] = [
    Unit { code: "IDR", major: [RUPIAH; 2], minor: None },
    Unit { code: "USD", major: DOLLARS, minor: Some(CENTS) },
    Unit { code: "EUR", major: EUROS, minor: Some(CENTS) },
    Unit { code: "GBP", major: POUNDS, minor: Some(PENCE) },
    Unit { code: "SGD", major: SINGAPORE, minor: Some(CENTS) },
    Unit { code: "MYR", major: [RINGGIT; 2], minor: Some([SEN; 2]) },
    Unit { code: "JPY", major: [YEN; 2], minor: None },
    Unit { code: "AUD", major: AUSTRALIA, minor: Some(CENTS) },
];

const SINGLE: &[Clip] = &[
    OH, AND, MINUS, POINT, DOUBLE, STAR, HASH, POUND_KEY, PLUS, ZEE, TODAY, TOMORROW, YESTERDAY,
    ON, AT, THE, OF, AM, PM, NOON, MIDNIGHT, MORNING, AFTERNOON, EVENING, NIGHT, SECONDS[1],
    POUNDS[1], RUPIAH, RINGGIT, SEN, YEN,
];

const TABLES: &[&[Clip]] = &[
    &SMALL,
    &TENS,
    &LARGE,
    &SMALL_ORDINALS,
    &TENS_ORDINALS,
    &LARGE_ORDINALS,
    &WEEKDAYS,
    &MONTHS,
    &DAYS,
    &HOURS,
    &MINUTES,
    &DOLLARS,
    &CENTS,
    &EUROS,
    &PENCE,
    &SINGAPORE,
    &AUSTRALIA,
    &LETTERS,
    SINGLE,
];

/// Every English clip.
pub(in crate::reading) static CLIPS: [Clip; count(TABLES)] = joined(TABLES);
