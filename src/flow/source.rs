//! The files of a flow project as bytes, and places inside them.
//!
//! Files are read by `project`; here they are only named, measured and pointed into.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The YAML files that a compilation may look at, by path. What a file is, its top key decides, never its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: BTreeMap<Arc<str>, Arc<[u8]>>,
    settings: Option<Arc<str>>,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A single file.
    #[must_use]
    pub fn one(path: &str, bytes: &[u8]) -> Self {
        let mut sources = Self::new();
        sources.add(path, bytes);
        sources
    }

    /// Adds a flow, a part or any other YAML file. `path` is how messages name it; `/` stands between its parts.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Adds the project's settings file (`sambung.yaml`), of which only `queues`, `calendars` and `answer` are read here.
    pub fn add_settings(&mut self, path: &str, bytes: &[u8]) {
        self.add(path, bytes);
        self.settings = Some(path.into());
    }

    /// Whether `path` is the settings file.
    pub(super) fn is_settings(&self, path: &str) -> bool {
        self.settings.as_deref() == Some(path)
    }

    /// The files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<[u8]>)> {
        self.files.iter()
    }
}

/// A file of the compilation, by its place in the list of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a file, in bytes. Ordered by file, then by start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The bytes as a range for slicing.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The stretch from byte `from` to byte `to` of this one, kept inside it.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(self.start);
        let start = clamp(from).min(self.end);
        Self { file: self.file, start, end: clamp(to).clamp(start, self.end) }
    }
}

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Spanned<String> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// One text file: its path for messages and its content without a byte-order mark.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as the caller of the compiler named it.
    pub path: Arc<str>,
    /// The content.
    pub text: Arc<str>,
    /// Where each line begins, in bytes.
    lines: Arc<[u32]>,
}

impl SourceFile {
    /// A file of this content.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        let breaks = text.bytes().zip(1_u32..).filter(|(byte, _)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(_, next)| next)).collect();
        Self { path: path.into(), text: text.into(), lines }
    }

    /// The line and the column of a byte, both counted from 1, columns in characters.
    #[must_use]
    pub fn line_column(&self, byte: u32) -> (usize, usize) {
        let byte = byte.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start as usize..byte as usize).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    /// The bytes of the whole lines that hold what lies between two places.
    pub(super) fn lines_around(&self, from: u32, to: u32) -> Range<usize> {
        let first = self.lines.partition_point(|start| *start <= from).saturating_sub(1);
        let after = self.lines.partition_point(|start| *start <= to);
        let start = self.lines.get(first).map_or(0, |start| *start as usize);
        let end = self.lines.get(after).map_or(self.text.len(), |start| *start as usize);
        start..end
    }

    /// The text of a span; empty if the span is not of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_parts_stay_inside() {
        let file = SourceFile::new("a", "ab\né: x\n");
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(3), (2, 1));
        assert_eq!(file.line_column(7), (2, 4), "é is one character of two bytes");
        assert_eq!(file.line_column(999), (3, 1));
        assert_eq!((file.lines_around(0, 1), file.lines_around(1, 4)), (0..3, 0..9));
        assert_eq!(file.lines_around(9, 99), 9..9);
        let span = Span { file: FileId(0), start: 3, end: 6 };
        assert_eq!(file.slice(span.part(3, 99)), "");
        assert_eq!(file.slice(span.part(2, 99)), ":");
    }
}
