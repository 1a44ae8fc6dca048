//! Legs of samples: what they hear, say, and tell.

use std::sync::Arc;

use super::frame::{Frame, NARROW};
use super::*;
use crate::call::{
    AdapterId, EventKind, KeySource, LegId, PlayEnd, PlayId, Recording, RecordingEnd, RecordingId,
    Symbol, SymbolSet,
};
use crate::media::{self, Sound};
use crate::runtime::{Clock, Relay};
use crate::storage::Recordings;
use crate::time::{Duration, Instant};

const BEAT: Duration = Duration::from_millis(20);

/// A desk with two legs, and what it has done.
struct Rig {
    desk: Desk,
    now: Instant,
    frames: Vec<Frame>,
    told: Vec<(LegId, EventKind)>,
    keys: Vec<(LegId, Symbol)>,
    said: u32,
    rate: Rate,
}

fn leg(number: u64) -> LegId {
    LegId { adapter: AdapterId(1), number }
}

impl Rig {
    fn new(rate: Rate) -> Self {
        let now = Instant::from_micros(1_000_000);
        let mut desk = Desk::new(rate, true);
        assert!(desk.begin(leg(1), 7, now) && desk.begin(leg(3), 9, now));
        assert!(!desk.begin(leg(5), 9, now), "a number of two");
        let (frames, told, keys) = <_>::default();
        Self { desk, now, frames, told, keys, said: 0, rate }
    }

    /// Lets one beat pass in which leg 7 says something.
    fn beat(&mut self, said: Option<&[i16]>) {
        if let Some(samples) = said {
            self.desk.receive(&Frame::write(7, self.said, samples));
        }
        self.said += u32::try_from(self.rate.samples()).expect("small");
        self.now += BEAT;
        self.desk.tick(self.now);
        self.take();
    }

    fn beats(&mut self, count: usize) {
        (0..count).for_each(|_| self.beat(None));
    }

    fn take(&mut self) {
        let Done { told, keys, frames } = self.desk.take();
        self.keys.extend(keys);
        self.told.extend(told.into_iter().map(|(leg, (_, kind))| (leg, kind)));
        let read = |bytes: Vec<u8>| Frame::read(&bytes, self.rate).expect("a frame");
        self.frames.extend(frames.into_iter().map(read));
    }

    fn play(&mut self, of: LegId, id: u64, sound: &Arc<Sound>, stop_on: SymbolSet) {
        self.desk.play(of, (PlayId(id), vec![Arc::clone(sound)], stop_on), self.now);
        self.take();
    }
}

/// So many milliseconds of a tone of two frequencies, the second one maybe silent.
#[expect(clippy::cast_possible_truncation, reason = "within range by its scale")]
fn tone(row: f64, column: f64, ms: usize) -> Vec<i16> {
    let at = |n: usize, hertz: f64| (std::f64::consts::TAU * hertz * n as f64 / 8_000.0).sin();
    (0..ms * 8).map(|n| (6_000.0 * (at(n, row) + at(n, column))) as i16).collect()
}

fn sound(samples: &[i16]) -> Arc<Sound> {
    Arc::new(Sound::new(&media::Recording::from_samples(8_000, samples)))
}

#[test]
fn prompts_come_in_true_time_one_behind_the_other() {
    let mut rig = Rig::new(Rate::Narrow);
    let prompt = tone(500.0, 900.0, 100);
    rig.play(leg(1), 1, &sound(&prompt), SymbolSet::NONE);
    rig.play(leg(1), 2, &sound(&prompt), SymbolSet::NONE);
    for expected in 1..=10 {
        rig.beat(None);
        assert_eq!(rig.frames.len(), expected, "one frame a beat");
    }
    rig.beats(3);
    assert_eq!(rig.frames.len(), 10, "nothing where nothing sounds");
    let stamps: Vec<u32> = rig.frames.iter().map(|frame| frame.timestamp).collect();
    assert_eq!(stamps, (0..10).map(|n| n * 160).collect::<Vec<_>>());
    assert!(rig.frames.iter().all(|frame| frame.line == 7));
    for (at, sample) in rig.frames.iter().flat_map(|frame| &frame.samples).enumerate() {
        let off = i32::from(*sample) - i32::from(prompt[at % 800]);
        assert!(off.abs() <= 400, "sample {at} is off by {off}");
    }
    let heard = Duration::from_millis(100);
    for (play, told) in [1, 2].iter().zip(&rig.told) {
        let (of, EventKind::PlayEnded { play: id, end, heard: span, .. }) = told else {
            panic!("{told:?}");
        };
        assert_eq!((*of, *id, *end, *span), (leg(1), PlayId(*play), PlayEnd::Finished, heard));
    }
}

#[test]
fn a_late_turn_is_made_up_for_and_a_long_one_left_out() {
    let mut rig = Rig::new(Rate::Narrow);
    rig.play(leg(1), 1, &sound(&tone(500.0, 900.0, 2_000)), SymbolSet::NONE);
    for (late, frames) in [(60, 3), (1_000, 9)] {
        rig.now += Duration::from_millis(late);
        rig.desk.tick(rig.now);
        rig.take();
        assert_eq!(rig.frames.len(), frames);
    }
}

#[test]
fn keys_in_the_audio_are_told_once_and_stop_what_wants_it() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let mut rig = Rig::new(rate);
        rig.play(leg(1), 1, &sound(&tone(500.0, 900.0, 5_000)), SymbolSet::ALL);
        let mut said = vec![0; 8_000 / 5];
        said.extend(tone(770.0, 1_336.0, 100));
        said.extend(vec![0; 8_000 / 5]);
        for part in said.chunks(NARROW) {
            let doubled: Vec<i16> = match rate {
                Rate::Narrow => part.to_vec(),
                Rate::Wide => part.iter().flat_map(|sample| [*sample; 2]).collect(),
            };
            rig.beat(Some(&doubled));
        }
        let keys: Vec<_> = rig
            .told
            .iter()
            .filter(|(_, kind)| !matches!(kind, EventKind::PlayEnded { .. }))
            .collect();
        let [(of, EventKind::Digit { symbol, source, pressed_at })] = &keys[..] else {
            panic!("{keys:?}");
        };
        assert_eq!(
            (*of, *symbol, *source),
            (leg(1), Symbol::from_char('5').expect("a key"), KeySource::InBand)
        );
        // 1 s, 200 ms of silence, the two frames that wait.
        let late = pressed_at.since(Instant::from_micros(1_200_000)).as_millis();
        assert!((0..80).contains(&late), "{rate:?}: {late} ms");
        assert!(matches!(rig.told[1].1, EventKind::PlayEnded { end: PlayEnd::Stopped, .. }));
        let sent = rig.frames.len();
        rig.beats(5);
        assert_eq!(rig.frames.len(), sent, "it has stopped");
    }
}

#[test]
fn a_bridge_carries_what_one_says_and_nothing_that_is_masked() {
    let mut rig = Rig::new(Rate::Wide);
    rig.play(leg(3), 1, &sound(&tone(500.0, 900.0, 5_000)), SymbolSet::NONE);
    assert!(rig.desk.bridge(leg(1), leg(3), rig.now) && !rig.desk.bridge(leg(1), leg(9), rig.now));
    rig.take();
    let said: Vec<i16> = (0..320).map(|n| n * 50).collect();
    for _ in 0..10 {
        rig.beat(Some(&said));
    }
    assert!(
        rig.frames.len() >= 8
            && rig.frames.iter().all(|frame| frame.line == 9 && frame.samples == said),
        "as it came, wide band"
    );
    rig.desk.mask(leg(1), true);
    let before = rig.frames.len();
    (0..5).for_each(|_| rig.beat(Some(&said)));
    assert_eq!(rig.frames.len(), before);
    assert!(rig.desk.finish(leg(1), rig.now));
    rig.desk.end(leg(1));
    rig.take();
    let kinds: Vec<_> = rig.told.iter().map(|(of, kind)| (of.number, kind.clone())).collect();
    assert!(matches!(
        kinds[0],
        (3, EventKind::PlayEnded { end: PlayEnd::Stopped, .. }) | (1, EventKind::Bridged)
    ));
    assert_eq!(kinds.iter().filter(|(_, kind)| *kind == EventKind::Bridged).count(), 2);
    let sent = |kind: &EventKind| match kind {
        EventKind::Unbridged { quality } => quality.as_ref().map(|quality| quality.sent),
        _ => None,
    };
    let told = kinds.iter().find_map(|(of, kind)| sent(kind).filter(|_| *of == 3));
    assert!(told.is_some_and(|sent| sent > 0), "what the other leg was sent: {told:?}");
}

#[test]
fn a_relay_carries_what_both_say_until_it_is_over() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let mut rig = Rig::new(rate);
        let (near, afar) = Relay::pair();
        rig.desk.relay(leg(1), near, rig.now);
        rig.take();
        assert_eq!(rig.told, [(leg(1), EventKind::Bridged)]);
        let said = vec![9_000; rate.samples()];
        let mut heard = 0;
        for _ in 0..20 {
            afar.say(&[5_000; NARROW]);
            rig.beat(Some(&said));
            let mut samples = [0; NARROW];
            let loud = |samples: &[i16]| samples.iter().any(|s| (8_900..9_100).contains(s));
            heard += usize::from(afar.hear(&mut samples) && loud(&samples));
        }
        assert!(heard >= 17, "{rate:?}: {heard} frames, but for those that wait");
        assert!(rig.frames.len() == 20, "{rate:?}: {} frames", rig.frames.len());
        assert!(rig.frames[10].samples.iter().all(|sample| (4_900..5_100).contains(sample)));
        rig.desk.mask(leg(1), true);
        let mut samples = [0; NARROW];
        while afar.hear(&mut samples) {}
        (0..5).for_each(|_| rig.beat(Some(&said)));
        assert!(!afar.hear(&mut samples), "a secret");
        drop(afar);
        rig.beats(1);
        assert!(
            matches!(rig.told.last(), Some((id, EventKind::Unbridged { .. })) if *id == leg(1))
        );
        let (near, afar) = Relay::pair();
        rig.desk.relay(leg(1), near, rig.now);
        assert!(rig.desk.bridge(leg(1), leg(3), rig.now) && afar.is_over());
        let (near, afar) = Relay::pair();
        rig.desk.relay(leg(3), near, rig.now);
        rig.desk.finish(leg(3), rig.now);
        assert!(afar.is_over(), "it was hung up");
    }
}

#[test]
fn keys_that_are_told_reach_whom_a_leg_is_connected_with() {
    let mut rig = Rig::new(Rate::Narrow);
    let key = |symbol| Symbol::from_char(symbol).expect("a key");
    let tell = |rig: &mut Rig, of, symbol, source| {
        rig.desk.pressed(of, (key(symbol), source), rig.now);
        rig.take();
    };
    tell(&mut rig, leg(1), '1', KeySource::RtpEvent);
    let (near, afar) = Relay::pair();
    rig.desk.relay(leg(1), near, rig.now);
    tell(&mut rig, leg(1), '2', KeySource::RtpEvent);
    tell(&mut rig, leg(1), '3', KeySource::InBand);
    rig.desk.mask(leg(1), true);
    tell(&mut rig, leg(1), '4', KeySource::RtpEvent);
    rig.desk.mask(leg(1), false);
    tell(&mut rig, leg(3), '5', KeySource::Info);
    tell(&mut rig, leg(1), '6', KeySource::Simulated);
    let passed: Vec<_> = std::iter::from_fn(|| afar.next_key()).collect();
    assert_eq!(passed, [key('2'), key('6')], "none that is in the audio or a secret");
    afar.press(key('7'));
    afar.press(key('#'));
    rig.beats(1);
    assert_eq!(rig.keys, [(leg(1), key('7')), (leg(1), key('#'))]);
    rig.keys.clear();

    afar.press(key('8'));
    rig.desk.go_on(rig.now);
    assert!(rig.desk.bridge(leg(1), leg(3), rig.now));
    rig.beats(1);
    tell(&mut rig, leg(1), '9', KeySource::RtpEvent);
    tell(&mut rig, leg(3), '0', KeySource::RtpEvent);
    assert_eq!(rig.keys, [(leg(3), key('9')), (leg(1), key('0'))]);
    rig.keys.clear();

    let mut said = tone(770.0, 1_336.0, 100);
    said.extend(vec![0; 1_600]);
    said.chunks(NARROW).for_each(|part| rig.beat(Some(part)));
    tell(&mut rig, leg(1), '5', KeySource::RtpEvent);
    assert!(rig.keys.is_empty(), "it was a tone, which was heard");
    rig.desk.unbridge(leg(1), rig.now);
    tell(&mut rig, leg(3), '5', KeySource::RtpEvent);
    assert!(rig.keys.is_empty(), "nobody is there");
}

#[test]
fn another_rate_takes_no_leg_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    for (before, after) in [(Rate::Narrow, Rate::Wide), (Rate::Wide, Rate::Narrow)] {
        let mut rig = Rig::new(before);
        let (near, afar) = Relay::pair();
        rig.desk.relay(leg(1), near, rig.now);
        rig.desk.mask(leg(3), true);
        rig.play(leg(3), 1, &sound(&tone(500.0, 900.0, 400)), SymbolSet::NONE);
        let id = RecordingId::from(format!("{after:?}").as_str());
        let (limit, silence) = (Duration::from_secs(60), Duration::from_secs(30));
        let end_on = SymbolSet::NONE;
        let order = Recording { id: id.clone(), limit, silence, end_on, keep: None, talk: None };
        rig.desk.record(leg(3), &order, slot.begin(&id, None), rig.now);
        let loud = vec![9_000; before.samples()];
        (0..10).for_each(|_| rig.beat(Some(&loud)));
        rig.frames.clear();
        rig.desk.set(after, true);
        (rig.rate, rig.said) = (after, 0);
        let loud = vec![9_000; after.samples()];
        let mut samples = [0; NARROW];
        while afar.hear(&mut samples) {}
        let mut heard = 0;
        for _ in 0..50 {
            afar.say(&[5_000; NARROW]);
            rig.beat(Some(&loud));
            while afar.hear(&mut samples) {
                heard += usize::from(samples[80..].iter().all(|s| (8_900..9_100).contains(s)));
            }
        }
        // But for the frames that wait, and the first one of a filter.
        assert!(heard >= 46, "{before:?}: {heard} frames of 20 ms");
        let of = |line: u32| rig.frames.iter().filter(move |frame| frame.line == line);
        assert_eq!((of(7).count(), of(9).count()), (50, 10), "{before:?}: the prompt goes on");
        let last = of(7).next_back().expect("a frame");
        assert!(last.samples.iter().all(|sample| (4_900..5_100).contains(sample)));
        let finished = |(of, kind): &(LegId, EventKind)| {
            let end = matches!(kind, EventKind::PlayEnded { end: PlayEnd::Finished, .. });
            *of == leg(3) && end
        };
        assert!(rig.told.iter().any(finished), "{:?}", rig.told);
        let apart = |(_, kind): &(_, EventKind)| matches!(kind, EventKind::Unbridged { .. });
        assert!(!afar.is_over() && !rig.told.iter().any(apart));
        let quality = rig.desk.quality(leg(1)).expect("it is there");
        assert_eq!((quality.received, quality.late), (60, 0), "all of them count");
        assert!(!rig.desk.finish(leg(3), rig.now), "it is recorded to its end");
    }
    drop(slot);
    recordings.close();
}

#[test]
fn a_key_in_audio_that_is_listened_to_later_has_its_time() {
    let mut rig = Rig::new(Rate::Narrow);
    rig.desk.set(Rate::Narrow, false);
    let mut said = tone(770.0, 1_336.0, 100);
    said.extend(vec![0; 1_600]);
    said.chunks(NARROW).for_each(|part| rig.beat(Some(part)));
    assert!(rig.told.is_empty(), "nobody listens");
    rig.desk.set(Rate::Narrow, true);
    let began = rig.now;
    said.chunks(NARROW).for_each(|part| rig.beat(Some(part)));
    let [(_, EventKind::Digit { pressed_at, .. })] = &rig.told[..] else {
        panic!("{:?}", rig.told);
    };
    let late = pressed_at.since(began).as_millis();
    assert!((0..80).contains(&late) && *pressed_at >= began, "{late} ms");
}

#[test]
fn frames_of_nobody_are_dropped_and_counted() {
    let mut rig = Rig::new(Rate::Narrow);
    for bytes in [&b""[..], &[0; 8], &[7; 400], &Frame::write(8, 0, &[0; 160])] {
        rig.desk.receive(bytes);
    }
    assert_eq!(rig.desk.dropped(), 4);
}

#[test]
fn a_recording_keeps_what_was_said_without_keys_and_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    let mut rig = Rig::new(Rate::Narrow);
    let id = RecordingId::from("one");
    let order = Recording {
        id: id.clone(),
        limit: Duration::from_secs(60),
        silence: Duration::from_secs(30),
        end_on: "#".chars().filter_map(Symbol::from_char).collect(),
        keep: None,
        talk: None,
    };
    rig.desk.record(leg(1), &order, slot.begin(&id, None), rig.now);
    let speech: Vec<i16> = (0..NARROW).map(|n| if n % 20 < 10 { 9_000 } else { -9_000 }).collect();
    (0..100).for_each(|_| rig.beat(Some(&speech)));
    rig.desk.mask(leg(1), true);
    (0..50).for_each(|_| rig.beat(Some(&speech)));
    rig.desk.mask(leg(1), false);
    assert!(!rig.desk.finish(leg(1), rig.now), "the disk has not said yet");
    // The disk takes real time; the leg's own stands still meanwhile.
    let clock = Clock::new();
    while !rig.desk.is_idle(leg(1)) && clock.now() < Instant::from_micros(10_000_000) {
        std::thread::yield_now();
        rig.desk.go_on(rig.now.before(BEAT));
        rig.desk.tick(rig.now);
        rig.take();
    }
    let recorded = rig.told.iter().find_map(|(_, kind)| match kind {
        EventKind::Recorded { recording, end, lasted } => Some((recording.clone(), *end, *lasted)),
        _ => None,
    });
    let (recording, end, lasted) = recorded.expect("it is told");
    assert_eq!((recording, end), (id, RecordingEnd::Hangup));
    assert!((1_900..2_700).contains(&lasted.as_millis()), "{lasted}");
    drop((rig, slot));
    recordings.close();
    let wav = std::fs::read(folder.path().join("one.wav")).expect("it is kept");
    let kept = media::Recording::from_wav(&wav).expect("a recording");
    assert!(kept.samples[4_000..12_000].iter().any(|sample| sample.abs() > 0.2));
}
