//! Plays and music, frame by frame.

use super::*;
use crate::media::{FRAME, Recording};

/// A sound of whole frames, all samples loud, its first sample telling which one it is.
fn sound(value: i16, samples: usize) -> Arc<Sound> {
    Arc::new(Sound::new(&Recording::from_samples(8_000, &vec![value; samples])))
}

/// The next frame of a player.
fn part(
    player: &mut Player,
    codec: Codec,
    at: Instant,
    ended: &mut Vec<Ended>,
) -> ([u8; FRAME], Filled) {
    let (mut out, mut samples) = ([0; FRAME], [0; FRAME]);
    let payload = &mut out[..codec.frame_bytes()];
    let filled =
        player.part(at, &mut Part { codec, payload, samples: &mut samples, both: false }, ended);
    (out, filled)
}

/// A player under test: its clock runs 20 ms a frame.
#[derive(Default)]
struct Desk {
    player: Player,
    frame: u64,
    ended: Vec<Ended>,
}

impl Desk {
    fn now(&self) -> Instant {
        Instant::from_micros(self.frame * 20_000)
    }

    fn play(&mut self, id: u64, sounds: &[Arc<Sound>], stop_on: &str) {
        let stop_on = stop_on.chars().filter_map(Symbol::from_char).collect();
        let now = self.now();
        self.ended.extend(self.player.play(PlayId(id), sounds.to_vec(), stop_on, now));
    }

    fn key(&mut self, key: char) {
        let now = self.now();
        self.player.key(Symbol::from_char(key).expect("a key"), now, &mut self.ended);
    }

    /// The first sample of each of the next frames; `None` where there is nothing to send.
    fn hear(&mut self, frames: usize) -> Vec<Option<i16>> {
        (0..frames)
            .map(|_| {
                let now = self.now();
                self.frame += 1;
                let (out, heard) = part(&mut self.player, Codec::Pcmu, now, &mut self.ended);
                (heard == Filled::Payload).then(|| Law::Mu.decode(out[0]))
            })
            .collect()
    }

    /// What ended: play, end, milliseconds heard, millisecond of the last audible sample.
    fn ended(&mut self) -> Vec<(u64, PlayEnd, u64, u64)> {
        let told =
            |e: Ended| (e.play.0, e.end, e.heard.as_millis(), e.audible_end.as_micros() / 1_000);
        self.ended.drain(..).map(told).collect()
    }
}

use PlayEnd::{Failed, Finished, Stopped};

/// Levels that µ-law keeps exactly.
const A: i16 = 1_052;
const B: i16 = 2_236;
const C: i16 = 4_604;

#[test]
fn plays_and_their_sounds_follow_without_a_gap_and_end_once() {
    let mut desk = Desk::default();
    desk.play(1, &[sound(A, 320), sound(B, 160)], "");
    desk.play(2, &[sound(C, 200)], "");
    assert_eq!(desk.hear(6), [Some(A), Some(A), Some(B), Some(C), Some(C), None]);
    assert_eq!(desk.ended(), [(1, Finished, 60, 60), (2, Finished, 25, 85)]);
    assert_eq!(desk.player.stop(PlayId(1), desk.now()), None, "it has ended");
    assert!(!desk.player.is_playing());
}

#[test]
fn the_last_audible_sample_is_dated_and_silence_after_it_is_not() {
    let mut samples = vec![A; 200];
    samples.resize(800, 0);
    let spoken = Arc::new(Sound::new(&Recording::from_samples(8_000, &samples)));
    let mut desk = Desk::default();
    desk.play(1, &[spoken], "");
    desk.play(2, &[sound(0, 160)], "");
    desk.play(3, &[], "");
    desk.hear(7);
    assert_eq!(
        desk.ended(),
        [(1, Finished, 100, 25), (2, Finished, 20, 100), (3, Finished, 0, 120)]
    );
}

#[test]
fn a_key_stops_what_sounds_and_what_follows_up_to_a_play_that_must_be_heard() {
    for (name, stops, ended) in [
        ("all", ["1", "1", "1"], vec![1, 2, 3]),
        ("the first alone", ["1", "", "1"], vec![1]),
        ("another key", ["2", "1", "1"], vec![]),
        ("two", ["12", "*1", "3"], vec![1, 2]),
    ] {
        let mut desk = Desk::default();
        for (id, stop_on) in (1..).zip(stops) {
            desk.play(id, &[sound(A, 800)], stop_on);
        }
        desk.hear(2);
        desk.key('1');
        let stopped: Vec<_> = desk.ended().iter().map(|e| (e.0, e.1)).collect();
        assert_eq!(stopped, ended.iter().map(|&id| (id, Stopped)).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_stopped_play_tells_how_much_was_heard() {
    let mut desk = Desk::default();
    desk.play(1, &[sound(A, 1_600)], "");
    desk.play(2, &[sound(B, 1_600)], "");
    desk.hear(3);
    let now = desk.now();
    let (second, first) = (desk.player.stop(PlayId(2), now), desk.player.stop(PlayId(1), now));
    desk.ended.extend(second.into_iter().chain(first));
    assert_eq!(desk.ended(), [(2, Stopped, 0, 60), (1, Stopped, 60, 60)]);
    assert_eq!(desk.hear(1), [None]);
}

#[test]
fn the_queue_is_bounded_and_stop_all_ends_every_play() {
    let mut desk = Desk::default();
    for id in 0..=MAX_PLAYS as u64 {
        desk.play(id, &[sound(A, 160)], "");
    }
    assert_eq!(desk.ended(), [(MAX_PLAYS as u64, Failed, 0, 0)]);
    desk.player.stop_all(Instant::ZERO, &mut desk.ended);
    assert_eq!(desk.ended().len(), MAX_PLAYS);
}

/// A piece whose frames are told apart by their level: 20 ms each.
fn piece(frames: i16) -> Arc<Sound> {
    let samples: Vec<i16> = (0..frames).flat_map(|n| [(n + 1) * 1_000; FRAME]).collect();
    Arc::new(Sound::new(&Recording::from_samples(8_000, &samples)))
}

/// Which frame of a piece a level belongs to.
fn frames_of(heard: Vec<Option<i16>>) -> Vec<i16> {
    heard.into_iter().map(|level| level.map_or(-1, |level| (level + 500) / 1_000 - 1)).collect()
}

#[test]
fn music_loops_fades_in_and_goes_on_where_a_play_interrupted_it() {
    let mut desk = Desk::default();
    let music = || Some((SoundId::from("hold.wav"), piece(25)));
    desk.player.set_music(music());
    let faded: Vec<i16> = desk.hear(10).into_iter().flatten().collect();
    assert_eq!(faded[0], 0, "from silence");
    assert!(faded.windows(2).all(|pair| pair[0] <= pair[1]), "{faded:?}");
    assert_eq!(frames_of(desk.hear(4)), [10, 11, 12, 13]);
    desk.play(1, &[sound(A, 320)], "");
    assert_eq!(desk.hear(2), [Some(A), Some(A)]);
    desk.hear(10);
    assert_eq!(frames_of(desk.hear(3)), [24, 0, 1], "14 to 23 were faded in, then the loop's seam");
    desk.player.set_music(music());
    assert_eq!(frames_of(desk.hear(1)), [2], "setting the same music again changes nothing");
}

#[test]
fn every_piece_keeps_its_own_place() {
    let mut desk = Desk::default();
    let set = |desk: &mut Desk, name: &str| {
        desk.player.set_music(Some((SoundId::from(name), piece(25))));
        desk.hear(10);
        frames_of(desk.hear(1))
    };
    assert_eq!(set(&mut desk, "a"), [10]);
    assert_eq!(set(&mut desk, "b"), [10]);
    desk.player.set_music(None);
    assert_eq!(desk.hear(1), [None]);
    assert_eq!(set(&mut desk, "a"), [21]);
}

#[test]
fn a_loop_whose_length_is_no_whole_frame_has_no_seam() {
    let mut desk = Desk::default();
    let music = Arc::new(Sound::new(&Recording::from_samples(8_000, &[A; 100])));
    desk.player.set_music(Some((SoundId::from("a"), music)));
    desk.hear(10);
    for _ in 0..20 {
        let (out, _) = part(&mut desk.player, Codec::Pcma, Instant::ZERO, &mut desk.ended);
        assert!(out.iter().all(|&byte| byte == Law::A.encode(A)));
    }
}
