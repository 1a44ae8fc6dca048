//! The Indonesian words that are recorded.

use crate::reading::clip::{Clip, LETTERS, clip, count, joined, plain};

/// 0–19.
pub(super) const SMALL: [Clip; 20] = [
    plain("nol"),
    plain("satu"),
    plain("dua"),
    plain("tiga"),
    plain("empat"),
    plain("lima"),
    plain("enam"),
    plain("tujuh"),
    plain("delapan"),
    plain("sembilan"),
    plain("sepuluh"),
    plain("sebelas"),
    clip("dua_belas", "dua belas"),
    clip("tiga_belas", "tiga belas"),
    clip("empat_belas", "empat belas"),
    clip("lima_belas", "lima belas"),
    clip("enam_belas", "enam belas"),
    clip("tujuh_belas", "tujuh belas"),
    clip("delapan_belas", "delapan belas"),
    clip("sembilan_belas", "sembilan belas"),
];

/// 20, 30 … 90.
pub(super) const TENS: [Clip; 8] = [
    clip("dua_puluh", "dua puluh"),
    clip("tiga_puluh", "tiga puluh"),
    clip("empat_puluh", "empat puluh"),
    clip("lima_puluh", "lima puluh"),
    clip("enam_puluh", "enam puluh"),
    clip("tujuh_puluh", "tujuh puluh"),
    clip("delapan_puluh", "delapan puluh"),
    clip("sembilan_puluh", "sembilan puluh"),
];

/// 100, 200 … 900.
pub(super) const HUNDREDS: [Clip; 9] = [
    plain("seratus"),
    clip("dua_ratus", "dua ratus"),
    clip("tiga_ratus", "tiga ratus"),
    clip("empat_ratus", "empat ratus"),
    clip("lima_ratus", "lima ratus"),
    clip("enam_ratus", "enam ratus"),
    clip("tujuh_ratus", "tujuh ratus"),
    clip("delapan_ratus", "delapan ratus"),
    clip("sembilan_ratus", "sembilan ratus"),
];

/// The names of the groups of three digits, from the thousands up.
pub(super) const SCALES: [Clip; 4] =
    [plain("ribu"), plain("juta"), plain("miliar"), plain("triliun")];

/// 1000.
pub(super) const SERIBU: Clip = plain("seribu");

/// What an ordinal begins with, by the number that its first word names: 1–11.
pub(super) const ORDINALS: [Clip; 11] = [
    plain("kesatu"),
    plain("kedua"),
    plain("ketiga"),
    plain("keempat"),
    plain("kelima"),
    plain("keenam"),
    plain("ketujuh"),
    plain("kedelapan"),
    plain("kesembilan"),
    plain("kesepuluh"),
    plain("kesebelas"),
];

/// The first.
pub(super) const PERTAMA: Clip = plain("pertama");
/// The hundredth, and the beginning of those above it.
pub(super) const KESERATUS: Clip = plain("keseratus");
/// The thousandth, and the beginning of those above it.
pub(super) const KESERIBU: Clip = plain("keseribu");
/// What follows the first word of an ordinal from 12 on: "kedua belas".
pub(super) const BELAS: Clip = plain("belas");
/// What follows the first word of an ordinal from 20 on: "kedua puluh".
pub(super) const PULUH: Clip = plain("puluh");
/// What follows the first word of an ordinal from 200 on: "kedua ratus".
pub(super) const RATUS: Clip = plain("ratus");

/// Zero among digits, if so chosen.
pub(super) const KOSONG: Clip = plain("kosong");
/// Below zero.
pub(super) const MINUS: Clip = plain("minus");
/// The decimal comma.
pub(super) const KOMA: Clip = plain("koma");

/// `*`
pub(super) const STAR: Clip = plain("bintang");
/// `#`
pub(super) const HASH: Clip = plain("pagar");
/// `+`
pub(super) const PLUS: Clip = plain("plus");

/// Monday to Sunday.
pub(super) const WEEKDAYS: [Clip; 7] = [
    clip("senin", "Senin"),
    clip("selasa", "Selasa"),
    clip("rabu", "Rabu"),
    clip("kamis", "Kamis"),
    clip("jumat", "Jumat"),
    clip("sabtu", "Sabtu"),
    clip("minggu", "Minggu"),
];

/// January to December.
pub(super) const MONTHS: [Clip; 12] = [
    clip("januari", "Januari"),
    clip("februari", "Februari"),
    clip("maret", "Maret"),
    clip("april", "April"),
    clip("mei", "Mei"),
    clip("juni", "Juni"),
    clip("juli", "Juli"),
    clip("agustus", "Agustus"),
    clip("september", "September"),
    clip("oktober", "Oktober"),
    clip("november", "November"),
    clip("desember", "Desember"),
];

/// Today.
pub(super) const TODAY: Clip = clip("hari_ini", "hari ini");
/// Tomorrow.
pub(super) const TOMORROW: Clip = plain("besok");
/// Yesterday.
pub(super) const YESTERDAY: Clip = plain("kemarin");
/// Before the day of a month.
pub(super) const TANGGAL: Clip = plain("tanggal");
/// Before a time of day.
pub(super) const PUKUL: Clip = plain("pukul");
/// Before a few minutes.
pub(super) const LEWAT: Clip = plain("lewat");

/// The parts of the day.
pub(super) const DINI_HARI: Clip = clip("dini_hari", "dini hari");
pub(super) const PAGI: Clip = plain("pagi");
pub(super) const SIANG: Clip = plain("siang");
pub(super) const SORE: Clip = plain("sore");
pub(super) const PETANG: Clip = plain("petang");
pub(super) const MALAM: Clip = plain("malam");

/// The units of time; "hari" also stands before a weekday.
pub(super) const HARI: Clip = plain("hari");
pub(super) const JAM: Clip = plain("jam");
pub(super) const MENIT: Clip = plain("menit");
pub(super) const DETIK: Clip = plain("detik");

/// A currency: its code, its unit and the smaller one that is said.
pub(super) struct Unit {
    pub code: &'static str,
    pub major: Clip,
    pub minor: Option<Clip>,
}

const SEN: Clip = plain("sen");

/// The currencies that have names; others are spelled.
pub(super) const CURRENCIES: [Unit; 8] = [
    Unit { code: "IDR", major: plain("rupiah"), minor: None },
    Unit { code: "USD", major: clip("dolar_amerika", "dolar Amerika"), minor: Some(SEN) },
    Unit { code: "EUR", major: plain("euro"), minor: Some(SEN) },
    Unit {
        code: "GBP",
        major: clip("pound_sterling", "pound sterling"),
        minor: Some(plain("penny")),
    },
    Unit { code: "SGD", major: clip("dolar_singapura", "dolar Singapura"), minor: Some(SEN) },
    Unit { code: "MYR", major: plain("ringgit"), minor: Some(SEN) },
    Unit { code: "JPY", major: plain("yen"), minor: None },
    Unit { code: "AUD", major: clip("dolar_australia", "dolar Australia"), minor: Some(SEN) },
];

/// What [`CURRENCIES`] say.
const MONEY: [Clip; 10] = [
    CURRENCIES[0].major,
    CURRENCIES[1].major,
    CURRENCIES[2].major,
    CURRENCIES[3].major,
    CURRENCIES[4].major,
    CURRENCIES[5].major,
    CURRENCIES[6].major,
    CURRENCIES[7].major,
    SEN,
    plain("penny"),
];

const SINGLE: [Clip; 29] = [
    SERIBU, PERTAMA, KESERATUS, KESERIBU, BELAS, PULUH, RATUS, KOSONG, MINUS, KOMA, STAR, HASH,
    PLUS, TODAY, TOMORROW, YESTERDAY, TANGGAL, PUKUL, LEWAT, DINI_HARI, PAGI, SIANG, SORE, PETANG,
    MALAM, HARI, JAM, MENIT, DETIK,
];

const TABLES: &[&[Clip]] =
    &[&SMALL, &TENS, &HUNDREDS, &SCALES, &ORDINALS, &WEEKDAYS, &MONTHS, &MONEY, &LETTERS, &SINGLE];

/// Every Indonesian clip.
pub(in crate::reading) static CLIPS: [Clip; count(TABLES)] = joined(TABLES);
