//! Tables: one form for the terminal, for CSV, for JSON and for a page.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::words::Tongue;
use crate::report::Share;
use crate::time::Duration;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// There is none.
    None,
    /// A name, a time of day.
    Text(String),
    /// A word, by the name of its field.
    Word(&'static str),
    /// A time: as short as the table allows for people, in full for programs.
    Moment {
        /// For people.
        shown: String,
        /// For programs.
        plain: String,
    },
    /// A count.
    Count(u64),
    /// A share: percent for people, 0 to 1 for programs.
    Share(Share),
    /// A share that is no count of anything.
    Ratio(f64),
    /// A span: `m:ss` for people, seconds for programs.
    Span(Duration),
    /// A long span: `h:mm` for people, seconds for programs.
    Hours(Duration),
    /// A number with one decimal.
    Number(f64),
}

/// Rows under named columns.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The name of the table's title.
    pub(super) title: &'static str,
    /// What must be known to read it, printed below its title.
    pub(super) note: String,
    /// The names of the columns.
    pub(super) columns: Vec<&'static str>,
    /// The rows; the first column names them.
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows; `|` divides the columns.
    pub(super) fn new(title: &'static str, columns: &'static str) -> Self {
        let columns = columns.split('|').collect();
        Self { title, note: String::new(), columns, rows: Vec::new() }
    }

    /// The table with a note.
    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Adds a row, with a cell for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = cells.into_iter().collect();
        debug_assert_eq!(row.len(), self.columns.len(), "{}", self.title);
        self.rows.push(row);
    }

    /// Writes it for people: names to the left, numbers to the right, nothing wider than it must be.
    pub(super) fn text(&self, tongue: Tongue, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", tongue.say(self.title))?;
        for line in self.note.lines() {
            writeln!(out, "  {line}")?;
        }
        if self.rows.is_empty() {
            return writeln!(out, "  {}\n", tongue.say("none"));
        }
        let shown: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.shown(tongue)).collect())
            .collect();
        let names: Vec<&str> = self.columns.iter().map(|name| tongue.say(name)).collect();
        let width = |at: usize| {
            let cells = shown.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.chain(names.get(at).map(|name| name.chars().count())).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..names.len()).map(width).collect();
        let left = |at: usize| self.rows.iter().all(|row| row.get(at).is_some_and(Cell::is_text));
        let mut line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut text = String::new();
            for (at, (cell, width)) in cells.zip(&widths).enumerate() {
                let padded = if left(at) {
                    format!("  {cell:<width$}")
                } else {
                    format!("  {cell:>width$}")
                };
                text.push_str(&padded);
            }
            writeln!(out, "{}", text.trim_end())
        };
        line(&mut names.iter().copied())?;
        for row in &shown {
            line(&mut row.iter().map(String::as_str))?;
        }
        writeln!(out)
    }

    /// Writes it as CSV (RFC 4180, with line feeds): spans in seconds, shares from 0 to 1.
    pub(super) fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.columns.join(","))?;
        self.csv_rows(out)
    }

    /// Its rows alone.
    pub(super) fn csv_rows(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| quoted(&cell.plain())).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        Ok(())
    }

    /// It as one JSON object.
    pub(super) fn json(&self) -> Value {
        let row = |row: &Vec<Cell>| {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(name, cell)| ((*name).to_owned(), cell.json()));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        json!({ "table": self.title, "note": self.note, "rows": rows })
    }
}

impl Cell {
    /// A name.
    #[expect(clippy::needless_pass_by_value, reason = "names, ids and words alike")]
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A span, if there is one.
    pub(super) fn span(span: Option<Duration>) -> Self {
        span.map_or(Self::None, Self::Span)
    }

    /// A number, if there is one.
    pub(super) fn number(number: Option<f64>) -> Self {
        number.map_or(Self::None, Self::Number)
    }

    /// A share, if there is one.
    pub(super) fn ratio(ratio: Option<f64>) -> Self {
        ratio.map_or(Self::None, Self::Ratio)
    }

    pub(super) const fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Word(_) | Self::Moment { .. })
    }

    /// As people read it.
    pub(super) fn shown(&self, tongue: Tongue) -> String {
        match self {
            Self::None => "–".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Word(word) => tongue.say(word).to_owned(),
            Self::Moment { shown, .. } => shown.clone(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => share.ratio().map_or("–".to_owned(), percent),
            Self::Ratio(ratio) => percent(*ratio),
            Self::Span(span) => clock(*span),
            Self::Hours(span) => {
                let minutes = (span.as_secs() + 30) / 60;
                format!("{}:{:02} h", minutes / 60, minutes % 60)
            }
            Self::Number(number) => format!("{number:.1}"),
        }
    }

    /// As programs read it.
    fn plain(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) => text.clone(),
            Self::Word(word) => (*word).to_owned(),
            Self::Moment { plain, .. } => plain.clone(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => share.ratio().map_or(String::new(), |r| format!("{r:.4}")),
            Self::Ratio(ratio) => format!("{ratio:.4}"),
            Self::Span(span) | Self::Hours(span) => {
                format!("{}.{:03}", span.as_secs(), span.as_millis() % 1_000)
            }
            Self::Number(number) => format!("{number:.2}"),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Text(text) => json!(text),
            Self::Word(word) => json!(word),
            Self::Moment { plain, .. } => json!(plain),
            Self::Count(count) => json!(count),
            Self::Share(share) => {
                json!({ "part": share.part, "of": share.of, "ratio": rounded(share.ratio()) })
            }
            Self::Ratio(ratio) => json!(rounded(Some(*ratio))),
            Self::Span(span) | Self::Hours(span) => json!(span.as_millis() as f64 / 1e3),
            Self::Number(number) => json!(rounded(Some(*number))),
        }
    }
}

/// To six decimals, so that the last bits of a machine do not show.
fn rounded(ratio: Option<f64>) -> Option<f64> {
    ratio.map(|ratio| (ratio * 1e6).round() / 1e6)
}

/// A share as percent.
fn percent(ratio: f64) -> String {
    format!("{:.1} %", 100.0 * ratio)
}

/// A span as `m:ss`, from an hour on as `h:mm:ss`, rounded to whole seconds.
pub(super) fn clock(span: Duration) -> String {
    let seconds = (span.as_micros() + 500_000) / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A span in its largest whole unit: `20s`, `90m`, `24h`, `7d`.
pub(super) fn long(span: Duration) -> String {
    /// A day, so that `24h` stays as it is mostly said.
    const DAY: u64 = 24;
    let minutes = span.as_secs() / 60;
    let whole = span == Duration::from_mins(minutes) && minutes > 0 && minutes.is_multiple_of(60);
    match minutes / 60 {
        hours if whole && hours > DAY && hours.is_multiple_of(DAY) => format!("{}d", hours / DAY),
        hours if whole => format!("{hours}h"),
        _ => span.to_string(),
    }
}

/// A value of CSV: in quotes where it must be. What a spreadsheet would take for a formula gets a `'` before it.
pub(super) fn quoted(value: &str) -> String {
    let number = value.parse::<f64>().is_ok();
    let formula = !number && value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = if formula { format!("'{value}") } else { value.to_owned() };
    if value.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people_and_for_programs() {
        for (cell, shown, plain) in [
            (Cell::None, "–", ""),
            (Cell::Count(7), "7", "7"),
            (Cell::Share(Share { part: 2, of: 3 }), "66.7 %", "0.6667"),
            (Cell::Share(Share::default()), "–", ""),
            (Cell::Span(Duration::from_millis(59_499)), "0:59", "59.499"),
            (Cell::Span(Duration::from_millis(59_500)), "1:00", "59.500"),
            (Cell::Span(Duration::from_secs(3_723)), "1:02:03", "3723.000"),
            (Cell::Number(2.25), "2.2", "2.25"),
        ] {
            assert_eq!(
                (cell.shown(Tongue::En).as_str(), cell.plain().as_str()),
                (shown, plain),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        for (seconds, said) in [(20, "20s"), (5_400, "90m"), (86_400, "24h"), (604_800, "7d")] {
            assert_eq!(long(Duration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn values_of_csv_are_quoted_and_never_formulas() {
        for (value, written) in [
            ("sari", "sari"),
            ("a,b", "\"a,b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("=1+2", "'=1+2"),
            ("-3.5", "-3.5"),
            ("@x", "'@x"),
        ] {
            assert_eq!(quoted(value), written, "{value}");
        }
    }
}
