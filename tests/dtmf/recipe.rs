//! What a line does to keys: one recipe for each condition, and the strips of sound that are made by it.

use std::f64::consts::TAU;
use std::ops::Range;

use sambung::media::Law;

use crate::chance::Chance;

/// Samples per second.
pub(crate) const RATE: f64 = 8_000.0;
/// The amplitude of a sine of 0 dBm0 in 16-bit samples: 3.17 dB under full scale (ITU-T G.711).
const ZERO_DBM0: f64 = 22_749.0;
/// The keys, row by row, and their tones (ITU-T Q.23).
const KEYS: [&str; 4] = ["123A", "456B", "789C", "*0#D"];
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// What becomes of the keys of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// Each must be taken, exactly once.
    Taken,
    /// None may be taken.
    Refused,
    /// Told and not judged.
    Told,
}

/// How far the tones are from their frequencies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deviation {
    /// Anything up to so much, each for itself.
    Within(f64),
    /// Exactly so much, up or down, each for itself.
    Exactly(f64),
    /// At least one of them by more than the first and up to the second, up or down.
    Beyond(f64, f64),
}

/// A condition.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) name: &'static str,
    pub(crate) demand: Demand,
    /// How many of a hundred keys must be taken in this condition.
    pub(crate) least: f64,
    /// How long a tone and the pause after it are, in milliseconds.
    pub(crate) on_ms: (f64, f64),
    pub(crate) off_ms: (f64, f64),
    /// The level of the stronger tone in dBm0, and how much stronger the column is than the row, in dB.
    pub(crate) level_dbm0: (f64, f64),
    pub(crate) twist_db: (f64, f64),
    pub(crate) deviation: Deviation,
    /// White noise, a dial tone, another voice: so many dB under both tones together.
    pub(crate) noise_db: Option<f64>,
    pub(crate) dial_db: Option<f64>,
    pub(crate) echo_db: Option<(f64, f64)>,
    /// Whether that voice is our own: it comes back through the line, and what we said is known.
    pub(crate) own: bool,
    /// An interruption inside each tone, in milliseconds; whether the tone begins anew after it.
    pub(crate) gap_ms: Option<(f64, f64)>,
    pub(crate) anew: bool,
    /// How long a tone takes to come and to go, in milliseconds.
    pub(crate) ramp_ms: (f64, f64),
    /// A step of the level inside each tone, in dB.
    pub(crate) step_db: f64,
    /// Through which law of G.711 it goes.
    pub(crate) law: Option<Law>,
    /// A share of full scale that is added to each sample, and the level of the mains' hum in dBm0.
    pub(crate) direct: f64,
    pub(crate) hum_dbm0: Option<f64>,
    /// What part of the packets of 20 ms is lost.
    pub(crate) loss: f64,
    /// One tone instead of two.
    pub(crate) single: bool,
    /// A sudden change of both phases inside each tone, in turns.
    pub(crate) jump: f64,
    /// The share of full scale beyond which everything is cut off.
    pub(crate) clip: f64,
    /// How loud the octave of each tone is beside it.
    pub(crate) octave: f64,
    /// How much the level and the frequencies tremble, as shares.
    pub(crate) tremble: f64,
    pub(crate) flutter: f64,
    /// The level of noise that does not follow that of the keys, in dBm0.
    pub(crate) comfort_dbm0: Option<f64>,
    /// How often a click of half of full scale comes, per sample.
    pub(crate) clicks: f64,
    /// How many bits of each sample are left.
    pub(crate) bits: u8,
}

impl Recipe {
    /// Keys as an ordinary telephone sends them.
    pub(crate) const fn plain(name: &'static str) -> Self {
        Self {
            name,
            demand: Demand::Taken,
            least: 99.5,
            on_ms: (40.0, 120.0),
            off_ms: (40.0, 120.0),
            level_dbm0: (-20.0, -3.0),
            twist_db: (-4.0, 2.0),
            deviation: Deviation::Within(0.005),
            noise_db: None,
            dial_db: None,
            echo_db: None,
            own: false,
            gap_ms: None,
            anew: false,
            ramp_ms: (0.0, 1.0),
            step_db: 0.0,
            law: None,
            direct: 0.0,
            hum_dbm0: None,
            loss: 0.0,
            single: false,
            jump: 0.0,
            clip: 1.0,
            octave: 0.0,
            tremble: 0.0,
            flutter: 0.0,
            comfort_dbm0: None,
            clicks: 0.0,
            bits: 16,
        }
    }
}

/// A key in a strip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Key {
    pub(crate) key: char,
    /// Its samples.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Whether loss left so little of it that nobody could tell.
    pub(crate) spoilt: bool,
}

/// A strip of sound and the keys in it.
#[derive(Debug, Clone)]
pub(crate) struct Strip {
    pub(crate) samples: Vec<i16>,
    pub(crate) keys: Vec<Key>,
    /// The samples that were lost and made up.
    pub(crate) lost: Vec<Range<usize>>,
    /// What we said meanwhile, if that is known.
    pub(crate) said: Vec<i16>,
}

/// How long our own voice is heard before the first key, in milliseconds.
const LEAD_MS: f64 = 3_000.0;
/// After how long our own voice comes back, in milliseconds.
const DELAY_MS: (f64, f64) = (40.0, 400.0);

/// Makes a strip of so many keys. The other voice is any part of `voice`.
pub(crate) fn strip(recipe: &Recipe, count: usize, voice: &[i16], chance: &mut Chance) -> Strip {
    let lead = if recipe.own { LEAD_MS } else { chance.between((60.0, 140.0)) };
    let mut sound = vec![0.0; samples(lead)];
    let mut keys = Vec::new();
    let mut power = 0.0;
    let mut wave = Vec::new();
    // The level of a line and of a telephone is that of all its keys.
    let level = chance.between(recipe.level_dbm0);
    for _ in 0..count {
        let (row, column) = other_key(keys.last(), recipe, chance);
        tones(recipe, (ROWS[row], COLUMNS[column]), level, chance, &mut wave);
        let from = sound.len();
        power = wave.iter().map(|s| s * s).sum::<f64>() / wave.len() as f64;
        sound.extend(&wave);
        let key = KEYS[row].as_bytes()[column];
        keys.push(Key { key: char::from(key), from, to: sound.len(), spoilt: false });
        sound.resize(sound.len() + samples(chance.between(recipe.off_ms)), 0.0);
    }
    sound.resize(sound.len() + 800, 0.0);
    let said = disturb(recipe, &mut sound, power, voice, chance);
    let mut samples: Vec<i16> = sound.iter().map(|&sample| to_i16(sample)).collect();
    if let Some(law) = recipe.law {
        samples.iter_mut().for_each(|sample| *sample = law.decode(law.encode(*sample)));
    }
    let lost = lose(recipe.loss, &mut samples, &mut keys, chance);
    Strip { samples, keys, lost, said }
}

/// The next key: another one than the last where nothing parts them.
fn other_key(last: Option<&Key>, recipe: &Recipe, chance: &mut Chance) -> (usize, usize) {
    loop {
        let (row, column) = (chance.below(4), chance.below(4));
        let key = char::from(KEYS[row].as_bytes()[column]);
        if recipe.off_ms.1 > 0.0 || last.is_none_or(|last| last.key != key) {
            return (row, column);
        }
    }
}

/// The two tones of one key.
fn tones(
    recipe: &Recipe,
    (row, column): (f64, f64),
    level: f64,
    chance: &mut Chance,
    wave: &mut Vec<f64>,
) {
    let length = samples(chance.between(recipe.on_ms));
    let twist = chance.between(recipe.twist_db);
    let (row_level, column_level) =
        if twist > 0.0 { (level - twist, level) } else { (level, level + twist) };
    let (row_off, column_off) = deviations(recipe.deviation, chance);
    let mut parts = [
        (row * (1.0 + row_off), amplitude(row_level), chance.unit()),
        (column * (1.0 + column_off), amplitude(column_level), chance.unit()),
    ];
    if recipe.single {
        parts[chance.below(2)].1 = 0.0;
    }
    let ramp = samples(chance.between(recipe.ramp_ms)).max(1);
    let gap = recipe.gap_ms.map(|gap| {
        let gap = samples(chance.between(gap));
        let at = samples(chance.between((4.0, length as f64 / 8.0 - gap as f64 / 8.0 - 4.0)));
        at..at + gap
    });
    let step = chance.between((0.3, 0.7)) * length as f64;
    let down = amplitude(recipe.step_db) / ZERO_DBM0;
    let jump = (chance.between((0.3, 0.7)) * length as f64) as usize;
    wave.clear();
    for n in 0..length {
        if recipe.jump > 0.0 && n == jump {
            parts[0].2 += recipe.jump;
            parts[1].2 -= recipe.jump;
        }
        let edge = (n.min(length - 1 - n) as f64 + 0.5) / ramp as f64;
        let mut gain = edge.min(1.0);
        if n as f64 >= step {
            gain *= down;
        }
        if let Some(gap) = &gap {
            if gap.contains(&n) {
                gain = 0.0;
            }
            if recipe.anew && n == gap.end {
                parts.iter_mut().for_each(|part| part.2 = chance.unit());
            }
        }
        let sum: f64 = parts
            .iter()
            .map(|&(hertz, amplitude, phase)| {
                let time = n as f64 / RATE;
                let turns = hertz * (time + recipe.flutter / 94.0 * (TAU * 15.0 * time).sin());
                let angle = TAU * (turns + phase);
                amplitude * (angle.sin() + recipe.octave * (2.0 * angle).sin())
            })
            .sum();
        let tremble = 1.0 + recipe.tremble * (TAU * 20.0 * n as f64 / RATE).sin();
        wave.push(sum * gain * tremble);
    }
}

fn deviations(deviation: Deviation, chance: &mut Chance) -> (f64, f64) {
    let sign = |chance: &mut Chance| if chance.happens(0.5) { 1.0 } else { -1.0 };
    match deviation {
        Deviation::Within(most) => (chance.between((-most, most)), chance.between((-most, most))),
        Deviation::Exactly(by) => (by * sign(chance), by * sign(chance)),
        Deviation::Beyond(least, most) => {
            let off = sign(chance) * chance.between((least, most));
            let other = match chance.below(3) {
                0 => chance.between((-0.015, 0.015)),
                _ => sign(chance) * chance.between((least, most)),
            };
            if chance.happens(0.5) { (off, other) } else { (other, off) }
        }
    }
}

/// Adds what else is heard on the line. Returns what we said, if that is known.
fn disturb(
    recipe: &Recipe,
    sound: &mut [f64],
    power: f64,
    voice: &[i16],
    chance: &mut Chance,
) -> Vec<i16> {
    let mut said = Vec::new();
    if let Some(under) = recipe.noise_db {
        let deviation = (power * decibels(-under)).sqrt();
        sound.iter_mut().for_each(|sample| *sample += deviation * chance.normal());
    }
    if let Some(under) = recipe.dial_db {
        let tones: &[f64] = [&[350.0, 440.0][..], &[425.0]][chance.below(2)];
        let amplitude = (2.0 * power * decibels(-under) / tones.len() as f64).sqrt();
        let phase = chance.unit();
        for (n, sample) in sound.iter_mut().enumerate() {
            for hertz in tones {
                *sample += amplitude * (TAU * (hertz * n as f64 / RATE + phase)).sin();
            }
        }
    }
    if let Some(under) = recipe.echo_db {
        let start = chance.below(voice.len() - sound.len());
        let voice = &voice[start..start + sound.len()];
        let back: Vec<f64> = if recipe.own {
            said.extend(voice.iter().map(|&sample| Law::Mu.decode(Law::Mu.encode(sample))));
            come_back(&said, chance)
        } else {
            voice.iter().map(|&sample| f64::from(sample)).collect()
        };
        let loud = back.iter().map(|sample| sample.powi(2)).sum::<f64>() / back.len() as f64;
        let gain = (power * decibels(-chance.between(under)) / loud.max(1.0)).sqrt();
        sound.iter_mut().zip(back).for_each(|(sample, back)| *sample += gain * back);
    }
    let hum = recipe.hum_dbm0.map_or(0.0, amplitude);
    let comfort = recipe.comfort_dbm0.map_or(0.0, amplitude) / std::f64::consts::SQRT_2;
    let step = f64::from(1_u32 << (16 - recipe.bits));
    let mains = [50.0, 60.0][chance.below(2)];
    for (n, sample) in sound.iter_mut().enumerate() {
        *sample += recipe.direct * 32_768.0;
        *sample += hum * (TAU * mains * n as f64 / RATE).sin();
        *sample += hum * 0.3 * (TAU * 3.0 * mains * n as f64 / RATE).sin();
        if comfort > 0.0 {
            *sample += comfort * chance.normal();
        }
        if recipe.clicks > 0.0 && chance.happens(recipe.clicks) {
            *sample += 16_384.0;
        }
        let most = recipe.clip * 32_768.0;
        *sample = (*sample / step).round() * step;
        *sample = sample.clamp(-most, most);
    }
    said
}

/// What a line makes of what we said: it is late, and each sample is spread over some milliseconds.
fn come_back(said: &[i16], chance: &mut Chance) -> Vec<f64> {
    let delay = samples(chance.between(DELAY_MS));
    let taps: Vec<f64> = (0..40).map(|n| chance.normal() * (-f64::from(n) / 12.0).exp()).collect();
    let mut back = vec![0.0; said.len()];
    for (n, tap) in taps.iter().enumerate() {
        for (back, said) in back.iter_mut().skip(delay + n).zip(said) {
            *back += tap * f64::from(*said);
        }
    }
    back
}

/// Loses packets of 20 ms; what is made up for them repeats what came before.
fn lose(
    loss: f64,
    samples: &mut [i16],
    keys: &mut [Key],
    chance: &mut Chance,
) -> Vec<Range<usize>> {
    let mut lost = Vec::new();
    let mut at = 160 + chance.below(160);
    while loss > 0.0 && at + 160 <= samples.len() {
        if chance.happens(loss) {
            samples.copy_within(at - 160..at, at);
            lost.push(at..at + 160);
        }
        at += 160;
    }
    for key in keys {
        let gone: usize = lost
            .iter()
            .map(|lost: &Range<usize>| {
                lost.end.min(key.to).saturating_sub(lost.start.max(key.from))
            })
            .sum();
        // Less than 25 ms of tone is as short as what must not be taken.
        key.spoilt = gone > 0 && key.to - key.from < gone + 200;
    }
    lost
}

fn amplitude(dbm0: f64) -> f64 {
    ZERO_DBM0 * 10.0_f64.powf(dbm0 / 20.0)
}

fn decibels(value: f64) -> f64 {
    10.0_f64.powf(value / 10.0)
}

fn samples(milliseconds: f64) -> usize {
    (milliseconds.max(0.0) * RATE / 1_000.0).round() as usize
}

fn to_i16(sample: f64) -> i16 {
    sample.round().clamp(-32_768.0, 32_767.0) as i16
}
