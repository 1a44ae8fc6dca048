//! Keys that were heard, held against those that were sent.

use sambung::media::{EchoCanceller, HEARD_SAMPLES, Said, ToneDetector, Tones};

use crate::chance::Chance;
use crate::recipe::{RATE, Strip};

/// So many samples after its reported beginning a key sounds for certain: 15 ms.
const SURE: u64 = 120;

/// A key that the detector heard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) key: char,
    /// Where it says that the key began, and where it was when it said so.
    pub(crate) onset: u64,
    pub(crate) told: u64,
    /// How long it lasted; 0 = never released.
    pub(crate) lasted: u64,
}

/// What became of keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    /// Keys that were sent; those taken once, as another key, more than once.
    pub(crate) sent: usize,
    pub(crate) taken: usize,
    pub(crate) wrong: usize,
    pub(crate) doubled: usize,
    /// Keys that were heard where none was.
    pub(crate) invented: usize,
    /// From the beginning of a key to its report, in milliseconds.
    pub(crate) delays: Vec<f64>,
    /// How far the reported beginnings and lengths are off, in milliseconds.
    pub(crate) onsets: Vec<f64>,
    pub(crate) lengths: Vec<f64>,
}

/// What a detector hears in a strip of which our own voice is taken out, 10 ms at a time.
pub(crate) fn hear_beneath(strip: &Strip) -> Vec<Heard> {
    let (mut detector, mut heard) = (ToneDetector::default(), Vec::new());
    let (mut said, mut canceller) = (Said::default(), EchoCanceller::default());
    let ours = strip.said.chunks(HEARD_SAMPLES);
    for (n, (frame, ours)) in strip.samples.as_chunks().0.iter().zip(ours).enumerate() {
        let (at, mut frame) = ((n * HEARD_SAMPLES) as u64, *frame);
        said.add(at, ours.iter().copied());
        canceller.cancel(&said, at, &mut frame, detector.suspects());
        detector.hear(&frame, false, |tones| note(tones, at + HEARD_SAMPLES as u64, &mut heard));
    }
    heard
}

/// Takes note of what a detector says at the sample `told`.
fn note(tones: Tones, told: u64, heard: &mut Vec<Heard>) {
    match tones {
        Tones::Pressed { symbol, onset } => {
            heard.push(Heard { key: symbol.as_char(), onset, told, lasted: 0 });
        }
        Tones::Released { duration, .. } => {
            if let Some(last) = heard.last_mut() {
                last.lasted = duration;
            }
        }
    }
}

/// What a detector hears in a strip that comes in pieces of any size.
pub(crate) fn hear(strip: &Strip, chance: &mut Chance) -> Vec<Heard> {
    if !strip.said.is_empty() {
        return hear_beneath(strip);
    }
    let mut detector = ToneDetector::default();
    let mut heard: Vec<Heard> = Vec::new();
    let mut lost = strip.lost.iter().peekable();
    let mut at = 0;
    while at < strip.samples.len() {
        while lost.next_if(|lost| lost.end <= at).is_some() {}
        let (end, made_up) = match lost.peek() {
            Some(lost) if lost.start <= at => (lost.end, true),
            Some(lost) => (lost.start, false),
            None => (strip.samples.len(), false),
        };
        let end = end.min(at + 1 + chance.below(160)).min(strip.samples.len());
        let samples = &strip.samples[at..end];
        detector.hear(samples, made_up, |tones| note(tones, end as u64, &mut heard));
        at = end;
    }
    heard
}

impl Score {
    /// What part of the keys was taken, in per cent.
    pub(crate) fn percent(&self) -> f64 {
        100.0 * self.taken as f64 / self.sent.max(1) as f64
    }

    /// Adds another one.
    pub(crate) fn join(&mut self, other: &Self) {
        self.sent += other.sent;
        self.taken += other.taken;
        self.wrong += other.wrong;
        self.doubled += other.doubled;
        self.invented += other.invented;
        self.delays.extend(&other.delays);
        self.onsets.extend(&other.onsets);
        self.lengths.extend(&other.lengths);
    }

    /// Holds what was heard against what was sent. A key counts for the one during which most of it sounds.
    pub(crate) fn add(&mut self, strip: &Strip, heard: &[Heard]) {
        let mut used = vec![false; heard.len()];
        for key in &strip.keys {
            let reach = key.from.saturating_sub(40) as u64..key.to as u64;
            let mut here = Vec::new();
            for (heard, used) in heard.iter().zip(&mut used) {
                if !*used && reach.contains(&(heard.onset + SURE)) {
                    *used = true;
                    here.push(heard);
                }
            }
            if key.spoilt {
                continue;
            }
            self.sent += 1;
            self.wrong += here.iter().filter(|heard| heard.key != key.key).count();
            let right: Vec<_> = here.iter().filter(|heard| heard.key == key.key).collect();
            self.doubled += right.len().saturating_sub(1);
            if let Some(first) = right.first() {
                self.taken += 1;
                let milliseconds = |samples: f64| samples * 1_000.0 / RATE;
                self.delays.push(milliseconds(first.told as f64 - key.from as f64));
                self.onsets.push(milliseconds(first.onset as f64 - key.from as f64));
                let length = (key.to - key.from) as f64;
                self.lengths.push(milliseconds(first.lasted as f64 - length));
            }
        }
        self.invented += used.iter().filter(|used| !**used).count();
    }
}

/// What lies in the middle, or at another place, of figures.
pub(crate) fn quantile(figures: &[f64], part: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
