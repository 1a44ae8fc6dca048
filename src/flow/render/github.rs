//! Workflow commands of GitHub Actions, which show findings beside the lines of a change.

use std::fmt::Write as _;

use crate::flow::diagnostic::{Diagnostic, Diagnostics, Level};

impl Diagnostics {
    /// A finding as a workflow command, without a line break at its end.
    pub(super) fn github(&self, diagnostic: &Diagnostic) -> String {
        let command = match diagnostic.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let span = diagnostic.span();
        let mut text = format!("::{command} ");
        let mut property = |name: &str, value: &str| {
            let comma = if text.ends_with(' ') { "" } else { "," };
            // A string takes any text.
            write!(text, "{comma}{name}={}", escaped(value, true)).unwrap_or_default();
        };
        if let Some(file) = self.file(span.file) {
            let ((line, column), (end_line, end_column)) =
                (file.line_column(span.start), file.line_column(span.end));
            property("file", &file.path);
            property("line", &line.to_string());
            property("endLine", &end_line.to_string());
            property("col", &column.to_string());
            property("endColumn", &end_column.to_string());
        }
        property("title", diagnostic.code());
        let help = diagnostic.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let message = format!("{}{help}", diagnostic.message);
        format!("{text}::{}", escaped(&message, false))
    }
}

/// Text as a workflow command takes it; in a property `:` and `,` have a meaning too.
fn escaped(text: &str, is_property: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' if is_property => out.push_str("%3A"),
            ',' if is_property => out.push_str("%2C"),
            _ => out.push(letter),
        }
    }
    out
}
