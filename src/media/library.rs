//! All sounds of the node, encoded once per codec and shared by all calls.
//!
//! A sound is kept as the very bytes that go into packets: a frame of it is a slice. Those of a project are built in both
//! laws when the program starts or its prompts are read anew, and a call only looks up; those of the program itself, of
//! which a project uses few, when they are first looked up. In G.722 and Opus a sound is built once somebody needs it,
//! from what a µ-law call hears: most are never wanted so, and Opus takes its time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use super::codec::{Codec, FRAME, Law, SAMPLE_RATE};
use super::recording::{Recording, span};
use super::tone::{double_tone, waiting_tone};
use super::voice::Encoder;
use super::wav::WavError;
use crate::call::SoundId;
use crate::time::Duration;

/// Samples under this are not heard on a telephone: about −48 dBFS.
const AUDIBLE: u16 = 130;

/// A sound in a codec that few calls have.
#[derive(Default)]
struct Rare {
    bytes: OnceLock<Arc<[u8]>>,
    /// Whether somebody was asked to encode it.
    asked: AtomicBool,
}

/// One sound, ready to send.
pub struct Sound {
    pcmu: Arc<[u8]>,
    pcma: Arc<[u8]>,
    g722: Rare,
    opus: Rare,
    /// Without the silence that fills the last frame.
    samples: usize,
    /// Up to and with the last sample that is heard.
    audible: usize,
}

impl Sound {
    /// Encodes a recording. At 8 kHz it is encoded sample for sample; at any other rate it is resampled and, if it is
    /// too loud or too quiet for a telephone, brought to level.
    #[must_use]
    pub fn new(recording: &Recording) -> Self {
        if recording.rate == SAMPLE_RATE {
            return Self::of_telephone(recording);
        }
        Self::of_telephone(&recording.resampled(SAMPLE_RATE).normalised())
    }

    fn of_telephone(recording: &Recording) -> Self {
        let samples: Vec<i16> = recording.to_samples().collect();
        let audible = samples.iter().rposition(|s| s.unsigned_abs() >= AUDIBLE);
        Self {
            pcmu: frames(Law::Mu, &samples),
            pcma: frames(Law::A, &samples),
            g722: Rare::default(),
            opus: Rare::default(),
            audible: audible.map_or(0, |last| last + 1),
            samples: samples.len(),
        }
    }

    /// The bytes of the whole sound under a law, its end filled with silence to a whole number of frames.
    #[must_use]
    pub const fn law(&self, law: Law) -> &Arc<[u8]> {
        match law {
            Law::Mu => &self.pcmu,
            Law::A => &self.pcma,
        }
    }

    /// The bytes of the whole sound in `codec`, [`Codec::frame_bytes`] for each frame; `None` = it was not encoded yet.
    #[must_use]
    pub fn bytes(&self, codec: Codec) -> Option<&Arc<[u8]>> {
        match codec {
            Codec::Pcmu => Some(&self.pcmu),
            Codec::Pcma => Some(&self.pcma),
            Codec::G722 => self.g722.bytes.get(),
            Codec::Opus => self.opus.bytes.get(),
        }
    }

    /// Whether whoever asks is the first who should have it encoded in `codec`.
    pub fn ask(&self, codec: Codec) -> bool {
        self.rare(codec).is_some_and(|rare| !rare.asked.swap(true, Ordering::Relaxed))
    }

    /// Encodes it in `codec`, unless it is already: takes about a hundredth of its length for Opus.
    pub fn encode_in(&self, codec: Codec) {
        let Some(rare) = self.rare(codec) else { return };
        rare.bytes.get_or_init(|| {
            let mut encoder = Encoder::new(codec);
            let mut bytes = Vec::with_capacity(self.pcmu.len() / FRAME * codec.frame_bytes());
            let mut payload = [0; FRAME];
            for frame in self.pcmu.as_chunks::<FRAME>().0 {
                let samples = frame.map(|byte| Law::Mu.decode(byte));
                encoder.encode(&samples, &mut payload);
                bytes.extend_from_slice(&payload[..codec.frame_bytes()]);
            }
            bytes.into()
        });
    }

    const fn rare(&self, codec: Codec) -> Option<&Rare> {
        match codec {
            Codec::Pcmu | Codec::Pcma => None,
            Codec::G722 => Some(&self.g722),
            Codec::Opus => Some(&self.opus),
        }
    }

    /// How many samples it has, the filling left out.
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.samples
    }

    /// How many samples it has up to and with the last one that is heard; 0 for silence.
    #[must_use]
    pub const fn audible(&self) -> usize {
        self.audible
    }

    /// How long it plays.
    #[must_use]
    pub fn duration(&self) -> Duration {
        span(self.samples, SAMPLE_RATE)
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sound({})", self.duration())
    }
}

/// Encodes samples and fills the last frame with silence.
fn frames(law: Law, samples: &[i16]) -> Arc<[u8]> {
    let length = samples.len().next_multiple_of(FRAME);
    let filling = std::iter::repeat_n(law.silence(), length - samples.len());
    samples.iter().map(|&sample| law.encode(sample)).chain(filling).collect()
}

/// A sound that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{sound}: {source}")]
pub struct UnreadableSound {
    /// Which one.
    pub sound: SoundId,
    /// What is wrong with it.
    #[source]
    pub source: WavError,
}

/// A sound, or how it is made once it is looked up.
type Kept = LazyLock<Arc<Sound>, Box<dyn FnOnce() -> Arc<Sound> + Send>>;

/// Every sound by its name.
#[derive(Debug)]
pub struct Library {
    sounds: BTreeMap<SoundId, Kept>,
    missing: Arc<Sound>,
    missing_music: Arc<Sound>,
}

impl Default for Library {
    fn default() -> Self {
        Self {
            sounds: BTreeMap::new(),
            missing: Arc::new(Sound::new(&double_tone())),
            missing_music: Arc::new(Sound::new(&waiting_tone())),
        }
    }
}

impl Library {
    /// An empty library: every prompt is the double tone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the sound of a WAV file; the later of two of one name stays.
    ///
    /// # Errors
    ///
    /// The bytes are not a sound WAV file; the library is as before.
    pub fn add_wav(&mut self, sound: SoundId, wav: &[u8]) -> Result<(), UnreadableSound> {
        match Recording::from_wav(wav) {
            Ok(recording) => {
                self.add(sound, &recording);
                Ok(())
            }
            Err(source) => Err(UnreadableSound { sound, source }),
        }
    }

    /// Adds a recording; the later of two of one name stays.
    pub fn add(&mut self, sound: SoundId, recording: &Recording) {
        let ready = Arc::new(Sound::new(recording));
        self.sounds.insert(sound, Kept::new(Box::new(move || ready)));
    }

    /// Adds a sound that is made when it is first looked up; the later of two of one name stays. Whoever looks it up
    /// waits for it, 10 ms for a minute of sound.
    pub fn add_later(&mut self, sound: SoundId, make: impl FnOnce() -> Recording + Send + 'static) {
        self.sounds.insert(sound, Kept::new(Box::new(|| Arc::new(Sound::new(&make())))));
    }

    /// Adds a sound of the program itself, the bytes of a WAV file, that is made ready when it is first looked up; the
    /// later of two of one name stays.
    pub fn add_built_in(&mut self, sound: SoundId, wav: &'static [u8]) {
        self.add_later(sound, move || Recording::from_wav(wav).unwrap_or_else(|_| double_tone()));
    }

    /// The sound of that name, if there is one.
    #[must_use]
    pub fn sound(&self, sound: &SoundId) -> Option<&Arc<Sound>> {
        self.sounds.get(sound).map(|kept| &**kept)
    }

    /// What a prompt sounds like: its sound, else a short double tone, so that there is never dead air.
    #[must_use]
    pub fn prompt(&self, sound: Option<&SoundId>) -> Arc<Sound> {
        Arc::clone(sound.and_then(|sound| self.sound(sound)).unwrap_or(&self.missing))
    }

    /// What music sounds like: its sound, else the double tone every four seconds.
    #[must_use]
    pub fn music(&self, sound: &SoundId) -> Arc<Sound> {
        Arc::clone(self.sound(sound).unwrap_or(&self.missing_music))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> SoundId {
        SoundId::new(name)
    }

    #[test]
    fn a_telephone_recording_is_encoded_sample_for_sample() {
        let samples: Vec<i16> = (0..400).map(|n| n * 81 - 16_000).collect();
        let wav = Recording::from_samples(8_000, &samples).to_wav();
        let mut library = Library::new();
        library.add_wav(id("id/a.wav"), &wav).expect("our own file");
        let sound = library.prompt(Some(&id("id/a.wav")));
        assert_eq!((sound.samples(), sound.duration()), (400, Duration::from_millis(50)));
        for law in [Law::Mu, Law::A] {
            let bytes = sound.law(law);
            assert_eq!(bytes.len(), 480, "three whole frames");
            assert!(samples.iter().zip(&bytes[..400]).all(|(&s, &byte)| law.encode(s) == byte));
            assert!(bytes[400..].iter().all(|&byte| byte == law.silence()));
        }
    }

    #[test]
    fn rare_codecs_are_encoded_when_somebody_asks() {
        let sound = Sound::new(&double_tone());
        assert!(!sound.ask(Codec::Pcma), "the laws are always there");
        for codec in [Codec::G722, Codec::Opus] {
            assert!(sound.bytes(codec).is_none());
            assert!(sound.ask(codec) && !sound.ask(codec), "once");
            sound.encode_in(codec);
            let frames = sound.law(Law::Mu).len() / FRAME;
            let bytes = sound.bytes(codec).expect("encoded");
            assert_eq!(bytes.len(), frames * codec.frame_bytes(), "{codec:?}");
        }
    }

    #[test]
    fn the_last_audible_sample_is_known() {
        for (samples, audible) in
            [(vec![0; 10], 0), (vec![0, 3_000, 0, 0], 2), (vec![0, 129, -3_000], 3)]
        {
            assert_eq!(Sound::new(&Recording::from_samples(8_000, &samples)).audible(), audible);
        }
    }

    #[test]
    fn other_rates_come_to_eight_kilohertz() {
        let sound = Sound::new(&Recording { rate: 44_100, samples: vec![0.1; 44_100] });
        assert_eq!(sound.samples(), 8_000);
    }

    #[test]
    fn what_is_built_in_is_made_when_it_is_looked_up() {
        let (name, wav) = super::super::built_in_sounds().next().expect("there are some");
        let mut library = Library::new();
        library.add_built_in(id(name), wav);
        let unmade = format!("{library:?}");
        assert!(unmade.contains("<uninit>"), "{unmade}");
        let heard = library.sound(&id(name)).expect("it is there");
        let whole = Sound::new(&Recording::from_wav(wav).expect("our own file"));
        assert_eq!((heard.samples(), heard.audible()), (whole.samples(), whole.audible()));
        assert_eq!(heard.law(Law::A), whole.law(Law::A));
        assert!(Arc::ptr_eq(heard, &library.prompt(Some(&id(name)))), "made once");
    }

    #[test]
    fn what_is_missing_is_a_tone_and_never_nothing() {
        let mut library = Library::new();
        let error = library.add_wav(id("id/a.wav"), b"junk").expect_err("junk");
        assert_eq!(error.to_string(), "id/a.wav: it is no WAV file: no RIFF tag found");
        assert!(library.sound(&id("id/a.wav")).is_none());
        for sound in [library.prompt(None), library.prompt(Some(&id("x"))), library.music(&id("x"))]
        {
            assert!(sound.audible() > 0);
        }
    }
}
