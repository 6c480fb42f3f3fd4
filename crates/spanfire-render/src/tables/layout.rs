//! How tables look: no lines, two spaces between columns, numbers on the right.

use comfy_table::{CellAlignment, Table, presets};

/// A table with this header, of which all columns but the last `text` ones hold numbers.
pub(crate) fn table(header: &[&str], text: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    let numbers = header.len().saturating_sub(text);
    for (index, column) in table.column_iter_mut().enumerate() {
        let left = if index == 0 { 0 } else { 1 };
        column.set_padding((left, 1));
        if index < numbers {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
