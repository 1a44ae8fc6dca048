//! All files of a compilation, read once, and what each of them is.

use crate::flow::check::{EDITION, MISSING_KEY};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::load::{Document, load};
use crate::flow::read::{Context, Reader, read, unknown_key};
use crate::flow::shipped::{self, SHIPPED, Shipped};
use crate::flow::source::{FileId, SourceFile, Sources, Span, Spanned};

/// What a file is, by its top keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// It has `flow`: a call flow.
    Flow,
    /// It has `tests`: tests of a flow.
    Tests,
    /// It has `language` and no `flow`: prompts of one language.
    Catalogue,
    /// The project's settings; only its queues and calendars are read here.
    Settings,
    /// Sections that flows bring in by `use:`.
    Part,
    /// It could not be read.
    Unread,
}

/// The edition of the flow language that this program knows.
const KNOWN_EDITION: i64 = 1;

/// The files.
pub(super) struct Library {
    pub(super) files: Vec<SourceFile>,
    documents: Vec<Option<Document>>,
    kinds: Vec<FileKind>,
    /// The files of shipped subflows that a flow calls.
    shipped: Vec<(FileId, &'static Shipped)>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Library {
    pub(super) fn load(sources: &Sources) -> Self {
        let mut library = Self {
            files: Vec::new(),
            documents: Vec::new(),
            kinds: Vec::new(),
            shipped: Vec::new(),
            findings: Vec::new(),
        };
        for (path, bytes) in sources.iter() {
            library.add(path, bytes, sources.is_settings(path));
        }
        for shipped in &SHIPPED {
            let mut read = library.documents.iter().flatten();
            if read.any(|document| shipped::calls(&document.value, shipped.name)) {
                let id = library.add(shipped.path, shipped.text.as_bytes(), false);
                library.shipped.push((id, shipped));
            }
        }
        library
    }

    fn add(&mut self, path: &str, bytes: &[u8], settings: bool) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let (file, document, findings) = load(path, bytes, id);
        let kind = match &document {
            None => FileKind::Unread,
            Some(_) if settings => FileKind::Settings,
            Some(document) => kind(document),
        };
        self.files.push(file);
        self.documents.push(document);
        self.kinds.push(kind);
        // What is wrong with the settings is said where they are read in full.
        self.findings.extend(findings.into_iter().filter(|_| kind != FileKind::Settings));
        id
    }

    /// Whether a file ships with the program.
    pub(super) fn is_shipped(&self, file: FileId) -> bool {
        self.shipped.iter().any(|(id, _)| *id == file)
    }

    /// The files of shipped subflows that a node of these files calls.
    pub(super) fn shipped_for(&self, files: &[FileId]) -> Vec<FileId> {
        let called = |name| {
            let documents = files.iter().filter_map(|file| self.documents.get(file.0 as usize));
            documents.flatten().any(|document| shipped::calls(&document.value, name))
        };
        let shipped = self.shipped.iter().filter(|(_, shipped)| called(shipped.name));
        shipped.map(|(file, _)| *file).collect()
    }

    pub(super) fn kind(&self, file: FileId) -> FileKind {
        self.kinds.get(file.0 as usize).copied().unwrap_or(FileKind::Unread)
    }

    /// The files of a kind, in order.
    pub(super) fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = FileId> {
        (0_u32..).zip(&self.kinds).filter(move |(_, k)| **k == kind).map(|(id, _)| FileId(id))
    }

    /// The files whose path fits a pattern, in which `*` stands for anything within one part of the path.
    pub(super) fn matching(&self, pattern: &str) -> Vec<FileId> {
        let fits = |file: &SourceFile| {
            let (path, pattern): (Vec<&str>, Vec<&str>) =
                (file.path.split('/').collect(), pattern.split('/').collect());
            path.len() == pattern.len() && path.iter().zip(&pattern).all(|(a, b)| part_fits(a, b))
        };
        (0_u32..).zip(&self.files).filter(|(_, f)| fits(f)).map(|(id, _)| FileId(id)).collect()
    }

    /// The top keys of a file with readers of their values.
    pub(super) fn entries<'a>(
        &'a self,
        file: FileId,
        contexts: &'a [Context<'a>],
    ) -> Vec<(Spanned<String>, Reader<'a>)> {
        let index = file.0 as usize;
        match (self.documents.get(index), contexts.get(index)) {
            (Some(Some(document)), Some(context)) => {
                Reader::new(&document.value, &document.places, context).entries()
            }
            _ => Vec::new(),
        }
    }

    /// The value of one top key.
    pub(super) fn entry<'a>(
        &'a self,
        file: FileId,
        contexts: &'a [Context<'a>],
        key: &str,
    ) -> Option<Reader<'a>> {
        let mut entries = self.entries(file, contexts).into_iter();
        entries.find(|(name, _)| name.value == key).map(|(_, reader)| reader)
    }

    /// Reports unknown top keys and editions, file by file.
    pub(super) fn check_keys(&self, contexts: &[Context<'_>]) {
        for (id, kind) in (0_u32..).zip(&self.kinds) {
            let (owner, known): (&str, &[&str]) = match kind {
                FileKind::Flow => ("a flow file", &FLOW_KEYS),
                FileKind::Catalogue => ("a prompt file", &CATALOGUE_KEYS),
                FileKind::Part => ("a part file", &PART_KEYS),
                FileKind::Tests => ("a test file", &TEST_KEYS),
                FileKind::Settings | FileKind::Unread => continue,
            };
            let Some(context) = contexts.get(id as usize) else { continue };
            let mut edition = None;
            for (key, reader) in self.entries(FileId(id), contexts) {
                if key.value == "sambung" {
                    edition = Some(reader);
                } else if !known.contains(&&*key.value) {
                    context.report(unknown_key(&key.value, key.span, owner, known));
                }
            }
            check_edition(edition, *kind, FileId(id), context);
        }
    }
}

fn check_edition(edition: Option<Reader<'_>>, kind: FileKind, file: FileId, context: &Context<'_>) {
    let Some(reader) = edition else {
        if kind == FileKind::Flow {
            let start = Span { file, start: 0, end: 0 };
            let finding = Diagnostic::new(&MISSING_KEY, start, "a flow file needs `sambung: 1`");
            context.report(finding.help("write it as the first line: the edition of the language"));
        }
        return;
    };
    let span = reader.span();
    if let Some(edition) = read::<i64>(reader)
        && edition != KNOWN_EDITION
    {
        let message =
            format!("this file says edition {edition}; this `sambung` knows {KNOWN_EDITION}");
        context.report(Diagnostic::new(&EDITION, span, message));
    }
}

pub(in crate::flow) const FLOW_KEYS: [&str; 22] = [
    "sambung",
    "flow",
    "about",
    "languages",
    "language",
    "start",
    "vars",
    "defaults",
    "limits",
    "commands",
    "answer",
    "on_hangup",
    "on_fault",
    "humans",
    "nodes",
    "subflows",
    "prompts",
    "faq",
    "calendars",
    "queues",
    "services",
    "use",
];
pub(in crate::flow) const CATALOGUE_KEYS: [&str; 4] = ["sambung", "language", "about", "prompts"];
pub(in crate::flow) const TEST_KEYS: [&str; 6] =
    ["sambung", "tests", "about", "setup", "cases", "rules"];
pub(in crate::flow) const PART_KEYS: [&str; 10] = [
    "sambung",
    "about",
    "nodes",
    "subflows",
    "vars",
    "prompts",
    "faq",
    "calendars",
    "queues",
    "services",
];

fn kind(document: &Document) -> FileKind {
    let has = |key: &str| document.value.get(key).is_some();
    if has("flow") {
        FileKind::Flow
    } else if has("tests") {
        FileKind::Tests
    } else if has("language") {
        FileKind::Catalogue
    } else {
        FileKind::Part
    }
}

/// Whether one part of a path fits one part of a pattern with at most one `*`.
fn part_fits(part: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => part == pattern,
        Some((start, end)) => {
            part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
        }
    }
}
