//! Times as people read them.

/// A time with its unit: exact below 1 µs (`917 ns`), otherwise four significant digits in the
/// largest unit of at most seconds that keeps it at 1 or above (`1.234 ms`, `12.35 s`).
///
/// Halves round up, and a time that rounds to the next unit is written in it: 999,950 ns is
/// `1.000 ms`. From 1,000 s on it is whole seconds.
pub fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..999_950 => four_digits(ns, 1_000, "µs"),
        999_950..999_950_000 => four_digits(ns, 1_000_000, "ms"),
        _ => four_digits(ns, 1_000_000_000, "s"),
    }
}

/// `ns / unit_ns` with as many decimals as make four digits, rounded in integers so that no
/// platform's floating point shows.
fn four_digits(ns: u64, unit_ns: u64, unit: &str) -> String {
    for decimals in (1..=3).rev() {
        let scale = 10u64.pow(decimals);
        let scaled = rounded(ns, unit_ns / scale);
        if scaled < 10_000 {
            let width = decimals as usize;
            return format!("{}.{:0width$} {unit}", scaled / scale, scaled % scale);
        }
    }
    format!("{} {unit}", rounded(ns, unit_ns))
}

fn rounded(value: u64, step: u64) -> u64 {
    value / step + u64::from(value % step >= step.div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[track_caller]
    fn check(ns: u64, expected: &str) {
        assert_eq!(duration(ns), expected);
    }

    #[test]
    fn below_a_microsecond_a_time_is_exact() {
        check(0, "0 ns");
        check(999, "999 ns");
    }

    #[test]
    fn a_time_has_four_significant_digits() {
        check(1_000, "1.000 µs");
        check(1_234_499, "1.234 ms");
        check(1_234_500, "1.235 ms");
        check(12_345_678, "12.35 ms");
        check(123_456_789, "123.5 ms");
        check(61_234_567_890, "61.23 s");
        check(2_000_000_000_000, "2000 s");
    }

    #[test]
    fn rounding_carries_into_the_next_digit_and_unit() {
        check(9_999_499, "9.999 ms");
        check(9_999_500, "10.00 ms");
        check(999_949, "999.9 µs");
        check(999_950, "1.000 ms");
        check(999_949_999, "999.9 ms");
        check(999_950_000, "1.000 s");
        check(999_950_000_000, "1000 s");
        check(u64::MAX, "18446744074 s");
    }
}
