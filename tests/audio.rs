//! The shipped sounds, measured: what a caller hears is at telephone level, unclipped and without holes.

use std::fs;
use std::path::{Path, PathBuf};

use sambung::call::{Currency, Item, Language, Money, PromptId, SayAs, SoundId};
use sambung::media::{Law, Library, Recording, SAMPLE_RATE};
use sambung::reading::{self, Settings, Subject};
use sambung::time::Date;

/// Samples under this share of full scale are silence: −45 dBFS.
const SILENCE: f32 = 0.005_623;
/// All sounds together stay below this, so that the repository stays small.
const MOST_BYTES: usize = 18_000_000;

#[test]
fn prompts_are_loud_clear_and_without_holes() {
    let audio = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio");
    let mut files = Vec::new();
    collect(&audio, &mut files);
    let mut bytes = 0;
    let (mut prompts, mut words) = (0, 0);
    for path in files {
        let wav = fs::read(&path).expect("a sound file can be read");
        bytes += wav.len();
        let name = path.strip_prefix(&audio).expect("below audio").display().to_string();
        let sound = Recording::from_wav(&wav).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(sound.rate, SAMPLE_RATE, "{name}");
        assert!(sound.level().peak_dbfs <= -3.0, "{name}: {:?}", sound.level());
        if name == "hold.wav" {
            continue;
        }
        if name.ends_with("words/pause.wav") {
            assert!(sound.samples.iter().all(|sample| *sample == 0.0), "{name} is silent");
            continue;
        }
        prompts += 1;
        let word = path.parent().is_some_and(|folder| folder.ends_with("words"));
        words += usize::from(word);
        let active = sound.level().active_dbfs;
        assert!((-22.0..=-18.0).contains(&active), "{name}: {active} dBFS");
        let [lead, hole, tail] = silences_ms(&sound);
        let most = if word { 15 } else { 70 };
        assert!(lead <= most && tail <= most, "{name}: {lead} ms before, {tail} ms after");
        assert!(hole <= 600, "{name}: {hole} ms of silence inside");
    }
    assert!(prompts > 90, "only {prompts} prompts found");
    assert!(words > 280, "only {words} words of readings found");
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

/// An order's total, its date and a telephone number, put together from clips as a call plays them: words follow each
/// other fluently, groups of digits stand apart, and nothing is missing.
#[test]
fn readings_flow_from_word_to_word() {
    let audio = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio");
    let mut library = Library::new();
    let mut files = Vec::new();
    collect(&audio, &mut files);
    for path in files {
        let name = path.strip_prefix(&audio).expect("below audio").display().to_string();
        let wav = fs::read(&path).expect("a sound file can be read");
        library.add_wav(SoundId::new(name), &wav).expect("a sound");
    }
    let rupiah = Currency::parse("IDR").expect("a code");
    let subjects = [
        (Subject::Money(Money { minor: 125_050_000, currency: rupiah }), SayAs::Money),
        (Subject::Date(Date::new(2026, 8, 17).expect("a date")), SayAs::DateFull),
        (Subject::Text("081234567890".into()), SayAs::Phone),
    ];
    for tag in ["id", "en", "en-GB"] {
        for (subject, form) in &subjects {
            let language = Language::from(tag);
            let words = reading::read(subject, *form, &language, None, &Settings::default());
            let words = words.expect("it can be read");
            let pauses = words.iter().filter(|word| word.pause).count();
            let items = reading::items(&words, &PromptId::from("total"), &language);
            assert_eq!(items.len(), words.len() + pauses);
            let gaps = gaps_ms(&items, &library);
            let (short, long): (Vec<_>, Vec<_>) = gaps.iter().partition(|gap| **gap < 100);
            let row = format!("{tag}: {}: {gaps:?}", reading::written(&words));
            assert_eq!((short.len(), long.len()), (words.len() - 1 - pauses, pauses), "{row}");
            assert!(short.iter().all(|gap| (15..=45).contains(*gap)), "{row}");
            assert!(long.iter().all(|gap| (255..=310).contains(*gap)), "{row}");
        }
    }
}

/// The silences between the sounds of these items when they are played one after the other, in milliseconds; items that
/// are silent themselves belong to the gap.
fn gaps_ms(items: &[Item], library: &Library) -> Vec<usize> {
    let loud = |sample: &i16| f32::from(*sample).abs() >= SILENCE * 32_768.0;
    let mut gaps = Vec::new();
    let mut silent = 0;
    for item in items {
        let name = item.sound.as_ref().expect("a clip");
        let sound = library.sound(name);
        assert!(sound.is_some(), "{name} is missing");
        let sound = sound.expect("it was just seen");
        let samples: Vec<i16> = sound.law(Law::A).iter().map(|&byte| Law::A.decode(byte)).collect();
        let Some(first) = samples.iter().position(loud) else {
            silent += samples.len();
            continue;
        };
        gaps.push((silent + first) * 1_000 / SAMPLE_RATE as usize);
        silent = samples.iter().rev().take_while(|sample| !loud(sample)).count();
    }
    gaps.split_off(1)
}

/// The silence before, the longest inside and the silence after, in milliseconds.
fn silences_ms(sound: &Recording) -> [usize; 3] {
    let loud = |s: &f32| s.abs() >= SILENCE;
    let places: Vec<usize> =
        sound.samples.iter().enumerate().filter(|(_, s)| loud(s)).map(|(at, _)| at).collect();
    let (first, last) = (places[0], places[places.len() - 1]);
    let hole = places.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    let rate = sound.rate as usize;
    [first, hole, sound.samples.len() - 1 - last].map(|samples| samples * 1_000 / rate)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sounds can be listed") {
        let path = entry.expect("a folder of sounds can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "wav") {
            files.push(path);
        }
    }
}
