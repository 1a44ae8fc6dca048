//! The built-in words as sound, embedded in the program: they are heard even where every file is missing.
//!
//! `sambung prompts build --built-in` renders the files; `flow` has their words.

/// Embeds each name in both languages.
macro_rules! embedded {
    ($($name:literal)*) => {
        &[$(
            (
                concat!("en/std/", $name, ".wav"),
                include_bytes!(concat!("../../audio/en/std/", $name, ".wav")),
            ),
            (
                concat!("id/std/", $name, ".wav"),
                include_bytes!(concat!("../../audio/id/std/", $name, ".wav")),
            ),
        )*]
    };
}

/// The embedded sounds: each one's name (a [`SoundId`](crate::call::SoundId)) and the bytes of its WAV file.
#[must_use]
pub const fn std_sounds() -> &'static [(&'static str, &'static [u8])] {
    embedded! {
        "apology" "caller_left" "cleared" "connecting" "did_you_mean" "digit_0" "digit_1" "digit_2"
        "digit_3" "digit_4" "digit_5" "digit_6" "digit_7" "digit_8" "digit_9" "fault" "goodbye"
        "nearly_over" "no_input" "no_match" "offer_person" "one_moment" "read_back" "read_back_ask" "yes_or_no"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Recording, SAMPLE_RATE};

    #[test]
    fn every_embedded_sound_is_a_prompt_at_telephone_level() {
        assert_eq!(std_sounds().len() % 2, 0, "every name in both languages");
        for (name, wav) in std_sounds() {
            let sound = Recording::from_wav(wav).expect(name);
            assert_eq!(sound.rate, SAMPLE_RATE, "{name}");
            assert!((200..8_000).contains(&sound.duration().as_millis()), "{name}");
            let level = sound.level();
            assert!((-22.0..=-18.0).contains(&level.active_dbfs), "{name}: {level:?}");
            assert!(level.peak_dbfs <= -3.0, "{name}: {level:?}");
        }
    }
}
