//! How findings are printed: as a compiler shows them to people, or one line each for other programs.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Paint, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Diagnostics, Level};
use super::source::FileId;

/// The form in which findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the lines of the file, labels and proposed changes.
    Human {
        /// Whether to use colours.
        color: bool,
    },
    /// `file:line:col: level[code]: text`, one line each.
    Short,
}

/// The width at which long lines of a file are cut.
const WIDTH: usize = 120;

impl Diagnostics {
    /// Prints one finding, with a line break at its end.
    #[must_use]
    pub fn render(&self, diagnostic: &Diagnostic, format: Format) -> String {
        let mut text = match format {
            Format::Human { color } => self.human(diagnostic, color),
            Format::Short => self.short(diagnostic),
        };
        text.push('\n');
        text
    }

    /// Prints all findings in order.
    #[must_use]
    pub fn render_all(&self, format: Format) -> String {
        let mut text = String::new();
        for diagnostic in &self.list {
            text.push_str(&self.render(diagnostic, format));
            if matches!(format, Format::Human { .. }) {
                text.push('\n');
            }
        }
        text
    }

    fn short(&self, diagnostic: &Diagnostic) -> String {
        let span = diagnostic.span();
        let (path, (line, column)) = self
            .files
            .get(span.file.0 as usize)
            .map_or(("", (1, 1)), |file| (&*file.path, file.line_column(span.start)));
        let (level, code) = (diagnostic.level().name(), diagnostic.code());
        format!("{path}:{line}:{column}: {level}[{code}]: {}", diagnostic.message)
    }

    fn human(&self, diagnostic: &Diagnostic, color: bool) -> String {
        let level = match diagnostic.level() {
            Level::Error => Paint::ERROR,
            Level::Warning => Paint::WARNING,
            Level::Note => Paint::NOTE,
        };
        let title = level.primary_title(&diagnostic.message).id(diagnostic.code());
        let mut report = vec![title.elements(self.snippets(diagnostic))];
        let patch = diagnostic.patch.as_ref();
        let file = patch.and_then(|patch| self.files.get(patch.span.file.0 as usize));
        match (patch, file, &diagnostic.help) {
            (Some(patch), Some(file), help) => {
                let title = help.as_deref().unwrap_or("did you mean this?");
                let change = annotate_snippets::Patch::new(patch.span.range(), &patch.text);
                let snippet = Snippet::source(&*file.text).path(&*file.path).patch(change);
                report.push(Paint::HELP.secondary_title(title).element(snippet));
            }
            (_, _, Some(help)) => report.push(Group::with_title(Paint::HELP.secondary_title(help))),
            (_, _, None) => {}
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH).render(&report)
    }

    /// One snippet per file, that of the main place first.
    fn snippets<'a>(
        &'a self,
        diagnostic: &'a Diagnostic,
    ) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let mut files: Vec<FileId> = Vec::new();
        for label in &diagnostic.labels {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        let mut snippets = Vec::new();
        for id in files {
            let Some(file) = self.files.get(id.0 as usize) else { continue };
            let mut snippet = Snippet::source(&*file.text).path(&*file.path);
            for (number, label) in diagnostic.labels.iter().enumerate() {
                if label.span.file != id {
                    continue;
                }
                let kind =
                    if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(label.span.range());
                let text = (!label.text.is_empty()).then_some(label.text.as_str());
                snippet = snippet.annotation(annotation.label(text));
            }
            snippets.push(snippet);
        }
        snippets
    }
}
