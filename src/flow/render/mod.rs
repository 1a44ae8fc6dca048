//! How findings are printed: as a compiler shows them to people, one line each, or for other programs.

mod document;
mod github;
mod human;
mod sarif;

use super::diagnostic::{Diagnostic, Diagnostics};

pub use sarif::sarif_log;

/// The form in which a finding is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the lines of the file, labels and proposed changes.
    Human {
        /// Whether to use colours.
        color: bool,
    },
    /// `file:line:col: level[code]: text`, one line each.
    Short,
    /// A workflow command of GitHub Actions, one line each.
    Github,
}

impl Diagnostics {
    /// Prints one finding, with a line break at its end.
    #[must_use]
    pub fn render(&self, diagnostic: &Diagnostic, format: Format) -> String {
        let mut text = match format {
            Format::Human { color } => self.human(diagnostic, color),
            Format::Short => self.short(diagnostic),
            Format::Github => self.github(diagnostic),
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
        let (at, level, code) =
            (self.at(diagnostic.span()), diagnostic.level().name(), diagnostic.code());
        format!("{at}: {level}[{code}]: {}", diagnostic.message)
    }
}

#[cfg(test)]
mod tests;
