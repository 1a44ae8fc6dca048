//! A file of lines: appended and synced in one go, never left with half a line, free to be moved away, and rewritten without
//! some of its lines while others append to it.

use std::fs::{File, OpenOptions};
use std::io::{
    self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _,
};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The open file.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    mode: u32,
    file: File,
    /// The length to cut the file to before anything else is written: a failed write left half a line behind it.
    torn_at: Option<u64>,
}

impl LineFile {
    /// Opens the file, or makes it with this mode.
    pub(super) fn open(path: &Path, mode: u32) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(mode).open(path)?;
        let length = file.metadata()?.len();
        let mut last = *b"\n";
        if length > 0 {
            file.seek(SeekFrom::Start(length - 1))?;
            file.read_exact(&mut last)?;
        }
        let mut opened = Self { path: path.to_owned(), mode, file, torn_at: None };
        if last != *b"\n" {
            tracing::warn!(path = %path.display(), "The last line is cut short; a new line follows it.");
            opened.append_here(b"\n")?;
        }
        Ok(opened)
    }

    /// Whether the path no longer leads to the open file.
    pub(super) fn moved_away(&self) -> bool {
        match (std::fs::metadata(&self.path), self.file.metadata()) {
            (Ok(at_path), Ok(open)) => (at_path.dev(), at_path.ino()) != (open.dev(), open.ino()),
            (Err(error), _) => error.kind() == io::ErrorKind::NotFound,
            (Ok(_), Err(_)) => false,
        }
    }

    /// Appends whole lines, to a new file if this one was moved away, and syncs them. After an error nothing of them
    /// is left behind.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.lock()?;
        let appended = self.append_here(lines);
        appended.and(self.file.unlock())
    }

    /// Takes the file for itself: nobody else appends to it or puts another one in its place. It is free again when it is
    /// unlocked or closed.
    fn lock(&mut self) -> io::Result<()> {
        self.file.lock()?;
        while self.moved_away() {
            *self = Self::open(&self.path, self.mode)?;
            self.file.lock()?;
        }
        Ok(())
    }

    /// Rewrites the file without the lines that `goes` names, whole or not at all; tells how many they were.
    pub(super) fn rewrite(&mut self, goes: impl Fn(&[u8]) -> bool) -> io::Result<u64> {
        self.lock()?;
        let mut name = self.path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(self.mode);
        let mut kept = BufWriter::new(options.open(&new)?);
        let mut gone = 0;
        self.file.seek(SeekFrom::Start(0))?;
        for line in BufReader::new(&self.file).split(b'\n') {
            let line = line?;
            if goes(&line) {
                gone += 1;
            } else {
                kept.write_all(&line)?;
                kept.write_all(b"\n")?;
            }
        }
        if gone == 0 {
            std::fs::remove_file(&new)?;
            self.file.unlock()?;
            return Ok(0);
        }
        kept.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        sync_folder(&self.path)?;
        Ok(gone)
    }

    fn append_here(&mut self, lines: &[u8]) -> io::Result<()> {
        if let Some(length) = self.torn_at {
            self.file.set_len(length)?;
            self.torn_at = None;
        }
        let length = self.file.metadata()?.len();
        let written = self.file.write_all(lines).and_then(|()| self.file.sync_data());
        if written.is_err() && self.file.set_len(length).is_err() {
            self.torn_at = Some(length);
        }
        written
    }
}

/// Rewrites a file without the lines that `goes` names; tells how many they were. One that is not there has none.
pub(super) fn remove_lines(
    path: &Path,
    mode: u32,
    goes: impl Fn(&[u8]) -> bool,
) -> io::Result<u64> {
    if !path.try_exists()? {
        return Ok(0);
    }
    LineFile::open(path, mode)?.rewrite(goes)
}

/// Sees to it that the folder of a file knows the file, even if the power fails.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).expect("readable")
    }

    #[test]
    fn a_file_that_is_moved_away_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, moved) = (folder.path().join("a.jsonl"), folder.path().join("a.1"));
        let mut file = LineFile::open(&path, 0o600).expect("opens");
        file.append(b"{}\n").expect("appends");
        std::fs::rename(&path, &moved).expect("moves");
        file.append(b"[]\n").expect("appends");
        assert_eq!((read(&moved), read(&path)), ("{}\n".to_owned(), "[]\n".to_owned()));
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
    }

    #[test]
    fn lines_are_taken_out_while_others_are_appended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        assert_eq!(remove_lines(&path, 0o640, |_| true).expect("nothing there"), 0);
        let write = |from: u32| {
            let mut file = LineFile::open(&path, 0o640).expect("opens");
            for number in from..from + 200 {
                file.append(format!("{number}\n").as_bytes()).expect("appends");
            }
        };
        let odd = |line: &[u8]| line.last().is_some_and(|digit| digit % 2 == 1);
        let mut gone = 0;
        std::thread::scope(|scope| {
            let writers = [scope.spawn(|| write(1_000)), scope.spawn(|| write(2_000))];
            while writers.iter().any(|writer| !writer.is_finished()) {
                gone += remove_lines(&path, 0o640, odd).expect("rewrites");
            }
        });
        gone += remove_lines(&path, 0o640, odd).expect("rewrites");
        let text = read(&path);
        let mut left: Vec<u32> = text.lines().map(|line| line.parse().expect("whole")).collect();
        left.sort_unstable();
        let even = |from: u32| (from..from + 200).filter(|number| number % 2 == 0);
        assert_eq!(left, even(1_000).chain(even(2_000)).collect::<Vec<_>>());
        assert_eq!(gone, 200);
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o640);
    }

    #[test]
    fn a_line_cut_short_by_a_crash_does_not_swallow_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"v\":1,\"ca").expect("writes");
        let mut file = LineFile::open(&path, 0o600).expect("opens");
        file.append(b"{}\n").expect("appends");
        assert_eq!(read(&path), "{\"v\":1,\"ca\n{}\n");
    }

    #[test]
    fn what_a_failed_write_left_behind_is_cut_off_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        let mut file = LineFile::open(&path, 0o600).expect("opens");
        file.append(b"{\"a\":1}\n").expect("appends");
        file.file.write_all(b"{\"ha").expect("half a line");
        file.torn_at = Some(8);
        file.append(b"{\"b\":2}\n").expect("appends");
        assert_eq!(read(&path), "{\"a\":1}\n{\"b\":2}\n");
    }
}
