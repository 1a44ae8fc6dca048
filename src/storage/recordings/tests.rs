//! Recordings on a real disk: whole, cut off, refused, outlived.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::media::{Recording, wav_head};
use crate::storage::cut::recorded_length;

/// Waits for a verdict; the writer is never far behind.
fn verdict(tape: &crate::storage::tape::Tape) -> Verdict {
    for _ in 0..1_000 {
        if let Some(verdict) = tape.verdict() {
            return verdict;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    panic!("no verdict in 10 s");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("listed");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn samples(path: &Path) -> Vec<i16> {
    let wav = std::fs::read(path).expect("readable");
    Recording::from_wav(&wav).expect("a WAV file").to_samples().collect()
}

#[test]
fn a_recording_is_whole_under_its_name_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("recordings");
    let (recordings, slot) = Recordings::open(&folder, Clock::new()).expect("opens");
    assert!(!folder.exists(), "made with the first recording");
    let mut tape = slot.begin(&"0192-1".into(), None);
    tape.put(vec![1; 8_000]);
    tape.put(vec![2; 8_000]);
    tape.finish(vec![3; 800], 12_000);
    assert_eq!(verdict(&tape), Verdict::Kept);
    let path = folder.join("0192-1.wav");
    let (first, second) = (vec![1; 8_000], vec![2; 4_000]);
    assert_eq!(samples(&path), [first, second].concat(), "cut to what is kept");
    let mode = std::fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let mut empty = slot.begin(&"0192-2".into(), None);
    empty.put(vec![0; 8_000]);
    empty.finish(Vec::new(), 0);
    assert_eq!(verdict(&empty), Verdict::Kept);
    let given_up = slot.begin(&"0192-3".into(), None);
    drop((given_up, tape, empty, slot));
    recordings.close();
    assert_eq!(names(&folder), ["0192-1.wav", "index.jsonl"]);
}

#[test]
fn a_crash_leaves_a_part_that_plays_and_the_next_start_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    let mut tape = slot.begin(&"0192-1".into(), Some(Duration::from_mins(60)));
    tape.put(vec![1; 8_000]);
    tape.put(vec![2; 8_000]);
    // A second recording goes through the same writer: then all of the first is written.
    let mut other = slot.begin(&"0192-2".into(), None);
    other.finish(vec![5; 80], 80);
    assert_eq!(verdict(&other), Verdict::Kept);
    let part = folder.path().join("0192-1.wav.part");
    assert_eq!(samples(&part).len(), 16_000, "right after every second");

    let next = tempfile::tempdir().expect("a folder");
    for name in names(folder.path()) {
        std::fs::copy(folder.path().join(&name), next.path().join(&name)).expect("copied");
    }
    let (after, _) = Recordings::open(next.path(), Clock::new()).expect("opens");
    after.close();
    assert_eq!(names(next.path()), ["0192-1.wav", "0192-2.wav", "index.jsonl"]);
    assert_eq!(samples(&next.path().join("0192-1.wav")).len(), 16_000);
    drop((tape, other, slot));
    recordings.close();
}

#[test]
fn a_crash_before_the_first_word_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (id, bytes) in [("0192-1", vec![]), ("0192-2", wav_head(0).to_vec())] {
        let part = folder.path().join(format!("{id}.wav.part"));
        std::fs::write(part, bytes).expect("written");
    }
    let (after, _) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    after.close();
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn what_is_beyond_its_time_is_deleted_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = |days: u64| Some(Duration::from_mins(days * 24 * 60));
    let mut index = Index::new(folder.path());
    let now = Clock::new().wall();
    let long_ago = now.before(Duration::from_mins(40 * 24 * 60));
    for (id, made, keep) in [
        ("old", long_ago, keep(30)),
        ("young", now, keep(30)),
        ("forever", long_ago, None),
        ("gone", now, keep(30)),
    ] {
        index.add(&id.into(), made, keep).expect("added");
        if id != "gone" {
            std::fs::write(folder.path().join(format!("{id}.wav")), b"x").expect("written");
        }
    }
    let (recordings, _) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    recordings.close();
    assert_eq!(names(folder.path()), ["forever.wav", "index.jsonl", "young.wav"]);
    let index = std::fs::read_to_string(folder.path().join("index.jsonl")).expect("readable");
    assert_eq!(index.lines().count(), 2, "{index}");
}

#[test]
fn a_disk_that_refuses_fails_the_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("recordings");
    let (recordings, slot) = Recordings::open(&path, Clock::new()).expect("opens");
    std::fs::write(&path, b"").expect("a file in the place of the folder");
    let gauge = recordings.gauge();
    assert!(!gauge.status().failing);
    let mut tape = slot.begin(&"0192-1".into(), None);
    assert_eq!(verdict(&tape), Verdict::Failed);
    assert!(gauge.status().failing, "whoever asks is told");
    assert!(try_disk(&path).is_err(), "nor is anything else kept there");
    tape.put(vec![1; 8_000]);
    tape.finish(Vec::new(), 8_000);
    std::fs::remove_file(&path).expect("removed");
    assert!(try_disk(&path).is_ok());
    let mut next = slot.begin(&"0192-2".into(), None);
    next.finish(vec![1; 80], 80);
    assert_eq!(verdict(&next), Verdict::Kept, "the next one is not harmed");
    let told = gauge.status();
    assert_eq!((told.failing, told.lost), (false, 1));
    drop((tape, next, slot));
    recordings.close();
    assert!(matches!(
        Recordings::open(&folder.path().join("recordings/0192-2.wav"), Clock::new()),
        Err(StorageError::Read { .. })
    ));
}

#[test]
fn a_name_never_leaves_the_folder_and_never_takes_anothers_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    for id in ["../../etc/passwd", "a/b", "", "a.b"] {
        let mut tape = slot.begin(&id.into(), None);
        tape.put(vec![1; 8_000]);
        assert_eq!(verdict(&tape), Verdict::Failed, "{id}");
    }
    let mut tape = slot.begin(&"0192-1".into(), None);
    let mut twice = slot.begin(&"0192-1".into(), None);
    assert_eq!(verdict(&twice), Verdict::Failed);
    twice.finish(Vec::new(), 0);
    tape.finish(vec![1; 80], 80);
    assert_eq!(verdict(&tape), Verdict::Kept);
    drop((twice, tape, slot));
    recordings.close();
    assert_eq!(samples(&folder.path().join("0192-1.wav")).len(), 80);
}

#[test]
fn a_writer_that_is_too_slow_fails_the_recording_and_nobody_waits() {
    let (sender, parts) = sync_channel(2);
    let slot = RecordingSlot { sender, begun: Arc::default() };
    let mut tape = slot.begin(&"0192-1".into(), None);
    tape.put(vec![1; 8_000]);
    assert_eq!(tape.verdict(), None);
    tape.put(vec![1; 8_000]);
    assert_eq!(tape.verdict(), Some(Verdict::Failed));
    drop(parts);
}

/// Each use of the disk fails once in turn, in the middle of a recording beside which another goes on.
#[test]
fn whatever_use_of_the_disk_fails_a_recording_is_whole_or_its_loss_is_told() {
    let one = RecordingId::from("0192-1");
    let other = RecordingId::from("0192-2");
    let mut uses = u64::MAX;
    // The first time nothing fails, to count.
    for use_of_disk in 0.. {
        if use_of_disk > uses {
            break;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer {
            folder: folder.path().to_owned(),
            index: Index::new(folder.path()),
            clock: Clock::new(),
            open: BTreeMap::new(),
            gauge: Gauge::default(),
            gate: Gate::default(),
        };
        let alive = Arc::new(());
        let begin = |writer: &mut Writer, tape, recording: &RecordingId| {
            let (sender, verdict) = sync_channel(1);
            let (recording, watch) = (recording.clone(), Arc::downgrade(&alive));
            let channels = Channels::Mono;
            let begins = Begins { recording, channels, keep: None, verdict: sender, watch };
            writer.take(Part::Begin { tape, begins });
            verdict
        };
        let second = |writer: &mut Writer, tape| {
            writer.take(Part::Samples { tape, samples: vec![1; 8_000] });
        };
        let undisturbed = begin(&mut writer, 2, &other);
        second(&mut writer, 2);
        let before = writer.gate.passed();
        if let Some(after) = use_of_disk.checked_sub(1) {
            writer.gate.fail_after(after);
        }
        let told = begin(&mut writer, 1, &one);
        second(&mut writer, 1);
        second(&mut writer, 1);
        writer.take(Part::End { tape: 1, rest: vec![1; 800], kept: 16_800 });
        if use_of_disk == 0 {
            uses = writer.gate.passed() - before;
        }
        writer.take(Part::End { tape: 2, rest: Vec::new(), kept: 8_000 });
        assert_eq!(undisturbed.try_recv(), Ok(Verdict::Kept), "use {use_of_disk}");
        let mut whole = vec!["0192-2.wav", "index.jsonl"];
        match told.try_recv().expect("somebody is told") {
            Verdict::Kept => {
                let samples = samples(&folder.path().join("0192-1.wav"));
                assert_eq!(samples.len(), 16_800, "use {use_of_disk}");
                whole.insert(0, "0192-1.wav");
            }
            Verdict::Failed => {}
        }
        assert_eq!(names(folder.path()), whole, "use {use_of_disk}: whole, or gone");
    }
    assert!(uses > 10, "{uses} uses of the disk");
}

#[test]
fn a_talk_in_two_channels_is_whole_also_when_a_crash_cuts_it_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, slot) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    let frames = |count: usize| [1, -2].repeat(count);
    let mut whole = slot.begin_in(Channels::Stereo, &"0192-talk-1".into(), None);
    whole.put(frames(8_000));
    whole.finish(frames(800), 8_400);
    assert_eq!(verdict(&whole), Verdict::Kept);
    let channels = |path: &Path| -> Vec<Vec<i16>> {
        let wav = std::fs::read(path).expect("readable");
        let channels = Recording::channels_from_wav(&wav).expect("a WAV file");
        channels.iter().map(|channel| channel.to_samples().collect()).collect()
    };
    let path = folder.path().join("0192-talk-1.wav");
    assert_eq!(channels(&path), [vec![1; 8_400], vec![-2; 8_400]]);
    let lasted = recorded_length(folder.path(), &"0192-talk-1".into()).expect("told");
    assert_eq!(lasted.map(Duration::as_millis), Some(1_050));

    let mut cut = slot.begin_in(Channels::Stereo, &"0192-talk-2".into(), None);
    cut.put(frames(8_000));
    let mut other = slot.begin(&"0192-3".into(), None);
    other.finish(vec![5; 80], 80);
    assert_eq!(verdict(&other), Verdict::Kept, "all of the one before is written");
    let next = tempfile::tempdir().expect("a folder");
    let part = next.path().join("0192-talk-2.wav.part");
    std::fs::copy(folder.path().join("0192-talk-2.wav.part"), &part).expect("copied");
    // The crash came between the samples and the head, in the middle of a sample of the right channel.
    let file = OpenOptions::new().append(true).open(&part).expect("opens");
    (&file).write_all(&[1, 0, 254]).expect("written");
    let (after, _) = Recordings::open(next.path(), Clock::new()).expect("opens");
    after.close();
    assert_eq!(channels(&next.path().join("0192-talk-2.wav")), [vec![1; 8_000], vec![-2; 8_000]]);
    drop((whole, cut, other, slot));
    recordings.close();
}
