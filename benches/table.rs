//! Tables as Markdown, so that what a bench prints stands in `docs/performance.md` as it is.

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

/// A figure with three digits or so.
pub fn figure(value: f64) -> String {
    match value.abs() {
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

impl Table {
    /// A table whose first column holds names, and these columns figures.
    pub fn new<S: Into<String>>(names: &str, columns: impl IntoIterator<Item = S>) -> Table {
        let mut table = Table { rows: Vec::new() };
        table.row(names, columns);
        table
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, name: &str, cells: impl IntoIterator<Item = S>) {
        let cells = cells.into_iter().map(Into::into);
        self.rows.push([name.to_owned()].into_iter().chain(cells).collect());
    }

    /// Prints the table under a title.
    pub fn print(&self, title: &str) {
        println!("\n{title}\n");
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for (number, row) in self.rows.iter().enumerate() {
            println!("{}", line(row, &widths));
            if number == 0 {
                println!("{}", rule(&widths));
            }
        }
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = widths.iter().enumerate().map(|(column, &width)| {
        let text = row.get(column).map_or("", String::as_str);
        if column == 0 { format!(" {text:<width$} |") } else { format!(" {text:>width$} |") }
    });
    cells.fold("|".to_owned(), |line, cell| line + &cell)
}

fn rule(widths: &[usize]) -> String {
    let cells = widths.iter().enumerate().map(|(column, &width)| {
        if column == 0 {
            format!("-{}-|", "-".repeat(width))
        } else {
            format!("-{}:|", "-".repeat(width))
        }
    });
    cells.fold("|".to_owned(), |line, cell| line + &cell)
}
