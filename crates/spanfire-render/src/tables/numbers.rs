//! Numbers as people read them.

use crate::duration;
use spanfire_recording::Origin;

/// A count with a comma between groups of three digits: `1,234,567`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count of things: `1 thread`, `1,234 threads`.
pub fn counted(value: u64, noun: &str) -> String {
    match value {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", count(value)),
    }
}

/// How what is spent is written: as times, unless what a recording was imported from counts something else.
pub(super) fn amount_of(origin: Option<&Origin>) -> fn(u64) -> String {
    match origin.and_then(|origin| origin.unit.as_ref()) {
        Some(_) => count,
        None => duration,
    }
}

/// A size with one decimal in the largest decimal unit that keeps it at 1 or above: `12.3 MB`.
pub fn bytes(value: u64) -> String {
    let mut unit = 1;
    let mut name = "B";
    for (larger, larger_name) in [(1_000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")] {
        if value >= larger {
            (unit, name) = (larger, larger_name);
        }
    }
    match unit {
        1 => format!("{value} B"),
        _ => format!("{}.{} {name}", value / unit, value % unit * 10 / unit),
    }
}

/// `part` of `whole` in percent with one decimal, rounded down, so that only all is 100 %.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = u128::from(part) * 1_000 / u128::from(whole);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_from_the_right() {
        let grouped = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_take_the_largest_unit_that_fits() {
        let sizes = [0, 999, 1_000, 12_345_678, u64::MAX].map(bytes);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "12.3 MB", "18446744073.7 GB"]);
    }

    #[test]
    fn only_all_of_it_is_a_hundred_percent() {
        assert_eq!(percent(99_999, 100_000), "99.9 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(percent(0, 0), "–");
    }
}
