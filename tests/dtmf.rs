//! The in-band key detector on a corpus of its own making: every limit of ITU-T Q.24 and common bad lines, what is no key,
//! and voices and music without any.
//!
//! The corpus is short here; `SAMBUNG_DTMF_STRIPS=100` makes it long (hours of sound; use a release build). Each run
//! prints what became of every condition.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sound is made in floating point and cut to samples"
)]

use sambung::media::ToneDetector;

use chance::Chance;
use recipe::Demand;
use score::{Score, quantile};

#[path = "dtmf/chance.rs"]
mod chance;
#[path = "dtmf/corpus.rs"]
mod corpus;
#[path = "dtmf/recipe.rs"]
mod recipe;
#[path = "dtmf/score.rs"]
mod score;
#[path = "dtmf/voice.rs"]
mod voice;

/// Keys in a strip, which is one line and one telephone.
const KEYS: usize = 24;

/// How many strips are made by each recipe.
fn strips() -> usize {
    std::env::var("SAMBUNG_DTMF_STRIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(2)
}

/// A row of the table: one condition.
#[expect(clippy::print_stdout, reason = "figures of a test are printed")]
fn tell_row(name: &str, score: &Score) {
    println!(
        "{name:<32}{:>5}{:>9.2}{:>7}{:>7}{:>9}{:>14.1}{:>5.1}",
        score.sent,
        score.percent(),
        score.wrong,
        score.doubled,
        score.invented,
        quantile(&score.delays, 0.5),
        quantile(&score.delays, 0.99),
    );
}

/// The figures of all conditions: keys that must be taken, tones that must not, keys beneath our own prompt.
#[expect(clippy::print_stdout, reason = "figures of a test are printed")]
fn tell(taken: &Score, refused: &Score, own: &Score) {
    println!(
        "taken {:.3} % of {}, {} wrong, {} doubled, {} invented, {:.1} ms; refused tones taken {:.3} % of {}",
        taken.percent(),
        taken.sent,
        taken.wrong,
        taken.doubled,
        taken.invented,
        quantile(&taken.delays, 0.5),
        refused.percent(),
        refused.sent,
    );
    println!(
        "MEASURED: keys in audio that must be taken ({}) | {:.3} %, {} wrong, {} doubled | 99.8 %, 0, 0",
        taken.sent,
        taken.percent(),
        taken.wrong,
        taken.doubled,
    );
    println!(
        "MEASURED: tones that must be refused ({}) | {:.3} % taken | at most 1 %",
        refused.sent,
        refused.percent(),
    );
    println!(
        "MEASURED: keys beneath our own prompt, 0–6 dB under them ({}) | {:.2} %, {} wrong, {} doubled | 99.5 %",
        own.sent,
        own.percent(),
        own.wrong,
        own.doubled,
    );
}

#[test]
fn keys_are_taken_and_everything_else_is_not() {
    let voice = voice::shipped();
    let (mut taken, mut refused) = (Score::default(), Score::default());
    let mut own = Score::default();
    let mut faults = Vec::new();
    println!("{:<32} keys  taken %  wrong double invented  delay ms 50 % 99 %", "");
    for (n, recipe) in corpus::conditions().iter().enumerate() {
        // Each condition has a seed of its own, so that a new one changes no other.
        let mut chance = Chance::new(n as u64 + 1);
        let mut score = Score::default();
        for _ in 0..strips() {
            let strip = recipe::strip(recipe, KEYS, &voice, &mut chance);
            let heard = score::hear(&strip, &mut chance);
            score.add(&strip, &heard);
        }
        let percent = score.percent();
        tell_row(recipe.name, &score);
        match recipe.demand {
            Demand::Taken => {
                if percent < recipe.least {
                    faults.push(format!("{}: {percent:.2} % taken", recipe.name));
                }
                if recipe.own { &mut own } else { &mut taken }.join(&score);
            }
            Demand::Refused => refused.join(&score),
            Demand::Told => {}
        }
    }
    tell(&taken, &refused, &own);
    assert!(faults.is_empty(), "{faults:#?}");
    // Before the way that it comes back by is known, a prompt may hide a key like any other voice.
    assert!(own.percent() >= 99.0 && own.doubled == 0);
    assert!(own.wrong + own.invented <= own.sent / 200, "{own:?}");
    // Most of what is missed has a prompt that is as loud for a moment; without that, all is taken.
    assert!(taken.percent() >= 99.8);
    // A loud prompt may make one key of another, once in a long run.
    assert!(taken.wrong <= taken.sent / 50_000, "{} wrong", taken.wrong);
    assert_eq!(taken.invented, 0);
    // Only a prompt that is as loud as the key can part it in two.
    assert!(taken.doubled <= taken.sent / 20_000, "{} doubled", taken.doubled);
    assert!(quantile(&taken.delays, 0.5) <= 50.0);
    assert!(quantile(&taken.onsets, 0.05) >= -4.0 && quantile(&taken.onsets, 0.95) <= 4.0);
    assert!(refused.percent() + 100.0 * refused.wrong as f64 / refused.sent as f64 <= 1.0);
    assert_eq!(refused.doubled + refused.invented, 0);
}

#[test]
fn voices_and_music_hold_no_keys() {
    let mut chance = Chance::new(1);
    let seconds = 4 * strips();
    let keys_of = |name: &str, sound: &[i16]| {
        let mut detector = ToneDetector::default();
        let mut keys = Vec::new();
        detector.hear(sound, false, |tones| keys.push(tones));
        println!("{name:<10}{:>8.0} s, {} keys", sound.len() as f64 / 8_000.0, keys.len() / 2);
        keys.len() / 2
    };
    assert_eq!(keys_of("shipped", &voice::shipped()), 0);
    // No voice is as regular as these; what is measured by them is measured against other detectors, which take 26 an hour.
    let babble: Vec<i16> = (0..8).flat_map(|_| voice::babble(seconds, &mut chance)).collect();
    let music: Vec<i16> = (0..8).flat_map(|_| voice::music(seconds, &mut chance)).collect();
    let hours = 2.0 * 8.0 * seconds as f64 / 3_600.0;
    let most = 1.0 + hours * 12.0;
    assert!((keys_of("babble", &babble) + keys_of("music", &music)) as f64 <= most);
}
