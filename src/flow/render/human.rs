//! As a compiler shows a finding: the lines of the file, labels, the way out.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Paint, Renderer, Snippet};

use crate::flow::diagnostic::{Diagnostic, Diagnostics, Level, Patch};
use crate::flow::source::{FileId, SourceFile, Span};

/// The width at which long lines of a file are cut.
const WIDTH: usize = 120;

/// A part of a file: its first line, and what lies before it in bytes.
struct Window<'a> {
    text: &'a str,
    line: usize,
    before: usize,
}

impl Window<'_> {
    /// Where a span of the file lies in the part.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let range = span.range();
        range.start.saturating_sub(self.before)..range.end.saturating_sub(self.before)
    }
}

/// The lines of the spans. The renderer looks through all text it is given, so that it is given little.
fn window(file: &SourceFile, spans: impl Iterator<Item = Span> + Clone) -> Window<'_> {
    let from = spans.clone().map(|span| span.start).min().unwrap_or(0);
    let to = spans.map(|span| span.end).max().unwrap_or(0);
    let (line, _) = file.line_column(from);
    let lines = file.lines_around(from, to);
    Window { text: file.text.get(lines.clone()).unwrap_or(""), line, before: lines.start }
}

impl Diagnostics {
    /// A finding for people, without a line break at its end.
    pub(super) fn human(&self, diagnostic: &Diagnostic, color: bool) -> String {
        let level = match diagnostic.level() {
            Level::Error => Paint::ERROR,
            Level::Warning => Paint::WARNING,
            Level::Note => Paint::NOTE,
        };
        let title = level.primary_title(&diagnostic.message).id(diagnostic.code());
        let mut report = vec![title.elements(self.snippets(diagnostic))];
        match (self.change(diagnostic), &diagnostic.help) {
            (Some((patch, file)), help) => {
                let title = help.as_deref().unwrap_or("did you mean this?");
                let window = window(file, std::iter::once(patch.span));
                let change =
                    annotate_snippets::Patch::new(window.range(patch.span), patch.text.as_str());
                let snippet = Snippet::source(window.text).line_start(window.line);
                let snippet = snippet.path(&*file.path).patch(change);
                report.push(Paint::HELP.secondary_title(title).element(snippet));
            }
            (None, Some(help)) => report.push(Group::with_title(Paint::HELP.secondary_title(help))),
            (None, None) => {}
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH).render(&report)
    }

    /// The proposed change, with its file.
    fn change<'a>(&'a self, diagnostic: &'a Diagnostic) -> Option<(&'a Patch, &'a SourceFile)> {
        let patch = diagnostic.patch.as_ref()?;
        Some((patch, self.file(patch.span.file)?))
    }

    /// One snippet per file, that of the main place first.
    fn snippets<'a>(&'a self, diagnostic: &'a Diagnostic) -> Vec<Snippet<'a, Annotation<'a>>> {
        let mut files: Vec<FileId> = Vec::new();
        for label in &diagnostic.labels {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        let mut snippets = Vec::new();
        for id in files {
            let Some(file) = self.file(id) else { continue };
            let labels = diagnostic.labels.iter().filter(|label| label.span.file == id);
            let window = window(file, labels.map(|label| label.span));
            let snippet = Snippet::source(window.text).line_start(window.line);
            let mut snippet = snippet.path(&*file.path);
            for (number, label) in diagnostic.labels.iter().enumerate() {
                if label.span.file != id {
                    continue;
                }
                let kind =
                    if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(window.range(label.span));
                let text = (!label.text.is_empty()).then_some(label.text.as_str());
                snippet = snippet.annotation(annotation.label(text));
            }
            snippets.push(snippet);
        }
        snippets
    }
}
