//! From bytes to values with places: the only reader of YAML in this crate.
//!
//! A parser's events become a `serde_yaml` value and, beside it, a tree of places. Own rules for scalars: only
//! plain `true` and `false`, whole numbers without a leading zero and decimals are more than text, so that `no`
//! stays a word and `0812` keeps its zero. What makes YAML dangerous or ambiguous is refused: double keys,
//! anchors, aliases, tags, merge keys, several documents, and files beyond fixed limits.

mod build;
mod comment;
mod fault;
mod scalar;

use serde_yaml::Value;

use super::diagnostic::Diagnostic;
use super::source::{FileId, SourceFile, Span};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 2_000_000;
/// The most levels of maps and lists inside each other.
pub const MAX_LEVELS: usize = 32;
/// The most values of one file.
pub const MAX_VALUES: usize = 200_000;

/// Where a value and the values inside it stand; the same shape as the value itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Places {
    /// Of a text, number, `true`, `false` or nothing.
    Scalar(Span),
    /// Of a list and its items.
    List(Span, Vec<Self>),
    /// Of a map, its keys and its values, in the order of the map.
    Map(Span, Vec<(Span, Self)>),
}

impl Places {
    /// The place of the whole value.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Scalar(span) | Self::List(span, _) | Self::Map(span, _) => *span,
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The values.
    pub value: Value,
    /// Their places.
    pub places: Places,
}

/// Reads one file. The text is kept even if it cannot be understood, so that findings can show it.
pub(crate) fn load(
    path: &str,
    bytes: &[u8],
    id: FileId,
) -> (SourceFile, Option<Document>, Vec<Diagnostic>) {
    if bytes.len() > MAX_BYTES {
        let file = SourceFile::new(path, "");
        let size = format!("the file has {} bytes", bytes.len());
        return (file, None, vec![fault::too_large(Span { file: id, start: 0, end: 0 }, &size)]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let file = SourceFile::new(path, &good);
            let end = u32::try_from(file.text.len()).unwrap_or(u32::MAX);
            return (file, None, vec![fault::not_utf8(Span { file: id, start: end, end })]);
        }
    };
    let file = SourceFile::new(path, text);
    let (document, findings) = build::build(&file.text, id);
    (file, document, findings)
}

#[cfg(test)]
mod tests;
