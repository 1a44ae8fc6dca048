//! Keys in the audio of a leg: heard where the far side can send them in no other way.

use super::mouth::position;
use crate::call::Symbol;
use crate::media::{EchoCanceller, HEARD_SAMPLES, HeardFrame, Said, ToneDetector, Tones};
use crate::time::{Duration, Instant};

/// The time of one sample.
const SAMPLE: Duration = Duration::from_micros(125);

/// What listens for keys on a leg.
#[derive(Debug, Default)]
pub(super) struct ToneEar {
    /// Made when it begins to listen, let go of when it need not any more.
    detector: Option<Box<ToneDetector>>,
    /// What takes our own sound out; made with the detector.
    canceller: Option<Box<EchoCanceller>>,
    /// Samples heard since then.
    heard: u64,
    /// Whether keys come by another way.
    refused: bool,
    /// Whether a key was heard.
    has_key: bool,
}

/// A key that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeardKey {
    pub(super) symbol: Symbol,
    /// When it began.
    pub(super) pressed_at: Instant,
}

impl ToneEar {
    /// Whether it is to listen at all.
    pub(super) const fn is_wanted(&self) -> bool {
        !self.refused
    }

    /// Whether a key has come this way, so that none counts that comes by another.
    pub(super) const fn has_key(&self) -> bool {
        self.has_key
    }

    /// Keys come by another way: tones of theirs are the same keys once more.
    pub(super) fn refuse(&mut self) {
        self.refused = true;
        self.rest();
    }

    /// What was agreed is agreed anew, and with it how keys come.
    pub(super) fn decide_anew(&mut self) {
        self.refused = false;
        self.has_key = false;
    }

    /// Stops listening.
    pub(super) fn rest(&mut self) {
        self.detector = None;
        self.canceller = None;
        self.heard = 0;
    }

    /// Hears the next 10 ms, less what comes back in it of `said`. Returns the key that is known from then on.
    pub(super) fn hear(&mut self, frame: &HeardFrame, said: Option<&Said>) -> Option<HeardKey> {
        let detector = self.detector.get_or_insert_default();
        let mut samples = frame.samples;
        if let Some(said) = said {
            let busy = frame.made_up || detector.suspects();
            let canceller = self.canceller.get_or_insert_default();
            canceller.cancel(said, position(frame.at), &mut samples, busy);
        }
        self.heard += HEARD_SAMPLES as u64;
        let heard = self.heard;
        let mut key = None;
        detector.hear(&samples, frame.made_up, |tones| match tones {
            Tones::Pressed { symbol, onset } => {
                let held = heard.saturating_sub(onset);
                let end = frame.at + SAMPLE.times(HEARD_SAMPLES as u64);
                key = Some(HeardKey { symbol, pressed_at: end.before(SAMPLE.times(held)) });
            }
            Tones::Released { .. } => {}
        });
        self.has_key |= key.is_some();
        key
    }

    /// For how many samples the key has been held that is held now.
    pub(super) fn held(&self) -> Option<u64> {
        let (_, onset) = self.detector.as_ref()?.held()?;
        Some(self.heard.saturating_sub(onset))
    }
}
