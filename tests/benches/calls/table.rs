//! A table on the terminal, written row by row.

/// Two blanks stand before each column, which is as wide as its name.
pub(crate) struct Table(Vec<&'static str>);

impl Table {
    /// Writes the title and the names of the columns, which `|` divides.
    pub(crate) fn begin(title: &str, columns: &'static str) -> Self {
        let columns: Vec<_> = columns.split('|').collect();
        println!("{title}\n  {}", columns.join("  "));
        Self(columns)
    }

    /// Writes a row.
    pub(crate) fn row(&self, cells: &[f64]) {
        assert_eq!(cells.len(), self.0.len(), "one cell in each column");
        for (name, cell) in self.0.iter().zip(cells) {
            let digits = if cell.fract() == 0.0 { 0 } else { 2 };
            print!("  {cell:>width$.digits$}", width = name.len());
        }
        println!();
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        println!();
    }
}
