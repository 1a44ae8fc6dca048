//! Faults and remarks about flow files: what is wrong, where, and the way out.

use super::check::Rule;
use super::source::{FileId, SourceFile, Span};

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Stops the flow from loading.
    Error,
    /// Probably wrong; `--deny warnings` makes it count as a finding.
    Warning,
    /// Good to know.
    Note,
}

impl Level {
    /// The word that stands before the code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule behind it: code, level and explanation.
    pub rule: &'static Rule,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where; the first place is the main one.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
    /// A repair to offer: "did you mean this?"
    pub patch: Option<Patch>,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark; may be empty.
    pub text: String,
}

/// A proposed change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
    /// Whether its meaning is beyond doubt, so that `check --fix` may apply it unasked. A guess never is.
    pub certain: bool,
}

impl Diagnostic {
    /// Begins a finding of `rule` at `span`.
    #[must_use]
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        let label = Label { span, text: String::new() };
        Self { rule, message: message.into(), labels: vec![label], help: None, patch: None }
    }

    /// Says something beside the main place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(main) = self.labels.first_mut() {
            main.text = text.into();
        }
        self
    }

    /// Shows one more place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers a repair that a person has to agree to.
    #[must_use]
    pub fn patch(mut self, span: Span, text: impl Into<String>) -> Self {
        self.patch = Some(Patch { span, text: text.into(), certain: false });
        self
    }

    /// Offers a repair that says the same thing better: `check --fix` applies it unasked.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.patch = Some(Patch { span, text: text.into(), certain: true });
        self
    }

    /// Offers `name` in place of what stands at the main place, if there is a near name.
    #[must_use]
    pub fn did_you_mean(self, name: Option<&str>) -> Self {
        let span = self.span();
        match name {
            Some(name) => self.patch(span, name),
            None => self,
        }
    }

    /// The code, such as `E0101`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.rule.code
    }

    /// How serious it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.rule.level
    }

    /// The main place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map(|label| label.span).unwrap_or_default()
    }
}

/// All findings of a compilation, in file order, with the files they point into.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    /// The files, by [`FileId`](super::FileId).
    pub files: Vec<SourceFile>,
    /// The findings.
    pub list: Vec<Diagnostic>,
    /// How many more there were in files that have too many.
    pub left_out: usize,
}

impl Diagnostics {
    /// How many findings of a level there are.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.list.iter().filter(|d| d.level() == level).count()
    }

    /// A file that findings point into.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// A place as tools read it: `flows/toko.yaml:12:5`, with the line and the column.
    #[must_use]
    pub fn at(&self, span: Span) -> String {
        self.file(span.file).map_or_else(String::new, |file| {
            let (line, column) = file.line_column(span.start);
            format!("{}:{line}:{column}", file.path)
        })
    }

    /// Whether anything stops a flow from loading.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// Puts the findings into file order and drops those that say the same thing twice.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| (a.span(), a.code()).cmp(&(b.span(), b.code())));
        self.list.dedup_by(|a, b| a.span() == b.span() && a.message == b.message);
    }
}
