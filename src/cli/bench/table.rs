//! A table on the terminal, written row by row.

/// Two blanks stand before each column, which is as wide as its name.
#[derive(Debug)]
pub(super) struct Table(Vec<&'static str>);

#[expect(clippy::print_stdout, reason = "tables are the result of the command")]
impl Table {
    /// Writes the title and the names of the columns, which `|` divides.
    pub(super) fn begin(title: &str, columns: &'static str) -> Self {
        let columns: Vec<_> = columns.split('|').collect();
        println!("{title}\n  {}", columns.join("  "));
        Self(columns)
    }

    /// Writes a row, one cell in each column; what is no number was not measured.
    pub(super) fn row(&self, cells: &[f64]) {
        for (name, cell) in self.0.iter().zip(cells) {
            let width = name.chars().count();
            if cell.is_nan() {
                print!("  {:>width$}", "-");
            } else {
                let digits = if cell.fract() == 0.0 { 0 } else { 2 };
                print!("  {cell:>width$.digits$}");
            }
        }
        println!();
    }

    /// Writes a line below the last row.
    pub(super) fn remark(&self, text: &str) {
        println!("        {text}");
    }

    /// Ends the table.
    pub(super) fn end(self) {
        println!();
    }
}
