//! The built-in words: what callers hear where a flow says nothing of its own.
//!
//! `sambung prompts build` renders them to `LANGUAGE/std/NAME.wav`; the sounds are embedded in the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Piece, Prompt};
use crate::call::{Item, Language, PromptId, SoundId};
use crate::text;

/// One line of the built-in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltInWords {
    /// Its name, without `std/`.
    pub name: &'static str,
    /// The Indonesian words.
    pub id: &'static str,
    /// The English words.
    pub en: &'static str,
}

const fn words(name: &'static str, id: &'static str, en: &'static str) -> BuiltInWords {
    BuiltInWords { name, id, en }
}

/// All built-in words.
pub const BUILT_IN: &[BuiltInWords] = &[
    words("no_input", "Maaf, saya belum mendengar jawaban.", "Sorry, I did not hear an answer."),
    words(
        "no_match",
        "Maaf, pilihan itu tidak tersedia.",
        "Sorry, that is not one of the choices.",
    ),
    words(
        "offer_person",
        "Untuk berbicara dengan petugas, tekan 0.",
        "To speak with a person, press 0.",
    ),
    words(
        "nearly_over",
        "Waktu Anda di layanan ini hampir habis.",
        "Your time in this service is nearly over.",
    ),
    words("one_moment", "Mohon tunggu sebentar.", "One moment, please."),
    words(
        "still_checking",
        "Masih kami periksa, mohon tunggu sebentar lagi.",
        "We are still checking, please stay on the line.",
    ),
    words(
        "not_kept",
        "Maaf, permintaan Anda belum dapat kami catat. Mohon tetap menunggu.",
        "Sorry, we could not note your request. Please keep holding.",
    ),
    words("connecting", "Anda akan kami sambungkan.", "We are connecting you."),
    words("next_in_line", "Anda penelepon berikutnya.", "You are next."),
    words("place_2", "Anda berada di urutan kedua.", "You are second in line."),
    words("place_3", "Anda berada di urutan ketiga.", "You are third in line."),
    words("place_4", "Anda berada di urutan keempat.", "You are fourth in line."),
    words("place_5", "Anda berada di urutan kelima.", "You are fifth in line."),
    words(
        "place_more",
        "Ada lebih dari empat penelepon sebelum Anda.",
        "There are more than four callers before you.",
    ),
    words(
        "wait_under_1",
        "Perkiraan waktu tunggu kurang dari satu menit.",
        "The expected wait is less than one minute.",
    ),
    words(
        "wait_1_to_3",
        "Perkiraan waktu tunggu satu sampai tiga menit.",
        "The expected wait is between one and three minutes.",
    ),
    words(
        "wait_3_to_5",
        "Perkiraan waktu tunggu tiga sampai lima menit.",
        "The expected wait is between three and five minutes.",
    ),
    words(
        "wait_5_to_10",
        "Perkiraan waktu tunggu lima sampai sepuluh menit.",
        "The expected wait is between five and ten minutes.",
    ),
    words(
        "wait_10_to_15",
        "Perkiraan waktu tunggu sepuluh sampai lima belas menit.",
        "The expected wait is between ten and fifteen minutes.",
    ),
    words(
        "wait_15_to_20",
        "Perkiraan waktu tunggu lima belas sampai dua puluh menit.",
        "The expected wait is between fifteen and twenty minutes.",
    ),
    words(
        "wait_over_20",
        "Perkiraan waktu tunggu lebih dari dua puluh menit.",
        "The expected wait is more than twenty minutes.",
    ),
    words(
        "still_waiting",
        "Terima kasih telah menunggu. Kami akan segera melayani Anda.",
        "Thank you for holding. We will be with you as soon as we can.",
    ),
    words(
        "accept_call",
        "Panggilan pelanggan. Untuk menerima, tekan",
        "A customer is calling. To accept, press",
    ),
    words("callback_for", "Telepon kembali untuk pelanggan.", "A callback for a customer."),
    words(
        "callback_dialling",
        "Mohon tunggu, pelanggan sedang kami hubungi.",
        "Please hold, we are calling the customer.",
    ),
    words(
        "callback_unreached",
        "Pelanggan belum dapat dihubungi. Kami akan mencobanya lagi.",
        "The customer could not be reached. We will try again.",
    ),
    words(
        "callback_hello",
        "Halo, kami menelepon kembali seperti yang Anda minta. Untuk berbicara dengan petugas, tekan 1. Jika sudah tidak perlu, tekan 2.",
        "Hello, this is the call back that you asked for. To talk with us, press 1. If you no longer need it, press 2.",
    ),
    words(
        "callback_declined",
        "Baik, kami tidak akan menelepon lagi. Terima kasih.",
        "All right, we will not call again. Thank you.",
    ),
    words(
        "callback_machine",
        "Halo, kami menelepon kembali seperti yang Anda minta. Kami akan mencoba lagi nanti. Terima kasih.",
        "Hello, this is the call back that you asked for. We will try again later. Thank you.",
    ),
    words(
        "callback_wait",
        "Maaf, petugas kami belum selesai. Anda berada di urutan terdepan, mohon tunggu sebentar.",
        "Sorry, nobody is free just yet. You are the very next, please hold for a moment.",
    ),
    words(
        "callback_later",
        "Maaf, saat ini belum ada petugas yang siap. Kami akan menelepon Anda lagi, dan Anda akan kami dahulukan.",
        "Sorry, nobody is free right now. We will call you again, and you will be served first.",
    ),
    words("hold_reminder", "Penelepon Anda masih menunggu.", "Your caller is still on hold."),
    words(
        "csat_ask",
        "Seberapa puas Anda dengan layanan kami hari ini? Tekan 1 untuk sangat tidak puas, sampai 5 untuk sangat puas.",
        "How satisfied are you with our service today? Press 1 for very dissatisfied, up to 5 for very satisfied.",
    ),
    words("csat_thanks", "Terima kasih atas penilaian Anda.", "Thank you for your rating."),
    words("code_ready", "Anda siap menerima panggilan.", "You are ready for calls."),
    words("code_logged_in", "Anda sudah masuk.", "You are logged in."),
    words("code_logged_out", "Anda sudah keluar.", "You are logged out."),
    words("code_break", "Istirahat Anda dimulai.", "Your break has begun."),
    words(
        "code_break_later",
        "Istirahat Anda dimulai setelah panggilan ini.",
        "Your break begins after this call.",
    ),
    words("code_done", "Pekerjaan setelah panggilan selesai.", "Your wrap-up is done."),
    words("code_vain", "Tidak ada yang berubah.", "Nothing has changed."),
    words("code_wrong", "Maaf, kode itu tidak dikenal.", "Sorry, that code is not known."),
    words("caller_left", "Penelepon sudah menutup telepon.", "The caller has hung up."),
    words(
        "apology",
        "Maaf, kami belum dapat membantu Anda saat ini. Silakan telepon kembali.",
        "Sorry, we cannot help you right now. Please call again.",
    ),
    words(
        "fault",
        "Maaf, terjadi gangguan di pihak kami. Silakan telepon kembali sebentar lagi.",
        "Sorry, something went wrong on our side. Please call again in a moment.",
    ),
    words(
        "goodbye",
        "Terima kasih telah menelepon. Sampai jumpa.",
        "Thank you for calling. Goodbye.",
    ),
    words("did_you_mean", "Apakah maksud Anda:", "Did you mean:"),
    words(
        "yes_or_no",
        "Jika ya, tekan 1. Jika tidak, tekan 2.",
        "For yes, press 1. For no, press 2.",
    ),
    words("read_back", "Anda memasukkan:", "You entered:"),
    words(
        "read_back_ask",
        "Jika benar, tekan 1. Untuk mengulang, tekan 2.",
        "If that is right, press 1. To enter it again, press 2.",
    ),
    words("cleared", "Masukan dihapus.", "Cleared."),
    words("digit_0", "nol", "zero"),
    words("digit_1", "satu", "one"),
    words("digit_2", "dua", "two"),
    words("digit_3", "tiga", "three"),
    words("digit_4", "empat", "four"),
    words("digit_5", "lima", "five"),
    words("digit_6", "enam", "six"),
    words("digit_7", "tujuh", "seven"),
    words("digit_8", "delapan", "eight"),
    words("digit_9", "sembilan", "nine"),
];

/// The languages of the built-in words; every other language hears the last one.
pub const BUILT_IN_LANGUAGES: [&str; 2] = ["id", "en"];

impl BuiltInWords {
    /// What is played to a caller of `language`; English where the words do not exist in it.
    #[must_use]
    pub fn item(&self, language: &Language) -> Item {
        let base = language.as_str().split('-').next().unwrap_or_default();
        let (tag, text) = if base == "id" { ("id", self.id) } else { ("en", self.en) };
        Item {
            prompt: PromptId::new(format!("std/{}", self.name)),
            language: Language::from(tag),
            sound: Some(SoundId::new(format!("{tag}/std/{}.wav", self.name))),
            text: text.into(),
        }
    }
}

/// The built-in words as prompts of a flow of these languages.
pub(super) fn prompts(languages: &[Language]) -> BTreeMap<&'static str, Arc<Prompt>> {
    let prompt = |words: &BuiltInWords| {
        let pieces = |l: &Language| (l.clone(), vec![Piece::Words(words.item(l))]);
        let pieces = languages.iter().map(pieces).collect();
        let id = PromptId::new(format!("std/{}", words.name));
        Arc::new(Prompt { id, bargein: None, play: None, pieces })
    };
    BUILT_IN.iter().map(|words| (words.name, prompt(words))).collect()
}

/// The words that mean yes and no at a `confirm`, for a language by its base tag; none are known for others.
pub(super) fn yes_no(language: &Language) -> (&'static [&'static str], &'static [&'static str]) {
    match language.as_str().split('-').next() {
        Some("id") => (&["ya", "iya", "betul", "benar"], &["tidak", "bukan", "nggak", "enggak"]),
        Some("en") => (&["yes", "yeah", "yep", "correct"], &["no", "nope"]),
        _ => (&[], &[]),
    }
}

/// Which of two keys a caller of `language` means by what they say where 1 is yes and 2 is no: `1`, `2`, or `None`.
#[must_use]
pub fn yes_or_no_key(language: &Language, spoken: &str) -> Option<char> {
    let words = text::words(spoken);
    let (yes, no) = yes_no(language);
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match (says(yes), says(no), text::spoken_keys(&words).as_deref()) {
        (true, false, _) | (false, false, Some("1")) => Some('1'),
        (false, true, _) | (false, false, Some("2")) => Some('2'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_hears_something_and_names_are_unique() {
        let languages = [Language::from("id"), Language::from("en-GB"), Language::from("fr")];
        let prompts = prompts(&languages);
        assert_eq!(prompts.len(), BUILT_IN.len());
        let [Piece::Words(item)] = &prompts["goodbye"].pieces[&languages[2]][..] else {
            panic!("one piece");
        };
        assert_eq!(item.language, Language::from("en"));
        assert_eq!(item.sound, Some(SoundId::from("en/std/goodbye.wav")));
    }

    #[test]
    fn yes_and_no_are_keys_said_aloud() {
        let rows = [
            ("id", "Ya, betul", Some('1')),
            ("id", "tekan dua", Some('2')),
            ("id", "tidak", Some('2')),
            ("id", "ya tidak", None),
            ("en", "yes please", Some('1')),
            ("en", "press one", Some('1')),
            ("en", "three", None),
            ("en", "", None),
        ];
        for (language, spoken, key) in rows {
            assert_eq!(yes_or_no_key(&Language::from(language), spoken), key, "{spoken}");
        }
    }
}
