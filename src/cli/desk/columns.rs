//! A table as text: columns as wide as what stands in them.

/// The rows below their names, two blanks between columns.
pub(in crate::cli) fn columns<const N: usize>(names: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = names.map(|name| name.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let mut text = line(names);
    for row in rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let rows = [["budi".to_owned(), "ready".to_owned()], ["x".to_owned(), String::new()]];
        assert_eq!(columns(["AGENT", "STATE"], &rows), "AGENT  STATE\nbudi   ready\nx\n");
    }
}
