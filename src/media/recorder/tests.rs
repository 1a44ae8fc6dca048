//! Recorders fed by hand, 20 ms a packet.

use super::*;
use crate::media::FRAME;

/// A sender and the recorder that hears it.
struct Rig {
    recorder: Recorder,
    now: Instant,
    timestamp: u32,
    taken: Vec<i16>,
}

const START: u32 = u32::MAX - 5_000;

impl Rig {
    fn new(limit: Duration, silence: Duration) -> Self {
        let recorder = Recorder::new(limit, silence, Instant::ZERO);
        Self { recorder, now: Instant::ZERO, timestamp: START, taken: Vec::new() }
    }

    fn voicemail() -> Self {
        Self::new(Duration::from_secs(60), Duration::from_secs(2))
    }

    /// Sends so many milliseconds of one amplitude; the recorder's end cuts it short.
    fn send(&mut self, amplitude: i16, milliseconds: u64) -> Option<RecordingEnd> {
        for _ in 0..milliseconds / 20 {
            let payload = tone(amplitude);
            self.recorder.receive(self.timestamp, &payload);
            if let Some(end) = self.wait(20) {
                return Some(end);
            }
        }
        None
    }

    /// Sends nothing for so long.
    fn wait(&mut self, milliseconds: u64) -> Option<RecordingEnd> {
        for _ in 0..milliseconds / 20 {
            self.now += Duration::from_millis(20);
            self.timestamp = self.timestamp.wrapping_add(160);
            self.recorder.pass(self.now);
            self.taken.extend(self.recorder.take().into_iter().flatten());
            if let Some(end) = self.recorder.ended() {
                return Some(end);
            }
        }
        None
    }

    /// The samples that are kept, and how long the recorder says they are.
    fn finish(self) -> (Vec<i16>, u64) {
        let Recorded { rest, kept, lasted } = self.recorder.finish();
        let mut samples = self.taken;
        samples.extend(rest);
        assert!(samples.len() as u64 >= kept, "every kept sample was given out");
        samples.truncate(usize::try_from(kept).expect("short"));
        assert_eq!(lasted.as_micros(), kept * 125);
        (samples, lasted.as_millis())
    }
}

/// 20 ms of a square wave of 500 Hz.
fn tone(amplitude: i16) -> [i16; FRAME] {
    std::array::from_fn(|n| if n / 8 % 2 == 0 { amplitude } else { -amplitude })
}

/// Whether most of a stretch, in milliseconds, is loud.
fn is_loud(samples: &[i16], from: usize, to: usize) -> bool {
    let part = &samples[from * 8..to * 8];
    part.iter().filter(|s| s.unsigned_abs() > 1_000).count() * 2 > part.len()
}

#[test]
fn silence_behind_the_last_word_ends_it_and_is_cut_off() {
    let mut rig = Rig::voicemail();
    assert_eq!(rig.send(0, 500), None);
    assert_eq!(rig.send(6_000, 1_500), None);
    assert_eq!(rig.send(0, 1_800), None, "a pause shorter than the silence");
    assert_eq!(rig.send(6_000, 1_000), None);
    let before = rig.now;
    assert_eq!(rig.send(0, 5_000), Some(RecordingEnd::Silence));
    let waited = rig.now.since(before).as_millis();
    assert!((2_000..=2_500).contains(&waited), "{waited} ms");
    let (samples, lasted) = rig.finish();
    assert!(lasted.abs_diff(500 + 1_500 + 1_800 + 1_000 + 200) <= 40, "{lasted} ms");
    assert!(is_loud(&samples, 550, 1_950) && is_loud(&samples, 3_850, 4_750));
    assert!(!is_loud(&samples, 0, 480) && !is_loud(&samples, 2_100, 3_700));
}

#[test]
fn nothing_said_is_nothing_kept() {
    for quiet in [0, 30] {
        let mut rig = Rig::voicemail();
        assert_eq!(rig.send(quiet, 20_000), Some(RecordingEnd::Silence));
        assert!((5_000..=5_500).contains(&rig.now.since(Instant::ZERO).as_millis()));
        assert_eq!(rig.finish(), (Vec::new(), 0));
    }
    let mut muted = Rig::voicemail();
    assert_eq!(muted.wait(20_000), Some(RecordingEnd::Silence), "not a packet comes");
    assert_eq!(muted.finish().1, 0);
}

#[test]
fn the_limit_holds_to_the_sample() {
    let mut rig = Rig::new(Duration::from_millis(3_010), Duration::from_secs(2));
    assert_eq!(rig.send(6_000, 10_000), Some(RecordingEnd::Limit));
    assert_eq!(rig.finish().1, 3_010);
}

#[test]
fn chunks_are_a_second_long_and_come_while_somebody_speaks() {
    let mut rig = Rig::voicemail();
    rig.send(6_000, 1_360);
    assert_eq!(rig.taken.len(), 0);
    rig.send(6_000, 60);
    assert!((8_000..8_400).contains(&rig.taken.len()), "{}", rig.taken.len());
    rig.send(6_000, 5_000);
    assert!((48_000..=48_900).contains(&rig.taken.len()), "{}", rig.taken.len());
}

#[test]
fn lost_late_and_missing_packets_leave_time_as_it_was() {
    let mut rig = Rig::voicemail();
    rig.send(6_000, 1_000);
    // 100 ms lost; then a packet that comes with the next one.
    rig.wait(100);
    let late = rig.timestamp;
    rig.wait(20);
    rig.recorder.receive(late, &tone(6_000));
    rig.recorder.receive(rig.timestamp, &tone(6_000));
    rig.wait(20);
    // The phone sends nothing for a second, and goes on with its clock, as RFC 3551 §4.1 wants it.
    rig.wait(1_000);
    rig.send(6_000, 1_000);
    let (samples, lasted) = rig.finish();
    assert!(lasted.abs_diff(1_000 + 100 + 40 + 1_000 + 1_000) <= 20, "{lasted} ms");
    assert!(!is_loud(&samples, 1_000, 1_100), "lost");
    assert!(is_loud(&samples, 1_100, 1_140), "late, in its place");
    assert!(!is_loud(&samples, 1_150, 2_130) && is_loud(&samples, 2_150, 3_120));
}

#[test]
fn a_sender_whose_clock_jumps_or_stands_still_is_recorded_on() {
    for jump in [5_000_000, u32::MAX / 2, 0_u32.wrapping_sub(400_000)] {
        let mut rig = Rig::voicemail();
        rig.send(6_000, 1_000);
        rig.timestamp = rig.timestamp.wrapping_add(jump);
        rig.send(6_000, 1_000);
        let (samples, lasted) = rig.finish();
        assert!(lasted.abs_diff(2_000) <= 20, "{jump}: {lasted} ms");
        assert!(is_loud(&samples, 50, 1_950), "{jump}");
    }
    // A sender that stops its clock in pauses.
    let mut rig = Rig::voicemail();
    rig.send(6_000, 1_000);
    let stopped = rig.timestamp;
    rig.wait(1_500);
    rig.timestamp = stopped;
    rig.send(6_000, 1_000);
    let (samples, lasted) = rig.finish();
    assert!((3_000..=3_600).contains(&lasted), "{lasted} ms");
    assert!(is_loud(&samples, 50, 950), "before the pause");
    assert!(is_loud(&samples, samples.len() / 8 - 900, samples.len() / 8 - 100), "after it");
}

#[test]
fn keys_leave_silence() {
    let mut rig = Rig::voicemail();
    rig.send(6_000, 1_000);
    // The phone sends its tone as audio too, and the first event packet 20 ms later.
    let pressed = rig.timestamp;
    rig.send(9_000, 20);
    for n in 1..=6 {
        rig.recorder.key(pressed, n * 160);
        rig.send(9_000, 20);
    }
    rig.send(6_000, 1_000);
    let (samples, lasted) = rig.finish();
    assert!(lasted.abs_diff(1_000 + 140 + 1_000) <= 20, "{lasted} ms");
    let peak = |from: usize, to: usize| {
        samples[from * 8..to * 8].iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
    };
    assert_eq!(peak(965, 1_215), 0, "the key and its edges");
    assert!(is_loud(&samples, 1_260, 2_130));
    assert!((5_000..7_000).contains(&peak(0, 2_100)), "no sample of the key's tone is left");
}

/// So many milliseconds of a line's noise, whose samples have that mean square.
fn noise(rig: &mut Rig, power: f32, milliseconds: u64) {
    let mut source = Noise::new(power);
    for _ in 0..milliseconds / 20 {
        let mut samples = [0; FRAME];
        source.fill(&mut samples);
        rig.recorder.receive(rig.timestamp, &samples);
        assert_eq!(rig.wait(20), None);
    }
}

#[test]
fn a_pause_is_recorded_as_it_sounds_and_does_not_mislead_about_what_is_speech() {
    // −46 dBFS: the noise of a loud room, which would be speech for a while after a dead silence.
    let loud = 27_000.0;
    for told in [true, false] {
        let mut rig = Rig::new(Duration::from_secs(60), Duration::from_secs(5));
        noise(&mut rig, loud, 400);
        assert_eq!(rig.send(6_000, 1_000), None);
        if told {
            rig.recorder.pause(rig.timestamp, Noise::new(loud));
        }
        assert_eq!(rig.wait(2_000), None);
        assert_eq!(rig.send(6_000, 1_000), None, "after the pause at its place");
        assert_eq!(rig.wait(600), None);
        let (samples, lasted) = rig.finish();
        assert!((4_400..4_800).contains(&lasted), "{lasted} ms");
        let pause = &samples[1_500 * 8..3_300 * 8];
        let power = pause.iter().map(|&s| f32::from(s).powi(2)).sum::<f32>() / 14_400.0;
        if told {
            assert!((power / loud - 1.0).abs() < 0.1, "{power}");
        } else {
            assert!(power == 0.0, "nobody said that there is noise");
        }
        assert!(is_loud(&samples, 3_450, 4_350));
    }
}

#[test]
fn a_pause_at_a_strange_time_adds_nothing() {
    for at in [0, START.wrapping_sub(90_000), START.wrapping_add(4_000_000)] {
        let mut rig = Rig::voicemail();
        rig.recorder.pause(at, Noise::new(9.0));
        assert_eq!(rig.send(6_000, 1_000), None);
        rig.recorder.pause(at, Noise::new(9.0));
        assert_eq!(rig.wait(400), None);
        let (samples, lasted) = rig.finish();
        assert!((900..1_500).contains(&lasted) && is_loud(&samples, 0, 900), "{at}: {lasted} ms");
    }
}
