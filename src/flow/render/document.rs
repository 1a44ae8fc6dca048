//! Findings as JSON, for scripts and editors.

use serde_json::{Value, json};

use crate::flow::diagnostic::{Diagnostic, Diagnostics};
use crate::flow::source::Span;

impl Diagnostics {
    /// A finding as a JSON object: `code`, `level`, its place, `message`, `labels`, `help` and `fix`.
    ///
    /// Lines and columns count from 1, columns in characters, and an end is the place after the last character.
    /// `help` and `fix` are null where there is none; a `fix` with `certain` false is a guess.
    #[must_use]
    pub fn json(&self, diagnostic: &Diagnostic) -> Value {
        let labels = diagnostic.labels.iter().map(|label| {
            let mut value = self.place(label.span);
            value["text"] = label.text.as_str().into();
            value
        });
        let labels: Vec<Value> = labels.collect();
        let fix = diagnostic.patch.as_ref().map(|patch| {
            let mut value = self.place(patch.span);
            value["text"] = patch.text.as_str().into();
            value["certain"] = patch.certain.into();
            value
        });
        let mut value = self.place(diagnostic.span());
        value["code"] = diagnostic.code().into();
        value["level"] = diagnostic.level().name().into();
        value["message"] = diagnostic.message.as_str().into();
        value["labels"] = labels.into();
        value["help"] = diagnostic.help.as_deref().into();
        value["fix"] = fix.into();
        value
    }

    /// A place as `file`, `line`, `column`, `end_line` and `end_column`.
    fn place(&self, span: Span) -> Value {
        let Some(file) = self.file(span.file) else { return json!({}) };
        let ((line, column), (end_line, end_column)) =
            (file.line_column(span.start), file.line_column(span.end));
        json!({
            "file": &*file.path,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        })
    }
}
