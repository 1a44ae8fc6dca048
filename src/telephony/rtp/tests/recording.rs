//! Callers recorded: what is in the file, what ends it, and when it is told.
//!
//! The phones send faster than people speak: a recording goes by their timestamps.

use std::path::{Path, PathBuf};

use super::*;
use crate::call::{RecordingEnd, RecordingId};
use crate::storage::{RecordingSlot, Recordings};

/// A rig with a folder for recordings.
pub(super) struct Studio {
    pub(super) rig: Rig,
    folder: tempfile::TempDir,
    slot: RecordingSlot,
    recordings: Recordings,
}

impl Studio {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
        Self { rig: Rig::new(settings()), folder, slot, recordings }
    }

    /// Records leg 1 for 60 s at most, ended by 1 s of silence or the key `#`. It has begun when this returns.
    pub(super) fn record(&mut self, id: &str) {
        self.record_with(id, &self.slot);
        // Nothing takes no time to play, and orders are obeyed one after the other.
        self.rig.play(1, 99, &[], SymbolSet::NONE);
        assert!(matches!(self.rig.kind(), (1, MediaEventKind::PlayEnded { .. })));
    }

    fn record_with(&self, id: &str, slot: &RecordingSlot) {
        let id = RecordingId::from(id);
        let tape = slot.begin(&id, None);
        let order = crate::call::Recording {
            id,
            limit: Duration::from_secs(60),
            silence: Duration::from_secs(1),
            end_on: SymbolSet::NONE.with(Symbol::from_char('#').expect("a key")),
            keep: None,
            talk: None,
        };
        self.rig.threads.record(leg(1), order, tape);
    }

    /// The next report is the end of a recording.
    pub(super) fn ended(&mut self, id: &str) -> (RecordingEnd, u64) {
        let (1, MediaEventKind::Recorded { recording, end, lasted }) = self.rig.kind() else {
            panic!("the recording ends")
        };
        assert_eq!(recording.as_str(), id);
        (end, lasted.as_millis())
    }

    pub(super) fn path(&self, id: &str) -> PathBuf {
        self.folder.path().join(format!("{id}.wav"))
    }

    /// Ends the threads, then the writer.
    pub(super) fn close(self) -> tempfile::TempDir {
        self.rig.threads.shutdown();
        drop(self.slot);
        self.recordings.close();
        self.folder
    }
}

impl Phone {
    /// Says a tone of 500 Hz for so long, or nothing.
    pub(super) fn says(&mut self, loud: bool, milliseconds: usize) {
        let level: i16 = if loud { 8_000 } else { 0 };
        let wave = |n: usize| if n % 16 < 8 { level } else { -level };
        let payload: Vec<u8> = (0..FRAME).map(|n| Law::Mu.encode(wave(n))).collect();
        for _ in 0..milliseconds / 20 {
            self.speak(0, &payload);
            std::thread::park_timeout(Patience::from_millis(1));
        }
    }

    /// Presses a key, its tone sent as audio too.
    fn presses(&mut self, key: char) {
        let pressed = self.header.timestamp;
        self.says(true, 20);
        let after = self.header.timestamp;
        self.header.timestamp = pressed;
        self.press(key);
        self.header.timestamp = after;
    }
}

/// For how many milliseconds a file is loud.
fn loud_millis(path: &Path) -> usize {
    let wav = std::fs::read(path).expect("the recording is there");
    let recording = Recording::from_wav(&wav).expect("a WAV file");
    assert_eq!(recording.rate, 8_000);
    recording.to_samples().filter(|sample| sample.unsigned_abs() > 4_000).count() / 8
}

#[test]
fn what_the_caller_says_is_in_the_file_and_a_key_ends_it() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(false, 400);
    phone.says(true, 1_500);
    phone.says(false, 800);
    phone.says(true, 500);
    phone.presses('5');
    phone.says(true, 600);
    phone.presses('#');
    for expected in ['5', '#'] {
        let (1, MediaEventKind::Key { symbol, .. }) = studio.rig.kind() else { panic!("a key") };
        assert_eq!(symbol.as_char(), expected);
    }
    let (end, lasted) = studio.ended("0192-1");
    assert_eq!(end, RecordingEnd::Key);
    assert!(lasted.abs_diff(400 + 1_500 + 800 + 520 + 600) <= 300, "{lasted} ms");
    let loud = loud_millis(&studio.path("0192-1"));
    // The first key takes its tone and what is said in its 160 ms, the second one its tone.
    assert!((2_350..=2_520).contains(&loud), "{loud} ms");
    studio.close();
}

#[test]
fn silence_ends_it_and_an_order_does() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(true, 2_200);
    phone.says(false, 2_000);
    let (end, lasted) = studio.ended("0192-1");
    assert_eq!(end, RecordingEnd::Silence);
    assert!(lasted.abs_diff(2_400) <= 60, "{lasted} ms");

    studio.record("0192-2");
    phone.says(true, 2_800);
    studio.rig.threads.stop_recording(leg(1), "0192-1".into());
    phone.says(true, 200);
    studio.rig.threads.stop_recording(leg(1), "0192-2".into());
    let (end, lasted) = studio.ended("0192-2");
    assert_eq!(end, RecordingEnd::Stopped);
    assert!((2_400..=3_300).contains(&lasted), "{lasted} ms");

    studio.record("0192-3");
    studio.rig.threads.pressed(leg(1), Symbol::from_char('1').expect("a key"));
    studio.rig.threads.pressed(leg(1), Symbol::from_char('#').expect("a key"));
    assert_eq!(studio.ended("0192-3"), (RecordingEnd::Key, 0), "nothing was said");
    assert!(!studio.path("0192-3").exists());
    studio.close();
}

#[test]
fn what_is_too_short_for_a_message_is_not_kept_however_it_ended() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(true, 1_000);
    phone.says(false, 2_000);
    assert_eq!(studio.ended("0192-1"), (RecordingEnd::Silence, 0));
    studio.record("0192-2");
    phone.says(true, 1_000);
    phone.presses('#');
    let (1, MediaEventKind::Key { .. }) = studio.rig.kind() else { panic!("a key") };
    assert_eq!(studio.ended("0192-2"), (RecordingEnd::Key, 0));
    let folder = studio.close();
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "the index only");
}

#[test]
fn a_hang_up_keeps_a_message_and_drops_what_is_none() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(true, 3_000);
    // All that was sent is heard before the order to close.
    phone.press('1');
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Key { .. })));
    studio.rig.threads.close(leg(1));
    let (end, lasted) = studio.ended("0192-1");
    assert_eq!(end, RecordingEnd::Hangup);
    assert!(lasted.abs_diff(3_000) <= 200, "{lasted} ms");
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Closed { quality: Some(_) })));
    assert!(loud_millis(&studio.path("0192-1")) >= 2_900);

    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-2");
    phone.says(true, 1_500);
    phone.press('1');
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Key { .. })));
    studio.rig.threads.close(leg(1));
    assert_eq!(studio.ended("0192-2"), (RecordingEnd::Hangup, 0));
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Closed { .. })));
    assert!(!studio.path("0192-2").exists());
    let folder = studio.close();
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 2, "with the index");
}

#[test]
fn the_end_of_the_threads_keeps_what_was_said() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(true, 3_000);
    phone.press('1');
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Key { .. })));
    let folder = studio.close();
    assert!(loud_millis(&folder.path().join("0192-1.wav")) >= 2_900);
}

#[test]
fn a_masked_leg_is_recorded_as_silence() {
    let mut studio = Studio::new();
    let mut phone = studio.rig.phone(1, |_| {});
    studio.record("0192-1");
    phone.says(true, 2_500);
    phone.press('1');
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::Key { .. })));
    studio.rig.threads.mask(leg(1), true);
    // A report says that the order was obeyed.
    studio.rig.threads.stop(leg(1), PlayId(0));
    studio.rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::PlayEnded { .. })));
    phone.says(true, 900);
    phone.says(false, 1_500);
    assert_eq!(studio.ended("0192-1").0, RecordingEnd::Silence);
    let loud = loud_millis(&studio.path("0192-1"));
    // What was said under the mask is 900 ms; a busy machine may lose some of the 2,500 ms before it.
    assert!((2_000..=2_520).contains(&loud), "{loud} ms");
    studio.close();
}

#[test]
fn a_disk_that_refuses_fails_the_recording_and_the_call_goes_on() {
    let mut studio = Studio::new();
    let phone = studio.rig.phone(1, |_| {});
    let file = studio.folder.path().join("file");
    let (broken, slot) = Recordings::open(&file, Clock::new()).expect("opens");
    std::fs::write(&file, b"").expect("a file in the place of the folder");
    studio.record_with("0192-1", &slot);
    assert_eq!(studio.ended("0192-1"), (RecordingEnd::Failed, 0));
    studio.rig.play(1, 1, &["ramp"], SymbolSet::NONE);
    phone.hear_sound();
    assert!(matches!(studio.rig.kind(), (1, MediaEventKind::PlayEnded { .. })));
    drop(slot);
    broken.close();
    studio.close();
}

/// What is said in a recording of two channels, for each: from which millisecond to which it is loud, and for how many.
fn loud_spans(path: &Path) -> Vec<(usize, usize, usize)> {
    let wav = std::fs::read(path).expect("the recording is there");
    let channels = Recording::channels_from_wav(&wav).expect("a WAV file");
    let spans = channels.iter().map(|channel| {
        let loud = |(_, sample): &(usize, i16)| sample.unsigned_abs() > 4_000;
        let places = channel.to_samples().enumerate().filter(loud).map(|(place, _)| place);
        let places: Vec<usize> = places.collect();
        let (first, last) = (places.first().copied(), places.last().copied());
        (first.unwrap_or(0) / 8, last.unwrap_or(0) / 8, places.len() / 8)
    });
    spans.collect()
}

#[test]
fn a_talk_has_the_caller_left_and_the_other_party_right() {
    let mut studio = Studio::new();
    let mut caller = studio.rig.phone(1, |_| {});
    let mut agent = studio.rig.phone(2, |_| {});
    studio.rig.threads.bridge(leg(1), leg(2));
    for _ in 0..2 {
        assert!(matches!(studio.rig.kind(), (_, MediaEventKind::Bridged)));
    }
    let id = RecordingId::from("0192-talk-1");
    let talk = Some(crate::call::Channels::Stereo);
    let tape = studio.slot.begin_in(crate::call::Channels::Stereo, &id, None);
    let hour = Duration::from_mins(60);
    let end_on = SymbolSet::NONE;
    let order = crate::call::Recording { id, limit: hour, silence: hour, end_on, keep: None, talk };
    studio.rig.threads.record(leg(1), order, tape);
    // First the caller speaks, then the agent, then both, unheard while the caller keys a secret; at the pace of speech.
    for beat in 0..180 {
        if beat == 120 {
            studio.rig.threads.mask(leg(1), true);
        }
        caller.says(!(60..120).contains(&beat), 20);
        agent.says(beat >= 60, 20);
        std::thread::park_timeout(Patience::from_millis(18));
    }
    studio.rig.threads.close(leg(1));
    let mut ended = None;
    while ended.is_none() {
        if let (1, MediaEventKind::Recorded { end, lasted, .. }) = studio.rig.kind() {
            ended = Some((end, lasted.as_millis()));
        }
    }
    let (end, lasted) = ended.expect("it has ended");
    assert_eq!(end, RecordingEnd::Hangup);
    assert!(lasted >= 3_500, "the secret is silence, not a cut: {lasted} ms");
    let spans = loud_spans(&studio.path("0192-talk-1"));
    let [(left_from, left_to, left), (right_from, right_to, right)] = spans[..] else {
        panic!("two channels: {spans:?}")
    };
    assert!(left.abs_diff(1_200) <= 150 && right.abs_diff(1_200) <= 150, "{spans:?}");
    assert!(left_from <= 200 && right_from.abs_diff(left_to) <= 150, "one time line: {spans:?}");
    assert!(right_to.abs_diff(right_from) <= 1_600, "{spans:?}");
    studio.close();
}
