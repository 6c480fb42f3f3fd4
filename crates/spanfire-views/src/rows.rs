//! Rows for intervals that overlap.

/// Gives each interval a row so that no two in one row overlap.
///
/// `intervals` are `(start, end)` in the order of their start; an interval that starts where
/// another ends does not overlap it. Each takes the first row that is free, which uses the fewest
/// rows possible. The result has one row number for each interval.
pub fn assign_rows(intervals: &[(u64, u64)]) -> Vec<usize> {
    let mut row_ends: Vec<u64> = Vec::new();
    intervals
        .iter()
        .map(|&(start, end)| {
            let free = row_ends.iter().position(|&row_end| row_end <= start);
            let row = free.unwrap_or_else(|| {
                row_ends.push(0);
                row_ends.len() - 1
            });
            row_ends[row] = end.max(start);
            row
        })
        .collect()
}
