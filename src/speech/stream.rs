//! WAV files that were written into a pipe: their writer could not go back and fill in the lengths.

/// Sets the lengths in a WAV file's head to what is really there. Bytes that are no WAV file stay as they are.
pub(super) fn mend_lengths(wav: &mut [u8]) {
    if wav.get(..4) != Some(b"RIFF") || wav.get(8..12) != Some(b"WAVE") {
        return;
    }
    set_length(wav, 4);
    let mut chunk = 12;
    while let Some(&[a, b, c, d]) = wav.get(chunk + 4..chunk + 8) {
        if wav.get(chunk..chunk + 4) == Some(b"data") {
            set_length(wav, chunk + 4);
            return;
        }
        // Chunks are padded to an even length.
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        chunk = chunk.saturating_add(8).saturating_add(length.next_multiple_of(2));
    }
}

/// Writes how many bytes follow the four at `place` into those four, if more were promised.
fn set_length(wav: &mut [u8], place: usize) {
    let rest = u32::try_from(wav.len().saturating_sub(place + 4)).unwrap_or(u32::MAX);
    if let Some(length) = wav.get_mut(place..place + 4)
        && let Ok(promised) = <[u8; 4]>::try_from(&*length)
        && u32::from_le_bytes(promised) > rest
    {
        length.copy_from_slice(&rest.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::Recording;

    #[test]
    fn promised_lengths_become_true_ones() {
        let recording = Recording::from_samples(8_000, &[1, 2, 3, 4]);
        let whole = recording.to_wav();
        let mut streamed = whole.clone();
        streamed[4..8].copy_from_slice(&[0x24, 0xf0, 0xff, 0x7f]);
        streamed[40..44].copy_from_slice(&[0, 0xf0, 0xff, 0x7f]);
        assert!(Recording::from_wav(&streamed).is_err(), "as the program wrote it");
        mend_lengths(&mut streamed);
        assert_eq!(streamed, whole);
        mend_lengths(&mut streamed);
        assert_eq!(streamed, whole, "true lengths stay");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut bytes in proptest::collection::vec(any::<u8>(), 0..80), wav in any::<bool>()) {
            if wav && bytes.len() >= 12 {
                bytes[..4].copy_from_slice(b"RIFF");
                bytes[8..12].copy_from_slice(b"WAVE");
            }
            let length = bytes.len();
            mend_lengths(&mut bytes);
            prop_assert_eq!(bytes.len(), length);
        }
    }
}
