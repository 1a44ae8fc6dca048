//! The built-in sounds, embedded in the program: they are heard even where every file is missing.
//!
//! `sambung prompts build --built-in` renders the files. Of the built-in words `flow` has the text, of the clips from
//! which numbers, dates and money are read aloud `reading`.

/// Embeds the sounds of a folder by their names.
macro_rules! embedded {
    ($folder:literal: $($name:literal)*) => {
        &[$(
            (
                concat!($folder, "/", $name, ".wav"),
                include_bytes!(concat!("../../audio/", $folder, "/", $name, ".wav")),
            ),
        )*]
    };
}

/// The sounds of one folder.
type Folder = &'static [(&'static str, &'static [u8])];

const STD_EN: Folder = embedded! { "en/std":
    "accept_call" "apology" "callback_declined" "callback_dialling" "callback_for" "callback_hello"
    "callback_later" "callback_machine" "callback_unreached" "callback_wait" "caller_left" "cleared" "code_break" "code_break_later" "code_done"
    "code_logged_in" "code_logged_out" "code_ready" "code_vain" "code_wrong" "connecting" "csat_ask" "csat_thanks"
    "did_you_mean" "digit_0" "digit_1" "digit_2" "digit_3" "digit_4"
    "digit_5" "digit_6" "digit_7" "digit_8" "digit_9" "fault" "goodbye" "hold_reminder" "nearly_over" "next_in_line"
    "no_input" "no_match" "not_kept" "offer_person" "one_moment" "place_2" "place_3" "place_4"
    "place_5" "place_more" "read_back" "read_back_ask" "still_checking" "still_waiting" "wait_10_to_15"
    "wait_15_to_20" "wait_1_to_3" "wait_3_to_5" "wait_5_to_10" "wait_over_20" "wait_under_1" "yes_or_no"
};

const STD_ID: Folder = embedded! { "id/std":
    "accept_call" "apology" "callback_declined" "callback_dialling" "callback_for" "callback_hello"
    "callback_later" "callback_machine" "callback_unreached" "callback_wait" "caller_left" "cleared" "code_break" "code_break_later" "code_done"
    "code_logged_in" "code_logged_out" "code_ready" "code_vain" "code_wrong" "connecting" "csat_ask" "csat_thanks"
    "did_you_mean" "digit_0" "digit_1" "digit_2" "digit_3" "digit_4"
    "digit_5" "digit_6" "digit_7" "digit_8" "digit_9" "fault" "goodbye" "hold_reminder" "nearly_over" "next_in_line"
    "no_input" "no_match" "not_kept" "offer_person" "one_moment" "place_2" "place_3" "place_4"
    "place_5" "place_more" "read_back" "read_back_ask" "still_checking" "still_waiting" "wait_10_to_15"
    "wait_15_to_20" "wait_1_to_3" "wait_3_to_5" "wait_5_to_10" "wait_over_20" "wait_under_1" "yes_or_no"
};

const WORDS_EN: Folder = embedded! { "en/words":
    "am" "and" "april" "at" "at_night" "august" "australian_dollar" "australian_dollars" "billion"
    "billionth" "cent" "cents" "day" "days" "december" "dollar" "dollars" "double" "eight" "eighteen"
    "eighteenth" "eighth" "eightieth" "eighty" "eleven" "eleventh" "euro" "euros" "february" "fifteen"
    "fifteenth" "fifth" "fiftieth" "fifty" "first" "five" "fortieth" "forty" "four" "fourteen" "fourteenth"
    "fourth" "friday" "hash" "hour" "hours" "hundred" "hundredth" "in_the_afternoon" "in_the_evening"
    "in_the_morning" "january" "july" "june" "letter_a" "letter_b" "letter_c" "letter_d" "letter_e"
    "letter_f" "letter_g" "letter_h" "letter_i" "letter_j" "letter_k" "letter_l" "letter_m" "letter_n"
    "letter_o" "letter_p" "letter_q" "letter_r" "letter_s" "letter_t" "letter_u" "letter_v" "letter_w"
    "letter_x" "letter_y" "letter_z" "letter_zee" "march" "may" "midnight" "million" "millionth" "minus"
    "minute" "minutes" "monday" "nine" "nineteen" "nineteenth" "ninetieth" "ninety" "ninth" "noon"
    "november" "october" "of" "oh" "on" "one" "pause" "pence" "penny" "plus" "pm" "point" "pound" "pounds"
    "ringgit" "rupiah" "saturday" "second" "seconds" "sen" "september" "seven" "seventeen" "seventeenth"
    "seventh" "seventieth" "seventy" "singapore_dollar" "singapore_dollars" "six" "sixteen" "sixteenth"
    "sixth" "sixtieth" "sixty" "star" "sunday" "ten" "tenth" "the" "third" "thirteen" "thirteenth"
    "thirtieth" "thirty" "thousand" "thousandth" "three" "thursday" "today" "tomorrow" "trillion"
    "trillionth" "tuesday" "twelfth" "twelve" "twentieth" "twenty" "two" "wednesday" "yen" "yesterday"
    "zero"
};

const WORDS_ID: Folder = embedded! { "id/words":
    "agustus" "april" "belas" "besok" "bintang" "delapan" "delapan_belas" "delapan_puluh" "delapan_ratus"
    "desember" "detik" "dini_hari" "dolar_amerika" "dolar_australia" "dolar_singapura" "dua" "dua_belas"
    "dua_puluh" "dua_ratus" "empat" "empat_belas" "empat_puluh" "empat_ratus" "enam" "enam_belas"
    "enam_puluh" "enam_ratus" "euro" "februari" "hari" "hari_ini" "jam" "januari" "juli" "jumat" "juni"
    "juta" "kamis" "kedelapan" "kedua" "keempat" "keenam" "kelima" "kemarin" "kesatu" "kesebelas"
    "kesembilan" "kesepuluh" "keseratus" "keseribu" "ketiga" "ketujuh" "koma" "kosong" "letter_a" "letter_b"
    "letter_c" "letter_d" "letter_e" "letter_f" "letter_g" "letter_h" "letter_i" "letter_j" "letter_k"
    "letter_l" "letter_m" "letter_n" "letter_o" "letter_p" "letter_q" "letter_r" "letter_s" "letter_t"
    "letter_u" "letter_v" "letter_w" "letter_x" "letter_y" "letter_z" "lewat" "lima" "lima_belas"
    "lima_puluh" "lima_ratus" "malam" "maret" "mei" "menit" "miliar" "minggu" "minus" "nol" "november"
    "oktober" "pagar" "pagi" "pause" "penny" "pertama" "petang" "plus" "pound_sterling" "pukul" "puluh"
    "rabu" "ratus" "ribu" "ringgit" "rupiah" "sabtu" "satu" "sebelas" "selasa" "sembilan" "sembilan_belas"
    "sembilan_puluh" "sembilan_ratus" "sen" "senin" "september" "sepuluh" "seratus" "seribu" "siang" "sore"
    "tanggal" "tiga" "tiga_belas" "tiga_puluh" "tiga_ratus" "triliun" "tujuh" "tujuh_belas" "tujuh_puluh"
    "tujuh_ratus" "yen"
};

/// The embedded sounds: each one's name (a [`SoundId`](crate::call::SoundId)) and the bytes of its WAV file.
pub fn built_in_sounds() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    [STD_EN, STD_ID, WORDS_EN, WORDS_ID].into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Recording, SAMPLE_RATE};

    #[test]
    fn every_embedded_sound_is_at_telephone_level() {
        for (name, wav) in built_in_sounds() {
            let sound = Recording::from_wav(wav).expect(name);
            assert_eq!(sound.rate, SAMPLE_RATE, "{name}");
            assert!((100..12_000).contains(&sound.duration().as_millis()), "{name}");
            let level = sound.level();
            if name.ends_with("words/pause.wav") {
                assert!(sound.samples.iter().all(|sample| *sample == 0.0), "{name}");
                continue;
            }
            assert!((-22.0..=-18.0).contains(&level.active_dbfs), "{name}: {level:?}");
            assert!(level.peak_dbfs <= -3.0, "{name}: {level:?}");
        }
    }
}
