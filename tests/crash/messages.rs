//! Messages of callers: what of them is on the disk when the node dies, and what is there when it is back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sambung::history::{Entry, Fact};
use sambung::time::Wall;

use super::node::Node;

/// How much of a message may be lost, in microseconds.
const LOST: i64 = 2_000_000;

/// Messages that were being left when the node died: how long each had been, in microseconds.
pub(crate) struct Cut(BTreeMap<PathBuf, i64>);

impl Cut {
    /// Looks for them in what a node left that was killed at a moment.
    pub(crate) fn look(node: &Node, killed: Wall) -> Self {
        let folder = node.path("recordings");
        let parts = files(&folder).filter(|path| is(path, "part"));
        let lasted = |path: PathBuf| {
            let begun = fs::metadata(&path).and_then(|meta| meta.created()).expect("it was made");
            let begun = begun.duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
            let begun = i64::try_from(begun).expect("before the year 290000");
            (path.with_extension(""), killed.as_unix_micros() - begun)
        };
        Self(parts.map(lasted).collect())
    }

    /// Every message plays now, and those that were cut off are there but for their last two seconds, each with one ticket.
    /// Gives the length of the longest of them, in microseconds.
    pub(crate) fn check(&self, node: &Node, entries: &[Entry]) -> i64 {
        let mut longest = 0;
        // Of one that had just begun there may be nothing, and then there is no file.
        for (path, lasted) in
            self.0.iter().filter(|(path, lasted)| path.exists() || **lasted > LOST)
        {
            let kept = length(path);
            assert!(kept >= lasted - LOST, "{kept} µs of {lasted} µs of {}", path.display());
            longest = longest.max(kept);
            check_told(path, kept, entries);
        }
        for path in files(&node.path("recordings")) {
            assert!(!is(&path, "part"), "a message without its name: {}", path.display());
            if is(&path, "wav") {
                length(&path);
            }
        }
        longest
    }
}

/// The history tells once of a message that was cut off, and once what is to be done with it.
fn check_told(path: &Path, lasted: i64, entries: &[Entry]) {
    let name = path.file_stem().and_then(|name| name.to_str()).expect("a name of ours");
    let told = |entry: &&Entry| match &entry.row.fact {
        Fact::RecordingKept { recording, lasted_us, .. } if recording.as_str() == name => {
            assert_eq!(i64::try_from(*lasted_us), Ok(lasted), "{name}");
            true
        }
        Fact::TicketOpened { recording: Some(recording), .. } => recording.as_str() == name,
        _ => false,
    };
    let kinds: Vec<_> = entries.iter().filter(told).map(|entry| entry.row.fact.kind()).collect();
    assert_eq!(kinds, ["recording_kept", "ticket_opened"], "{name}");
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten();
    files.map(|file| file.expect("a folder can be read").path())
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// How long a message is that plays to its end, in microseconds.
pub(crate) fn length(path: &Path) -> i64 {
    let mut reader = hound::WavReader::open(path).expect("a message plays");
    let rate = i64::from(reader.spec().sample_rate);
    let samples = reader.samples::<i16>().map(|sample| sample.expect("a message plays to its end"));
    i64::try_from(samples.count()).expect("a short message") * 1_000_000 / rate
}
